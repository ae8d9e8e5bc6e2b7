package syncer

import (
	"context"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// changed lists the patches that a publication wrote anew and that read differently since:
// not only line numbers and what stands around them.
func (r *digester) changed(ctx context.Context, d *forks.Digest) error {
	if !r.plan.Publishes() {
		return nil
	}
	var rows []forks.Row
	var pairs [][2]forks.Hash // from a parent's tree to the commit's: the old form, the new one
	for _, row := range r.plan.Outcomes {
		if !rewritten(row) {
			continue
		}
		old, ok, err := r.trees(row.Old)
		if err != nil {
			return err
		}
		new, alsoOK, err := r.trees(row.New)
		if err != nil {
			return err
		}
		if ok && alsoOK {
			rows, pairs = append(rows, row), append(pairs, old, new)
		}
	}
	digests, err := r.q.Changes(ctx, pairs)
	if err != nil {
		return err
	}
	for i, row := range rows {
		switch {
		case digests[2*i] == digests[2*i+1]:
		case len(d.Changed) == forks.MaxChanged:
			d.MoreChanged++
		default:
			text, shortened, err := r.q.RangeDiff(ctx, row.Old, row.New, forks.MaxChangeText)
			if err != nil {
				return err
			}
			d.Changed = append(d.Changed, forks.PatchChange{Patch: row.Patch, Old: row.Old, New: row.New,
				Diff: strings.ToValidUTF8(text, "\ufffd"), Shortened: shortened})
		}
	}
	return nil
}

// rewritten reports whether a patch may read differently after the pass than before.
func rewritten(row forks.Row) bool {
	return !row.Old.IsZero() && !row.New.IsZero() && row.Old != row.New &&
		(row.Published == forks.Adapted || row.Published == forks.Resolved)
}

// trees are those of a commit's first parent and of the commit; ok is false if it has no
// parent.
func (r *digester) trees(commit forks.Hash) (pair [2]forks.Hash, ok bool, err error) {
	_, raw, err := r.q.Object(commit)
	if err != nil {
		return pair, false, err
	}
	tree, parents, err := commitLinks(raw)
	if err != nil || len(parents) == 0 {
		return pair, false, err
	}
	if _, raw, err = r.q.Object(parents[0]); err != nil {
		return pair, false, err
	}
	before, _, err := commitLinks(raw)
	return [2]forks.Hash{before, tree}, true, err
}
