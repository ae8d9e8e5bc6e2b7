package rebase

import (
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// A merge looks at no more of ours than the paths that the change touches, as long
// as nothing can have been renamed: every file that the change edits or deletes
// is still in its place, every directory that it adds to is still there, and the
// change does not itself both delete and add files. Then a pick onto another tree
// that has the same files in these places has the same result, and git need not
// be asked again. In a scan for a cause that is nearly always so.

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
	files, err := p.changed(c)
	if err != nil {
		return placeKey{}, false, err
	}
	var b strings.Builder
	adds, deletes := false, false
	for _, f := range files {
		l, err := p.lookup(onto, f.path)
		if err != nil {
			return placeKey{}, false, err
		}
		switch {
		case f.from == (leaf{}):
			adds = true
			if there, err := p.directoryThere(c.from, onto, f.path); err != nil || !there {
				return placeKey{}, false, err
			}
		case l == (leaf{}):
			return placeKey{}, false, nil
		}
		deletes = deletes || f.to == (leaf{})
		mode, _ := l.mode.MarshalText()
		b.Write(mode)
		b.Write(l.id[:])
	}
	return placeKey{c, b.String()}, !(adds && deletes), nil
}

// directoryThere reports whether ours still has the directory of an added path, if
// the change found one.
func (p *Planner) directoryThere(from, onto forks.Hash, path forks.Path) (bool, error) {
	i := strings.LastIndexByte(string(path), '/')
	if i < 0 {
		return true, nil
	}
	dir := path[:i]
	before, err := p.lookup(from, dir)
	if err != nil || before.mode != forks.ModeDir {
		return false, err
	}
	now, err := p.lookup(onto, dir)
	return now.mode == forks.ModeDir, err
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
