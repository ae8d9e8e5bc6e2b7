//go:build crashpoints

package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/crash"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// childVariable names the world in which the test binary, run again, makes one
// pass; without it TestCrashChild does nothing.
const childVariable = "AUXSYNC_CRASH_WORLD"

// TestCrashAtEachPointAndGoOn ends the program at every crash point of a pass, as
// often as the pass comes by, and starts it again: the fork is then as if nothing
// had happened, every intent is settled, and the database knows the last state.
func TestCrashAtEachPointAndGoOn(t *testing.T) {
	points, err := crash.Names("..")
	if err != nil {
		t.Fatal(err)
	}
	if len(points) == 0 {
		t.Fatal("the program has no crash points")
	}
	struck := map[string]bool{}
	for _, s := range scenarios() {
		dir := worldDir(t)
		want := afterPass(t, dir, s, "")
		for _, point := range points {
			for n := 1; ; n++ {
				got := afterPass(t, dir, s, fmt.Sprintf("%s:%d", point, n))
				if got == "" {
					break
				}
				struck[point] = true
				if got != want {
					t.Errorf("%s: crash at %s:%d, refs after the restart:\n%swant:\n%s", s.name, point, n, got, want)
				}
			}
		}
	}
	for _, point := range points {
		if !struck[point] {
			t.Errorf("no scenario came by crash point %s", point)
		}
	}
}

// afterPass makes a scenario's world anew, runs a child that crashes at a point and
// one that does not, and returns the fork's refs; "" if the pass never came by.
func afterPass(t *testing.T, dir string, s scenario, point string) string {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	w := newScenario(t, dir, s)
	if point != "" {
		if crashed := runChild(t, dir, point); !crashed {
			return ""
		}
	}
	if runChild(t, dir, "") {
		t.Fatalf("the undisturbed child crashed")
	}
	db, err := store.Open(t.Context(), filepath.Join(dir, store.FileName), clockwork.NewRealClock())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	open, err := db.OpenIntents(t.Context(), w.track.Fork, w.track.Name)
	if err != nil || len(open) > 0 {
		t.Errorf("%s: crash at %s left intents open: %v %v", s.name, point, open, err)
	}
	newest, err := db.Newest(t.Context(), w.track.Fork, w.track.Name)
	if err != nil || newest != w.fork.Tip(t, string(w.track.StateRef())) {
		t.Errorf("%s: crash at %s: the database is at state %s (%v)", s.name, point, newest, err)
	}
	checkNothingTemporary(t, w.CacheDir)
	return shownRefs(w.fork.Refs(t))
}

// runChild runs one pass in a process of its own and reports whether it crashed.
func runChild(t *testing.T, dir, point string) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrashChild$")
	cmd.Env = append(os.Environ(), childVariable+"="+dir, crash.Variable+"="+point, "GORACE=atexit_sleep_ms=0")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return false
	case errors.As(err, &exit) && exit.ExitCode() == crash.ExitCode:
		return true
	}
	t.Fatalf("child with crash point %q: %v\n%s", point, err, out)
	return false
}

// TestCrashChild is the other process: one pass in the world that the environment
// names.
func TestCrashChild(t *testing.T) {
	dir := os.Getenv(childVariable)
	if dir == "" {
		return // not a child
	}
	ctx := context.Background()
	clock := clockwork.NewFakeClockAt(time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC))
	git, err := repo.New(ctx, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(ctx, filepath.Join(dir, store.FileName), clock)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	track := forks.Track{Fork: "pkgs", Name: "aux-main", Upstream: filepath.Join(dir, "up.git"), URL: filepath.Join(dir, "fork.git"),
		Forge: "git", AllowTransports: []string{"file"}, Follow: "main", Branch: "main", History: forks.Merging}
	s := syncer.New(syncer.Config{Git: git, Store: db, CacheDir: filepath.Join(dir, "cache"), Clock: clock, Log: zap.NewNop()})
	if _, err := s.Sync(ctx, track, syncer.Options{Who: "mona"}); err != nil {
		t.Fatal(err)
	}
}
