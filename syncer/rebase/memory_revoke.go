package rebase

import (
	"context"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// revoked is a resolution that somebody ended the use of.
type revoked struct {
	id          forks.ResolutionID
	by, because string
}

// revokedIDs lists what people asked to revoke, and what they undid.
func (r *Result) revokedIDs() []revoked {
	out := slices.Clone(r.forgotten)
	for _, ask := range r.in.Revoke {
		out = append(out, revoked{forks.ResolutionID(ask.Arg), forks.Clip(oneLine(ask.Who), 100), forks.Clip(forks.Inert(ask.Because), maxBecause)})
	}
	return out
}

// Rests reports whether a version rests on a resolution: it was made of it, or it is the
// answer that the resolution was taken from.
func Rests(patch forks.Patch, v forks.Version, k forks.Resolution) bool {
	if len(v.Resolutions) > 0 {
		return slices.Contains(v.Resolutions, k.ID)
	}
	return k.Proposal != "" && v.Proposal == k.Proposal && (k.Patch == patch.ID || k.Patch == "")
}

// takeRevoked takes out of the stack what rests on resolutions that are revoked now. Where
// the branch has it, the patch leaves the branch and its conflict is asked about again.
func (r *Result) takeRevoked(ctx context.Context) error {
	if r.in.State == nil {
		return nil
	}
	for _, ask := range r.revokedIDs() {
		k := slices.IndexFunc(r.in.State.Resolutions, func(o forks.Resolution) bool { return o.ID == ask.id })
		if k < 0 {
			continue
		}
		for i := range r.stack.items {
			if err := r.takeBack(ctx, i, func(v forks.Version) bool {
				return Rests(r.stack.items[i].patch, v, r.in.State.Resolutions[k])
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// forget keeps what an answer that was taken back is made of from being used for its
// patch again; if it is a person's answer, what it decided is not used any more at all.
func (r *Result) forget(patch forks.Patch, v forks.Version, by, because string) {
	for _, k := range r.in.State.Resolutions {
		switch {
		case slices.Contains(v.Resolutions, k.ID):
			r.refuse(k, patch.ID)
		case len(v.Resolutions) == 0 && Rests(patch, v, k):
			r.forgotten = append(r.forgotten, revoked{k.ID, by, because})
			r.refuse(k, patch.ID)
		}
	}
}

// takeBack removes versions of an item. If its form in the branch is made of one of them,
// the newest that is left is its form again, which has to find its place anew.
func (r *Result) takeBack(ctx context.Context, i int, gone func(forks.Version) bool) error {
	p, it := r.planner, &r.stack.items[i]
	var left []forks.Version
	taken := map[forks.Hash]bool{}
	for _, v := range it.patch.Versions {
		if gone(v) {
			taken[v.Commit] = true
		} else {
			left = append(left, v)
		}
	}
	if len(taken) == 0 {
		return nil
	}
	r.reopened = true
	stands, err := p.standsOn(ctx, it)
	if err != nil {
		return err
	}
	if it.patch.Versions = left; taken[stands] && len(left) > 0 {
		newest := left[len(left)-1].Commit
		for _, v := range slices.Backward(left) {
			if r.stack.at[v.Pin] == 0 {
				newest = v.Commit
				break
			}
		}
		c, err := p.change(newest)
		if err != nil {
			return err
		}
		it.form, it.patch.Commit, it.change = newest, newest, c
	}
	clear(r.stack.blocked)
	clear(r.stack.took)
	return nil
}

// standsOn returns the version that an item's form on the base was made of; zero where it
// is none of them: a person changed it since, or it is older than the first resolution.
func (p *Planner) standsOn(ctx context.Context, it *item) (forks.Hash, error) {
	c := it.change
	if !it.standing() || c == (change{}) {
		var err error
		if c, err = p.change(it.form); err != nil {
			return forks.Hash{}, err
		}
	}
	pairs := [][2]forks.Hash{{c.from, c.to}}
	for _, v := range it.patch.Versions {
		if v.Commit == it.form {
			return v.Commit, nil
		}
		d, err := p.change(v.Commit)
		if err != nil {
			return forks.Hash{}, err
		}
		pairs = append(pairs, [2]forks.Hash{d.from, d.to})
	}
	digests, err := p.hist.Changes(ctx, pairs)
	if err != nil {
		return forks.Hash{}, err
	}
	for k := len(digests) - 1; k > 0; k-- {
		if digests[k] == digests[0] {
			return it.patch.Versions[k-1].Commit, nil
		}
	}
	return forks.Hash{}, nil
}
