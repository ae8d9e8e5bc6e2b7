package rebase

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// maxPush is how many commits one push may bring before a person is asked
// whether another branch of upstream was merged by mistake.
const maxPush = 50

// item is one patch of the stack with the change that stands for it on the base.
type item struct {
	patch forks.Patch
	// form is the commit whose author and message the patch has and, until it is
	// replayed on the base, whose difference to its parent it is.
	form    forks.Hash
	change  change
	arrived bool
	// out: recorded as left out; it is not part of the chain on the base.
	out bool
	// uncounted: the tip's tree has it, but it is not published (it had ended, or
	// was left out, and an old branch brought it back).
	uncounted bool
	// hollow: nothing of it is left on the base; it is not part of the chain.
	hollow bool
	// retracted: form is an earlier one than that which stands on the base, because
	// somebody took a decision back.
	retracted bool
	// inherited: new in this pass, from the track that stack_from names.
	inherited bool
	// returned: only a rollback brought it back, or its form.
	returned *forks.Returned
}

// standing reports whether the item is one of the commits of the chain on the base.
func (it item) standing() bool { return !it.out && !it.hollow }

// extraction is what the fork's tip turned out to be.
type extraction struct {
	base  forks.Hash
	tip   commit
	items []item
	// chain is a commit with the tip's tree that stands in a straight line on the
	// base: the tip itself where possible.
	chain     forks.Hash
	picks     []forks.Pick // the merges that say so
	arrived   []forks.Hash
	rows      []forks.Row // of arrived commits that are no patch of the stack
	ended     []forks.Patch
	revived   []forks.PatchID // ended patches that are back in the stack
	decisions []forks.Decision
	commits   int // arrived commits that are not merges
	folded    int // of these, how many were folded
	// made lists the commits that were written to stand in a straight line.
	made []forks.Hash
	// rewritten: the tip does not descend from the recorded one, and a person accepted it.
	rewritten bool
}

// stopError carries a reason to stop the track out of nested calls.
type stopError struct{ stop forks.Stop }

func (e *stopError) Error() string { return e.stop.Reason }

// stopf makes a stopError.
func (in Input) stopf(next, format string, args ...any) error {
	return &stopError{forks.Stop{Reason: fmt.Sprintf(format, args...), Next: next, Tip: in.Fork, At: in.Now}}
}

// asStop splits a stop from other errors.
func asStop(err error) (*forks.Stop, error) {
	var s *stopError
	if errors.As(err, &s) {
		return &s.stop, nil
	}
	return nil, err
}

// extract finds base and stack of the fork's tip (section 4, step 2 and 3 of the
// design) and proves the law: the patches replayed on the base give exactly the
// tip's tree.
func (p *Planner) extract(ctx context.Context, in Input) (extraction, error) {
	tip, err := p.commit(in.Fork)
	if err != nil {
		return extraction{}, fmt.Errorf("read the fork's tip: %w", err)
	}
	ex := extraction{tip: tip}
	var known forks.Hash // what is explained already
	if in.State == nil {
		ex.base, known, err = p.firstContact(ctx, in)
	} else if in.Accept != nil {
		ex.base, known, ex.rewritten, err = p.acceptedContact(ctx, in)
	} else {
		ex.base, known, err = p.contact(ctx, in)
	}
	if err != nil {
		return extraction{}, err
	}
	if err := p.arrivals(ctx, in, &ex, known); err != nil {
		return extraction{}, err
	}
	return ex, nil
}

// newestContained returns the newest commit of upstream's first-parent chain that
// tip contains, zero if it contains none.
func (p *Planner) newestContained(ctx context.Context, upstream, tip forks.Hash) (forks.Hash, error) {
	missing, err := p.hist.FirstParents(ctx, tip, upstream)
	if err != nil {
		return forks.Hash{}, err
	}
	if len(missing) == 0 {
		return upstream, nil
	}
	oldest, err := p.commit(missing[len(missing)-1])
	if err != nil || len(oldest.parents) == 0 {
		return forks.Hash{}, err
	}
	return oldest.parents[0], nil
}

