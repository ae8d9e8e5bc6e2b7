package pulls

import (
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// A conflict is asked about in rounds. A new one begins where somebody wants it on
// upstream's newest commit, where an answer still has markers, and where another commit
// of upstream has become the cause. Each has branches of its own; what people did in the
// round before is carried over to them, if it can be, and stays reachable from the state
// in any case.

// mayRenew hears a wish to ask on upstream's newest commit, and answers it where that
// cannot be.
func (d *decider) mayRenew(p forks.Proposal, r forks.Request, t *turn, merged bool) bool {
	if no := d.refusesLatest(p, *t, merged); no != "" {
		d.out.Answers[r.ID] = no
		return true
	}
	t.open, t.latest = true, r
	d.out.Answers[r.ID] = "asked again, on upstream's newest commit " + d.in.Upstream.Short()
	return true
}

// refusesLatest says why a conflict cannot be asked about on upstream's newest commit; ""
// if it can.
func (d *decider) refusesLatest(p forks.Proposal, t turn, merged bool) string {
	conflict, wanted := d.wanted[p.Patch]
	verdict := d.in.Verdicts[p.ID]
	switch {
	case !p.Status.Live() && p.Status != forks.Declined:
		return over(d.in.Recorded, p)
	case p.Umbrella():
		return "refused: it asks about several patches at once; `split` asks about each by itself"
	case merged && verdict.Verb == "" && verdict.Kind != OtherPaths && verdict.Kind != Foreign:
		return "nothing to do: it is merged already"
	case merged && verdict.Verb != "":
		return over(d.in.Recorded, p)
	case d.live[p.Patch] != "" && d.live[p.Patch] != p.ID:
		return "nothing to do: the same patch is asked about in " + string(d.live[p.Patch])
	case !wanted && d.rows[p.Patch].Ahead.InStack():
		return "nothing to do: the patch applies to upstream's newest commit " + d.in.Upstream.Short()
	case !wanted && d.unwanted(p) != "":
		return "nothing to do: " + d.unwanted(p)
	case !wanted:
		return "nothing to do: the patch waits for another one that conflicts there; settle that first"
	case p.Status.Live() && t.open && !merged && p.Conflict.Cause == conflict.Cause && p.Conflict.AskedOn() == d.in.Upstream:
		return "nothing to do: it is asked on upstream's newest commit already"
	}
	return ""
}

// latest ends p and asks about the same patch on upstream's newest commit.
func (d *decider) latest(p *forks.Proposal, o Observation, r forks.Request) (forks.ActionKind, string) {
	conflict := d.wanted[p.Patch]
	if conflict.Cause != d.in.Upstream {
		conflict.Pin = d.in.Upstream
	}
	d.again[p.Patch] = Build{Patch: p.Patch, Conflict: conflict, Previous: p.ID, Work: d.work(*p, o)}
	p.Status = forks.Withdrawn
	p.Reason = "asked again on upstream's newest commit " + d.in.Upstream.Short() + ", as " + name(r.Who) + " wanted" + because(r.Because)
	return forks.ActNewRound, p.Reason
}

// carryOn hands a person's work on to the question that takes the place of p's: another
// commit of upstream is the cause now.
func (d *decider) carryOn(p *forks.Proposal, o Observation) {
	conflict, wanted := d.wanted[p.Patch]
	if !wanted || d.live[p.Patch] != "" {
		return
	}
	if work := d.work(*p, o); !work.IsZero() {
		d.again[p.Patch] = Build{Patch: p.Patch, Conflict: conflict, Previous: p.ID, Work: work}
	}
}

// work returns the tip of what people have done on the branches of p, which the state has
// to keep from now on; zero if there is nothing. What was merged comes before what was
// pushed to fix.
func (d *decider) work(p forks.Proposal, o Observation) forks.Hash {
	switch found := o.Found; {
	case o.Sight == Merged:
		d.keep(found.Fix)
		return d.keep(found.Onto)
	case found.Fix != p.Fix:
		return d.keep(found.Fix)
	}
	return forks.Hash{}
}

// keep has the state keep a commit reachable.
func (d *decider) keep(id forks.Hash) forks.Hash {
	if !id.IsZero() && !slices.Contains(d.out.Keeps, id) {
		d.out.Keeps = append(d.out.Keeps, id)
	}
	return id
}

// safe reports whether a tip stays reachable when its branch goes.
func (d *decider) safe(tip forks.Hash) bool {
	return d.in.Safe[tip] || slices.Contains(d.out.Keeps, tip)
}

// CarriedOver notes in the record of a build what became of people's work in the round
// before; settled says that nothing is left to settle in what was carried over.
func (r *Result) CarriedOver(id forks.ProposalID, c forks.Carry, settled bool) {
	i := slices.IndexFunc(r.Proposals, func(p forks.Proposal) bool { return p.ID == id })
	if i < 0 {
		return
	}
	p := &r.Proposals[i]
	p.Carry = &c
	if c.Tip.IsZero() {
		return
	}
	p.Touched, p.Reason = true, "a person works on it"
	if settled {
		p.Status, p.Reason, p.Settled = forks.Ready, "settled, waits to be merged", c.Tip
	}
}
