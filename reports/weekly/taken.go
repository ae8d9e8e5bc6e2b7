package weekly

import (
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// taken is what is kept of what upstream did for one track: all that is told of the
// report's week, and of the weeks before it a few numbers. Passes are added to it in
// their order; those without a digest change nothing.
type taken struct {
	names [TrendWeeks]forks.Week // the oldest first, the report's last
	zone  *time.Location
	weeks [TrendWeeks]weekTaken

	// Of the report's week.
	authors   map[string]struct{}
	areas     map[string]*forks.Area
	moreAreas int
	bySIG     map[string]int
	security  int  // commits about security that its moves took in
	unlisted  bool // a move was too large to be looked at

	waits securityWaits
}

// weekTaken is what is kept of any week.
type weekTaken struct {
	commits int // that the branch took in
	listed  int // those of them that were looked at one by one
	cared   int // those of them on paths that somebody looks after
}

// thisWeek is where the report's week stands among the weeks of a trend.
const thisWeek = TrendWeeks - 1

// newTaken begins the account of one track for the report of a week.
func newTaken(report forks.Week, zone *time.Location) taken {
	t := taken{zone: zone, authors: map[string]struct{}{}, areas: map[string]*forks.Area{}, bySIG: map[string]int{}}
	t.waits.waiting = map[forks.Hash]seenCommit{}
	for i := range t.names {
		t.names[i] = report.Add(i - thisWeek)
	}
	return t
}

// add takes in a run of a pass, and the week that it belongs to. What comes after the
// report's week is none of its business; what came before all of its weeks counts only
// for since when something waits.
func (t *taken) add(week forks.Week, p forks.PassRecord) {
	if p.Digest == nil || t.names[thisWeek].Before(week) {
		return
	}
	at := slices.Index(t.names[:], week) // -1 before all of them
	for t.waits.ended < at {
		t.waits.end(t.names[t.waits.ended].End(t.zone))
	}
	if d := p.Digest.Taken; d != nil {
		t.count(at, *d)
	}
	t.waits.follow(at, p)
}

// count adds what a move of the branch took in.
func (t *taken) count(at int, d forks.Taken) {
	if at < 0 {
		return
	}
	looked := d.Commits <= forks.MaxTakenListed
	w := &t.weeks[at]
	w.commits += d.Commits
	if looked {
		w.listed += d.Commits
		w.cared += d.Cared
	}
	if at != thisWeek {
		return
	}
	t.unlisted = t.unlisted || !looked
	t.security += len(d.Security) + d.MoreSecurity
	t.moreAreas += d.MoreAreas
	for _, author := range d.Authors {
		t.authors[author] = struct{}{}
	}
	for _, area := range d.Areas {
		sum := t.areas[area.Path]
		if sum == nil {
			sum = &forks.Area{Path: area.Path}
			t.areas[area.Path] = sum
		}
		sum.Commits += area.Commits
		sum.Cared = sum.Cared || area.Cared
	}
	for sig, commits := range d.BySIG {
		t.bySIG[sig] += commits
	}
}

// place is where a week stands among those that are kept; ok is false for another.
func (t *taken) place(week forks.Week) (at int, ok bool) {
	at = slices.Index(t.names[:], week)
	return at, at >= 0
}

// cared is how many of the commits that a week brought, and that were looked at one by
// one, are on paths that somebody looks after.
func (t *taken) cared(week forks.Week) (cared, listed int) {
	if at, ok := t.place(week); ok {
		return t.weeks[at].cared, t.weeks[at].listed
	}
	return 0, 0
}

// longestWait is the longest wait of a security commit in a week: of those that were
// taken in it, and of those that wait at its end; 0 where there was none. For the
// report's week the end is the one given, which may be earlier. ok is false where no
// pass has looked by then.
func (t *taken) longestWait(week forks.Week, end time.Time) (wait time.Duration, ok bool) {
	at, ok := t.place(week)
	if !ok {
		return 0, false
	}
	if at != thisWeek {
		end = week.End(t.zone)
	}
	return t.waits.longest(at, end)
}
