package syncer_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// Where upstream was force-pushed, somebody may accept that: the stack goes on from what
// upstream has now, and the old branch's commits are no patches of the fork.
func TestAnUpstreamThatWasForcePushedCanBeAccepted(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, w *world) {
		w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
		w.adopt()
		w.up.Commit(t, "main", repotest.Ada, "c: bump", map[string]string{"c.nix": lines("c", 1, 12, "5=two;")})
		ids := patchIDs(w.sync().Plan.State)
		w.up.Git(t, "update-ref", "refs/heads/main", strings.TrimSpace(w.up.Git(t, "rev-list", "--max-parents=0", "main")))
		w.up.Commit(t, "main", repotest.Ada, "d: bump", map[string]string{"d.nix": lines("d", 1, 12, "5=two;")})
		w.clock.Advance(time.Hour)
		if _, err := w.Sync(context.Background(), w.track, syncer.Options{}); err == nil || !strings.Contains(err.Error(), "auxsync accept aux-main") {
			t.Fatalf("upstream was force-pushed, and the track says %v", err)
		}
		out, said := w.asks(forks.VerbAccept, "")
		if said != "accepted: every patch is as it was" {
			t.Errorf("accepted: %q", said)
		}
		if got := patchIDs(out.Plan.State); got != ids {
			t.Errorf("patches %q, want %q", got, ids)
		}
		if got := w.fork.Git(t, "show", "main:c.nix"); got != lines("c", 1, 12) {
			t.Errorf("the branch has upstream's old c.nix")
		}
		if got := w.fork.Git(t, "show", "main:a.nix"); got != lines("a", 1, 12, "5=fork;") {
			t.Errorf("the branch lost its patch")
		}
		w.up.Commit(t, "main", repotest.Ada, "e: bump", map[string]string{"e.nix": lines("e", 1, 12, "5=two;")})
		if got := patchIDs(w.sync().Plan.State); got != ids {
			t.Errorf("patches of the pass after it %q, want %q", got, ids)
		}
	})
}

// Only what the track has stopped at and shown is accepted.
func TestABranchThatMovedAfterTheStopIsNotAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
	w.adopt()
	for _, name := range []string{"b", "c"} {
		w.fork.Git(t, "update-ref", "refs/heads/main", w.up.Tip(t, "main").String())
		w.fork.Commit(t, "main", repotest.Grace, name+": instead", map[string]string{name + ".nix": lines(name, 1, 12, "5=fork;")})
		tip := w.fork.Tip(t, "main")
		w.store.requests = append(w.store.requests, forks.RequestRecord{Request: forks.Request{ID: int64(len(w.store.requests) + 1),
			Fork: w.track.Fork, Track: w.track.Name, Verb: forks.VerbAccept, Who: "mona", At: w.clock.Now()}})
		w.clock.Advance(time.Hour)
		out, err := w.Sync(context.Background(), w.track, syncer.Options{Who: "mona"})
		if err == nil || len(out.Taken) != 1 || !strings.Contains(out.Taken[0].Result, "not accepted") || out.Plan.Stopped == nil || out.Plan.Stopped.Tip != tip {
			t.Fatalf("%s: %v, taken %+v, stopped %+v", name, err, out.Taken, out.Plan.Stopped)
		}
	}
	out, said := w.asks(forks.VerbAccept, "")
	if !strings.HasPrefix(said, "accepted; dropped: p") || !strings.Contains(said, "(a: fork change); new: p") {
		t.Errorf("accepted: %q", said)
	}
	w.want(out.Plan, "c: instead: kept/kept", "a: fork change: dropped/dropped")
}
