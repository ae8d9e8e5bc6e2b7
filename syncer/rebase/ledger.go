package rebase

import (
	"context"
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// told is an outcome with who or what it is owed to, and why.
type told struct {
	outcome    forks.Outcome
	by, reason string
}

// rows writes the ledger of the stack: what became of every item ahead and at the
// published base.
func (r *Result) rows(ctx context.Context, ahead, published replayed, c candidate) ([]forks.Row, error) {
	kept, err := r.keptOrAdapted(ctx, ahead, published)
	if err != nil {
		return nil, err
	}
	var rows []forks.Row
	for i, it := range r.stack.items {
		if it.uncounted && it.patch.End != nil {
			continue // it ended in an earlier pass; the arrival that brought it back has a row
		}
		front, err := r.tell(ctx, i, ahead, kept[0][i])
		if err != nil {
			return nil, err
		}
		back, err := r.tell(ctx, i, published, kept[1][i])
		if err != nil {
			return nil, err
		}
		row := forks.Row{Patch: it.patch.ID, Subject: it.patch.Subject, Author: it.patch.Author, Old: r.before(it),
			New: c.commits[i], Ahead: front.outcome, Published: back.outcome, By: back.by, Reason: back.reason}
		if row.By == "" {
			row.By = front.by
		}
		if row.Reason == "" {
			row.Reason = front.reason
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// before is a patch's commit before this pass.
func (r *Result) before(it item) forks.Hash {
	if commit := r.recorded(it); !commit.IsZero() {
		return commit
	}
	return it.patch.First
}

// recorded is a patch's commit in the recorded stack, zero if it was not there.
func (r *Result) recorded(it item) forks.Hash {
	if r.in.State == nil {
		return forks.Hash{}
	}
	i := slices.IndexFunc(r.in.State.Patches, func(q forks.Patch) bool { return q.ID == it.patch.ID })
	if i < 0 {
		return forks.Hash{}
	}
	return r.in.State.Patches[i].Commit
}

// tell names the outcome of one item in one replay.
func (r *Result) tell(ctx context.Context, i int, at replayed, kept forks.Outcome) (told, error) {
	pl, it := at.picks[i], r.stack.items[i]
	switch pl.outcome {
	case forks.Kept:
		v := r.resolution(i, pl)
		if v != nil && len(v.Resolutions) > 0 {
			return r.recalledBy(v), nil
		}
		if v != nil {
			return told{forks.Resolved, string(v.Proposal), r.resolvedBy(v)}, nil
		}
		if pl.earlier {
			return told{outcome: kept, reason: "as it was first written: upstream no longer has what its resolution was for"}, nil
		}
		return told{outcome: kept}, nil
	case forks.Emptied:
		to := at.pos
		if it.hollow {
			to = 0 // it ended on the base already
		}
		x, how, err := r.planner.taken(ctx, r.stack, i, to)
		if err != nil {
			return told{}, err
		}
		if !x.IsZero() {
			return told{forks.Upstreamed, x.String(), how}, nil
		}
		if it.hollow {
			return told{forks.Emptied, "", "the branch has nothing of it: its base has the change already, or a later commit undid it"}, nil
		}
		return told{forks.Emptied, "", "upstream has all of its change by now, but no commit of it is this patch"}, nil
	case forks.Conflicted:
		if len(pl.files) == 1 {
			return told{forks.Conflicted, "", "conflicts in one file" + r.notUsed(i)}, nil
		}
		return told{forks.Conflicted, "", fmt.Sprintf("conflicts in %d files", len(pl.files)) + r.notUsed(i)}, nil
	case forks.Blocked:
		return told{forks.Blocked, pl.by, "needs an earlier patch that is missing"}, nil
	default:
		if outcome, by, reason, ok := it.ahead(); ok && outcome == pl.outcome {
			return told{outcome, by, reason}, nil
		}
		reason := ""
		if out, parked := r.stack.parked[i]; parked && pl.outcome == forks.Parked {
			reason = out.Reason
		} else if it.patch.Out != nil {
			reason = it.patch.Out.Reason
		}
		return told{pl.outcome, pl.by, reason}, nil
	}
}

// resolvedBy says who decided, and in the pass that takes a command also why.
func (r *Result) resolvedBy(v *forks.Version) string {
	text := "resolved by " + v.By
	for _, taken := range r.Verdicts {
		if taken.Kind == Taken && taken.Version.Commit == v.Commit && taken.Verb != "" {
			return taken.withBecause(text + " (" + string(taken.Verb) + ")")
		}
	}
	return text
}

// resolution returns the version that a pick used: one that is valid from a later
// commit on than the base, or one that this pass took in on the base itself.
func (r *Result) resolution(i int, pl placed) *forks.Version {
	if pl.version != nil && !ownForm(*pl.version, r.stack.items[i].patch) {
		return pl.version
	}
	for k := range r.recalled {
		if r.recalled[k].Commit == pl.form {
			return &r.recalled[k]
		}
	}
	for _, v := range r.Verdicts {
		if v.Kind == Taken && v.Patch == r.stack.items[i].patch.ID && v.Version.Commit == pl.form {
			return &v.Version
		}
	}
	return nil
}

// keptOrAdapted tells for each replay and item whether a clean pick reads as it
// did before: the same added and removed bytes in the same paths.
func (r *Result) keptOrAdapted(ctx context.Context, replays ...replayed) ([][]forks.Outcome, error) {
	out := make([][]forks.Outcome, len(replays))
	type question struct{ replay, item int }
	var asked []question
	var pairs [][2]forks.Hash
	for k, rep := range replays {
		out[k] = make([]forks.Outcome, len(rep.picks))
		for i, pl := range rep.picks {
			out[k][i] = forks.Kept
			if !pl.in() || pl.version != nil {
				continue
			}
			was := pl.picked
			if commit := r.recorded(r.stack.items[i]); !commit.IsZero() {
				// Where people merged upstream by hand, what is picked is what they made
				// of it on the new base: that is compared, too.
				var err error
				if was, err = r.planner.change(commit); err != nil {
					return nil, err
				}
			}
			if was == pl.change {
				continue
			}
			same, err := r.planner.sameFiles(was, pl.change)
			if err != nil {
				return nil, err
			}
			if !same {
				asked = append(asked, question{k, i})
				pairs = append(pairs, [2]forks.Hash{was.from, was.to}, [2]forks.Hash{pl.change.from, pl.change.to})
			}
		}
	}
	if len(pairs) == 0 {
		return out, nil
	}
	digests, err := r.planner.hist.Changes(ctx, pairs)
	if err != nil {
		return nil, err
	}
	for n, q := range asked {
		if digests[2*n] != digests[2*n+1] {
			out[q.replay][q.item] = forks.Adapted
		}
	}
	return out, nil
}

// sameFiles reports whether two changes replace the same blobs by the same blobs.
func (p *Planner) sameFiles(a, b change) (bool, error) {
	x, err := p.changed(a)
	if err != nil {
		return false, err
	}
	y, err := p.changed(b)
	return slices.Equal(x, y), err
}

// newState writes down what the track is after the pass.
func (r *Result) newState(ctx context.Context, ex extraction, ahead, published replayed, c candidate) error {
	in := r.in
	state := forks.State{
		Track: in.Track.Name, Pass: in.pass(), At: in.Now, Upstream: in.Track.Upstream, Follow: in.Track.Follow,
		Branch: in.Track.Branch, History: in.Track.History, Adopted: forks.Adopted{By: in.Who, At: in.Now},
		Base: r.Plan.Base.New, Release: in.releaseAt(r.Plan.Base.New), Tip: c.tip, UpstreamTip: in.Upstream, Hold: r.Plan.Hold, Ledger: r.Plan.Outcomes,
	}
	if old := in.State; old != nil {
		state.Adopted, state.Markers, state.Archives = old.Adopted, old.Markers, old.Archives
		if state.Moved = old.Moved; state.Base != old.Base {
			state.Moved = in.Now
		}
		state.Proposals, state.Decisions, state.Ended = old.Proposals, slices.Clone(old.Decisions), slices.Clone(old.Ended)
	}
	state.Retarget, state.Rollback = r.retarget(published.pos), r.rollback
	if !c.marker.IsZero() {
		state.Markers = append(slices.Clone(state.Markers), c.marker)
	}
	byID := map[forks.PatchID]forks.Row{}
	for _, row := range r.Plan.Outcomes {
		byID[row.Patch] = row
	}
	state.Ended = slices.DeleteFunc(state.Ended, func(q forks.Patch) bool { return slices.Contains(ex.revived, q.ID) })
	state.Ended = append(state.Ended, ex.ended...)
	for i, it := range r.stack.items {
		if it.uncounted && it.patch.End != nil {
			continue
		}
		patch, row := it.patch, byID[it.patch.ID]
		patch.Ahead, patch.Published = row.Ahead, row.Published
		switch {
		case row.Published.InStack():
			patch.Commit, patch.Out = c.commits[i], nil
			state.Patches = append(state.Patches, patch)
		case row.Published.Ends():
			patch.End = &forks.End{Outcome: row.Published, By: row.By, Reason: row.Reason, Pass: in.pass(), At: in.Now}
			patch.Out = nil
			state.Ended = append(state.Ended, patch)
		default:
			patch.Out = r.leftOut(patch, row)
			state.Patches = append(state.Patches, patch)
		}
	}
	for _, list := range [][]forks.Patch{state.Patches, state.Ended} {
		for i := range list {
			if from := r.from[list[i].ID]; from != "" {
				list[i].From = from
			}
		}
	}
	if in.State != nil {
		notePlaces(*in.State, state.Ended)
	}
	state.Resolutions = r.resolutions(slices.Concat(state.Patches, state.Ended))
	r.Plan.State = state
	r.keep(ex, c)
	return r.ended(ctx, &r.Plan.State, ex)
}

// leftOut records why a patch is not in the published branch; what was recorded
// when it left stays.
func (r *Result) leftOut(patch forks.Patch, row forks.Row) *forks.Out {
	out := forks.Out{Outcome: row.Published, By: row.By, Reason: row.Reason, Pass: r.in.pass(), At: r.in.Now}
	if r.in.State != nil {
		out.CleanBase = r.in.State.Base
	}
	if old := patch.Out; old != nil {
		out.CleanBase = old.CleanBase
		if out.Outcome != forks.Parked || old.Outcome == forks.Parked {
			out.Pass, out.At = old.Pass, old.At
		}
	}
	if parked, is := r.parkedAs(patch.ID); is && out.Outcome == forks.Parked {
		out.Rule = parked.Rule
	}
	return &out
}

// keep lists the commits that the candidate does not contain and that must not be
// lost, and the forms that arrived.
func (r *Result) keep(ex extraction, c candidate) {
	for _, row := range ex.rows {
		if _, known := r.in.Forms[row.Old]; !known && row.Published == forks.Duplicate {
			r.Forms[row.Old] = forks.PatchID(row.By)
		}
	}
	for _, it := range ex.items {
		if it.patch.First != (forks.Hash{}) && it.arrived {
			r.Forms[it.patch.First] = it.patch.ID
		}
		r.Forms[it.form] = it.patch.ID
	}
	for _, patch := range ex.ended { // an old branch may bring them back
		r.Forms[patch.First], r.Forms[patch.Commit] = patch.ID, patch.ID
	}
	r.Keeps = append(r.Keeps, ex.made...)
	// A tip of the daemon's own has its archive; what a person pushed stays in the
	// history of a branch that fast-forwards.
	persons := r.in.State == nil || r.in.Fork != r.in.State.Tip
	if persons && c.tip != r.in.Fork && c.marker.IsZero() {
		r.Keeps = append(r.Keeps, r.in.Fork)
	}
	r.Keeps = append(r.Keeps, keptOf(r.Plan.State)...)
	if r.in.State != nil {
		known := keptOf(*r.in.State)
		r.Keeps = slices.DeleteFunc(r.Keeps, func(h forks.Hash) bool { return slices.Contains(known, h) })
	}
	r.Keeps = distinct(r.Keeps)
}

// keptOf lists the commits that a state must keep reachable by itself.
func keptOf(s forks.State) []forks.Hash {
	var out []forks.Hash
	for _, list := range [][]forks.Patch{s.Patches, s.Ended} {
		for _, patch := range list {
			if patch.Out != nil || patch.End != nil {
				out = append(out, patch.Commit)
			}
			for _, v := range patch.Versions {
				out = append(out, v.Commit)
			}
		}
	}
	return out
}

func distinct(list []forks.Hash) []forks.Hash {
	var out []forks.Hash
	for _, h := range list {
		if !h.IsZero() && !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

// ended forgets patches that left more than 180 days ago, and asks about those
// that upstream had taken and no longer has.
func (r *Result) ended(ctx context.Context, s *forks.State, ex extraction) error {
	for _, d := range ex.decisions {
		if !slices.ContainsFunc(s.Decisions, func(o forks.Decision) bool { return o.Patch == d.Patch }) {
			s.Decisions = append(s.Decisions, d)
		}
	}
	var keep []forks.Patch
	for _, patch := range s.Ended {
		absorbed := patch.End.Outcome == forks.Upstreamed || patch.End.Outcome == forks.Emptied
		if r.in.Now.Sub(patch.End.At).Hours() > recordDays*24 && !r.in.carried(patch) {
			continue
		}
		keep = append(keep, patch)
		if !absorbed || r.in.State == nil || patch.End.Pass == r.in.pass() {
			continue
		}
		back, err := r.isBack(ctx, patch)
		if err != nil {
			return err
		}
		if back {
			r.ask(s, patch)
		}
	}
	s.Ended = keep
	s.Decisions = slices.DeleteFunc(s.Decisions, func(d forks.Decision) bool {
		return slices.ContainsFunc(s.Patches, func(q forks.Patch) bool { return q.ID == d.Patch && q.Out == nil })
	})
	return nil
}

// ask adds the question about a patch that upstream no longer has, once.
func (r *Result) ask(s *forks.State, patch forks.Patch) {
	if slices.ContainsFunc(s.Decisions, func(d forks.Decision) bool { return d.Patch == patch.ID }) {
		return
	}
	s.Decisions = append(s.Decisions, forks.Decision{Patch: patch.ID, Asked: r.in.Now, Question: fmt.Sprintf(
		"upstream had this change and no longer has it. To carry it again: git cherry-pick %s, and push; to let it go, do nothing.", patch.Commit)})
}

// isBack reports whether a patch that upstream had absorbed picks clean and not
// empty again, after its paths changed there since the base.
func (r *Result) isBack(ctx context.Context, patch forks.Patch) (bool, error) {
	p := r.planner
	c, err := p.change(patch.Commit)
	if err != nil {
		return false, err
	}
	files, err := p.changed(c)
	if err != nil {
		return false, err
	}
	old, err := p.treeOf(r.in.State.Base) // upstream's last tip may be gone
	if err != nil {
		return false, err
	}
	tip, err := p.treeOf(r.in.Upstream)
	if err != nil {
		return false, err
	}
	moved := false
	for _, f := range files {
		a, err := p.lookup(old, f.path)
		if err != nil {
			return false, err
		}
		b, err := p.lookup(tip, f.path)
		if err != nil {
			return false, err
		}
		moved = moved || a != b
	}
	if !moved {
		return false, nil
	}
	picked, err := p.pick(ctx, c, tip)
	return err == nil && picked.Clean() && picked.Tree != tip, err
}
