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
	"slices"
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
	points = slices.DeleteFunc(points, ofForge)
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
	return runIn(t, "TestCrashChild", childVariable, dir, point)
}

// runIn runs a child in a world and reports whether it crashed.
func runIn(t *testing.T, child, variable, dir, point string) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+child+"$")
	cmd.Env = append(os.Environ(), variable+"="+dir, crash.Variable+"="+point, "GORACE=atexit_sleep_ms=0")
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
	s := syncer.New(syncer.Config{Git: syncer.OnDisk(git), Store: db, CacheDir: filepath.Join(dir, "cache"), Clock: clock, Log: zap.NewNop()})
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

// forgePoints are the crash points around an effect on a forge.
func forgePoints() []string { return []string{"*-announced", "*-answered"} }

// ofForge reports whether a point is passed when a forge is attended to.
func ofForge(point string) bool { return slices.Contains(forgePoints(), point) }

// forgeVariable names the forgeWorld in which the test binary, run again, attends to the
// forge and makes a pass; without it TestForgeCrashChild does nothing.
const forgeVariable = "AUXSYNC_CRASH_FORGE"

// A forgeStep is what the child needs to know of its parent's world.
type forgeStep struct {
	Track forks.Track
	Token string
}

// TestCrashAroundEachEffectOnAForgeAndGoOn ends the program before and after each effect
// on the forge, and where a request is answered, and starts it again: people see what
// they see without a crash.
func TestCrashAroundEachEffectOnAForgeAndGoOn(t *testing.T) {
	points, err := crash.Names("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range append(forgePoints(), "answering") {
		if !slices.Contains(points, point) {
			t.Errorf("there is no crash point %s", point)
		}
	}
	for _, stage := range []struct {
		name    string
		prepare func(w *forgeWorld)
		points  []string
	}{
		{"a conflict is new", func(*forgeWorld) {}, forgePoints()},
		{"somebody refused, and an approval", func(w *forgeWorld) {
			w.calm()
			w.ready("mirror = both;")
			p := w.pull("hello")
			w.server.As("eve", fullName).Comment(p.Number, "/auxsync drop")
			w.server.As("ada", fullName).Review(p.Number, "APPROVE", "")
		}, forgePoints()},
		{"a command", func(w *forgeWorld) {
			w.calm()
			w.server.As("ada", fullName).Comment(w.pull("hello").Number, "/auxsync keep ours")
		}, append(forgePoints(), "answering")},
	} {
		t.Run(stage.name, func(t *testing.T) {
			t.Parallel()
			want, crashed := afterForge(t, stage.prepare, "")
			if crashed {
				t.Fatal("the undisturbed child crashed")
			}
			for _, point := range stage.points {
				n := 1
				for ; ; n++ {
					got, crashed := afterForge(t, stage.prepare, fmt.Sprintf("%s:%d", point, n))
					if !crashed {
						break
					}
					if got != want {
						t.Errorf("crash at %s:%d, people see another picture:\n%s", point, n, difference(got, want))
					}
				}
				if n == 1 {
					t.Errorf("the program never came by crash point %s", point)
				}
			}
		})
	}
}

// afterForge prepares a world, runs a child that may crash, goes on in this process, and
// returns what people see then.
func afterForge(t *testing.T, prepare func(*forgeWorld), point string) (picture string, crashed bool) {
	t.Helper()
	w := newForgeWorld(t, 1)
	prepare(w)
	w.close()
	text, err := json.Marshal(forgeStep{w.track, w.token})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, stepFile), text, 0o600); err != nil {
		t.Fatal(err)
	}
	crashed = runIn(t, "TestForgeCrashChild", forgeVariable, w.dir, point)
	w.start()
	w.attend()
	w.pass()
	w.calm()
	w.settled()
	waiting, err := w.store.Requests(t.Context(), forkName, w.track.Name)
	if err != nil || len(waiting) > 0 {
		t.Errorf("crash at %s: requests wait: %v %v", point, waiting, err)
	}
	picture = w.picture()
	w.close()
	return picture, crashed
}

// TestForgeCrashChild is the other process: what the daemon does in the world that the
// environment names.
func TestForgeCrashChild(t *testing.T) {
	dir := os.Getenv(forgeVariable)
	if dir == "" {
		return // not a child
	}
	text, err := os.ReadFile(filepath.Join(dir, stepFile))
	if err != nil {
		t.Fatal(err)
	}
	var step forgeStep
	if err := json.Unmarshal(text, &step); err != nil {
		t.Fatal(err)
	}
	w := plainWorld(t, dir)
	w.track, w.token = step.Track, step.Token
	w.start()
	w.attend()
	w.pass()
	w.attend()
	w.close()
}
