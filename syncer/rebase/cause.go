package rebase

import (
	"context"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// This file finds causes. A patch that conflicts at upstream's tip is asked about the
// child of the newest commit of the road on which it is clean, so that in a history that
// is not monotone only the conflict that exists now is asked about.
//
// The answer is that of trying every position, each with the earlier patches that share
// files with the patch, in the forms that are valid there. Few positions need to be tried,
// for from one to the next nearly always nothing changes that these picks look at:
//
//   - Where the picks are confined to their places (see memo.go), only a commit that
//     touches these matters, and git lists such commits. Where it is not the first time
//     that the places hold what they hold, what was found then is so again.
//   - Where upstream has moved or deleted what a patch needs, a commit matters too if it
//     adds or removes what could be that (see loose.go).
//   - Where a version of one of the patches begins, nothing is taken for granted; nor
//     among steps (see steps.go), but for what is known of equal places.

// search looks for positions at which the last of some items is clean.
type search struct {
	*Planner
	s   *stack
	rel []int
	// places are those of all forms of the items; touched are the commits behind the
	// steps that change something there, as far as position to.
	places  []forks.Path
	touched map[forks.Hash]bool
	tried   map[string]bool // whether it is clean, by what the places hold
}

// verdict is what became of the last item at a position.
type verdict struct {
	clean bool
	loose []loose // the changes whose picks may have looked beyond their places
}

// cause returns the position of the cause of item i at or before position to, at
// which the item is known to conflict. It is 0 if the item conflicts on the base
// already.
func (p *Planner) cause(ctx context.Context, s *stack, i, to int) (int, error) {
	rel, _, err := p.related(s, i)
	if err != nil {
		return 0, err
	}
	w, err := p.search(ctx, s, rel, to)
	if err != nil {
		return 0, err
	}
	last, err := w.try(ctx, to)
	if err != nil {
		return 0, err
	}
	if last.clean { // what conflicts there does so for want of others
		return w.newestChange(ctx, last, to)
	}
	return w.last(ctx, last, to)
}

// search prepares a search among the positions up to a last one.
func (p *Planner) search(ctx context.Context, s *stack, rel []int, to int) (*search, error) {
	w := &search{Planner: p, s: s, rel: rel, touched: map[forks.Hash]bool{}, tried: map[string]bool{}}
	for _, i := range rel {
		forms, err := p.forms(s, i)
		if err != nil {
			return nil, err
		}
		for _, c := range forms {
			places, err := p.placesOf(c)
			if err != nil {
				return nil, err
			}
			w.places = union(w.places, places)
		}
	}
	if to <= s.steps {
		return w, nil
	}
	touching, err := p.touching(ctx, s.chain[s.steps], s.chain[to], w.places, true)
	for _, id := range touching {
		w.touched[id] = true
	}
	return w, err
}

// last returns the position after the newest one before position to at which the item is
// clean, 0 if there is none. At to it is known to conflict.
func (w *search) last(ctx context.Context, at verdict, to int) (int, error) {
	for pos := to; pos > 0; pos-- {
		same, err := w.same(ctx, pos, at)
		if err != nil {
			return 0, err
		}
		if same {
			continue
		}
		before, err := w.try(ctx, pos-1)
		if err != nil {
			return 0, err
		}
		if !before.clean {
			at = before
			continue
		}
		// Nobody is asked about a commit on which the patch was not seen to conflict.
		if there, err := w.try(ctx, pos); err != nil || !there.clean {
			return pos, err
		}
		return w.next(ctx, pos, to)
	}
	return 0, nil
}

// next returns the first position after one at which the item is clean at which it
// conflicts, trying each; at to it does.
func (w *search) next(ctx context.Context, pos, to int) (int, error) {
	for pos++; pos < to; pos++ {
		if at, err := w.try(ctx, pos); err != nil || !at.clean {
			return pos, err
		}
	}
	return to, nil
}

// first returns the first position at which the item conflicts, -1 if there is none.
func (w *search) first(ctx context.Context) (int, error) {
	var at verdict
	for pos := range w.s.chain {
		if pos > 0 {
			if same, err := w.same(ctx, pos, at); err != nil {
				return -1, err
			} else if same {
				continue
			}
		}
		var err error
		if at, err = w.try(ctx, pos); err != nil || !at.clean {
			return pos, err
		}
	}
	return -1, nil
}

// newestChange returns the newest position up to to that may differ from the one before it,
// or to if there is none.
func (w *search) newestChange(ctx context.Context, at verdict, to int) (int, error) {
	for pos := to; pos > 0; pos-- {
		if same, err := w.same(ctx, pos, at); err != nil || !same {
			return pos, err
		}
	}
	return to, nil
}

// same reports whether the item cannot fare otherwise at a position than at the one
// before it, if at is what became of it at one of the two. False may be too careful.
func (w *search) same(ctx context.Context, pos int, at verdict) (bool, error) {
	if pos <= w.s.steps+1 { // the first commit of a line need not be a child either
		return false, nil
	}
	for _, j := range w.rel {
		if w.s.version(j, pos) != w.s.version(j, pos-1) {
			return false, nil
		}
	}
	if w.touched[w.s.chain[pos]] || len(at.loose) == 0 {
		return !w.touched[w.s.chain[pos]], nil
	}
	from, err := w.treeOf(w.s.chain[pos-1])
	if err != nil {
		return false, err
	}
	to, err := w.treeOf(w.s.chain[pos])
	if err != nil {
		return false, err
	}
	files, err := w.changed(change{from, to})
	if err != nil {
		return false, err
	}
	for _, f := range files {
		for k := range at.loose {
			if matters, err := w.matters(ctx, &at.loose[k], f); err != nil || matters {
				return false, err
			}
		}
	}
	return true, nil
}

// try picks the last item at a position, after those before it where they are clean.
func (w *search) try(ctx context.Context, pos int) (verdict, error) {
	key, err := w.key(pos)
	if err != nil {
		return verdict{}, err
	}
	if clean, ok := w.tried[key]; ok {
		return verdict{clean: clean}, nil
	}
	var at verdict
	picked := func(c change, onto forks.Hash) error {
		confined, err := w.confined(c, onto)
		if err != nil || confined {
			return err
		}
		l, err := w.loosened(c, onto)
		at.loose = append(at.loose, l)
		return err
	}
	r, _, err := w.tryAtTelling(ctx, w.s, w.rel, pos, picked)
	at.clean = r.Clean()
	if err == nil && len(at.loose) == 0 {
		w.tried[key] = at.clean
	}
	return at, err
}

// key describes which forms are picked at a position, and what the places hold there.
func (w *search) key(pos int) (string, error) {
	tree, err := w.treeOf(w.s.chain[pos])
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, j := range w.rel {
		form, _, err := w.form(w.s, j, pos)
		if err != nil {
			return "", err
		}
		b.Write(form[:])
	}
	err = w.describe(&b, tree, w.places)
	return b.String(), err
}

// related lists item i and the earlier items that share files with it, directly
// or through one another, in stack order, and all their paths.
func (p *Planner) related(s *stack, i int) ([]int, []forks.Path, error) {
	all, err := p.itemPaths(s, i)
	if err != nil {
		return nil, nil, err
	}
	rel := []int{i}
	for j := i - 1; j >= 0; j-- {
		if s.items[j].uncounted {
			continue
		}
		theirs, err := p.itemPaths(s, j)
		if err != nil {
			return nil, nil, err
		}
		if share(all, theirs) {
			rel = append(rel, j)
			all = union(all, theirs)
		}
	}
	slices.Reverse(rel)
	return rel, all, nil
}

// union merges sorted path lists.
func union(a, b []forks.Path) []forks.Path {
	out := slices.Concat(a, b)
	slices.SortFunc(out, func(a, b forks.Path) int { return strings.Compare(string(a), string(b)) })
	return slices.Compact(out)
}

// cleanAt reports whether the last of rel is clean at a position, with those
// before it applied where they are clean.
func (p *Planner) cleanAt(ctx context.Context, s *stack, rel []int, pos int) (bool, error) {
	r, _, err := p.tryAt(ctx, s, rel, pos)
	return err == nil && r.Clean(), err
}

// tryAt picks the last of rel at a position, after those before it where they are
// clean, and returns the result with the tree that it was picked onto.
func (p *Planner) tryAt(ctx context.Context, s *stack, rel []int, pos int) (last forks.MergeResult, onto forks.Hash, err error) {
	return p.tryAtTelling(ctx, s, rel, pos, quietly)
}

// tryAtTelling is tryAt that says before each pick what is picked onto which tree.
func (p *Planner) tryAtTelling(ctx context.Context, s *stack, rel []int, pos int, picking func(c change, onto forks.Hash) error) (last forks.MergeResult, onto forks.Hash, err error) {
	tree, err := p.treeOf(s.chain[pos])
	if err != nil {
		return last, onto, err
	}
	for _, j := range rel {
		onto = tree
		f, err := p.pickForm(ctx, s, j, pos, onto, picking)
		if err != nil {
			return last, onto, err
		}
		if last = f.result; last.Clean() {
			tree = last.Tree
		}
	}
	return last, onto, nil
}

// conflict describes the conflict of item i at upstream's tip.
func (p *Planner) conflict(ctx context.Context, s *stack, i int, tip placed) (forks.Conflict, int, error) {
	pos, err := p.cause(ctx, s, i, s.tip())
	if err != nil {
		return forks.Conflict{}, 0, err
	}
	c := forks.Conflict{Patch: s.items[i].patch.ID, Cause: s.chain[pos], Files: tip.files}
	if pos > 0 {
		c.Clean = s.chain[pos-1]
		if err := p.nameCause(ctx, s, i, pos, &c); err != nil {
			return forks.Conflict{}, 0, err
		}
	}
	if err := p.describeCause(ctx, s, &c); err != nil {
		return forks.Conflict{}, 0, err
	}
	x, _, err := p.taken(ctx, s, i, s.tip())
	if err != nil {
		return forks.Conflict{}, 0, err
	}
	if !x.IsZero() {
		tree, err := p.treeOf(x)
		if err != nil {
			return forks.Conflict{}, 0, err
		}
		r, err := p.pick(ctx, tip.picked, tree)
		if err != nil {
			return forks.Conflict{}, 0, err
		}
		if r.Clean() && r.Tree == tree {
			c.SuggestDrop = x
		}
	}
	return c, pos, nil
}

// nameCause finds out whether an earlier patch's resolution is what item i stops
// at: then it is clean without that patch.
func (p *Planner) nameCause(ctx context.Context, s *stack, i, pos int, c *forks.Conflict) error {
	rel, _, err := p.related(s, i)
	if err != nil {
		return err
	}
	for k, j := range rel[:len(rel)-1] {
		if s.version(j, pos) == nil {
			continue
		}
		clean, err := p.cleanAt(ctx, s, slices.Delete(slices.Clone(rel), k, k+1), pos)
		if err != nil {
			return err
		}
		if clean {
			c.CausePatch = s.items[j].patch.ID
			return nil
		}
	}
	return nil
}

// describeCause fills in subject and author, of the inner commit where the cause
// brought several at once, as a merge or a release does, and one of these touches the
// conflicted paths.
func (p *Planner) describeCause(ctx context.Context, s *stack, c *forks.Conflict) error {
	told, err := p.commit(c.Cause)
	if err != nil {
		return err
	}
	var before forks.Hash
	switch pos := s.at[c.Cause]; {
	case pos > 0 && pos <= s.steps:
		before = s.chain[pos-1]
	case len(told.parents) > 1:
		before = told.parents[0]
	}
	if !before.IsZero() {
		var touched []forks.Path
		for _, f := range c.Files {
			touched = append(touched, f.Path)
		}
		inner, err := p.touching(ctx, before, c.Cause, touched, false)
		if err != nil {
			return err
		}
		for _, id := range inner {
			in, err := p.commit(id)
			if err != nil {
				return err
			}
			if id == c.Cause {
				break
			}
			if len(in.parents) == 1 {
				c.Inner, told = id, in
				break
			}
		}
	}
	c.CauseSubject, c.CauseAuthor = told.subject(), told.author
	return nil
}