// firstContact finds the base of a track without state. A fork that was kept by
// merging rebases starts at its newest marker: a merge with the tree of an
// upstream commit among its parents. What such a marker contains is explained.
func (p *Planner) firstContact(ctx context.Context, in Input) (base, known forks.Hash, err error) {
	base, err = p.newestUpstream(ctx, in, in.Fork)
	if err != nil {
		return base, known, err
	}
	_, tags := in.Track.FollowsTags()
	switch {
	case base.IsZero() && tags:
		return base, known, forks.AskPerson("let follow match the release that the branch was made from, or make the branch from a release",
			"branch %s of the fork contains none of the releases that match %s", in.Track.Branch, in.Track.Follow)
	case base.IsZero():
		return base, known, forks.AskPerson("check upstream, follow and branch in the configuration",
			"branch %s of the fork and %s of upstream share no history", in.Track.Branch, in.Track.Follow)
	}
	upstream := in.Upstream
	if tags {
		upstream = base // the newest release need not have it
	}
	own, err := p.hist.FirstParents(ctx, upstream, in.Fork)
	if err != nil {
		return base, known, err
	}
	for _, id := range own {
		marker, err := p.isMarker(ctx, id, upstream)
		if err != nil {
			return base, known, err
		}
		if marker {
			return base, id, nil
		}
	}
	return base, known, nil
}

