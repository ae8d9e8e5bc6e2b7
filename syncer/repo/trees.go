package repo

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// treeEntry is one line of a tree.
type treeEntry struct {
	mode forks.Mode
	name string
	id   forks.Hash
}

// key sorts as git does: a directory as if its name ended in a slash.
func (e treeEntry) key() string {
	if e.mode == forks.ModeDir {
		return e.name + "/"
	}
	return e.name
}

func (q *Quarantine) readTree(id forks.Hash) ([]treeEntry, error) {
	kind, data, err := q.Object(id)
	if err != nil {
		return nil, err
	}
	if kind != "tree" {
		return nil, &WrongTypeError{ID: id, Want: "tree", Have: kind}
	}
	entries, err := parseTree(data)
	if err != nil {
		return nil, q.repo.damaged(fmt.Errorf("tree %s: %w", id, err))
	}
	return entries, nil
}

// parseTree reads a tree's data. It returns no nil list for a tree without entries.
func parseTree(data []byte) ([]treeEntry, error) {
	entries := []treeEntry{}
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		mode, name, hasName := strings.Cut(string(head), " ")
		n, err := strconv.ParseUint(mode, 8, 32)
		if !ok || !hasName || err != nil || len(rest) < len(forks.Hash{}) {
			return nil, errors.New("it cannot be read")
		}
		entries = append(entries, treeEntry{forks.Mode(n), name, forks.Hash(rest[:20])})
		data = rest[20:]
	}
	return entries, nil
}

func (q *Quarantine) writeTree(entries []treeEntry) (forks.Hash, error) {
	slices.SortFunc(entries, func(a, b treeEntry) int { return strings.Compare(a.key(), b.key()) })
	var b bytes.Buffer
	for _, e := range entries {
		fmt.Fprintf(&b, "%o %s\x00", uint32(e.mode), e.name)
		b.Write(e.id[:])
	}
	return q.Write("tree", b.Bytes())
}

// editEntry lets edit change the entry at path, given as the entries of its
// directory and its place among them, and returns the changed tree. If nothing is
// at path, edit is not called.
func (q *Quarantine) editEntry(tree forks.Hash, path string, edit func(entries []treeEntry, i int) error) (forks.Hash, error) {
	entries, err := q.readTree(tree)
	if err != nil {
		return tree, err
	}
	name, below, deeper := strings.Cut(path, "/")
	i := slices.IndexFunc(entries, func(e treeEntry) bool { return e.name == name })
	if i < 0 {
		return tree, nil
	}
	was := entries[i]
	if !deeper {
		err = edit(entries, i)
	} else if was.mode == forks.ModeDir {
		entries[i].id, err = q.editEntry(was.id, below, edit)
	}
	if err != nil || entries[i] == was {
		return tree, err
	}
	return q.writeTree(entries)
}
