package weekly

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// securityWaits follows the security commits that a track's branch does not have. It
// keeps those that wait now, and of the ones that were taken each week's longest wait.
type securityWaits struct {
	waiting map[forks.Hash]seenCommit
	listed  int // by the newest digest
	more    int // that the newest digest counts beside those
	known   bool
	ended   int // how many weeks are over, by their place
	weeks   [TrendWeeks]weekWaits

	// Of the report's week: how many were taken, and those that waited longest.
	all  int
	took []tookCommit
}

type weekWaits struct {
	known   bool
	longest time.Duration
}

// seenCommit is a commit that waits, and when a pass saw it first.
type seenCommit struct {
	commit forks.UpstreamCommit
	first  time.Time
}

// tookCommit is a commit that was taken, and how long it had waited.
type tookCommit struct {
	commit forks.UpstreamCommit
	waited time.Duration
}

// mostSeen bounds what is remembered of commits that a digest has no room to list.
const mostSeen = 10 * forks.MaxSecurity

// end closes the oldest week that is open: what waits at its end has waited until then.
func (s *securityWaits) end(end time.Time) {
	wait, known := s.longest(s.ended, end)
	s.weeks[s.ended] = weekWaits{known, wait}
	s.ended++
}

// longest is the longest wait in a week of which this is the end.
func (s *securityWaits) longest(at int, end time.Time) (wait time.Duration, known bool) {
	if w := s.weeks[at]; at < s.ended {
		return w.longest, w.known
	}
	wait = s.weeks[at].longest
	for _, c := range s.waiting {
		wait = max(wait, end.Sub(c.first)) // negative after a jump of the clock
	}
	return wait, s.known
}

// follow takes in what a pass says of security commits: those that its move brought,
// those that are gone, and those that wait now.
func (s *securityWaits) follow(at int, p forks.PassRecord) {
	d := p.Digest
	now := map[forks.Hash]bool{}
	for _, c := range d.Security {
		now[c.Commit] = true
	}
	full := d.MoreSecurity > 0 // then what is not listed may wait all the same
	tooMany := len(s.waiting) > mostSeen
	uncounted := 0
	if d.Taken != nil {
		for _, c := range d.Taken.Security {
			s.take(at, c, p.Started)
		}
		uncounted = d.Taken.MoreSecurity
		full = full && uncounted == 0 && d.Taken.Commits <= forks.MaxTakenListed
	}
	for id, c := range s.waiting {
		switch {
		case now[id]:
		case full && !tooMany:
		case d.Taken != nil && !full:
			s.take(at, c.commit, p.Started)
			uncounted--
		default:
			delete(s.waiting, id) // upstream took it back, or it is no longer held for one
		}
	}
	if at == thisWeek {
		s.all += max(0, uncounted)
	}
	for _, c := range d.Security {
		if _, seen := s.waiting[c.Commit]; !seen {
			s.waiting[c.Commit] = seenCommit{c, p.Started}
		}
	}
	s.listed, s.more, s.known = len(now), d.MoreSecurity, true
}

// take notes that the branch has a commit since a pass that began at this time.
func (s *securityWaits) take(at int, c forks.UpstreamCommit, began time.Time) {
	t := tookCommit{commit: c}
	if seen, ok := s.waiting[c.Commit]; ok {
		t.waited = max(0, began.Sub(seen.first))
		delete(s.waiting, c.Commit)
	}
	if at < 0 {
		return
	}
	s.weeks[at].longest = max(s.weeks[at].longest, t.waited)
	if at != thisWeek {
		return
	}
	s.all++
	if s.took = append(s.took, t); len(s.took) > 8*MaxListed {
		s.took = s.longestTaken()
	}
}

// longestTaken lists the commits taken in the report's week that waited longest, at most
// MaxListed.
func (s *securityWaits) longestTaken() []tookCommit {
	list := slices.SortedFunc(slices.Values(s.took), func(a, b tookCommit) int {
		return cmp.Or(cmp.Compare(b.waited, a.waited), byAge(a.commit, b.commit))
	})
	return slices.Clip(list[:min(len(list), MaxListed)])
}

// stillWaiting lists the commits that wait, the one that was seen first first.
func (s *securityWaits) stillWaiting() []seenCommit {
	return slices.SortedFunc(maps.Values(s.waiting), func(a, b seenCommit) int {
		return cmp.Or(a.first.Compare(b.first), byAge(a.commit, b.commit))
	})
}

// byAge orders commits by their date, and any two of them somehow.
func byAge(a, b forks.UpstreamCommit) int {
	return cmp.Or(a.At.Compare(b.At), bytes.Compare(a.Commit[:], b.Commit[:]))
}
