package rebase

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/auxolotl/auxsync/forks"
)

// A rollback brings a track back to what an earlier pass published: its base, with the
// patches that stood in the branch then, in the forms that they had. What arrived later
// is parked, and what had left the branch since stands in it again. The track stays on
// that base, and people's pushes are taken in there, until somebody resumes it.
//
// Going on is an ordinary pass from the older base. For it to decide nothing anew, a
// rollback keeps what the archived forms do not say: a form that a person made since
// becomes a version, valid from the base before the rollback on, and who had dropped or
// parked a patch is remembered.

// Back is a wish to bring the track back to an earlier pass.
type Back struct {
	Pass    int
	State   forks.State // that pass left
	By      string
	Because string
}

// backTo enters a rollback into what was extracted from the fork's tip, or recorded where
// that cannot be explained.
func (r *Result) backTo(ctx context.Context, ex *extraction) error {
	in, to := r.in, r.in.Back
	back := &forks.Rollback{Pass: to.Pass, Base: to.State.Base, From: ex.base, By: to.By, Because: to.Because, At: in.Now}
	if old := in.State.Rollback; old != nil { // what it says of the way forward is true still
		back.From, back.Stack = old.From, old.Stack
		back.Returned = slices.Clone(old.Returned)
	} else {
		for _, it := range ex.items {
			back.Stack = append(back.Stack, it.patch.ID)
		}
		if err := r.carryForms(ctx, ex, to.State, back); err != nil {
			return err
		}
	}
	was := map[forks.PatchID]forks.Patch{}
	var order []forks.PatchID
	for _, patch := range to.State.Patches {
		if patch.Out == nil {
			was[patch.ID] = patch
			order = append(order, patch.ID)
		}
	}
	var items []item
	for _, it := range ex.items {
		then, stood := was[it.patch.ID]
		delete(was, it.patch.ID)
		switch {
		case it.uncounted && it.patch.End != nil && !stood:
			continue // it had ended, and the branch goes on without it
		case it.hollow && !stood:
			it.patch.End = r.endsHollow()
			ex.ended = append(ex.ended, it.patch)
			continue
		case !stood:
			items = append(items, r.parkedBack(it))
		default:
			remember(back, it.patch)
			items = append(items, item{patch: it.patch, form: then.Commit, arrived: it.arrived})
		}
	}
	for _, id := range order { // what had ended since
		then, left := was[id]
		if !left {
			continue
		}
		patch, ended := r.endedSince(ex, then)
		if ended != nil {
			remember(back, patch)
		}
		patch.End, patch.Out = nil, nil
		items = append(items, item{patch: patch, form: then.Commit})
		ex.revived = append(ex.revived, id)
	}
	items = arranged(items, order)
	for i := range items {
		it := &items[i]
		if it.out {
			continue
		}
		it.patch.Out = nil
		var err error
		if it.change, err = r.planner.change(it.form); err != nil {
			return fmt.Errorf("read what pass %d had of %s: %w", to.Pass, it.patch.ID, err)
		}
	}
	ex.items, ex.base = items, to.State.Base
	r.rollback, r.turned = back, true
	r.markReturned(ex)
	return nil
}

// endsHollow is the end of a patch of which nothing is left on the base that it stood on.
func (r *Result) endsHollow() *forks.End {
	return &forks.End{Outcome: forks.Emptied, Reason: "the branch had nothing of it", Pass: r.in.pass(), At: r.in.Now}
}

// endedSince returns the record of a patch that stood in the branch then and does not now,
// and its end, nil if that is on record no more.
func (r *Result) endedSince(ex *extraction, then forks.Patch) (forks.Patch, *forks.End) {
	is := func(q forks.Patch) bool { return q.ID == then.ID }
	if i := slices.IndexFunc(ex.ended, is); i >= 0 { // by what arrived in this pass
		patch := ex.ended[i]
		ex.ended = slices.Delete(ex.ended, i, i+1)
		return patch, patch.End
	}
	if i := slices.IndexFunc(r.in.State.Ended, is); i >= 0 {
		return r.in.State.Ended[i], r.in.State.Ended[i].End
	}
	return then, nil
}

// remember notes a decision about a patch that the rollback brings back. What ended or
// was left out by what upstream has is found again on the way forward.
func remember(b *forks.Rollback, patch forks.Patch) {
	kept := forks.Returned{Patch: patch.ID}
	switch {
	case patch.End != nil && patch.End.Outcome != forks.Upstreamed && patch.End.Outcome != forks.Emptied:
		kept.End = patch.End
	case patch.Out != nil && patch.Out.Outcome == forks.Parked && patch.Out.Rule == "":
		kept.Out = patch.Out
	default:
		return
	}
	b.Returned = slices.DeleteFunc(b.Returned, func(o forks.Returned) bool { return o.Patch == patch.ID })
	b.Returned = append(b.Returned, kept)
}

