package syncer_test

import (
	"context"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestConflictIsAskedResolvedAndPublished(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
	w.fork.Commit(t, "main", repotest.Alan, "b: fork change", map[string]string{"b.nix": lines("b", 1, 12, "5=fork;")})
	out := w.adopt()
	w.want(out.Plan, "a: fork change: kept/kept", "b: fork change: kept/kept")
	if got := w.fork.Tip(t, "main"); got != out.Plan.ForkTip {
		t.Errorf("adoption moved the branch")
	}

	w.up.Commit(t, "main", repotest.Ada, "c: bump", map[string]string{"c.nix": lines("c", 1, 12, "3=two;")})
	hold := w.up.Tip(t, "main")
	w.up.Commit(t, "main", repotest.Ada, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "5=two;")})
	w.up.Commit(t, "main", repotest.Ada, "d: bump", map[string]string{"d.nix": lines("d", 1, 12, "3=two;")})
	out = w.sync()
	w.want(out.Plan, "a: fork change: conflicted/kept", "b: fork change: kept/kept")
	if out.Plan.Base.New != hold {
		t.Errorf("base %s, want the commit before the cause %s", out.Plan.Base.New, hold)
	}
	if got := w.fork.Tip(t, "main"); got != out.Plan.CandidateTip || got != out.Plan.State.Tip {
		t.Errorf("branch at %s, want %s", got, out.Plan.CandidateTip)
	}
	if out = w.sync(); !out.Quiet {
		t.Errorf("second pass is not quiet: %+v", out.Plan)
	}

	state, err := w.Read(t.Context(), w.track)
	if err != nil || len(state.Proposals) != 1 {
		t.Fatalf("proposals: %v %v", state, err)
	}
	p := state.Proposals[0]
	onto := string(forks.OntoRef("aux-main", p.ID))
	w.fork.Build(t, repotest.Commit{Branch: onto, Author: repotest.Grace, Subject: "resolve", Files: map[string]string{"a.nix": lines("a", 1, 12, "5=both;")}})
	out = w.sync()
	w.want(out.Plan, "a: fork change: resolved/resolved", "b: fork change: kept/kept")
	if out.Plan.Base.New != w.up.Tip(t, "main") {
		t.Errorf("base is not upstream's tip")
	}
	if text, _ := w.fork.File(t, "main", "a.nix"); text != lines("a", 1, 12, "5=both;") {
		t.Errorf("a.nix:\n%s", text)
	}
	for ref := range w.fork.Refs(t) {
		if ref == forks.OntoRef("aux-main", p.ID) || ref == forks.FixRef("aux-main", p.ID) {
			t.Errorf("%s was not cleaned up", ref)
		}
	}
}

// published commits a patch for each file of a fork and brings it to a first pass.
func published(t *testing.T, history forks.History, patched ...string) *world {
	t.Helper()
	w := newWorld(t, history)
	for _, name := range patched {
		w.fork.Commit(t, "main", repotest.Grace, name+": fork change", map[string]string{name + ".nix": lines(name, 1, 12, "5=fork;")})
	}
	w.adopt()
	w.up.Commit(t, "main", repotest.Ada, "e: bump", map[string]string{"e.nix": lines("e", 1, 12, "3=two;")})
	w.sync()
	return w
}

// open returns the proposals that ask people for something.
func (w *world) open() []forks.Proposal {
	w.t.Helper()
	state, err := w.Read(context.Background(), w.track)
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return slices.DeleteFunc(state.Proposals, func(p forks.Proposal) bool { return !p.Status.Live() })
}

// forgetful is the same world after database and cache were deleted.
func (w *world) forgetful() {
	w.t.Helper()
	w.store = newMemory()
	w.Store = w.store
	if err := os.RemoveAll(w.CacheDir); err != nil {
		w.t.Fatalf("%v", err)
	}
}

func TestRevertFromBeforeTheAdoptionEndsBoth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	id := w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
	w.fork.Commit(t, "main", repotest.Alan, "Revert\n\nThis reverts commit "+id.String()+".", map[string]string{"a.nix": lines("a", 1, 12)})
	out := w.adopt()
	w.want(out.Plan, "a: fork change: dropped/dropped", "Revert: dropped/dropped")
	if len(out.Plan.State.Ended) != 2 {
		t.Errorf("ended: %+v", out.Plan.State.Ended)
	}
}

func TestFirstFormsFromAnOldBranchAreThePatchesThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Rewrite)
	w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
	dropped := w.fork.Commit(t, "main", repotest.Grace, "b: fork change", map[string]string{"b.nix": lines("b", 1, 12, "5=fork;")})
	old := w.fork.Commit(t, "main", repotest.Alan, "Revert\n\nThis reverts commit "+dropped.String()+".", map[string]string{"b.nix": lines("b", 1, 12)})
	w.adopt()
	w.up.Commit(t, "main", repotest.Ada, "e: bump", map[string]string{"e.nix": lines("e", 1, 12, "3=two;")})
	w.sync()
	topic := w.fork.Build(t, repotest.Commit{Branch: "topic", Parents: []forks.Hash{old}, Subject: "c: topic", Files: map[string]string{"c.nix": lines("c", 1, 12, "5=fork;")}})[0]
	w.fork.Merge(t, "main", repotest.Alan, "merge topic", topic, nil)
	out := w.sync()
	w.want(out.Plan, "a: fork change: kept/kept", "c: topic: kept/kept",
		"b: fork change: dropped/dropped", "Revert: dropped/dropped", "merge topic: expanded/expanded")
}

