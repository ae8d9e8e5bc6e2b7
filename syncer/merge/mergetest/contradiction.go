package mergetest

import (
	"fmt"
	"slices"
)

// Answers that contradict themselves. A directory rename can put new files below a path
// that is a file, or into a directory that is the same everywhere. Git 2.39 decides about
// both as it walks through the three trees, before it knows of that, and then leaves
// files out of the tree without a word, or records an entry of mode 0. Following it would
// lose files; such an answer is no oracle.

// Contradiction says what is impossible in an answer of git to a merge of ours and
// theirs, if anything is; result is the tree of the answer.
func Contradiction(a Answer, ours, theirs, result Tree) string {
	for _, s := range a.Stages {
		if s.Mode == 0 {
			return fmt.Sprintf("%q has an entry of mode 0", s.Path)
		}
		if s.Stage.Stage == 1 {
			continue
		}
		for dir := parent(s.Path); dir != ""; dir = parent(dir) {
			if _, file := result[dir]; file {
				return fmt.Sprintf("%q is in conflict and lies below the file %q", s.Path, dir)
			}
		}
	}
	for _, m := range a.Messages {
		if m.Kind != "Path updated due to directory rename" && m.Kind != "CONFLICT (directory rename suggested)" {
			continue
		}
		if _, there := result[m.Paths[0]]; !there && !a.speaksAgain(m) {
			return fmt.Sprintf("%q was moved along and is gone without a word", m.Paths[0])
		}
		for dir := parent(m.Paths[0]); dir != ""; dir = parent(dir) {
			if _, file := result[dir]; file {
				return fmt.Sprintf("%q was moved below the file %q", m.Paths[0], dir)
			}
		}
	}
	for _, path := range ours.Paths() {
		_, kept := result[path]
		if _, both := theirs[path]; both && !kept && !a.names(path) {
			return fmt.Sprintf("%q is on both sides and gone without a word", path)
		}
	}
	return ""
}

// speaksAgain reports whether the answer has more to say about the path of a message.
func (a Answer) speaksAgain(m Message) bool {
	path := m.Paths[0]
	return slices.ContainsFunc(a.Stages, func(s Stage) bool { return s.Path == path }) ||
		slices.ContainsFunc(a.Messages, func(other Message) bool { return other.Text != m.Text && slices.Contains(other.Paths, path) })
}

// names reports whether a message is about a path.
func (a Answer) names(path string) bool {
	for _, m := range a.Messages {
		if slices.Contains(m.Paths, path) {
			return true
		}
	}
	return false
}