// parkedBack parks an item that did not stand in the branch then. Who parked it already
// did so for another reason, which stays.
func (r *Result) parkedBack(it item) item {
	to := r.in.Back
	rests := it.patch.Out != nil && it.patch.Out.Outcome == forks.Parked
	if !rests || it.patch.Out.Rule != "" {
		out := forks.Out{Rule: forks.RuleRollback, Outcome: forks.Parked, By: to.By, CleanBase: r.in.State.Base, Pass: r.in.pass(), At: r.in.Now,
			Reason: "it was not in the branch in pass " + strconv.Itoa(to.Pass) + ", to which the track was rolled back"}
		if it.patch.Out != nil {
			out.CleanBase = it.patch.Out.CleanBase
		}
		it.patch.Out = &out
	}
	return item{patch: it.patch, form: it.patch.Commit, out: true, arrived: it.arrived}
}

// carryForms keeps what people made of patches since the pass that is gone back to:
// where the archived form of one, picked in its present place, gives something else, its
// present form is that from the present base on.
func (r *Result) carryForms(ctx context.Context, ex *extraction, then forks.State, back *forks.Rollback) error {
	p := r.planner
	chain, steps, err := p.road(ctx, r.in, then.Base, false)
	if err != nil {
		return err
	}
	s := newStack(ex.items, chain, steps, then.Base)
	here := s.at[ex.base] // 0 also where the road does not come by
	for i := range ex.items {
		it := &ex.items[i]
		k := slices.IndexFunc(then.Patches, func(q forks.Patch) bool { return q.ID == it.patch.ID && q.Out == nil })
		if k < 0 || !it.standing() || it.uncounted {
			continue
		}
		form := then.Patches[k].Commit
		if v := s.version(i, here); v != nil {
			form = v.Commit
		}
		c, err := p.change(form)
		if err != nil {
			return err
		}
		got, err := p.pick(ctx, c, it.change.from)
		if err != nil {
			return err
		}
		switch {
		case got.Clean() && got.Tree == it.change.to:
		case here == 0:
			back.Returned = append(back.Returned, forks.Returned{Patch: it.patch.ID, Form: it.patch.Commit})
		default:
			it.patch.Versions = s.withForm(it.patch, then.Patches[k].Commit, forks.Version{
				Commit: it.patch.Commit, Pin: ex.base, By: it.patch.Author.Name, At: it.patch.AuthorDate})
		}
	}
	return nil
}

// withForm adds a form of the author's own to a patch's versions, before those that are
// valid later. First is the form without a pin.
func (s *stack) withForm(patch forks.Patch, first forks.Hash, form forks.Version) []forks.Version {
	versions := slices.Clone(patch.Versions)
	if len(versions) == 0 {
		versions = []forks.Version{{Commit: first, By: form.By, At: form.At}}
	}
	at := len(versions)
	for at > 0 && s.at[versions[at-1].Pin] > s.at[form.Pin] {
		at--
	}
	return slices.Insert(versions, at, form)
}

// ownForm reports whether a version is the patch in its author's own form, which nobody
// was asked about.
func ownForm(v forks.Version, patch forks.Patch) bool {
	return v.Proposal == "" && v.By == patch.Author.Name
}

// markReturned notes on the items what becomes of them once the track goes on.
func (r *Result) markReturned(ex *extraction) {
	ex.items = slices.Clone(ex.items)
	for i := range ex.items {
		k := slices.IndexFunc(r.rollback.Returned, func(o forks.Returned) bool { return o.Patch == ex.items[i].patch.ID })
		if k >= 0 && ex.items[i].standing() {
			ex.items[i].returned = &r.rollback.Returned[k]
		}
	}
}

// ahead is what becomes, once the track goes on, of an item that only the rollback
// brought back; ok is false for any other.
func (it item) ahead() (outcome forks.Outcome, by, reason string, ok bool) {
	switch {
	case it.returned == nil:
	case it.returned.End != nil:
		return it.returned.End.Outcome, it.returned.End.By, it.returned.End.Reason, true
	case it.returned.Out != nil:
		return it.returned.Out.Outcome, it.returned.Out.By, it.returned.Out.Reason, true
	}
	return "", "", "", false
}

