package syncer_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// askPatch stores what a person asks about a patch, and returns its id.
func (w *world) askPatch(verb forks.Verb, patch forks.PatchID, who, because string) int64 {
	id := w.ask(verb, "", who, because)
	w.store.requests[id-1].Patch = patch
	return id
}

// named finds a patch of the recorded state by its subject, in the stack or ended.
func (w *world) named(subject string) forks.Patch {
	w.t.Helper()
	s := w.state()
	for _, p := range slices.Concat(s.Patches, s.Ended) {
		if p.Subject == subject {
			return p
		}
	}
	w.t.Fatalf("no patch %q", subject)
	return forks.Patch{}
}

// order lists the subjects of the stack.
func (w *world) order() string {
	var list []string
	for _, p := range w.state().Patches {
		list = append(list, p.Subject)
	}
	return strings.Join(list, ", ")
}

// sayIs checks what came of a request.
func (w *world) sayIs(id int64, want string) {
	w.t.Helper()
	if got := w.result(id); !strings.Contains(got, want) {
		w.t.Errorf("request %d: %q, want %q in it", id, got, want)
	}
}

// three is a world with the patches one, two (which needs one) and three.
func three(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, forks.Merging)
	onGit(w)
	w.fork.Commit(t, "main", repotest.Grace, "one", files{"a.nix": lines("a", 1, 12, "5=one;")})
	w.fork.Commit(t, "main", repotest.Grace, "two", files{"a.nix": lines("a", 1, 12, "5=two;")})
	w.fork.Commit(t, "main", repotest.Grace, "three", files{"b.nix": lines("b", 1, 12, "5=three;")})
	w.adopt()
	w.bump("e")
	w.sync()
	return w
}

func TestAParkedPatchLeavesWithThoseThatNeedItAndReturnsInItsPlace(t *testing.T) {
	t.Parallel()
	w := three(t)
	tree := w.fork.Git(t, "rev-parse", "main^{tree}")
	one, two := w.named("one"), w.named("two")
	id := w.askPatch(forks.VerbPark, one.ID, "mona", "it breaks the installer")
	out := w.due(time.Minute)
	w.want(out.Plan, "one: parked/parked", "two: blocked/blocked", "three: kept/kept")
	w.sayIs(id, "parked, and with it what needs it: "+string(two.ID))
	if row := out.Plan.Outcomes[0]; row.By != "mona" || row.Reason != "it breaks the installer" {
		t.Errorf("the ledger says %+v", row)
	}
	if got, _ := w.fork.File(t, "main", "a.nix"); strings.Contains(got, "one;") || strings.Contains(got, "two;") {
		t.Errorf("the branch has it still:\n%s", got)
	}
	if p := w.named("one").Out; p.By != "mona" || p.Rule != "" || p.Reason != "it breaks the installer" {
		t.Errorf("out: %+v", p)
	}
	// Again is nothing, and it rests on.
	id = w.askPatch(forks.VerbPark, one.ID, "ada", "")
	w.bump("f")
	w.sync()
	w.sayIs(id, "nothing to do: it is parked already, by mona")
	id = w.askPatch(forks.VerbUnpark, one.ID, "ada", "")
	out = w.due(time.Minute)
	w.want(out.Plan, "one: kept/kept", "two: kept/kept", "three: kept/kept")
	w.sayIs(id, "unparked: the branch has it, in its place")
	if got, _ := w.fork.File(t, "main", "a.nix"); !strings.Contains(got, "two;") {
		t.Errorf("the branch misses it:\n%s\n%s", got, tree)
	}
	if w.order() != "one, two, three" {
		t.Errorf("the stack is %s", w.order())
	}
	w.sayIs(w.answered(forks.VerbUnpark, one.ID), "it is not parked")
	w.settledForGood()
}

// answered asks about a patch and makes the pass that answers.
func (w *world) answered(verb forks.Verb, patch forks.PatchID) int64 {
	w.t.Helper()
	id := w.askPatch(verb, patch, "mona", "")
	w.due(time.Minute)
	return id
}

func TestAParkedPatchIsAskedAboutAndHoldsNothingBack(t *testing.T) {
	t.Parallel()
	for name, on := range map[string]func(*world){"git": onGit, "github": onGitHub} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := conflicted(t, on)
			p := w.only()
			id := w.ask(forks.VerbPark, p.ID, "mona", "later")
			out := w.due(time.Minute)
			w.want(out.Plan, "a: fork change: conflicted/parked")
			w.sayIs(id, "parked")
			if out.Plan.Base.New != out.Plan.UpstreamTip {
				t.Error("it holds the branch back")
			}
			if open := w.only(); open.ID != p.ID {
				t.Errorf("asked about as %s, before as %s", open.ID, p.ID)
			}
			w.bump("c")
			w.sync()
			w.only()
			// Unparked, it conflicts still.
			id = w.ask(forks.VerbUnpark, p.ID, "mona", "")
			out = w.due(time.Minute)
			w.want(out.Plan, "a: fork change: conflicted/conflicted")
			w.sayIs(id, "it conflicts still")
			if open := w.only(); open.ID != p.ID {
				t.Errorf("asked about as %s, before as %s", open.ID, p.ID)
			}
			// An answer brings it back.
			w.ask(forks.VerbKeepOurs, p.ID, "ada", "")
			out = w.due(time.Minute)
			w.want(out.Plan, "a: fork change: resolved/resolved")
			w.settledForGood()
		})
	}
}

