package merge

// Trees are read and written as raw bytes: for each entry its mode in octal digits, a
// space, the name, a NUL, and the 20 bytes of its id. They are sorted by name, a
// directory as if its name ended in a slash.

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// kindBits of a mode tell files, links, directories and submodules apart.
const kindBits forks.Mode = 0o170000

const kindRegular forks.Mode = 0o100000

// version is what one input has at a path; without a mode it has nothing there.
type version struct {
	mode forks.Mode
	id   forks.Hash
}

func (v version) none() bool       { return v.mode == 0 }
func (v version) isDir() bool      { return v.mode == forks.ModeDir }
func (v version) isRegular() bool  { return v.mode&kindBits == kindRegular }
func (v version) kind() forks.Mode { return v.mode & kindBits }

// item is one entry of a tree.
type item struct {
	name string
	version
}

// errMalformed is what any tree gets that is not as git writes them.
var errMalformed = errors.New("the tree is malformed")

// parseTree reads a tree. Modes become those that git writes today: old histories
// have files with more permissions.
func parseTree(data []byte) ([]item, error) {
	items := make([]item, 0, len(data)/40)
	for len(data) > 0 {
		var mode forks.Mode
		i := 0
		for ; i < len(data) && data[i] >= '0' && data[i] <= '7' && i < 7; i++ {
			mode = mode<<3 | forks.Mode(data[i]-'0')
		}
		nul := bytes.IndexByte(data, 0)
		if i == 0 || nul < i+2 || data[i] != ' ' || len(data) < nul+21 {
			return nil, errMalformed
		}
		it := item{name: string(data[i+1 : nul]), version: version{mode: canonical(mode)}}
		copy(it.id[:], data[nul+1:])
		items = append(items, it)
		data = data[nul+21:]
	}
	return items, nil
}

// canonical returns the mode that git takes a mode for.
func canonical(mode forks.Mode) forks.Mode {
	switch mode & kindBits {
	case kindRegular:
		if mode&0o100 != 0 {
			return forks.ModeExecutable
		}
		return forks.ModeRegular
	case forks.ModeSymlink, forks.ModeDir:
		return mode & kindBits
	}
	return forks.ModeSubmodule
}

// encodeTree writes items, which it sorts.
func encodeTree(items []item) []byte {
	slices.SortFunc(items, func(a, b item) int { return compareItems(a, b) })
	size := 0
	for _, it := range items {
		size += len(it.name) + 28
	}
	data := make([]byte, 0, size)
	for _, it := range items {
		data = fmt.Appendf(data, "%o %s\x00", uint32(it.mode), it.name)
		data = append(data, it.id[:]...)
	}
	return data
}

// compareItems orders two entries as a tree has them.
func compareItems(a, b item) int {
	n := min(len(a.name), len(b.name))
	if a.name[:n] != b.name[:n] {
		if a.name[:n] < b.name[:n] {
			return -1
		}
		return 1
	}
	return int(a.after(n)) - int(b.after(n))
}

// after returns the byte at position n, where a directory has a slash behind its name
// and a file nothing.
func (it item) after(n int) byte {
	switch {
	case n < len(it.name):
		return it.name[n]
	case n == len(it.name) && it.isDir():
		return '/'
	}
	return 0
}

// tree reads the entries of a tree, once in a merge; they must not be changed. The zero
// id is the empty tree.
func (m *merging) tree(id forks.Hash) ([]item, error) {
	if id.IsZero() || id == emptyTree {
		return nil, nil
	}
	if items, ok := m.trees[id]; ok {
		return items, nil
	}
	data, err := m.read("tree", id)
	if err != nil {
		return nil, err
	}
	items, err := parseTree(data)
	if err != nil {
		return nil, fmt.Errorf("tree %s: %w", id, err)
	}
	m.trees[id] = items
	return items, nil
}

// emptyTree is git's well-known id of the tree without entries.
var emptyTree = forks.Hash{0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04}

// read returns the contents of an object that has to be of a kind.
func (m *merging) read(kind string, id forks.Hash) ([]byte, error) {
	have, data, err := m.engine.objects.Object(id)
	if err != nil {
		return nil, fmt.Errorf("merge: read %s: %w", kind, err)
	}
	if have != kind {
		return nil, fmt.Errorf("merge: object %s is a %s, want a %s", id, have, kind)
	}
	return data, nil
}

// Blob implements [renames.Blobs].
func (m *merging) Blob(id forks.Hash) ([]byte, error) { return m.read("blob", id) }
