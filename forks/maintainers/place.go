package maintainers

import "github.com/auxolotl/auxsync/forks"

// Tree is one commit's files. It is used by one goroutine at a time. Paths have "/"
// between their parts and none at the ends.
type Tree interface {
	// File returns a regular file's content and the id of its blob. Where there is none
	// (nothing, a folder, a link, a submodule) content is nil and blob zero.
	File(path string) (content []byte, blob forks.Hash, err error)
	// Names lists what is in a folder, sorted, folders with a "/" at their end; nil if
	// there is no such folder. "" is the top.
	Names(dir string) ([]string, error)
}

// Lines is a range of lines of a file, both included, from 1.
type Lines struct{ First, Last int }

// Place is a path that a conflict is about, with the lines concerned on each side.
// A side without lines is concerned as a whole. Path is hostile.
type Place struct {
	Path                   string
	Fork, Upstream, Parent []Lines
}

// Trees are the sides on which places are read, in this order. One that is nil is
// left out. What stands between conflict markers is never read.
type Trees struct {
	Fork     Tree // the fork's side: the patch
	Upstream Tree // upstream's new side
	Parent   Tree // what the patch was made on
}
