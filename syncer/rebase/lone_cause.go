package rebase

import (
	"context"
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// This file finds the cause of one patch that stands alone, along the first-parent
// chain of any commit: what a person asks about with `auxsync debug cause`.
//
// The search is that of a pass (see cause.go), for a stack of one patch.

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
	pos, err := p.beginOf(ctx, s, run)
	if err != nil || pos < 0 {
		return c, false, err
	}
	r, _, err := p.tryAt(ctx, s, []int{0}, pos)
	if err != nil {
		return c, false, err
	}
	c = forks.Conflict{Cause: s.chain[pos], Files: r.Files}
	if pos > 0 {
		c.Clean = s.chain[pos-1]
	}
	return c, true, p.describeCause(ctx, s, &c)
}

// beginOf returns where a run of conflicts of the one patch begins, -1 if there is none.
func (p *Planner) beginOf(ctx context.Context, s *stack, run Run) (int, error) {
	w, err := p.search(ctx, s, []int{0}, s.tip())
	if err != nil {
		return -1, err
	}
	if run == FirstRun {
		return w.first(ctx)
	}
	at, err := w.try(ctx, s.tip())
	if err != nil || at.clean {
		return -1, err
	}
	return w.last(ctx, at, s.tip())
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
