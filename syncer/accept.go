package syncer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// accept takes a branch at which the track has stopped. Only what somebody was shown is
// accepted: a tip that came after the stop is shown first.
func (v *visit) accept(s forks.State, in *rebase.Input, r forks.Request) (does turning, refused string) {
	switch stop := s.Stopped; {
	case stop == nil && v.found.branch == s.Tip:
		return does, "nothing to do: the track is not stopped by its branch"
	case stop == nil:
		return does, "not accepted: the branch has moved, and this pass looks at it first; accept it once the track has stopped at it"
	case stop.Tip != v.found.branch:
		return does, fmt.Sprintf("not accepted: the branch has moved since the track stopped, from %s to %s, and this pass looks at it first",
			stop.Tip.Short(), v.found.branch.Short())
	}
	in.Accept = &rebase.Acceptance{By: r.Who, Because: r.Because}
	return turning{r.Verb, r.ID}, ""
}

// accepted tells what an accepted branch has changed about the patches.
func accepted(before forks.State, p forks.Plan) string {
	rows := map[forks.PatchID]forks.Row{}
	for _, row := range p.Outcomes {
		rows[row.Patch] = row
	}
	stood := map[forks.PatchID]bool{}
	var was, is []forks.PatchID
	for _, patch := range before.Patches {
		stood[patch.ID] = true
		if patch.Out == nil {
			was = append(was, patch.ID)
		}
	}
	var lists [5][]string // in the order of words
	words := []string{"dropped", "edited", "new", "brought back", "folded"}
	add := func(k int, row forks.Row) {
		lists[k] = append(lists[k], fmt.Sprintf("%s (%s)", row.Patch, forks.Clip(forks.Inert(row.Subject), 60)))
	}
	for _, patch := range before.Patches {
		switch row := rows[patch.ID]; {
		case row.Published == forks.Dropped && patch.Out == nil:
			add(0, row)
		case row.Published == forks.Folded:
			add(4, row)
		case row.Published == forks.Adapted:
			add(1, row)
		}
	}
	for _, patch := range p.State.Patches {
		is = append(is, patch.ID)
		ended := slices.ContainsFunc(before.Ended, func(q forks.Patch) bool { return q.ID == patch.ID })
		switch {
		case ended:
			add(3, rows[patch.ID])
		case !stood[patch.ID]:
			add(2, rows[patch.ID])
		}
	}
	var parts []string
	for k, list := range lists {
		if len(list) > 0 {
			parts = append(parts, words[k]+": "+strings.Join(list, ", "))
		}
	}
	if moved := moved(was, is); len(moved) > 0 {
		parts = append(parts, "moved: "+strings.Join(moved, ", "))
	}
	if len(parts) == 0 {
		return "accepted: every patch is as it was"
	}
	return forks.Clip("accepted; "+strings.Join(parts, "; "), 2000)
}

// moved names the fewest patches that, put elsewhere, make of one order the other.
func moved(was, is []forks.PatchID) []string {
	place := map[forks.PatchID]int{}
	for i, id := range was {
		place[id] = i
	}
	is = slices.DeleteFunc(slices.Clone(is), func(id forks.PatchID) bool { _, stood := place[id]; return !stood })
	// The longest run of patches, not necessarily neighbours, that kept their order.
	length, before := make([]int, len(is)), make([]int, len(is))
	best := -1
	for i := range is {
		length[i], before[i] = 1, -1
		for k := range i {
			if place[is[k]] < place[is[i]] && length[k] >= length[i] {
				length[i], before[i] = length[k]+1, k
			}
		}
		if best < 0 || length[i] > length[best] {
			best = i
		}
	}
	stays := map[forks.PatchID]bool{}
	for i := best; i >= 0; i = before[i] {
		stays[is[i]] = true
	}
	var out []string
	for _, id := range is {
		if !stays[id] {
			out = append(out, string(id))
		}
	}
	return out
}
