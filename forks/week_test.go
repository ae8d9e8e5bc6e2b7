package forks_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // a machine without zone data holds the same weeks

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

func TestParseWeekTakesWhatStringWroteAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"2026-W47", "2026-W01", "2026-W53", "2020-W53", "2015-W53", "0001-W01", "9999-W52"} {
		if w, err := forks.ParseWeek(text); err != nil || w.String() != text {
			t.Errorf("%s: got %v, %v", text, w, err)
		}
	}
	for _, text := range []string{
		"", "2026", "2026-W", "2026-47", "2026W47", "2026-w47", " 2026-W47", "2026-W47 ", "2026-W47\n", "2026-W4", "2026-W047", "26-W47",
		"2026-W00", "2025-W53", "2026-W54", "2024-W53", "2026-W99", "0000-W01", "-026-W10", "+026-W10", "2026-W-1", "2026-W+1", "2026-W 1", "12026-W01", "２０２６-W01",
	} {
		if w, err := forks.ParseWeek(text); err == nil {
			t.Errorf("%q was taken as %v", text, w)
		}
	}
	if _, err := forks.ParseWeek("x\x1b[31m"); err == nil || strings.Contains(err.Error(), "\x1b") || !strings.HasSuffix(err.Error(), "is no week; write it as 2026-W47") {
		t.Errorf("error %v", err)
	}
}

func TestWeekAtTheTurnOfAYearBelongsToTheYearOfItsThursday(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]string{
		"2020-12-31": "2020-W53", "2021-01-03": "2020-W53", "2021-01-04": "2021-W01", // a Friday begins the year
		"2024-12-29": "2024-W52", "2024-12-30": "2025-W01", "2025-01-05": "2025-W01",
		"2026-12-28": "2026-W53", "2027-01-03": "2026-W53", "2027-01-04": "2027-W01",
		"2026-11-16": "2026-W47", "2026-11-22": "2026-W47",
	} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := forks.WeekAt(at.Add(23*time.Hour+59*time.Minute), time.UTC).String(); got != want {
			t.Errorf("%s: got %s, want %s", day, got, want)
		}
	}
	if got := (forks.Week{Year: 2026, Number: 53}).Add(1).String(); got != "2027-W01" {
		t.Errorf("after 2026-W53 comes %s", got)
	}
	if got := (forks.Week{Year: 2025, Number: 52}).Add(1).String(); got != "2026-W01" {
		t.Errorf("after 2025-W52 comes %s", got)
	}
}

func TestWeekBeginsOnMondayInItsZoneWhateverClocksDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, week, start string
		hours             float64
	}{
		{"UTC", "2026-W47", "2026-11-16T00:00:00Z", 168},
		{"Europe/Berlin", "2026-W13", "2026-03-23T00:00:00+01:00", 167},         // clocks go forward on Sunday
		{"Europe/Berlin", "2026-W43", "2026-10-19T00:00:00+02:00", 169},         // and back
		{"Australia/Lord_Howe", "2026-W14", "2026-03-30T00:00:00+11:00", 168.5}, // by half an hour
		{"Asia/Kathmandu", "1986-W01", "1985-12-30T00:00:00+05:30", 167.75},
		{"Pacific/Apia", "2011-W52", "2011-12-26T00:00:00-10:00", 144}, // a Friday that never was
		{"America/Santiago", "2024-W36", "2024-09-02T00:00:00-04:00", 167},
		{"Asia/Jerusalem", "2001-W39", "2001-09-24T00:00:00+03:00", 169}, // midnight came twice
		{"Antarctica/Vostok", "2023-W51", "2023-12-18T00:00:00+07:00", 170},
		// Days without a midnight: they begin at one o'clock.
		{"Asia/Tehran", "2021-W12", "2021-03-22T01:00:00+04:30", 167},
		{"Asia/Damascus", "2002-W14", "2002-04-01T01:00:00+03:00", 167},
		{"America/Sao_Paulo", "1997-W41", "1997-10-06T01:00:00-02:00", 167},
		{"America/Asuncion", "1992-W41", "1992-10-05T01:00:00-03:00", 167},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		w, err := forks.ParseWeek(c.week)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Start(zone).Format(time.RFC3339); got != c.start {
			t.Errorf("%s in %s starts %s, want %s", c.week, c.zone, got, c.start)
		}
		if got := w.End(zone).Sub(w.Start(zone)).Hours(); got != c.hours {
			t.Errorf("%s in %s has %v hours, want %v", c.week, c.zone, got, c.hours)
		}
	}
}

