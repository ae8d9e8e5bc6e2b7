package syncer_test

import (
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
