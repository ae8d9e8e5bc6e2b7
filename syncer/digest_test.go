package syncer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// last is what the last pass recorded.
func (w *world) last() forks.PassRecord {
	w.t.Helper()
	if len(w.store.passes) == 0 {
		w.t.Fatalf("no pass is recorded")
	}
	return w.store.passes[len(w.store.passes)-1]
}

// digest is that of the last pass, which must have one.
func (w *world) digest() forks.Digest {
	w.t.Helper()
	d := w.last().Digest
	if d == nil {
		w.t.Fatalf("the pass has no digest: %+v", w.last())
	}
	if _, err := json.Marshal(d); err != nil {
		w.t.Fatalf("%v", err)
	}
	return *d
}

// subjects lists what commits are about.
func subjects(list []forks.UpstreamCommit) string {
	var texts []string
	for _, c := range list {
		texts = append(texts, c.Subject)
	}
	return strings.Join(texts, "; ")
}

// areas writes areas as "path commits", and a + where somebody cares.
func areas(t *forks.Taken) string {
	var texts []string
	for _, a := range t.Areas {
		text := fmt.Sprintf("%s %d", a.Path, a.Commits)
		if a.Cared {
			text += "+"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}

// cared is a policy of two SIGs and an owner.
func cared(string) forks.Roster {
	return forks.Roster{
		SIGs: map[string]forks.SIG{
			"core": {Name: "Core", Members: []string{"mona"}, Paths: []string{"lib/**", "*.nix"}},
			"rust": {Name: "Rust", Members: []string{"grace"}, Paths: []string{"pkgs/by-name/ri/**", "lib/rust.nix"}},
		},
		Owners: []forks.OwnerRule{
			{Pattern: "pkgs/by-name/he/**", Ask: []forks.Ask{{Login: "ada"}}},
			{Pattern: "doc/**", Ask: []forks.Ask{{SIG: "rust"}}},
			{Pattern: "pkgs/by-name/he/helix/**"},
		},
	}
}

func TestAMoveOfTheBaseTellsWhatUpstreamDid(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	w.Roster = cared
	up := func(author, subject string, paths ...string) forks.Hash {
		changed := files{}
		for _, p := range paths {
			changed[p] = subject + "\n"
		}
		return w.up.Commit(t, "main", author, subject, changed)
	}
	first := up(repotest.Ada, "hello: 1 -> 2", "pkgs/by-name/he/hello/package.nix", "pkgs/by-name/he/hello/fix.patch")
	up("ADA <ADA@Example.org>", "hello: 2 -> 3", "pkgs/by-name/he/hello/package.nix")
	up(repotest.Grace, "helix: fix CVE-2024-12345", "pkgs/by-name/he/helix/package.nix")
	up(repotest.Grace, "lib: rust\n\nGHSA-2ffj-w4mj-pg37", "lib/rust.nix", "lib/a/b/c/d/e/f/g.nix")
	w.up.SetRef(t, "side", first)
	side := w.up.Commit(t, "side", repotest.Alan, "doc: more", files{"doc/x.md": "x\n", "ripgrep": "x\n", "pkgs/by-name/ri/ripgrep/package.nix": "x\n"})
	w.up.Merge(t, "main", repotest.Alan, "Merge: CVE-2024-12345", side, nil)
	up(repotest.Alan, "empty")
	tip := w.up.Tip(t, "main")
	w.sync()

	r, d := w.last(), w.digest()
	if r.Outcome != forks.PassPublished || r.NewBase != tip || !r.UpstreamTime.Equal(w.up.Now.Add(-time.Minute)) {
		t.Errorf("recorded %+v", r)
	}
	if d.Lacks != 0 || !d.LacksSince.IsZero() || d.Security != nil || d.Changed != nil {
		t.Errorf("digest %+v", d)
	}
	taken := d.Taken
	if taken == nil || taken.Commits != 6 || len(taken.Authors) != 3 || !slices.IsSorted(taken.Authors) || len(taken.Authors[0]) < 8 {
		t.Fatalf("taken %+v", taken)
	}
	if got, want := areas(taken), "pkgs/by-name/he/hello 2+;  1; doc 1+; lib 1+; lib/a/b/c/d 1+; pkgs/by-name/he/helix 1; pkgs/by-name/ri/ripgrep 1+"; got != want || taken.MoreAreas != 0 {
		t.Errorf("areas %s, want %s", got, want)
	}
	if taken.Cared != 4 || fmt.Sprint(taken.BySIG) != "map[Core:1 Rust:2]" {
		t.Errorf("cared for %d, by SIG %v", taken.Cared, taken.BySIG)
	}
	if got := subjects(taken.Security); got != "helix: fix CVE-2024-12345; lib: rust" {
		t.Errorf("security: %s", got)
	}
	if c := taken.Security[0]; c.Author.Email != "grace@example.org" || !c.At.Before(r.Started) || c.Commit.IsZero() {
		t.Errorf("commit %+v", c)
	}
	if d.Divergence == nil || *d.Divergence != (forks.Divergence{Files: 1, Added: 1, Removed: 1}) {
		t.Errorf("divergence %+v", d.Divergence)
	}
	if w.sync(); w.last().Outcome != forks.PassQuiet || w.last().Digest != nil {
		t.Errorf("a quiet pass has a digest: %+v", w.last())
	}
}

func TestASecurityFixWaitsAndIsThenTaken(t *testing.T) {
	t.Parallel()
	w := daily(t, "a")
	w.up.Now = w.clock.Now().Add(-30 * time.Minute)
	w.bump("c")
	w.up.Commit(t, "main", repotest.Grace, "openssl: 3.0.12 -> 3.0.13\n\nFixes CVE-2023-6129.", files{"pkgs/openssl/default.nix": "2\n"})
	w.due(time.Hour)
	d := w.digest()
	if w.last().Outcome != forks.PassUnchanged || d.Lacks != 2 || !d.LacksSince.Equal(w.up.Now.Add(-2*time.Minute)) || d.Taken != nil || d.Divergence != nil {
		t.Errorf("while it waits: %+v", d)
	}
	if subjects(d.Security) != "openssl: 3.0.12 -> 3.0.13" || !d.Security[0].At.Equal(w.up.Now.Add(-time.Minute)) {
		t.Errorf("while it waits: %+v", d.Security)
	}
	w.due(24 * time.Hour)
	d = w.digest()
	if d.Lacks != 0 || d.Security != nil || d.Taken == nil || d.Taken.Commits != 2 || subjects(d.Taken.Security) != "openssl: 3.0.12 -> 3.0.13" {
		t.Errorf("once it is taken: %+v, %+v", d, d.Taken)
	}
	if d.Taken.Cared != 0 || d.Taken.BySIG != nil {
		t.Errorf("without a policy somebody cares: %+v", d.Taken)
	}
}

func TestATracksOwnPatternFindsItsSecurityFixes(t *testing.T) {
	t.Parallel()
	w := daily(t)
	w.track.SecurityPattern = "(?i)urgent"
	w.up.Commit(t, "main", repotest.Grace, "x: fix CVE-2023-6129", files{"x": "2\n"})
	w.up.Commit(t, "main", repotest.Grace, "y: Urgent", files{"y": "2\n"})
	w.due(time.Hour)
	if d := w.digest(); subjects(d.Security) != "y: Urgent" {
		t.Errorf("found %s", subjects(d.Security))
	}
	w.track.SecurityPattern = "("
	w.bump("c")
	w.due(time.Hour)
	if r := w.last(); r.Digest != nil || r.Outcome != forks.PassUnchanged || r.UpstreamTime.IsZero() {
		t.Errorf("with what is no pattern: %+v", r)
	}
}

func TestAnAdoptionTakesNothingIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	w.fork.Commit(t, "main", repotest.Grace, "a: fork change", files{"a.nix": lines("a", 1, 12, "5=fork;"), "new": "1\n2\n"})
	w.bump("c")
	w.adopt()
	d := w.digest()
	if d.Taken != nil || d.Lacks != 1 || d.LacksSince.IsZero() || d.Divergence == nil || *d.Divergence != (forks.Divergence{Files: 2, Added: 3, Removed: 1}) {
		t.Errorf("digest %+v, %+v", d, d.Divergence)
	}
}

func TestAPatchThatReadsDifferentlyIsShown(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging)
	w.fork.Commit(t, "main", repotest.Grace, "a: fork change", files{"a.nix": lines("a", 1, 12, "5=fork;", "11=fork too;")})
	w.fork.Commit(t, "main", repotest.Grace, "b: fork change", files{"b.nix": lines("b", 1, 12, "5=fork;")})
	w.sync()
	old := w.recordedState().Patches[0].Commit
	// The same line goes upstream, so the patch becomes smaller; b.nix gets other context.
	w.up.Commit(t, "main", repotest.Ada, "a: bump", files{"a.nix": lines("a", 1, 12, "5=fork;"), "b.nix": "top\n" + lines("b", 1, 12, "8=near;")})
	out := w.sync()
	w.want(out.Plan, "a: fork change: adapted/adapted", "b: fork change: kept/kept")
	d := w.digest()
	if len(d.Changed) != 1 || d.MoreChanged != 0 {
		t.Fatalf("changed %+v", d.Changed)
	}
	c := d.Changed[0]
	if c.Patch != out.Plan.Outcomes[0].Patch || c.Old != old || c.New != out.Plan.Outcomes[0].New || c.Shortened ||
		!strings.Contains(c.Diff, "-+  fork;\n") || strings.Contains(c.Diff, old.String()) {
		t.Errorf("changed %+v", c)
	}
	w.bump("c")
	if w.sync(); w.digest().Changed != nil {
		t.Errorf("it reads as before: %+v", w.digest().Changed)
	}
}