func TestPatchThatLosesItsGroundDoesNotHoldTheBase(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	w.fork.Commit(t, "main", repotest.Alan, "a: on top", map[string]string{"a.nix": lines("a", 1, 12, "5=fork on top;")})
	w.up.Commit(t, "main", repotest.Ada, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "5=two;")})
	out := w.sync()
	w.want(out.Plan, "a: fork change: conflicted/kept", "a: on top: blocked/kept")
	onto := forks.OntoRef("aux-main", w.open()[0].ID)
	w.fork.Build(t, repotest.Commit{Branch: string(onto), Author: repotest.Grace, Subject: "drop it"})
	out = w.sync()
	w.want(out.Plan, "a: on top: conflicted/conflicted", "a: fork change: dropped/dropped")
	if out.Plan.Base.New != w.up.Tip(t, "main") || out.Plan.Hold != nil {
		t.Errorf("the base stays at %s: %+v", out.Plan.Base.New, out.Plan.Hold)
	}
	asked := w.open()
	if len(asked) != 1 || asked[0].Conflict.Cause != out.Plan.Base.New {
		t.Fatalf("asked: %+v", asked)
	}
	before := w.fork.Refs(t)
	w.forgetful()
	if out = w.sync(); out.Written || !maps.Equal(before, w.fork.Refs(t)) {
		t.Errorf("a second pass moved something:\n%s", outcomes(out.Plan))
	}
}

func TestResolutionOnTheBaseIsNotAskedAboutTwice(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	w.fork.Commit(t, "main", repotest.Alan, "a: on top", map[string]string{"a.nix": lines("a", 1, 12, "5=fork on top;")})
	w.up.Commit(t, "main", repotest.Ada, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "5=two;")})
	w.sync()
	w.fork.Build(t, repotest.Commit{Branch: string(forks.OntoRef("aux-main", w.open()[0].ID)), Author: repotest.Grace, Subject: "drop it"})
	w.sync()
	w.fork.Build(t, repotest.Commit{Branch: string(forks.OntoRef("aux-main", w.open()[0].ID)), Author: repotest.Grace, Subject: "settle",
		Files: map[string]string{"a.nix": lines("a", 1, 12, "5=settled;")}})
	out := w.sync()
	w.want(out.Plan, "a: on top: resolved/resolved")
	if text, _ := w.fork.File(t, "main", "a.nix"); text != lines("a", 1, 12, "5=settled;") {
		t.Errorf("a.nix:\n%s", text)
	}
	before := w.fork.Refs(t)
	w.forgetful()
	if out = w.sync(); out.Written || !maps.Equal(before, w.fork.Refs(t)) {
		t.Errorf("a second pass moved something:\n%s", outcomes(out.Plan))
	}
}

func TestAnswerIsJudgedAfterFixAndCacheAreGone(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	w.up.Commit(t, "main", repotest.Ada, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "5=two;")})
	w.sync()
	p := w.open()[0]
	w.fork.Build(t, repotest.Commit{Branch: string(forks.OntoRef("aux-main", p.ID)), Author: repotest.Grace, Subject: "settle",
		Files: map[string]string{"a.nix": lines("a", 1, 12, "5=settled;")}})
	w.fork.SetRef(t, string(forks.FixRef("aux-main", p.ID)), forks.Hash{})
	w.fork.Git(t, "gc", "--quiet", "--prune=now")
	w.forgetful()
	out := w.sync()
	w.want(out.Plan, "a: fork change: resolved/resolved")
}

func TestMergeByHandAndAnAnswerAtOnce(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	bump := w.up.Commit(t, "main", repotest.Ada, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "5=two;")})
	w.sync()
	p := w.open()[0]
	w.fork.Git(t, "fetch", "--quiet", w.up.Dir, "main")
	w.fork.Merge(t, "main", repotest.Alan, "merge upstream", bump, map[string]string{"a.nix": lines("a", 1, 12, "5=by hand;")})
	w.fork.Build(t, repotest.Commit{Branch: string(forks.OntoRef("aux-main", p.ID)), Author: repotest.Grace, Subject: "settle",
		Files: map[string]string{"a.nix": lines("a", 1, 12, "5=settled;")}})
	out := w.sync()
	w.want(out.Plan, "a: fork change: resolved/resolved", "merge upstream: expanded/expanded")
	if text, _ := w.fork.File(t, "main", "a.nix"); text != lines("a", 1, 12, "5=settled;") {
		t.Errorf("a.nix:\n%s", text)
	}
}