// isMarker reports whether a commit is a merge that has the tree of an upstream
// commit among its parents.
func (p *Planner) isMarker(ctx context.Context, id, upstream forks.Hash) (bool, error) {
	c, err := p.commit(id)
	if err != nil || len(c.parents) < 2 {
		return false, err
	}
	for _, parent := range c.parents {
		tree, err := p.treeOf(parent)
		if err != nil {
			return false, err
		}
		if tree != c.tree {
			continue
		}
		if ok, err := p.hist.IsAncestor(ctx, parent, upstream); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

// contact explains the tip of a track with state: it must be the recorded tip or
// a descendant of it. The base moves on if people merged a newer upstream commit.
func (p *Planner) contact(ctx context.Context, in Input) (base, known forks.Hash, err error) {
	s := in.State
	base, known = s.Base, s.Tip
	if err := p.mayStand(ctx, in); err != nil {
		return base, known, err
	}
	if in.Fork == s.Tip {
		return base, known, nil
	}
	if ok, err := p.hist.IsAncestor(ctx, s.Tip, in.Fork); err != nil {
		return base, known, err
	} else if !ok {
		return base, known, p.rewritten(ctx, in)
	}
	newest, err := p.newestUpstream(ctx, in, in.Fork)
	if err != nil || newest.IsZero() || newest == base {
		return base, known, err
	}
	had, err := p.hist.IsAncestor(ctx, newest, s.Tip)
	if err != nil {
		return base, known, err
	}
	if !had {
		base = newest
		err = p.overRolledBack(ctx, in, newest)
	}
	return base, known, err
}

// rewritten explains how a tip differs that does not descend from the recorded
// one: which patches it lacks, and what it has instead.
func (p *Planner) rewritten(ctx context.Context, in Input) error {
	s := in.State
	url := forks.ShellWord(in.Track.URL)
	next := fmt.Sprintf("to go back: git fetch %s %s && git push --force-with-lease=%s:%s %s %s:%s; nothing is lost, the state ref keeps both",
		url, in.Track.StateRef(), in.Track.BranchRef(), in.Fork, url, s.Tip, in.Track.BranchRef()) + in.mayAccept()
	if ok, err := p.hist.IsAncestor(ctx, in.Fork, s.Tip); err != nil {
		return err
	} else if ok {
		n, err := p.hist.NewCommits(ctx, s.Tip, in.Fork)
		if err != nil {
			return err
		}
		return in.stopf(next, "the branch was moved back from %s to %s, commits lost from it: %d", s.Tip.Short(), in.Fork.Short(), len(n))
	}
	// Earlier copies of the patches, below the markers, are in the recorded tip's history.
	infos, err := p.hist.NewCommits(ctx, in.Fork, s.Tip, in.Upstream)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, info := range infos {
		c, err := p.commit(info.ID)
		if err != nil {
			return err
		}
		have[c.key()] = true
	}
	var missing []string
	for _, patch := range s.Patches {
		if patch.Out != nil {
			continue
		}
		c, err := p.commit(patch.Commit)
		if err != nil {
			return err
		}
		stands, err := p.hist.IsAncestor(ctx, patch.Commit, in.Fork)
		if err != nil {
			return err
		}
		if !stands && !have[c.key()] {
			missing = append(missing, string(patch.ID))
		}
	}
	what := "every patch has a commit of the same author, date and subject there"
	if len(missing) > 0 {
		what = fmt.Sprintf("%d of %d patches are missing there: %v", len(missing), len(s.Patches), missing)
	}
	return in.stopf(next, "the branch was rewritten, from %s to %s; %s", s.Tip.Short(), in.Fork.Short(), what)
}

// arrival is a commit that came since the recorded tip.
type arrival struct {
	commit commit
	// recorded is set where the state lists this very commit as a form of a patch;
	// matched where only its contents say so.
	recorded, matched forks.PatchID
	// reverts names the patch that the commit's message says it undoes whole.
	reverts forks.PatchID
	id      forks.PatchID // of the arrival itself
}

// arrivals lists what came since known, lays the stack out, and folds what does
// not replay.
func (p *Planner) arrivals(ctx context.Context, in Input, ex *extraction, known forks.Hash) error {
	not := []forks.Hash{ex.base}
	if !known.IsZero() {
		not = append(not, known)
	}
	infos, err := p.hist.NewCommits(ctx, in.Fork, not...)
	if err != nil {
		return err
	}
	if in.State != nil && in.Accept == nil && len(infos) > maxPush {
		return in.stopf("undo the push; or take the commits over, each as a patch: auxsync accept "+in.Track.Name,
			"%d new commits arrived in one push (more than %d): was another branch of upstream merged?", len(infos), maxPush)
	}
	var merges []commit
	var singles []arrival
	for _, info := range infos {
		c, err := p.commit(info.ID)
		if err != nil {
			return err
		}
		ex.arrived = append(ex.arrived, info.ID)
		if len(c.parents) > 1 {
			merges = append(merges, c)
			continue
		}
		singles = append(singles, arrival{commit: c, id: forks.NewPatchID(in.Track.Name, c.id, "")})
	}
	ex.commits = len(singles)
	if err := p.identify(ctx, in, singles); err != nil {
		return err
	}
	layOut := p.layOut
	if ex.rewritten {
		layOut, ex.arrived = p.layOutAccepted, in.unaccounted(ex.arrived)
	}
	if err := layOut(ctx, in, ex, singles, merges); err != nil {
		return err
	}
	for _, m := range merges {
		if ex.rewritten && !slices.Contains(ex.arrived, m.id) {
			continue
		}
		ex.rows = append(ex.rows, forks.Row{
			Patch: forks.NewPatchID(in.Track.Name, m.id, ""), Subject: m.subject(), Author: m.author, Old: m.id,
			Ahead: forks.Expanded, Published: forks.Expanded, By: m.parents[len(m.parents)-1].String(), Reason: m.body(),
		})
	}
	return nil
}

// layout is one reading of what arrived, tried against the law.
type layout struct {
	items []item
	rows  []forks.Row
	ended []forks.Patch
	back  []forks.PatchID
	asks  []forks.Decision
}

// reading says how a layout treats what can be read in two ways.
type reading struct {
	pairReverts  bool // a revert and what it reverts both end
	skipKnown    bool // copies of active patches are those patches
	countReturns bool // returned patches count in the tip's tree
}

// layOut tries the readings in order of how little they assume and keeps the
// first under which the law holds. If there is none, the plain reading is folded.
func (p *Planner) layOut(ctx context.Context, in Input, ex *extraction, singles []arrival, merges []commit) error {
	readings := []reading{
		{pairReverts: true, skipKnown: true},
		{pairReverts: true, skipKnown: true, countReturns: true},
		{skipKnown: true},
		{skipKnown: true, countReturns: true},
		{},
	}
	if !slices.ContainsFunc(singles, arrival.ambiguous) {
		readings = []reading{{skipKnown: true}}
	}
	var plain fitted
	var plainLayout layout
	for i, r := range readings {
		l := layOutAs(in, singles, r)
		f, err := p.fit(ctx, ex.base, l.items)
		if err != nil {
			return err
		}
		if f.tree == ex.tip.tree && len(f.left) == 0 {
			return p.take(in, ex, l, f)
		}
		if i == 0 || r == (reading{skipKnown: true}) {
			plain, plainLayout = f, l
		}
	}
	return p.fold(ctx, in, ex, plainLayout, plain, merges)
}

func (a arrival) ambiguous() bool { return a.recorded != "" || a.matched != "" || a.reverts != "" }

// fitted is a stack replayed on the base.
type fitted struct {
	items []item // as given, with the change on the base where it replayed
	left  []int  // indices of those that did not
	tree  forks.Hash
	picks []forks.Pick
}

// fit replays items on a base, in order, going on past those that conflict.
func (p *Planner) fit(ctx context.Context, base forks.Hash, items []item) (fitted, error) {
	tree, err := p.treeOf(base)
	if err != nil {
		return fitted{}, err
	}
	f := fitted{items: slices.Clone(items)}
	for i := range f.items {
		it := &f.items[i]
		if it.out {
			continue
		}
		c, err := p.change(it.form)
		if err != nil {
			return fitted{}, err
		}
		r, err := p.pick(ctx, c, tree)
		if err != nil {
			return fitted{}, err
		}
		f.picks = append(f.picks, pickOf(it.patch, c, tree, r))
		if !r.Clean() {
			f.left = append(f.left, i)
			continue
		}
		if it.hollow = r.Tree == tree && !c.empty(); it.hollow {
			continue
		}
		it.change = change{tree, r.Tree}
		tree = r.Tree
	}
	f.tree = tree
	return f, nil
}

// take accepts a layout and makes its chain on the base.
func (p *Planner) take(in Input, ex *extraction, l layout, f fitted) error {
	ex.items = f.items
	ex.rows = append(ex.rows, l.rows...)
	ex.ended = append(ex.ended, l.ended...)
	ex.revived = append(ex.revived, l.back...)
	ex.decisions = append(ex.decisions, l.asks...)
	ex.picks = append(ex.picks, f.picks...)
	return p.straighten(ex)
}

// straighten gives every patch on the base a commit in one straight line. Commits
// that stand in it already are kept, so a branch without merges stays as it is.
func (p *Planner) straighten(ex *extraction) error {
	at := ex.base
	for i := range ex.items {
		it := &ex.items[i]
		if !it.standing() {
			continue
		}
		form, err := p.commit(it.form)
		if err != nil {
			return err
		}
		if len(form.parents) == 1 && form.tree == it.change.to && p.sameTree(form.parents[0], at) {
			at = form.id
		} else {
			parent, err := p.commit(at)
			if err != nil {
				return err
			}
			at, err = p.picked(form, it.change.to, at, later(parent.committed, form.committed))
			if err != nil {
				return err
			}
			ex.made = append(ex.made, at)
		}
		it.patch.Commit = at
		it.form = at
	}
	ex.chain = at
	return nil
}

// sameTree reports whether parent may stand for at in a straight line: it is the
// commit itself, or a marker with its tree.
func (p *Planner) sameTree(parent, at forks.Hash) bool {
	if parent == at {
		return true
	}
	a, errA := p.commit(parent)
	b, errB := p.commit(at)
	return errA == nil && errB == nil && a.tree == b.tree && len(a.parents) > 1
}
