package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// ask stores what a person asks for, and returns its id.
func (w *world) ask(verb forks.Verb, id forks.ProposalID, who, because string) int64 {
	r := forks.Request{ID: int64(len(w.store.requests) + 1), Fork: w.track.Fork, Track: w.track.Name,
		Proposal: id, Verb: verb, Who: who, Because: because, At: w.clock.Now()}
	w.store.requests = append(w.store.requests, forks.RequestRecord{Request: r})
	return r.ID
}

// result is what came of a request; "" while nobody has taken it.
func (w *world) result(id int64) string { return w.store.requests[id-1].Result }

// number lets the forge have opened a pull request for each open conflict.
func (w *world) number(from int) {
	for i, p := range w.open() {
		w.store.records[p.ID] = forks.PullRecord{Number: from + i, URL: fmt.Sprintf("https://forge.test/o/r/pull/%d", from+i), State: forks.PullOpen}
	}
}

// only returns the one open conflict.
func (w *world) only() forks.Proposal {
	w.t.Helper()
	open := w.open()
	if len(open) != 1 {
		w.t.Fatalf("conflicts open: %d, want 1", len(open))
	}
	return open[0]
}

// settledForGood checks that nothing is asked or moved any more, also after everything but
// the fork was lost.
func (w *world) settledForGood() {
	w.t.Helper()
	w.sync() // branches that the last pass could not delete yet
	before := w.fork.Refs(w.t)
	if out := w.sync(); !out.Quiet {
		w.t.Errorf("a second pass is not quiet:\n%s", outcomes(out.Plan))
	}
	w.forgetful()
	if out := w.sync(); out.Written || !maps.Equal(before, w.fork.Refs(w.t)) || len(w.open()) > 0 {
		w.t.Errorf("a pass from the fork alone moved or asked something:\n%s", outcomes(out.Plan))
	}
}

func onGit(w *world)    { w.track.Forge = forks.ForgeGit }
func onGitHub(w *world) { w.track.Forge, w.track.References = forks.ForgeGitHub, forks.KeepReferences }

// conflicted is a world with one patch of two hunks, of which one conflicts.
func conflicted(t *testing.T, on func(*world)) *world {
	t.Helper()
	w := newWorld(t, forks.Merging)
	on(w)
	w.fork.Commit(t, "main", repotest.Grace, "a: fork change", files{"a.nix": lines("a", 1, 12, "5=fork;", "11=fork too;")})
	w.adopt()
	w.bump("e")
	w.sync()
	w.bump("a")
	out := w.sync()
	w.want(out.Plan, "a: fork change: conflicted/kept")
	return w
}

