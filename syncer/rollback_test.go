package syncer_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// asks has mona ask for something of the track, and makes the pass that takes it. It
// returns what came of it.
func (w *world) asks(verb forks.Verb, arg string) (syncer.Outcome, string) {
	w.t.Helper()
	w.store.requests = append(w.store.requests, forks.RequestRecord{Request: forks.Request{ID: int64(len(w.store.requests) + 1),
		Fork: w.track.Fork, Track: w.track.Name, Verb: verb, Arg: arg, Who: "mona", At: w.clock.Now()}})
	w.clock.Advance(time.Hour)
	out, err := w.Sync(context.Background(), w.track, syncer.Options{Who: "mona"})
	if err != nil {
		w.t.Fatalf("%s: %v", verb, err)
	}
	if len(out.Taken) != 1 {
		w.t.Fatalf("%s: took %+v", verb, out.Taken)
	}
	return out, out.Taken[0].Result
}

func (w *world) rollBack(pass int) syncer.Outcome {
	w.t.Helper()
	out, said := w.asks(forks.VerbRollback, strconv.Itoa(pass))
	if !strings.HasPrefix(said, "rolled back to pass ") {
		w.t.Fatalf("rollback %d: %s", pass, said)
	}
	return out
}

func (w *world) goOn() syncer.Outcome {
	w.t.Helper()
	out, said := w.asks(forks.VerbResume, "")
	if !strings.HasPrefix(said, "it goes on from pass ") {
		w.t.Fatalf("resume: %s", said)
	}
	return out
}

// treeOf is the tree of a branch's tip.
func (w *world) treeOf(rev string) string {
	w.t.Helper()
	return strings.TrimSpace(w.fork.Git(w.t, "rev-parse", rev+"^{tree}"))
}

func bothModes(t *testing.T, test func(*testing.T, *world)) {
	for _, mode := range []forks.History{forks.Merging, forks.Rewrite} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			test(t, newWorld(t, mode))
		})
	}
}

// What a person dropped since stands in the branch while it is rolled back, as it did
// then, and is dropped again by the same decision once the track goes on.
func TestADropIsTakenBackByNoRollback(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, w *world) {
		w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
		w.fork.Commit(t, "main", repotest.Grace, "b: fork change", map[string]string{"b.nix": lines("b", 1, 12, "5=fork;")})
		w.adopt()
		w.up.Commit(t, "main", repotest.Ada, "c: bump", map[string]string{"c.nix": lines("c", 1, 12, "5=two;")})
		w.sync()
		then := w.fork.Tip(t, "main")
		tree := w.treeOf("main")
		id := w.fork.Tip(t, "main")
		w.fork.Commit(t, "main", repotest.Grace, "Revert \"b: fork change\"\n\nThis reverts commit "+id.String()+".", map[string]string{"b.nix": lines("b", 1, 12)})
		w.up.Commit(t, "main", repotest.Ada, "d: bump", map[string]string{"d.nix": lines("d", 1, 12, "5=two;")})
		out := w.sync()
		if n := len(out.Plan.State.Patches); n != 1 {
			t.Fatalf("%d patches stand before the rollback, want 1\n%s", n, outcomes(out.Plan))
		}
		now := w.treeOf("main")

		out = w.rollBack(2)
		w.want(out.Plan, "a: fork change: kept/kept", "b: fork change: dropped/kept")
		if got := w.treeOf("main"); got != tree {
			t.Errorf("the branch has tree %s, want that of pass 2, %s", got, tree)
		}
		if w.track.History == forks.Rewrite && w.fork.Tip(t, "main") != then {
			t.Errorf("the branch is at %s, want the archived tip %s", w.fork.Tip(t, "main").Short(), then.Short())
		}
		w.up.Commit(t, "main", repotest.Ada, "e: bump", map[string]string{"README": "more\n"})
		w.sync()
		if got := w.treeOf("main"); got != tree {
			t.Errorf("the branch moved on though it is rolled back")
		}
		w.up.Commit(t, "main", repotest.Ada, "e: back", map[string]string{"README": "a package set\n"})
		out = w.goOn()
		w.want(out.Plan, "a: fork change: kept/kept", "b: fork change: dropped/dropped")
		if got := w.treeOf("main"); got != now {
			t.Errorf("the branch has tree %s after the rollback, want %s\n%s", got, now, outcomes(out.Plan))
		}
		if out := w.sync(); !out.Quiet && out.Written {
			t.Errorf("the pass after it has something to write: %+v", out.Plan.WouldPush)
		}
	})
}

