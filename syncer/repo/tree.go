package repo

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

const (
	// largestFile is the size in bytes beyond which a file reads as none.
	largestFile = 4 << 20
	// largestFolder is the size in bytes of a folder's tree beyond which it reads as
	// empty: some 100,000 names.
	largestFolder = 8 << 20
	// longestPath is the length in bytes beyond which nothing is at a path, as on the
	// file systems that a checkout could be on.
	longestPath = 4096
	// keptEntries is how many entries of folders a Tree remembers at most.
	keptEntries = 1 << 20
)

// Tree is the files of one commit, read when they are asked for; each folder is read
// once. It is used by one goroutine at a time, while its quarantine is open.
//
// Whatever a tree holds, reading it is bounded: a file of more than 4 MiB is none, a
// folder whose tree has more than 8 MiB is empty, and so are names that no checkout
// could have, links, submodules, and entries whose object is of another kind than they
// say. An object that is missing is an error: a path that leads to it is there.
type Tree struct {
	q       *Quarantine
	top     forks.Hash
	folders map[forks.Hash][]treeEntry
	kept    int // entries in folders
}

// Tree opens the files of a commit, or of a tree. Any other object is a
// [*WrongTypeError], one that is nowhere a [*MissingObjectError].
func (q *Quarantine) Tree(commit forks.Hash) (*Tree, error) {
	kind, data, err := q.Object(commit)
	if err != nil {
		return nil, err
	}
	t := &Tree{q: q, top: commit, folders: map[forks.Hash][]treeEntry{}}
	switch kind {
	case "tree":
		return t, nil
	case "commit":
		line, _, _ := bytes.Cut(data, []byte("\n"))
		hex, _ := bytes.CutPrefix(line, []byte("tree "))
		if t.top, err = forks.ParseHash(string(hex)); err != nil {
			return nil, q.repo.damaged(fmt.Errorf("commit %s names no tree: %w", commit, err))
		}
		return t, nil
	}
	return nil, &WrongTypeError{ID: commit, Want: "commit or tree", Have: kind}
}

// File returns a regular file's content and the id of its blob. Where there is none
// content is nil and blob zero; an empty file's content is not nil.
func (t *Tree) File(path string) (content []byte, blob forks.Hash, err error) {
	e, err := t.entry(path)
	if err != nil || e.mode&kindBits != regular {
		return nil, forks.Hash{}, err
	}
	kind, data, err := t.q.upTo(largestFile, e.id)
	if err != nil || kind != "blob" || data == nil {
		return nil, forks.Hash{}, err
	}
	return data, e.id, nil
}

// Names lists what is in a folder, sorted, folders with a "/" at their end, links and
// submodules left out; nil if there is no such folder. "" is the top.
func (t *Tree) Names(dir string) ([]string, error) {
	id := t.top
	if dir != "" {
		e, err := t.entry(dir)
		if err != nil || e.mode&kindBits != forks.ModeDir {
			return nil, err
		}
		id = e.id
	}
	entries, err := t.folder(id)
	if err != nil || entries == nil {
		return nil, err
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		switch e.mode & kindBits {
		case forks.ModeDir:
			names = append(names, e.name+"/")
		case regular:
			names = append(names, e.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// What a mode says of the kind of an entry. Old trees hold more permissions of files
// than git writes today.
const (
	kindBits forks.Mode = 0o170000
	regular  forks.Mode = 0o100000
)

// entry finds what is at a path; a zero entry if nothing is.
func (t *Tree) entry(path string) (treeEntry, error) {
	if len(path) > longestPath {
		return treeEntry{}, nil
	}
	at := treeEntry{mode: forks.ModeDir, id: t.top}
	for name := range strings.SplitSeq(path, "/") {
		if at.mode&kindBits != forks.ModeDir {
			return treeEntry{}, nil
		}
		entries, err := t.folder(at.id)
		if err != nil {
			return treeEntry{}, err
		}
		i := slices.IndexFunc(entries, func(e treeEntry) bool { return e.name == name })
		if i < 0 {
			return treeEntry{}, nil
		}
		at = entries[i]
	}
	return at, nil
}

// folder returns the entries of a tree that a checkout could have; nil if the object is
// no tree, or too large a one.
func (t *Tree) folder(id forks.Hash) ([]treeEntry, error) {
	if entries, ok := t.folders[id]; ok {
		return entries, nil
	}
	kind, data, err := t.q.upTo(largestFolder, id)
	if err != nil {
		return nil, err
	}
	var entries []treeEntry
	if kind == "tree" && data != nil {
		if entries, err = parseTree(data); err != nil {
			return nil, t.q.repo.damaged(fmt.Errorf("tree %s: %w", id, err))
		}
		entries = slices.DeleteFunc(entries, func(e treeEntry) bool {
			return e.name == "" || e.name == "." || e.name == ".." || strings.Contains(e.name, "/")
		})
	}
	if t.kept += len(entries); t.kept > keptEntries {
		clear(t.folders)
		t.kept = len(entries)
	}
	t.folders[id] = entries
	return entries, nil
}
