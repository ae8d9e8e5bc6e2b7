package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/auxolotl/auxsync/forks"
)

// What goes into a pack is found by a walk from its tips that ends at what the
// repository has: that has all it reaches. Commits come first, parents before children;
// then, commit by commit, the trees and blobs that are new with each. A tree is walked
// beside the one at the same path in the first parent, and what both have is passed
// over, so that the walk costs what has changed and not what is there.
//
// What stands at one path in commit after commit is alike: those are the versions of
// which deltas are made.

// site is where in the tree an object stands: a digest of its path. If two paths had
// the same one, only a delta would be tried in vain.
type site uint64

// below is the site of a name in a folder.
func (s site) below(name []byte) site {
	h := fnv.New64a()
	_, _ = h.Write([]byte{byte(s), byte(s >> 8), byte(s >> 16), byte(s >> 24), byte(s >> 32), byte(s >> 40), byte(s >> 48), byte(s >> 56)})
	_, _ = h.Write(name)
	return site(h.Sum64())
}

// packPlan finds what goes into a pack.
type packPlan struct {
	ctx     context.Context
	q       *Quarantine
	partial bool // what is reached need not be anywhere
	seen    map[forks.Hash]bool
	roots   map[forks.Hash]forks.Hash // the trees of commits

	commits, trees, blobs []planned
	treesAt, blobsAt      versions[site]
}

func (q *Quarantine) planPack(ctx context.Context) (*packPlan, error) {
	for _, f := range q.repo.folders() {
		if err := f.refresh(); err != nil {
			return nil, diskProblem("pack", q.repo.dir, err)
		}
	}
	return &packPlan{ctx: ctx, q: q, seen: map[forks.Hash]bool{}, roots: map[forks.Hash]forks.Hash{},
		treesAt: versions[site]{}, blobsAt: versions[site]{}}, nil
}

// fresh reports whether an object is only here, the first time it is asked for one.
// What is here or in the repository must be of the kind that is wanted, unless any is.
func (p *packPlan) fresh(id forks.Hash, want plumbing.ObjectType) (kind plumbing.ObjectType, fresh bool, err error) {
	if p.seen[id] {
		return 0, false, nil
	}
	if err := p.ctx.Err(); err != nil {
		return 0, false, ended(fmt.Errorf("pack: %w", err))
	}
	p.seen[id] = true
	kind, fresh, err = p.q.fresh(id)
	if _, missing := errors.AsType[*MissingObjectError](err); missing {
		if p.partial {
			return 0, false, nil
		}
		return 0, false, p.q.repo.damaged(err)
	}
	if err == nil && fresh && want != plumbing.AnyObject && kind != want {
		err = p.q.repo.damaged(&WrongTypeError{ID: id, Want: want.String(), Have: kind.String()})
	}
	return kind, fresh, err
}

// fresh reports whether an object is in the quarantine and not in the repository, and
// of what kind it is then.
func (q *Quarantine) fresh(id forks.Hash) (kind plumbing.ObjectType, fresh bool, err error) {
	for _, f := range q.repo.folders() {
		if has, err := f.has(id); err != nil || has {
			if err != nil {
				err = q.repo.damaged(fmt.Errorf("look for object %s: %w", id, err))
			}
			return 0, false, err
		}
	}
	made, ok, err := q.overlay.get(id)
	if err != nil || ok {
		return made.kind, ok, err
	}
	kind, _, err = q.read(0, id)
	return kind, err == nil, err
}

// reach adds all that ids reach.
func (p *packPlan) reach(ids []forks.Hash) error {
	first := len(p.commits)
	for _, id := range ids {
		if !id.IsZero() {
			if err := p.history(id); err != nil {
				return err
			}
		}
	}
	for _, c := range p.commits[first:] {
		if err := p.files(c); err != nil {
			return err
		}
	}
	return nil
}

// link is a commit or tag on the way from a tip to what it was made of.
type link struct {
	planned
	above []forks.Hash // still to be followed
}

// history adds the commits and tags that are reached, and what is neither with all that
// is below it.
func (p *packPlan) history(tip forks.Hash) error {
	way := []link{{above: []forks.Hash{tip}}}
	for {
		last := &way[len(way)-1]
		if len(last.above) == 0 {
			if len(way) == 1 {
				return nil
			}
			p.commits = append(p.commits, last.planned)
			way = way[:len(way)-1]
			continue
		}
		id := last.above[0]
		last.above = last.above[1:]
		// A parent must be a commit; what a tip or a tag is of, may be anything.
		want := plumbing.AnyObject
		if last.kind == plumbing.CommitObject {
			want = plumbing.CommitObject
		}
		kind, fresh, err := p.fresh(id, want)
		if err != nil {
			return err
		}
		if fresh {
			above, err := p.links(id, kind)
			if err != nil {
				return err
			}
			if kind == plumbing.CommitObject || kind == plumbing.TagObject {
				way = append(way, link{planned{id, kind, -1}, above})
			}
		}
	}
}