func TestAResolutionIsShownAsAChangeOfItsPatch(t *testing.T) {
	t.Parallel()
	w := conflicted(t, onGit)
	if d := w.digest(); d.Lacks != 1 || d.Changed != nil || d.Taken != nil {
		t.Errorf("while it conflicts: %+v", d)
	}
	w.settle("5=both;")
	out := w.sync()
	w.want(out.Plan, "a: fork change: resolved/resolved")
	d := w.digest()
	if len(d.Changed) != 1 || !strings.Contains(d.Changed[0].Diff, "++  both;") || d.Taken == nil || d.Taken.Commits != 1 {
		t.Errorf("once it is settled: %+v, %+v", d.Changed, d.Taken)
	}
}

func TestDatesThatCannotBeAreBroughtIntoTheirBounds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		at   time.Time
		want func(w *world, base time.Time) time.Time
	}{
		{"long before the base", time.Unix(5, 0), func(_ *world, base time.Time) time.Time { return base }},
		{"in the future", time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), func(w *world, _ time.Time) time.Time { return w.last().Started }},
		{"no year that is known", time.Unix(1<<55, 0), func(w *world, _ time.Time) time.Time { return w.last().Started }},
	} {
		w := daily(t)
		base := w.up.Now.Add(-time.Minute)
		w.up.Build(t, repotest.Commit{Branch: "main", Subject: "x: CVE-2024-12345", Files: files{"x": "1\n"}, Date: c.at})
		w.due(time.Hour)
		r, d := w.last(), w.digest()
		if want := c.want(w, base); !d.LacksSince.Equal(want) {
			t.Errorf("%s: since %s, want %s", c.name, d.LacksSince, want)
		}
		if len(d.Security) != 1 || d.Security[0].At.After(r.Started) || r.UpstreamTime.After(r.Started) || r.UpstreamTime.IsZero() {
			t.Errorf("%s: %+v, upstream's tip of %s", c.name, d.Security, r.UpstreamTime)
		}
	}
}

