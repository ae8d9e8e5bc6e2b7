package syncer_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

func TestNewTracksAreDueAtOnceAndRemovedOnesGo(t *testing.T) {
	inLoop(t, nil, nil, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main", "nix/main"))
		w.later(time.Second)
		w.wantEach(w.since(time.Time{}), 1, []string{"aux/main", "nix/main"})
		w.loop.SetTracks(tracksOf("nix/main", "aux/new")) // while passes of both forks run
		w.later(time.Minute)
		w.wantEach(w.since(time.Time{}), 1, []string{"aux/main", "nix/main", "aux/new"})
		if got := w.diary.kinds("aux/main"); !slices.Equal(got, []string{"following"}) {
			t.Errorf("the pass of a track that was removed meanwhile: %v", got)
		}
		w.later(10 * time.Hour)
		if n := len(w.begins("aux/main", time.Time{})); n != 1 {
			t.Errorf("%d passes of a removed track", n)
		}
		if _, ok := w.loop.View("aux", "main"); ok {
			t.Error("a removed track is still shown")
		}
	})
}

func TestTrackWithOtherWorkIsDueAtOnce(t *testing.T) {
	var got []string
	note := func(_ context.Context, t forks.Track, _ time.Duration) (syncer.Outcome, error) {
		got = append(got, t.Follow+" "+string(t.History))
		return syncer.Outcome{}, nil
	}
	inLoop(t, note, func(w *loopWorld) { w.Lanes = 1 }, func(t *testing.T, w *loopWorld) {
		tracks := tracksOf("aux/main")
		w.loop.SetTracks(tracks)
		w.later(10 * time.Minute)
		tracks[0].History = forks.Rewrite
		w.loop.SetTracks(tracks)
		w.later(10 * time.Minute)
		tracks[0].Follow = "next"
		w.loop.SetTracks(tracks)
		w.later(time.Second)
		tracks[0].Follow = "last" // while the pass runs
		w.loop.SetTracks(tracks)
		w.later(time.Minute)
		if want := []string{"main ", "next rewrite", "last rewrite"}; !slices.Equal(got, want) {
			t.Errorf("passes: %q, want %q", got, want)
		}
	})
}

func TestWokenTrackIsDueNow(t *testing.T) {
	inLoop(t, nil, nil, func(t *testing.T, w *loopWorld) {
		if w.loop.Wake("aux", "main") {
			t.Error("woke a track that does not exist")
		}
		w.loop.SetTracks(tracksOf("aux/main"))
		w.later(10 * time.Minute)
		at := time.Now()
		if !w.loop.Wake("aux", "main") {
			t.Error("did not wake a track")
		}
		w.later(time.Second)
		w.loop.Wake("aux", "main") // a push that the running pass may not have seen
		w.loop.Wake("aux", "main")
		w.later(20 * time.Minute)
		w.wantEach(w.since(at), 2, []string{"aux/main"})
	})
}

func TestRunEndsWithItsContextAfterItsPasses(t *testing.T) {
	var ended atomic.Int32
	slow := func(ctx context.Context, _ forks.Track, _ time.Duration) (syncer.Outcome, error) {
		<-ctx.Done()
		time.AfterFunc(3*time.Second, func() { ended.Add(1) })
		<-time.After(3 * time.Second) // a publication comes to its end
		return syncer.Outcome{}, ctx.Err()
	}
	inLoop(t, slow, nil, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main", "nix/main", "third/main"))
		w.later(time.Minute)
		began := time.Now()
		if err := w.quit(); err != nil {
			t.Errorf("Run: %v", err)
		}
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("Run ended after %s", took)
		}
		if len(w.since(time.Time{})) != 2 {
			t.Errorf("passes: %v", names(w.since(time.Time{})))
		}
		if w.diary.kinds("aux/main") != nil {
			t.Error("a pass that was interrupted counts as a failure")
		}
	})
}

func TestPassThatNeedsAPersonCountsAlsoWhenTheLoopEnds(t *testing.T) {
	rewritten := func(ctx context.Context, _ forks.Track, _ time.Duration) (syncer.Outcome, error) {
		<-ctx.Done()
		return syncer.Outcome{}, forks.AskPerson("accept it", "the tip was rewritten")
	}
	inLoop(t, rewritten, nil, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main"))
		w.later(time.Minute)
		w.quit()
		if got := w.diary.kinds("aux/main"); !slices.Equal(got, []string{"stopped"}) {
			t.Errorf("events: %v", got)
		}
	})
}

