package syncer_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// TestTwoTracksOfOneForkCanBePublishedAtTheSameTime lets two state directories publish
// a track each of one fork, again and again at once: neither overwrites the other's,
// and the channel ends with the stack of its source.
func TestTwoTracksOfOneForkCanBePublishedAtTheSameTime(t *testing.T) {
	t.Parallel()
	w, stable := channels(t, "a")
	config := stable.Config
	config.CacheDir = filepath.Join(w.dir, "other-cache")
	stable.Syncer = syncer.New(config)
	stable.adopt()
	const rounds = 3
	for round := range rounds {
		w.commit(fmt.Sprintf("a: own %d", round), files{"a.nix": lines("a", 1, 12, fmt.Sprintf("5=own %d;", round))})
		stable.commit(fmt.Sprintf("e: own %d", round), files{"e.nix": lines("e", 1, 12, fmt.Sprintf("5=own %d;", round))})
		for _, branch := range []string{"main", "stable"} {
			w.up.Commit(t, branch, repotest.Ada, "c: bump", files{"c.nix": lines("c", 1, 12, fmt.Sprintf("3=up %d;", round))})
		}
		w.clock.Advance(time.Hour)
		tips := map[string]forks.Hash{"main": w.fork.Tip(t, "main"), "stable": w.fork.Tip(t, "stable")}
		ended := make(chan error)
		for _, one := range []*world{w, stable} {
			go func() {
				_, err := one.Sync(context.Background(), one.track, syncer.Options{Who: "mona"})
				ended <- err
			}()
		}
		for range 2 {
			if err := <-ended; err != nil {
				t.Errorf("round %d: %v", round, err)
			}
		}
		for branch, tip := range tips {
			if missing := w.fork.Git(t, "rev-list", tip.String(), "--not", branch); missing != "" {
				t.Errorf("round %d: %s lost %s", round, branch, missing)
			}
		}
	}
	w.sync()
	stable.sync()
	if first, second := w.sync(), stable.sync(); !first.Quiet || !second.Quiet {
		t.Errorf("passes without news are not quiet: %v %v", first.Quiet, second.Quiet)
	}
	for path, want := range map[string]string{"a.nix": lines("a", 1, 12, fmt.Sprintf("5=own %d;", rounds-1)), "e.nix": lines("e", 1, 12, fmt.Sprintf("5=own %d;", rounds-1)), "c.nix": lines("c", 1, 12, fmt.Sprintf("3=up %d;", rounds-1))} {
		if got := stable.file(path); got != want {
			t.Errorf("%s of the channel:\n%s", path, got)
		}
	}
	w.fork.Fsck(t)
}
