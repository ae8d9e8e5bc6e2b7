//go:build crashpoints

package syncer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/crash"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// childVariable names the world in which the test binary, run again, makes one
// pass; without it TestCrashChild does nothing.
const childVariable = "AUXSYNC_CRASH_WORLD"

// A crashScenario is a world, and what a person or the loop then does in it.
type crashScenario struct {
	name string
	make func(t *testing.T, dir string) *world
	step step
}

// A step is what the child does: adopt or not, and then make a pass.
type step struct {
	Track                   forks.Track
	Adopt, Create, Retarget bool
}

// stepFile is where the child finds its step.
const stepFile = "step.json"

func crashScenarios() []crashScenario {
	var all []crashScenario
	for _, s := range scenarios() {
		all = append(all, crashScenario{name: s.name, make: func(t *testing.T, dir string) *world { return newScenario(t, dir, s) }})
	}
	return append(all,
		crashScenario{name: "rewrite", make: func(t *testing.T, dir string) *world {
			w := newWorldIn(t, dir, forks.Rewrite)
			w.commit("a: fork change", files{"a.nix": lines("a", 1, 12, "5=fork;")})
			w.adopt()
			w.bump("a")
			w.sync()
			w.settle("5=both;")
			w.bump("c")
			return w
		}},
		crashScenario{name: "retarget", step: step{Retarget: true}, make: func(t *testing.T, dir string) *world {
			w := newWorldIn(t, dir, forks.Merging)
			other := w.up.Fork(t, filepath.Join(dir, "other.git"))
			w.commit("a: fork change", files{"a.nix": lines("a", 1, 12, "5=fork;")})
			w.adopt()
			w.bump("e")
			w.sync()
			other.Commit(t, "main", repotest.Alan, "d: of the other", files{"d.nix": lines("d", 1, 12, "3=other;")})
			w.track.Upstream = other.Dir
			return w
		}},
		crashScenario{name: "a command", make: func(t *testing.T, dir string) *world {
			w := newWorldIn(t, dir, forks.Merging)
			w.commit("a: fork change", files{"a.nix": lines("a", 1, 12, "5=fork;", "11=fork too;")})
			w.adopt()
			w.bump("e")
			w.sync()
			w.bump("a")
			w.sync()
			db, err := store.Open(t.Context(), filepath.Join(dir, store.FileName), w.clock)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for _, r := range []forks.Request{{Verb: forks.VerbRetry}, {Verb: forks.VerbTakeUpstream, Proposal: w.only().ID}} {
				r.Fork, r.Track, r.Who, r.At = w.track.Fork, w.track.Name, "mona", w.clock.Now()
				if added, err := db.AddRequest(t.Context(), r); err != nil || !added {
					t.Fatalf("%v %v", added, err)
				}
			}
			return w
		}},
		crashScenario{name: "adopt --create with stack_from", step: step{Adopt: true, Create: true}, make: func(t *testing.T, dir string) *world {
			w := newWorldIn(t, dir, forks.Merging)
			w.commit("a: fork change", files{"a.nix": lines("a", 1, 12, "5=fork;")})
			w.adopt()
			w.up.SetRef(t, "stable", w.up.Tip(t, "main"))
			return w.channel("stable")
		}},
	)
}

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
	var mu sync.Mutex
	struck := map[string]bool{}
	t.Cleanup(func() {
		for _, point := range points {
			if !struck[point] {
				t.Errorf("no scenario came by crash point %s", point)
			}
		}
	})
	for _, s := range crashScenarios() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			dir := worldDir(t)
			want := afterPass(t, dir, s, "")
			for _, point := range points {
				for n := 1; ; n++ {
					got := afterPass(t, dir, s, fmt.Sprintf("%s:%d", point, n))
					if got == "" {
						break
					}
					mu.Lock()
					struck[point] = true
					mu.Unlock()
					if got != want {
						t.Errorf("crash at %s:%d, refs after the restart:\n%swant:\n%s", point, n, got, want)
					}
				}
			}
		})
	}
}

// afterPass makes a scenario's world anew, runs a child that crashes at a point and
// one that does not, and returns the fork's refs; "" if the pass never came by.
func afterPass(t *testing.T, dir string, s crashScenario, point string) string {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	w := s.make(t, dir)
	s.step.Track = w.track
	text, err := json.Marshal(s.step)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, stepFile), text, 0o644); err != nil {
		t.Fatal(err)
	}
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
	waiting, err := db.Requests(t.Context(), w.track.Fork, w.track.Name)
	if err != nil || len(waiting) > 0 {
		t.Errorf("%s: crash at %s left requests untaken: %v %v", s.name, point, waiting, err)
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

// TestCrashChild is the other process: what is to be done in the world that the
// environment names.
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
	text, err := os.ReadFile(filepath.Join(dir, stepFile))
	if err != nil {
		t.Fatal(err)
	}
	var step step
	if err := json.Unmarshal(text, &step); err != nil {
		t.Fatal(err)
	}
	s := syncer.New(syncer.Config{Git: git, Store: db, CacheDir: filepath.Join(dir, "cache"), Clock: clock, Log: zap.NewNop()})
	if step.Adopt {
		// After a crash it may be adopted already: then the person is told to make a pass.
		_, err := s.Adopt(ctx, step.Track, syncer.Options{Who: "mona", Create: step.Create})
		if err != nil && !strings.Contains(err.Error(), "was adopted by mona") {
			t.Fatal(err)
		}
	}
	if _, err := s.Sync(ctx, step.Track, syncer.Options{Who: "mona", Retarget: step.Retarget}); err != nil {
		t.Fatal(err)
	}
}
