package prove

import (
	"fmt"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// keepEnded is how long an ended patch stays on record.
const keepEnded = 180 * 24 * time.Hour

// Violation is one breach of the law.
type Violation struct {
	// Subject is what it is about: "patch p…", "commit …", "ref …", "conflict c…", "state".
	Subject string
	Rule    string
}

// Broken is the error of [Ledger]: every breach, in the order of the checks.
type Broken struct {
	Track      string
	Pass       int
	Violations []Violation
}

// maxNamed limits how many breaches the text of an error names.
const maxNamed = 5

// Error names the first breaches and counts the others.
func (b *Broken) Error() string {
	var text []string
	for i, v := range b.Violations {
		if i == maxNamed {
			text = append(text, fmt.Sprintf("and %d more", len(b.Violations)-i))
			break
		}
		text = append(text, v.Subject+" "+v.Rule)
	}
	return fmt.Sprintf("pass %d of %s breaks the ledger law: %s", b.Pass, forks.Inert(b.Track), strings.Join(text, "; "))
}

// Ledger holds a plan against the ledger law; see the package documentation.
// Arrived has every commit that the pass found new on the fork's branch, merges
// included. The error needs a person; errors.As finds the [Broken] in it.
//
// Of a plan that stops its track, or of a paused one, only this is asked: nothing on record is
// missing, and nothing but state is pushed.
func Ledger(before forks.State, plan forks.Plan, arrived []forks.Hash) error {
	c := newCheck(before, plan)
	c.identity()
	c.nothingMissing()
	if plan.Stopped == nil && plan.Paused == nil {
		c.rows(arrived)
		for i := range plan.Outcomes {
			c.row(&plan.Outcomes[i])
		}
		c.asked()
	}
	c.proposals()
	c.refs()
	if len(c.found) == 0 {
		return nil
	}
	err := &Broken{Track: plan.Track, Pass: plan.Pass, Violations: c.found}
	return &forks.Problem{Kind: forks.NeedsPerson, Err: err, Next: "report this: nothing was pushed"}
}

// check collects breaches.
type check struct {
	before forks.State
	plan   forks.Plan
	after  forks.State
	found  []Violation

	wasStack, wasEnded map[forks.PatchID]*forks.Patch
	inStack, inEnded   map[forks.PatchID]*forks.Patch
	byPatch            map[forks.PatchID]*forks.Row
	decisions          map[forks.PatchID]bool
}

func newCheck(before forks.State, plan forks.Plan) *check {
	c := &check{
		before: before, plan: plan, after: plan.State,
		wasStack: index(before.Patches), wasEnded: index(before.Ended),
		inStack: index(plan.State.Patches), inEnded: index(plan.State.Ended),
		byPatch: map[forks.PatchID]*forks.Row{}, decisions: map[forks.PatchID]bool{},
	}
	for i, r := range plan.Outcomes {
		c.byPatch[r.Patch] = &plan.Outcomes[i]
	}
	for _, d := range plan.State.Decisions {
		c.decisions[d.Patch] = true
	}
	return c
}

func index(patches []forks.Patch) map[forks.PatchID]*forks.Patch {
	m := make(map[forks.PatchID]*forks.Patch, len(patches))
	for i, p := range patches {
		m[p.ID] = &patches[i]
	}
	return m
}

func (c *check) breach(subject, rule string, args ...any) {
	c.found = append(c.found, Violation{subject, fmt.Sprintf(rule, args...)})
}

func patch(id forks.PatchID) string { return "patch " + forks.Inert(string(id)) }

// identity: ids are unique, and state and plan are about the same pass.
func (c *check) identity() {
	if c.after.Track != c.plan.Track || c.after.Pass != c.plan.Pass {
		c.breach("state", "is of pass %d of %s", c.after.Pass, forks.Inert(c.after.Track))
	}
	seen := map[forks.PatchID]bool{}
	for _, list := range [][]forks.Patch{c.after.Patches, c.after.Ended} {
		for _, p := range list {
			if seen[p.ID] {
				c.breach(patch(p.ID), "stands twice in the new state")
			}
			seen[p.ID] = true
		}
	}
}

// nothingMissing: what was on record is still there, the ended ones for 180 days.
func (c *check) nothingMissing() {
	on := func(id forks.PatchID) bool { return c.inStack[id] != nil || c.inEnded[id] != nil }
	for _, p := range c.before.Patches {
		if !on(p.ID) {
			c.breach(patch(p.ID), "was in the stack and is missing from the new state")
		}
	}
	for _, p := range c.before.Ended {
		old := p.End != nil && c.after.At.Sub(p.End.At) > keepEnded
		if !on(p.ID) && !old {
			c.breach(patch(p.ID), "had ended less than 180 days ago and is missing from the new state")
		}
	}
	for _, p := range c.after.Patches {
		if p.End != nil {
			c.breach(patch(p.ID), "stands in the stack though it ended")
		}
	}
	for _, p := range c.after.Ended {
		if p.End == nil || !p.End.Outcome.Ends() {
			c.breach(patch(p.ID), "stands among the ended without an outcome that ends it")
		}
	}
}

// asked: a patch that conflicts at upstream's tip is somebody's to decide. An
// adoption only looks: the first pass after it asks.
func (c *check) asked() {
	if c.plan.Base.Old.IsZero() {
		return
	}
	asked := map[forks.PatchID]bool{}
	for _, p := range c.after.Proposals {
		if p.Status.Pending() || p.Status == forks.Declined {
			for _, patch := range p.Patches() {
				asked[patch] = true
			}
		}
	}
	for _, r := range c.plan.Outcomes {
		switch {
		case r.Ahead == forks.Conflicted && r.Published != forks.Blocked && !asked[r.Patch] && !c.decisions[r.Patch]:
			c.breach(patch(r.Patch), "conflicts, and nobody is asked about it")
		case ends(r.Published) && !ends(r.Ahead) && r.Ahead != forks.Conflicted && !c.decisions[r.Patch]:
			c.breach(patch(r.Patch), "ends as %s though upstream's tip needs it, and no decision is asked", r.Published)
		}
	}
}

// proposals: ids are unique, at most one is live for a patch, none that still
// matters is missing, and live ones name their branches, without which a later
// pass would take them for merged.
func (c *check) proposals() {
	ids := map[forks.ProposalID]bool{}
	live := map[forks.PatchID]bool{}
	for _, p := range c.after.Proposals {
		name := "conflict " + forks.Inert(string(p.ID))
		if ids[p.ID] {
			c.breach(name, "stands twice in the new state")
		}
		ids[p.ID] = true
		if !p.Status.Pending() {
			continue
		}
		for _, id := range p.Patches() {
			if live[id] {
				c.breach(patch(id), "is asked about in two conflicts at once")
			}
			live[id] = true
		}
		if p.Status == forks.Queued {
			if p.Waits == nil || !p.Onto.IsZero() || !p.Fix.IsZero() || !p.Opened.IsZero() || !p.Given.IsZero() || !p.Deadline.IsZero() {
				c.breach(name, "waits to be asked, and its time has begun all the same")
			}
			continue
		}
		if p.Onto.IsZero() || p.Fix.IsZero() {
			c.breach(name, "has no branch tips")
		}
	}
	for _, p := range c.before.Proposals {
		if p.Status != forks.Cleaned && !ids[p.ID] {
			c.breach("conflict "+forks.Inert(string(p.ID)), "was on record as %s and is missing from the new state", p.Status)
		}
	}
}
