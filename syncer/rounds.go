package syncer

import (
	"context"
	"slices"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// previous returns the round that a build follows.
func previous(in rebase.Input, b pulls.Build) (forks.Proposal, bool) {
	i := slices.IndexFunc(in.State.Proposals, func(p forks.Proposal) bool { return b.Previous != "" && p.ID == b.Previous })
	if i < 0 {
		return forks.Proposal{}, false
	}
	return in.State.Proposals[i], true
}

// carrying brings what people did in one round to the branches of the next.
type carrying struct {
	planner *rebase.Planner
	in      rebase.Input
	prev    forks.Proposal
	build   pulls.Build
	pairs   func() (rebase.Pair, error)
	note    *pulls.Note // of which pairs writes the conflict file
}

// carry completes the record of a build with what became of the work. The pair is built
// twice, for its text says that.
func (c carrying) carry(ctx context.Context, d *decision, decided *pulls.Result, pair rebase.Pair) (rebase.Pair, error) {
	onto := func() (forks.Carry, error) {
		return d.result.Carry(ctx, c.prev, c.build.Work, c.build.Start, c.build.Conflict, pair)
	}
	carried, err := onto()
	if err != nil {
		return pair, err
	}
	if carried.Tip.IsZero() && carried.Because == "" {
		return pair, nil // it is there already
	}
	c.note.Carry = &carried
	if pair, err = c.pairs(); err != nil {
		return pair, err
	}
	if carried, err = onto(); err != nil {
		return pair, err
	}
	settled := false
	if !carried.Tip.IsZero() {
		d.keep(carried.Tip)
		prop := forks.Proposal{ID: c.build.ID, Patch: c.build.Patch, Conflict: c.build.Conflict, Onto: pair.Onto, Fix: pair.Fix, Picked: pair.Picked}
		prop.Conflict.Files = pair.Files
		if settled, err = c.planner.Settled(c.in, prop, carried.Tip); err != nil {
			return pair, err
		}
	}
	decided.CarriedOver(c.build.ID, carried, settled)
	return pair, nil
}

// keep has the state that a decision leads to keep commits reachable.
func (d *decision) keep(ids ...forks.Hash) {
	for _, id := range ids {
		if !slices.Contains(d.result.Keeps, id) {
			d.result.Keeps = append(d.result.Keeps, id)
		}
	}
}
