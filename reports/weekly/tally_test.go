package weekly

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

func options() TallyOptions {
	return TallyOptions{Goal: 24 * 3600, Silence: 3 * time.Hour, End: at(7, 0)}
}

func TestLongCurvesKeepTheirEndsExtremesAndFalls(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tally := NewTally(forks.Week{Year: 2026, Number: 47}, time.UTC, options())
		highest, lowest, gap := Seconds(0), Seconds(1<<60), false
		var before forks.Digest
		began := monday()
		lag := func(at time.Time) Seconds { return Of(at.Sub(before.LacksSince)) }
		for i, at := 0, monday().Add(-time.Minute); at.Before(tally.end); i++ {
			if i > 0 && at.After(began) {
				until := earlier(at, began.Add(3*time.Hour))
				highest, lowest = max(highest, lag(until)), min(lowest, lag(later(began, monday())))
				gap = gap || at.After(until)
			}
			before = forks.Digest{Lacks: 1, LacksSince: at.Add(-time.Duration(rapid.IntRange(0, 500_000).Draw(t, "lag")) * time.Second)}
			tally.Add(forks.PassRecord{Started: at, Outcome: forks.PassUnchanged, Digest: &before})
			began = at
			at = at.Add(time.Duration(rapid.IntRange(10, 40).Draw(t, "minutes")) * time.Minute)
			if rapid.IntRange(0, 99).Draw(t, "silent") == 0 {
				at = at.Add(5 * time.Hour)
			}
		}
		until := earlier(tally.end, began.Add(3*time.Hour))
		highest, lowest = max(highest, lag(until)), min(lowest, lag(began))
		gap = gap || until.Before(tally.end)

		curve := tally.course.lag().Curve
		if n := tally.course.closed().curve.added; n <= maxCurve {
			t.Fatalf("only %d points: this shows nothing", n)
		}
		if len(curve) > maxCurve || !curve[0].At.Equal(monday()) || !curve[len(curve)-1].At.Equal(tally.end) {
			t.Fatalf("%d points from %v to %v", len(curve), curve[0].At, curve[len(curve)-1].At)
		}
		high, low, unknown := Seconds(0), Seconds(1<<60), false
		for i, p := range curve {
			if i > 0 && p.At.Before(curve[i-1].At) {
				t.Fatal("not in order of time")
			}
			if p.Lag < 0 {
				unknown = true
				continue
			}
			high, low = max(high, p.Lag), min(low, p.Lag)
		}
		if high != highest || low != lowest || unknown != gap {
			t.Fatalf("the curve has %v to %v, unknown %v; the runs %v to %v, %v", low, high, unknown, lowest, highest, gap)
		}
	})
}

func TestReasonsBeyondTheBoundAreCountedTogether(t *testing.T) {
	t.Parallel()
	tally := NewTally(forks.Week{Year: 2026, Number: 47}, time.UTC, options())
	for i := range 3 * maxReasons {
		tally.Add(forks.PassRecord{Started: at(1, 0).Add(time.Duration(i) * time.Minute), Outcome: forks.PassFailed, Error: fmt.Sprintf("reason %d", i)})
	}
	p := tally.told()
	if p.Failed != 3*maxReasons || len(p.Failures) != maxFailures || p.Failures[0].Reason != otherReasons || p.Failures[0].Times != 2*maxReasons {
		t.Errorf("got %+v", p)
	}
}

func TestChangedPatchesAreListedOnceWithTheirNewestChange(t *testing.T) {
	t.Parallel()
	tally := NewTally(forks.Week{Year: 2026, Number: 47}, time.UTC, options())
	for i := range 60 {
		d := forks.Digest{Changed: []forks.PatchChange{{Patch: forks.PatchID(fmt.Sprint("p", i%30)), Diff: fmt.Sprint(i)}}}
		if i == 40 {
			d.MoreChanged = 4
		}
		tally.Add(forks.PassRecord{Started: at(1, i), Outcome: forks.PassPublished, Digest: &d})
	}
	list := tally.changed.list
	if len(list) != MaxListed || tally.changed.others() != 5+4 || list[MaxListed-1].Diff != "59" || list[0].Diff != "35" {
		t.Errorf("%d are listed and %d are not: %+v", len(list), tally.changed.others(), list)
	}
}

func TestWhatNoRunCanSayIsTakenAsNothing(t *testing.T) {
	t.Parallel()
	tally := NewTally(forks.Week{Year: 2026, Number: 47}, time.UTC, options())
	for _, seconds := range []float64{-5, 1e300, nan(), 0} {
		tally.Add(forks.PassRecord{Started: at(1, 0), Seconds: seconds, Outcome: "of a newer auxsync", Digest: &forks.Digest{Lacks: -3, LacksSince: at(400, 0)}})
	}
	tally.Add(forks.PassRecord{Seconds: 5}) // never measured
	tally.Add(forks.PassRecord{Started: at(7, 0), Seconds: 5})
	l := tally.course.lag()
	if n := tally.told(); n.All != 4 || n.Longest != 0 || l.Commits != 0 || l.Now != 0 {
		t.Errorf("got %+v, %+v", n, l)
	}
}

