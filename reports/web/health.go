package web

import (
	"strings"
	"time"

	"github.com/auxolotl/auxsync/reports"
)

// How the words of [forks.Health.Words] begin.
const (
	silentWords  = "no activity since"
	unbegunWords = "no pass yet"
	failingWords = "failing since"
)

// firstPass is how long a track may wait for its first pass beyond its time.
const firstPass = 2 * time.Hour

// stale returns the tracks for which the service does not do its work at now. The
// package's doc has the rule.
func stale(o reports.Overview, now time.Time) []reports.TrackStatus {
	var late []reports.TrackStatus
	for _, t := range o.Tracks {
		if isStale(t, now) {
			late = append(late, t)
		}
	}
	return late
}

func isStale(t reports.TrackStatus, now time.Time) bool {
	planned := t.Next != nil
	switch {
	case planned && t.Next.After(now):
		return false
	case !planned && (t.Phase == reports.Stopped || t.Phase == reports.Found):
		return false
	case strings.HasPrefix(t.Health, silentWords):
		return true
	case strings.HasPrefix(t.Health, unbegunWords):
		return !t.Running && (!planned || now.Sub(*t.Next) > firstPass)
	}
	return false
}
