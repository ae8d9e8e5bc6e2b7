package merge

// Trees are read and written as raw bytes: for each entry its mode in octal digits, a
// space, the name, a NUL, and the 20 bytes of its id. They are sorted by name, a
// directory as if its name ended in a slash.

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

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

// errMalformed is what any tree gets that is not as git writes them. Git itself reads
// many of them: names with a slash and ids of zeros end it, and of a tree that is not
// sorted, or has a name twice, it leaves files out of the result without a word.
var errMalformed = errors.New("the tree is malformed (`git fsck` tells how)")

// refused is the error of what the engine does not merge. It tells nothing about the
// merge, which git may be able to make.
func refused(why error) error {
	return &forks.Problem{Kind: forks.NeedsPerson, Err: fmt.Errorf("%w: %w", forks.ErrGaveUp, why),
		Next: "rewrite what is in the way, or let git merge it (`merger` of the track)"}
}

// parseTree reads a tree. Modes become those that git writes today: old histories
// have files with more permissions.
func parseTree(data []byte) ([]item, error) { return parseTreeUpTo(mostNames, data) }

// parseTreeUpTo is parseTree for a tree that may have too many entries: these compress
// so well that a small pack can hold more than there is memory for.
func parseTreeUpTo(most int, data []byte) ([]item, error) {
	items := make([]item, 0, min(most, len(data)/40))
	text := string(data) // of which all names are parts
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
		at := len(text) - len(data)
		it := item{name: text[at+i+1 : at+nul], version: version{mode: canonical(mode)}}
		copy(it.id[:], data[nul+1:])
		if it.id.IsZero() || strings.Contains(it.name, "/") || !follows(items, it) {
			return nil, errMalformed
		}
		if len(items) == most {
			return nil, fmt.Errorf("more than %d entries", most)
		}
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

// follows reports whether next may stand behind items: a tree is sorted, and has no name
// twice. A file and a directory of one name need not stand side by side: what sorts
// between "name" and "name/" may come between them.
func follows(items []item, next item) bool {
	if len(items) == 0 {
		return true
	}
	last := items[len(items)-1]
	if compareItems(last, next) >= 0 {
		return false
	}
	if !next.isDir() || !strings.HasPrefix(last.name, next.name) {
		return true
	}
	_, twice := slices.BinarySearchFunc(items, item{name: next.name}, compareItems)
	return !twice
}

// find returns what has a name in a tree; the zero version if nothing has.
func find(items []item, name string) version {
	for _, kind := range []forks.Mode{0, forks.ModeDir} {
		if i, ok := slices.BinarySearchFunc(items, item{name, version{mode: kind}}, compareItems); ok {
			return items[i].version
		}
	}
	return version{}
}

// encodeTree writes items, which it sorts. What parseTree would not read is not written.
func encodeTree(items []item) ([]byte, error) {
	slices.SortFunc(items, compareItems)
	size := 0
	for i, it := range items {
		if !follows(items[:i], it) {
			return nil, fmt.Errorf("%w: %q twice in one directory", errImpossible, it.name)
		}
		size += len(it.name) + 28
	}
	data := make([]byte, 0, size)
	for _, it := range items {
		data = strconv.AppendUint(data, uint64(it.mode), 8)
		data = append(data, ' ')
		data = append(data, it.name...)
		data = append(data, 0)
		data = append(data, it.id[:]...)
	}
	return data, nil
}

// compareItems orders two entries as a tree has them.
func compareItems(a, b item) int {
	n := min(len(a.name), len(b.name))
	if c := strings.Compare(a.name[:n], b.name[:n]); c != 0 {
		return c
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
	if id.IsZero() || id == forks.EmptyTree {
		return nil, nil
	}
	if items, ok := m.trees[id]; ok {
		return items, nil
	}
	data, err := m.read("tree", id)
	if err != nil {
		return nil, err
	}
	items, err := parseTreeUpTo(m.engine.mostNames, data)
	if err != nil {
		return nil, refused(fmt.Errorf("tree %s: %w", id, err))
	}
	m.trees[id] = items
	return items, nil
}

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