// mergeFile is git's own idea of a merge with one side of each conflict.
func mergeFile(t *testing.T, side, base, ours, theirs string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"base": base, "ours": ours, "theirs": theirs} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("git", "merge-file", "-p", side, "ours", "base", "theirs")
	cmd.Dir, cmd.Env = dir, repotest.Env()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestCommandSettlesAConflictAsAMergeWould(t *testing.T) {
	t.Parallel()
	base, up, fork := lines("a", 1, 12), lines("a", 1, 12, "5=two;"), lines("a", 1, 12, "5=fork;", "11=fork too;")
	for _, c := range []struct {
		verb   forks.Verb
		want   string
		row    string
		reason string
		result string
	}{
		{forks.VerbTakeUpstream, mergeFile(t, "--ours", base, up, fork), "a: fork change: resolved/resolved", "resolved by mona (take upstream): upstream is right", "upstream's side is taken"},
		{forks.VerbKeepOurs, mergeFile(t, "--theirs", base, up, fork), "a: fork change: resolved/resolved", "resolved by mona (keep ours): upstream is right", "the patch's side is kept"},
		{forks.VerbDrop, up, "a: fork change: dropped/dropped", "(drop): upstream is right", "the patch is dropped"},
	} {
		for name, on := range map[string]func(*world){"git": onGit, "github": onGitHub} {
			if name == "github" && c.verb != forks.VerbKeepOurs {
				continue // nothing but the number in the trailer depends on it
			}
			t.Run(string(c.verb)+" on "+name, func(t *testing.T) {
				t.Parallel()
				w := conflicted(t, on)
				p := w.only()
				if name == "github" {
					w.number(12)
				}
				id := w.ask(c.verb, p.ID, "mona", "upstream is right")
				out := w.due(time.Minute)
				w.want(out.Plan, c.row)
				if got, _ := w.fork.File(t, "main", "a.nix"); got != c.want {
					t.Errorf("a.nix:\n%s\nwant:\n%s", got, c.want)
				}
				row := out.Plan.Outcomes[0]
				if !strings.HasSuffix(row.Reason, c.reason) {
					t.Errorf("the ledger says %q, want %q", row.Reason, c.reason)
				}
				if c.verb == forks.VerbDrop && row.By != "mona" {
					t.Errorf("dropped by %q", row.By)
				}
				if w.result(id) != c.result || w.store.requests[id-1].Pass != out.Plan.Pass || len(out.Taken) != 1 {
					t.Errorf("the request: %+v, taken %+v", w.store.requests[id-1], out.Taken)
				}
				w.checkTrailers(c.verb, p.ID, name == "github")
				w.settledForGood()
				w.bump("c")
				w.sync()
				if len(w.open()) > 0 {
					t.Errorf("asked again: %+v", w.open())
				}
			})
		}
	}
}

// checkTrailers checks what the patch's commit says about who resolved it.
func (w *world) checkTrailers(verb forks.Verb, id forks.ProposalID, numbered bool) {
	w.t.Helper()
	if verb == forks.VerbDrop {
		return
	}
	want := "Auxsync-Resolved-By: mona\nAuxsync-Resolved-In: " + string(id)
	if numbered {
		want += " (#12)"
	}
	if got := strings.TrimSpace(w.fork.Git(w.t, "log", "-1", "--format=%(trailers)", "main")); got != want {
		w.t.Errorf("trailers:\n%s\nwant:\n%s", got, want)
	}
}

func TestCommandThatLeavesNothingOfThePatchDropsIt(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	w.bump("a")
	w.sync()
	id := w.ask(forks.VerbTakeUpstream, w.only().ID, "mona", "")
	out := w.sync()
	w.want(out.Plan, "a: fork change: dropped/dropped")
	if got := w.result(id); got != "upstream's side is taken; that leaves nothing of the patch, so it is dropped" {
		t.Errorf("result %q", got)
	}
	w.settledForGood()
}

func TestCommandTakesTheConflictAsItWasOpened(t *testing.T) {
	t.Parallel()
	w := conflicted(t, onGit)
	p := w.only()
	mine := w.fork.Build(t, repotest.Commit{Branch: string(forks.FixRef(w.track.Name, p.ID)), Author: repotest.Grace, Subject: "half done",
		Files: files{"a.nix": "half done\n"}})[0]
	w.ask(forks.VerbKeepOurs, p.ID, "mona", "")
	w.sync()
	if got, want := first(w.fork.File(t, "main", "a.nix")), lines("a", 1, 12, "5=fork;", "11=fork too;"); got != want {
		t.Errorf("a.nix:\n%s", got)
	}
	w.settledForGood()
	if !strings.Contains(w.fork.Git(t, "rev-list", string(w.track.StateRef())), mine.String()) {
		t.Errorf("what a person pushed to the fix branch is lost")
	}
}

func first[A, B any](a A, _ B) A { return a }