func TestHostileCommitsOfUpstreamAreBoundedTexts(t *testing.T) {
	t.Parallel()
	w := daily(t)
	w.Roster = cared
	long := strings.Repeat("x", 100_000)
	w.up.Commit(t, "main", "\xff\x1b[31m\u202e"+long[:3000]+" <\x80@x>", "CVE-2024-12345 \x1b]0;\xfe\n"+long, files{
		"lib/\nbegins": "1\n", "lib/\xff\xfe/x": "1\n", "\x1b[2J/--/x": "1\n", long[:3000] + "/" + long[:3000] + "/x": "1\n"})
	w.due(time.Hour)
	check := func(list []forks.UpstreamCommit) {
		t.Helper()
		if len(list) != 1 || !strings.HasPrefix(list[0].Subject, "CVE-2024-12345 \x1b]0;\ufffd xxx") || len(list[0].Subject) > 600 || len(list[0].Author.Name) > 300 {
			t.Errorf("recorded %q", list)
		}
	}
	check(w.digest().Security)
	w.due(24 * time.Hour)
	taken := w.digest().Taken
	check(taken.Security)
	if got := areas(taken); got != " 1; \x1b[2J/-- 1; lib 1+; lib/\ufffd 1+" {
		t.Errorf("areas %q", got)
	}
	text, err := json.Marshal(w.digest())
	var back forks.Digest
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || back.Taken.Security[0] != taken.Security[0] || areas(back.Taken) != areas(taken) {
		t.Errorf("it does not come back from where it is kept: %v", err)
	}
}

