package syncer

import (
	"fmt"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// named is how many tracks a status line names.
const named = 3

// line is the status for the service manager. Its caller holds mu.
func (l *Loop) line(now time.Time, ends bool) string {
	return statusLine(now, l.views(now), l.idle.cancel != nil, ends)
}

// statusLine says in people's words how all tracks fare and what comes next.
func statusLine(now time.Time, tracks []TrackView, maintains, ends bool) string {
	parts := []string{count(len(tracks), "track")}
	var first, rest, running []string
	late := 0
	var next time.Duration = -1
	for _, v := range tracks {
		name := v.Track.Fork + "/" + v.Track.Name
		switch said := name + ": " + condition(v.Health); {
		case v.Health.Condition == forks.TrackFollowing:
			rest = append(rest, said)
		default:
			first = append(first, said)
		}
		wait := v.Due.Sub(now)
		switch {
		case !v.Running.IsZero():
			running = append(running, name)
		case wait <= 0:
			late++
		case next < 0 || wait < next:
			next = wait
		}
	}
	parts = append(parts, few(first, rest)...)
	switch {
	case ends && len(running) > 0:
		parts = append(parts, "ending, waits for "+strings.Join(running[:min(len(running), named)], ", "))
	case ends:
		parts = append(parts, "ending")
	case len(running) > 0:
		parts = append(parts, "pass of "+strings.Join(running[:min(len(running), named)], ", ")+" runs")
	case maintains:
		parts = append(parts, "maintenance of the cache")
	case late == 0 && next >= 0:
		parts = append(parts, "next pass in "+soon(next))
	}
	if late > 0 && !ends {
		parts = append(parts, fmt.Sprintf("%d due", late))
	}
	return strings.Join(parts, "; ")
}

// few names the tracks that people should know of first, and counts the others.
func few(first, rest []string) []string {
	if len(first)+len(rest) <= named {
		return append(first, rest...)
	}
	out := append([]string{}, first[:min(len(first), named)]...)
	if more := len(first) - len(out); more > 0 {
		out = append(out, fmt.Sprintf("%d more not following", more))
	}
	if len(rest) > 0 {
		out = append(out, fmt.Sprintf("%d following", len(rest)))
	}
	return out
}

func condition(h forks.Health) string {
	if h.Condition == "" {
		return "no pass yet"
	}
	return string(h.Condition)
}

// soon rounds to whole minutes, so that the line does not change at every beat.
func soon(d time.Duration) string {
	if d < time.Minute {
		return "under a minute"
	}
	return forks.Ago(d)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
