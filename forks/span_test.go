package forks_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// withInterval is a config whose only track has this interval.
func withInterval(t rapid.TB, interval string) time.Duration {
	cfg, err := forks.Parse([]byte("interval = \""+interval+"\"\n"+oneTrack), "config.toml", environment("HOME", "/home/me"))
	if err != nil {
		t.Fatalf("%s: %v", interval, err)
	}
	return cfg.Tracks()[0].Interval
}

const oneTrack = `[forks.nix]
upstream = "https://example.org/nix"
url = "https://example.org/aux/nix"
tracks.main.follow = "master"
`

func TestLengthsOfTimeMayHaveDays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "30m": 30 * time.Minute, "1.5h": 90 * time.Minute, "24h": 24 * time.Hour,
		"1d": 24 * time.Hour, "7d": 168 * time.Hour, "1d12h": 36 * time.Hour, "0d1m": time.Minute, "2d1h30m": 49*time.Hour + 30*time.Minute,
	} {
		if got := withInterval(t, text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestSpanIsWrittenAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", time.Second: "1s", 90 * time.Second: "1m30s", 30 * time.Minute: "30m", time.Hour: "1h", 90 * time.Minute: "1h30m",
		24 * time.Hour: "24h", time.Hour + time.Second: "1h0m1s", 10 * time.Minute: "10m", 10*time.Hour + 10*time.Minute: "10h10m", 20 * time.Hour: "20h",
	} {
		if got := forks.Span(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}

func TestSpanReadsBackTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]time.Duration{time.Nanosecond, time.Second, time.Minute, time.Hour}).Draw(t, "unit")
		d := time.Duration(rapid.Int64Range(int64(time.Minute), int64(168*time.Hour)).Draw(t, "d")).Truncate(unit)
		d = max(d, time.Minute)
		if got := withInterval(t, forks.Span(d)); got != d {
			t.Errorf("%s was written %q and read back as %s", d, forks.Span(d), got)
		}
	})
}
