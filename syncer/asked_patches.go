package syncer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// patchWishes enters into a plan's input what people asked about patches, by their id or
// by their conflict: to park them, to unpark them, to take a decision back. They are
// taken in their order, each as if those before it were carried out.
type patchWishes struct {
	in      *rebase.Input
	track   string
	answers map[int64]string
	undone  []forks.PatchID // one decision of a patch in a pass
	later   map[int64]bool  // requests that wait for the next pass
}

// take takes one request. What takes the no of a closed conflict back is a request of
// another kind, about that conflict: more, where ok is true.
func (w *patchWishes) take(r forks.Request) (more forks.Request, ok bool) {
	patches, why := w.patches(r)
	if why != "" {
		w.answers[r.ID] = "nothing to do: " + why
		return more, false
	}
	if r.Verb == forks.VerbUndo {
		return w.undo(r)
	}
	var idle string
	for _, id := range patches {
		if r.Verb == forks.VerbPark {
			why = w.park(id, r)
		} else {
			why = w.unpark(id, r)
		}
		if why != "" {
			idle = why
		}
	}
	if idle != "" && !w.moves(patches) {
		w.answers[r.ID] = "nothing to do: " + idle
	}
	return more, false
}

// patches lists what a request is about; why says in a clause that it is nothing.
func (w *patchWishes) patches(r forks.Request) (list []forks.PatchID, why string) {
	if r.Proposal == "" {
		return []forks.PatchID{r.Patch}, ""
	}
	i := slices.IndexFunc(w.in.State.Proposals, func(p forks.Proposal) bool { return p.ID == r.Proposal })
	if i < 0 {
		return nil, "this track has no conflict " + forks.Clip(forks.Inert(string(r.Proposal)), 20)
	}
	return w.in.State.Proposals[i].Patches(), ""
}

// moves reports whether this pass parks or unparks one of them.
func (w *patchWishes) moves(list []forks.PatchID) bool {
	return slices.ContainsFunc(list, func(id forks.PatchID) bool {
		_, parks := w.in.Park[id]
		_, unparks := w.in.Unpark[id]
		return parks || unparks
	})
}

// patch finds a patch of the stack; why says in a clause where it is else.
func (w *patchWishes) patch(id forks.PatchID) (p forks.Patch, why string) {
	p, ok := patchOf(*w.in.State, id)
	switch {
	case !ok:
		return p, "this track has no patch " + forks.Clip(forks.Inert(string(id)), 20)
	case p.End != nil:
		return p, fmt.Sprintf("the patch is not in the stack any more: it is %s since pass %d", p.End.Outcome, p.End.Pass)
	}
	return p, ""
}

// parked is why a patch rests, after what was asked before; nil if it does not.
func (w *patchWishes) parked(p forks.Patch) *forks.Out {
	if out, ok := w.in.Park[p.ID]; ok {
		return &out
	}
	if _, back := w.in.Unpark[p.ID]; back || p.Out == nil || p.Out.Outcome != forks.Parked {
		return nil
	}
	return p.Out
}

// park leaves a patch out because a person says so, also one that a rule parked.
func (w *patchWishes) park(id forks.PatchID, r forks.Request) (why string) {
	p, why := w.patch(id)
	if why != "" {
		return why
	}
	if out := w.parked(p); out != nil && out.Rule == "" {
		return "it is parked already, by " + person(out.By)
	}
	if w.in.Park == nil {
		w.in.Park = map[forks.PatchID]forks.Out{}
	}
	delete(w.in.Unpark, id)
	w.in.Park[id] = forks.Out{Outcome: forks.Parked, By: person(r.Who), Reason: forks.Clip(forks.Inert(r.Because), maxReason),
		Pass: w.in.State.Pass + 1, At: w.in.Now}
	return ""
}

// unpark lets a patch come back.
func (w *patchWishes) unpark(id forks.PatchID, r forks.Request) (why string) {
	p, why := w.patch(id)
	if why != "" {
		return why
	}
	out := w.parked(p)
	switch {
	case out == nil && p.Out != nil:
		return "it is not parked: it is " + string(p.Out.Outcome)
	case out == nil:
		return "it is not parked"
	case out.Rule == forks.RuleRollback:
		return "it is left out because the track is rolled back; to go on: auxsync resume " + w.track
	}
	if _, now := w.in.Park[id]; now {
		delete(w.in.Park, id)
		if p.Out == nil || p.Out.Outcome != forks.Parked {
			return "it was to be parked, and is not"
		}
	}
	if w.in.Unpark == nil {
		w.in.Unpark = map[forks.PatchID]string{}
	}
	w.in.Unpark[id] = person(r.Who)
	return ""
}

// undo takes the newest decision back. Two of one patch take two passes.
func (w *patchWishes) undo(r forks.Request) (more forks.Request, ok bool) {
	list := rebase.LastDecisions(*w.in.State, r)
	if len(list) == 0 {
		w.answers[r.ID] = "nothing to do: nobody has decided anything about it that can be undone"
		return more, false
	}
	if slices.ContainsFunc(list, func(d rebase.Decided) bool { return slices.Contains(w.undone, d.Patch) }) {
		w.later[r.ID] = true
		return more, false
	}
	for _, d := range list {
		w.undone = append(w.undone, d.Patch)
		one := r
		one.Patch, one.Proposal = d.Patch, d.Proposal
		switch d.Kind {
		case rebase.WasDeclined:
			one.Verb = forks.VerbReopen
			return one, true
		case rebase.WasParked:
			if why := w.unpark(d.Patch, r); why != "" {
				w.answers[r.ID] = "nothing to do: " + why
			}
		default:
			w.in.Undo = append(w.in.Undo, one)
		}
	}
	return more, false
}

// maxReason limits what is kept of a person's reason, in characters.
const maxReason = 300

// person is somebody's name, inert.
func person(who string) string {
	return cmp.Or(forks.Clip(forks.Inert(who), 80), "somebody")
}

// answerPatches says what came of what people asked about patches, and keeps it for the
// history.
func (v *visit) answerPatches(in rebase.Input, decided pulls.Result, d *decision) {
	for _, r := range v.heard.requests {
		use, _ := forks.CommandOf(r.Verb)
		if _, answered := d.answers[r.ID]; answered || v.heard.later[r.ID] || !use.About.Has(forks.AboutPatch) || r.OfTrack() {
			continue
		}
		w := patchWishes{in: &in}
		patches, _ := w.patches(r)
		var said []string
		for _, id := range patches {
			if text := outcomeOf(in, *d, decided, r, id); text != "" {
				said = append(said, text)
				d.news = append(d.news, news{string(r.Verb), string(id) + ": " + text + " (" + person(r.Who) + ")"})
			}
		}
		if len(said) > 0 {
			slices.Sort(said)
			d.answers[r.ID] = strings.Join(slices.Compact(said), "; ")
		}
	}
}
