package forks_test

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the machine may have none

	"github.com/auxolotl/auxsync/forks"
)

const oneFork = `
[forks.nix]
upstream = "https://example.org/up"
url = "https://example.org/fork"
[forks.nix.tracks.main]
follow = "master"
`

func TestQuietHoursAreThoseOfTheTimeZone(t *testing.T) {
	t.Parallel()
	cfg := parse(t, "timezone = \"Europe/Berlin\"\n[limits]\nquiet_hours = [\"22:00-07:00\", \"12:30-13:00\", \"13:00-13:15\"]\n"+oneFork)
	quiet := cfg.Tracks()[0].Quiet
	for _, c := range []struct{ name, at, until string }{
		{"in the evening", "2026-01-10T20:59:59Z", ""},
		{"from its first minute on", "2026-01-10T21:00:00Z", "2026-01-11T06:00:00Z"},
		{"over midnight", "2026-01-10T23:30:10Z", "2026-01-11T06:00:00Z"},
		{"in the morning", "2026-01-11T05:59:59Z", "2026-01-11T06:00:00Z"},
		{"its last minute is no part of it", "2026-01-11T06:00:00Z", ""},
		{"one after the other", "2026-01-11T11:31:00Z", "2026-01-11T12:15:00Z"},
		{"in summer", "2026-07-10T20:00:00Z", "2026-07-11T05:00:00Z"},
		{"the night in which an hour is missing", "2026-03-28T23:00:00Z", "2026-03-29T05:00:00Z"},
		{"the night in which an hour comes twice", "2026-10-24T22:00:00Z", "2026-10-25T06:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if until := quiet.Until(at); !until.IsZero() {
			got = until.UTC().Format(time.RFC3339)
		}
		if got != c.until {
			t.Errorf("%s: quiet until %q, want %q", c.name, got, c.until)
		}
	}
}

func TestQuietHoursInAnHourThatComesTwiceAreQuietTwice(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	quiet := forks.QuietHours{Zone: berlin, Ranges: []forks.QuietRange{{First: 2*60 + 10, Last: 2*60 + 20}}}
	for _, hour := range []int{0, 1} { // 02:15 summer time, then 02:15 winter time
		at := time.Date(2026, 10, 25, hour, 15, 0, 0, time.UTC)
		if got, want := quiet.Until(at), at.Add(5*time.Minute); !got.Equal(want) {
			t.Errorf("at %s quiet until %s, want %s", at, got, want)
		}
	}
	if got := quiet.Until(time.Date(2026, 3, 29, 1, 15, 0, 0, time.UTC)); !got.IsZero() { // 03:15: there is no 02:15
		t.Errorf("quiet until %s", got)
	}
}

func TestWithoutQuietHoursNoTimeIsQuiet(t *testing.T) {
	t.Parallel()
	cfg := parse(t, "[limits]\nquiet_hours = []\n"+oneFork)
	if until := cfg.Tracks()[0].Quiet.Until(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); !until.IsZero() {
		t.Errorf("quiet until %s", until)
	}
	shown := func(key string) string {
		i := slices.IndexFunc(cfg.Show(), func(e forks.Effective) bool { return e.Key == key })
		if i < 0 {
			return "nothing"
		}
		return cfg.Show()[i].Value + " from " + cfg.Show()[i].From
	}
	if shown("timezone") != "UTC from default" || shown("limits.quiet_hours") != "none from config.toml:2" {
		t.Errorf("shown are %q and %q", shown("timezone"), shown("limits.quiet_hours"))
	}
}
