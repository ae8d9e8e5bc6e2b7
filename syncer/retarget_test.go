//go:build !race

package syncer_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestAnotherUpstreamStopsTheTrackUntilAPersonMeansIt(t *testing.T) {
	t.Parallel()
	for _, history := range []forks.History{forks.Merging, forks.Rewrite} {
		w, _, other := parted(t, history, "a")
		said := w.syncError(syncer.Options{})
		if !strings.Contains(said, "if the change of upstream is meant: auxsync retarget aux-main --upstream "+other.Dir) {
			t.Errorf("said: %s", said)
		}
		tip := w.fork.Tip(t, "main")
		out := w.retarget()
		w.want(out.Plan, "a: fork change: kept/kept")
		s := out.Plan.State
		if out.Plan.Base.New != other.Tip(t, "main") || s.Retarget != nil || s.Upstream != other.Dir || s.Stopped != nil {
			t.Errorf("base %s, state %+v", out.Plan.Base.New, s)
		}
		if text, _ := w.fork.File(t, "main", "e.nix"); text != lines("e", 1, 12) {
			t.Errorf("the first upstream's change is still there:\n%s", text)
		}
		if history == forks.Merging && !strings.Contains(w.fork.Git(t, "rev-list", "main"), tip.String()) {
			t.Errorf("the branch does not fast-forward")
		}
		if out = w.sync(); !out.Quiet {
			t.Errorf("second pass is not quiet")
		}
		other.Commit(t, "main", repotest.Alan, "c: of the other", map[string]string{"c.nix": lines("c", 1, 12, "3=other;")})
		if out = w.sync(); out.Plan.Base.New != other.Tip(t, "main") {
			t.Errorf("base %s", out.Plan.Base.New)
		}
	}
}

func TestAnswersCountWhileTheNewUpstreamMovesOn(t *testing.T) {
	t.Parallel()
	w, _, other := parted(t, forks.Merging, "a", "b")
	inner := other.Commit(t, "main", repotest.Alan, "a: of the other", map[string]string{"a.nix": lines("a", 1, 12, "5=other;")})
	pin := other.Commit(t, "main", repotest.Alan, "c: of the other", map[string]string{"c.nix": lines("c", 1, 12, "3=other;")})
	tip := w.fork.Tip(t, "main")
	out := w.retarget()
	w.want(out.Plan, "a: fork change: conflicted/kept", "b: fork change: kept/kept")
	s := out.Plan.State
	if out.Plan.Base.New != out.Plan.Base.Old || w.fork.Tip(t, "main") != tip || s.Retarget == nil || s.Retarget.By != "mona" || s.Retarget.Upstream != other.Dir {
		t.Errorf("base %s, retarget %+v", out.Plan.Base.New, s.Retarget)
	}
	if asked := w.open(); len(asked) != 1 || asked[0].Conflict.Cause != pin || asked[0].Conflict.Inner != inner {
		t.Fatalf("asked: %+v", asked)
	}
	// Another conflict comes, and has its exact cause.
	other.Commit(t, "main", repotest.Alan, "d: of the other", map[string]string{"d.nix": lines("d", 1, 12, "7=other;")})
	cause := other.Commit(t, "main", repotest.Alan, "b: of the other", map[string]string{"b.nix": lines("b", 1, 12, "5=other;")})
	other.Commit(t, "main", repotest.Alan, "d: again", map[string]string{"d.nix": lines("d", 1, 12, "7=again;")})
	w.settle("5=both;")
	out = w.sync()
	w.want(out.Plan, "a: fork change: resolved/resolved", "b: fork change: conflicted/kept")
	asked := w.open()
	if len(asked) != 1 || asked[0].Conflict.Cause != cause {
		t.Fatalf("asked: %+v", asked)
	}
	if out.Plan.State.Retarget != nil || strings.TrimSpace(other.Git(t, "rev-parse", cause.String()+"^")) != out.Plan.Base.New.String() {
		t.Errorf("base %s, retarget %+v", out.Plan.Base.New, out.Plan.State.Retarget)
	}
}

