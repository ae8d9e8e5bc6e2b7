package syncer_test

import (
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
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// A scenario is a world in which one more pass has something to write.
type scenario struct {
	name string
	// prepare leaves the fork where the pass in question begins.
	prepare func(w *world)
}

func scenarios() []scenario {
	conflict := func(w *world) {
		w.up.Commit(w.t, "main", repotest.Ada, "c: bump", map[string]string{"c.nix": lines("c", 1, 12, "3=two;")})
		w.up.Commit(w.t, "main", repotest.Ada, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "5=two;")})
	}
	return []scenario{
		{"clean", func(w *world) {
			w.up.Commit(w.t, "main", repotest.Ada, "c: bump", map[string]string{"c.nix": lines("c", 1, 12, "3=two;")})
		}},
		{"conflict", conflict},
		{"resolution", func(w *world) {
			conflict(w)
			out := w.sync()
			onto := forks.OntoRef(w.track.Name, out.Plan.State.Proposals[0].ID)
			w.fork.Build(w.t, repotest.Commit{Branch: string(onto), Author: repotest.Grace, Subject: "resolve",
				Files: map[string]string{"a.nix": lines("a", 1, 12, "5=both;")}})
		}},
	}
}

// newScenario makes the world of a scenario, adopted, with two patches.
func newScenario(t *testing.T, dir string, s scenario) *world {
	t.Helper()
	w := newWorldIn(t, dir, forks.Merging)
	w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
	w.fork.Commit(t, "main", repotest.Alan, "b: fork change", map[string]string{"b.nix": lines("b", 1, 12, "5=fork;")})
	w.adopt()
	s.prepare(w)
	return w
}

// shownRefs renders refs for comparison.
func shownRefs(refs map[forks.Ref]forks.Hash) string {
	var b strings.Builder
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		fmt.Fprintf(&b, "%s %s\n", refs[ref], ref)
	}
	return b.String()
}

// checkNothingTemporary looks for what a pass must not leave in the cache.
func checkNothingTemporary(t *testing.T, cache string) {
	t.Helper()
	err := filepath.WalkDir(cache, func(path string, _ os.DirEntry, err error) error {
		name := filepath.Base(path)
		if strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, "quarantine-") || strings.HasSuffix(name, ".lock") {
			t.Errorf("left in the cache: %s", path)
		}
		if pack, is := strings.CutSuffix(path, ".pack"); is {
			if _, err := os.Stat(pack + ".idx"); err != nil {
				t.Errorf("a pack without an index: %v", err)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPushThatIsLostOrWhoseReplyIsLostEndsTheSame makes each remote write of each
// scenario fail once, before it or after it: the next run arrives at the same refs
// as one that was never disturbed, leaves no intent open, and asks nothing twice.
func TestPushThatIsLostOrWhoseReplyIsLostEndsTheSame(t *testing.T) {
	t.Parallel()
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			want := undisturbed(t, s)
			for _, when := range []string{"before", "after"} {
				for n := 1; disturbed(t, s, when, n, want); n++ {
				}
			}
		})
	}
}

// undisturbed returns the fork's refs after a pass without trouble.
func undisturbed(t *testing.T, s scenario) string {
	t.Helper()
	w := newScenario(t, worldDir(t), s)
	w.sync()
	return shownRefs(w.fork.Refs(t))
}

// worldDir is the same path for every world of a test, so that their ids are the
// same: state holds the address of upstream.
func worldDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("auxsync-%d-%s", os.Getpid(), strings.ReplaceAll(t.Name(), "/", "-")))
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// disturbed makes the n-th push of a pass fail and runs again. It reports whether
// there was such a push.
func disturbed(t *testing.T, s scenario, when string, n int, want string) bool {
	t.Helper()
	w := newScenario(t, worldDir(t), s)
	good := w.Syncer
	bad := w.Syncer.Config
	git, err := repo.New(t.Context(), repo.Options{Path: failingGit(t, w.dir, when, n)})
	if err != nil {
		t.Fatal(err)
	}
	bad.Git = syncer.OnDisk(git)
	w.clock.Advance(time.Hour)
	_, err = syncer.New(bad).Sync(t.Context(), w.track, syncer.Options{Who: "mona"})
	if _, failed := os.Stat(filepath.Join(w.dir, "failed")); failed != nil {
		return false
	}
	if err == nil || forks.KindOf(err) != forks.Retry {
		t.Errorf("push %d lost %s it: error %v, want one that passes by itself", n, when, err)
	}
	if _, err := good.Sync(t.Context(), w.track, syncer.Options{Who: "mona"}); err != nil {
		t.Errorf("push %d lost %s it: the next run: %v", n, when, err)
	}
	if got := shownRefs(w.fork.Refs(t)); got != want {
		t.Errorf("push %d lost %s it, refs:\n%swant:\n%s", n, when, got, want)
	}
	for _, intent := range w.store.intents {
		if intent.Status != forks.IntentDone && intent.Status != forks.IntentForgotten {
			t.Errorf("push %d lost %s it: intent %d is %s", n, when, intent.ID, intent.Status)
		}
	}
	checkNothingTemporary(t, w.CacheDir)
	return true
}

// failingGit writes a git whose n-th push fails, before or after it was done.
func failingGit(t *testing.T, dir, when string, n int) string {
	t.Helper()
	real, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf(`#!/bin/sh
for arg in "$@"; do
	if [ "$arg" = push ]; then
		count=$(($(cat '%[1]s/pushes' 2>/dev/null || echo 0) + 1))
		echo $count >'%[1]s/pushes'
		if [ $count = %[2]d ]; then
			: >'%[1]s/failed'
			[ %[3]s = before ] || '%[4]s' "$@" >/dev/null 2>&1
			echo 'fatal: the remote end hung up unexpectedly' >&2
			exit 128
		fi
	fi
done
exec '%[4]s' "$@"
`, dir, n, when, real)
	path := filepath.Join(dir, "failing-git")
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
