package rebase

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// maxCarried is how many commits of a person are carried over at most.
const maxCarried = 200

// Carry picks what people have done in a round that ends onto the pair of the next one:
// all of it or nothing. Prev is the proposal of the old round and work the newest of
// their commits; next is the conflict that pair asks about. What a commit did to the
// markers and to the conflict file of the old pair, it does to those of the new one.
//
// Commits that upstream or start have are passed over, and so are merges that git makes
// by itself; start is what the new round begins with, zero if that is nothing of theirs.
// Where a commit does not apply, Because of the result says which.
func (r *Result) Carry(ctx context.Context, prev forks.Proposal, work, start forks.Hash, next forks.Conflict, pair Pair) (forks.Carry, error) {
	out := forks.Carry{From: prev.ID, Work: work}
	c, err := r.carrier(ctx, prev, work, next, pair)
	if err != nil || c == nil {
		out.Because = "they do not stand on the branches as they were opened"
		return out, err
	}
	list, err := r.planner.hist.NewCommits(ctx, work, c.not(start, r.in.Upstream)...)
	if err != nil {
		return out, err
	}
	if len(list) > maxCarried {
		out.Because = fmt.Sprintf("they are %d commits, more than %d", len(list), maxCarried)
		return out, nil
	}
	if there, err := c.there(ctx, work); err != nil || there {
		return out, err
	}
	at := c.onto
	for _, info := range list {
		if out.Because, err = c.pick(ctx, info, &at); err != nil || out.Because != "" {
			return out, err
		}
		if len(info.Parents) < 2 {
			out.Commits++
		}
	}
	if at != c.onto {
		out.Tip = at
		r.Picks = append(r.Picks, c.picks...)
	}
	return out, nil
}

// carrier carries commits from one pair to another.
type carrier struct {
	*Planner
	from forks.Hash // the commit of the old pair that the work stands on
	onto forks.Hash // of the new pair, on which it comes to stand
	// file is the conflict file of the new pair, in the place of that of the old one, was.
	path      forks.Path
	was, file leaf
	asked     bool // the new conflict has what only the file shows, and nobody has seen
	relabel   *strings.Replacer
	marked    []forks.Path // where the old pair has markers
	patch     forks.PatchID
	picks     []forks.Pick
}

// carrier prepares the carrying over; nil if the work stands on neither branch of the old
// pair.
func (r *Result) carrier(ctx context.Context, prev forks.Proposal, work forks.Hash, next forks.Conflict, pair Pair) (*carrier, error) {
	p := r.planner
	c := &carrier{Planner: p, path: r.in.ConflictFile, patch: next.Patch}
	for _, side := range [][2]forks.Hash{{prev.Fix, pair.Fix}, {prev.Onto, pair.Onto}} {
		had, err := p.hist.IsAncestor(ctx, side[0], work)
		if err != nil {
			return nil, err
		}
		if had {
			c.from, c.onto = side[0], side[1]
			break
		}
	}
	if c.from.IsZero() {
		return nil, nil
	}
	var err error
	if c.was, err = p.fileOf(prev.Fix, c.path); err != nil {
		return nil, err
	}
	if c.file, err = p.fileOf(pair.Fix, c.path); err != nil {
		return nil, err
	}
	c.asked = c.onto == pair.Fix && unseen(prev.Conflict.Files, pair.Files)
	for _, f := range prev.Conflict.Files {
		c.marked = append(c.marked, f.Path)
	}
	c.relabel, err = p.relabelling(prev.Conflict, next, prev.Picked, pair.Picked)
	return c, err
}

// fileOf returns what a commit has at a path.
func (p *Planner) fileOf(id forks.Hash, path forks.Path) (leaf, error) {
	tree, err := p.treeOf(id)
	if err != nil {
		return leaf{}, err
	}
	return p.lookup(tree, path)
}

// unseen reports whether a conflict has a file without markers that an earlier one did
// not have just so: whoever settled that has not seen it.
func unseen(before, now []forks.ConflictFile) bool {
	return slices.ContainsFunc(now, func(f forks.ConflictFile) bool {
		if f.Kind == forks.Content {
			return false
		}
		return !slices.ContainsFunc(before, func(b forks.ConflictFile) bool {
			return b.Path == f.Path && b.Kind == f.Kind && slices.Equal(b.Stages, f.Stages)
		})
	})
}

