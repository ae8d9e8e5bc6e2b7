//go:build !race

package syncer_test

import (
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// released is a world whose track follows the releases of upstream. The fork was made
// from release 2.1 and changes the files named.
func released(t *testing.T, history forks.History, patched ...string) *world {
	t.Helper()
	w := newWorld(t, history)
	w.track.Follow = "tags:2.*"
	w.release("2.1", w.up.Tip(t, "main"))
	for _, name := range patched {
		w.fork.Commit(t, "main", repotest.Grace, name+": fork change", map[string]string{name + ".nix": lines(name, 1, 12, "5=fork;")})
	}
	return w
}

// release tags a commit of upstream, as upstreams do.
func (w *world) release(name string, id forks.Hash) {
	w.t.Helper()
	w.up.Git(w.t, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "tag", "-f", "-a", "-m", "release "+name, name, id.String())
}

func TestTrackOfReleasesFollowsTheNewestOne(t *testing.T) {
	t.Parallel()
	for _, history := range []forks.History{forks.Merging, forks.Rewrite} {
		w := released(t, history, "a")
		first := w.up.Tip(t, "main")
		w.bump("c")
		out := w.adopt()
		if out.Plan.Base.New != first || out.Plan.State.Release != "2.1" {
			t.Errorf("adopted on %s, release %q", out.Plan.Base.New, out.Plan.State.Release)
		}
		w.sync()
		w.release("2.9", w.bump("d"))
		w.release("2.10", w.bump("e"))
		w.release("3.0", w.bump("b"))
		w.release("2.11-rc1", w.up.Tip(t, "main"))
		out = w.sync()
		w.want(out.Plan, "a: fork change: kept/kept")
		if out.Plan.State.Release != "2.10" || out.Plan.Hold != nil || out.Plan.Behind != 0 {
			t.Errorf("release %q, hold %+v, behind %d", out.Plan.State.Release, out.Plan.Hold, out.Plan.Behind)
		}
		w.up.Commit(t, "main", repotest.Ada, "no release", map[string]string{"README": "more\n"})
		if out = w.sync(); !out.Quiet {
			t.Errorf("without a new release the pass is not quiet")
		}
	}
}

func TestNewReleaseNeedNotContainTheOneBefore(t *testing.T) {
	t.Parallel()
	for _, history := range []forks.History{forks.Merging, forks.Rewrite} {
		w := released(t, history, "a")
		w.adopt()
		old := w.up.Tip(t, "main")
		maintained := w.up.Build(t, repotest.Commit{Branch: "2.1-maintenance", Parents: []forks.Hash{old}, Author: repotest.Ada,
			Subject: "c: fix", Files: map[string]string{"c.nix": lines("c", 1, 12, "5=maintained;")}})[0]
		w.release("2.1.1", maintained)
		if out := w.sync(); out.Plan.Base.New != maintained {
			t.Fatalf("base %s, want %s", out.Plan.Base.New, maintained)
		}
		w.release("2.2", w.bump("d"))
		out := w.sync()
		w.want(out.Plan, "a: fork change: kept/kept")
		if text, _ := w.fork.File(t, "main", "c.nix"); text != lines("c", 1, 12) {
			t.Errorf("the fix of the old release is still there, which 2.2 does not have:\n%s", text)
		}
		if text, _ := w.fork.File(t, "main", "a.nix"); out.Plan.State.Release != "2.2" || text != lines("a", 1, 12, "5=fork;") {
			t.Errorf("release %q, a.nix:\n%s", out.Plan.State.Release, text)
		}
		if out = w.sync(); !out.Quiet {
			t.Errorf("second pass is not quiet")
		}
		w.fork.Commit(t, "main", repotest.Alan, "b: fork change", map[string]string{"b.nix": lines("b", 1, 12, "5=fork;")})
		out = w.sync()
		w.want(out.Plan, "a: fork change: kept/kept", "b: fork change: kept/kept")
	}
}

func TestCauseAndHoldPointAreReleases(t *testing.T) {
	t.Parallel()
	w := released(t, forks.Merging, "a", "b")
	w.adopt()
	clean := w.bump("c")
	w.release("2.2", clean)
	w.bump("e")
	inner := w.bump("a")
	w.up.Commit(t, "main", repotest.Ada, "d: bump", map[string]string{"d.nix": lines("d", 1, 12, "3=two;")})
	cause := w.up.Commit(t, "main", repotest.Ada, "version 2.3", map[string]string{"README": "version 2.3\n"})
	w.release("2.3", cause)
	w.release("2.4", w.up.Commit(t, "main", repotest.Ada, "version 2.4", map[string]string{"README": "version 2.4\n"}))
	out := w.sync()
	w.want(out.Plan, "a: fork change: conflicted/kept", "b: fork change: kept/kept")
	if out.Plan.Base.New != clean || out.Plan.State.Release != "2.2" || out.Plan.Behind != 2 {
		t.Errorf("base %s, release %q, behind %d", out.Plan.Base.New, out.Plan.State.Release, out.Plan.Behind)
	}
	asked := w.open()
	if len(asked) != 1 || asked[0].Conflict.Cause != cause || asked[0].Conflict.Inner != inner || asked[0].Conflict.Clean != clean ||
		asked[0].Conflict.CauseSubject != "a: bump" {
		t.Fatalf("asked: %+v", asked)
	}
	w.settle("5=both;")
	out = w.sync()
	w.want(out.Plan, "a: fork change: resolved/resolved", "b: fork change: kept/kept")
	if out.Plan.State.Release != "2.4" {
		t.Errorf("release %q", out.Plan.State.Release)
	}
}

func TestReleaseThatTookAPatchIsRecognised(t *testing.T) {
	t.Parallel()
	w := released(t, forks.Merging, "a", "b")
	w.adopt()
	w.up.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
	w.release("2.2", w.bump("c"))
	out := w.sync()
	w.want(out.Plan, "a: fork change: upstreamed/upstreamed", "b: fork change: kept/kept")
}

func TestReleaseUnderTheStackThatIsMovedOrGoneStopsTheTrack(t *testing.T) {
	t.Parallel()
	w := released(t, forks.Merging, "a")
	w.adopt()
	w.sync()
	at := w.up.Tip(t, "main")
	w.release("2.1", w.bump("c"))
	if said := w.syncError(syncer.Options{}); !strings.Contains(said, "upstream moved tag 2.1, the base of the track, from "+at.Short()) {
		t.Errorf("said: %s", said)
	}
	w.up.Git(t, "tag", "-d", "2.1")
	w.release("2.2", w.up.Tip(t, "main"))
	if said := w.syncError(syncer.Options{}); !strings.Contains(said, "upstream's tag 2.1, the base of the track at "+at.Short()+", is gone") {
		t.Errorf("said: %s", said)
	}
	w.release("2.1", at)
	out := w.sync()
	w.want(out.Plan, "a: fork change: kept/kept")
	if out.Plan.State.Release != "2.2" || out.Plan.State.Stopped != nil {
		t.Errorf("release %q, stopped %+v", out.Plan.State.Release, out.Plan.State.Stopped)
	}
}

func TestPatternThatMatchesNoReleaseNamesTagsThatExist(t *testing.T) {
	t.Parallel()
	w := released(t, forks.Merging, "a")
	w.track.Follow = "tags:v*"
	_, err := w.Adopt(t.Context(), w.track, syncer.Options{})
	if err == nil || !strings.Contains(err.Error(), "matches v* (it has 2.1); correct `follow` of track aux-main") {
		t.Errorf("said: %v", err)
	}
	w.up.Git(t, "tag", "-d", "2.1")
	_, err = w.Adopt(t.Context(), w.track, syncer.Options{})
	if err == nil || !strings.Contains(err.Error(), "(it has no tags)") {
		t.Errorf("said: %v", err)
	}
}

func TestBranchWithoutAReleaseIsNotAdopted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	w.track.Follow = "tags:2.*"
	w.release("2.2", w.bump("c"))
	_, err := w.Adopt(t.Context(), w.track, syncer.Options{})
	if err == nil || !strings.Contains(err.Error(), "branch main of the fork contains none of the releases that match tags:2.*") {
		t.Errorf("said: %v", err)
	}
}

func TestReleaseMergedByHandIsTheBase(t *testing.T) {
	t.Parallel()
	w := released(t, forks.Merging, "a")
	w.adopt()
	w.sync()
	next := w.bump("c")
	w.release("2.2", next)
	w.release("2.3", w.bump("a"))
	w.fork.Git(t, "fetch", "--quiet", w.up.Dir, "main")
	w.fork.Merge(t, "main", repotest.Alan, "merge 2.2", next, map[string]string{"c.nix": lines("c", 1, 12, "5=two;")})
	out := w.sync()
	w.want(out.Plan, "a: fork change: conflicted/kept", "merge 2.2: expanded/expanded")
	if out.Plan.State.Release != "2.2" || out.Plan.CandidateTip != out.Plan.ForkTip {
		t.Errorf("release %q, tip %s of %s", out.Plan.State.Release, out.Plan.CandidateTip, out.Plan.ForkTip)
	}
}
