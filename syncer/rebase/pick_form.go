package rebase

import (
	"context"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// pickedForm is the form in which an item is picked onto a tree, and what came of it.
type pickedForm struct {
	form    forks.Hash
	change  change
	version *forks.Version // a resolution that is not part of the form on the base
	// earlier: an earlier version than the one that would be due, because that one
	// conflicts and this does not.
	earlier bool
	result  forks.MergeResult
}

// pickForm picks an item onto a tree at a position. Where the form that is due conflicts and an
// earlier version picks clean and not empty, it is that: upstream took back what the later
// one was made for. Picking is told of each pick before it is made.
func (p *Planner) pickForm(ctx context.Context, s *stack, i, pos int, tree forks.Hash, picking func(c change, onto forks.Hash) error) (pickedForm, error) {
	form, c, err := p.form(s, i, pos)
	if err != nil {
		return pickedForm{}, err
	}
	due := pickedForm{form: form, change: c, version: s.version(i, pos)}
	if err := picking(c, tree); err != nil {
		return due, err
	}
	due.result, err = p.pick(ctx, c, tree)
	if err != nil || due.result.Clean() || len(s.items[i].patch.Versions) == 0 {
		return due, err
	}
	if due.version == nil {
		if known, err := p.isVersion(ctx, s, i); err != nil || !known {
			return due, err // a person changed it since: no version has that
		}
	}
	versions := s.items[i].patch.Versions
	for k := range slices.Backward(versions) {
		v := &versions[k]
		if s.at[v.Pin] > pos || v.Commit == form {
			continue
		}
		c, err := p.change(v.Commit)
		if err != nil {
			return due, err
		}
		if err := picking(c, tree); err != nil {
			return due, err
		}
		result, err := p.pick(ctx, c, tree)
		if err != nil {
			return due, err
		}
		if result.Clean() && result.Tree != tree {
			f := pickedForm{form: v.Commit, change: c, earlier: true, result: result}
			if v.Proposal != "" || len(v.Resolutions) > 0 {
				f.version = v
			}
			return f, nil
		}
	}
	return due, nil
}

// isVersion reports whether an item's form on the base is one of its versions, replayed.
func (p *Planner) isVersion(ctx context.Context, s *stack, i int) (bool, error) {
	if known, ok := s.versions[i]; ok {
		return known, nil
	}
	stands, err := p.standsOn(ctx, &s.items[i])
	s.versions[i] = !stands.IsZero()
	return s.versions[i], err
}

// quietly is for picks that nobody wants to know of.
func quietly(change, forks.Hash) error { return nil }
