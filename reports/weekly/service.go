package weekly

import (
	"cmp"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// serviceOf tells how auxsync itself ran.
func serviceOf(in Input, firstWeek bool) Service {
	s := Service{Version: in.Version, Up: -1, ForgeLeast: forgeLeast(in),
		DiskFree: sampled(in, forks.SampleDiskFree), Cache: sampled(in, forks.SampleCacheSize), State: sampled(in, forks.SampleStateSize),
		Undelivered: append([]string{}, in.Undelivered...)}
	for _, t := range in.Tallies {
		if t != nil {
			s.Longest = max(s.Longest, t.passes.Longest)
		}
	}
	runs := slices.SortedStableFunc(slices.Values(in.Rows.Runs), func(a, b forks.Run) int { return cmp.Compare(a.ID, b.ID) })
	if len(runs) == 0 {
		return s
	}
	for i, run := range runs {
		if in.within(run.Started) {
			s.Starts++
		}
		if i+1 < len(runs) && run.Ended.IsZero() && in.within(runs[i+1].Started) {
			s.CutOff++ // known since then
		}
	}
	from, to := in.told()
	if firstWeek { // before it there was nothing that could run
		from = later(from, earlier(to, runs[0].Started))
	}
	if to.After(from) {
		s.Up = float64(up(in, runs, from, to)) / float64(to.Sub(from))
	}
	return s
}

// up is how long the service ran between two times. Of a run that was cut off only the
// last sign of life is known: a sample or an event.
func up(in Input, runs []forks.Run, from, to time.Time) time.Duration {
	type span struct{ from, to time.Time }
	var spans []span
	for i, run := range runs {
		end := run.Ended
		switch {
		case !end.IsZero():
		case i == len(runs)-1:
			end = to // it goes on
		default:
			end = lastSign(in, run.Started, runs[i+1].Started)
		}
		spans = append(spans, span{later(from, run.Started), earlier(to, end)})
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from.Compare(b.from) })
	total, counted := time.Duration(0), from // where clocks jump, runs may overlap
	for _, s := range spans {
		if begin := later(s.from, counted); begin.Before(s.to) {
			total += s.to.Sub(begin)
			counted = s.to
		}
	}
	return total
}

// lastSign is the last sign of life from one start of the service until the next.
func lastSign(in Input, start, next time.Time) time.Time {
	last := start
	for _, s := range in.Rows.Samples {
		if s.At.Before(next) {
			last = later(last, s.At)
		}
	}
	for _, e := range in.Rows.Events {
		if e.At.Before(next) {
			last = later(last, e.At)
		}
	}
	return last
}

// ours reports whether a sample tells of the service or of this fork, in the week.
func (in Input) ours(s forks.Sample) bool {
	return (s.Fork == "" || s.Fork == in.Fork) && in.within(s.At)
}

// sampled is the newest value of the week, in whole units; nil for none.
func sampled(in Input, name forks.SampleName) *int64 {
	var newest *forks.Sample
	for i := range in.Rows.Samples {
		if s := &in.Rows.Samples[i]; s.Name == name && in.ours(*s) && (newest == nil || !s.At.Before(newest.At)) {
			newest = s
		}
	}
	if newest == nil {
		return nil
	}
	value := int64(newest.Value)
	return &value
}

// forgeLeast is the least share of the forge's limit that was left, of all times at which
// both were measured; -1 for none.
func forgeLeast(in Input) float64 {
	type moment struct {
		at   int64
		fork string
	}
	limits := map[moment]float64{}
	for _, s := range in.Rows.Samples {
		if s.Name == forks.SampleForgeLimit && in.ours(s) && s.Value > 0 {
			limits[moment{s.At.UnixNano(), s.Fork}] = s.Value
		}
	}
	least := -1.0
	for _, s := range in.Rows.Samples {
		limit := limits[moment{s.At.UnixNano(), s.Fork}]
		if s.Name != forks.SampleForgeLeft || !in.ours(s) || limit == 0 {
			continue
		}
		if share := min(1, max(0, s.Value/limit)); least < 0 || share < least {
			least = share
		}
	}
	return least
}
