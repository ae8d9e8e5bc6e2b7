package rebase

import (
	"context"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// This file recognises what upstream took. A patch that is empty at a commit was
// taken by the commit that taken finds, if there is one. A patch that conflicts
// there may have been taken before, and changed further since: if an upstream
// commit is the same change, and the patch was empty where that commit came in,
// then it ended there. A daemon that had made a pass on that day would have seen
// just this, and nobody is asked about a conflict that no daily pass would meet.

// taken looks for the upstream commit that took item i, up to a position: one with
// the same patch-id, else one by the same author at the same time, else one with
// the same subject. Only commits that touch the patch's paths are asked. The
// second result says how it was recognised.
func (p *Planner) taken(ctx context.Context, s *stack, i, to int) (forks.Hash, string, error) {
	since := s.since
	if s.items[i].inherited {
		since = s.source.State.Base // it has not been looked for here yet
	}
	if s.chain[to] == since {
		return forks.Hash{}, "", nil
	}
	watched, err := p.itemPaths(s, i)
	if err != nil {
		return forks.Hash{}, "", err
	}
	_, own, err := p.form(s, i, to)
	if err != nil {
		return forks.Hash{}, "", err
	}
	if own.empty() {
		return forks.Hash{}, "", nil
	}
	touching, err := p.touching(ctx, since, s.chain[to], watched, false)
	if err != nil {
		return forks.Hash{}, "", err
	}
	return p.whoTook(ctx, s.items[i].patch, touching)
}

// whoTook looks for the commit that took a patch among commits, newest first, of
// which the oldest that fits is taken.
func (p *Planner) whoTook(ctx context.Context, patch forks.Patch, commits []forks.Hash) (forks.Hash, string, error) {
	form, err := p.commit(patch.Commit)
	if err != nil {
		return forks.Hash{}, "", err
	}
	first, err := p.commit(patch.First) // its subject may read differently
	if err != nil {
		return forks.Hash{}, "", err
	}
	var singles, author, subject []forks.Hash
	for _, id := range slices.Backward(commits) {
		c, err := p.commit(id)
		if err != nil {
			return forks.Hash{}, "", err
		}
		if len(c.parents) > 1 {
			continue
		}
		singles = append(singles, id)
		if c.author == form.author && c.authored.Equal(form.authored) {
			author = append(author, id)
		} else if s := c.subject(); s != "" && (s == form.subject() || s == first.subject()) {
			subject = append(subject, id)
		}
	}
	// The same change has mostly kept its author or subject: these are few.
	for _, some := range [][]forks.Hash{author, subject, singles} {
		x, err := p.sameChange(ctx, patch, some)
		if err != nil || !x.IsZero() {
			return x, sameChange, err
		}
	}
	switch {
	case len(author) > 0:
		return author[0], sameAuthor, nil
	case len(subject) > 0:
		return subject[0], sameSubject, nil
	}
	return forks.Hash{}, "", nil
}

// sameChange returns the first of commits that has the patch-id of one of the
// patch's forms, or zero.
func (p *Planner) sameChange(ctx context.Context, patch forks.Patch, commits []forks.Hash) (forks.Hash, error) {
	alike, err := p.samePaths(commits, patch.Commit, patch.First)
	if err != nil || len(alike) == 0 {
		return forks.Hash{}, err
	}
	ids, err := p.patchIDs(ctx, append(slices.Clone(alike), patch.Commit, patch.First))
	if err != nil {
		return forks.Hash{}, err
	}
	for _, id := range alike {
		if pid, ok := ids[id]; ok && (pid == ids[patch.Commit] || pid == ids[patch.First]) {
			return id, nil
		}
	}
	return forks.Hash{}, nil
}

// samePaths lists the commits that change just the paths that one of the given
// forms changes: no other commit can have its patch-id.
func (p *Planner) samePaths(commits []forks.Hash, of ...forks.Hash) ([]forks.Hash, error) {
	touched := func(id forks.Hash) ([]forks.Path, error) {
		c, err := p.change(id)
		if err != nil {
			return nil, err
		}
		files, err := p.changed(c)
		return paths(files), err
	}
	var wanted [][]forks.Path
	for _, id := range of {
		list, err := touched(id)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, list)
	}
	var out []forks.Hash
	for _, id := range commits {
		list, err := touched(id)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(wanted, func(w []forks.Path) bool { return slices.Equal(w, list) }) {
			out = append(out, id)
		}
	}
	return out, nil
}

// tookAt is the upstream commit that took an item whole.
type tookAt struct {
	by  forks.Hash // zero: none did
	pos int        // from where on upstream has it
}

// tookWhole returns the upstream commit that is the same change as item i and with
// which the item became empty, if upstream did not revert it later.
func (p *Planner) tookWhole(ctx context.Context, s *stack, i int) (tookAt, error) {
	if known, ok := s.took[i]; ok {
		return known, nil
	}
	s.took[i] = tookAt{} // also while it is being found out: picks below may ask
	x, how, err := p.taken(ctx, s, i, s.tip())
	if err != nil || x.IsZero() || how != sameChange {
		return tookAt{}, err
	}
	pos, err := p.cameIn(ctx, s, x)
	if err != nil || pos == 0 {
		return tookAt{}, err
	}
	rel, _, err := p.related(s, i)
	if err != nil {
		return tookAt{}, err
	}
	r, onto, err := p.tryAt(ctx, s, rel, pos)
	if err != nil || !r.Clean() || r.Tree != onto {
		return tookAt{}, err
	}
	reverted, err := p.reverted(ctx, s, i, x)
	if err != nil || reverted {
		return tookAt{}, err
	}
	s.took[i] = tookAt{x, pos}
	return s.took[i], nil
}

// has reports whether upstream has an item whole at a position. Among releases a
// newer one need not have what an older one has.
func (p *Planner) has(ctx context.Context, s *stack, took tookAt, pos int) (bool, error) {
	if took.by.IsZero() || pos < took.pos || s.steps == 0 {
		return !took.by.IsZero() && pos >= took.pos, nil
	}
	return p.hist.IsAncestor(ctx, took.by, s.chain[pos])
}

// cameIn returns the position of the first commit of the chain that contains x.
func (p *Planner) cameIn(ctx context.Context, s *stack, x forks.Hash) (int, error) {
	if pos, ok := s.at[x]; ok {
		return pos, nil
	}
	low, high := 0, s.tip() // not contained at low, contained at high
	if had, err := p.hist.IsAncestor(ctx, x, s.chain[low]); err != nil || had {
		return 0, err
	}
	for high-low > 1 {
		mid := (low + high) / 2
		had, err := p.hist.IsAncestor(ctx, x, s.chain[mid])
		if err != nil {
			return 0, err
		}
		if had {
			high = mid
		} else {
			low = mid
		}
	}
	return high, nil
}

// reverted reports whether upstream says that it reverted x.
func (p *Planner) reverted(ctx context.Context, s *stack, i int, x forks.Hash) (bool, error) {
	watched, err := p.itemPaths(s, i)
	if err != nil {
		return false, err
	}
	later, err := p.touching(ctx, x, s.chain[s.tip()], watched, false)
	if err != nil {
		return false, err
	}
	for _, id := range later {
		c, err := p.commit(id)
		if err != nil {
			return false, err
		}
		if strings.Contains(c.message, "This reverts commit "+x.String()) {
			return true, nil
		}
	}
	return false, nil
}

// How upstream's commit was recognised, as people are told.
const (
	sameChange  = "the same change"
	sameAuthor  = "reworded: the same author and date"
	sameSubject = "reworded: the same subject"
)
