package syncer_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// soaked is how many passes the soak makes, unless -long asks for more: `go test
// ./syncer -run Soak -v -long 2000`. From pass warm on nothing may grow.
const (
	soaked = 60
	warm   = 30
)

// soakVariable makes the test binary, run again, the process that is looked at.
const soakVariable = "AUXSYNC_SOAK"

// TestSoakLeavesNothingBehind makes many passes of a loop, quiet and published, with
// conflicts, answers and a remote that is gone, in a process of its own: goroutines,
// descriptors and memory stay as they were, and no child stays.
func TestSoakLeavesNothingBehind(t *testing.T) {
	if os.Getenv(soakVariable) != "" {
		soak(t, max(soaked, *long))
		return
	}
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.run=^TestSoakLeavesNothingBehind$", "-test.v", fmt.Sprintf("-long=%d", *long))
	cmd.Env = append(os.Environ(), soakVariable+"=1", "GORACE=atexit_sleep_ms=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "pass ") {
			t.Log(strings.TrimSpace(line))
		}
	}
}

// booked is a journal that tells when the loop has booked a pass.
type booked struct {
	*store.Store
	news chan forks.Health
}

func (b *booked) SetHealth(ctx context.Context, fork, track string, h forks.Health) error {
	err := b.Store.SetHealth(ctx, fork, track, h)
	b.news <- h
	return err
}

// soak makes n passes in this process.
func soak(t *testing.T, n int) {
	w := newWorld(t, forks.Merging)
	w.commit("a: fork change", files{"a.nix": lines("a", 1, 12, "5=fork;")})
	db, err := store.Open(t.Context(), filepath.Join(w.dir, store.FileName), w.clock)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w.Config.Store = db
	w.Syncer = syncer.New(w.Config)
	w.adopt()
	w.track.Interval = 30 * time.Minute
	journal := &booked{db, make(chan forks.Health)}
	began := 0
	loop := syncer.NewLoop(syncer.LoopConfig{Clock: w.clock, Log: zap.NewNop(), Beat: 24 * time.Hour, Journal: journal,
		Random: func() float64 { return 0.5 },
		Pass: func(ctx context.Context, t forks.Track) (syncer.Outcome, error) {
			began++
			return w.Sync(ctx, t, syncer.Options{Who: "the loop"})
		}})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- loop.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	loop.SetTracks([]forks.Track{w.track})
	var before usage
	counts := map[string]int{}
	for i := 1; i <= n; i++ {
		h := <-journal.news
		if err := w.clock.BlockUntilContext(ctx, 1); err != nil {
			t.Fatal(err)
		}
		counts[string(h.Condition)]++
		if began != i {
			t.Fatalf("pass %d is the %dth", i, began)
		}
		// A remote that is gone needs a person, and is tried again all the same.
		if bad := i%10 == 7; bad != (h.Condition == forks.TrackStopped) || h.Condition == forks.TrackFailing {
			t.Fatalf("pass %d left the track %s: %s", i, h.Condition, h.Trouble)
		}
		switch i {
		case warm:
			before = used(t)
			t.Logf("pass %d: %s", i, before)
		case n:
			after := used(t)
			t.Logf("pass %d: %s; %v", i, after, counts)
			before.same(t, after)
			return
		}
		w.between(i)
		w.clock.Advance(3 * time.Hour)
	}
}

// between lets something happen before the next pass.
func (w *world) between(i int) {
	gone := w.up.Dir + ".gone"
	if i%10 == 7 {
		if err := os.Rename(gone, w.up.Dir); err != nil {
			w.t.Fatalf("%v", err)
		}
	}
	switch {
	case i%20 == 2:
		w.up.Commit(w.t, "main", repotest.Ada, "a: bump", files{"a.nix": lines("a", 1, 12, fmt.Sprintf("5=up %d;", i))})
	case i%20 == 4:
		asked := w.open()
		if len(asked) != 1 {
			w.t.Fatalf("after pass %d %d conflicts are open", i, len(asked))
		}
		w.fork.Commit(w.t, string(forks.OntoRef(w.track.Name, asked[0].ID)), repotest.Grace, "settle",
			files{"a.nix": lines("a", 1, 12, fmt.Sprintf("5=both %d;", i))})
	case i%10 == 6:
		if err := os.Rename(w.up.Dir, gone); err != nil {
			w.t.Fatalf("%v", err)
		}
	case i%100 == 8:
		w.commit(fmt.Sprintf("d: own %d", i), files{"d.nix": lines("d", 1, 12, fmt.Sprintf("5=own %d;", i))})
	case i%10 == 0:
		w.up.Commit(w.t, "main", repotest.Ada, "c: bump", files{"c.nix": lines("c", 1, 12, fmt.Sprintf("3=up %d;", i))})
	}
}

// usage is what this process holds.
type usage struct {
	goroutines, descriptors, children int
	heap                              uint64 // bytes that are alive
}

func (u usage) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, %d children, %d KiB of heap", u.goroutines, u.descriptors, u.children, u.heap>>10)
}

// used looks at this process.
func used(t *testing.T) usage {
	t.Helper()
	runtime.GC()
	runtime.GC() // what finalizers held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	u := usage{goroutines: runtime.NumGoroutine(), descriptors: len(open), heap: m.HeapAlloc}
	lists, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil || len(lists) == 0 {
		t.Fatalf("children of this process: %v", err)
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil && !os.IsNotExist(err) { // a thread may end
			t.Fatal(err)
		}
		u.children += len(strings.Fields(string(text)))
	}
	return u
}

// same fails if more is held than before. The heap may vary by what caches of the
// database hold.
func (u usage) same(t *testing.T, after usage) {
	t.Helper()
	const vary = 1 << 20
	if after.goroutines > u.goroutines || after.descriptors > u.descriptors || after.children > 0 || after.heap > u.heap+vary {
		t.Errorf("grown from %s to %s", u, after)
	}
}
