package repo

import (
	"bytes"
	"cmp"
	"errors"

	"github.com/auxolotl/auxsync/forks"
)

// Trees are compared as they lie in memory: both are in the same order, so that one walk
// over both finds what is new, and an entry that both have is passed over by its bytes.

// rawEntry is one line of a tree as it lies in the tree's data.
type rawEntry struct {
	mode forks.Mode
	name []byte
	id   forks.Hash
	raw  []byte
}

var errTreeUnreadable = errors.New("it cannot be read")

// cutEntry takes the first line off a tree's data.
func cutEntry(data []byte) (e rawEntry, rest []byte, err error) {
	end := bytes.IndexByte(data, 0)
	space := bytes.IndexByte(data[:max(end, 0)], ' ')
	if space < 1 || len(data) < end+1+len(e.id) {
		return e, nil, errTreeUnreadable
	}
	for _, digit := range data[:space] {
		if digit < '0' || digit > '7' || e.mode >= 1<<29 {
			return e, nil, errTreeUnreadable
		}
		e.mode = e.mode<<3 | forks.Mode(digit-'0')
	}
	e.name = data[space+1 : end]
	e.id = forks.Hash(data[end+1:])
	n := end + 1 + len(e.id)
	e.raw = data[:n]
	return e, data[n:], nil
}

// newEntries calls visit for each entry of a tree that an old one does not have as it
// is. Was is the folder of that name in the old one; zero if it had none.
func newEntries(tree, old []byte, visit func(e rawEntry, was forks.Hash) error) error {
	for len(tree) > 0 {
		e, rest, err := cutEntry(tree)
		if err != nil {
			return err
		}
		tree = rest
		if bytes.HasPrefix(old, e.raw) {
			old = old[len(e.raw):]
			continue
		}
		var was rawEntry
		if was, old = find(old, e); bytes.Equal(was.raw, e.raw) {
			continue
		}
		if was.mode != forks.ModeDir {
			was.id = forks.Hash{}
		}
		if err := visit(e, was.id); err != nil {
			return err
		}
	}
	return nil
}

// find goes on in an old tree to where an entry stands, or would stand. What cannot be
// read is as if it were not there.
func find(old []byte, e rawEntry) (was rawEntry, rest []byte) {
	for len(old) > 0 {
		o, next, err := cutEntry(old)
		if err != nil {
			return rawEntry{}, nil
		}
		switch order := o.compare(e); {
		case order == 0:
			return o, next
		case order > 0:
			return rawEntry{}, old
		}
		old = next
	}
	return rawEntry{}, nil
}

// compare orders entries as git does: a folder as if its name ended in a slash.
func (e rawEntry) compare(o rawEntry) int {
	n := min(len(e.name), len(o.name))
	if order := bytes.Compare(e.name[:n], o.name[:n]); order != 0 {
		return order
	}
	return cmp.Compare(e.byteAt(n), o.byteAt(n))
}

func (e rawEntry) byteAt(i int) byte {
	switch {
	case i < len(e.name):
		return e.name[i]
	case e.mode == forks.ModeDir:
		return '/'
	}
	return 0
}
