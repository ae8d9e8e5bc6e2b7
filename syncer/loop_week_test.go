package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

const day = 24 * time.Hour

// between reports whether at lies in the given hours of a day, counted from 0.
func between(at time.Duration, of int, from, to float64) bool {
	hours := (at - time.Duration(of)*day).Hours()
	return from <= hours && hours < to
}

// aBadWeek is how the passes of three forks fare in a week.
func aBadWeek(w **loopWorld) act {
	panicked, limited := false, false
	return func(ctx context.Context, t forks.Track, at time.Duration) (syncer.Outcome, error) {
		switch t.Fork + "/" + t.Name {
		case "aux/decided":
			if between(at, 1, 10, 16) {
				return syncer.Outcome{}, forks.AskPerson("accept it", "the tip was rewritten")
			}
		case "far/main", "far/rel":
			if between(at, 2, 0, 24) {
				return syncer.Outcome{}, fmt.Errorf("fetch: %w", forks.RetryLater("", "no route to host"))
			}
			if between(at, 5, 12, 13) && t.Name == "main" && !limited {
				limited = true
				err := forks.RetryLater("", "too many requests")
				err.(*forks.Problem).NotBefore = (*w).clock.Now().Add(time.Hour)
				return syncer.Outcome{}, err
			}
		case "odd/main":
			if between(at, 1, 5, 24) && !panicked {
				panicked = true
				panic("a nil map")
			}
			if between(at, 3, 0, 10) {
				return syncer.Outcome{}, errors.New("an index out of range")
			}
			if between(at, 4, 6, 6.6) {
				return syncer.Outcome{}, forks.RetryLater("", "the remote hung up")
			}
			if between(at, 5, 1, 7) {
				return syncer.Outcome{}, (*w).take(ctx, 6*time.Hour)
			}
		}
		return syncer.Outcome{}, nil
	}
}

func TestWeekOfPassesWithEveryKindOfFailure(t *testing.T) {
	var world *loopWorld
	inLoop(t, aBadWeek(&world), func(w *loopWorld) { world = w }, func(t *testing.T, w *loopWorld) {
		began := time.Now()
		w.loop.SetTracks(tracksOf("aux/healthy", "aux/decided", "far/main", "far/rel", "odd/main"))
		w.later(7 * day)

		// Nobody's trouble is another's.
		for track, from := range map[string]time.Time{"aux/healthy": began, "aux/decided": began,
			"far/main": began.Add(6 * day), "far/rel": began.Add(3*day + 3*time.Hour), "odd/main": began.Add(5*day + 9*time.Hour)} {
			if gap := w.gap(track, from); gap > time.Hour {
				t.Errorf("no pass of %s in %s", track, gap)
			}
		}
		for track, want := range map[string][]string{
			"aux/healthy": {"following"},
			"aux/decided": {"following", "stopped", "following"},
			"far/main":    {"following", "failing", "following", "failing", "following"},
			"far/rel":     {"following", "failing", "following"},
			"odd/main":    {"following", "failing", "following", "failing", "following", "failing", "following"},
		} {
			if got := w.diary.kinds(track); !slices.Equal(got, want) {
				t.Errorf("events of %s: %v, want %v", track, got, want)
			}
		}
		w.wantWeekInLog()

		// A track that waits for a person keeps its cadence.
		stopped := w.passesIn("aux/decided", 1, 10, 16)
		if stopped < 10 || stopped > 14 {
			t.Errorf("%d passes of the stopped track in six hours", stopped)
		}
		// What is tried again costs little: 0, 1, 3, 7, 15, 31, 61, 121, 241, 361 ... min.
		for _, track := range []string{"far/main", "far/rel"} {
			if got := w.passesIn(track, 2, 0, 24); got < 17 || got > 19 {
				t.Errorf("%d tries of %s in a day", got, track)
			}
		}
		if got := w.passesIn("odd/main", 3, 0, 10); got < 6 || got > 8 { // 0, 30, 90, 210, 330 ... min
			t.Errorf("%d tries after errors of no known kind in ten hours", got)
		}
		if got := w.passesIn("odd/main", 5, 1, 7); got > 1 {
			t.Errorf("%d passes began while one was hanging", got)
		}
		w.wantNotBefore("far/main", began.Add(5*day+12*time.Hour))
	})
}

// passesIn counts passes that began in the given hours of a day.
func (w *loopWorld) passesIn(track string, of int, from, to float64) int {
	first := w.since(time.Time{})[0].begin
	n := 0
	for _, at := range w.begins(track, first) {
		if between(at.Sub(first), of, from, to) {
			n++
		}
	}
	return n
}

