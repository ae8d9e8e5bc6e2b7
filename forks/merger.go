package forks

import (
	"cmp"
	"errors"
	"strings"
)

// ErrUnrelated says that two commits have no ancestor in common.
var ErrUnrelated = errors.New("the histories are unrelated")

// ErrGaveUp says that an engine cannot make a merge at all, which tells nothing about
// the merge: git 2.39 ends itself on some knots of moved directories.
var ErrGaveUp = errors.New("the engine gave up on the merge")

// EmptyTree is git's well-known id of the tree without entries, which is never stored.
var EmptyTree = Hash{0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04}

// The words for the inputs of a pick, in messages and in names that have to be made up
// ("path~upstream").
const (
	WordBase   = "base"
	WordOurs   = "upstream"
	WordTheirs = "patch"
)

// SettledMerge returns the result of a merge of three trees that needs no merging: a
// side did nothing, or both did the same.
func SettledMerge(base, ours, theirs Hash) (tree Hash, ok bool) {
	switch {
	case base == theirs || ours == theirs:
		return ours, true
	case base == ours:
		return theirs, true
	}
	return Hash{}, false
}

// Labels name the three inputs of a merge in its conflict markers.
type Labels struct {
	Base   string
	Ours   string
	Theirs string
}

// longestLabel is the length of a label in characters.
const longestLabel = 100

// Sanitized makes one short line of each label, and puts a word in the place of one that
// is empty.
func (l Labels) Sanitized() Labels {
	plain := func(label, instead string) string {
		return cmp.Or(Clip(Inert(strings.Join(strings.Fields(label), " ")), longestLabel), instead)
	}
	return Labels{plain(l.Base, WordBase), plain(l.Ours, WordOurs), plain(l.Theirs, WordTheirs)}
}

// Pick is a merge on which a plan rests, and what came of it.
type Pick struct {
	// Patch and Subject say whose merge it is; Patch is empty for one that repeats a
	// merge commit.
	Patch   PatchID
	Subject string
	// Base, Ours and Theirs are trees; where Commits is set, Ours and Theirs are commits
	// that are merged over their own merge bases, and Base is zero.
	Base, Ours, Theirs Hash
	Commits            bool
	Result             MergeResult
}
