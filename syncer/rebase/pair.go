package rebase

import (
	"context"
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// below writes the patches before item i that are clean at a position, in a
// straight line on the upstream commit there, and returns the last, and the merges.
// The items of without are passed over.
func (p *Planner) below(ctx context.Context, s *stack, i, pos int, without ...int) (last forks.Hash, picks []forks.Pick, err error) {
	at := s.chain[pos]
	base, err := p.commit(at)
	if err != nil {
		return last, nil, err
	}
	for j := range i {
		it := s.items[j]
		if slices.Contains(without, j) || it.uncounted || s.barred(j) {
			continue
		}
		under, err := p.treeOf(at)
		if err != nil {
			return last, nil, err
		}
		f, err := p.pickForm(ctx, s, j, pos, under, quietly)
		if err != nil {
			return last, nil, err
		}
		form, c, r := f.form, f.change, f.result
		picks = append(picks, pickOf(it.patch, c, under, r))
		if !r.Clean() || r.Tree == under && !c.empty() {
			continue
		}
		told, err := p.commit(form)
		if err != nil {
			return last, nil, err
		}
		if at, err = p.picked(told, r.Tree, at, later(base.committed, told.committed)); err != nil {
			return last, nil, err
		}
	}
	return at, picks, nil
}

// Pair is a proposal's two branches, built.
type Pair struct {
	Onto, Fix forks.Hash
	Picked    forks.Hash // the form of the patch that fix presents
	Files     []forks.ConflictFile
}

// Describe returns the text of the conflict file, given the tip of onto and the files
// as they conflict there; nil for no such file. Marked says that every conflict shows
// markers, so that nothing is overlooked without it.
type Describe func(onto forks.Hash, files []forks.ConflictFile, marked bool) []byte

// BuildPair writes the branches that ask people about a conflict of the plan: onto
// is the commit of upstream that it is asked on with the patches before it that apply, fix is onto and one commit
// with the patch, its conflict markers, and the conflict file that describe returns;
// message is the message of the fix commit.
func (r *Result) BuildPair(ctx context.Context, c forks.Conflict, describe Describe, message string) (Pair, error) {
	p, s := r.planner, r.stack
	i := slices.IndexFunc(s.items, func(it item) bool { return it.patch.ID == c.Patch })
	if i < 0 {
		return Pair{}, fmt.Errorf("build the branches for %s: no such patch in the plan", c.Patch)
	}
	pos, ok := s.at[c.AskedOn()]
	if !ok { // the base has it already: it is asked about there
		pos = s.at[r.Plan.Base.New]
	}
	onto, below, err := p.below(ctx, s, i, pos)
	if err != nil {
		return Pair{}, err
	}
	ontoTree, err := p.treeOf(onto)
	if err != nil {
		return Pair{}, err
	}
	form, picked, err := p.form(s, i, pos)
	if err != nil {
		return Pair{}, err
	}
	merged, err := p.labelled(ctx, c, form, picked, ontoTree)
	if err != nil {
		return Pair{}, err
	}
	r.Picks = append(append(append(r.Picks, r.ahead.picks[i].merged), below...), pickOf(s.items[i].patch, picked, ontoTree, merged))
	marked, ok, err := p.marked(r.in, merged.Tree, merged.Files)
	if err != nil {
		return Pair{}, err
	}
	fix, err := r.fixCommit(onto, merged.Tree, describe(onto, merged.Files, ok && marked == len(merged.Files)), message)
	if err != nil {
		return Pair{}, err
	}
	return Pair{Onto: onto, Fix: fix, Picked: form, Files: merged.Files}, nil
}

// labelled merges a patch's change into a tree, with markers that name the cause of its
// conflict and the patch.
func (p *Planner) labelled(ctx context.Context, c forks.Conflict, form forks.Hash, picked change, onto forks.Hash) (forks.MergeResult, error) {
	labels, err := p.labels(c, form)
	if err != nil {
		return forks.MergeResult{}, err
	}
	p.picks++
	return p.merger.MergeLabelled(ctx, picked.from, onto, picked.to, labels)
}

// labels are what stands beside the markers of a conflict: its cause, also where it is
// asked on a newer commit, and the patch in a form of it.
func (p *Planner) labels(c forks.Conflict, form forks.Hash) (forks.Labels, error) {
	cause, err := p.commit(c.Cause)
	if err != nil {
		return forks.Labels{}, err
	}
	told, err := p.commit(form)
	return forks.Labels{
		Base:   "before the patch",
		Ours:   fmt.Sprintf("upstream %s (%s)", cause.id.Short(), cause.subject()),
		Theirs: fmt.Sprintf("patch %s (%s)", c.Patch, told.subject()),
	}, err
}

// BuildRound writes the fix branch of a new round: the tree that a person merged
// with markers inside, on the old onto, with the conflict file back in it.
func (r *Result) BuildRound(prop forks.Proposal, merged forks.Hash, describe Describe, message string) (Pair, error) {
	tree, err := r.planner.treeOf(merged)
	if err != nil {
		return Pair{}, err
	}
	marked, ok, err := r.planner.marked(r.in, tree, prop.Conflict.Files) // some may be settled
	if err != nil {
		return Pair{}, err
	}
	fix, err := r.fixCommit(prop.Onto, tree, describe(prop.Onto, prop.Conflict.Files, ok && marked > 0), message)
	if err != nil {
		return Pair{}, err
	}
	return Pair{Onto: prop.Onto, Fix: fix, Picked: prop.Picked, Files: prop.Conflict.Files}, nil
}

// marked counts the conflicted files of a tree that show their conflict by markers; ok
// says that it is of a kind that has markers everywhere.
func (p *Planner) marked(in Input, tree forks.Hash, files []forks.ConflictFile) (n int, ok bool, err error) {
	for _, f := range files {
		shown, err := p.lookup(tree, f.Path)
		if err != nil {
			return 0, false, err
		}
		if f.Kind != forks.Content && f.Kind != forks.AddAdd || !regular(shown.mode) {
			return 0, false, nil
		}
		content, err := p.read("blob", shown.id)
		if err != nil {
			return 0, false, err
		}
		var inputs [][]byte
		for _, s := range f.Stages {
			if !regular(s.Mode) {
				return 0, false, nil
			}
			data, err := p.read("blob", s.ID)
			if err != nil {
				return 0, false, err
			}
			inputs = append(inputs, data)
		}
		if in.HasMarkers(content, inputs...) {
			n++
		}
	}
	return n, true, nil
}

// fixCommit writes the one commit of a fix branch; without a text it has no conflict
// file.
func (r *Result) fixCommit(onto, tree forks.Hash, text []byte, message string) (forks.Hash, error) {
	p := r.planner
	var file leaf
	if text != nil {
		blob, err := p.obj.Write("blob", text)
		if err != nil {
			return forks.Hash{}, err
		}
		file = leaf{forks.ModeRegular, blob}
	}
	tree, err := p.replace(tree, map[forks.Path]leaf{r.in.ConflictFile: file})
	if err != nil {
		return forks.Hash{}, err
	}
	below, err := p.commit(onto)
	if err != nil {
		return forks.Hash{}, err
	}
	who := committerLine(below.committed)
	return p.obj.Write("commit", newCommit(tree, []forks.Hash{onto}, who, who, message))
}

// Describe returns subject, author and message of a patch of the plan's stack, as
// its newest form has them.
func (r *Result) Describe(id forks.PatchID) (subject string, author forks.Person, message string) {
	for _, it := range r.stack.items {
		if it.patch.ID != id {
			continue
		}
		c, err := r.planner.commit(it.form)
		if err != nil { // it was read before; what the record says will do
			return it.patch.Subject, it.patch.Author, it.patch.Subject
		}
		return it.patch.Subject, it.patch.Author, c.message
	}
	return "", forks.Person{}, ""
}