func TestFatalProblemEndsRunAfterAllPasses(t *testing.T) {
	full := errors.New("no space left")
	pass := func(ctx context.Context, t forks.Track, _ time.Duration) (syncer.Outcome, error) {
		if t.Fork == "aux" {
			return syncer.Outcome{}, &forks.Problem{Kind: forks.Fatal, Err: full}
		}
		<-ctx.Done()
		<-time.After(time.Second)
		return syncer.Outcome{}, ctx.Err()
	}
	inLoop(t, pass, nil, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main", "nix/main", "third/main"))
		err := <-w.ended
		w.stop = nil
		if !errors.Is(err, full) || !strings.Contains(err.Error(), "aux/main") || forks.KindOf(err) != forks.Fatal {
			t.Errorf("Run: %v", err)
		}
		for _, r := range w.since(time.Time{}) {
			if r.end.IsZero() {
				t.Errorf("the pass of %s still runs", r.track)
			}
		}
		w.wantEach(w.since(time.Time{}), 1, []string{"aux/main", "nix/main"})
		err = w.loop.Do(t.Context(), aTrack("aux", "main"), func(context.Context) error { return nil })
		if !errors.Is(err, full) || forks.KindOf(err) != forks.Retry {
			t.Errorf("Do after the end: %v", err)
		}
	})
}

func TestAliveIsCalledAtEveryBeatWhileAPassRuns(t *testing.T) {
	var last atomic.Pointer[time.Time]
	var longest atomic.Int64
	slow := func(ctx context.Context, _ forks.Track, _ time.Duration) (syncer.Outcome, error) {
		<-time.After(6 * time.Hour)
		return syncer.Outcome{}, nil
	}
	beat := func(w *loopWorld) {
		w.Beat = 0 // the default
		w.Alive = func() {
			now := time.Now()
			if before := last.Swap(&now); before != nil {
				longest.Store(max(longest.Load(), int64(now.Sub(*before))))
			}
		}
	}
	inLoop(t, slow, beat, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main"))
		w.later(6 * time.Hour)
		if got := time.Duration(longest.Load()); got != 10*time.Second {
			t.Errorf("alive after %s", got)
		}
		if got := time.Since(*last.Load()); got > 10*time.Second {
			t.Errorf("not alive for %s", got)
		}
	})
}

func TestAliveStaysAwayWhileTheLoopIsStuck(t *testing.T) {
	var beats atomic.Int32
	stuck, free := make(chan struct{}), atomic.Bool{}
	configure := func(w *loopWorld) {
		stuck = make(chan struct{})
		w.Alive = func() { beats.Add(1) }
		w.diary.fails = func(call string) error {
			if call == "write" && !free.Load() {
				<-stuck
			}
			return nil
		}
	}
	inLoop(t, nil, configure, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main"))
		w.later(time.Minute)
		before := beats.Load()
		w.later(10 * time.Minute)
		if got := beats.Load(); got != before {
			t.Errorf("%d signs of life of a stuck loop", got-before)
		}
		if v, ok := w.loop.View("aux", "main"); !ok || v.Running.IsZero() {
			t.Errorf("people cannot look at a stuck loop: %+v", v)
		}
		free.Store(true)
		close(stuck)
		w.later(10 * time.Minute)
		if got := beats.Load(); got < before+10 {
			t.Errorf("%d signs of life after it went on", got-before)
		}
	})
}

func TestIdleRunsOnceInQuietTimeAndMakesRoomForPasses(t *testing.T) {
	type rest struct{ begin, end time.Time }
	var rests []rest
	var active atomic.Int32
	configure := func(w *loopWorld) {
		w.Idle = func(ctx context.Context) {
			if active.Add(1) != 1 {
				t.Error("maintenance twice at once")
			}
			r := rest{begin: time.Now()}
			if len(rests) < 2 {
				<-ctx.Done()
				<-time.After(2 * time.Second) // to its end
			}
			r.end = time.Now()
			rests = append(rests, r)
			active.Add(-1)
		}
	}
	inLoop(t, nil, configure, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main", "nix/main"))
		w.later(12 * time.Minute)
		w.loop.Wake("aux", "main")
		w.later(4 * time.Hour)
		if len(rests) < 5 || len(rests) > 20 {
			t.Fatalf("%d times of maintenance: %v", len(rests), rests)
		}
		first := w.since(rests[0].begin)[0]
		if first.begin != rests[0].end || rests[0].end.Sub(rests[0].begin) < 11*time.Minute {
			t.Errorf("maintenance %v, then a pass at %s", rests[0], first.begin)
		}
		for _, r := range rests {
			for _, p := range w.since(time.Time{}) {
				if p.begin.Before(r.end) && r.begin.Before(p.end) {
					t.Errorf("maintenance %v while a pass ran: %v", r, p)
				}
				if quiet := p.begin.Sub(r.begin); quiet > 0 && quiet < 5*time.Minute {
					t.Errorf("maintenance began %s before a pass was due", quiet)
				}
			}
		}
	})
}

func TestIdleWaitsForTheTracks(t *testing.T) {
	configure := func(w *loopWorld) { w.Idle = func(context.Context) { w.Error("maintenance before anything is known") } }
	inLoop(t, nil, configure, func(_ *testing.T, w *loopWorld) { w.later(time.Hour) })
}