func TestCommandChoosesASideOfWhatHasNoMarkers(t *testing.T) {
	t.Parallel()
	binary := func(s string) string { return "\x00" + s }
	for name, c := range map[string]struct {
		base, up, fork string // of x
		verb           forks.Verb
		want           string // repotest.Delete: x is gone
	}{
		"deleted by upstream, and that is taken": {"one\n", repotest.Delete, "fork\n", forks.VerbTakeUpstream, repotest.Delete},
		"deleted by upstream, and kept":          {"one\n", repotest.Delete, "fork\n", forks.VerbKeepOurs, "fork\n"},
		"deleted by the patch, and that is kept": {"one\n", "two\n", repotest.Delete, forks.VerbKeepOurs, repotest.Delete},
		"binary":                                 {binary("one"), binary("two"), binary("fork"), forks.VerbKeepOurs, binary("fork")},
		"symlink":                                {repotest.Symlink("one"), repotest.Symlink("two"), repotest.Symlink("fork"), forks.VerbKeepOurs, "fork"},
		"added by both":                          {"", "two\n", "fork\n", forks.VerbTakeUpstream, "two\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, forks.Merging)
			if c.base != "" {
				w.up.Commit(t, "main", repotest.Ada, "x", files{"x": c.base})
				w.fork.Git(t, "fetch", "--quiet", w.up.Dir, "main:main")
			}
			w.fork.Commit(t, "main", repotest.Grace, "x: fork change", files{"x": c.fork, "own": "the rest\n"})
			w.adopt()
			w.up.Commit(t, "main", repotest.Ada, "x: bump", files{"x": c.up})
			w.sync()
			id := w.ask(c.verb, w.only().ID, "mona", "")
			out := w.sync()
			w.want(out.Plan, "x: fork change: resolved/resolved")
			if got, ok := w.fork.File(t, "main", "x"); ok == (c.want == repotest.Delete) || ok && got != c.want {
				t.Errorf("x is %q (there: %v), want %q; %s", got, ok, c.want, w.result(id))
			}
			if got, _ := w.fork.File(t, "main", "own"); got != "the rest\n" {
				t.Errorf("the rest of the patch is %q", got)
			}
		})
	}
}

func TestCommandIsRefusedWhereThereAreNoSidesToChoose(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	w.fork.Commit(t, "main", repotest.Grace, "b: moved", files{"b.nix": repotest.Delete, "mine.nix": lines("b", 1, 12)})
	w.up.Commit(t, "main", repotest.Ada, "b: moved away", files{"b.nix": repotest.Delete, "theirs.nix": lines("b", 1, 12)})
	w.sync()
	p := w.only()
	refused := w.ask(forks.VerbKeepOurs, p.ID, "mona", "")
	out := w.sync()
	if got := w.result(refused); !strings.HasPrefix(got, "refused: ") || !strings.Contains(got, "has to be settled by hand: a conflict of the kind rename/rename has no sides") {
		t.Errorf("result %q of %+v", got, p.Conflict.Files)
	}
	if out.Written || w.only().ID != p.ID {
		t.Errorf("a command that was refused has moved something")
	}
	dropped := w.ask(forks.VerbDrop, p.ID, "mona", "")
	w.sync()
	if w.result(dropped) != "the patch is dropped" {
		t.Errorf("result %q", w.result(dropped))
	}
	w.settledForGood()
}

func TestWhatWasMergedComesBeforeACommand(t *testing.T) {
	t.Parallel()
	w := conflicted(t, onGit)
	p := w.only()
	w.settle("5=both;")
	id := w.ask(forks.VerbDrop, p.ID, "mona", "")
	w.sync()
	if w.result(id) != "" {
		t.Errorf("the command was taken before the merge was looked at: %q", w.result(id))
	}
	w.sync()
	if got := w.result(id); got != "nothing to do: the conflict is settled already" {
		t.Errorf("result %q", got)
	}
	if text, _ := w.fork.File(t, "main", "a.nix"); text != lines("a", 1, 12, "5=both;") {
		t.Errorf("a.nix:\n%s", text)
	}
}

