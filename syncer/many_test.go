package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// atOnce is how many tracks there are, unless -long asks for more, at most fifty: `go test
// ./syncer -run TracksOfReal -v -long 50`.
const atOnce = 20

// TestTracksOfRealForksAreEachServedWithinTwoIntervals keeps the tracks of five forks in
// one loop that makes real passes. The interval is what this machine can keep: twice the
// time that the adoption of all took.
func TestTracksOfRealForksAreEachServedWithinTwoIntervals(t *testing.T) {
	t.Parallel()
	f := newManyTracks(t, min(max(atOnce, *long), 50)/5)
	interval := 2 * f.adopt()
	for i := range len(f.tracks) / len(f.forks) {
		f.up.Commit(t, branchNamed(i), repotest.Ada, "b: bump", files{"b.nix": lines("b", 1, 12, "5=two;")})
	}
	for i := range f.tracks {
		f.tracks[i].Interval, f.tracks[i].Jitter = interval, 0.1
	}
	began := time.Now()
	first, last := f.serve(2)
	longest := time.Duration(0)
	for _, track := range f.tracks {
		at := began
		for _, begin := range f.begins[track.Fork+"/"+track.Name] {
			longest, at = max(longest, begin.Sub(at)), begin
		}
		if base := f.up.Tip(t, track.Follow); !f.contains(track, base) {
			t.Errorf("%s/%s does not contain upstream's %s", track.Fork, track.Name, base)
		}
	}
	if longest > 2*interval {
		t.Errorf("a track waited %s, longer than two intervals of %s", longest, interval)
	}
	t.Logf("interval %s: all %d published within %s and served again within %s; the longest wait was %s",
		interval.Round(time.Millisecond), len(f.tracks), first.Sub(began).Round(time.Millisecond), last.Sub(began).Round(time.Millisecond), longest.Round(time.Millisecond))
}

func branchNamed(i int) string { return fmt.Sprintf("release-%d", i) }

// manyTracks are one upstream, five forks of it, and what keeps them.
type manyTracks struct {
	*testing.T
	up     *repotest.Repo
	forks  map[string]*repotest.Repo
	tracks []forks.Track
	store  *store.Store
	*syncer.Syncer

	mu     sync.Mutex
	begins map[string][]time.Time // of passes, by track
	ends   map[int]int            // how many tracks had so many passes
}

// newManyTracks makes five forks that follow so many branches each.
func newManyTracks(t *testing.T, branches int) *manyTracks {
	t.Helper()
	dir := t.TempDir()
	f := &manyTracks{T: t, up: repotest.New(t, filepath.Join(dir, "up.git")), forks: map[string]*repotest.Repo{},
		begins: map[string][]time.Time{}, ends: map[int]int{}}
	start := f.up.Commit(t, branchNamed(0), repotest.Ada, "first commit", files{"a.nix": lines("a", 1, 12), "b.nix": lines("b", 1, 12)})
	for i := range branches {
		f.up.SetRef(t, branchNamed(i), start)
	}
	for n := range 5 {
		name := fmt.Sprintf("fork-%d", n)
		fork := f.up.Fork(t, filepath.Join(dir, name+".git"))
		patch := fork.Commit(t, branchNamed(0), repotest.Grace, "a: fork change", files{"a.nix": lines("a", 1, 12, fmt.Sprintf("5=%s;", name))})
		for i := range branches {
			fork.SetRef(t, branchNamed(i), patch)
			f.tracks = append(f.tracks, forks.Track{Fork: name, Name: fmt.Sprintf("t%d", i), Upstream: f.up.Dir, URL: fork.Dir, Forge: "git",
				AllowTransports: []string{"file"}, Follow: branchNamed(i), Branch: branchNamed(i), History: forks.Merging,
				HoldFor: forks.Never, MaxLag: forks.Never, SecurityHoldFor: forks.Never})
		}
		f.forks[name] = fork
	}
	git, err := repo.New(t.Context(), repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	clock := clockwork.NewRealClock()
	if f.store, err = store.Open(t.Context(), filepath.Join(dir, store.FileName), clock); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.store.Close() })
	f.Syncer = syncer.New(syncer.Config{Git: syncer.OnDisk(git), Store: f.store, CacheDir: filepath.Join(dir, "cache"), Clock: clock, Log: zap.NewNop(), Workers: 2})
	return f
}

// adopt adopts all tracks, and returns how long that took.
func (f *manyTracks) adopt() time.Duration {
	f.Helper()
	began := time.Now()
	failed := make(chan error)
	for name := range f.forks {
		go func() {
			var errs []error
			for _, track := range f.tracks {
				if track.Fork == name {
					_, err := f.Adopt(f.Context(), track, syncer.Options{Who: "mona"})
					errs = append(errs, err)
				}
			}
			failed <- errors.Join(errs...)
		}()
	}
	for range f.forks {
		if err := <-failed; err != nil {
			f.Error(err)
		}
	}
	if f.Failed() {
		f.FailNow()
	}
	return time.Since(began)
}

// serve runs the loop until each track had n passes. It returns when each had its
// first one, and when each had its last.
func (f *manyTracks) serve(n int) (first, last time.Time) {
	f.Helper()
	enough := make(chan struct{})
	loop := syncer.NewLoop(syncer.LoopConfig{Clock: clockwork.NewRealClock(), Log: zap.NewNop(), Lanes: 16, Journal: f.store,
		Random: func() float64 { return 0.5 },
		Pass: func(ctx context.Context, t forks.Track) (syncer.Outcome, error) {
			begun := time.Now()
			out, err := f.Sync(ctx, t, syncer.Options{Who: "the loop", Due: true})
			if ctx.Err() != nil {
				return out, err // interrupted by the end of the loop
			}
			if err != nil {
				f.Errorf("%s/%s: %v", t.Fork, t.Name, err)
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			name := t.Fork + "/" + t.Name
			if f.begins[name] = append(f.begins[name], begun); len(f.begins[name]) <= n {
				f.ends[len(f.begins[name])]++
			}
			if first.IsZero() && f.ends[1] == len(f.tracks) {
				first = time.Now()
			}
			if last.IsZero() && f.ends[n] == len(f.tracks) {
				last = time.Now()
				close(enough)
			}
			return out, err
		}})
	loop.SetTracks(f.tracks)
	ctx, cancel := context.WithCancel(f.Context())
	ended := make(chan error, 1)
	go func() { ended <- loop.Run(ctx) }()
	<-enough
	cancel()
	if err := <-ended; err != nil {
		f.Error(err)
	}
	return first, last
}

func (f *manyTracks) contains(t forks.Track, base forks.Hash) bool {
	return f.forks[t.Fork].Git(f, "rev-list", "--max-count=1", base.String(), "--not", t.Branch) == ""
}