func TestMoreThanIsListedIsCounted(t *testing.T) {
	t.Parallel()
	w := daily(t)
	var list []repotest.Commit
	for n := range forks.MaxSecurity + 7 {
		list = append(list, repotest.Commit{Branch: "main", Subject: fmt.Sprintf("x: CVE-2024-%05d", n), Files: files{"x": fmt.Sprint(n)}})
	}
	many := files{}
	for n := range forks.MaxAreas {
		many[fmt.Sprintf("f%d/x", n)] = "1\n"
	}
	list = append(list, repotest.Commit{Branch: "main", Subject: "treewide", Files: many})
	w.up.Build(t, list...)
	w.due(time.Hour)
	check := func(list []forks.UpstreamCommit, more int) {
		t.Helper()
		if len(list) != forks.MaxSecurity || more != 7 || list[0].Subject != "x: CVE-2024-00000" {
			t.Errorf("%d listed, %d more, the first %+v", len(list), more, list[0])
		}
	}
	check(w.digest().Security, w.digest().MoreSecurity)
	w.due(24 * time.Hour)
	taken := w.digest().Taken
	check(taken.Security, taken.MoreSecurity)
	if len(taken.Areas) != forks.MaxAreas || taken.MoreAreas != 1 || taken.Areas[0] != (forks.Area{Commits: forks.MaxSecurity + 7}) {
		t.Errorf("%d areas, %d more, the first %+v", len(taken.Areas), taken.MoreAreas, taken.Areas[0])
	}
}

func TestOfVeryManyCommitsOnlyTheirNumberIsTold(t *testing.T) {
	t.Parallel()
	w := daily(t)
	var list []repotest.Commit
	for range forks.MaxTakenListed + 1 {
		list = append(list, repotest.Commit{Branch: "main", Subject: "x: CVE-2024-12345"})
	}
	w.up.Build(t, list...)
	w.due(24 * time.Hour)
	if taken := w.digest().Taken; taken == nil || taken.Commits != forks.MaxTakenListed+1 || taken.Authors != nil || taken.Security != nil {
		t.Errorf("taken %+v", taken)
	}
}

