package rebase

import (
	"context"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// This file finds causes. A patch that conflicts at upstream's tip is asked about
// the child of the newest first-parent commit on which it is clean, so that in a
// history that is not monotone only the conflict that exists now is asked about.
//
// Whether a patch is clean can change only at commits that touch its paths, the
// paths of the earlier patches it shares files with, or the places these files
// moved to. Only the parents of such commits are tried, newest first, and a try
// is remembered by what those paths hold, unless one of them is missing: then
// rename detection makes the rest of the tree matter too.

// cause returns the position of the cause of item i at or before position to, at
// which the item is known to conflict. It is 0 if the item conflicts on the base
// already.
func (p *Planner) cause(ctx context.Context, s *stack, i, to int) (int, error) {
	rel, watched, err := p.related(s, i)
	if err != nil {
		return 0, err
	}
	if to > s.steps {
		pos, err := p.causeInLine(ctx, s, rel, watched, to)
		if err != nil || pos > s.steps {
			return pos, err
		}
	}
	return p.causeByStep(ctx, s, rel, watched, min(to, s.steps))
}

// causeInLine looks along the part of the road on which each commit is the child of
// the one before. It returns where that part begins if the item conflicts there
// already.
func (p *Planner) causeInLine(ctx context.Context, s *stack, rel []int, watched []forks.Path, to int) (int, error) {
	watched, touching, err := p.followRenames(ctx, s, to, watched)
	if err != nil {
		return 0, err
	}
	tried := map[string]bool{}
	for _, t := range touching {
		pos := s.at[t] - 1
		if clean, err := p.tryOnce(ctx, s, rel, watched, pos, tried); err != nil || clean {
			return pos + 1, err
		}
	}
	return p.bisect(ctx, s, rel, to)
}

// causeByStep looks at each step before position to, newest first. A path that moved
// is missing where it was, and then nothing is taken for granted.
func (p *Planner) causeByStep(ctx context.Context, s *stack, rel []int, watched []forks.Path, to int) (int, error) {
	tried := map[string]bool{}
	for pos := to - 1; pos >= 0; pos-- {
		if clean, err := p.tryOnce(ctx, s, rel, watched, pos, tried); err != nil || clean {
			return pos + 1, err
		}
	}
	return 0, nil
}

// tryOnce reports whether the last of rel is clean at a position, and remembers in
// tried where it was not: it is not elsewhere, as long as all watched paths exist and
// hold the same there.
func (p *Planner) tryOnce(ctx context.Context, s *stack, rel []int, watched []forks.Path, pos int, tried map[string]bool) (bool, error) {
	key, complete, err := p.holds(s.chain[pos], watched)
	if err != nil || complete && tried[key] {
		return false, err
	}
	clean, err := p.cleanAt(ctx, s, rel, pos)
	if complete && !clean {
		tried[key] = true
	}
	return clean, err
}

// bisect finds a cause where no watched path led to it, as when a whole directory
// moved: the conflict begins at the commit it returns.
func (p *Planner) bisect(ctx context.Context, s *stack, rel []int, to int) (int, error) {
	low, high := s.steps, to // clean at low, conflicting at high
	clean, err := p.cleanAt(ctx, s, rel, low)
	if err != nil || !clean {
		return low, err
	}
	for high-low > 1 {
		mid := (low + high) / 2
		clean, err := p.cleanAt(ctx, s, rel, mid)
		if err != nil {
			return 0, err
		}
		if clean {
			low = mid
		} else {
			high = mid
		}
	}
	return high, nil
}

// related lists item i and the earlier items that share files with it, directly
// or through one another, in stack order, and all their paths.
func (p *Planner) related(s *stack, i int) ([]int, []forks.Path, error) {
	all, err := p.itemPaths(s, i)
	if err != nil {
		return nil, nil, err
	}
	rel := []int{i}
	for j := i - 1; j >= 0; j-- {
		if s.items[j].uncounted {
			continue
		}
		theirs, err := p.itemPaths(s, j)
		if err != nil {
			return nil, nil, err
		}
		if share(all, theirs) {
			rel = append(rel, j)
			all = union(all, theirs)
		}
	}
	slices.Reverse(rel)
	return rel, all, nil
}

// union merges sorted path lists.
func union(a, b []forks.Path) []forks.Path {
	out := slices.Concat(a, b)
	slices.SortFunc(out, func(a, b forks.Path) int { return strings.Compare(string(a), string(b)) })
	return slices.Compact(out)
}

// cleanAt reports whether the last of rel is clean at a position, with those
// before it applied where they are clean.
func (p *Planner) cleanAt(ctx context.Context, s *stack, rel []int, pos int) (bool, error) {
	r, _, err := p.tryAt(ctx, s, rel, pos)
	return err == nil && r.Clean(), err
}

// tryAt picks the last of rel at a position, after those before it where they are
// clean, and returns the result with the tree that it was picked onto.
func (p *Planner) tryAt(ctx context.Context, s *stack, rel []int, pos int) (last forks.MergeResult, onto forks.Hash, err error) {
	tree, err := p.treeOf(s.chain[pos])
	if err != nil {
		return last, onto, err
	}
	for _, j := range rel {
		_, c, err := p.form(s, j, pos)
		if err != nil {
			return last, onto, err
		}
		onto = tree
		if last, err = p.pick(ctx, c, onto); err != nil {
			return last, onto, err
		}
		if last.Clean() {
			tree = last.Tree
		}
	}
	return last, onto, nil
}

// followRenames lists the commits up to position to that touch watched, newest
// first, having added to watched where its files moved to.
func (p *Planner) followRenames(ctx context.Context, s *stack, to int, watched []forks.Path) ([]forks.Path, []forks.Hash, error) {
	seen := map[forks.Hash]bool{}
	for {
		touching, err := p.touching(ctx, s.chain[s.steps], s.chain[to], watched, true)
		if err != nil {
			return nil, nil, err
		}
		touching = slices.DeleteFunc(touching, func(id forks.Hash) bool { return s.at[id] <= s.steps })
		grown := watched
		for _, t := range slices.Backward(touching) {
			if seen[t] {
				continue
			}
			seen[t] = true
			moved, err := p.movedTo(ctx, s.chain[s.at[t]-1], t, grown)
			if err != nil {
				return nil, nil, err
			}
			grown = union(grown, moved)
		}
		if len(grown) == len(watched) {
			return watched, touching, nil
		}
		watched = grown
	}
}

// movedTo returns the places to which a commit moved some of paths.
func (p *Planner) movedTo(ctx context.Context, parent, id forks.Hash, watched []forks.Path) ([]forks.Path, error) {
	from, err := p.treeOf(parent)
	if err != nil {
		return nil, err
	}
	to, err := p.treeOf(id)
	if err != nil {
		return nil, err
	}
	files, err := p.changed(change{from, to})
	if err != nil {
		return nil, err
	}
	var gone []forks.Path
	for _, f := range files {
		if f.to == (leaf{}) {
			if _, ok := slices.BinarySearch(watched, f.path); ok {
				gone = append(gone, f.path)
			}
		}
	}
	if len(gone) == 0 {
		return nil, nil
	}
	renames, err := p.hist.Renames(ctx, from, to)
	if err != nil {
		return nil, err
	}
	var moved []forks.Path
	for _, path := range gone {
		if dest, ok := renames[path]; ok {
			moved = append(moved, dest)
		}
	}
	return moved, nil
}

// holds describes what paths hold at a commit, and whether all of them exist.
func (p *Planner) holds(id forks.Hash, watched []forks.Path) (key string, complete bool, err error) {
	tree, err := p.treeOf(id)
	if err != nil {
		return "", false, err
	}
	var b strings.Builder
	complete = true
	for _, path := range watched {
		l, err := p.lookup(tree, path)
		if err != nil {
			return "", false, err
		}
		complete = complete && l != (leaf{})
		b.Write(l.id[:])
		b.WriteString(string(path))
		b.WriteByte(0)
	}
	return b.String(), complete, nil
}

// conflict describes the conflict of item i at upstream's tip.
func (p *Planner) conflict(ctx context.Context, s *stack, i int, tip placed) (forks.Conflict, int, error) {
	pos, err := p.cause(ctx, s, i, s.tip())
	if err != nil {
		return forks.Conflict{}, 0, err
	}
	c := forks.Conflict{Patch: s.items[i].patch.ID, Cause: s.chain[pos], Files: tip.files}
	if pos > 0 {
		c.Clean = s.chain[pos-1]
		if err := p.nameCause(ctx, s, i, pos, &c); err != nil {
			return forks.Conflict{}, 0, err
		}
	}
	if err := p.describeCause(ctx, s, &c); err != nil {
		return forks.Conflict{}, 0, err
	}
	x, _, err := p.taken(ctx, s, i, s.tip())
	if err != nil {
		return forks.Conflict{}, 0, err
	}
	if !x.IsZero() {
		tree, err := p.treeOf(x)
		if err != nil {
			return forks.Conflict{}, 0, err
		}
		r, err := p.pick(ctx, tip.picked, tree)
		if err != nil {
			return forks.Conflict{}, 0, err
		}
		if r.Clean() && r.Tree == tree {
			c.SuggestDrop = x
		}
	}
	return c, pos, nil
}

// nameCause finds out whether an earlier patch's resolution is what item i stops
// at: then it is clean without that patch.
func (p *Planner) nameCause(ctx context.Context, s *stack, i, pos int, c *forks.Conflict) error {
	rel, _, err := p.related(s, i)
	if err != nil {
		return err
	}
	for k, j := range rel[:len(rel)-1] {
		if s.version(j, pos) == nil {
			continue
		}
		clean, err := p.cleanAt(ctx, s, slices.Delete(slices.Clone(rel), k, k+1), pos)
		if err != nil {
			return err
		}
		if clean {
			c.CausePatch = s.items[j].patch.ID
			return nil
		}
	}
	return nil
}

// describeCause fills in subject and author, of the inner commit where the cause
// brought several at once, as a merge or a release does, and one of these touches the
// conflicted paths.
func (p *Planner) describeCause(ctx context.Context, s *stack, c *forks.Conflict) error {
	told, err := p.commit(c.Cause)
	if err != nil {
		return err
	}
	var before forks.Hash
	switch pos := s.at[c.Cause]; {
	case pos > 0 && pos <= s.steps:
		before = s.chain[pos-1]
	case len(told.parents) > 1:
		before = told.parents[0]
	}
	if !before.IsZero() {
		var touched []forks.Path
		for _, f := range c.Files {
			touched = append(touched, f.Path)
		}
		inner, err := p.touching(ctx, before, c.Cause, touched, false)
		if err != nil {
			return err
		}
		for _, id := range inner {
			in, err := p.commit(id)
			if err != nil {
				return err
			}
			if id == c.Cause {
				break
			}
			if len(in.parents) == 1 {
				c.Inner, told = id, in
				break
			}
		}
	}
	c.CauseSubject, c.CauseAuthor = told.subject(), told.author
	return nil
}
