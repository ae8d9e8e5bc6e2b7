package syncer_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/syncer"
)

// tenTracks are of five forks.
func tenTracks() []string {
	var out []string
	for i := range 10 {
		out = append(out, fmt.Sprintf("fork%d/track%d", i%5, i))
	}
	return out
}

// staggered runs a world of ten tracks until they are due at different times.
func staggered(t *testing.T, test func(*testing.T, *loopWorld)) {
	inLoop(t, nil, func(w *loopWorld) { w.Lanes = 1 }, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf(tenTracks()...))
		w.later(5*time.Hour + 10*time.Minute)
		test(t, w)
	})
}

// byDue lists the tracks that are due within half an hour and its jitter: all of
// them, next one first.
func (w *loopWorld) byDue() []string {
	views := w.loop.Views()
	slices.SortFunc(views, func(a, b syncer.TrackView) int { return a.Due.Compare(b.Due) })
	var out []string
	for _, v := range views {
		out = append(out, v.Track.Fork+"/"+v.Track.Name)
	}
	return out
}

func TestAfterSleepEachTrackIsServedOnceOldestFirst(t *testing.T) {
	staggered(t, func(t *testing.T, w *loopWorld) {
		want := w.byDue()
		woke := time.Now()
		w.clock.jump(3 * day)
		w.later(3 * time.Minute)
		if got := names(w.since(woke)); !slices.Equal(got, want) {
			t.Errorf("passes after sleep: %v, want %v", got, want)
		}
		w.later(23 * time.Minute)
		w.wantEach(w.since(woke), 1, want)
		w.later(9 * time.Minute)
		w.wantEach(w.since(woke), 2, want)
	})
}

func TestClockJumpsMakeNeitherStormNorSilence(t *testing.T) {
	staggered(t, func(t *testing.T, w *loopWorld) {
		for _, jump := range []time.Duration{-day, 365 * day, -365 * day, -10 * time.Minute, 7 * time.Minute, 10 * time.Hour, -30 * time.Second} {
			at := time.Now()
			w.clock.jump(jump)
			w.later(2 * time.Hour)
			for _, track := range tenTracks() {
				begins := w.begins(track, at)
				if gap := w.gap(track, at); gap > 35*time.Minute {
					t.Errorf("after a jump by %s no pass of %s in %s", jump, track, gap)
				}
				if len(begins) > 6 {
					t.Errorf("after a jump by %s %d passes of %s in two hours", jump, len(begins), track)
				}
				for i := 1; i < len(begins); i++ {
					if wait := begins[i].Sub(begins[i-1]); wait < 27*time.Minute {
						t.Errorf("after a jump by %s two passes of %s within %s", jump, track, wait)
					}
				}
			}
		}
		for _, v := range w.loop.Views() {
			if v.Words != "ok" {
				t.Errorf("%s is %q", v.Track.Name, v.Words)
			}
		}
	})
}
