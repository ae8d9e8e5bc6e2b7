package forks_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// pass is one pass of a history; empty trouble is a good one.
type pass struct {
	at      time.Duration // from noon
	trouble string
}

// after returns the health after these passes.
func after(passes ...pass) forks.Health {
	var h forks.Health
	for _, p := range passes {
		if p.trouble == "" {
			h = h.Good(noon.Add(p.at))
		} else {
			h = h.Bad(noon.Add(p.at), p.trouble)
		}
	}
	return h
}

const minute = time.Minute

func TestHealthInWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		passes []pass
		now    time.Duration
		want   string
	}{
		"never":                       {nil, 0, "no pass yet"},
		"good":                        {[]pass{{0, ""}}, 30 * minute, "ok"},
		"good, to the last moment":    {[]pass{{0, ""}}, 90 * minute, "ok"},
		"silent":                      {[]pass{{0, ""}}, 91 * minute, "no activity since 2026-05-01 12:00 UTC"},
		"a failure a moment ago":      {[]pass{{0, "x"}, {20 * time.Second, ""}}, 40 * time.Second, "ok, last failure 40 s ago"},
		"a failure before":            {[]pass{{0, ""}, {25 * minute, "x"}, {30 * minute, ""}}, 30 * minute, "ok, last failure 5 min ago"},
		"a failure hours before":      {[]pass{{0, "x"}, {time.Hour, ""}, {23 * time.Hour, ""}}, 23*time.Hour + 59*minute, "ok, last failure 23 h ago"},
		"a failure long before":       {[]pass{{0, "x"}, {time.Hour, ""}, {24 * time.Hour, ""}}, 24 * time.Hour, "ok"},
		"first pass failed":           {[]pass{{0, "x"}}, minute, "failing since 2026-05-01 12:00 UTC"},
		"the first of the failures":   {[]pass{{0, ""}, {30 * minute, "x"}, {60 * minute, "y"}, {90 * minute, "z"}}, 91 * minute, "failing since 2026-05-01 12:30 UTC"},
		"an older streak is over":     {[]pass{{0, "x"}, {30 * minute, ""}, {60 * minute, "y"}}, 61 * minute, "failing since 2026-05-01 13:00 UTC"},
		"failing, then silent":        {[]pass{{0, "x"}, {30 * minute, "y"}}, 3 * time.Hour, "failing since 2026-05-01 12:00 UTC, no activity since 2026-05-01 12:30 UTC"},
		"failing in the same instant": {[]pass{{0, ""}, {0, "x"}}, 0, "failing since 2026-05-01 12:00 UTC"},
		"good in the same instant":    {[]pass{{0, "x"}, {0, ""}}, minute, "ok, last failure 1 min ago"},
		"clock put back, failing":     {[]pass{{5 * time.Hour, ""}, {0, "x"}}, minute, "failing since 2026-05-01 12:00 UTC"},
		"clock put back, good":        {[]pass{{9000 * time.Hour, "x"}, {0, ""}}, minute, "ok, last failure 1 min ago"},
		"clock put back, silent":      {[]pass{{9000 * time.Hour, "x"}, {0, ""}}, 2 * time.Hour, "no activity since 2026-05-01 12:00 UTC"},
		"clock behind the last pass":  {[]pass{{5 * time.Hour, "x"}, {5 * time.Hour, ""}}, 0, "ok, last failure 0 s ago"},
	} {
		if got := after(c.passes...).Words(noon.Add(c.now), 30*minute); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	if got := after(pass{0, ""}).Words(noon.Add(9000*time.Hour), 0); got != "ok" {
		t.Errorf("without an interval: got %q, want ok: no pass is due", got)
	}
	local := time.FixedZone("CEST", 2*60*60)
	if got := (forks.Health{}).Bad(noon.In(local), "x").Words(noon, time.Hour); got != "failing since 2026-05-01 12:00 UTC" {
		t.Errorf("in another zone: got %q", got)
	}
}

func TestHealthKeepsTheFirstAndLastOfEachStreak(t *testing.T) {
	t.Parallel()
	got := after(pass{0, ""}, pass{1, ""}, pass{2, "a"}, pass{3, "b"}, pass{4, ""}, pass{5, ""})
	want := forks.Health{FirstGood: noon.Add(4), LastGood: noon.Add(5), FirstBad: noon.Add(2), LastBad: noon.Add(3)}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	got = after(pass{0, "a"}, pass{1, ""}, pass{2, ""}, pass{3, "b"}, pass{4, "c"})
	want = forks.Health{FirstGood: noon.Add(1), LastGood: noon.Add(2), FirstBad: noon.Add(3), LastBad: noon.Add(4), Trouble: "c"}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestHealthAlwaysKnowsWhetherTheLastPassFailed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var h forks.Health
		var failed bool
		for range rapid.IntRange(1, 8).Draw(t, "passes") {
			// The clock may jump in either direction.
			now := noon.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "at")) * time.Hour)
			if failed = rapid.Bool().Draw(t, "failed"); failed {
				h = h.Bad(now, "x")
			} else {
				h = h.Good(now)
			}
			for _, at := range []time.Time{h.FirstGood, h.LastGood, h.FirstBad, h.LastBad} {
				if at.After(now) {
					t.Fatalf("%+v has a time after %s", h, now)
				}
			}
			if h.FirstGood.After(h.LastGood) || h.FirstBad.After(h.LastBad) {
				t.Fatalf("a streak ends before it begins: %+v", h)
			}
		}
		if h.Failing() != failed {
			t.Errorf("failing: got %v, want %v: %+v", h.Failing(), failed, h)
		}
	})
}

func TestLengthOfTimeInOneUnit(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Hour: "0 s", 0: "0 s", 59 * time.Second: "59 s", minute: "1 min", 59*minute + 59*time.Second: "59 min",
		time.Hour: "1 h", 47*time.Hour + 59*minute: "47 h", 48 * time.Hour: "2 days", 71 * time.Hour: "2 days", 240 * time.Hour: "10 days",
	} {
		if got := forks.Ago(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}