func TestCommandAnswersWhatAMergeLeftUnresolved(t *testing.T) {
	t.Parallel()
	w := conflicted(t, onGit)
	p := w.only()
	w.fork.Build(t, repotest.Commit{Branch: string(forks.OntoRef(w.track.Name, p.ID)), Author: repotest.Grace, Subject: "too much",
		Files: files{"a.nix": lines("a", 1, 12, "5=both;"), "d.nix": "something else\n"}})
	w.sync()
	if got := w.only(); got.Status != forks.Unresolved {
		t.Fatalf("it is %s", got.Status)
	}
	w.ask(forks.VerbKeepOurs, p.ID, "mona", "")
	w.want(w.sync().Plan, "a: fork change: resolved/resolved")
	if text, _ := w.fork.File(t, "main", "a.nix"); text != lines("a", 1, 12, "5=fork;", "11=fork too;") {
		t.Errorf("a.nix:\n%s", text)
	}
	w.settledForGood()
}

func TestRequestsThatAskForNothing(t *testing.T) {
	t.Parallel()
	w := conflicted(t, onGit)
	p := w.only()
	before := w.fork.Refs(t)
	want := map[int64]string{
		w.ask(forks.VerbRetry, "", "mona", ""):                            "looked at it again",
		w.ask(forks.VerbRetry, p.ID, "mona", ""):                          "looked at it again",
		w.ask(forks.VerbReopen, p.ID, "mona", ""):                         "nothing to do: it is open",
		w.ask(forks.VerbDrop, "", "mona", ""):                             "nothing to do: it names no conflict",
		w.ask(forks.VerbDrop, "c\x1b[31m", "mona", ""):                    `nothing to do: this track has no conflict c\x1b[31m`,
		w.ask("dance", p.ID, "mona", ""):                                  "nothing to do: auxsync does not know this command",
		w.ask(forks.VerbResume, "", "mona", ""):                           "nothing to do: it is not paused",
		w.ask(forks.VerbMine, p.ID, "", "nobody says so on a forge page"): "nothing to do: it does not say whose it is",
	}
	out := w.due(time.Minute)
	for id, text := range want {
		if w.result(id) != text {
			t.Errorf("%s: result %q, want %q", w.store.requests[id-1].Verb, w.result(id), text)
		}
	}
	if out.Quiet || out.Written || !maps.Equal(before, w.fork.Refs(t)) {
		t.Errorf("the pass was quiet, or moved something")
	}
	if out = w.due(time.Minute); !out.Quiet {
		t.Errorf("the next pass is not quiet")
	}
}

func TestWhoseAConflictIs(t *testing.T) {
	t.Parallel()
	w := conflicted(t, onGitHub)
	p := w.only()
	ask := func(verb forks.Verb, who string) (claimed, notFor string) {
		t.Helper()
		w.ask(verb, p.ID, who, "")
		w.due(time.Minute)
		now := w.only()
		return now.Claimed, strings.Join(now.NotFor, " ")
	}
	for i, c := range []struct {
		verb            forks.Verb
		who             string
		claimed, notFor string
	}{
		{forks.VerbMine, "Mona", "Mona", ""},
		{forks.VerbNotMine, "mona", "", "mona"},
		{forks.VerbNotMine, "MONA", "", "mona"},
		{forks.VerbNotMine, "grace", "", "mona grace"},
		{forks.VerbMine, "MONA", "MONA", "grace"},
		{forks.VerbMine, "alan", "alan", "grace"},
	} {
		if claimed, notFor := ask(c.verb, c.who); claimed != c.claimed || notFor != c.notFor {
			t.Errorf("%d, %s %s: claimed by %q, not for %q", i, c.who, c.verb, claimed, notFor)
		}
	}
	w.forgetful()
	w.sync()
	if now := w.only(); now.Claimed != "alan" || !slices.Equal(now.NotFor, []string{"grace"}) {
		t.Errorf("after everything but the fork was lost: %+v", now)
	}
}