// wantNotBefore checks that after the first pass from a time on, the next one came
// after an hour and soon after that.
func (w *loopWorld) wantNotBefore(track string, from time.Time) {
	w.Helper()
	at := w.begins(track, from)
	if wait := at[1].Sub(at[0]); wait < time.Hour || wait > time.Hour+5*time.Minute {
		w.Errorf("told to wait for an hour, %s was tried again after %s", track, wait)
	}
}

// wantWeekInLog checks that the log has a line for each event and each bug, and no
// more.
func (w *loopWorld) wantWeekInLog() {
	w.Helper()
	got := map[string]int{}
	for _, e := range w.logs.All() {
		got[e.Level.String()+" "+e.Message]++
	}
	bugs := got["error a pass ended with an error of no known kind; please report it"]
	if bugs < 7 || bugs > 9 {
		w.Errorf("%d bugs in the log", bugs)
	}
	delete(got, "error a pass ended with an error of no known kind; please report it")
	want := map[string]int{"info track is following": 12, "warn track is stopped": 1, "warn track is failing": 6}
	if !maps.Equal(got, want) {
		w.Errorf("in the log: %v, want %v", got, want)
	}
	panics := 0
	for _, e := range w.logs.FilterLevelExact(zapcore.ErrorLevel).All() {
		if e.ContextMap()["error"] == "panic: a nil map" && len(e.ContextMap()["stack"].(string)) > 100 {
			panics++
		}
	}
	if panics != 1 {
		w.Errorf("%d panics in the log, with stack", panics)
	}
}

func TestFiftyTracksAreEachServedWithinTwoIntervals(t *testing.T) {
	var world *loopWorld
	random := rand.New(rand.NewPCG(3, 4)) // with one lane nothing else calls it
	work := func(ctx context.Context, _ forks.Track, _ time.Duration) (syncer.Outcome, error) {
		return syncer.Outcome{}, world.take(ctx, time.Duration(random.IntN(50))*time.Second)
	}
	inLoop(t, work, func(w *loopWorld) { world, w.Lanes = w, 1 }, func(t *testing.T, w *loopWorld) {
		var all []string
		for i := range 50 {
			all = append(all, fmt.Sprintf("fork%d/track%d", i%10, i))
		}
		began := time.Now()
		w.loop.SetTracks(tracksOf(all...))
		w.later(2 * day)
		for _, track := range all {
			if gap := w.gap(track, began); gap > time.Hour {
				t.Errorf("%s was not served for %s", track, gap)
			}
		}
	})
}

func TestPassThatHangsKeepsItsForkButNotItsLane(t *testing.T) {
	var world *loopWorld
	hang := func(ctx context.Context, t forks.Track, _ time.Duration) (syncer.Outcome, error) {
		if t.Fork == "hangs" {
			return syncer.Outcome{}, world.take(ctx, 6*time.Hour)
		}
		return syncer.Outcome{}, nil
	}
	inLoop(t, hang, func(w *loopWorld) { world, w.Lanes = w, 1 }, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("hangs/main", "hangs/rel", "aux/main", "nix/main"))
		w.later(6 * time.Hour)
		if got := len(w.begins("hangs/rel", time.Time{})); got != 0 {
			t.Errorf("%d passes beside one that hangs in the same fork", got)
		}
		for _, track := range []string{"aux/main", "nix/main"} {
			at := w.begins(track, time.Time{})
			if len(at) < 10 || w.gap(track, at[0]) > time.Hour {
				t.Errorf("%d passes of %s in six hours", len(at), track)
			}
		}
	})
}

func TestTwoLoopsAreNotAligned(t *testing.T) {
	t.Parallel()
	var begins [2][]time.Time
	t.Run("loops", func(t *testing.T) {
		for i := range begins {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				seed := func(w *loopWorld) { w.Random = rand.New(rand.NewPCG(uint64(i), 7)).Float64 }
				inLoop(t, nil, seed, func(t *testing.T, w *loopWorld) {
					w.loop.SetTracks(tracksOf("aux/main"))
					w.later(4 * day)
					begins[i] = w.begins("aux/main", time.Time{})
				})
			})
		}
	})
	together := 0
	for _, at := range begins[0] {
		if slices.ContainsFunc(begins[1], func(other time.Time) bool { return at.Sub(other).Abs() < 10*time.Second }) {
			together++
		}
	}
	if n := len(begins[0]); n < 170 || together > n/10 {
		t.Errorf("%d of %d passes begin at the same time", together, n)
	}
}
