package pulls

import "github.com/auxolotl/auxsync/forks"

// clean lists the branches of a settled proposal that may be deleted.
func (d *decider) clean(p forks.Proposal, found forks.Pair) {
	if p.Status.Pending() || p.Status == forks.Cleaned || d.mayReopen(p) {
		return
	}
	if d.mayDeleteOnto(p, found.Onto) {
		d.out.Cleanup = append(d.out.Cleanup, forks.RefUpdate{Ref: forks.OntoRef(d.in.Track, p.ID), Old: found.Onto})
	}
	if d.mayDeleteFix(p, found.Fix) {
		d.out.Cleanup = append(d.out.Cleanup, forks.RefUpdate{Ref: forks.FixRef(d.in.Track, p.ID), Old: found.Fix})
	}
}

// mayReopen reports whether a pull request that was closed can be opened again on its
// page, for which it needs its branches, and would ask something.
func (d *decider) mayReopen(p forks.Proposal) bool {
	return p.Status == forks.Declined && p.Number > 0 && d.unwanted(p) == ""
}

func (d *decider) deletes(p forks.Proposal, found forks.Pair) bool {
	return !d.mayReopen(p) && (d.mayDeleteOnto(p, found.Onto) || d.mayDeleteFix(p, found.Fix))
}

func (d *decider) mayDeleteOnto(p forks.Proposal, tip forks.Hash) bool {
	return !tip.IsZero() && (tip == p.Onto || d.safe(tip))
}

// mayDeleteFix keeps a branch that was once a person's, also where it was put
// back to what we pushed.
func (d *decider) mayDeleteFix(p forks.Proposal, tip forks.Hash) bool {
	return !tip.IsZero() && (tip == p.Fix && !p.Touched || d.safe(tip))
}
