package publish

import (
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

const (
	// settle is how long after its end a week is reported: the last pass of it is on record
	// then, and a clock that is set right by a few minutes does not matter.
	settle = time.Hour
	// maxDue bounds the reports that are made one after the other, after a long rest.
	maxDue = 8
	// widest is how far apart two time zones can be.
	widest = 26 * time.Hour
)

// Due returns the weeks that are over and have no report yet, the oldest first and eight
// at most: the others follow once these are made. The weeks begin with that of since, the
// first pass that is on record for the fork, and leave none out: of a week without passes
// the report says so. A week is over one hour after its end in the zone. have lists the
// weeks that have a report, in any order; none of them is ever due again, whatever clock
// and zone say later. now is a time that is believed: see [Publisher.Round].
func Due(now time.Time, zone *time.Location, since time.Time, have []forks.Week) []forks.Week {
	missing := missing(now, zone, since, have)
	return missing[:min(len(missing), maxDue)]
}

// missing returns all weeks that Due begins with.
func missing(now time.Time, zone *time.Location, since time.Time, have []forks.Week) []forks.Week {
	if since.IsZero() {
		return nil
	}
	has := map[forks.Week]bool{}
	for _, w := range have {
		has[w] = true
	}
	week := forks.WeekAt(since, zone)
	// In the zone that config had before, the fork may have begun on the other side of
	// Monday's midnight: then the first report is that of the next week, and tells of this
	// time too.
	if next := week.Add(1); !has[week] && has[next] && next.Start(zone).Sub(since) <= widest {
		week = next
	}
	var list []forks.Week
	for ; isOver(week, zone, now); week = week.Add(1) {
		if !has[week] {
			list = append(list, week)
		}
	}
	return list
}

// isOver reports whether a week is reported by now.
func isOver(w forks.Week, zone *time.Location, now time.Time) bool {
	return !now.Before(w.End(zone).Add(settle))
}

// maxFirst bounds the weeks that a fork's places get at once where nothing was ever
// reported: whoever begins to read is not sent the years before.
const maxFirst = 4

// firstWeek is the week with which a place begins that got nothing so far: the newest
// one with a report. Where there is none, because reports are new here, it is the oldest
// of the last four that are missing. ok is false where no week is over.
func firstWeek(have, missing []forks.Week) (first forks.Week, ok bool) {
	switch {
	case len(have) > 0:
		return slices.MaxFunc(have, compareWeeks), true
	case len(missing) > 0:
		return missing[max(0, len(missing)-maxFirst)], true
	}
	return forks.Week{}, false
}

func compareWeeks(a, b forks.Week) int {
	switch {
	case a.Before(b):
		return -1
	case b.Before(a):
		return 1
	}
	return 0
}
