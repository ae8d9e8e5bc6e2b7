package rebase

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// To undo is to take a person's newest decision about a patch or a conflict back. What
// was decided is read from the state: nothing else is kept for it, and what was taken
// back is no decision any more, so that the next undo finds the one before.

// DecisionKind says what was decided about a patch.
type DecisionKind int

// The kinds of decisions, those that can be the newer ones at the same time first.
const (
	WasDropped  DecisionKind = iota // the patch ended by a person
	WasParked                       // the patch rests because a person said so
	WasAnswered                     // a person's form of the patch is used
	WasDeclined                     // a conflict was closed without an answer
)

// Decided is one decision of a person about one patch.
type Decided struct {
	Kind     DecisionKind
	Patch    forks.PatchID
	Proposal forks.ProposalID // empty where none was answered
	By       string           // hostile
	At       time.Time
}

// LastDecisions returns the newest decision that a state holds about what a request
// names, for an umbrella one for each of its patches, nil if there is none.
func LastDecisions(s forks.State, r forks.Request) []Decided {
	all := decisions(s)
	all = slices.DeleteFunc(all, func(d Decided) bool {
		if r.Proposal == "" {
			return d.Patch != r.Patch
		}
		about := slices.ContainsFunc(s.Proposals, func(p forks.Proposal) bool { return p.ID == r.Proposal && p.About(d.Patch) })
		return d.Proposal != r.Proposal && !(about && d.Kind == WasParked)
	})
	if len(all) == 0 {
		return nil
	}
	newest := all[0]
	return slices.DeleteFunc(all, func(d Decided) bool {
		return d.Kind != newest.Kind || d.Proposal != newest.Proposal || !d.At.Equal(newest.At)
	})
}

// decisions lists what people decided about patches, the newest first.
func decisions(s forks.State) []Decided {
	var all []Decided
	for _, p := range s.Patches {
		if p.Out != nil && p.Out.Outcome == forks.Parked && p.Out.Rule == "" {
			all = append(all, Decided{Kind: WasParked, Patch: p.ID, By: p.Out.By, At: p.Out.At})
		}
		for _, v := range p.Versions {
			if v.Proposal != "" {
				all = append(all, Decided{Kind: WasAnswered, Patch: p.ID, Proposal: v.Proposal, By: v.By, At: v.At})
			}
		}
	}
	for _, p := range s.Ended {
		if p.End != nil && p.End.Outcome == forks.Dropped {
			all = append(all, Decided{Kind: WasDropped, Patch: p.ID, Proposal: droppedIn(s, p), By: p.End.By, At: p.End.At})
		}
	}
	for _, p := range s.Proposals {
		if p.Status == forks.Declined {
			all = append(all, Decided{Kind: WasDeclined, Patch: p.Patch, Proposal: p.ID, By: p.ClosedBy, At: p.Closed})
		}
	}
	slices.SortStableFunc(all, func(a, b Decided) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Kind, b.Kind)) })
	return all
}

// droppedIn is the proposal by whose answer a patch was dropped, "" if there was none.
func droppedIn(s forks.State, patch forks.Patch) forks.ProposalID {
	for _, p := range slices.Backward(s.Proposals) {
		if p.About(patch.ID) && p.Taken == patch.End.Pass && p.Taken > 0 && p.Undone == nil {
			return p.ID
		}
	}
	return ""
}

// Undone is one decision that a pass took back.
type Undone struct {
	Decided
	Request forks.Request
}

