package forks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

func TestHoldTimesComeFromTheNearestLevelThatSaysThem(t *testing.T) {
	t.Parallel()
	cfg := parse(t, `hold_for = "1d"
[forks.nix]
upstream = "https://example.org/nix"
url = "https://example.org/aux/nix"
max_lag = "never"
security_hold_for = "1h"
[forks.nix.tracks.main]
follow = "master"
hold_for = "never"
[forks.nix.tracks.next]
follow = "next"
security_hold_for = "never"
max_lag = "0s"
[forks.pkgs]
upstream = "https://example.org/pkgs"
url = "https://example.org/aux/pkgs"
tracks.master.follow = "master"
`)
	type times struct{ hold, lag, security time.Duration }
	of := func(t forks.Track) times { return times{t.HoldFor, t.MaxLag, t.SecurityHoldFor} }
	for name, want := range map[string]times{
		"main":   {forks.Never, forks.Never, time.Hour},
		"next":   {24 * time.Hour, 0, forks.Never},
		"master": {24 * time.Hour, 96 * time.Hour, 0},
	} {
		track, err := cfg.Track(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := of(track); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	if got, want := of(parse(t, oneTrack).Tracks()[0]), (times{72 * time.Hour, 96 * time.Hour, 0}); got != want {
		t.Errorf("by default: got %v, want %v", got, want)
	}
}

func TestPolicyDecidesEachHoldTimeByItself(t *testing.T) {
	t.Parallel()
	p := policy(t, `hold_for = "7d"
max_lag = "never"
[tracks.release]
hold_for = "0s"
[tracks.release-24-05]
security_hold_for = "never"
publish_every = "1h"
`)
	before := forks.Track{Name: "release-24-05", Pattern: "release", HoldFor: 1, MaxLag: 2, SecurityHoldFor: 3, PublishEvery: 4}
	want := before
	want.HoldFor, want.MaxLag, want.SecurityHoldFor, want.PublishEvery = 0, forks.Never, forks.Never, time.Hour
	if got := p.Apply(before); got.HoldFor != want.HoldFor || got.MaxLag != want.MaxLag || got.SecurityHoldFor != want.SecurityHoldFor || got.PublishEvery != want.PublishEvery {
		t.Errorf("got %+v, want %+v", got, want)
	}
	other := p.Apply(forks.Track{Name: "main", SecurityHoldFor: 3})
	if other.HoldFor != 7*24*time.Hour || other.MaxLag != forks.Never || other.SecurityHoldFor != 3 {
		t.Errorf("another track: got %+v", other)
	}
	shown := map[string]string{}
	for _, e := range p.Show() {
		shown[e.Key] = e.Value
	}
	for key, want := range map[string]string{"hold_for": "7d", "max_lag": "never", "tracks.release.hold_for": "0s", "tracks.release-24-05.security_hold_for": "never"} {
		if shown[key] != want {
			t.Errorf("%s is shown as %q, want %q", key, shown[key], want)
		}
	}
}

func TestSpanThatDoesNotEndIsWrittenAsNever(t *testing.T) {
	t.Parallel()
	if got := forks.Span(forks.Never); got != "never" {
		t.Errorf("got %s", got)
	}
}

func TestPatchSaysHowLongItHolds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		message string
		want    time.Duration
		says    bool
	}{
		{"a: patch\n\nWhy.\n\nAuxsync-Hold: 12h\n", 12 * time.Hour, true},
		{"a: patch\n\nSigned-off-by: Ada\nauxsync-hold:  never  \n", forks.Never, true},
		{"a: patch\r\n\r\nAuxsync-Hold: 7d\r\n", 7 * 24 * time.Hour, true},
		{"a: patch\n\nAuxsync-Hold: 1h\nAuxsync-Hold: 0s\n", 0, true},
		{"a: patch\n\nAuxsync-Hold: 1h\nAuxsync-Hold: soon\n", time.Hour, true},
		{"a: patch\n\nAuxsync-Hold: 12h\n\nIt is not a trailer up there.\n", 0, false},
		{"a: patch\n\nAuxsync-Hold: -1h\n", 0, false},
		{"a: patch\n\nAuxsync-Hold: 1000d\n", 0, false},
		{"Auxsync-Hold: 12h\n", 0, false},
		{"", 0, false},
		{"a: patch\n\n" + strings.Repeat("x", 1<<20) + "\n\nAuxsync-Hold: 1h\n", time.Hour, true},
	} {
		if got, says := forks.HoldOf(c.message); got != c.want || says != c.says {
			t.Errorf("%.60q: got %s, %v; want %s, %v", c.message, got, says, c.want, c.says)
		}
	}
}
