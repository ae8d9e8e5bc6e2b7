package rebase

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// This file chooses the base to publish: upstream's tip, or the newest commit on
// which everything that stands in the branch is clean, or, while no publication is
// due, the base as it is.

// choice is the base that a plan publishes on.
type choice struct {
	pos int
	// free is the position that the patches permit. It is newer than pos where waits
	// is set: the publication has its time; and at an adoption.
	free  int
	waits bool
	// conflicts at upstream's tip
	conflicts []forks.Conflict
	// holding has whose conflicts keep the base back, or would if they were not parked.
	holding []forks.PatchID
	yielded int // how many of them are parked
}

// chooseBase returns the newest upstream commit on which everything that is not left
// out is clean, and the conflicts at upstream's tip. While no publication is due and
// nothing of a person's waits for one, the base stays.
func (r *Result) chooseBase(ctx context.Context, ex extraction, ahead, standing replayed) (choice, error) {
	p, s := r.planner, r.stack
	c := choice{free: s.tip()}
	var older []int // conflicts that exist on the base already and are new
	for i, pl := range ahead.picks {
		if pl.outcome != forks.Conflicted {
			continue
		}
		conflict, pos, err := p.conflict(ctx, s, i, pl)
		if err != nil {
			return c, fmt.Errorf("find the cause of %s: %w", s.items[i].patch.ID, err)
		}
		if pos == 0 && !r.asked(&conflict) {
			if err := r.olderCause(i, &conflict, ex.ended); err != nil {
				return c, err
			}
			older = append(older, len(c.conflicts))
		}
		c.conflicts = append(c.conflicts, conflict)
		if pos > 0 && standing.holds(i) {
			c.holding = append(c.holding, conflict.Patch)
			if s.yields(i) {
				c.yielded++
			} else {
				c.free = min(c.free, pos-1)
			}
		}
	}
	if r.rollback != nil {
		c.free = 0
	}
	at, err := r.newestClean(ctx, &c, ahead, standing)
	if err != nil {
		return c, err
	}
	if c.pos, c.waits = c.free, c.free > 0 && r.stays(ex, at); c.waits || r.looksOnly() {
		c.pos = 0
	}
	for _, k := range older { // what is out on the base is asked about on the base
		c.conflicts[k].Cause, c.conflicts[k].Inner = s.chain[c.pos], forks.Hash{}
		if err := p.describeCause(ctx, s, &c.conflicts[k]); err != nil {
			return c, err
		}
	}
	return c, nil
}

// newestClean steps back from the position that the conflicts permit until nothing
// that holds is missing, and returns the stack as it is there.
func (r *Result) newestClean(ctx context.Context, c *choice, ahead, standing replayed) (replayed, error) {
	at := ahead
	for c.free > 0 {
		var err error
		if c.free < ahead.pos {
			if at, err = r.planner.replay(ctx, r.stack, c.free); err != nil {
				return at, err
			}
		}
		next, err := r.stepBack(ctx, at, standing)
		if err != nil {
			return at, err
		}
		if next == c.free {
			return at, nil
		}
		c.free = next
	}
	return standing, nil
}

// stays reports whether the base is left where it is although it could move on to
// at: no publication is due, and nothing of a person's waits for one. A person
// waits who pushed, who answered, whose resolution stands in the branch for the
// first time, who ended a patch, parked one or took a decision back, or who moved the
// track to another upstream. What is inherited was pushed by a person, too. A patch that
// a rule parks leaves at the time that people were told.
func (r *Result) stays(ex extraction, at replayed) bool {
	in := r.in
	if in.State == nil || !in.Now.Before(in.NotBefore) || r.foreign || r.turned {
		return false
	}
	answered := slices.ContainsFunc(r.Verdicts, func(v Verdict) bool { return v.Kind == Taken || v.Kind == NoDifference })
	resolved := slices.ContainsFunc(at.picks, func(pl placed) bool { return pl.in() && pl.version != nil })
	inherited := false
	for i, pl := range at.picks {
		inherited = inherited || pl.in() && r.stack.items[i].inherited
	}
	return len(ex.arrived) == 0 && !inherited && !answered && !resolved && !ex.endedRecorded(in) &&
		len(r.Undone) == 0 && !r.reopened && len(r.recalled) == 0 && !r.leavesNow(at)
}

