// Package weeklytest has reports for tests: of a busy week, a quiet one, one in which much
// is broken, a fork's first, and one whose every text of others is hostile. They are made
// by hand, always the same, and as a fork of nixpkgs would have them.
package weeklytest

import (
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

const (
	hour = 3600
	day  = 24 * hour
)

// at is a time of week 47 of 2026 in Berlin: days and hours after its beginning.
func at(days, hours int) time.Time {
	return time.Date(2026, time.November, 15, 23+24*days+hours, 0, 0, 0, time.UTC)
}

// hash is an id that is the same for the same number.
func hash(n int) (h forks.Hash) {
	x := uint64(n)*0x9e3779b97f4a7c15 + 0x1234567
	for i := range h {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		h[i] = byte(x >> 24)
	}
	return h
}

// unknown stands for a week of which nothing is known.
const unknown = -1e9

// trend has these values, the last one in week w.
func trend(w forks.Week, values ...float64) []weekly.TrendPoint {
	points := make([]weekly.TrendPoint, len(values))
	for i, v := range values {
		points[i].Week = w.Add(i + 1 - len(values))
		if v != unknown {
			points[i].Value = &v
		}
	}
	return points
}

// fall is a publication: at a time, the lag falls to what is left of it.
type fall struct {
	at   time.Time
	left int64
}

// curve is the lag of a track that upstream moves away from all the time.
func curve(from, to time.Time, lag int64, falls ...fall) []weekly.LagPoint {
	points := []weekly.LagPoint{{At: from, Lag: weekly.Seconds(lag)}}
	for _, f := range append(falls, fall{at: to, left: -1}) {
		lag += int64(f.at.Sub(points[len(points)-1].At) / time.Second)
		points = append(points, weekly.LagPoint{At: f.at, Lag: weekly.Seconds(lag)})
		if f.left >= 0 {
			lag = f.left
			points = append(points, weekly.LagPoint{At: f.at, Lag: weekly.Seconds(lag)})
		}
	}
	return points
}

func pointer[T any](v T) *T { return &v }

// links are those of Aux's fork.
func links(week string) weekly.Links {
	return weekly.Links{
		Self:     "https://sync.aux.example/reports/nixpkgs/" + week + "/",
		Feed:     "https://sync.aux.example/reports/nixpkgs/feed.xml",
		Page:     "https://sync.aux.example/",
		Upstream: "https://github.com/NixOS/nixpkgs",
		Fork:     "https://github.com/auxolotl/nixpkgs",
		Policy:   "https://github.com/auxolotl/nixpkgs/edit/auxsync/policy/policy.toml",
	}
}