// goOn ends the rollback that stands: what it parked comes back in its place, and what
// it brought back leaves as before.
func (r *Result) goOn(ex *extraction) error {
	back := r.in.State.Rollback
	var items []item
	for _, it := range ex.items {
		k := slices.IndexFunc(back.Returned, func(o forks.Returned) bool { return o.Patch == it.patch.ID })
		switch {
		case it.patch.Out != nil && it.patch.Out.Rule == forks.RuleRollback:
			out := *it.patch.Out
			out.Rule, out.Outcome, out.Reason, out.By = "", forks.Conflicted, "", ""
			it.patch.Out = &out
		case k < 0 || !it.standing():
		case back.Returned[k].End != nil:
			it.patch.End = back.Returned[k].End
			ex.ended = append(ex.ended, it.patch)
			continue
		case back.Returned[k].Out != nil:
			it.patch.Out, it.out = back.Returned[k].Out, true
		default:
			c, err := r.planner.change(back.Returned[k].Form)
			if err != nil {
				return err
			}
			it.form, it.change = back.Returned[k].Form, c
		}
		items = append(items, it)
	}
	ex.items, r.turned = arranged(items, back.Stack), true
	return nil
}

// arranged puts items into an order; those that it does not name stay behind the item
// that they stood behind.
func arranged(items []item, order []forks.PatchID) []item {
	behind := map[forks.PatchID][]item{} // "" has those that nothing stood before
	named := map[forks.PatchID]item{}
	var last forks.PatchID
	for _, it := range items {
		if slices.Contains(order, it.patch.ID) {
			last = it.patch.ID
			named[last] = it
		} else {
			behind[last] = append(behind[last], it)
		}
	}
	out := slices.Clone(behind[""])
	for _, id := range order {
		if it, ok := named[id]; ok {
			out = append(out, it)
			out = append(out, behind[id]...)
		}
	}
	return out
}

// turn enters into the extraction that the track is rolled back, goes on, or stays on
// the base that it was rolled back to.
func (r *Result) turn(ctx context.Context, ex *extraction) error {
	if r.in.State == nil {
		return nil
	}
	switch r.rollback = r.in.State.Rollback; {
	case r.in.Back != nil:
		return r.backTo(ctx, ex)
	case r.rollback == nil:
	case r.in.GoOn:
		r.rollback = nil
		return r.goOn(ex)
	default:
		r.markReturned(ex)
	}
	return nil
}

// asRecorded is what is known of a tip that cannot be explained: the recorded stack on
// the recorded base.
func (p *Planner) asRecorded(in Input) (extraction, error) {
	tip, err := p.commit(in.Fork)
	if err != nil {
		return extraction{}, fmt.Errorf("read the fork's tip: %w", err)
	}
	ex := extraction{base: in.State.Base, tip: tip}
	for _, patch := range in.State.Patches {
		it := item{patch: patch, form: patch.Commit, out: patch.Out != nil}
		if !it.out {
			if it.change, err = p.change(it.form); err != nil {
				return extraction{}, fmt.Errorf("read patch %s: %w", patch.ID, err)
			}
		}
		ex.items = append(ex.items, it)
	}
	return ex, nil
}

// rolledBack is the reason for which a rolled back track does not move on.
func rolledBack(track string, b forks.Rollback) string {
	who, why := forks.Clip(forks.Inert(b.By), 80), forks.Clip(forks.Inert(b.Because), 200)
	text := fmt.Sprintf("rolled back to pass %d by %s", b.Pass, who)
	if why != "" {
		text += " because " + why
	}
	return text + "; it goes on with: auxsync resume " + track
}

// overRolledBack stops the track where a person merged upstream over what is rolled back:
// git takes that range as merged already, so the merge lacks it.
func (p *Planner) overRolledBack(ctx context.Context, in Input, merged forks.Hash) error {
	back := in.State.Rollback
	if back == nil {
		return nil
	}
	had, err := p.hist.IsAncestor(ctx, back.From, in.State.Tip)
	if err != nil || !had || back.From == in.State.Base {
		return err
	}
	return in.stopf(fmt.Sprintf("undo the push: git push --force-with-lease=%s:%s %s %s:%s, or: auxsync rollback %s %d; for what upstream has now, after that: auxsync resume %s",
		in.Track.BranchRef(), in.Fork, forks.ShellWord(in.Track.URL), in.State.Tip, in.Track.BranchRef(), in.Track.Name, back.Pass, in.Track.Name),
		"the branch has upstream's %s merged, over the range %s..%s, which is rolled back: git takes that range as merged already, so the merge has nothing of it",
		merged.Short(), back.Base.Short(), back.From.Short())
}
