package rebase

import (
	"context"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// maxSquashTries is on how many commits of upstream the stack is tried for a squash.
const maxSquashTries = 20

// ontoOfSquash is [Planner.ontoFor] where the history of an answer does not tell that it
// stands on newer commits of upstream: somebody merged these into fix and squashed all of
// it. Then the files that are not the conflict's are, each of them, what a newer commit
// has there. The oldest such commit is taken: what newer ones did to the conflict's own
// files is in the answer, and merges with itself.
func (p *Planner) ontoOfSquash(ctx context.Context, s *stack, m Merged, scope []forks.Path) (onto, pin forks.Hash, err error) {
	onto, pin = m.Proposal.Onto, m.Proposal.Conflict.AskedOn()
	i := slices.IndexFunc(s.items, func(it item) bool { return it.patch.ID == m.Proposal.Patch })
	tip, err := p.treeOf(m.Tip)
	if err != nil || i < 0 {
		return onto, pin, err
	}
	from, err := p.treeOf(onto)
	if err != nil {
		return onto, pin, err
	}
	other, err := p.outside(change{from, tip}, scope)
	if err != nil || len(other) == 0 {
		return onto, pin, err
	}
	own, err := p.pathsBefore(s, i)
	if err != nil {
		return onto, pin, err
	}
	// What earlier patches touch differs from upstream's, and is compared in the end.
	plain := slices.DeleteFunc(slices.Clone(other), func(f fileChange) bool { return slices.Contains(own, f.path) })
	begin, known := s.at[pin]
	if known {
		begin++
	}
	for pos, tries := begin, 0; pos <= s.tip() && tries < maxSquashTries; pos++ {
		if same, err := p.holds(s.chain[pos], plain); err != nil || !same {
			if err != nil {
				return onto, pin, err
			}
			continue
		}
		tries++
		moved, picks, err := p.below(ctx, s, i, pos)
		if err != nil {
			return onto, pin, err
		}
		under, err := p.treeOf(moved)
		if err != nil {
			return onto, pin, err
		}
		if left, err := p.outside(change{under, tip}, scope); err != nil {
			return onto, pin, err
		} else if len(left) == 0 {
			p.answered = append(p.answered, picks...)
			return moved, s.chain[pos], nil
		}
	}
	return onto, pin, nil
}

// outside lists the files of a change that are not among paths.
func (p *Planner) outside(c change, paths []forks.Path) ([]fileChange, error) {
	files, err := p.changed(c)
	return slices.DeleteFunc(slices.Clone(files), func(f fileChange) bool { return slices.Contains(paths, f.path) }), err
}

// pathsBefore lists what the patches before item i touch.
func (p *Planner) pathsBefore(s *stack, i int) (all []forks.Path, err error) {
	for j := range i {
		mine, err := p.itemPaths(s, j)
		if err != nil {
			return nil, err
		}
		all = append(all, mine...)
	}
	return all, nil
}

// holds reports whether a commit has each file as it is after a change. The file that
// tells is moved to the front, for it is likely to tell of the next commit too.
func (p *Planner) holds(id forks.Hash, files []fileChange) (bool, error) {
	tree, err := p.treeOf(id)
	if err != nil {
		return false, err
	}
	for k, f := range files {
		has, err := p.lookup(tree, f.path)
		if err != nil || has != f.to {
			files[0], files[k] = files[k], files[0]
			return false, err
		}
	}
	return true, nil
}
