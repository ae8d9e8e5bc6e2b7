package syncer_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

func TestRequestWaitsForThePassOfItsForkAndNoOther(t *testing.T) {
	var world *loopWorld
	slow := func(ctx context.Context, t forks.Track, _ time.Duration) (syncer.Outcome, error) {
		if t.Fork == "hangs" {
			return syncer.Outcome{}, world.take(ctx, 6*time.Hour)
		}
		return syncer.Outcome{}, world.take(ctx, time.Minute)
	}
	inLoop(t, slow, func(w *loopWorld) { world = w }, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main", "aux/rel", "hangs/main"))
		w.later(time.Second)
		var began time.Time
		err := w.loop.Do(t.Context(), aTrack("aux", "main"), func(ctx context.Context) error {
			began = time.Now()
			if v, _ := w.loop.View("aux", "main"); v.Running.IsZero() {
				t.Error("what a person asked for is not shown")
			}
			return w.take(ctx, time.Minute)
		})
		if err != nil {
			t.Fatal(err)
		}
		w.later(time.Second)
		first, second := w.begins("aux/main", time.Time{}), w.begins("aux/rel", time.Time{})
		if got := began.Sub(first[0]); got != time.Minute+5*time.Second {
			t.Errorf("a person waited until %s after the pass began", got)
		}
		if len(second) != 1 || second[0].Sub(began) != time.Minute {
			t.Errorf("the scheduled pass did not wait for the person: %v, %v", began, second)
		}
	})
}

func TestRequestTakesNoLane(t *testing.T) {
	inLoop(t, nil, func(w *loopWorld) { w.Lanes = 1 }, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main", "nix/main"))
		w.later(time.Minute)
		at := time.Now()
		err := w.loop.Do(t.Context(), aTrack("aux", "main"), func(ctx context.Context) error { return w.take(ctx, 10*time.Hour) })
		if gap := w.gap("nix/main", at); err != nil || gap > 35*time.Minute {
			t.Errorf("a request held up the passes of another fork for %s: %v", gap, err)
		}
	})
}

// lateContext has ended, but shows it only after a while.
type lateContext struct{ context.Context }

func (c lateContext) Done() <-chan struct{} {
	<-time.After(time.Minute)
	return c.Context.Done()
}

func TestTurnThatComesAsTheRequestEndsIsGivenBack(t *testing.T) {
	inLoop(t, nil, nil, func(t *testing.T, w *loopWorld) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		given := 0
		for range 20 { // who is faster is a matter of chance
			err := w.loop.Do(lateContext{ctx}, aTrack("aux", "main"), func(context.Context) error { return nil })
			if err != nil {
				given++
			}
		}
		w.later(time.Minute)
		w.loop.SetTracks(tracksOf("aux/main"))
		w.later(time.Minute)
		if given == 0 || len(w.begins("aux/main", time.Time{})) != 1 {
			t.Errorf("%d turns were given back, %d passes after it", given, len(w.begins("aux/main", time.Time{})))
		}
	})
}

func TestRequestsAndPassesOfAForkExcludeEachOther(t *testing.T) {
	busy := map[string]*atomic.Int32{"aux": {}, "nix": {}}
	var world *loopWorld
	enter := func(ctx context.Context, t forks.Track, d time.Duration) error {
		if busy[t.Fork].Add(1) != 1 {
			world.Errorf("two at once in fork %s", t.Fork)
		}
		defer busy[t.Fork].Add(-1)
		return world.take(ctx, d)
	}
	pass := func(ctx context.Context, t forks.Track, _ time.Duration) (syncer.Outcome, error) {
		return syncer.Outcome{}, enter(ctx, t, 20*time.Second)
	}
	inLoop(t, pass, func(w *loopWorld) { world = w }, func(t *testing.T, w *loopWorld) {
		tracks := tracksOf("aux/main", "aux/rel", "nix/main")
		w.loop.SetTracks(tracks)
		var all sync.WaitGroup
		var done atomic.Int32
		for i := range 30 {
			all.Go(func() {
				track := tracks[i%3]
				<-w.clock.After(time.Duration(i*i) * time.Second)
				err := w.loop.Do(t.Context(), track, func(ctx context.Context) error {
					done.Add(1)
					err := enter(ctx, track, 7*time.Second)
					w.loop.Ran(track, syncer.Outcome{}, err)
					return err
				})
				if err != nil {
					t.Error(err)
				}
				w.loop.Wake(track.Fork, track.Name)
			})
		}
		all.Wait()
		w.later(time.Hour)
		if done.Load() != 30 || len(w.since(time.Time{})) < 20 {
			t.Errorf("%d requests, %d passes", done.Load(), len(w.since(time.Time{})))
		}
	})
}

