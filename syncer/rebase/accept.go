package rebase

import (
	"context"
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// A person accepts a branch that was rewritten: then its commits are the stack, in their
// order. Each is the patch that it was before, by commit id, patch-id, or author, date
// and subject; what is missing was dropped by who accepted.

// Acceptance is a person's word that the fork's tip is meant as it is.
type Acceptance struct {
	By      string
	Because string
}

// dropped is the reason that the account gives for a patch which the branch lacks.
func (a Acceptance) dropped() string {
	const text = "the branch that was accepted does not have it"
	if a.Because == "" {
		return text
	}
	return text + "; because " + forks.Clip(oneLine(a.Because), 200)
}

// acceptedContact explains the tip of a track with state as whoever accepted it says:
// where it does not descend from the recorded tip, it was rewritten, and stands on what
// it has of upstream.
func (p *Planner) acceptedContact(ctx context.Context, in Input) (base, known forks.Hash, rewritten bool, err error) {
	s := in.State
	if err := p.mayStand(ctx, in); err != nil {
		return base, known, false, err
	}
	descends, err := p.hist.IsAncestor(ctx, s.Tip, in.Fork)
	if err != nil || descends {
		if err == nil {
			base, known, err = p.contact(ctx, in)
		}
		return base, known, false, err
	}
	base, known, err = p.firstContact(ctx, in)
	if problem := forks.KindOf(err); err != nil && problem == forks.NeedsPerson {
		return base, known, false, in.stopf("push a branch that stands on upstream, or go back: auxsync rollback "+in.Track.Name+" PASS", "%v", err)
	}
	if err != nil || known.IsZero() {
		return base, known, true, err
	}
	// Below a marker of a track that was rolled back there is newer upstream, too.
	marker, err := p.commit(known)
	if err != nil {
		return base, known, true, err
	}
	had, err := p.hist.IsAncestor(ctx, base, known)
	if err == nil && had && slices.Contains(s.Markers, known) {
		base = marker.parents[0]
	}
	return base, known, true, err
}

// layOutAccepted lays the stack out as a rewritten branch has it.
func (p *Planner) layOutAccepted(ctx context.Context, in Input, ex *extraction, singles []arrival, merges []commit) error {
	l := acceptedLayout(in, singles)
	f, err := p.fit(ctx, ex.base, l.items)
	if err != nil {
		return err
	}
	if f.tree == ex.tip.tree && len(f.left) == 0 {
		return p.take(in, ex, l, f)
	}
	return p.fold(ctx, in, ex, l, f, merges)
}

func acceptedLayout(in Input, singles []arrival) layout {
	var l layout
	known := map[forks.PatchID]forks.Patch{}
	for _, patch := range slices.Concat(in.State.Patches, in.State.Ended) {
		known[patch.ID] = patch
	}
	is := identities(singles, known)
	there := map[forks.PatchID]bool{}
	for i, a := range singles {
		id := is[i]
		patch, recorded := known[id]
		if !recorded {
			l.items = append(l.items, item{patch: newPatch(a.id, a.commit), form: a.commit.id, arrived: true})
			continue
		}
		there[id] = true
		if patch.End != nil {
			l.back = append(l.back, id)
		}
		patch.Commit, patch.Out, patch.End = a.commit.id, nil, nil
		l.items = append(l.items, item{patch: patch, form: a.commit.id, arrived: true})
		if _, had := in.Forms[a.commit.id]; !had && a.id != id {
			l.rows = append(l.rows, a.row(forks.Duplicate, string(id), "this patch, as the branch that was accepted has it"))
		}
	}
	var before forks.PatchID // what stands in the branch still, of the old stack
	for _, patch := range in.State.Patches {
		switch {
		case there[patch.ID]:
			before = patch.ID
		case patch.Out == nil:
			l.end(item{patch: patch}, forks.End{Outcome: forks.Dropped, By: in.Accept.By, Reason: in.Accept.dropped(), Pass: in.pass(), At: in.Now})
		default: // no branch has what is left out
			at := 1 + slices.IndexFunc(l.items, func(it item) bool { return it.patch.ID == before })
			l.items = slices.Insert(l.items, at, item{patch: patch, form: patch.Commit, out: true})
			before = patch.ID
		}
	}
	return l
}

// identities says which recorded patch each commit is, "" for a new one. No patch is two
// commits: the one that is on record comes first, then the oldest.
func identities(singles []arrival, known map[forks.PatchID]forks.Patch) []forks.PatchID {
	out := make([]forks.PatchID, len(singles))
	taken := map[forks.PatchID]bool{}
	for _, of := range []func(arrival) forks.PatchID{
		func(a arrival) forks.PatchID { return a.recorded },
		func(a arrival) forks.PatchID { return a.matched },
	} {
		for i, a := range singles {
			id := of(a)
			if _, recorded := known[id]; recorded && !taken[id] && out[i] == "" {
				out[i], taken[id] = id, true
			}
		}
	}
	return out
}

// unaccounted returns the arrived commits that no earlier pass has accounted for.
func (in Input) unaccounted(arrived []forks.Hash) []forks.Hash {
	return slices.DeleteFunc(slices.Clone(arrived), func(id forks.Hash) bool {
		_, known := in.Forms[id]
		return known
	})
}

// mayAccept says how to take a branch as it is.
func (in Input) mayAccept() string {
	text := fmt.Sprintf("; to take the branch as it is: auxsync accept %s", in.Track.Name)
	if in.Track.History == forks.Merging {
		text += ", and everybody who has the old one then has to fetch it anew, for it is no fast-forward"
	}
	return text
}
