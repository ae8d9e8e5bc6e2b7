package mergetest

import (
	"cmp"
	"fmt"
	"maps"
	"strconv"

	"github.com/auxolotl/auxsync/forks"
)

// Case is one three-way merge of trees.
type Case struct{ Base, Ours, Theirs Tree }

// String writes the three trees, each as [Parse] reads it.
func (c Case) String() string {
	return fmt.Sprintf("base:\n%sours:\n%stheirs:\n%s", c.Base, c.Ours, c.Theirs)
}

// Clone returns a case that shares nothing.
func (c Case) Clone() Case { return Case{clone(c.Base), clone(c.Ours), clone(c.Theirs)} }

// Swapped is the case seen from the other side.
func (c Case) Swapped() Case { return Case{c.Base, c.Theirs, c.Ours} }

func (c Case) trees() [3]Tree { return [3]Tree{c.Base, c.Ours, c.Theirs} }

// Settings are how a merge is asked for, as git's config has it. An empty word is git's
// default.
type Settings struct {
	Style            string // merge, diff3 or zdiff3
	DirectoryRenames string // false, true or conflict
	RenameLimit      int    // 0 is git's default
}

// arguments stand before the name of the command. The abbreviated id of the base, which
// markers show, is made the whole: what is unique depends on the repository.
func (s Settings) arguments() []string {
	args := []string{"-c", "core.abbrev=40"}
	if s.Style != "" {
		args = append(args, "-c", "merge.conflictStyle="+s.Style)
	}
	if s.DirectoryRenames != "" {
		args = append(args, "-c", "merge.directoryRenames="+s.DirectoryRenames)
	}
	if s.RenameLimit != 0 {
		args = append(args, "-c", "merge.renameLimit="+strconv.Itoa(s.RenameLimit))
	}
	return args
}

// Question is a merge that git is asked for: two commits that have their base in common.
type Question struct {
	Settings     Settings
	Ours, Theirs forks.Hash // commits; their ids are what the sides are called
	// Base is the commit of the base and Trees are the trees of base, ours and theirs:
	// what an engine that merges trees is given. Zero where histories are merged.
	Base      forks.Hash
	Trees     [3]forks.Hash
	Unrelated bool // histories without a common ancestor may be merged
	// Names are what the sides are called, as names of branches; empty for their ids. Two
	// questions may not give one name to different commits.
	Names [2]string
}

// OursName is what ours is called.
func (q Question) OursName() string { return cmp.Or(q.Names[0], q.Ours.String()) }

// TheirsName is what theirs is called.
func (q Question) TheirsName() string { return cmp.Or(q.Names[1], q.Theirs.String()) }

// Question writes the case to the store, with commits around its trees.
func (c Case) Question(s *Store, settings Settings) Question {
	q := Question{Settings: settings}
	for i, t := range c.trees() {
		q.Trees[i] = s.Tree(t)
	}
	q.Base = s.Commit("base", q.Trees[0])
	q.Ours = s.Commit("ours", q.Trees[1], q.Base)
	q.Theirs = s.Commit("theirs", q.Trees[2], q.Base)
	return q
}

func clone(t Tree) Tree {
	if t == nil {
		return Tree{}
	}
	return maps.Clone(t)
}