func TestClosedPullRequestIsDeclinedAndCanBeReopened(t *testing.T) {
	t.Parallel()
	w := conflicted(t, onGitHub)
	p := w.only()
	w.number(12)
	if out := w.due(time.Minute); out.Quiet || w.only().Number != 12 || w.only().URL != "https://forge.test/o/r/pull/12" {
		t.Fatalf("the number is not written down: %+v", w.only())
	}
	if out := w.due(time.Minute); !out.Quiet {
		t.Errorf("a known number is news again")
	}
	branches := []string{string(forks.OntoRef(w.track.Name, p.ID)), string(forks.FixRef(w.track.Name, p.ID))}
	declined := w.ask(forks.VerbDecline, p.ID, "mona", "not now")
	for range 2 {
		out := w.sync()
		if got := out.Plan.State; !out.Quiet && (len(w.open()) > 0 || len(got.Decisions) != 1 || !strings.Contains(got.Decisions[0].Question, "#12")) {
			t.Errorf("after it was closed: %+v", got.Decisions)
		}
		for _, branch := range branches {
			w.fork.Tip(t, branch) // fails if it is gone
		}
	}
	state, err := w.Read(t.Context(), w.track)
	if err != nil {
		t.Fatal(err)
	}
	if got := state.Proposals[0]; got.Status != forks.Declined || got.ClosedBy != "mona" || got.Reason != "closed without merging by mona: not now" {
		t.Errorf("%+v", got)
	}
	if w.result(declined) != "closed without merging: it is not asked again" {
		t.Errorf("result %q", w.result(declined))
	}
	w.ask(forks.VerbReopen, p.ID, "alan", "")
	w.sync()
	if got := w.only(); got.ID != p.ID || got.ClosedBy != "" || !got.Closed.IsZero() {
		t.Errorf("reopened as %+v", got)
	}
	w.ask(forks.VerbDecline, p.ID, "mona", "")
	w.sync()
	w.fork.SetRef(t, branches[1], forks.Hash{})
	again := w.ask(forks.VerbRetry, p.ID, "alan", "")
	w.sync()
	if got := w.only(); got.ID == p.ID || got.Round != 2 || w.result(again) != "asked again" {
		t.Errorf("asked again as %+v: %q", got, w.result(again))
	}
	w.ask(forks.VerbKeepOurs, w.only().ID, "mona", "")
	w.want(w.sync().Plan, "a: fork change: resolved/resolved")
	w.settledForGood()
}

func TestDeclinedConflictCanStillBeSettledByACommand(t *testing.T) {
	t.Parallel()
	w := conflicted(t, onGitHub)
	p := w.only()
	w.number(12)
	w.ask(forks.VerbDecline, p.ID, "mona", "")
	w.sync()
	id := w.ask(forks.VerbDrop, p.ID, "mona", "")
	w.want(w.sync().Plan, "a: fork change: dropped/dropped")
	if w.result(id) != "the patch is dropped" {
		t.Errorf("result %q", w.result(id))
	}
	w.settledForGood()
}

func TestForgeSaysWhoPressedTheButton(t *testing.T) {
	t.Parallel()
	w := conflicted(t, onGitHub)
	p := w.only()
	w.store.records[p.ID] = forks.PullRecord{Number: 12, State: forks.PullMerged, By: "mona"}
	w.fork.Build(t, repotest.Commit{Branch: string(forks.OntoRef(w.track.Name, p.ID)), Author: "auxsync[bot] <bot@example.org>", Subject: "squashed",
		Files: files{"a.nix": lines("a", 1, 12, "5=both;")}})
	w.want(w.sync().Plan, "a: fork change: resolved/resolved")
	w.checkTrailers("", p.ID, true)
	state, err := w.Read(t.Context(), w.track)
	if err != nil || state.Patches[0].Versions[1].By != "mona" || state.Proposals[0].ClosedBy != "mona" {
		t.Errorf("who resolved it: %+v, %v", state.Proposals, err)
	}
}

// forgetsToTake is a store that fails to note what was taken.
type forgetsToTake struct {
	*memory
	failures int
}

func (s *forgetsToTake) TakeRequest(ctx context.Context, id int64, pass int, result string) error {
	if s.failures > 0 {
		s.failures--
		return errors.New("the disk is full")
	}
	return s.memory.TakeRequest(ctx, id, pass, result)
}

