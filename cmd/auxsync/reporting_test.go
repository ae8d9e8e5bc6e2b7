package main

import (
	"context"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// reporter is the part of the daemon that makes reports, over a real database.
type reporter struct {
	*daemon
	t   *testing.T
	dir string // of config, state and reports
	end func()
}

// reportConfig names two forks. The mail of both goes to a server; one has files too.
func reportConfig(t testing.TB, dir, server string) *forks.Config {
	t.Helper()
	text := fmt.Sprintf("state_dir = %q\ncache_dir = %q\n[reports]\ndir = %q\n",
		filepath.Join(dir, "state"), filepath.Join(dir, "cache"), filepath.Join(dir, "www"))
	for _, fork := range []string{"lix", "nix"} {
		text += fmt.Sprintf("[forks.%s]\nupstream = \"https://example.org/up/%[1]s\"\nurl = \"https://example.org/aux/%[1]s\"\n", fork)
		text += fmt.Sprintf("[forks.%s.tracks.main]\nfollow = \"master\"\n[forks.%[1]s.reports]\nfiles = %t\n", fork, fork == "nix")
		text += fmt.Sprintf("[forks.%s.reports.mail]\nserver = %q\ntls = \"none\"\nfrom = \"auxsync@example.org\"\nto = [\"core@example.org\"]\n", fork, server)
	}
	file := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cfg, err := forks.Load(file, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// report starts a daemon's reporter on what is in a folder.
func report(t *testing.T, dir, server string) *reporter {
	t.Helper()
	cfg, clock := reportConfig(t, dir, server), clockwork.NewRealClock()
	if err := os.MkdirAll(cfg.StateDir, 0o755); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(cfg.StateDir, store.FileName), clock)
	if err != nil {
		t.Fatal(err)
	}
	s := &session{app: &app{env: func(string) string { return "" }}, config: cfg, clock: clock, log: zap.NewNop(), store: db, catalog: newCatalog(cfg, nil, db)}
	s.forges = newForges(s)
	s.publisher = s.newPublisher()
	d := &daemon{session: s, reports: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.reporting(ctx)
	}()
	r := &reporter{daemon: d, t: t, dir: dir}
	r.end = func() {
		cancel()
		<-ended
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	return r
}

// run lets a time go by, in which the reporter does its work.
func (r *reporter) run(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// deliveries are those on record, by sink and week; those of alarms are left out.
func (r *reporter) deliveries(fork string) map[string]forks.Delivery {
	r.t.Helper()
	list, err := r.store.Deliveries(r.t.Context(), fork)
	if err != nil {
		r.t.Fatal(err)
	}
	all := map[string]forks.Delivery{}
	for _, d := range list {
		if d.Sink != "alarm" {
			all[d.Sink+" "+d.Week.String()] = d
		}
	}
	return all
}

// events are the texts of those on record of a fork and kind.
func (r *reporter) events(fork, kind string) (texts []string) {
	r.t.Helper()
	rows, err := r.store.WeeklyRows(r.t.Context(), fork, time.Unix(0, 0), time.Now().Add(time.Hour))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range rows.Events {
		if e.Fork == fork && e.Kind == kind {
			texts = append(texts, e.Text)
		}
	}
	return texts
}

// passes has a fork's passes of a week on record, one every six hours.
func (r *reporter) passes(fork string, week forks.Week) {
	r.t.Helper()
	for at, n := week.Start(time.UTC), 0; at.Before(week.End(time.UTC)); at, n = at.Add(6*time.Hour), n+1 {
		if _, err := r.store.RecordPass(r.t.Context(), forks.PassRecord{Fork: fork, Track: "main", Number: 1, Started: at, Outcome: forks.PassQuiet, Seconds: 1}); err != nil {
			r.t.Fatal(err)
		}
	}
}

// killed returns a folder in which everything is as it is on disk now: what a process
// leaves that is killed at this moment.
func (r *reporter) killed() string {
	r.t.Helper()
	dir := r.t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(r.dir)); err != nil {
		r.t.Fatal(err)
	}
	return dir
}

// silent is a mail server that takes calls and says nothing; called has one for each. As
// long as it runs, the time of a bubble stands still.
func silent(t *testing.T) (address string, called chan struct{}, stop func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	called = make(chan struct{}, 100)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			called <- struct{}{}
		}
	}()
	return l.Addr().String(), called, func() { _ = l.Close(); <-ended }
}

// closed is an address at which nothing answers.
func closed(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestThreeWeeksOfTheDaemonsReports(t *testing.T) {
	t.Parallel()
	synctest.Test(t, threeWeeks)
}

func threeWeeks(t *testing.T) {
	weeks := []forks.Week{{Year: 1999, Number: 52}, {Year: 2000, Number: 1}, {Year: 2000, Number: 2}} // a bubble begins in 2000
	dead := closed(t)
	eve := func(week forks.Week) { <-time.After(time.Until(week.End(time.UTC).Add(-time.Hour))) }
	eve(weeks[0])
	r := report(t, t.TempDir(), dead)
	for _, fork := range []string{"lix", "nix"} {
		r.passes(fork, weeks[0])
		r.passes(fork, weeks[1])
		r.passes(fork, weeks[2])
	}
	www := func(week forks.Week) string {
		return filepath.Join("www", "nix", fmt.Sprint(week.Year), week.String()+".json")
	}

	// The first week: the mail server is dead.
	r.run(3 * time.Hour)
	r.publisher.Use(r.zone(), r.places()) // as a config that is read again does
	poke(r.reports)
	synctest.Wait()
	for fork, want := range map[string]map[string]forks.DeliveryStatus{
		"nix": {"files 1999-W52": forks.DeliveryDone, "mail 1999-W52": forks.DeliveryFailed},
		"lix": {"mail 1999-W52": forks.DeliveryFailed},
	} {
		got := map[string]forks.DeliveryStatus{}
		for name, d := range r.deliveries(fork) {
			got[name] = d.Status
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", fork, got, want)
		}
	}
	first, err := os.ReadFile(filepath.Join(r.dir, www(weeks[0])))
	if err != nil {
		t.Fatal(err)
	}
	// A day later one fork's report has arrived nowhere, and the other's has.
	r.run(25 * time.Hour)
	if nix, lix := r.events("nix", "report undelivered"), r.events("lix", "report undelivered"); len(nix) != 0 || len(lix) != 1 {
		t.Errorf("alarms of nix: %q, and of lix: %q", nix, lix)
	}

	// The second week: the process is killed while the mail server keeps it waiting.
	dir := r.killed()
	r.end()
	eve(weeks[1])
	address, called, stop := silent(t)
	r = report(t, dir, address)
	<-called // the next attempt of the first week, whose time has come
	begun := r.deliveries("lix")["mail 1999-W52"]
	if begun.Status != forks.DeliveryBegun {
		t.Errorf("an attempt that is under way is on record as %+v", begun)
	}
	dir = r.killed()
	r.end() // it waits for no answer of the server: no time goes by here
	stop()

	// The third week: everything follows, and nothing comes twice.
	eve(weeks[2])
	r = report(t, dir, dead)
	defer func() { r.end() }()
	r.run(28 * time.Hour)
	for _, week := range weeks {
		d := r.deliveries("nix")["files "+week.String()]
		if d.Status != forks.DeliveryDone || d.Tries != 1 {
			t.Errorf("files, %s: %+v", week, d)
		}
		text, err := os.ReadFile(filepath.Join(dir, www(week)))
		if err != nil {
			t.Fatal(err)
		}
		kept, err := weekly.Decode(text)
		if err != nil || len(kept.Tracks) != 1 || kept.Tracks[0].Passes.All != 28 || kept.Fork != "nix" || kept.Week != week {
			t.Errorf("%s: %v, %+v", week, err, kept.Tracks)
		}
	}
	if again, err := os.ReadFile(filepath.Join(dir, www(weeks[0]))); err != nil || string(again) != string(first) {
		t.Errorf("the first report is another one now: %v", err)
	}
	if mail := r.deliveries("lix")["mail 1999-W52"]; mail.Status != forks.DeliveryFailed || mail.Tries <= begun.Tries {
		t.Errorf("after the attempt that was cut off: %+v", mail)
	}
	if nix, lix := r.events("nix", "report undelivered"), r.events("lix", "report undelivered"); len(nix) != 0 || len(lix) != 3 || len(slices.Compact(slices.Sorted(slices.Values(lix)))) != 3 {
		t.Errorf("alarms of nix: %q, and of lix: %q", nix, lix)
	}
	late, err := r.publisher.Undelivered(t.Context(), "nix")
	if err != nil || len(late) != 3 {
		t.Errorf("undelivered is %q, %v", late, err)
	}
}
