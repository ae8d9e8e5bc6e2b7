package syncer

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// end is how a pass may end.
type end struct {
	out Outcome
	err error
}

func ends() map[string]end {
	return map[string]end{
		"quiet":        {out: Outcome{Quiet: true}},
		"tip":          {},
		"behind":       {out: Outcome{Plan: forks.Plan{Behind: 7}}},
		"hold":         {out: Outcome{Plan: forks.Plan{Hold: &forks.Hold{Reason: "two conflicts"}}}},
		"retry":        {err: fmt.Errorf("fetch: %w", forks.RetryLater("", "no route"))},
		"unclassified": {err: errors.New("a bug")},
		"person":       {err: forks.AskPerson("accept it", "the tip was rewritten")},
		"plan stopped": {out: Outcome{Plan: forks.Plan{Stopped: &forks.Stop{Reason: "the tip was rewritten", Next: "accept it"}}}},
		"paused":       {out: Outcome{Plan: forks.Plan{Paused: &forks.Pause{By: "mona", Because: "the builders are down"}}}},
		"asked paused": {err: &forks.Problem{Kind: forks.NeedsPerson, Next: "auxsync resume main",
			Err: &PausedError{"main", forks.Pause{By: "mona", Because: "the builders are down"}}}},
		"not adopted": {err: &forks.Problem{Kind: forks.NeedsPerson, Next: "adopt it",
			Err: &NotAdoptedError{Fork: "aux", Track: "main"}}},
	}
}

func TestWhereAPassLeavesItsTrack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		end       string
		condition forks.Condition
		reason    string
		bad       bool
	}{
		{"quiet", "", "nothing has moved since the last complete pass", false},
		{"tip", forks.TrackFollowing, "on upstream's tip", false},
		{"behind", forks.TrackFollowing, "upstream is 7 ahead until the next publication", false},
		{"hold", forks.TrackHolding, "two conflicts", false},
		{"retry", forks.TrackFailing, "fetch: no route", true},
		{"unclassified", forks.TrackFailing, "a bug", true},
		{"person", forks.TrackStopped, "the tip was rewritten; accept it", true},
		{"plan stopped", forks.TrackStopped, "the tip was rewritten; accept it", true},
		{"paused", forks.TrackPaused, "paused by mona because the builders are down", false},
		{"asked paused", forks.TrackPaused, "paused by mona because the builders are down", false},
		{"not adopted", forks.TrackFound, "track main of fork aux was not adopted yet; adopt it", false},
	} {
		e := ends()[c.end]
		if got, want := judge(e.out, e.err), (verdict{c.condition, c.reason, c.bad}); got != want {
			t.Errorf("%s: got %+v, want %+v", c.end, got, want)
		}
	}
}

func TestChangesAreToldOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ ends, events []string }{
		"nothing new":          {[]string{"tip", "quiet", "behind", "tip"}, []string{"following: on upstream's tip"}},
		"only quiet passes":    {[]string{"quiet", "quiet"}, []string{"following: nothing has moved since the last complete pass"}},
		"adoption":             {[]string{"not adopted", "not adopted", "tip"}, []string{"found: track main of fork aux was not adopted yet; adopt it", "following: was found: on upstream's tip"}},
		"a failure and back":   {[]string{"hold", "retry", "unclassified", "quiet", "quiet"}, []string{"holding: two conflicts", "failing: was holding: fetch: no route", "holding: was failing: nothing has moved since the last complete pass"}},
		"paused and resumed":   {[]string{"hold", "paused", "asked paused", "retry", "paused", "tip"}, []string{"holding: two conflicts", "paused: was holding: paused by mona because the builders are down", "failing: was paused: fetch: no route", "paused: was failing: paused by mona because the builders are down", "following: was paused: on upstream's tip"}},
		"stopped and repaired": {[]string{"hold", "person", "person", "retry", "person", "quiet"}, []string{"holding: two conflicts", "stopped: was holding: the tip was rewritten; accept it", "failing: was stopped: fetch: no route", "stopped: was failing: the tip was rewritten; accept it", "holding: was stopped: nothing has moved since the last complete pass"}},
	} {
		var h forks.Health
		var got []string
		for i, e := range c.ends {
			v := judge(ends()[e].out, ends()[e].err)
			next := v.applied(h, monday().Add(time.Duration(i)*time.Hour))
			if text, ok := changed(h, next, v.reason); ok {
				got = append(got, string(next.Condition)+": "+text)
			}
			h = next
		}
		if fmt.Sprint(got) != fmt.Sprint(c.events) {
			t.Errorf("%s: got\n%q\nwant\n%q", name, got, c.events)
		}
	}
}

func TestStoppedTrackTellsAnotherReason(t *testing.T) {
	t.Parallel()
	stop := func(h forks.Health, reason string) forks.Health {
		return judge(Outcome{}, forks.AskPerson("", "%s", reason)).applied(h, monday())
	}
	first := stop(forks.Health{}, "one")
	if _, ok := changed(first, stop(first, "one"), "one"); ok {
		t.Error("the same reason is told twice")
	}
	if text, ok := changed(first, stop(first, "two"), "two"); !ok || text != "was stopped: two" {
		t.Errorf("another reason: %q, %v", text, ok)
	}
}

func TestNewestPassDecidesWhateverTheClockDid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var h forks.Health
		now := monday()
		for range rapid.IntRange(1, 8).Draw(t, "passes") {
			now = now.Add(time.Duration(rapid.IntRange(-400, 400).Draw(t, "hours")) * time.Hour)
			name := rapid.SampledFrom([]string{"tip", "quiet", "hold", "retry", "person", "not adopted", "paused", "asked paused"}).Draw(t, "end")
			v := judge(ends()[name].out, ends()[name].err)
			h = v.applied(h, now)
			if h.Failing() != v.bad || (h.Trouble != "") != v.bad || troubled(h.Condition) != v.bad {
				t.Fatalf("after %s at %s: %+v", name, now, h)
			}
			for _, at := range []time.Time{h.FirstGood, h.LastGood, h.FirstBad, h.LastBad} {
				if at.After(now) {
					t.Fatalf("a time ahead of %s: %+v", now, h)
				}
			}
			if h.FirstGood.After(h.LastGood) || h.FirstBad.After(h.LastBad) || troubled(h.Before) {
				t.Fatalf("out of order: %+v", h)
			}
		}
	})
}