// looksOnly: an adoption takes the branch as it is, and a census moves nothing.
func (r *Result) looksOnly() bool { return r.in.State == nil || !r.in.Onto.IsZero() }

// hold says why the base stays behind upstream's tip.
func (r *Result) hold(c choice) *forks.Hold {
	if r.rollback != nil {
		return &forks.Hold{Commit: r.stack.chain[c.pos], Reason: rolledBack(r.in.Track.Name, *r.rollback)}
	}
	if c.pos == r.stack.tip() || !r.in.Onto.IsZero() {
		return nil
	}
	h := forks.Hold{Commit: r.stack.chain[c.pos]}
	var reasons []string
	if c.waits {
		h.Until = r.in.NotBefore
		reasons = append(reasons, "the next publication is due at "+h.Until.UTC().Format("2006-01-02 15:04 MST"))
	}
	n := len(c.holding) - c.yielded
	if n == 0 { // stepped back from what comes of those that are asked about
		n = len(c.conflicts)
	}
	switch {
	case n == 1 && c.free < r.stack.tip():
		reasons = append(reasons, "one conflict waits for a decision")
	case c.free < r.stack.tip():
		reasons = append(reasons, fmt.Sprintf("%d conflicts wait for a decision", n))
	}
	if len(reasons) == 0 {
		h.Until = r.in.Now
		reasons = append(reasons, "an adoption moves nothing: the first pass publishes")
	}
	h.Reason = strings.Join(reasons, "; ")
	return &h
}

// holds reports, of the replay on the present base, whether a conflict of item i
// keeps the base back: one that is left out there already does not.
func (r replayed) holds(i int) bool {
	return r.picks[i].in() || r.picks[i].outcome == forks.Emptied
}

// stepBack returns the position itself if everything that holds is clean there,
// else the newest position before the cause of something that is not.
func (r *Result) stepBack(ctx context.Context, at, standing replayed) (int, error) {
	next := at.pos
	for i, pl := range at.picks {
		if !standing.holds(i) || pl.outcome != forks.Conflicted && pl.outcome != forks.Blocked || r.stack.excused(at, i) {
			continue
		}
		pos, err := r.planner.cause(ctx, r.stack, i, at.pos)
		if err != nil {
			return 0, err
		}
		// A patch that is blocked may be clean for the scan, which ignores what is
		// missing: then one step back is all that is known.
		next = min(next, max(0, min(pos, at.pos)-1))
	}
	return next, nil
}

// asked describes a conflict that exists on the base already by the proposal that
// asks about it, and reports whether there is one: the newest, and one that was closed
// without an answer only where nothing else asks. An answer that is taken in now is the
// end of its proposal.
func (r *Result) asked(c *forks.Conflict) bool {
	asks := func(prop forks.Proposal) bool {
		if _, there := r.stack.at[prop.Conflict.Cause]; prop.Status == forks.Queued && !there {
			return false // it has no branches yet, and could get none on a commit that the base has passed
		}
		ended := slices.ContainsFunc(r.Verdicts, func(v Verdict) bool {
			return v.Proposal == prop.ID && v.Patch == c.Patch && (v.Kind == Taken || v.Kind == NoDifference)
		})
		return prop.About(c.Patch) && !ended
	}
	for _, pending := range []bool{true, false} {
		for _, prop := range slices.Backward(r.in.Live) {
			if prop.Status.Pending() == pending && asks(prop) {
				files := c.Files
				*c = prop.ConflictOf(c.Patch)
				c.Files = files
				return true
			}
		}
	}
	return false
}

// olderCause names the cause of a conflict that exists on the base already and is
// not asked about: an earlier patch that ended and that this one was written on.
func (r *Result) olderCause(i int, c *forks.Conflict, ended []forks.Patch) error {
	mine, err := r.planner.itemPaths(r.stack, i)
	if err != nil {
		return err
	}
	if r.in.State != nil {
		ended = slices.Concat(r.in.State.Ended, ended)
	}
	for _, patch := range slices.Backward(ended) {
		did, err := r.planner.change(patch.Commit)
		if err != nil {
			return err
		}
		files, err := r.planner.changed(did)
		if err != nil {
			return err
		}
		if share(mine, paths(files)) {
			c.CausePatch = patch.ID
			return nil
		}
	}
	return nil
}