func TestInSyncIsTheShareOfTheTimeWithinTheGoal(t *testing.T) {
	t.Parallel()
	o := options()
	o.Silence = 1000 * time.Hour
	tally := NewTally(forks.Week{Year: 2026, Number: 47}, time.UTC, o)
	tally.Add(forks.PassRecord{Started: monday().Add(-time.Hour), Outcome: forks.PassUnchanged, Digest: &forks.Digest{Lacks: 1, LacksSince: at(0, -12)}})
	tally.Add(forks.PassRecord{Started: at(3, 0), Outcome: forks.PassPublished, Digest: &forks.Digest{}})
	tally.Add(forks.PassRecord{Started: at(6, 0), Outcome: forks.PassUnchanged, Digest: &forks.Digest{Lacks: 2, LacksSince: at(6, 0)}})
	// 12 of the first 72 hours, then 72 with a lag of 0, then 24 until the goal of 24 is reached.
	if l := tally.course.lag(); l.InSync != (12+72+24)/168.0 || l.Now != 24*3600 || l.Commits != 2 {
		t.Errorf("got %+v", l)
	}
}

func TestAClockPutBackCountsTimeOnce(t *testing.T) {
	t.Parallel()
	o := options()
	o.Goal = 3 * 24 * 3600
	tally := NewTally(forks.Week{Year: 2026, Number: 47}, time.UTC, o)
	tally.Add(forks.PassRecord{Started: at(4, 0), Outcome: forks.PassUnchanged, Digest: &forks.Digest{}})
	// It was two days too late. What this one found is known since, and counts as long as ever.
	tally.Add(forks.PassRecord{Started: at(2, 0), Outcome: forks.PassUnchanged, Digest: &forks.Digest{Lacks: 1, LacksSince: at(3, 0)}})
	s := tally.course.closed().weeks[TrendWeeks-1]
	if s.counted != 72*time.Hour || s.inSync != 3*time.Hour {
		t.Errorf("counted %v, in sync %v", s.counted, s.inSync)
	}
	if lag := tally.course.lag().Curve[2]; !lag.At.Equal(at(4, 0)) || lag.Lag != 2*24*3600 {
		t.Errorf("the lag is %+v: it counts from when it was found at the latest", lag)
	}
}

func nan() float64 { zero := 0.0; return zero / zero }

// year gives n runs over the reach of a report, one of five with news.
func year(n int, each func(forks.PassRecord)) {
	reach := Reach(forks.Week{Year: 2026, Number: 47}, time.UTC)
	step := at(7, 0).Sub(reach) / time.Duration(n)
	for i := range n {
		p := forks.PassRecord{Number: i, Started: reach.Add(time.Duration(i) * step), Seconds: 1, Outcome: forks.PassQuiet}
		switch i % 10 {
		case 0, 5:
			p.Outcome = forks.PassPublished
			p.Digest = &forks.Digest{Lacks: 3, LacksSince: p.Started.Add(-time.Duration(i%50_000) * time.Second),
				Changed: []forks.PatchChange{{Patch: forks.PatchID(fmt.Sprint("p", i%2000))}}}
		case 3:
			p.Outcome, p.Error = forks.PassFailed, fmt.Sprint("reason ", i)
		}
		each(p)
	}
}

func TestATallyDoesNotGrowWithTheRuns(t *testing.T) {
	tally := NewTally(forks.Week{Year: 2026, Number: 47}, time.UTC, options())
	var small, large runtime.MemStats
	const runs = 100_000
	year(runs, func(p forks.PassRecord) {
		tally.Add(p)
		if p.Number == runs-runs/24 { // in the middle of the report's week
			runtime.GC()
			runtime.ReadMemStats(&small)
		}
	})
	runtime.GC()
	runtime.ReadMemStats(&large)
	if grown := int64(large.HeapAlloc) - int64(small.HeapAlloc); grown > 256<<10 {
		t.Errorf("it grew by %d bytes", grown)
	}
	if n := tally.told().All; n < runs/13 {
		t.Errorf("only %d runs were counted", n)
	}
}

func BenchmarkTallyOf100000Passes(b *testing.B) {
	b.ReportAllocs()
	var all []forks.PassRecord
	year(100_000, func(p forks.PassRecord) { all = append(all, p) })
	for b.Loop() {
		tally := NewTally(forks.Week{Year: 2026, Number: 47}, time.UTC, options())
		for _, p := range all {
			tally.Add(p)
		}
		if tally.course.lag().InSync < 0 {
			b.Fatal("nothing is known")
		}
	}
}

func BenchmarkMakeWith2000Patches(b *testing.B) {
	b.ReportAllocs()
	w := calm()
	w.follow("aux-large", 2000)
	for i := range 500 {
		p := w.ask(1, forks.ProposalID(fmt.Sprint("c", i)), i, at(-i%80, 0))
		p.Status, p.Closed = forks.Harvested, at(i%7, 0)
	}
	in := w.input()
	for b.Loop() {
		if r := Make(in); len(r.Tracks) != 2 {
			b.Fatal("tracks are missing")
		}
	}
}
