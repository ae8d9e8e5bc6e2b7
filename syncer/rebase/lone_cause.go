package rebase

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// This file finds the cause of one patch that stands alone, along the first-parent
// chain of any commit: what a person asks about with `auxsync debug cause`.
//
// The answer is that of picking the patch onto every commit of the way. Few need to
// be tried, for from one commit to the next nearly always nothing changes that the
// pick looks at:
//
//   - If the pick is confined to the places of the change (see placeKey), only a commit
//     that touches these can change what becomes of it. Git lists them.
//   - If files may have moved, all that came, went or is new against the patch's base
//     matters too, for it may be what a file was moved to. What does not matter is a
//     file of the base that is edited where it is, if the patch does not touch it.
//
// A pass asks the same question of a patch within its stack, and follows the renames
// of the patch's files in place of the second rule (see cause.go).

// Run says which conflict of several is asked about.
type Run uint8

// The runs of conflicting commits along a chain.
const (
	LastRun  Run = iota // the one that reaches the chain's end, as a pass asks
	FirstRun            // the first one there is
)

// LoneCause finds where a patch, all by itself, begins to conflict on the way from one
// commit to another that contains it: the first commit of a run of conflicting ones on
// to's first-parent chain. Found is false if there is no such run: for [LastRun], if the
// patch is clean at to. Where it conflicts at from already, that may be the cause, and
// Clean is zero.
//
// The conflict has no patch's name; its files are those in conflict at the cause. An
// error of kind NeedsPerson says why the question has no answer: the patch is a merge,
// or to does not contain from.
func (p *Planner) LoneCause(ctx context.Context, patch, from, to forks.Hash, run Run) (c forks.Conflict, found bool, err error) {
	s, err := p.loneStack(ctx, patch, from, to)
	if err != nil {
		return c, false, err
	}
	w, err := p.loneWay(ctx, s)
	if err != nil {
		return c, false, err
	}
	pos := -1
	if run == FirstRun {
		pos, err = w.first(ctx)
	} else {
		pos, err = w.last(ctx)
	}
	if err != nil || pos < 0 {
		return c, false, err
	}
	r, err := w.pick(ctx, pos)
	if err != nil {
		return c, false, err
	}
	c = forks.Conflict{Cause: s.chain[pos], Files: r.Files}
	if pos > 0 {
		c.Clean = s.chain[pos-1]
	}
	return c, true, p.describeCause(ctx, s, &c)
}

// loneStack is a stack of one patch, with the way from one commit to another ahead.
func (p *Planner) loneStack(ctx context.Context, patch, from, to forks.Hash) (*stack, error) {
	form, err := p.commit(patch)
	if err != nil {
		return nil, err
	}
	if len(form.parents) > 1 {
		return nil, forks.AskPerson("name a commit with one parent", "%s is a merge: it has no one change that could be picked", patch)
	}
	contained, err := p.hist.IsAncestor(ctx, from, to)
	if err != nil {
		return nil, err
	}
	if !contained {
		return nil, forks.AskPerson("name a commit and one that came after it", "%s does not contain %s", to, from)
	}
	c, err := p.change(patch)
	if err != nil {
		return nil, err
	}
	ahead, err := p.hist.FirstParents(ctx, from, to)
	if err != nil {
		return nil, fmt.Errorf("list the way from %s to %s: %w", from.Short(), to.Short(), err)
	}
	slices.Reverse(ahead)
	one := item{patch: forks.Patch{Commit: patch, First: patch}, form: patch, change: c}
	return newStack([]item{one}, append([]forks.Hash{from}, ahead...), 0, from), nil
}

// loneWay is the way ahead of one change.
type loneWay struct {
	*Planner
	change  change
	paths   []forks.Path // of the change, sorted
	chain   []forks.Hash
	touched map[forks.Hash]bool // the commits that change something in its places
}

func (p *Planner) loneWay(ctx context.Context, s *stack) (*loneWay, error) {
	w := &loneWay{Planner: p, change: s.items[0].change, chain: s.chain, touched: map[forks.Hash]bool{}}
	files, err := p.changed(w.change)
	if err != nil {
		return nil, err
	}
	w.paths = paths(files)
	places := slices.Clone(w.paths)
	for _, f := range files { // where something is added its directory counts
		if i := strings.LastIndexByte(string(f.path), '/'); i > 0 && f.from == (leaf{}) {
			places = append(places, f.path[:i])
		}
	}
	touching, err := p.touching(ctx, s.chain[0], s.chain[s.tip()], union(places, nil), true)
	for _, id := range touching {
		w.touched[id] = true
	}
	return w, err
}

// first returns the first position at which the change conflicts, -1 if there is none.
func (w *loneWay) first(ctx context.Context) (int, error) {
	confined := false
	for pos := range w.chain {
		if pos > 0 {
			if same, err := w.same(pos, confined); err != nil {
				return -1, err
			} else if same {
				continue
			}
		}
		var clean bool
		var err error
		if clean, confined, err = w.try(ctx, pos); err != nil || !clean {
			return pos, err
		}
	}
	return -1, nil
}

// last returns the position after the newest one at which the change is clean, -1 if
// that is the last one.
func (w *loneWay) last(ctx context.Context) (int, error) {
	tip := len(w.chain) - 1
	clean, confined, err := w.try(ctx, tip)
	if err != nil || clean {
		return -1, err
	}
	for pos := tip; pos > 0; pos-- {
		if same, err := w.same(pos, confined); err != nil {
			return -1, err
		} else if same {
			continue
		}
		if clean, confined, err = w.try(ctx, pos-1); err != nil || clean {
			return pos, err
		}
	}
	return 0, nil
}

// same reports whether the change cannot fare otherwise at a position than at the one
// before it, at one of which confined is known. False may be too careful.
func (w *loneWay) same(pos int, confined bool) (bool, error) {
	// The second commit of a way need not be a child of the first.
	if pos > 1 && confined {
		return !w.touched[w.chain[pos]], nil
	}
	from, err := w.treeOf(w.chain[pos-1])
	if err != nil {
		return false, err
	}
	to, err := w.treeOf(w.chain[pos])
	if err != nil {
		return false, err
	}
	files, err := w.diff(from, to)
	if err != nil {
		return false, err
	}
	for _, f := range files {
		if matters, err := w.matters(f); err != nil || matters {
			return false, err
		}
	}
	return true, nil
}

// matters reports whether a difference in ours may change what becomes of the change,
// where files may have been moved.
func (w *loneWay) matters(f fileChange) (bool, error) {
	if f.from == (leaf{}) || f.to == (leaf{}) {
		return true, nil
	}
	if _, ok := slices.BinarySearch(w.paths, f.path); ok {
		return true, nil
	}
	base, err := w.lookup(w.change.from, f.path)
	return base == (leaf{}) || base.mode == forks.ModeDir, err
}

// try picks the change at a position. Confined says that the pick looked at nothing but
// its places.
func (w *loneWay) try(ctx context.Context, pos int) (clean, confined bool, err error) {
	tree, err := w.treeOf(w.chain[pos])
	if err != nil {
		return false, false, err
	}
	if _, confined, err = w.placeKey(w.change, tree); err != nil {
		return false, false, err
	}
	r, err := w.Planner.pick(ctx, w.change, tree)
	return err == nil && r.Clean(), confined, err
}

func (w *loneWay) pick(ctx context.Context, pos int) (forks.MergeResult, error) {
	tree, err := w.treeOf(w.chain[pos])
	if err != nil {
		return forks.MergeResult{}, err
	}
	return w.Planner.pick(ctx, w.change, tree)
}