func TestWaitingRequestEndsWithItsContext(t *testing.T) {
	var world *loopWorld
	slow := func(ctx context.Context, t forks.Track, _ time.Duration) (syncer.Outcome, error) {
		return syncer.Outcome{}, world.take(ctx, time.Hour)
	}
	inLoop(t, slow, func(w *loopWorld) { world = w }, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main"))
		w.later(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := w.loop.Do(ctx, aTrack("aux", "main"), func(context.Context) error {
			t.Error("began all the same")
			return nil
		})
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "fork aux") {
			t.Errorf("got %v", err)
		}
		w.later(3 * time.Hour)
		if got := len(w.begins("aux/main", time.Time{})); got < 2 {
			t.Errorf("%d passes after a request was given up", got)
		}
	})
}

func TestRequestEndsWithTheLoop(t *testing.T) {
	inLoop(t, nil, nil, func(t *testing.T, w *loopWorld) {
		first, second := make(chan error, 1), make(chan error, 1)
		track := aTrack("aux", "main")
		began := make(chan struct{})
		go func() {
			first <- w.loop.Do(context.Background(), track, func(ctx context.Context) error {
				close(began)
				<-ctx.Done()
				<-time.After(time.Second)
				return ctx.Err()
			})
		}()
		<-began
		go func() { second <- w.loop.Do(context.Background(), track, func(context.Context) error { return nil }) }()
		w.later(time.Minute)
		at := time.Now()
		if err := w.quit(); err != nil || time.Since(at) != time.Second {
			t.Errorf("Run ended after %s: %v", time.Since(at), err)
		}
		if err := <-first; !errors.Is(err, context.Canceled) || forks.KindOf(err) != forks.Retry {
			t.Errorf("the request that was running: %v", err)
		}
		third := w.loop.Do(context.Background(), track, func(context.Context) error { return nil })
		for _, err := range []error{<-second, third} {
			if forks.KindOf(err) != forks.Retry || !strings.Contains(err.Error(), "run the command again") {
				t.Errorf("a request that did not begin: %v", err)
			}
		}
	})
}

func TestRequestThatPanicsFreesItsFork(t *testing.T) {
	inLoop(t, nil, nil, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main"))
		err := w.loop.Do(t.Context(), aTrack("aux", "main"), func(context.Context) error { panic("a nil map") })
		if err == nil || err.Error() != "panic: a nil map" {
			t.Errorf("got %v", err)
		}
		w.later(time.Minute)
		if len(w.begins("aux/main", time.Time{})) != 1 {
			t.Error("the fork stayed taken")
		}
	})
}

func TestRequestMakesMaintenanceEnd(t *testing.T) {
	var resting atomic.Bool
	configure := func(w *loopWorld) {
		w.Idle = func(ctx context.Context) {
			resting.Store(true)
			<-ctx.Done()
			<-time.After(time.Second)
			resting.Store(false)
		}
	}
	inLoop(t, nil, configure, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main"))
		w.later(10 * time.Minute)
		if !resting.Load() {
			t.Fatal("no maintenance")
		}
		at := time.Now()
		err := w.loop.Do(t.Context(), aTrack("nix", "main"), func(context.Context) error {
			if resting.Load() || time.Since(at) != time.Second {
				t.Errorf("began after %s, maintenance goes on: %v", time.Since(at), resting.Load())
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestPassThatAPersonMadeIsBooked(t *testing.T) {
	inLoop(t, nil, nil, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main"))
		w.later(20 * time.Minute)
		at := time.Now()
		w.loop.Ran(aTrack("aux", "main"), syncer.Outcome{Plan: forks.Plan{Pass: 3, Hold: &forks.Hold{Reason: "a conflict"}}}, nil)
		if v, _ := w.loop.View("aux", "main"); v.Health.Condition != forks.TrackHolding || v.Health.LastGood.Before(at.Round(0)) {
			t.Errorf("got %+v", v.Health)
		}
		booked, _ := w.loop.View("aux", "main")
		w.later(35 * time.Minute)
		if got := w.since(at); len(got) != 1 || got[0].begin.Sub(at) < 27*time.Minute || !got[0].begin.Equal(booked.Due) {
			t.Errorf("the next pass was due at %s: %v", booked.Due, got)
		}
		w.loop.Ran(aTrack("aux", "main"), syncer.Outcome{}, context.Canceled)
		w.loop.Ran(aTrack("nix", "gone"), syncer.Outcome{}, forks.RetryLater("", "no route"))
		if got, want := w.diary.kinds("aux/main"), []string{"following", "holding", "following"}; !slices.Equal(got, want) {
			t.Errorf("events: %v, want %v", got, want)
		}
		if got := w.diary.kinds("nix/gone"); !slices.Equal(got, []string{"failing"}) {
			t.Errorf("events of a track that the loop does not have: %v", got)
		}
	})
}