func TestRetargetIsTakenBackByTheConfiguration(t *testing.T) {
	t.Parallel()
	w, first, other := parted(t, forks.Merging, "a")
	other.Commit(t, "main", repotest.Alan, "a: of the other", map[string]string{"a.nix": lines("a", 1, 12, "5=other;")})
	w.retarget()
	w.up, w.track.Upstream = first, first.Dir
	w.bump("c")
	out := w.sync()
	w.want(out.Plan, "a: fork change: kept/kept")
	if out.Plan.Base.New != first.Tip(t, "main") || out.Plan.State.Retarget != nil || len(w.open()) != 0 {
		t.Errorf("base %s, retarget %+v, open %v", out.Plan.Base.New, out.Plan.State.Retarget, w.open())
	}
}

func TestUpstreamOfAnotherHistoryCanBeTheTarget(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	other := repotest.New(t, filepath.Join(w.dir, "other.git"))
	files := map[string]string{}
	for _, name := range []string{"a", "b"} {
		files[name+".nix"] = lines(name, 1, 12)
	}
	other.Commit(t, "trunk", repotest.Alan, "imported", files)
	w.track.Upstream, w.track.Follow = other.Dir, "trunk"
	w.syncError(syncer.Options{})
	out := w.retarget()
	w.want(out.Plan, "a: fork change: kept/kept")
	if _, there := w.fork.File(t, "main", "c.nix"); out.Plan.Base.New != other.Tip(t, "trunk") || there {
		t.Errorf("base %s, c.nix %v", out.Plan.Base.New, there)
	}
}

func TestWhatTheFirstUpstreamTookIsNoTroubleForTheSecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	other := w.up.Fork(t, filepath.Join(w.dir, "other.git"))
	for _, name := range []string{"a", "b"} {
		w.fork.Commit(t, "main", repotest.Grace, name+": fork change", map[string]string{name + ".nix": lines(name, 1, 12, "5=fork;")})
	}
	w.adopt()
	w.up.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
	out := w.sync()
	w.want(out.Plan, "a: fork change: upstreamed/upstreamed", "b: fork change: kept/kept")
	w.bump("b")
	w.sync() // upstream's tip is on record, and in no ref of the fork
	other.Commit(t, "main", repotest.Alan, "d: of the other", map[string]string{"d.nix": lines("d", 1, 12, "3=other;")})
	w.up, w.track.Upstream = other, other.Dir
	w.forgetful()
	out = w.retarget()
	w.want(out.Plan, "b: fork change: kept/kept")
	if d := out.Plan.State.Decisions; len(d) != 1 || d[0].Patch != out.Plan.State.Ended[0].ID {
		t.Errorf("decisions: %+v; the other upstream never had a's change", d)
	}
}

func TestSameProjectAtANewAddressIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	moved := w.up.Fork(t, filepath.Join(w.dir, "moved.git"))
	w.up, w.track.Upstream = moved, moved.Dir
	w.bump("c")
	out := w.sync()
	w.want(out.Plan, "a: fork change: kept/kept")
	if out.Plan.Base.New != moved.Tip(t, "main") || out.Plan.State.Upstream != moved.Dir || out.Plan.State.Retarget != nil {
		t.Errorf("base %s, state %+v", out.Plan.Base.New, out.Plan.State)
	}
}

func TestTrackCanBeMovedFromABranchToReleases(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	w.release("2.1", w.bump("a"))
	w.track.Follow = "tags:2.*"
	w.syncError(syncer.Options{})
	out := w.retarget()
	w.want(out.Plan, "a: fork change: conflicted/kept")
	w.release("2.2", w.bump("c"))
	w.settle("5=both;")
	out = w.sync()
	w.want(out.Plan, "a: fork change: resolved/resolved")
	if out.Plan.State.Release != "2.2" || out.Plan.State.Retarget != nil {
		t.Errorf("release %q, retarget %+v", out.Plan.State.Release, out.Plan.State.Retarget)
	}
}
