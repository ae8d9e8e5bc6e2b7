package merge

// Two commits may have several best common ancestors, none of which contains the
// others. Then these are merged with each other first, one after the other, over their
// own common ancestors; the result, conflict markers and all, is the base. A marker
// that both sides inherited from it is no conflict of theirs.
//
// Histories that cross again and again come to the same bases on many ways, twice as
// many with each crossing of three. So what was made of a list of bases is kept.

import (
	"context"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
)

// What git calls the inputs of a merge that nobody asked for.
const (
	noBase        = "empty tree"
	manyBases     = "merged common ancestors"
	virtualOurs   = "Temporary merge branch 1"
	virtualTheirs = "Temporary merge branch 2"
)

// ancestor is a commit, or what was merged of several.
type ancestor struct {
	commits []forks.Hash // that it contains; empty for none
	tree    forks.Hash
}

// commitMerge merges two commits.
type commitMerge struct {
	engine  *Engine
	history History
	merged  map[string]ancestor // by depth and bases
	// limitHit is the rename limit that any of the merges so far would have needed: git
	// tells it of virtual merge bases too.
	limitHit int
	large    int // files, in all of them
}

// merge merges a and b over bases, which are in git's order.
func (c *commitMerge) merge(ctx context.Context, bases []forks.Hash, a, b ancestor, names Names, depth int) (Result, error) {
	whole, label, err := c.base(ctx, bases, depth)
	if err != nil {
		return Result{}, err
	}
	if names.Base == "" {
		names.Base = label
	}
	r, err := c.engine.run(ctx, Input{Base: whole.tree, Ours: a.tree, Theirs: b.tree, Names: names}, depth)
	c.limitHit = max(c.limitHit, r.LimitHit)
	c.large += r.Large
	r.LimitHit, r.Large = c.limitHit, c.large
	return r, err
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
	// Deeper merges have longer markers, and so another result.
	key := fmt.Sprint(depth, bases)
	whole, known := c.merged[key]
	if !known {
		if whole, err = c.mergeBases(ctx, bases, depth); err != nil {
			return whole, "", err
		}
		c.merged[key] = whole
	}
	return whole, manyBases, nil
}

// mergeBases merges several bases, the last one first.
func (c *commitMerge) mergeBases(ctx context.Context, bases []forks.Hash, depth int) (whole ancestor, err error) {
	last := len(bases) - 1
	if whole, err = c.ancestor(bases[last]); err != nil {
		return whole, err
	}
	for i := last - 1; i >= 0; i-- {
		next, err := c.ancestor(bases[i])
		if err != nil {
			return whole, err
		}
		inner, err := c.bases(ctx, whole, bases[i])
		if err != nil {
			return whole, fmt.Errorf("merge: bases of %s: %w", bases[i], err)
		}
		r, err := c.merge(ctx, inner, whole, next, Names{Ours: virtualOurs, Theirs: virtualTheirs}, depth+1)
		if err != nil {
			return whole, err
		}
		whole = ancestor{append(whole.commits, bases[i]), r.Tree}
	}
	return whole, nil
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
