package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// The names of the scripted year.
const (
	yearFork   = "pkgs"
	yearTrack  = "aux-main"
	yearBranch = "main"
	yearFollow = "nixos-unstable"
	yearZone   = "Europe/Berlin"
)

// passTakes is how long each pass of the year takes that has something to do.
const passTakes = 9 * time.Second

// scriptClock is the clock of the script. It has a type of its own because the contexts
// that package clockwork makes for its fake clock cannot be asked for their error: what
// is bound in time here is bound in real time.
type scriptClock struct{ *clockwork.FakeClock }

// year is the real program beside two real repositories, under a clock that only the
// script moves.
type year struct {
	*testing.T
	dir      string
	zone     *time.Location
	clock    scriptClock
	upstream *repotest.Repo
	fork     *repotest.Repo
	mail     bool // config names a mail server that is not there
	s        *session
	run      int64 // of the service
	bumped   int   // updates of sqlite
}

// newYear makes the two repositories as they are at a time; nothing runs yet.
func newYear(t *testing.T, at string) *year {
	t.Helper()
	zone, err := time.LoadLocation(yearZone)
	if err != nil {
		t.Fatal(err)
	}
	y := &year{T: t, bumped: 1, dir: shortFolder(t), zone: zone}
	begin, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
	if err != nil {
		t.Fatal(err)
	}
	y.clock = scriptClock{clockwork.NewFakeClockAt(begin)}
	y.upstream = repotest.New(t, filepath.Join(y.dir, "upstream.git"))
	return y
}

// folderLength is how long the name of the folder is: a report shortens what is too long,
// and has to do so at the same place each time.
const folderLength = 40

// shortFolder makes a folder with a name of that length.
func shortFolder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("year-%08x", rand.Uint32()))
	if len(dir) > folderLength {
		t.Skipf("the folder for temporary files has too long a name: %s", os.TempDir())
	}
	dir += strings.Repeat("-", folderLength-len(dir))
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// at moves the clock to a time of the zone, which is never before the last one.
func (y *year) at(text string) {
	y.Helper()
	to, err := time.ParseInLocation("2006-01-02 15:04", text, y.zone)
	if err != nil {
		y.Fatal(err)
	}
	y.to(to)
}

func (y *year) to(at time.Time) {
	y.Helper()
	wait := at.Sub(y.clock.Now())
	if wait < 0 {
		y.Fatalf("the script goes back from %s to %s", y.clock.Now(), at)
	}
	y.clock.Advance(wait)
}

// config writes config.toml and reads it.
func (y *year) config() *forks.Config {
	y.Helper()
	text := fmt.Sprintf(`state_dir = %q
cache_dir = %q
timezone = %q
interval = "15h"
publish_every = "12h"
hold_for = "never" # its story is about waiting; what is parked has stories of its own
max_lag = "never"
security_hold_for = "never"

[reports]
dir = %q
url = "https://reports.example.org"

[forks.%s]
upstream = %q
url = %q
allow_transports = ["file"]

[forks.%s.tracks.%s]
follow = %q
branch = %q
`, y.path("state"), y.path("cache"), yearZone, y.path("reports"), yearFork, y.upstream.Dir, y.fork.Dir, yearFork, yearTrack, yearFollow, yearBranch)
	if y.mail {
		text += fmt.Sprintf(`
[forks.%s.reports.mail]
server = "127.0.0.1:1"
tls = "none"
from = "auxsync <auxsync@example.org>"
to = ["core@example.org"]
`, yearFork)
	}
	if err := os.WriteFile(y.path("config.toml"), []byte(text), 0o644); err != nil {
		y.Fatal(err)
	}
	cfg, err := forks.Load(y.path("config.toml"), noEnvironment)
	if err != nil {
		y.Fatal(err)
	}
	return cfg
}

func (y *year) path(name string) string { return filepath.Join(y.dir, name) }

// starts begins a process of the service, as `auxsync run` does.
func (y *year) starts() {
	y.Helper()
	a := &app{out: &bytes.Buffer{}, err: &bytes.Buffer{}, env: noEnvironment, children: &children{}, config: y.path("config.toml"), quiet: true}
	s, err := a.keeping(y.Context(), y.config(), y.clock, zap.NewNop())
	if err != nil {
		y.Fatal(err)
	}
	y.s, s.publisher = s, s.newPublisher()
	s.syncer.Barrier = func() error {
		y.clock.Advance(passTakes)
		return nil
	}
	if y.run, _, err = s.store.BeginRun(y.Context(), buildVersion(), os.Getpid()); err != nil {
		y.Fatal(err)
	}
}

// ends ends the process; one that is cut off does not say so.
func (y *year) ends(cutOff bool) {
	y.Helper()
	if !cutOff {
		if err := y.s.store.EndRun(y.Context(), y.run, "ended"); err != nil {
			y.Fatal(err)
		}
	}
	if err := y.s.Close(); err != nil {
		y.Fatal(err)
	}
}