// links returns what a commit or a tag leads to. A tree or blob is added.
func (p *packPlan) links(id forks.Hash, kind plumbing.ObjectType) (above []forks.Hash, err error) {
	switch kind {
	case plumbing.CommitObject:
		_, above, err = p.readCommit(id)
		return above, err
	case plumbing.TagObject:
		_, data, err := p.q.readAll(id)
		if err != nil {
			return nil, err
		}
		line, _, _ := strings.Cut(string(data), "\n")
		of, err := forks.ParseHash(strings.TrimPrefix(line, "object "))
		if err != nil {
			return nil, p.q.repo.damaged(fmt.Errorf("tag %s is of no object: %w", id, err))
		}
		return []forks.Hash{of}, nil
	case plumbing.TreeObject:
		return nil, p.addTree(id, forks.Hash{}, 0)
	}
	p.blob(id, kind, 0)
	return nil, nil
}

// readCommit returns the tree and the parents of a commit, wherever it is.
func (p *packPlan) readCommit(id forks.Hash) (tree forks.Hash, parents []forks.Hash, err error) {
	kind, data, err := p.q.readAll(id)
	if err != nil {
		return tree, nil, err
	}
	if kind != plumbing.CommitObject {
		return tree, nil, p.q.repo.damaged(&WrongTypeError{ID: id, Want: "commit", Have: kind.String()})
	}
	for line := range bytes.Lines(data) {
		name, hex, _ := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
		var to forks.Hash
		switch string(name) {
		case "tree", "parent":
			to, err = forks.ParseHash(string(hex))
		default:
			p.roots[id] = tree
			return tree, parents, nil
		}
		if err != nil {
			return tree, nil, p.q.repo.damaged(fmt.Errorf("commit %s cannot be read: %w", id, err))
		}
		if string(name) == "tree" {
			tree = to
		} else {
			parents = append(parents, to)
		}
	}
	p.roots[id] = tree
	return tree, parents, nil
}

// files adds what is new in the files of a commit.
func (p *packPlan) files(c planned) error {
	if c.kind != plumbing.CommitObject {
		return nil
	}
	tree, parents, err := p.readCommit(c.id)
	if err != nil {
		return err
	}
	var before forks.Hash
	if len(parents) > 0 {
		var known bool
		if before, known = p.roots[parents[0]]; !known {
			before, _, err = p.readCommit(parents[0])
		}
		if err != nil && !p.partial {
			return err
		}
	}
	return p.tree(tree, before, 0)
}

// tree adds what is new in a tree. Before is one that is complete, if there is any at
// the same path.
func (p *packPlan) tree(id, before forks.Hash, at site) error {
	_, fresh, err := p.fresh(id, plumbing.TreeObject)
	if err != nil || !fresh {
		return err
	}
	return p.addTree(id, before, at)
}

func (p *packPlan) addTree(id, before forks.Hash, at site) error {
	_, data, err := p.q.readAll(id)
	if err != nil {
		return err
	}
	var old []byte
	if !before.IsZero() {
		kind, data, err := p.q.readAll(before)
		if err != nil && !p.partial {
			return err
		}
		if kind == plumbing.TreeObject {
			old = data
		}
	}
	p.trees = append(p.trees, planned{id, plumbing.TreeObject, p.treesAt.add(at, len(p.trees))})
	err = newEntries(data, old, func(e rawEntry, was forks.Hash) error {
		switch e.mode & kindBits {
		case forks.ModeSubmodule:
			return nil
		case forks.ModeDir:
			return p.tree(e.id, was, at.below(e.name))
		}
		kind, fresh, err := p.fresh(e.id, plumbing.BlobObject)
		if err == nil && fresh {
			p.blob(e.id, kind, at.below(e.name))
		}
		return err
	})
	if errors.Is(err, errTreeUnreadable) {
		err = p.q.repo.damaged(fmt.Errorf("tree %s: %w", id, err))
	}
	return err
}

func (p *packPlan) blob(id forks.Hash, kind plumbing.ObjectType, at site) {
	p.blobs = append(p.blobs, planned{id, kind, p.blobsAt.add(at, len(p.blobs))})
}

// rest adds what was written and not reached: trees, from those that are in no other
// one, and then blobs.
func (p *packPlan) rest() error {
	var trees, blobs []forks.Hash
	inside := map[forks.Hash]bool{}
	for _, o := range p.q.overlay.all() {
		switch {
		case p.seen[o.id]:
		case o.kind == plumbing.TreeObject:
			trees = append(trees, o.id)
			_, data, err := p.q.readAll(o.id)
			if err != nil {
				return err
			}
			// A tree that cannot be read is found out below.
			_ = newEntries(data, nil, func(e rawEntry, _ forks.Hash) error {
				inside[e.id] = true
				return nil
			})
		case o.kind == plumbing.BlobObject:
			blobs = append(blobs, o.id)
		}
	}
	sortIDs(trees)
	sortIDs(blobs)
	for _, inner := range []bool{false, true} {
		for _, id := range trees {
			if inside[id] == inner {
				if err := p.tree(id, forks.Hash{}, 0); err != nil {
					return err
				}
			}
		}
	}
	for _, id := range blobs {
		if err := p.history(id); err != nil {
			return err
		}
	}
	return nil
}

func sortIDs(ids []forks.Hash) {
	slices.SortFunc(ids, func(a, b forks.Hash) int { return bytes.Compare(a[:], b[:]) })
}
