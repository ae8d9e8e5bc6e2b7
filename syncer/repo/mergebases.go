package repo

import (
	"context"

	"github.com/auxolotl/auxsync/forks"
)

// MergeBases lists the best common ancestors of one commit and of what all others
// together contain, in git's order; none if the histories are unrelated, or if there
// are no others. A commit that is missing is an error.
func (q *Quarantine) MergeBases(ctx context.Context, one forks.Hash, others ...forks.Hash) ([]forks.Hash, error) {
	if len(others) == 0 {
		return nil, nil
	}
	c := call{args: []string{"merge-base", "--all", one.String()}, maxExit: 1}
	for _, id := range others {
		c.args = append(c.args, id.String())
	}
	return q.revList(ctx, c)
}
