package prove

import "github.com/auxolotl/auxsync/forks"

// Pairs is the table of outcomes that can stand beside each other: for each
// outcome at upstream's tip, those at the published base.
//
// What depends on the base can differ, for the published base may be older:
// what is kept there may conflict at the tip, or have been taken by upstream
// since; and where upstream reverted, what it had taken there is needed at the
// tip. A patch can be parked whatever it is at the tip. What was decided about
// the patch itself holds on every base.
func Pairs() map[forks.Outcome][]forks.Outcome {
	byBase := []forks.Outcome{
		forks.Kept, forks.Adapted, forks.Resolved, forks.Upstreamed, forks.Emptied, forks.Conflicted, forks.Blocked, forks.Parked,
	}
	return map[forks.Outcome][]forks.Outcome{
		forks.Kept:       byBase,
		forks.Adapted:    byBase,
		forks.Resolved:   byBase,
		forks.Upstreamed: byBase,
		forks.Emptied:    byBase,
		forks.Conflicted: byBase,
		forks.Blocked:    byBase,
		forks.Parked:     {forks.Parked},
		forks.Dropped:    {forks.Dropped},
		forks.Folded:     {forks.Folded},
		forks.Expanded:   {forks.Expanded},
		forks.Duplicate:  {forks.Duplicate},
	}
}
