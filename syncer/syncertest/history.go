package syncertest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// IsAncestor implements [rebase.History].
func (q *quarantine) IsAncestor(ctx context.Context, a, b forks.Hash) (bool, error) {
	return q.isAncestor(a, b)
}

// Outside implements [syncer.Quarantine].
func (q *quarantine) Outside(_ context.Context, ids, tips []forks.Hash) (outside []forks.Hash, err error) {
	for _, id := range ids {
		within := false
		for _, tip := range tips {
			if within, err = q.isAncestor(id, tip); err != nil || within {
				break
			}
		}
		if err != nil {
			return nil, err
		}
		if !within {
			outside = append(outside, id)
		}
	}
	return outside, nil
}

// FirstParents implements [rebase.History].
func (q *quarantine) FirstParents(ctx context.Context, from, to forks.Hash) ([]forks.Hash, error) {
	in, err := q.between(to, from)
	if err != nil {
		return nil, err
	}
	return idsOf(firstParents(to, in)), nil
}

// NewestFirstParents implements [syncer.Quarantine].
func (q *quarantine) NewestFirstParents(_ context.Context, tip forks.Hash, most int) ([]forks.Hash, error) {
	var out []forks.Hash
	for id := tip; len(out) < most; {
		c, err := q.commit(id)
		if err != nil {
			return nil, err
		}
		out = append(out, id)
		if len(c.parents) == 0 {
			break
		}
		id = c.parents[0]
	}
	return out, nil
}

// NewCommits implements [rebase.History].
func (q *quarantine) NewCommits(_ context.Context, tip forks.Hash, not ...forks.Hash) ([]forks.CommitInfo, error) {
	in, err := q.between(tip, not...)
	if err != nil {
		return nil, err
	}
	list := byLine(tip, in)
	slices.Reverse(list)
	var out []forks.CommitInfo
	for _, c := range list {
		out = append(out, forks.CommitInfo{ID: c.id, Parents: append([]forks.Hash{}, c.parents...), Tree: c.tree})
	}
	return out, nil
}

// MergeBases implements [merge.Bases].
func (q *quarantine) MergeBases(_ context.Context, one forks.Hash, others ...forks.Hash) ([]forks.Hash, error) {
	if len(others) == 0 {
		return nil, nil
	}
	return q.mergeBases(one, others)
}

// Touching implements [rebase.History].
func (q *quarantine) Touching(_ context.Context, from, to forks.Hash, paths []forks.Path, firstParentOnly bool) ([]forks.Hash, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	if slices.Contains(paths, "") {
		return nil, fmt.Errorf("search history: an empty path")
	}
	in, err := q.between(to, from)
	if err != nil {
		return nil, err
	}
	list := byLine(to, in)
	if firstParentOnly {
		list = firstParents(to, in)
	}
	var out []forks.Hash
	for _, c := range list {
		touches := q.touches
		if !firstParentOnly && len(c.parents) > 1 {
			touches = q.mergeTouches
		}
		yes, err := touches(c, paths)
		if err != nil {
			return nil, err
		}
		if yes {
			out = append(out, c.id)
		}
	}
	return out, nil
}

// parentTree is the tree of a commit's first parent; the empty one if it has none.
func (v view) parentTree(c *commit) (forks.Hash, error) {
	if len(c.parents) == 0 {
		return forks.EmptyTree, nil
	}
	p, err := v.commit(c.parents[0])
	if err != nil {
		return forks.Hash{}, err
	}
	return p.tree, nil
}

// touches reports whether a commit differs from its first parent at one of paths or below.
func (v view) touches(c *commit, paths []forks.Path) (bool, error) {
	before, err := v.parentTree(c)
	if err != nil || before == c.tree {
		return false, err
	}
	for _, p := range paths {
		was, err := v.at(before, string(p))
		if err != nil {
			return false, err
		}
		is, err := v.at(c.tree, string(p))
		if err != nil || was != is {
			return err == nil, err
		}
	}
	return false, nil
}

// mergeTouches reports whether a merge differs from all its parents at a path that is one
// of paths or below one.
func (v view) mergeTouches(c *commit, paths []forks.Path) (bool, error) {
	count := map[string]int{}
	for _, id := range c.parents {
		p, err := v.commit(id)
		if err != nil {
			return false, err
		}
		list, err := v.differences(p.tree, c.tree)
		if err != nil {
			return false, err
		}
		for _, change := range list {
			count[change.path]++
		}
	}
	for path, n := range count {
		if n == len(c.parents) && covers(paths, path) {
			return true, nil
		}
	}
	return false, nil
}

// covers reports whether a path is one of paths, or below one.
func covers(paths []forks.Path, path string) bool {
	return slices.ContainsFunc(paths, func(p forks.Path) bool { return path == string(p) || strings.HasPrefix(path, string(p)+"/") })
}

// PatchIDs implements [rebase.History]. The ids are not git's; they are equal where git's
// are, but for what only a text of many equal lines could tell.
func (q *quarantine) PatchIDs(_ context.Context, commits []forks.Hash) (map[forks.Hash]forks.Hash, error) {
	out := make(map[forks.Hash]forks.Hash, len(commits))
	for _, id := range commits {
		o, err := q.object(id)
		if err != nil {
			return nil, err
		}
		if o.commit == nil {
			return nil, &repo.WrongTypeError{ID: id, Want: "commit", Have: o.kind}
		}
		if len(o.commit.parents) > 1 {
			continue
		}
		before, err := q.parentTree(o.commit)
		if err != nil {
			return nil, err
		}
		patch, err := q.patchID(before, o.commit.tree)
		if err != nil {
			return nil, err
		}
		if !patch.IsZero() {
			out[id] = patch
		}
	}
	return out, nil
}

// Changes implements [rebase.History]; the digests are those of package repo, but for
// texts of which git's diff aligns equal lines in another way.
func (q *quarantine) Changes(_ context.Context, pairs [][2]forks.Hash) ([]string, error) {
	out := make([]string, len(pairs))
	for i, pair := range pairs {
		for side, id := range pair {
			if id.IsZero() {
				pair[side] = forks.EmptyTree
			}
		}
		var err error
		if out[i], err = q.change(pair[0], pair[1]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
