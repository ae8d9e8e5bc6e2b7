package pulls

import "github.com/auxolotl/auxsync/forks"

// Sight is what a fetch shows of a recorded proposal.
type Sight string

// What can be seen. The first four are seen of live proposals, the others of
// those that are settled.
const (
	Untouched  Sight = "untouched"   // both branches are as we pushed them
	FixTouched Sight = "fix touched" // a person pushed to fix; onto is as we pushed it
	Merged     Sight = "merged"      // onto exists and is not as we pushed it
	Closed     Sight = "closed"      // not merged, and a branch is missing
	Reopened   Sight = "reopened"    // declined by deleting a branch, and yet both exist: a person pushed them again
	Leftover   Sight = "leftover"    // settled, and a branch still exists
	Gone       Sight = "gone"        // settled, and no branch exists
)

// Observation is what a fetch shows of one recorded proposal.
type Observation struct {
	ID    forks.ProposalID
	Sight Sight
	// Found holds the tips; for Merged, Found.Onto is what to judge.
	Found forks.Pair
	// Touched says that fix holds, or once held, a person's commit.
	Touched bool
}

// Observe compares recorded proposals with the branches found on the fork, in
// the order of recorded; cleaned ones are left out. Found must come from a
// complete fetch with prune: a missing branch means that somebody deleted it.
//
// A merge comes first: a forge may delete fix when it merges. Otherwise either
// branch missing means closed. Without onto there is nothing to merge into, so
// its deletion is as clear a no as that of fix. What was declined by words, or on the
// page of its pull request, is reopened there: its branches may stay, and say nothing.
func Observe(recorded []forks.Proposal, found map[forks.ProposalID]forks.Pair) []Observation {
	seen := make([]Observation, 0, len(recorded))
	for _, p := range recorded {
		if p.Status == forks.Cleaned {
			continue
		}
		seen = append(seen, observe(p, found[p.ID]))
	}
	return seen
}

func observe(p forks.Proposal, found forks.Pair) Observation {
	o := Observation{ID: p.ID, Found: found}
	onto, fix := !found.Onto.IsZero(), !found.Fix.IsZero()
	fixMoved := fix && found.Fix != p.Fix
	o.Touched = p.Touched || fixMoved
	switch {
	case !p.Status.Live() && !onto && !fix:
		o.Sight = Gone
	case p.Status == forks.Declined && p.Number == 0 && p.ClosedBy == "" && onto && fix:
		o.Sight = Reopened
	case !p.Status.Live():
		o.Sight = Leftover
	case onto && found.Onto != p.Onto:
		o.Sight = Merged
	case !onto || !fix:
		o.Sight = Closed
	case fixMoved:
		o.Sight = FixTouched
	default:
		o.Sight = Untouched
	}
	return o
}