func TestRequestsThatAreTakenTwiceDoNothingTheSecondTime(t *testing.T) {
	t.Parallel()
	for verb, result := range map[forks.Verb]string{
		forks.VerbKeepOurs: "nothing to do: the conflict is settled already",
		forks.VerbDecline:  "nothing to do: it is closed already",
		forks.VerbMine:     "nothing to do: that is known",
		forks.VerbPause:    "paused",
	} {
		t.Run(string(verb), func(t *testing.T) {
			t.Parallel()
			w := conflicted(t, onGitHub)
			w.number(12)
			w.sync()
			store := &forgetsToTake{w.store, 1}
			w.Store = store
			id := w.ask(verb, w.only().ID, "mona", "")
			if _, err := w.Sync(t.Context(), w.track, syncer.Options{Due: true}); err == nil {
				t.Fatal("the pass does not tell")
			}
			pass := string(w.track.StateRef())
			pushed := w.fork.Tip(t, pass)
			w.due(time.Minute)
			if w.result(id) != result {
				t.Errorf("result %q, want %q", w.result(id), result)
			}
			if now := w.fork.Tip(t, pass); now != pushed && verb != forks.VerbKeepOurs {
				t.Errorf("taken twice, it is written twice")
			}
		})
	}
}

func TestPullRequestNeedsNoConflictFileWhereMarkersShowEverything(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		on   func(*world)
		x    string // what upstream makes of a file that the patch changes, too
		file bool
	}{
		{onGit, "", true},
		{onGitHub, "", false},
		{onGitHub, repotest.Delete, true},
	} {
		w := newWorld(t, forks.Merging)
		c.on(w)
		w.fork.Commit(t, "main", repotest.Grace, "a: fork change", files{"a.nix": lines("a", 1, 12, "5=fork;"), "b.nix": lines("b", 1, 12, "5=fork;")})
		w.adopt()
		bump := files{"a.nix": lines("a", 1, 12, "5=two;")}
		if c.x != "" {
			bump["b.nix"] = c.x
		}
		w.up.Commit(t, "main", repotest.Ada, "a: bump", bump)
		w.sync()
		fix := string(forks.FixRef(w.track.Name, w.only().ID))
		if _, has := w.fork.File(t, fix, pulls.ConflictFileName); has != c.file {
			t.Errorf("%s with %q: the conflict file is there: %v", w.track.Forge, c.x, has)
		}
		message := w.fork.Git(t, "log", "-1", "--format=%B", fix)
		if strings.Contains(message, pulls.ConflictFileName) != (w.track.Forge == forks.ForgeGit) {
			t.Errorf("%s: the fix commit says\n%s", w.track.Forge, message)
		}
	}
}

func TestMarkersAloneTellWhetherAPullRequestIsSettled(t *testing.T) {
	t.Parallel()
	w := conflicted(t, onGitHub)
	p := w.only()
	fix := string(forks.FixRef(w.track.Name, p.ID))
	shown, _ := w.fork.File(t, fix, "a.nix")
	w.fork.Build(t, repotest.Commit{Branch: string(forks.OntoRef(w.track.Name, p.ID)), Author: repotest.Grace, Subject: "too early", Files: files{"a.nix": shown}})
	w.sync()
	second := w.only()
	if second.Round != 2 {
		t.Fatalf("merged with markers inside: %+v", second)
	}
	if _, has := w.fork.File(t, string(forks.FixRef(w.track.Name, second.ID)), pulls.ConflictFileName); has {
		t.Errorf("the second round has a conflict file")
	}
	w.fork.Build(t, repotest.Commit{Branch: string(forks.FixRef(w.track.Name, second.ID)), Author: repotest.Grace, Subject: "suggested",
		Files: files{"a.nix": lines("a", 1, 12, "5=both;")}})
	w.sync()
	if got := w.only(); got.Status != forks.Ready {
		t.Errorf("without markers it is %s", got.Status)
	}
}
