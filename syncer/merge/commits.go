package merge

// Two commits may have several best common ancestors, none of which contains the
// others. Then these are merged with each other first, one after the other, over their
// own common ancestors; the result, conflict markers and all, is the base. A marker
// that both sides inherited from it is no conflict of theirs.

import (
	"context"
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// What git calls the inputs of a merge that nobody asked for.
const (
	noBase      = "empty tree"
	manyBases   = "merged common ancestors"
	firstVirtue = "Temporary merge branch 1"
	otherVirtue = "Temporary merge branch 2"
)

// ancestor is a commit, or what was merged of several.
type ancestor struct {
	commits []forks.Hash // that it contains; empty for none
	tree    forks.Hash
}

// commitMerge merges commits.
type commitMerge struct {
	engine  *Engine
	history History
}

// merge merges a and b over bases, the last of git's list first.
func (c *commitMerge) merge(ctx context.Context, bases []forks.Hash, a, b ancestor, names Names, depth int) (Result, error) {
	whole, label, err := c.base(ctx, bases, depth)
	if err != nil {
		return Result{}, err
	}
	if names.Base == "" || depth > 0 {
		names.Base = label
	}
	return c.engine.run(ctx, Input{Base: whole.tree, Ours: a.tree, Theirs: b.tree, Names: names}, depth)
}

// base makes one ancestor of several, and says what git calls it.
func (c *commitMerge) base(ctx context.Context, bases []forks.Hash, depth int) (whole ancestor, label string, err error) {
	switch len(bases) {
	case 0:
		return ancestor{}, noBase, nil
	case 1:
		if label, err = c.history.Abbreviate(ctx, bases[0]); err != nil {
			return whole, "", err
		}
		whole, err = c.ancestor(bases[0])
		return whole, label, err
	}
	if whole, err = c.ancestor(bases[0]); err != nil {
		return whole, "", err
	}
	for _, id := range bases[1:] {
		next, err := c.ancestor(id)
		if err != nil {
			return whole, "", err
		}
		inner, err := c.bases(ctx, whole, id)
		if err != nil {
			return whole, "", fmt.Errorf("merge: bases of %s: %w", id, err)
		}
		slices.Reverse(inner)
		r, err := c.merge(ctx, inner, whole, next, Names{Ours: firstVirtue, Theirs: otherVirtue}, depth+1)
		if err != nil {
			return whole, "", err
		}
		whole = ancestor{append(whole.commits, id), r.Tree}
	}
	return whole, manyBases, nil
}

// ancestor reads a commit.
func (c *commitMerge) ancestor(id forks.Hash) (ancestor, error) {
	tree, err := c.engine.treeOf(id)
	return ancestor{[]forks.Hash{id}, tree}, err
}

// bases lists the bases of what was merged already and of another commit. Their order
// is git's, which names what was merged first; that cannot be said where it is several.
func (c *commitMerge) bases(ctx context.Context, whole ancestor, next forks.Hash) ([]forks.Hash, error) {
	if len(whole.commits) == 1 {
		return c.history.MergeBases(ctx, whole.commits[0], next)
	}
	return c.history.MergeBases(ctx, next, whole.commits...)
}
