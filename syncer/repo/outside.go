package repo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Outside lists those of ids that none of tips contains, in their order. All of them are
// commits that the repository has.
func (q *Quarantine) Outside(ctx context.Context, ids, tips []forks.Hash) ([]forks.Hash, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var revs strings.Builder
	for _, id := range ids {
		fmt.Fprintf(&revs, "%s\n", id)
	}
	for _, id := range tips {
		fmt.Fprintf(&revs, "^%s\n", id)
	}
	list, err := q.revList(ctx, call{args: []string{"rev-list", "--stdin"}, stdin: strings.NewReader(revs.String())})
	if err != nil {
		return nil, err
	}
	outside := map[forks.Hash]bool{}
	for _, id := range list {
		outside[id] = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id forks.Hash) bool { return !outside[id] }), nil
}

// Lend returns the repository's objects for a scratch one to read as well, while this
// one is open.
func (e *Elsewhere) Lend() *Repository {
	if len(e.lent) == 0 {
		return nil
	}
	return e.lent[len(e.lent)-1]
}