func TestABaseOfAnotherUpstreamTakesNothingIn(t *testing.T) {
	t.Parallel()
	w, _, _ := parted(t, forks.Merging, "a")
	out := w.retarget()
	if d := w.digest(); out.Plan.Base.Old == out.Plan.Base.New || d.Taken != nil || d.Lacks != 0 || d.Divergence == nil {
		t.Errorf("digest %+v", d)
	}
}

func TestAPausedOrStoppedTrackTellsWhatItLacks(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	w.ask(forks.VerbPause, "", "mona", "the builders are down")
	w.due(time.Hour)
	w.up.Commit(t, "main", repotest.Ada, "c: CVE-2024-12345", files{"c.nix": lines("c", 1, 12, "5=two;")})
	check := func() {
		t.Helper()
		if d := w.digest(); d.Lacks != 1 || d.LacksSince.IsZero() || len(d.Security) != 1 || d.Taken != nil || d.Changed != nil || d.Divergence != nil {
			t.Errorf("digest %+v", d)
		}
	}
	w.due(time.Hour)
	check()
	w.ask(forks.VerbResume, "", "mona", "")
	w.fork.SetRef(t, "main", w.recordedState().Base)
	if said := w.syncError(syncer.Options{}); w.last().Outcome != forks.PassStopped {
		t.Fatalf("not stopped: %s, %+v", said, w.last())
	}
	check()
}

func TestADryRunMakesNoDigest(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	w.bump("c")
	before := len(w.store.passes)
	if _, err := w.Plan(t.Context(), w.track, syncer.Options{}); err != nil || len(w.store.passes) != before {
		t.Errorf("recorded %d passes, %v", len(w.store.passes)-before, err)
	}
}

func TestAPassStandsWhereItsDigestFails(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	dir := t.TempDir()
	program := filepath.Join(dir, "git")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n[ \"$1\" = log ] && { echo 'fatal: no log today' >&2; exit 128; }\nexec git \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	git, err := repo.New(t.Context(), repo.Options{Path: program})
	if err != nil {
		t.Fatal(err)
	}
	seen, logs := observer.New(zap.WarnLevel)
	w.Git, w.Log = syncer.OnDisk(git), zap.New(seen)
	w.bump("c")
	out := w.sync()
	if r := w.last(); !out.Written || r.Outcome != forks.PassPublished || r.Digest != nil || r.UpstreamTime.IsZero() {
		t.Errorf("recorded %+v", r)
	}
	if list := logs.FilterMessageSnippet("without its details").All(); len(list) != 1 || !strings.Contains(fmt.Sprint(list[0].ContextMap()["error"]), "no log today") {
		t.Errorf("warned %+v", logs.All())
	}
	w.sync()
	if w.last().Outcome != forks.PassQuiet {
		t.Errorf("the next pass: %+v", w.last())
	}
}

// endingStore ends a context once a pass was applied.
type endingStore struct {
	*memory
	end context.CancelFunc
}

func (s endingStore) SetFingerprint(ctx context.Context, fork, track, fingerprint string) error {
	defer s.end()
	return s.memory.SetFingerprint(ctx, fork, track, fingerprint)
}

func TestAPassThatIsEndedDuringItsDigestStands(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	seen, logs := observer.New(zap.WarnLevel)
	ctx, end := context.WithCancel(t.Context())
	w.Store, w.Log = endingStore{w.store, end}, zap.New(seen)
	w.bump("c")
	_, err := w.Sync(ctx, w.track, syncer.Options{})
	if err != nil || !errors.Is(ctx.Err(), context.Canceled) {
		t.Errorf("error %v", err)
	}
	if r := w.last(); r.Outcome != forks.PassPublished || r.Digest != nil || logs.Len() > 0 {
		t.Errorf("recorded %+v, warned %+v", r, logs.All())
	}
}