func TestUndoTakesBackEachKindOfDecision(t *testing.T) {
	t.Parallel()
	for _, verb := range []forks.Verb{forks.VerbKeepOurs, forks.VerbTakeUpstream, forks.VerbDrop, forks.VerbPark, forks.VerbDecline} {
		for name, on := range map[string]func(*world){"git": onGit, "github": onGitHub} {
			t.Run(string(verb)+" on "+name, func(t *testing.T) {
				t.Parallel()
				w := conflicted(t, on)
				p := w.only()
				w.ask(verb, p.ID, "ada", "I think so")
				w.due(time.Minute)
				w.sync()
				id := w.ask(forks.VerbUndo, p.ID, "mona", "it is wrong")
				out := w.due(time.Minute)
				open := w.only()
				if open.Patch != p.Patch || open.Conflict.Cause != p.Conflict.Cause {
					t.Errorf("asked about %+v, before about %+v", open, p)
				}
				if answered := verb != forks.VerbPark && verb != forks.VerbDecline; answered {
					w.sayIs(id, "undone: it conflicts still: it is left out until that is settled, and asked about as "+string(open.ID))
					if open.Round != 2 || open.ID == p.ID {
						t.Errorf("round %d", open.Round)
					}
					if reason := out.Plan.Outcomes[0].Reason; !strings.Contains(reason, "mona took back") || !strings.HasSuffix(reason, "by ada: it is wrong") {
						t.Errorf("the ledger says %q", reason)
					}
					old := w.state().Proposals[0]
					if old.Undone == nil || old.Undone.By != "mona" || old.Undone.Because != "it is wrong" || !strings.Contains(old.Reason, "mona took back") {
						t.Errorf("the record says %+v", old)
					}
				}
				if verb == forks.VerbDecline {
					w.sayIs(id, "asked again")
				}
				if patch := w.named("a: fork change"); patch.End != nil || len(patch.Versions) != 0 {
					t.Errorf("the patch is %+v", patch)
				}
				// There is nothing before that.
				w.sync()
				again := w.ask(forks.VerbUndo, p.ID, "mona", "")
				w.due(time.Minute)
				w.sayIs(again, "nothing to do: nobody has decided anything")
				// The new answer counts.
				w.ask(forks.VerbKeepOurs, w.only().ID, "ada", "")
				out = w.due(time.Minute)
				w.want(out.Plan, "a: fork change: resolved/resolved")
				w.settledForGood()
			})
		}
	}
}

func TestUndoOfWhatWasDecidedTwiceTakesBackTheNewerThenTheOlder(t *testing.T) {
	t.Parallel()
	w := conflicted(t, onGit)
	p := w.only()
	w.ask(forks.VerbKeepOurs, p.ID, "ada", "")
	w.due(time.Minute)
	w.askPatch(forks.VerbPark, p.Patch, "ada", "")
	w.due(time.Minute)
	first, second := w.askPatch(forks.VerbUndo, p.Patch, "mona", ""), w.askPatch(forks.VerbUndo, p.Patch, "mona", "")
	out := w.due(time.Minute)
	w.want(out.Plan, "a: fork change: kept/kept")
	w.sayIs(first, "undone: the patch is unparked; the branch has it, in its place")
	if w.result(second) != "" {
		t.Errorf("the second was taken in the same pass: %s", w.result(second))
	}
	w.due(time.Minute)
	w.sayIs(second, "undone: it conflicts still")
	w.only()
}

func TestADroppedPatchReturnsInItsPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	onGit(w)
	for _, name := range []string{"a", "b", "c", "d"} {
		w.fork.Commit(t, "main", repotest.Grace, name, files{name + ".nix": lines(name, 1, 12, "5="+name+" fork;")})
	}
	w.adopt()
	w.sync()
	for _, name := range []string{"a", "b", "c", "d"} {
		w.bump(name)
	}
	w.sync()
	drop := func(name string) {
		t.Helper()
		for _, p := range w.open() {
			if p.Patch == w.named(name).ID {
				w.ask(forks.VerbDrop, p.ID, "ada", "")
			}
		}
		w.due(time.Minute)
	}
	undo := func(name, want string) {
		t.Helper()
		w.sayIs(w.answered(forks.VerbUndo, w.named(name).ID), "undone: ")
		if got := w.order(); got != want {
			t.Errorf("after %s returned the stack is %s, want %s", name, got, want)
		}
	}
	drop("b")
	drop("c")
	drop("a")
	undo("b", "b, d")
	undo("c", "b, c, d")
	undo("a", "a, b, c, d")
	drop("b")
	undo("b", "a, b, c, d")
}

func TestUndoOfARevertBringsThePatchBack(t *testing.T) {
	t.Parallel()
	w := three(t)
	w.fork.Commit(t, "main", repotest.Grace, "Revert \"three\"\n\nThis reverts commit "+w.named("three").Commit.String()+".", files{"b.nix": lines("b", 1, 12)})
	out := w.sync()
	w.want(out.Plan, "one: kept/kept", "two: kept/kept", "three: dropped/dropped", `Revert "three": dropped/dropped`)
	w.sayIs(w.answered(forks.VerbUndo, w.named("three").ID), "undone: the branch has it, in its place")
	if got, _ := w.fork.File(t, "main", "b.nix"); !strings.Contains(got, "three;") {
		t.Errorf("the branch misses it:\n%s", got)
	}
}

// state is what the fork's state ref holds.
func (w *world) state() forks.State {
	w.t.Helper()
	s, err := w.Read(context.Background(), w.track)
	if err != nil || s == nil {
		w.t.Fatalf("state: %v, %v", s, err)
	}
	return *s
}
