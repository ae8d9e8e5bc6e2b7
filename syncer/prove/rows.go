package prove

import (
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// rows: one for each patch of the stack before and after, one for each commit
// that arrived, and none for anything else.
func (c *check) rows(arrived []forks.Hash) {
	// Where nothing is pushed the state stays the old one, with its own ledger.
	if len(c.plan.WouldPush) > 0 && !slices.Equal(c.after.Ledger, c.plan.Outcomes) {
		c.breach("state", "has another ledger than the plan")
	}
	count := map[forks.PatchID]int{}
	commits := map[forks.Hash]forks.PatchID{}
	for _, r := range c.plan.Outcomes {
		if count[r.Patch]++; count[r.Patch] == 2 {
			c.breach(patch(r.Patch), "has more than one row")
		}
		if other, twice := commits[r.New]; twice && !r.New.IsZero() {
			c.breach(patch(r.Patch), "has the same new commit as %s", other)
		}
		commits[r.New] = r.Patch
	}
	for _, list := range [][]forks.Patch{c.before.Patches, c.after.Patches} {
		for _, p := range list {
			if count[p.ID] == 0 {
				c.breach(patch(p.ID), "has no row")
				count[p.ID] = 1 // once is enough
			}
		}
	}
	accounted := c.arrivals(arrived)
	for _, r := range c.plan.Outcomes {
		known := c.wasStack[r.Patch] != nil || c.wasEnded[r.Patch] != nil || c.inStack[r.Patch] != nil ||
			c.inEnded[r.Patch] != nil && c.inEnded[r.Patch].From != "" // inherited, and upstream has it here already
		if !known && !accounted[r.Patch] {
			c.breach(patch(r.Patch), "has a row, but is neither a patch of the stack nor a commit that arrived")
		}
	}
}

// arrivals finds the one row of each commit that arrived, and returns the
// patches of those rows. A commit's own id comes first, then the column old,
// then the record of a patch that has the commit as one of its forms.
func (c *check) arrivals(arrived []forks.Hash) map[forks.PatchID]bool {
	accounted := map[forks.PatchID]bool{}
	for _, commit := range arrived {
		own := forks.NewPatchID(c.plan.Track, commit, "")
		n := 0
		for _, has := range []func(forks.Row) bool{
			func(r forks.Row) bool { return r.Patch == own },
			func(r forks.Row) bool { return r.Old == commit },
			func(r forks.Row) bool { return c.isForm(r.Patch, commit) },
		} {
			for _, r := range c.plan.Outcomes {
				if has(r) {
					accounted[r.Patch] = true
					n++
				}
			}
			if n > 0 {
				break
			}
		}
		switch {
		case n == 0:
			c.breach("commit "+commit.String(), "arrived and has no row")
		case n > 1:
			c.breach("commit "+commit.String(), "arrived and has %d rows", n)
		}
	}
	return accounted
}

// isForm reports whether the new state records commit as a form of the patch.
func (c *check) isForm(id forks.PatchID, commit forks.Hash) bool {
	p := c.inStack[id]
	if p == nil {
		p = c.inEnded[id]
	}
	return p != nil && (p.First == commit || p.Commit == commit ||
		slices.ContainsFunc(p.Versions, func(v forks.Version) bool { return v.Commit == commit }) ||
		slices.ContainsFunc(p.Folded, func(f forks.FoldedCommit) bool { return f.Commit == commit }))
}

// row: the outcomes fit each other, the base, the new commit and the new state.
func (c *check) row(r *forks.Row) {
	name := patch(r.Patch)
	if !valid(r.Ahead) || !valid(r.Published) {
		c.breach(name, "has the outcomes %q and %q, which must both be outcomes", r.Ahead, r.Published)
		return
	}
	if !slices.Contains(Pairs()[r.Ahead], r.Published) && !c.returned(r) {
		c.breach(name, "cannot be %s at upstream's tip and %s where published", r.Ahead, r.Published)
	}
	if c.plan.Base.New == c.plan.UpstreamTip && r.Ahead != r.Published && r.Published != forks.Parked {
		c.breach(name, "is %s at upstream's tip and %s where published, which is the same commit", r.Ahead, r.Published)
	}
	c.by(r)
	if r.Published.InStack() == r.New.IsZero() {
		c.breach(name, "is %s where published, and its new commit is %q", r.Published, r.New)
	}
	c.place(r)
}

// returned: a rollback may bring back what people had ended or parked since.
func (c *check) returned(r *forks.Row) bool {
	back := c.after.Rollback
	return back != nil && slices.ContainsFunc(back.Returned, func(o forks.Returned) bool { return o.Patch == r.Patch })
}

func valid(o forks.Outcome) bool { return slices.Contains(forks.Outcomes(), o) }

// ends is about outcomes that depend on the base: upstream has the change there.
func ends(o forks.Outcome) bool { return o == forks.Upstreamed || o == forks.Emptied }

// by: what others decided names them, and what names a patch names a known one.
func (c *check) by(r *forks.Row) {
	demanding := map[forks.Outcome]bool{}
	for _, o := range []forks.Outcome{r.Ahead, r.Published} {
		switch o {
		case forks.Upstreamed, forks.Resolved, forks.Blocked, forks.Parked, forks.Dropped, forks.Folded, forks.Duplicate:
			demanding[o] = true
		}
	}
	if len(demanding) == 0 {
		return
	}
	if strings.TrimSpace(r.By) == "" {
		c.breach(patch(r.Patch), "is %s and %s, and does not say by whom or what", r.Ahead, r.Published)
		return
	}
	// Where two outcomes each demand something, By can only hold one of them.
	if len(demanding) == 1 && (demanding[forks.Blocked] || demanding[forks.Folded] || demanding[forks.Duplicate]) {
		other := forks.PatchID(r.By)
		known := c.byPatch[other] != nil || c.inStack[other] != nil || c.inEnded[other] != nil
		if other == r.Patch || !known {
			c.breach(patch(r.Patch), "is %s by %q, which is no other patch", r.Ahead, forks.Inert(r.By))
		}
	}
}

// place: the new state has the patch where its published outcome says.
func (c *check) place(r *forks.Row) {
	name, p := patch(r.Patch), c.inStack[r.Patch]
	switch {
	case r.Published.Ends():
		c.ended(r, p)
		return
	case p == nil:
		c.breach(name, "is %s where published, but not in the new stack", r.Published)
		return
	case r.Published.InStack():
		if p.Out != nil {
			c.breach(name, "is %s where published, but left out in the new stack", r.Published)
		}
		if p.Commit != r.New {
			c.breach(name, "has the new commit %s, but %s in the new stack", r.New, p.Commit)
		}
	case p.Out == nil:
		c.breach(name, "is %s where published, but the new stack does not leave it out", r.Published)
	case p.Out.Outcome != r.Published:
		c.breach(name, "is %s where published, but left out as %s in the new stack", r.Published, p.Out.Outcome)
	}
	if p.Ahead != r.Ahead || p.Published != r.Published {
		c.breach(name, "is %s and %s, but %s and %s in the new stack", r.Ahead, r.Published, p.Ahead, p.Published)
	}
}

// ended: a patch that ends leaves the stack and stands among the ended. A
// commit that only arrived to be expanded, folded or found a duplicate never was
// a patch: its row is its record.
func (c *check) ended(r *forks.Row, stacked *forks.Patch) {
	name, p := patch(r.Patch), c.inEnded[r.Patch]
	passing := r.Published == forks.Expanded || r.Published == forks.Folded || r.Published == forks.Duplicate
	switch {
	case stacked != nil:
		c.breach(name, "is %s where published, but still in the new stack", r.Published)
	case p == nil && (c.wasStack[r.Patch] != nil || !passing):
		c.breach(name, "is %s where published, but not among the ended", r.Published)
	case p != nil && p.End != nil && p.End.Outcome != r.Published && c.wasEnded[r.Patch] == nil:
		c.breach(name, "is %s where published, but ended as %s", r.Published, p.End.Outcome)
	}
}