// What people made of a patch when they merged upstream by hand is not asked again.
func TestAFormThatAPersonMadeComesBackAfterARollback(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, w *world) {
		w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
		w.adopt()
		w.up.Commit(t, "main", repotest.Ada, "c: bump", map[string]string{"c.nix": lines("c", 1, 12, "5=two;")})
		w.sync()
		w.up.Commit(t, "main", repotest.Ada, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "5=two;")})
		w.fork.Git(t, "fetch", "-q", w.up.Dir, "main:refs/heads/up")
		merged := w.fork.Merge(t, "main", repotest.Grace, "Merge upstream", w.up.Tip(t, "main"), map[string]string{"a.nix": lines("a", 1, 12, "5=both;"), "c.nix": lines("c", 1, 12, "5=two;")})
		w.fork.SetRef(t, "up", forks.Hash{})
		out := w.sync()
		if len(out.Plan.Conflicts) != 0 {
			t.Fatalf("the merge %v by hand left a conflict", merged)
		}
		now := w.treeOf("main")
		ids := patchIDs(out.Plan.State)
		out = w.rollBack(2)
		w.want(out.Plan, "a: fork change: kept/adapted")
		if n := len(out.Plan.Conflicts); n != 0 {
			t.Errorf("people are asked about %d conflicts while it is rolled back", n)
		}
		out = w.goOn()
		if got := w.treeOf("main"); got != now || len(out.Plan.Conflicts) != 0 {
			t.Errorf("the branch has tree %s, want %s; conflicts: %+v", got, now, out.Plan.Conflicts)
		}
		if got := patchIDs(out.Plan.State); got != ids {
			t.Errorf("patches %s, want %s", got, ids)
		}
	})
}

func patchIDs(s forks.State) string {
	var out []string
	for _, p := range s.Patches {
		out = append(out, string(p.ID))
	}
	return strings.Join(out, " ")
}

// A branch that was rewritten is brought back by a rollback, too; both sides stay.
func TestARollbackBringsARewrittenBranchBack(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, w *world) {
		w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
		w.fork.Commit(t, "main", repotest.Grace, "b: fork change", map[string]string{"b.nix": lines("b", 1, 12, "5=fork;")})
		w.adopt()
		w.up.Commit(t, "main", repotest.Ada, "c: bump", map[string]string{"c.nix": lines("c", 1, 12, "5=two;")})
		w.sync()
		tip, tree := w.fork.Tip(t, "main"), w.treeOf("main")
		w.fork.Git(t, "update-ref", "refs/heads/main", tip.String()+"~1")
		w.fork.Commit(t, "main", repotest.Grace, "d: instead", map[string]string{"d.nix": lines("d", 1, 12, "5=fork;")})
		stray := w.fork.Tip(t, "main")
		w.clock.Advance(time.Hour)
		if _, err := w.Sync(context.Background(), w.track, syncer.Options{}); err == nil || !strings.Contains(err.Error(), "was rewritten") {
			t.Fatalf("the rewritten branch gives %v", err)
		}
		w.rollBack(2)
		if got := w.treeOf("main"); got != tree {
			t.Errorf("the branch has tree %s, want %s", got, tree)
		}
		if w.track.History == forks.Merging {
			for _, had := range []forks.Hash{tip, stray} {
				w.fork.Git(t, "merge-base", "--is-ancestor", had.String(), "main")
			}
		}
		w.goOn()
		if got := w.treeOf("main"); got != tree {
			t.Errorf("the branch has tree %s after that, want %s", got, tree)
		}
		w.fork.Git(t, "gc", "--quiet", "--prune=now")
		for _, had := range []forks.Hash{tip, stray} {
			w.fork.Git(t, "cat-file", "-e", had.String())
		}
	})
}

// A proposal that is open stays so while the track is rolled back, and its answer counts.
func TestProposalsStayOpenWhileRolledBack(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, w *world) {
		w.fork.Commit(t, "main", repotest.Grace, "b: fork change", map[string]string{"b.nix": lines("b", 1, 12, "5=fork;")})
		w.adopt()
		w.up.Commit(t, "main", repotest.Ada, "c: bump", map[string]string{"c.nix": lines("c", 1, 12, "5=two;")})
		w.sync()
		w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
		w.sync()
		w.up.Commit(t, "main", repotest.Ada, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "5=two;")})
		out := w.sync()
		asked := out.Plan.State.Proposals
		if len(asked) != 1 || asked[0].Status != forks.Open {
			t.Fatalf("proposals before: %+v", asked)
		}
		out = w.rollBack(2)
		w.want(out.Plan, "b: fork change: kept/kept", "a: fork change: conflicted/parked")
		if p := out.Plan.State.Proposals; len(p) != 1 || p[0].ID != asked[0].ID || p[0].Status != forks.Open {
			t.Errorf("proposals while it is rolled back: %+v", p)
		}
		out = w.goOn()
		if p := out.Plan.State.Proposals; len(p) != 1 || p[0].ID != asked[0].ID || p[0].Status != forks.Open {
			t.Errorf("proposals after that: %+v", p)
		}
		w.want(out.Plan, "b: fork change: kept/kept", "a: fork change: conflicted/kept")
	})
}