// asks has the program do something, and returns its error.
func (y *year) asks(who string, req control.Request) error {
	_, err := y.s.perform(y.Context(), who, req, func(forks.Progress) {})
	return err
}

// pass has the daemon make a pass, which is to succeed.
func (y *year) pass(at string) {
	y.Helper()
	y.at(at)
	if err := y.tries(); err != nil {
		y.Fatalf("the pass of %s: %v", at, err)
	}
}

func (y *year) tries() error {
	return y.asks("the daemon", control.Request{Verb: verbSync, Track: yearTrack, Due: true})
}

// passes has the daemon make a pass at one time after the other; fails tells how many of
// them are to fail.
func (y *year) passes(from, until string, every time.Duration, fails int) {
	y.Helper()
	y.at(from)
	last, err := time.ParseInLocation("2006-01-02 15:04", until, y.zone)
	if err != nil {
		y.Fatal(err)
	}
	failed := 0
	for next := y.clock.Now(); !next.After(last); next = next.Add(every) {
		y.to(next)
		if y.tries() != nil {
			failed++
		}
	}
	if failed != fails {
		y.Fatalf("%d passes from %s until %s failed, want %d", failed, from, until, fails)
	}
}

// decides has a person decide about the conflict of a patch.
func (y *year) decides(who, subject string, verb forks.Verb, because string) {
	y.Helper()
	if err := y.asks(who, control.Request{Verb: verbDecide, Conflict: string(y.conflict(subject)), Decision: verb, Because: because}); err != nil {
		y.Fatal(err)
	}
}

// state reads the track's state from the fork.
func (y *year) state() forks.State {
	y.Helper()
	text, ok := y.fork.File(y, string(forks.StateRef(yearTrack)), "state.json")
	if !ok {
		y.Fatalf("the fork has no state of the track")
	}
	s, err := forks.DecodeState([]byte(text))
	if err != nil {
		y.Fatal(err)
	}
	return s
}

// conflict is the open conflict of a patch.
func (y *year) conflict(subject string) forks.ProposalID {
	y.Helper()
	s := y.state()
	for _, p := range slices.Backward(s.Proposals) {
		for _, patch := range slices.Concat(s.Patches, s.Ended) {
			if patch.ID == p.Patch && patch.Subject == subject && p.Status.Live() {
				return p.ID
			}
		}
	}
	y.Fatalf("people are not asked about a patch %q", subject)
	return ""
}

// merges has a person settle a conflict on its fix branch, and merge that.
func (y *year) merges(who, subject string, files map[string]string) {
	y.Helper()
	id := y.conflict(subject)
	name := func(r forks.Ref) string { return strings.TrimPrefix(string(r), "refs/heads/") }
	onto, fix := name(forks.OntoRef(yearTrack, id)), name(forks.FixRef(yearTrack, id))
	files["AUXSYNC-CONFLICT.md"] = repotest.Delete
	y.fork.Now = y.clock.Now()
	settled := y.fork.Commit(y, fix, who, subject+", settled", files)
	y.fork.Merge(y, onto, who, "Merge the answer", settled, nil)
}

// pushes has a person commit to the fork's branch.
func (y *year) pushes(who, subject string, files map[string]string) {
	y.Helper()
	y.fork.Now = y.clock.Now()
	y.fork.Commit(y, yearBranch, who, subject, files)
}

// monday makes the rounds of the publisher after the end of a week, each when the one
// before says so, until an hour after it: then the report is made and brought.
func (y *year) monday(week forks.Week) {
	y.Helper()
	y.to(theLater(y.clock.Now(), week.End(y.zone)))
	y.rounds(week.End(y.zone).Add(time.Hour))
}

// rounds makes the rounds of the publisher up to a time, and one at it.
func (y *year) rounds(last time.Time) {
	y.Helper()
	for {
		next, err := y.s.publisher.Round(y.Context())
		if err != nil {
			y.Fatal(err)
		}
		if !y.clock.Now().Before(last) {
			return
		}
		y.to(earlier(next, last))
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func theLater(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// printed is what `auxsync report` prints of a week.
func (y *year) printed(week forks.Week, format string) string {
	y.Helper()
	out := &bytes.Buffer{}
	a := *y.s.app
	a.out = out
	r, err := ask[reportsResult](context.Background(), &here{y.s}, control.Request{Verb: verbReport, Fork: yearFork, Week: week.String()}, func(forks.Progress) {})
	if err == nil {
		err = a.printReports(*r, format)
	}
	if err != nil {
		y.Fatal(err)
	}
	return out.String()
}

// measures writes down what the disk is like: real numbers differ from machine to machine.
func (y *year) measures(free, cache, state float64) {
	y.Helper()
	for name, value := range map[forks.SampleName]float64{forks.SampleDiskFree: free, forks.SampleCacheSize: cache, forks.SampleStateSize: state} {
		if err := y.s.store.AddSample(y.Context(), forks.Sample{At: y.clock.Now(), Name: name, Value: value}); err != nil {
			y.Fatal(err)
		}
	}
}
