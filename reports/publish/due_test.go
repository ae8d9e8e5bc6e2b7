package publish

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the machine may have none

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

func zoneOf(t interface{ Fatal(...any) }, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func week(t *testing.T, text string) forks.Week {
	t.Helper()
	w, err := forks.ParseWeek(text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	got, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAWeekIsDueOnceItIsOverByAnHour(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, now, zone, since string
		have, want             []string
	}{
		{"a minute too early", "2026-11-23 00:59", "UTC", "2026-11-18 12:00", nil, nil},
		{"over by an hour", "2026-11-23 01:00", "UTC", "2026-11-18 12:00", nil, []string{"2026-W47"}},
		{"of the zone", "2026-11-22 16:00", "Asia/Tokyo", "2026-11-18 12:00", nil, []string{"2026-W47"}},
		{"reported", "2026-11-25 12:00", "UTC", "2026-11-18 12:00", []string{"2026-W47"}, nil},
		{"nothing on record", "2026-11-25 12:00", "UTC", "", nil, nil},
		{"begun this week", "2026-11-25 12:00", "UTC", "2026-11-24 12:00", nil, nil},
		{"week 53", "2027-01-04 01:00", "UTC", "2026-12-20 12:00", []string{"2026-W51"}, []string{"2026-W52", "2026-W53"}},
		{"no week 53", "2026-01-05 01:00", "UTC", "2025-12-20 12:00", []string{"2025-W51"}, []string{"2025-W52", "2026-W01"}},
		{"clocks went back on Sunday", "2026-10-26 00:00", "Europe/Berlin", "2026-10-20 12:00", nil, []string{"2026-W43"}},
		{"a moment before that", "2026-10-25 23:59", "Europe/Berlin", "2026-10-20 12:00", nil, nil},
		{"clocks went forward on Sunday", "2026-03-29 23:00", "Europe/Berlin", "2026-03-25 12:00", nil, []string{"2026-W13"}},
		{"a hole", "2026-11-25 12:00", "UTC", "2026-11-01 12:00", []string{"2026-W44", "2026-W46", "2026-W47"}, []string{"2026-W45"}},
		{"before now by the clock, yet reported", "2026-11-10 12:00", "UTC", "2026-11-01 12:00", []string{"2026-W44", "2026-W45"}, nil},
		{"the eight oldest", "2026-11-25 12:00", "UTC", "2026-08-01 12:00", []string{"2026-W31"},
			[]string{"2026-W32", "2026-W33", "2026-W34", "2026-W35", "2026-W36", "2026-W37", "2026-W38", "2026-W39"}},
		// In Tokyo the first pass was in week 47, and in UTC in week 46.
		{"a zone that begins a week earlier", "2026-11-25 12:00", "UTC", "2026-11-15 20:00", []string{"2026-W47"}, nil},
		{"a zone that begins a week later", "2026-11-25 12:00", "Asia/Tokyo", "2026-11-15 20:00", []string{"2026-W46"}, []string{"2026-W47"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var since time.Time
			if c.since != "" {
				since = at(t, c.since)
			}
			var have, want []forks.Week
			for _, w := range c.have {
				have = append(have, week(t, w))
			}
			for _, w := range c.want {
				want = append(want, week(t, w))
			}
			if got := Due(at(t, c.now), zoneOf(t, c.zone), since, have); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// However time goes on, and whatever zone config has meanwhile, the weeks that are made
// follow each other without a gap.
func TestDueWeeksFollowEachOtherWhateverZoneAndClockDo(t *testing.T) {
	t.Parallel()
	zones := []string{"UTC", "Europe/Berlin", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns", "Africa/Cairo"}
	rapid.Check(t, func(t *rapid.T) {
		since := time.Unix(rapid.Int64Range(1_700_000_000, 1_800_000_000).Draw(t, "since"), 0)
		now := since
		var have []forks.Week
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.Int64Range(-20*24, 40*24).Draw(t, "hours")) * time.Hour)
			zone := zoneOf(t, rapid.SampledFrom(zones).Draw(t, "zone"))
			due := Due(now, zone, since, have)
			if len(due) > 8 {
				t.Fatalf("%d weeks are due at once", len(due))
			}
			for _, w := range due {
				if len(have) > 0 && w != have[len(have)-1].Add(1) {
					t.Fatalf("%s is made after %s", w, have[len(have)-1])
				}
				if now.Before(w.End(zone).Add(time.Hour)) {
					t.Fatalf("%s is made at %s", w, now)
				}
				have = append(have, w)
			}
		}
	})
}

func TestPlacesBeginWithTheNewestReport(t *testing.T) {
	t.Parallel()
	list := func(texts ...string) (weeks []forks.Week) {
		for _, text := range texts {
			weeks = append(weeks, week(t, text))
		}
		return weeks
	}
	for _, c := range []struct {
		have, missing []forks.Week
		want          string
	}{
		{list("2026-W47", "2026-W46"), list("2026-W48"), "2026-W47"},
		{nil, list("2026-W46", "2026-W47"), "2026-W46"},
		{nil, list("2026-W40", "2026-W41", "2026-W42", "2026-W43", "2026-W44", "2026-W45"), "2026-W42"},
	} {
		if got, ok := firstWeek(c.have, c.missing); !ok || got != week(t, c.want) {
			t.Errorf("%v and %v: got %s, want %s", c.have, c.missing, got, c.want)
		}
	}
	if got, ok := firstWeek(nil, nil); ok {
		t.Errorf("without any week places begin with %s", got)
	}
}

func TestAClockIsBelievedAfterAnHourWithoutALeap(t *testing.T) {
	t.Parallel()
	start := at(t, "2026-11-23 12:00")
	var s steady
	now := start
	step := func(d time.Duration, want bool) {
		t.Helper()
		now = now.Add(d)
		if got := s.look(now); got != want {
			t.Errorf("at %s: believed is %v", now.Format(time.DateTime), got)
		}
		s.plan(now, now.Add(30*time.Minute))
	}
	step(0, false)
	step(30*time.Minute, false)
	step(30*time.Minute, true)
	step(44*time.Minute, true)                 // a little late
	step(46*time.Minute, false)                // a leap
	step(30*time.Minute, false)                //
	step(30*time.Minute, true)                 //
	step(-time.Second, false)                  // back
	step(time.Minute, false)                   // early does no harm
	step(59*time.Minute-29*time.Minute, false) //
	step(29*time.Minute, true)                 //
	step(400*24*time.Hour, false)              //
	step(-400*24*time.Hour+time.Minute, false) //
	step(30*time.Minute, false)                //
	step(30*time.Minute, true)                 //
}
