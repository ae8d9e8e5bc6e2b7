package rebase

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// fold makes the law true where the plain replay does not give the tip's tree:
// what did not replay is left out, and the remaining difference becomes one
// patch. It stands in the place of the first commit left out if the law holds
// there, else last.
func (p *Planner) fold(ctx context.Context, in Input, ex *extraction, l layout, f fitted, merges []commit) error {
	if f.tree == ex.tip.tree {
		// Nothing of what did not replay is missing in the tip's tree: the base has it
		// already, or later commits undid it.
		for _, i := range f.left {
			f.items[i].hollow = true
		}
		return p.take(in, ex, l, f)
	}
	patch, form, err := p.foldedPatch(ctx, in, ex, f, merges)
	if err != nil {
		return err
	}
	placed, err := p.placeFold(ctx, ex, f, patch, form)
	if err != nil {
		return err
	}
	if len(f.left) != 1 {
		for _, i := range f.left {
			it := f.items[i]
			reason := "did not replay on " + ex.base.Short()
			l.end(it, forks.End{Outcome: forks.Folded, By: string(patch.ID), Reason: reason, Pass: in.pass(), At: in.Now})
		}
		ex.folded = len(f.left)
	}
	return p.take(in, ex, l, fitted{items: placed.items, tree: ex.tip.tree, picks: slices.Concat(f.picks, placed.picks)})
}

// foldedPatch describes the patch that takes the difference in. If exactly one
// commit was left out it keeps that patch's identity, author and message.
func (p *Planner) foldedPatch(ctx context.Context, in Input, ex *extraction, f fitted, merges []commit) (forks.Patch, commit, error) {
	if len(f.left) == 1 {
		it := f.items[f.left[0]]
		form, err := p.commit(it.form)
		return it.patch, form, err
	}
	source, err := p.evilMerge(ctx, ex, merges)
	if err != nil {
		return forks.Patch{}, commit{}, err
	}
	if source.id.IsZero() {
		source = ex.tip
	}
	patch := newPatch(forks.NewPatchID(in.Track.Name, source.id, "folded"), source)
	for _, i := range f.left {
		it := f.items[i]
		patch.Folded = append(patch.Folded, forks.FoldedCommit{Commit: it.form, Subject: it.patch.Subject, Author: it.patch.Author, Patch: it.patch.ID})
	}
	return patch, source, nil
}

// evilMerge returns the newest merge whose tree is not the clean merge of its
// parents, or a zero commit.
func (p *Planner) evilMerge(ctx context.Context, ex *extraction, merges []commit) (commit, error) {
	for _, m := range slices.Backward(merges) {
		if len(m.parents) != 2 {
			return m, nil // what an octopus did is not repeated; it is taken as it is
		}
		p.picks++
		r, err := p.merger.MergeCommits(ctx, m.parents[0], m.parents[1])
		if errors.Is(err, forks.ErrUnrelated) {
			return m, nil // as with an octopus
		}
		if err != nil {
			return commit{}, fmt.Errorf("merge the parents of %s again: %w", m.id.Short(), err)
		}
		ex.picks = append(ex.picks, forks.Pick{Ours: m.parents[0], Theirs: m.parents[1], Commits: true, Result: r})
		if !r.Clean() || r.Tree != m.tree {
			return m, nil
		}
	}
	return commit{}, nil
}

// placeFold inserts the folded patch into the stack. The picks are those that made it so.
func (p *Planner) placeFold(ctx context.Context, ex *extraction, f fitted, patch forks.Patch, source commit) (fitted, error) {
	kept := without(f.items, f.left)
	if len(f.left) > 0 {
		at := f.left[0]
		before, err := p.treeBefore(ex, f.items, at)
		if err != nil {
			return fitted{}, err
		}
		// The difference to the tip, moved to the tree at that place.
		rest := change{f.tree, ex.tip.tree}
		r, err := p.pick(ctx, rest, before)
		if err != nil {
			return fitted{}, err
		}
		if r.Clean() && r.Tree != before {
			refit, err := p.replayWithFold(ctx, ex, kept, at, foldItem{patch, source, change{before, r.Tree}})
			if err != nil || refit.tree == ex.tip.tree {
				refit.picks = append(refit.picks, pickOf(patch, rest, before, r))
				return refit, err
			}
		}
	}
	return p.replayWithFold(ctx, ex, kept, len(kept), foldItem{patch, source, change{f.tree, ex.tip.tree}})
}

// foldItem is the folded patch before it has a commit.
type foldItem struct {
	patch  forks.Patch
	source commit
	change change
}

// replayWithFold replays items with the folded patch at index at. The result is zero if
// an item does not replay on it.
func (p *Planner) replayWithFold(ctx context.Context, ex *extraction, kept []item, at int, fold foldItem) (fitted, error) {
	form, err := p.foldForm(ex, fold)
	if err != nil {
		return fitted{}, err
	}
	folded := item{patch: fold.patch, form: form, change: fold.change, arrived: true}
	items := slices.Insert(slices.Clone(kept), at, folded)
	refit, err := p.fit(ctx, ex.base, items)
	if err != nil || len(refit.left) > 0 {
		return fitted{}, err
	}
	return refit, nil
}

// foldForm writes a commit that is the folded change: it stands on a parent with
// the tree before it. Both are rewritten when the stack is straightened.
func (p *Planner) foldForm(ex *extraction, fold foldItem) (forks.Hash, error) {
	base, err := p.commit(ex.base)
	if err != nil {
		return forks.Hash{}, err
	}
	at := later(base.committed, fold.source.committed)
	parent, err := p.obj.Write("commit", newCommit(fold.change.from, []forks.Hash{ex.base}, committerLine(at), committerLine(at), "the stack below a folded patch\n"))
	if err != nil {
		return forks.Hash{}, err
	}
	message := fold.source.message
	if len(fold.patch.Folded) > 0 {
		var list strings.Builder
		for _, c := range fold.patch.Folded {
			fmt.Fprintf(&list, "  %s %s\n", c.Commit.Short(), oneLine(c.Subject))
		}
		message = strings.TrimRight(message, "\n") + "\n\nThis commit carries what was left of these after the merge:\n" + list.String()
	}
	return p.obj.Write("commit", newCommit(fold.change.to, []forks.Hash{parent}, fold.source.authorLine(), committerLine(at), message))
}

// treeBefore is the tree of the chain just before an index.
func (p *Planner) treeBefore(ex *extraction, items []item, at int) (forks.Hash, error) {
	for i := at - 1; i >= 0; i-- {
		if it := items[i]; it.standing() && it.change != (change{}) {
			return it.change.to, nil
		}
	}
	return p.treeOf(ex.base)
}

// without returns items less those at the given, ascending indices.
func without(items []item, left []int) []item {
	var out []item
	for i, it := range items {
		if !slices.Contains(left, i) {
			out = append(out, it)
		}
	}
	return out
}

// end takes an item's patch out of the stack for good. Its ledger row is made from
// that record.
func (l *layout) end(it item, how forks.End) {
	patch := it.patch
	patch.End = &how
	l.ended = append(l.ended, patch)
}