// undo takes decisions back before the stack is replayed.
func (r *Result) undo(ctx context.Context, ex *extraction) error {
	for _, req := range r.in.Undo {
		all := decisions(*r.in.State)
		i := slices.IndexFunc(all, func(d Decided) bool {
			return d.Patch == req.Patch && d.Proposal == req.Proposal && (d.Kind == WasDropped || d.Kind == WasAnswered)
		})
		if i < 0 {
			continue
		}
		done, err := false, error(nil)
		if all[i].Kind == WasDropped {
			done, err = r.bringBack(ex, all[i])
		} else {
			done = r.retract(all[i], req)
		}
		if err != nil {
			return err
		}
		if !done {
			continue
		}
		r.Undone = append(r.Undone, Undone{all[i], req})
		// Where it conflicts on the base, the conflict is the one that was asked about.
		for _, prop := range r.in.State.Proposals {
			if prop.ID == all[i].Proposal && all[i].Proposal != "" {
				r.in.Live = append(slices.Clone(r.in.Live), prop)
			}
		}
	}
	return nil
}

// bringBack puts a patch that was dropped into its place in the stack again. It is not
// part of the branch yet, and is tried like one that may return.
func (r *Result) bringBack(ex *extraction, d Decided) (bool, error) {
	i := slices.IndexFunc(r.in.State.Ended, func(p forks.Patch) bool { return p.ID == d.Patch })
	if i < 0 || slices.ContainsFunc(r.stack.items, func(it item) bool { return it.patch.ID == d.Patch }) {
		return false, nil // a push of this pass brought it back
	}
	patch := r.in.State.Ended[i]
	at, err := r.placeFor(patch)
	if err != nil {
		return false, err
	}
	patch.End = nil
	patch.Out = &forks.Out{Outcome: forks.Conflicted, CleanBase: r.in.State.Base, Pass: r.in.pass(), At: r.in.Now}
	r.stack.items = slices.Insert(r.stack.items, at, item{patch: patch, form: patch.Commit, out: true})
	ex.revived = append(ex.revived, d.Patch)
	return true, nil
}

// retract takes an answer from a patch. Where the branch carries it, the patch has its
// form before that from now on, if that replays.
func (r *Result) retract(d Decided, ask forks.Request) bool {
	i := slices.IndexFunc(r.stack.items, func(it item) bool { return it.patch.ID == d.Patch && !it.uncounted })
	if i < 0 {
		return false
	}
	it := &r.stack.items[i]
	k := slices.IndexFunc(it.patch.Versions, func(v forks.Version) bool { return v.Proposal == d.Proposal })
	if k < 0 {
		return false
	}
	gone := it.patch.Versions[k]
	r.forget(it.patch, gone, forks.Clip(oneLine(ask.Who), 100), forks.Clip(forks.Inert(ask.Because), maxBecause))
	newest := true // of those that the branch has
	for _, v := range it.patch.Versions[k+1:] {
		newest = newest && r.stack.at[v.Pin] > 0
	}
	left := slices.Delete(slices.Clone(it.patch.Versions), k, k+1)
	if r.stack.at[gone.Pin] == 0 && newest && k > 0 {
		it.form, it.retracted = left[k-1].Commit, true
		it.patch.Commit = it.form
	}
	if !slices.ContainsFunc(left, func(v forks.Version) bool { return v.Proposal != "" }) {
		left = []forks.Version{}
	}
	it.patch.Versions = left
	return true
}

func (u Undone) because() string {
	return forks.Clip(forks.Inert(u.Request.Because), maxBecause)
}

// Said tells who took what back, and why, in a clause. It is inert.
func (u Undone) Said() string {
	what := "the answer to " + string(u.Proposal)
	if u.Kind == WasDropped {
		what = "the drop"
	}
	if u.By != "" {
		what += " by " + forks.Clip(forks.Inert(u.By), 80)
	}
	text := forks.Clip(forks.Inert(cmp.Or(u.Request.Who, "somebody")), 80) + " took back " + what
	if why := u.because(); why != "" {
		text += ": " + why
	}
	return text
}

// tellUndone writes into the ledger of the pass what was taken back.
func (r *Result) tellUndone() {
	for _, u := range r.Undone {
		for i := range r.Plan.Outcomes {
			row := &r.Plan.Outcomes[i]
			if row.Patch != u.Patch {
				continue
			}
			if row.Reason != "" {
				row.Reason += "; "
			}
			row.Reason += u.Said()
		}
	}
}