// anyWeek draws a week that exists.
func anyWeek() *rapid.Generator[forks.Week] {
	return rapid.Custom(func(t *rapid.T) forks.Week {
		return forks.WeekAt(time.Unix(rapid.Int64Range(-2_000_000_000, 4_000_000_000).Draw(t, "at"), 0), time.UTC)
	})
}

func anyZone(t *rapid.T) *time.Location {
	name := rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Tehran", "Asia/Damascus", "Pacific/Apia",
		"Pacific/Kiritimati", "America/Asuncion", "Australia/Lord_Howe", "Africa/Monrovia", "Asia/Jerusalem", "Europe/Sofia", "Asia/Kathmandu", "Atlantic/Azores"}).Draw(t, "zone")
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

func TestEachMomentIsInOneWeek(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := anyZone(t)
		at := time.Unix(rapid.Int64Range(-500_000_000, 4_000_000_000).Draw(t, "at"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		w := forks.WeekAt(at, zone)
		if at.Before(w.Start(zone)) || !at.Before(w.End(zone)) {
			t.Fatalf("%v is not between %v and %v, the ends of its week", at.In(zone), w.Start(zone), w.End(zone))
		}
		if got := forks.WeekAt(w.Start(zone), zone); got != w {
			t.Fatalf("%v, the start of %v, is in %v", w.Start(zone), w, got)
		}
		if got := forks.WeekAt(w.End(zone).Add(-1), zone); got != w {
			t.Fatalf("the last moment of %v, before %v, is in %v", w, w.End(zone), got)
		}
		if w.Start(zone).Weekday() != time.Monday {
			t.Fatalf("%v starts %v", w, w.Start(zone))
		}
	})
}

func TestWeeksAreCountedAsWholeNumbersAre(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := anyWeek().Draw(t, "week")
		n, m := rapid.IntRange(-3000, 3000).Draw(t, "n"), rapid.IntRange(-3000, 3000).Draw(t, "m")
		if w.Add(n).Add(m) != w.Add(n+m) || w.Add(0) != w {
			t.Fatalf("%v: adding %d and then %d is not adding both", w, n, m)
		}
		if w.Before(w.Add(n)) != (n > 0) {
			t.Fatalf("%v is before %v: %v", w, w.Add(n), w.Before(w.Add(n)))
		}
		if got := w.Add(n).Start(time.UTC).Sub(w.Start(time.UTC)); got != time.Duration(n)*7*24*time.Hour {
			t.Fatalf("%d weeks are %v", n, got)
		}
		if text := w.String(); (text < w.Add(n).String()) != (n > 0) && n != 0 {
			t.Fatalf("%s and %s are not in the order of their texts", text, w.Add(n))
		}
	})
}

func TestWeekIsReadBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := anyWeek().Draw(t, "week")
		if got, err := forks.ParseWeek(w.String()); err != nil || got != w {
			t.Fatalf("%v: got %v, %v", w, got, err)
		}
		data, err := json.Marshal(map[forks.Week][]forks.Week{w: {w}})
		if err != nil || string(data) != `{"`+w.String()+`":["`+w.String()+`"]}` {
			t.Fatalf("%s, %v", data, err)
		}
		var back map[forks.Week][]forks.Week
		if err := json.Unmarshal(data, &back); err != nil || !slices.Equal(back[w], []forks.Week{w}) {
			t.Fatalf("%v, %v", back, err)
		}
	})
}

func TestNoTextBreaksParseWeek(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9+ -]{3,5}-?W?[0-9+ -]{1,3}`)).Draw(t, "text")
		if w, err := forks.ParseWeek(text); err == nil && w.String() != text {
			t.Fatalf("%q was read as %v", text, w)
		}
	})
}

func TestYearsOfFiftyThreeWeeksAreThoseOfTheCalendar(t *testing.T) {
	t.Parallel()
	var long []int
	for year := 2000; year <= 2100; year++ {
		if (forks.Week{Year: year, Number: 52}).Add(1).Number == 53 {
			long = append(long, year)
		}
	}
	// A common year that begins on Thursday, and a leap year that begins on Wednesday or Thursday.
	var want []int
	for year := 2000; year <= 2100; year++ {
		first := time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC).Weekday()
		leap := time.Date(year, time.February, 29, 0, 0, 0, 0, time.UTC).Month() == time.February
		if first == time.Thursday || leap && first == time.Wednesday {
			want = append(want, year)
		}
	}
	if !slices.Equal(long, want) {
		t.Errorf("got %v, want %v", long, want)
	}
}
