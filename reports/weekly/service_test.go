package weekly

import (
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

func TestServiceTellsTheNewestSamplesAndTheLeastOfTheForgesLimit(t *testing.T) {
	t.Parallel()
	w := calm()
	sample := func(day int, fork string, name forks.SampleName, value float64) {
		w.in.Rows.Samples = append(w.in.Rows.Samples, forks.Sample{At: at(day, 0), Fork: fork, Name: name, Value: value})
	}
	for day, left := range []float64{5000, 1250, 4000} {
		sample(day, "nixpkgs", forks.SampleForgeLeft, left)
		sample(day, "nixpkgs", forks.SampleForgeLimit, 5000)
		sample(day, "", forks.SampleDiskFree, float64(100-day))
	}
	sample(4, "nixpkgs", forks.SampleForgeLeft, 1) // of what limit is not known
	sample(4, "nix", forks.SampleDiskFree, 7)      // another fork's
	sample(-1, "", forks.SampleCacheSize, 7)       // of the week before
	s := Make(w.input()).Service
	if s.ForgeLeast != 0.25 || s.DiskFree == nil || *s.DiskFree != 98 || s.Cache != nil || s.Up != -1 || s.Undelivered == nil {
		t.Errorf("got %+v", s)
	}
	w.in.Rows.Samples = nil
	if got := Make(w.input()).Service.ForgeLeast; got != -1 {
		t.Errorf("without samples %v of the limit were left", got)
	}
}

func TestMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		list []Seconds
		want Seconds
	}{{nil, 0}, {[]Seconds{7}, 7}, {[]Seconds{1, 9}, 5}, {[]Seconds{1, 2, 9}, 2}, {[]Seconds{1, 3, 5, 100}, 4}} {
		if got, ok := middle(c.list); got != c.want || ok != (len(c.list) > 0) {
			t.Errorf("%v: got %v, want %v", c.list, got, c.want)
		}
	}
}

func TestConditionIsThatOfTheEndOfTheWeek(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*world)
		want   forks.Condition
		why    string
	}{
		"stopped after the week": {func(w *world) { w.row(0).Stopped = &forks.Stop{At: at(7, 1)} }, forks.TrackFollowing, ""},
		"paused after the week":  {func(w *world) { w.row(0).Paused = &forks.Pause{At: at(7, 1)} }, forks.TrackFollowing, ""},
		"paused":                 {func(w *world) { w.row(0).Paused = &forks.Pause{At: at(3, 1), Because: "a release"} }, forks.TrackPaused, "a release"},
		"failing at the end":     {func(w *world) { w.event(6, "failing", "was following: no network") }, forks.TrackFailing, "was following: no network"},
		"failing after the week": {func(w *world) { w.event(8, "failing", "was following: no network") }, forks.TrackFollowing, ""},
		"failed, and no more":    {func(w *world) { w.event(3, "failing", "x"); w.event(4, "following", "was failing: y") }, forks.TrackFollowing, ""},
		"holding":                {func(w *world) { w.row(0).Hold = &forks.Hold{Reason: "2 conflicts"} }, forks.TrackHolding, "2 conflicts"},
		"until the next time":    {func(w *world) { w.row(0).Hold = &forks.Hold{Until: at(8, 0)} }, forks.TrackFollowing, ""},
		"not adopted":            {func(w *world) { w.row(0).Adopted = time.Time{} }, forks.TrackFound, ""},
	} {
		w := calm()
		c.change(&w)
		if got := Make(w.input()).Tracks[0]; got.Condition != c.want || got.Why != c.why {
			t.Errorf("%s: got %s, %q", name, got.Condition, got.Why)
		}
	}
}

// event adds one of the first track.
func (w *world) event(day int, kind, text string) {
	w.in.Rows.Events = append(w.in.Rows.Events, forks.Event{Fork: "nixpkgs", Track: "aux-unstable", At: at(day, 0), Kind: kind, Text: text})
}
