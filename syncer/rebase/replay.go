package rebase

import (
	"context"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// stack is a track's patches together with the stretch of upstream they may stand
// on: chain[0] is the base, then the road up to upstream's tip.
type stack struct {
	items []item
	chain []forks.Hash
	at    map[forks.Hash]int // position in chain
	// steps is how many positions after the base are no child of the one before them;
	// see steps.go.
	steps  int
	source *Source           // of what is inherited; may be nil
	parked map[int]forks.Out // by item; see parked.go
	// blocked remembers which patch needs which: [patch, earlier patch].
	blocked map[[2]int]bool
	// since is the base before this pass: what upstream took is looked for from
	// there on.
	since forks.Hash
	took  map[int]tookAt
	// versions remembers whose form on the base is one of its versions, replayed.
	versions map[int]bool
}

func newStack(items []item, chain []forks.Hash, steps int, since forks.Hash) *stack {
	s := &stack{items: items, chain: chain, steps: steps, since: since, at: map[forks.Hash]int{}, blocked: map[[2]int]bool{}, took: map[int]tookAt{}, versions: map[int]bool{}}
	for i, id := range chain {
		s.at[id] = i
	}
	return s
}

// tip is the position of upstream's tip.
func (s *stack) tip() int { return len(s.chain) - 1 }

// version returns the newest resolution that is valid at a position of the chain
// and not part of the patch's form on the base yet.
func (s *stack) version(i, pos int) *forks.Version {
	versions := s.items[i].patch.Versions
	for k := range slices.Backward(versions) {
		if pin := s.at[versions[k].Pin]; pin > 0 && pin <= pos {
			return &versions[k]
		}
	}
	return nil
}

// form returns what is picked for an item at a position: the commit whose author
// and message it has, and its change.
func (p *Planner) form(s *stack, i, pos int) (forks.Hash, change, error) {
	it := s.items[i]
	if v := s.version(i, pos); v != nil {
		c, err := p.change(v.Commit)
		return v.Commit, c, err
	}
	if it.standing() && !it.retracted && it.change != (change{}) {
		return it.form, it.change, nil
	}
	c, err := p.change(it.form)
	return it.form, c, err
}

// placed is what a replay made of one item.
type placed struct {
	outcome forks.Outcome // Kept stands for "clean", Emptied for "clean and empty"
	by      string
	form    forks.Hash
	picked  change // what was applied
	change  change // the tree before and after it
	files   []forks.ConflictFile
	version *forks.Version
	earlier bool       // see pickedForm
	merged  forks.Pick // the merge that decided; zero where none was made
}

// in reports whether the item is part of the replayed branch.
func (pl placed) in() bool { return pl.outcome == forks.Kept }

// replayed is a whole stack on one commit.
type replayed struct {
	pos   int
	picks []placed
	tree  forks.Hash
}

// replay picks every item onto the commit at pos, going on past conflicts. While
// an earlier patch that shares paths is missing, an empty pick proves nothing:
// the patch is blocked by it.
func (p *Planner) replay(ctx context.Context, s *stack, pos int) (replayed, error) {
	return p.replayTelling(ctx, s, pos, func(int, int) {})
}

// replayTelling is replay that says after each item how many are done.
func (p *Planner) replayTelling(ctx context.Context, s *stack, pos int, picked func(done, of int)) (replayed, error) {
	tree, err := p.treeOf(s.chain[pos])
	if err != nil {
		return replayed{}, err
	}
	r := replayed{pos: pos, picks: make([]placed, len(s.items))}
	var missing []int
	for i := range s.items {
		pl, err := p.place(ctx, s, i, pos, tree, missing)
		if err != nil {
			return replayed{}, err
		}
		pl = s.withheld(i, pl)
		if pl.in() {
			tree = pl.change.to
		} else if !pl.outcome.Ends() {
			missing = append(missing, i)
		}
		r.picks[i] = pl
		picked(i+1, len(s.items))
	}
	r.tree = tree
	return r, nil
}

// place picks one item and says what became of it.
func (p *Planner) place(ctx context.Context, s *stack, i, pos int, tree forks.Hash, missing []int) (placed, error) {
	it := s.items[i]
	form, due, err := p.form(s, i, pos)
	if err != nil {
		return placed{}, err
	}
	pl := placed{form: form, picked: due, version: s.version(i, pos)}
	switch {
	case it.hollow: // it ends here and now, wherever upstream has gone since
		pl.outcome = forks.Emptied
		return pl, nil
	case it.uncounted && it.patch.End != nil:
		pl.outcome, pl.by = it.patch.End.Outcome, it.patch.End.By
		return pl, nil
	case it.uncounted:
		pl.outcome, pl.by = it.patch.Out.Outcome, it.patch.Out.By
		return pl, nil
	}
	if outcome, by, _, ok := it.ahead(); ok && pos > 0 {
		pl.outcome, pl.by = outcome, by
		return pl, nil
	}
	f, err := p.pickForm(ctx, s, i, pos, tree, quietly)
	if err != nil {
		return placed{}, err
	}
	r, c := f.result, f.change
	pl.form, pl.picked, pl.version, pl.earlier, pl.merged = f.form, c, f.version, f.earlier, pickOf(it.patch, c, tree, r)
	if r.Clean() && (r.Tree != tree || c.empty()) {
		pl.outcome, pl.change = forks.Kept, change{tree, r.Tree}
		return pl, nil
	}
	if pl.outcome = forks.Emptied; !r.Clean() {
		took, err := p.tookWhole(ctx, s, i)
		if err != nil {
			return placed{}, err
		}
		if has, err := p.has(ctx, s, took, pos); err != nil || has {
			return pl, err // upstream had it whole, and has changed it since
		}
		pl.outcome, pl.files = forks.Conflicted, r.Files
	}
	blocker, err := p.blocker(ctx, s, i, missing, r.Clean())
	if err != nil {
		return placed{}, err
	}
	if blocker >= 0 {
		pl.outcome, pl.by = forks.Blocked, string(s.items[blocker].patch.ID)
	}
	return pl, nil
}

// blocker returns the missing item that i has to wait for, or -1.
func (p *Planner) blocker(ctx context.Context, s *stack, i int, missing []int, emptied bool) (int, error) {
	mine, err := p.itemPaths(s, i)
	if err != nil {
		return -1, err
	}
	for _, q := range slices.Backward(missing) {
		theirs, err := p.itemPaths(s, q)
		if err != nil {
			return -1, err
		}
		if !share(mine, theirs) {
			continue
		}
		if emptied {
			return q, nil
		}
		if needs, err := p.needs(ctx, s, i, q); err != nil || needs {
			return q, err
		}
	}
	return -1, nil
}

// needs reports whether patch i is blocked by the earlier patch q: on the newest
// base where both were clean, the stack without q conflicts at i.
func (p *Planner) needs(ctx context.Context, s *stack, i, q int) (bool, error) {
	key := [2]int{i, q}
	if known, ok := s.blocked[key]; ok {
		return known, nil
	}
	var needs bool
	switch a, b := s.items[i], s.items[q]; {
	case a.inherited:
		var err error
		if needs, err = p.needsThere(ctx, s.source, a.patch.From, b.patch.From); err != nil {
			return false, err
		}
	case !a.standing() || a.uncounted:
		// They parted company on an earlier base; what was found then is on record.
		needs = a.patch.Out != nil && a.patch.Out.Outcome == forks.Blocked && a.patch.Out.By == string(b.patch.ID)
	case !b.standing() || b.uncounted:
		needs = false // it stands in the branch without q
	default:
		tree := b.change.from
		for k := q + 1; k <= i; k++ {
			if !s.items[k].standing() {
				continue
			}
			r, err := p.pick(ctx, s.items[k].change, tree)
			if err != nil {
				return false, err
			}
			if r.Clean() {
				tree = r.Tree
			}
			needs = !r.Clean()
		}
	}
	s.blocked[key] = needs
	return needs, nil
}

// forms lists what is picked for an item somewhere: its change on the base, and those
// of its versions.
func (p *Planner) forms(s *stack, i int) ([]change, error) {
	it := s.items[i]
	forms := []change{it.change}
	if !it.standing() || it.change == (change{}) {
		c, err := p.change(it.form)
		if err != nil {
			return nil, err
		}
		forms[0] = c
	}
	for _, v := range it.patch.Versions {
		c, err := p.change(v.Commit)
		if err != nil {
			return nil, err
		}
		forms = append(forms, c)
	}
	return forms, nil
}

// itemPaths lists the paths that any form of an item changes, sorted.
func (p *Planner) itemPaths(s *stack, i int) ([]forks.Path, error) {
	forms, err := p.forms(s, i)
	if err != nil {
		return nil, err
	}
	var all []forks.Path
	for _, c := range forms {
		files, err := p.changed(c)
		if err != nil {
			return nil, err
		}
		all = append(all, paths(files)...)
	}
	slices.SortFunc(all, func(a, b forks.Path) int { return strings.Compare(string(a), string(b)) })
	return slices.Compact(all), nil
}
