package weekly

import (
	"cmp"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// upstreamOf tells what upstream did for the fork in the week, for each track that took
// something in.
func upstreamOf(in Input) []Upstream {
	list := []Upstream{}
	for _, track := range in.Rows.Tracks {
		tally := in.Tallies[track.Track]
		if tally == nil || tally.taken.weeks[thisWeek].commits == 0 {
			continue
		}
		t := &tally.taken
		list = append(list, Upstream{
			Track: track.Track, Commits: t.weeks[thisWeek].commits, Authors: len(t.authors),
			// What several moves had no room to list may be the same areas.
			Areas:    len(t.areas) + t.moreAreas,
			Security: t.security, Looked: t.weeks[thisWeek].listed, Cared: t.weeks[thisWeek].cared, BySIG: t.shares(), OpenRoles: t.openRoles(), Unlisted: t.unlisted,
		})
	}
	return list
}

// shares lists how many commits were on the paths of each SIG, most first.
func (t *taken) shares() []SIGShare {
	list := []SIGShare{}
	for sig, commits := range t.bySIG {
		list = append(list, SIGShare{sig, commits})
	}
	slices.SortFunc(list, func(a, b SIGShare) int {
		return cmp.Or(cmp.Compare(b.Commits, a.Commits), strings.Compare(a.SIG, b.SIG))
	})
	return list
}

// openRoles lists the busiest areas in which nobody looks after anything. The top of the
// tree is no role: who looked after it would look after everything.
func (t *taken) openRoles() []OpenRole {
	list := []OpenRole{}
	for path, area := range t.areas {
		if path != "" && !area.Cared {
			list = append(list, OpenRole{path, area.Commits})
		}
	}
	slices.SortFunc(list, func(a, b OpenRole) int {
		return cmp.Or(cmp.Compare(b.Commits, a.Commits), strings.Compare(a.Path, b.Path))
	})
	return slices.Clip(list[:min(len(list), MaxOpenRoles)])
}

// caredFor is the share of upstream's commits of a week, of all tracks together, that
// touch a path somebody looks after; ok is false where none was looked at. A commit that
// two tracks took in counts for both.
func caredFor(in Input, week forks.Week) (share float64, ok bool) {
	cared, listed := 0, 0
	for _, track := range in.Rows.Tracks {
		if tally := in.Tallies[track.Track]; tally != nil {
			c, l := tally.taken.cared(week)
			cared, listed = cared+c, listed+l
		}
	}
	if listed == 0 {
		return 0, false
	}
	return float64(cared) / float64(listed), true
}