// relabelling turns the markers of one pair into those of another; nil if they are equal.
func (p *Planner) relabelling(before, now forks.Conflict, old, picked forks.Hash) (*strings.Replacer, error) {
	var lines []string
	for _, of := range []struct {
		c    forks.Conflict
		form forks.Hash
	}{{before, old}, {now, picked}} {
		labels, err := p.labels(of.c, of.form)
		if err != nil {
			return nil, err
		}
		lines = append(lines, "<<<<<<< "+labels.Ours+"\n", ">>>>>>> "+labels.Theirs+"\n")
	}
	if lines[0] == lines[2] && lines[1] == lines[3] {
		return nil, nil
	}
	return strings.NewReplacer(lines[0], lines[2], lines[1], lines[3]), nil
}

// not lists what is no commit of a person: what the old pair, upstream and the new round
// have.
func (c *carrier) not(more ...forks.Hash) []forks.Hash {
	list := append([]forks.Hash{c.from}, more...)
	return slices.DeleteFunc(list, forks.Hash.IsZero)
}

// there reports whether all that was done is there already, as it is after a squash.
func (c *carrier) there(ctx context.Context, work forks.Hash) (bool, error) {
	var did change
	var err error
	if did.from, err = c.translated(c.from); err != nil {
		return false, err
	}
	if did.to, err = c.translated(work); err != nil {
		return false, err
	}
	onto, err := c.treeOf(c.onto)
	if err != nil {
		return false, err
	}
	r, err := c.Planner.pick(ctx, did, onto)
	return err == nil && r.Clean() && r.Tree == onto, err
}

// pick picks one commit onto the line that ends at *at, and moves that. Because says why
// it does not apply.
func (c *carrier) pick(ctx context.Context, info forks.CommitInfo, at *forks.Hash) (because string, err error) {
	told, err := c.commit(info.ID)
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("%s (%s)", told.id.Short(), forks.Clip(forks.Inert(told.subject()), 80))
	if len(told.parents) != 1 {
		plain, err := c.plainMerge(ctx, told)
		if err != nil || plain {
			return "", err
		}
		return "the merge " + name + " holds work of its own, which a pick does not carry", nil
	}
	did := change{}
	if did.from, err = c.translated(told.parents[0]); err != nil {
		return "", err
	}
	if did.to, err = c.translated(told.id); err != nil {
		return "", err
	}
	below, err := c.commit(*at)
	if err != nil {
		return "", err
	}
	r, err := c.Planner.pick(ctx, did, below.tree)
	if err != nil {
		return "", err
	}
	if !r.Clean() {
		return "the commit " + name + " does not apply there", nil
	}
	c.picks = append(c.picks, forks.Pick{Patch: c.patch, Subject: told.subject(), Base: did.from, Ours: below.tree, Theirs: did.to, Result: r})
	tree := r.Tree
	if c.asked {
		if tree, err = c.replace(tree, map[forks.Path]leaf{c.path: c.file}); err != nil {
			return "", err
		}
	}
	if tree == below.tree {
		return "", nil // it is there already
	}
	*at, err = c.picked(told, tree, *at, later(below.committed, told.committed))
	return "", err
}

// plainMerge reports whether a merge is what git makes of its parents.
func (c *carrier) plainMerge(ctx context.Context, m commit) (bool, error) {
	if len(m.parents) != 2 {
		return false, nil
	}
	c.Planner.picks++
	r, err := c.merger.MergeCommits(ctx, m.parents[0], m.parents[1])
	if errors.Is(err, forks.ErrUnrelated) {
		return false, nil
	}
	return err == nil && r.Clean() && r.Tree == m.tree, err
}

// translated is the tree of a commit on the old pair, with the conflict file and the
// markers of the new one where it has those of the old one.
func (c *carrier) translated(id forks.Hash) (forks.Hash, error) {
	tree, err := c.treeOf(id)
	if err != nil {
		return tree, err
	}
	files := map[forks.Path]leaf{}
	if has, err := c.lookup(tree, c.path); err != nil {
		return tree, err
	} else if has != (leaf{}) && has == c.was {
		files[c.path] = c.file
	}
	if c.relabel != nil {
		for _, path := range c.marked {
			has, err := c.lookup(tree, path)
			if err != nil {
				return tree, err
			}
			if !regular(has.mode) {
				continue
			}
			content, err := c.read("blob", has.id)
			if err != nil {
				return tree, err
			}
			said := c.relabel.Replace(string(content))
			if said == string(content) {
				continue
			}
			if has.id, err = c.obj.Write("blob", []byte(said)); err != nil {
				return tree, err
			}
			files[path] = has
		}
	}
	if len(files) == 0 {
		return tree, nil
	}
	return c.replace(tree, files)
}
