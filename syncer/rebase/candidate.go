package rebase

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// candidate is the branch that a plan would publish.
type candidate struct {
	tip     forks.Hash
	marker  forks.Hash         // merging mode; zero if the tip stays as it is
	commits map[int]forks.Hash // item → its commit
	same    bool               // the fork's tip is as good: only state is pushed
}

// candidate makes the commits of the chosen base's replay. If the fork's tip has
// that base, tree and stack already it is kept.
func (r *Result) candidate(ctx context.Context, ex extraction, published replayed) (candidate, error) {
	if r.unchanged(ex, published) {
		c := candidate{tip: r.in.Fork, same: true, commits: map[int]forks.Hash{}}
		for i, pl := range published.picks {
			if pl.in() {
				c.commits[i] = r.stack.items[i].patch.Commit
			}
		}
		return c, nil
	}
	p, base := r.planner, r.stack.chain[published.pos]
	under, err := p.commit(base)
	if err != nil {
		return candidate{}, err
	}
	at := under.committed
	c := candidate{tip: base, commits: map[int]forks.Hash{}}
	needsMarker, err := r.needsMarker(ctx, base, published)
	if err != nil {
		return candidate{}, err
	}
	if needsMarker {
		at = later(at, ex.tip.committed)
		if c.marker, err = r.marker(under, at); err != nil {
			return candidate{}, err
		}
		c.tip = c.marker
	}
	for i, pl := range published.picks {
		if !pl.in() {
			continue
		}
		if c.tip, err = r.commitFor(pl, c.tip, at); err != nil {
			return candidate{}, fmt.Errorf("write %s: %w", r.stack.items[i].patch.ID, err)
		}
		c.commits[i] = c.tip
		r.Forms[c.tip] = r.stack.items[i].patch.ID
	}
	return c, nil
}

// needsMarker reports whether the branch would not fast-forward by itself. A
// branch without patches that is behind upstream does.
func (r *Result) needsMarker(ctx context.Context, base forks.Hash, published replayed) (bool, error) {
	if r.in.Track.History != forks.Merging {
		return false, nil
	}
	if slices.ContainsFunc(published.picks, placed.in) {
		return true, nil
	}
	contained, err := r.planner.hist.IsAncestor(ctx, r.in.Fork, base)
	return !contained, err
}

// commitFor writes the commit of one pick, or keeps the form where it stands just
// there already.
func (r *Result) commitFor(pl placed, parent forks.Hash, at time.Time) (forks.Hash, error) {
	form, err := r.planner.commit(pl.form)
	if err != nil {
		return forks.Hash{}, err
	}
	if len(form.parents) == 1 && form.parents[0] == parent && form.tree == pl.change.to {
		return form.id, nil
	}
	return r.planner.picked(form, pl.change.to, parent, later(at, form.committed))
}

// unchanged reports whether the fork's tip is the candidate: same base, same tree,
// same patches in the same order.
func (r *Result) unchanged(ex extraction, published replayed) bool {
	if r.turned || published.pos != 0 || published.tree != ex.tip.tree {
		return false
	}
	for i, pl := range published.picks {
		it := r.stack.items[i]
		if it.retracted || pl.in() != (it.standing() && !it.uncounted) || pl.in() && pl.form != it.patch.Commit {
			return false
		}
	}
	return (ex.rewritten || !ex.endedRecorded(r.in)) && len(r.stack.items) == len(ex.items)
}

// endedRecorded reports whether a patch of the recorded stack ended before the
// replay: the published patches are others then, even if the tree is the same.
func (ex extraction) endedRecorded(in Input) bool {
	return in.State != nil && slices.ContainsFunc(ex.ended, func(e forks.Patch) bool {
		return slices.ContainsFunc(in.State.Patches, func(q forks.Patch) bool { return q.ID == e.ID })
	})
}

// marker writes the merge that lets the branch fast-forward: upstream's tree, with
// the old tip as second parent.
func (r *Result) marker(base commit, at time.Time) (forks.Hash, error) {
	t := r.in.Track
	on := fmt.Sprintf("%s of %s", base.id.Short(), t.Follow)
	if tag := r.in.releaseAt(base.id); tag != "" {
		on = fmt.Sprintf("release %s (%s)", tag, base.id.Short())
	}
	message := fmt.Sprintf("auxsync: %s stands on %s\n\n"+
		"The second parent is the branch as it was, so that it fast-forwards.\nThe tree is upstream's; the fork's patches follow.\n\nAuxsync-Pass: %d\n",
		t.Branch, on, r.in.pass())
	who := committerLine(at)
	parents := []forks.Hash{base.id, r.in.Fork}
	if r.strayed { // for the clones of the branch as it was before
		parents = append(parents, r.in.State.Tip)
	}
	return r.planner.obj.Write("commit", newCommit(base.tree, parents, who, who, message))
}
