package rebase

import (
	"context"
	"slices"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/resolve"
)

// What people decide about a conflict is remembered by its content, so that they are not
// asked again where exactly that stands against exactly that. This file finds out what
// they decided; see memory_use.go for what is done with it.

// plainLabels stand in merges that nobody is shown.
var plainLabels = forks.Labels{Base: forks.WordBase, Ours: forks.WordOurs, Theirs: forks.WordTheirs}

// Decided returns what people decided who made the tree result of the conflicts of a
// merge of ours and theirs over base, all of them trees: key, path, kind and result of
// each, without who and where. It is nothing where they changed more than what was in
// conflict, for then the one may need the other.
func (p *Planner) Decided(ctx context.Context, in Input, base, ours, theirs, result forks.Hash) ([]forks.Resolution, error) {
	c := change{base, theirs}
	merged, conflicts, err := p.conflicts(ctx, c, ours)
	if err != nil || len(conflicts) == 0 {
		return nil, err
	}
	return p.decidedIn(in, merged, conflicts, result)
}

// decidedIn is Decided for a merge that was made.
func (p *Planner) decidedIn(in Input, merged forks.MergeResult, conflicts []resolve.Conflict, result forks.Hash) ([]forks.Resolution, error) {
	files, err := p.changed(change{merged.Tree, result})
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if !slices.ContainsFunc(conflicts, func(c resolve.Conflict) bool { return c.File.Path == f.path }) {
			return nil, nil
		}
	}
	var out []forks.Resolution
	for _, c := range conflicts {
		answer, err := p.entryAt(result, c.File.Path)
		if err != nil {
			return nil, err
		}
		for _, d := range c.Derive(answer, in.HasMarkers) {
			r := forks.Resolution{Key: d.Key, Path: shownPath(c.File.Path), Kind: c.File.Kind, Mode: d.Result.Mode}
			if d.Result.Mode != 0 || len(d.Result.Content) > 0 {
				if r.Result, err = p.obj.Write("blob", d.Result.Content); err != nil {
					return nil, err
				}
			}
			if !slices.ContainsFunc(out, func(o forks.Resolution) bool { return o.Key == r.Key }) {
				out = append(out, r)
			}
		}
	}
	return twice(out), nil
}

// shownPath is a path as people are shown it.
func shownPath(path forks.Path) string { return forks.Clip(forks.Inert(string(path)), 200) }

// twice leaves out what was decided in two ways in one answer.
func twice(list []forks.Resolution) []forks.Resolution {
	return slices.DeleteFunc(slices.Clone(list), func(r forks.Resolution) bool {
		return slices.ContainsFunc(list, func(o forks.Resolution) bool {
			return o.Key == r.Key && (o.Result != r.Result || o.Mode != r.Mode)
		})
	})
}

// conflicts merges a change onto a tree and reads the versions of each conflicted file.
func (p *Planner) conflicts(ctx context.Context, c change, onto forks.Hash) (forks.MergeResult, []resolve.Conflict, error) {
	p.picks++
	merged, err := p.merger.MergeLabelled(ctx, c.from, onto, c.to, plainLabels)
	if err != nil {
		return merged, nil, err
	}
	list, err := p.versions(merged)
	return merged, list, err
}

// versions reads what was merged in each conflicted file.
func (p *Planner) versions(merged forks.MergeResult) ([]resolve.Conflict, error) {
	var out []resolve.Conflict
	for _, f := range merged.Files {
		there, err := p.lookup(merged.Tree, f.Path)
		if err != nil {
			return nil, err
		}
		c := resolve.Conflict{File: f, Mode: there.mode}
		for _, s := range f.Stages {
			if s.Mode == forks.ModeSubmodule || s.Mode == forks.ModeDir || s.Stage < 1 || s.Stage > 3 {
				continue
			}
			content, err := p.read("blob", s.ID)
			if err != nil {
				return nil, err
			}
			*[]*[]byte{&c.Base, &c.Ours, &c.Theirs}[s.Stage-1] = append([]byte{}, content...)
		}
		out = append(out, c)
	}
	return out, nil
}

// entryAt reads what a tree has at a path.
func (p *Planner) entryAt(tree forks.Hash, path forks.Path) (resolve.Entry, error) {
	l, err := p.lookup(tree, path)
	if err != nil || l == (leaf{}) || l.mode == forks.ModeDir || l.mode == forks.ModeSubmodule {
		return resolve.Entry{Mode: l.mode}, err
	}
	content, err := p.read("blob", l.id)
	return resolve.Entry{Mode: l.mode, Content: content}, err
}

// remembered completes what was decided in a proposal: who, where and when.
func (in Input) remembered(prop forks.Proposal, by string, list []forks.Resolution) []forks.Resolution {
	for i := range list {
		r := &list[i]
		r.ID = forks.NewResolutionID(in.Track.Name, prop.ID, r.Key)
		r.Track, r.Patch, r.Proposal, r.URL, r.By, r.At = in.Track.Name, prop.Patch, prop.ID, prop.URL, by, in.Now
	}
	return list
}

// decidedBy returns what people decided in a proposal, from the tree of their answer and
// that of what it was measured against.
func (p *Planner) decidedBy(ctx context.Context, in Input, prop forks.Proposal, by string, onto, answer forks.Hash) ([]forks.Resolution, error) {
	picked, err := p.change(prop.Picked)
	if err != nil {
		return nil, err
	}
	list, err := p.Decided(ctx, in, picked.from, onto, picked.to, answer)
	return in.remembered(prop, by, list), err
}
