package rebase

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// entry is one line of a tree object.
type entry struct {
	mode forks.Mode
	name string
	id   forks.Hash
}

func (e entry) isDir() bool { return e.mode == forks.ModeDir }

// sortKey is the name as git sorts it: directories as if they ended in a slash.
func (e entry) sortKey() string {
	if e.isDir() {
		return e.name + "/"
	}
	return e.name
}

// parseTree decodes a tree object.
func parseTree(data []byte) ([]entry, error) {
	var out []entry
	for len(data) > 0 {
		space := bytes.IndexByte(data, ' ')
		nul := bytes.IndexByte(data, 0)
		if space < 0 || nul < space || len(data) < nul+21 {
			return nil, fmt.Errorf("tree entry %d is cut short", len(out))
		}
		var e entry
		if err := e.mode.UnmarshalText(data[:space]); err != nil {
			return nil, err
		}
		e.name = string(data[space+1 : nul])
		copy(e.id[:], data[nul+1:])
		out = append(out, e)
		data = data[nul+21:]
	}
	return out, nil
}

// encodeTree sorts and encodes entries.
func encodeTree(entries []entry) []byte {
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.sortKey(), b.sortKey()) })
	var out bytes.Buffer
	for _, e := range entries {
		fmt.Fprintf(&out, "%o %s\x00", uint32(e.mode), e.name)
		out.Write(e.id[:])
	}
	return out.Bytes()
}

// leaf is a file of a tree: what a path stands for. The zero leaf is "nothing".
type leaf struct {
	mode forks.Mode
	id   forks.Hash
}

// fileChange is one path that differs between two trees.
type fileChange struct {
	path     forks.Path
	from, to leaf
}

// tree reads the entries of a tree, which must not be changed; the zero id is the
// empty tree.
func (p *Planner) tree(id forks.Hash) ([]entry, error) {
	if id.IsZero() || id == emptyTree {
		return nil, nil
	}
	if entries, ok := p.trees[id]; ok {
		return entries, nil
	}
	data, err := p.read("tree", id)
	if err != nil {
		return nil, err
	}
	entries, err := parseTree(data)
	if err != nil {
		return nil, fmt.Errorf("tree %s: %w", id, err)
	}
	if len(p.trees) >= treesKept {
		clear(p.trees)
	}
	p.trees[id] = entries
	return entries, nil
}

// treesKept bounds the memory for parsed trees; when it is full it starts anew.
const treesKept = 4096

// diff lists the files that differ between two trees, by path. Equal ids are not
// opened, so its cost follows the change and not the repository.
func (p *Planner) diff(from, to forks.Hash) ([]fileChange, error) {
	var out []fileChange
	if err := p.diffInto(&out, "", from, to); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b fileChange) int { return strings.Compare(string(a.path), string(b.path)) })
	return out, nil
}

func (p *Planner) diffInto(out *[]fileChange, prefix string, from, to forks.Hash) error {
	if from == to {
		return nil
	}
	a, err := p.tree(from)
	if err != nil {
		return err
	}
	b, err := p.tree(to)
	if err != nil {
		return err
	}
	names := make(map[string][2]entry, len(a))
	for _, e := range a {
		names[e.name] = [2]entry{e, {}}
	}
	for _, e := range b {
		pair := names[e.name]
		pair[1] = e
		names[e.name] = pair
	}
	for name, pair := range names {
		if pair[0].id == pair[1].id && pair[0].mode == pair[1].mode {
			continue
		}
		if err := p.diffEntry(out, prefix+name, pair[0], pair[1]); err != nil {
			return err
		}
	}
	return nil
}

// diffEntry descends into directories and reports files; where a file stands
// against a directory both are reported.
func (p *Planner) diffEntry(out *[]fileChange, path string, a, b entry) error {
	var dirA, dirB forks.Hash
	change := fileChange{path: forks.Path(path)}
	if a.isDir() {
		dirA = a.id
	} else {
		change.from = leaf{a.mode, a.id}
	}
	if b.isDir() {
		dirB = b.id
	} else {
		change.to = leaf{b.mode, b.id}
	}
	if change.from != change.to {
		*out = append(*out, change)
	}
	return p.diffInto(out, path+"/", dirA, dirB)
}

// lookup finds what a path stands for in a tree.
func (p *Planner) lookup(root forks.Hash, path forks.Path) (leaf, error) {
	dir, rest := root, string(path)
	for {
		name, below, deeper := strings.Cut(rest, "/")
		entries, err := p.tree(dir)
		if err != nil {
			return leaf{}, err
		}
		i := slices.IndexFunc(entries, func(e entry) bool { return e.name == name })
		switch {
		case i < 0:
			return leaf{}, nil
		case !deeper:
			return leaf{entries[i].mode, entries[i].id}, nil
		case !entries[i].isDir():
			return leaf{}, nil
		}
		dir, rest = entries[i].id, below
	}
}

// replace writes a tree that is root with some paths set to other files; a zero
// leaf removes a path, and directories that become empty go with it.
func (p *Planner) replace(root forks.Hash, files map[forks.Path]leaf) (forks.Hash, error) {
	entries, err := p.tree(root)
	if err != nil {
		return forks.Hash{}, err
	}
	entries = slices.Clone(entries)
	below := map[string]map[forks.Path]leaf{}
	for path, file := range files {
		name, rest, deeper := strings.Cut(string(path), "/")
		if deeper {
			if below[name] == nil {
				below[name] = map[forks.Path]leaf{}
			}
			below[name][forks.Path(rest)] = file
			continue
		}
		entries = setEntry(entries, entry{file.mode, name, file.id})
	}
	for name, files := range below {
		var dir forks.Hash
		if i := slices.IndexFunc(entries, func(e entry) bool { return e.name == name && e.isDir() }); i >= 0 {
			dir = entries[i].id
		}
		id, err := p.replace(dir, files)
		if err != nil {
			return forks.Hash{}, err
		}
		if id == emptyTree {
			// Nothing is left below; a file of that name, set above, stays.
			entries = slices.DeleteFunc(entries, func(e entry) bool { return e.name == name && e.isDir() })
			continue
		}
		entries = setEntry(entries, entry{forks.ModeDir, name, id})
	}
	return p.obj.Write("tree", encodeTree(entries))
}

// setEntry replaces the entry of that name, or removes it where the new one is zero.
func setEntry(entries []entry, e entry) []entry {
	entries = slices.DeleteFunc(entries, func(old entry) bool { return old.name == e.name })
	if e.id.IsZero() {
		return entries
	}
	return append(entries, e)
}

// paths returns the paths of changes.
func paths(changes []fileChange) []forks.Path {
	out := make([]forks.Path, len(changes))
	for i, c := range changes {
		out[i] = c.path
	}
	return out
}

// share reports whether two sorted path lists name a common path, or one names a
// directory above a path of the other.
func share(a, b []forks.Path) bool {
	for len(a) > 0 && len(b) > 0 {
		x, y := string(a[0]), string(b[0])
		switch {
		case x == y || strings.HasPrefix(y, x+"/") || strings.HasPrefix(x, y+"/"):
			return true
		case x < y:
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return false
}
