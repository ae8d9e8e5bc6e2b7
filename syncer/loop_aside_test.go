package syncer_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

// rested counts what became of maintenance that takes an hour.
type rested struct{ begun, ended, cut atomic.Int32 }

func (r *rested) rest(ctx context.Context) {
	r.begun.Add(1)
	select {
	case <-time.After(time.Hour):
		r.ended.Add(1)
	case <-ctx.Done():
		r.cut.Add(1)
	}
}

// rareTrack has a pass every two days: nothing but what a test does comes between.
func rareTrack() forks.Track {
	t := aTrack("aux", "main")
	t.Interval, t.Jitter = 48*time.Hour, 0
	return t
}

func TestLookAsideWaitsForMaintenanceAndMakesNoneDue(t *testing.T) {
	var idle rested
	inLoop(t, nil, func(w *loopWorld) { w.Idle = idle.rest }, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks([]forks.Track{rareTrack()})
		w.later(6 * time.Minute)
		if idle.begun.Load() != 1 {
			t.Fatal("no maintenance")
		}
		for range 60 {
			err := w.loop.Aside(t.Context(), rareTrack(), func(context.Context) error {
				if idle.ended.Load() != 1 {
					t.Error("began during maintenance")
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			w.later(10 * time.Minute)
		}
		if begun, ended, cut := idle.begun.Load(), idle.ended.Load(), idle.cut.Load(); begun != 1 || ended != 1 || cut != 0 {
			t.Errorf("maintenance began %d times, came to its end %d times, was cut short %d times", begun, ended, cut)
		}
	})
}

func TestPersonWhoComesAfterALookAsideStillMakesMaintenanceEnd(t *testing.T) {
	var idle rested
	inLoop(t, nil, func(w *loopWorld) { w.Idle = idle.rest }, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks([]forks.Track{rareTrack()})
		w.later(6 * time.Minute)
		looked := make(chan error, 1)
		go func() {
			looked <- w.loop.Aside(t.Context(), rareTrack(), func(context.Context) error { return nil })
		}()
		w.later(time.Minute)
		at := time.Now()
		if err := w.loop.Do(t.Context(), rareTrack(), func(context.Context) error { return nil }); err != nil || time.Since(at) > time.Second {
			t.Errorf("a person waited for %s: %v", time.Since(at), err)
		}
		if err := <-looked; err != nil || idle.cut.Load() != 1 {
			t.Errorf("cut short %d times, the look: %v", idle.cut.Load(), err)
		}
		w.later(2 * time.Hour)
		if idle.begun.Load() != 2 || idle.ended.Load() != 1 {
			t.Errorf("after the person maintenance began %d times, and came to its end %d times", idle.begun.Load(), idle.ended.Load())
		}
	})
}

func TestLookAsideExcludesPassesOfItsForkAndIsNotShownAsOne(t *testing.T) {
	var busy atomic.Int32
	var world *loopWorld
	enter := func(ctx context.Context, d time.Duration) error {
		if busy.Add(1) != 1 {
			world.Error("two at once in one fork")
		}
		defer busy.Add(-1)
		return world.take(ctx, d)
	}
	pass := func(ctx context.Context, _ forks.Track, _ time.Duration) (syncer.Outcome, error) {
		return syncer.Outcome{}, enter(ctx, 20*time.Second)
	}
	inLoop(t, pass, func(w *loopWorld) { world = w }, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main"))
		for range 50 {
			err := w.loop.Aside(t.Context(), aTrack("aux", "main"), func(ctx context.Context) error {
				if v, _ := w.loop.View("aux", "main"); !v.Running.IsZero() {
					t.Error("a look is shown as a pass")
				}
				w.loop.Wake("aux", "main")
				return enter(ctx, 7*time.Second)
			})
			if err != nil {
				t.Fatal(err)
			}
			w.later(time.Second)
		}
		w.later(time.Minute)
		if n := len(w.begins("aux/main", time.Time{})); n < 40 {
			t.Errorf("%d passes beside 50 looks that asked for one", n)
		}
	})
}
