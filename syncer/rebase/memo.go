package rebase

import (
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// A merge looks at no more of ours than the places of the change, as long as ours has
// moved nothing that the change needs: every file that the change edits or deletes is
// still where it was, and so is every directory that it adds to. Then a pick onto another
// tree that holds the same in these places has the same result, and the merger need not
// be asked again. In a scan for a cause that is nearly always so.
//
// The places are the paths that the change touches; the directories that it adds to; and,
// if it may itself have moved files, the directories that it leaves nothing of, for what
// ours adds to these goes along.

// placeKey identifies a pick by its change and what ours has in its places.
type placeKey struct {
	change change
	places string
}

// placeResult is what the pick made of these places.
type placeResult struct {
	files  []forks.ConflictFile
	leaves map[forks.Path]leaf
}

// placeKey returns the key of a pick, and whether it may be remembered by it.
func (p *Planner) placeKey(c change, onto forks.Hash) (placeKey, bool, error) {
	confined, err := p.confined(c, onto)
	if err != nil || !confined {
		return placeKey{}, false, err
	}
	files, err := p.changed(c)
	if err != nil {
		return placeKey{}, false, err
	}
	emptied, err := p.emptied(c, files)
	if err != nil {
		return placeKey{}, false, err
	}
	var b strings.Builder // that a directory is there suffices if something is added to it
	err = p.describe(&b, onto, slices.Concat(paths(files), emptied))
	return placeKey{c, b.String()}, true, err
}

// describe writes down what paths hold in a tree.
func (p *Planner) describe(b *strings.Builder, tree forks.Hash, paths []forks.Path) error {
	for _, path := range paths {
		l, err := p.lookup(tree, path)
		if err != nil {
			return err
		}
		mode, _ := l.mode.MarshalText()
		b.Write(mode)
		b.Write(l.id[:])
	}
	return nil
}

// confined reports whether the pick of a change onto a tree looks at nothing but the
// places of the change.
func (p *Planner) confined(c change, onto forks.Hash) (bool, error) {
	files, err := p.changed(c)
	if err != nil {
		return false, err
	}
	for _, f := range files {
		if f.from == (leaf{}) {
			if there, err := p.directoryThere(c.from, onto, f.path); err != nil || !there {
				return false, err
			}
			continue
		}
		l, err := p.lookup(onto, f.path)
		if err != nil || l == (leaf{}) || l.mode == forks.ModeDir {
			return false, err
		}
	}
	return true, nil
}

// placesOf lists the places of a change, sorted. No commit that leaves all of them alone
// changes what becomes of a pick that is confined.
func (p *Planner) placesOf(c change) ([]forks.Path, error) {
	files, err := p.changed(c)
	if err != nil {
		return nil, err
	}
	places, err := p.emptied(c, files)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		places = append(places, f.path)
		if f.from != (leaf{}) {
			continue
		}
		dir, below, err := p.innermost(c.from, f.path)
		if err != nil {
			return nil, err
		}
		if dir == "" { // a whole tree is no place
			dir = below
		}
		places = append(places, dir)
	}
	return union(places, nil), nil
}

// emptied lists the directories of which a change leaves nothing, without those within
// another, if the change may have moved their files: if it adds some.
func (p *Planner) emptied(c change, files []fileChange) ([]forks.Path, error) {
	if !slices.ContainsFunc(files, func(f fileChange) bool { return f.from == (leaf{}) }) {
		return nil, nil
	}
	var out []forks.Path
	for _, f := range files {
		if f.to != (leaf{}) {
			continue
		}
		_, gone, err := p.innermost(c.to, f.path)
		if err != nil {
			return nil, err
		}
		if gone != f.path && !slices.Contains(out, gone) {
			out = append(out, gone)
		}
	}
	return out, nil
}

// innermost returns the innermost directory that a tree has above a path, "" for its root,
// and the next step from there to the path.
func (p *Planner) innermost(tree forks.Hash, path forks.Path) (dir, below forks.Path, err error) {
	for i, r := range path {
		if r != '/' {
			continue
		}
		l, err := p.lookup(tree, path[:i])
		if err != nil {
			return "", "", err
		}
		if l.mode != forks.ModeDir {
			return dir, path[:i], nil
		}
		dir = path[:i]
	}
	return dir, path, nil
}

// directoryThere reports whether ours still has the directory that a path was added to,
// and nothing but directories between the two.
func (p *Planner) directoryThere(from, onto forks.Hash, path forks.Path) (bool, error) {
	dir, below, err := p.innermost(from, path)
	if err != nil {
		return false, err
	}
	if dir != "" {
		if now, err := p.lookup(onto, dir); err != nil || now.mode != forks.ModeDir {
			return false, err
		}
	}
	if below == path {
		return true, nil
	}
	now, err := p.lookup(onto, below)
	return now == (leaf{}) || now.mode == forks.ModeDir, err
}

// recall returns a remembered pick, carried over to another tree.
func (p *Planner) recall(key placeKey, onto forks.Hash) (forks.MergeResult, bool, error) {
	known, ok := p.places[key]
	if !ok {
		return forks.MergeResult{}, false, nil
	}
	if len(known.files) > 0 { // the tree of a conflict is asked for with its markers, never from here
		return forks.MergeResult{Tree: onto, Files: known.files}, true, nil
	}
	tree, err := p.replace(onto, known.leaves)
	return forks.MergeResult{Tree: tree}, err == nil, err
}

// remember notes what a pick made of its places. A result that touches other
// places is not remembered: the conditions were too generous for it.
func (p *Planner) remember(key placeKey, onto forks.Hash, r forks.MergeResult) error {
	if r.GaveUp {
		return nil // it may be made as it should be elsewhere
	}
	files, err := p.changed(key.change)
	if err != nil {
		return err
	}
	known := placeResult{files: r.Files, leaves: map[forks.Path]leaf{}}
	for _, f := range files {
		if known.leaves[f.path], err = p.lookup(r.Tree, f.path); err != nil {
			return err
		}
	}
	if r.Clean() {
		differs, err := p.diff(onto, r.Tree)
		if err != nil {
			return err
		}
		for _, d := range differs {
			if _, ours := known.leaves[d.path]; !ours {
				return nil
			}
		}
	}
	p.places[key] = known
	return nil
}
