package syncer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// verify holds the fork against its upstream, as a stranger does.
func (w *world) verify() forks.VerifiedTrack {
	w.t.Helper()
	v, err := w.Verify(context.Background(), syncer.VerifyOptions{Fork: w.fork.Dir, Upstreams: []string{w.up.Dir}, All: true})
	if err != nil {
		w.t.Fatalf("verify: %v", err)
	}
	for _, t := range v.Tracks {
		if t.Track == w.track.Name {
			return t
		}
	}
	w.t.Fatalf("track %s is not in %v", w.track.Name, v.Tracks)
	return forks.VerifiedTrack{}
}

// breaches renders what was found wrong, one a line.
func breaches(t forks.VerifiedTrack) string {
	var b strings.Builder
	for _, f := range t.Breaches {
		fmt.Fprintf(&b, "pass %d: %s %s [%s]\n", f.Pass, f.Subject, f.Rule, f.Look)
	}
	return b.String()
}

func TestAForkThatKeepsItsPromisesIsVerified(t *testing.T) {
	t.Parallel()
	for _, history := range []forks.History{forks.Merging, forks.Rewrite} {
		t.Run(string(history), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, history)
			for _, name := range []string{"a", "b", "c"} {
				w.fork.Commit(t, "main", repotest.Grace, name+": fork change", map[string]string{name + ".nix": lines(name, 1, 12, "5=fork;")})
			}
			w.adopt()
			w.up.Commit(t, "main", repotest.Ada, "e: bump", map[string]string{"e.nix": lines("e", 1, 12, "3=two;")})
			w.sync()
			w.up.Commit(t, "main", repotest.Ada, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "5=two;")})
			w.up.Commit(t, "main", repotest.Ada, "b: as in the fork", map[string]string{"b.nix": lines("b", 1, 12, "5=fork;")})
			w.sync()
			w.fork.Commit(t, "main", repotest.Alan, "d: fork change", map[string]string{"d.nix": lines("d", 1, 12, "5=fork;")})
			w.sync()
			got := w.verify()
			if !got.Holds() || !got.Complete || got.Passes != 4 || got.Tips != len(w.recordedState().Archives) {
				t.Errorf("%d passes and %d tips were looked at:\n%s", got.Passes, got.Tips, breaches(got))
			}
		})
	}
}
