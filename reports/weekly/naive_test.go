package weekly

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// knownLag is the lag at a time, by walking over the runs: ever reports whether any run
// had told something by then, known whether it still counts.
func knownLag(passes []forks.PassRecord, o TallyOptions, at time.Time) (lag time.Duration, ever, known bool) {
	var since, until time.Time
	var tip forks.Hash
	for _, p := range passes {
		end := p.Started.Add(time.Duration(p.Seconds * float64(time.Second)))
		if !end.Before(at) || !end.Before(o.End) || !p.Started.Before(o.End) {
			continue
		}
		if p.Outcome == forks.PassFailed {
			if end.Before(until) {
				until = end
			}
			continue
		}
		silence := o.Silence
		if end.Before(o.Thinned) {
			silence = max(silence, 48*time.Hour)
		}
		switch {
		case p.Digest != nil:
			ever, since, tip = true, p.Digest.LacksSince, p.UpstreamTip
		case p.Outcome == forks.PassStopped:
			continue
		case p.NewBase == p.UpstreamTip && p.NewBase != forks.Hash{}:
			ever, since, tip = true, time.Time{}, p.UpstreamTip
		case p.Outcome == forks.PassPublished:
			ever, since = false, time.Time{}
			continue
		case !ever, tip != forks.Hash{} && p.UpstreamTip != forks.Hash{} && tip != p.UpstreamTip:
			continue
		}
		until = end.Add(silence)
	}
	if !ever || !at.Before(until) {
		return 0, ever, false
	}
	if since.IsZero() {
		return 0, true, true
	}
	return at.Sub(since), true, true
}

// byEnd sorts runs by their end, which is when they tell something: a long one may end
// after one that started later, where the generator has them overlap.
func byEnd(passes []forks.PassRecord) []forks.PassRecord {
	list := slices.Clone(passes)
	for i := range list { // runs of one track never overlap
		if i+1 < len(list) {
			gap := list[i+1].Started.Sub(list[i].Started).Seconds()
			list[i].Seconds = math.Trunc(min(list[i].Seconds, max(0, gap)))
		}
	}
	return list
}

func TestShareInSyncIsThatOfSamples(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(false).Draw(t, "world")
		for _, row := range w.in.Rows.Tracks {
			passes := byEnd(w.passes[row.Track])
			tally := TallyFor(w.in, row.Track)
			for _, p := range passes {
				tally.Add(p)
			}
			o := tally.course.o
			from, to := w.in.told()
			const step = 7 * time.Minute
			counted, synced := 0, 0
			for at := from.Add(step / 2); at.Before(to); at = at.Add(step) {
				lag, ever, known := knownLag(passes, o, at)
				if ever {
					counted++
				}
				if known && lag <= o.Goal.Duration() {
					synced++
				}
			}
			share, ok := tally.inSync(w.in.Week)
			// Each run can put both counts off by a sample.
			slack := float64(2*len(passes)+2) * step.Seconds()
			stage := tally.course.closed().weeks[TrendWeeks-1]
			if off := math.Abs(stage.counted.Seconds() - float64(counted)*step.Seconds()); off > slack {
				t.Fatalf("%s: counted %v, samples say %d steps", row.Track, stage.counted, counted)
			}
			if off := math.Abs(stage.inSync.Seconds() - float64(synced)*step.Seconds()); off > slack {
				t.Fatalf("%s: in sync %v, samples say %d steps", row.Track, stage.inSync, synced)
			}
			if ok && (share < 0 || share > 1) {
				t.Fatalf("share %v", share)
			}
		}
	})
}

func TestLagAtTheEndOfEachWeekIsThatOfTheNewestLook(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(false).Draw(t, "world")
		for _, row := range w.in.Rows.Tracks {
			passes := byEnd(w.passes[row.Track])
			tally := TallyFor(w.in, row.Track)
			for _, p := range passes {
				tally.Add(p)
			}
			for i := range TrendWeeks {
				week := w.in.Week.Add(-i)
				end := earlier(week.End(w.in.Zone), tally.end)
				lag, known := tally.lagAt(week)
				want, _, ok := knownLag(passes, tally.course.o, end)
				if known != ok || known && lag != Of(want) {
					t.Fatalf("%s of %v: got %v, %v, want %v, %v", row.Track, week, lag, known, want, ok)
				}
			}
		}
	})
}

func TestCurveIsTheLagAtEachTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(false).Draw(t, "world")
		for _, row := range w.in.Rows.Tracks {
			passes := byEnd(w.passes[row.Track])
			tally := TallyFor(w.in, row.Track)
			for _, p := range passes {
				tally.Add(p)
			}
			from, to := w.in.told()
			curve := tally.course.lag().Curve
			if from.Equal(to) {
				continue
			}
			if len(curve) < 2 || len(curve) > maxCurve || !curve[0].At.Equal(from) || !curve[len(curve)-1].At.Equal(to) {
				t.Fatalf("curve from %v to %v has %d points: %v", from, to, len(curve), curve)
			}
			for at := from.Add(11 * time.Minute); at.Before(to); at = at.Add(97 * time.Minute) {
				lag, _, known := knownLag(passes, tally.course.o, at)
				want := float64(-1)
				if known {
					want = lag.Seconds()
				}
				if got := onCurve(curve, at); math.Abs(got-want) > 2 {
					t.Fatalf("%s at %v: the curve says %v, the runs %v: %v", row.Track, at, got, want, curve)
				}
			}
		}
	})
}

// onCurve is the value of a curve at a time.
func onCurve(curve []LagPoint, at time.Time) float64 {
	for i := 1; i < len(curve); i++ {
		a, b := curve[i-1], curve[i]
		if at.Before(a.At) || at.After(b.At) || a.At.Equal(b.At) {
			continue
		}
		share := float64(at.Sub(a.At)) / float64(b.At.Sub(a.At))
		return float64(a.Lag) + share*float64(b.Lag-a.Lag)
	}
	return math.NaN()
}
