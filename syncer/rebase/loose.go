package rebase

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge/renames"
)

// A pick is loose where ours no longer has a file that the change edits or deletes, or
// a directory that it adds to: then anything that is new in ours may be where these went.
// This file tells which differences between two such trees can matter to the pick.
//
// A file that ours and the base have is nobody's origin and nobody's destination: if the
// patch does not touch it either, it may be edited as one likes. A file that is new in
// ours matters if a gone one could be paired with it, which takes the same contents, the
// same basename, or half of the contents. A further file of the base that goes or comes
// back matters if it could take the place of a gone one: with the same contents or
// basename, or in its directory, for that tells where the directory went.
//
// Where a directory is gone to which the change adds, all that comes or goes matters.
//
// One thing is not seen: between destinations that are equally similar to the last byte
// git's choice hangs on the order in which it meets them, and so on anything. A search
// tries the cause that it found for that reason.

// loose is a change whose pick may look beyond its places.
type loose struct {
	change
	wide    bool         // a directory is gone: anything may matter
	gone    []fileChange // the files that are missing in ours, as the change has them
	beneath map[forks.Hash]bool
}

// loosened tells why a pick is not confined.
func (p *Planner) loosened(c change, onto forks.Hash) (loose, error) {
	l := loose{change: c, beneath: map[forks.Hash]bool{}}
	files, err := p.changed(c)
	if err != nil {
		return l, err
	}
	for _, f := range files {
		if f.from == (leaf{}) {
			there, err := p.directoryThere(c.from, onto, f.path)
			if err != nil {
				return l, err
			}
			l.wide = l.wide || !there
			continue
		}
		now, err := p.lookup(onto, f.path)
		if err != nil {
			return l, err
		}
		if now == (leaf{}) || now.mode == forks.ModeDir {
			l.gone = append(l.gone, f)
		}
	}
	if l.wide {
		return l, nil
	}
	for _, f := range l.gone {
		if err := p.filesBeneath(l.beneath, c.from, path.Dir(string(f.path))); err != nil {
			return l, err
		}
	}
	return l, nil
}

// filesBeneath adds the contents of all files that a tree has in a directory.
func (p *Planner) filesBeneath(ids map[forks.Hash]bool, tree forks.Hash, dir string) error {
	at := leaf{id: tree}
	if dir != "." {
		var err error
		if at, err = p.lookup(tree, forks.Path(dir)); err != nil {
			return err
		}
	}
	files, err := p.changed(change{emptyTree, at.id})
	for _, f := range files {
		ids[f.to.id] = true
	}
	return err
}

// matters reports whether a difference between two trees outside of the places of a
// change can alter what becomes of its pick.
func (p *Planner) matters(ctx context.Context, l *loose, d fileChange) (bool, error) {
	base, err := p.lookup(l.from, d.path)
	if err != nil {
		return false, err
	}
	had := base != (leaf{}) && base.mode != forks.ModeDir
	if had && d.from != (leaf{}) && d.to != (leaf{}) {
		return false, nil
	}
	if l.wide || base.mode == forks.ModeDir {
		return true, nil
	}
	name, dir := path.Base(string(d.path)), string(d.path)+"/"
	for _, g := range l.gone {
		if path.Base(string(g.path)) == name || strings.HasPrefix(string(g.path), dir) {
			return true, nil
		}
	}
	if had {
		return l.beneath[base.id], nil
	}
	for _, side := range []leaf{d.from, d.to} {
		if side == (leaf{}) {
			continue
		}
		if l.beneath[side.id] || slices.ContainsFunc(l.gone, func(g fileChange) bool { return p.alike(ctx, g.from, side) }) {
			return true, nil
		}
	}
	return false, nil
}

// alike reports whether a merge may take one file for the other, moved. Where that
// cannot be told it may.
func (p *Planner) alike(ctx context.Context, a, b leaf) bool {
	key := [2]forks.Hash{a.id, b.id}
	if known, ok := p.similar[key]; ok {
		return known
	}
	answer, err := renames.Find(ctx, blobs{p}, renames.Question{
		Gone: []renames.File{{Path: "a", Mode: a.mode, ID: a.id}},
		New:  []renames.File{{Path: "b", Mode: b.mode, ID: b.id}},
	})
	if err != nil {
		return true // the merge that is tried then says what is wrong
	}
	p.similar[key] = len(answer.Pairs) > 0
	return p.similar[key]
}

// blobs reads files for a search for moved ones.
type blobs struct{ *Planner }

// Blob returns the contents of a blob.
func (b blobs) Blob(id forks.Hash) ([]byte, error) { return b.read("blob", id) }