func TestIdleDoesNotRunWherePassesAreSoonDue(t *testing.T) {
	configure := func(w *loopWorld) { w.Idle = func(context.Context) { w.Error("maintenance all the same") } }
	inLoop(t, nil, configure, func(t *testing.T, w *loopWorld) {
		tracks := tracksOf("aux/main")
		tracks[0].Interval = 4 * time.Minute
		w.loop.SetTracks(tracks)
		<-w.clock.After(time.Hour)
	})
}

func TestIdleComesToABusyLoopAfterADay(t *testing.T) {
	var calls atomic.Int32
	inLoop(t, nil, func(w *loopWorld) {
		w.Idle = func(context.Context) { calls.Add(1) }
	}, func(t *testing.T, w *loopWorld) {
		tracks := tracksOf("aux/main")
		tracks[0].Interval = time.Minute
		w.loop.SetTracks(tracks)
		w.later(23 * time.Hour)
		if n := calls.Load(); n != 0 {
			t.Errorf("maintenance ran %d times with a pass due each minute", n)
		}
		w.later(2 * time.Hour)
		if n := calls.Load(); n != 1 {
			t.Errorf("maintenance ran %d times after a day without it, want once", n)
		}
	})
}

func TestMaintenanceThatPanicsIsLogged(t *testing.T) {
	configure := func(w *loopWorld) { w.Idle = func(context.Context) { panic("broken") } }
	inLoop(t, nil, configure, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main"))
		w.later(5 * time.Hour)
		if got := w.logged(zapcore.ErrorLevel, "maintenance failed"); got < 8 || len(w.begins("aux/main", time.Time{})) < 9 {
			t.Errorf("%d lines in the log", got)
		}
	})
}

func TestStatusIsToldInWordsWhenItChanges(t *testing.T) {
	var told []string
	pass := func(_ context.Context, t forks.Track, _ time.Duration) (syncer.Outcome, error) {
		if t.Fork == "nix" {
			return syncer.Outcome{}, forks.AskPerson("", "rewritten")
		}
		return syncer.Outcome{}, nil
	}
	configure := func(w *loopWorld) {
		w.Lanes, w.Beat, w.Random = 1, 0, func() float64 { return 0.5 }
		w.Status = func(s string) { told = append(told, s) }
	}
	inLoop(t, pass, configure, func(t *testing.T, w *loopWorld) {
		synctest.Wait()
		w.loop.SetTracks(tracksOf("aux/main", "nix/main"))
		w.later(time.Hour)
		w.quit()
		want := []string{"0 tracks",
			"2 tracks; aux/main: no pass yet; nix/main: no pass yet; pass of aux/main runs; 1 due",
			"2 tracks; nix/main: no pass yet; aux/main: following; pass of nix/main runs",
			"2 tracks; nix/main: stopped; aux/main: following; next pass in 29 min",
			"2 tracks; nix/main: stopped; aux/main: following; next pass in 28 min"}
		if len(told) < 40 || !slices.Equal(told[:5], want) {
			t.Errorf("told\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
		}
		if len(slices.Compact(slices.Clone(told))) != len(told) {
			t.Errorf("told twice:\n%s", strings.Join(told, "\n"))
		}
		if last := told[len(told)-1]; !strings.HasSuffix(last, "; ending") {
			t.Errorf("at the end: %s", last)
		}
	})
}

func TestStatusOfManyTracksNamesThoseThatDoNotFollow(t *testing.T) {
	pass := func(_ context.Context, t forks.Track, _ time.Duration) (syncer.Outcome, error) {
		if t.Fork == "fork3" {
			return syncer.Outcome{Plan: forks.Plan{Hold: &forks.Hold{}}}, nil
		}
		return syncer.Outcome{}, nil
	}
	var last string
	configure := func(w *loopWorld) { w.Status = func(s string) { last = s } }
	inLoop(t, pass, configure, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf(tenTracks()...))
		w.later(5 * time.Minute)
		if !strings.HasPrefix(last, "10 tracks; fork3/track3: holding; fork3/track8: holding; 8 following; next pass in 2") {
			t.Errorf("got %s", last)
		}
	})
}

func TestFailingTrackThatBacksOffIsNotCalledSilent(t *testing.T) {
	down := func(context.Context, forks.Track, time.Duration) (syncer.Outcome, error) {
		return syncer.Outcome{}, forks.RetryLater("", "no route")
	}
	inLoop(t, down, nil, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main"))
		for range 40 {
			w.later(13 * time.Minute)
			if v, _ := w.loop.View("aux", "main"); !strings.HasPrefix(v.Words, "failing since 2000-01-01 00:00") {
				t.Fatalf("words: %q", v.Words)
			}
		}
	})
}
