package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// comparison is what came of one case.
type comparison struct {
	corpusCase
	skipped  string // why it could not be compared
	gaveUp   bool   // git did
	failed   string // why the engine has no answer, where git has one
	gitClean bool
	clean    bool     // as the engine says
	kinds    []string // of git's conflicts, each once, sorted
	// differs names what is not equal, of aspects, and details says the first of it.
	differs []string
	details []string
	// gitTook includes the start of a process and, of a merge, finding its bases.
	gitTook, engineTook time.Duration
}

// The aspects of a merge. Trees are compared where both are clean, markers where both
// are not; paths and stages where either is not.
const (
	aspectVerdict  = "verdict"
	aspectTree     = "clean tree"
	aspectPaths    = "conflict paths"
	aspectStages   = "stages"
	aspectMessages = "messages"
	aspectMarkers  = "tree with markers"
)

// grave reports whether engine and git differ in what decides what is published.
func (c comparison) grave() bool {
	return c.failed != "" || slices.Contains(c.differs, aspectVerdict) || slices.Contains(c.differs, aspectTree)
}

// compare holds the engine's result against git's answer.
func (c *comparison) compare(git repo.MergeAnswer, own merge.Result) {
	c.gitClean, c.clean = git.Exit == 0, own.Clean
	c.kinds = conflictKinds(git.Messages)
	if c.gitClean != c.clean {
		c.differ(aspectVerdict, fmt.Sprintf("git is %s, the engine %s", verdictWord(c.gitClean), verdictWord(c.clean)))
	}
	switch {
	case c.gitClean && c.clean && git.Tree != own.Tree:
		c.differ(aspectTree, fmt.Sprintf("git has %s, the engine %s", git.Tree, own.Tree))
	case !c.gitClean && !c.clean && git.Tree != own.Tree:
		c.differ(aspectMarkers, fmt.Sprintf("git has %s, the engine %s", git.Tree, own.Tree))
	}
	stages := make([]repo.PathStage, len(own.Stages))
	for i, s := range own.Stages {
		stages[i] = repo.PathStage(s)
	}
	messages := make([]forks.MergeMessage, len(own.Messages))
	for i, m := range own.Messages {
		messages[i] = forks.MergeMessage(m)
	}
	c.sets(aspectPaths, conflictPaths(git.Stages, git.Messages), conflictPaths(stages, messages))
	c.lists(aspectStages, stageLines(git.Stages), stageLines(stages))
	c.lists(aspectMessages, messageLines(git.Messages), messageLines(messages))
}

func (c *comparison) differ(aspect, detail string) {
	c.differs = append(c.differs, aspect)
	c.details = append(c.details, aspect+": "+forks.Clip(forks.Inert(detail), longestDetail))
}

// longestDetail is how long one detail of a difference is at most, in characters.
const longestDetail = 400

func verdictWord(clean bool) string {
	if clean {
		return "clean"
	}
	return "in conflict"
}

// sets compares sorted lists without order.
func (c *comparison) sets(aspect string, git, own []string) {
	if slices.Equal(git, own) {
		return
	}
	if only := lacking(git, own); len(only) > 0 {
		c.differ(aspect, fmt.Sprintf("only git has %s", strings.Join(only, ", ")))
		return
	}
	c.differ(aspect, fmt.Sprintf("only the engine has %s", strings.Join(lacking(own, git), ", ")))
}

// lacking lists what of a is not in b.
func lacking(a, b []string) []string {
	in := map[string]bool{}
	for _, s := range b {
		in[s] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return in[s] })
}

// lists compares lists with their order.
func (c *comparison) lists(aspect string, git, own []string) {
	for i := range max(len(git), len(own)) {
		g, o := "nothing more", "nothing more"
		if i < len(git) {
			g = git[i]
		}
		if i < len(own) {
			o = own[i]
		}
		if g != o {
			c.differ(aspect, fmt.Sprintf("git has %s, the engine %s", g, o))
			return
		}
	}
}

// conflictPaths lists the paths that a stage or a sentence about a conflict names.
func conflictPaths(stages []repo.PathStage, messages []forks.MergeMessage) []string {
	var paths []string
	for _, s := range stages {
		paths = append(paths, s.Path)
	}
	for _, m := range messages {
		if strings.HasPrefix(m.Kind, "CONFLICT") {
			paths = append(paths, m.Paths...)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

func stageLines(stages []repo.PathStage) []string {
	list := slices.SortedFunc(slices.Values(stages), func(a, b repo.PathStage) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Stage.Stage, b.Stage.Stage))
	})
	lines := make([]string, len(list))
	for i, s := range list {
		lines[i] = fmt.Sprintf("%06o %s %d %q", uint32(s.Mode), s.ID, s.Stage.Stage, s.Path)
	}
	return lines
}

func messageLines(messages []forks.MergeMessage) []string {
	lines := make([]string, len(messages))
	for i, m := range messages {
		lines[i] = fmt.Sprintf("%s %q %q", m.Kind, m.Paths, m.Text)
	}
	return lines
}

// conflictKinds lists the kinds of conflicts that messages tell of.
func conflictKinds(messages []forks.MergeMessage) []string {
	var kinds []string
	for _, m := range messages {
		if strings.HasPrefix(m.Kind, "CONFLICT") {
			kinds = append(kinds, m.Kind)
		}
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// reproduce returns shell commands that show a case, each on its own: one for the engine
// and one for git, of any version that has merge-tree --write-tree. Nothing is written to
// the repository.
func (c corpusCase) reproduce(dir string) (auxsync, git string) {
	in := "(cd " + forks.ShellWord(dir) + " && "
	aside := `o=$(git rev-parse --path-format=absolute --git-path objects) && export GIT_ALTERNATE_OBJECT_DIRECTORIES="$o" GIT_OBJECT_DIRECTORY="$(mktemp -d)" && `
	if c.merge {
		sides := fmt.Sprintf("%s %s)", c.ours, c.theirs)
		return in + "auxsync debug merge-tree --write-tree --messages " + sides,
			in + aside + "git merge-tree --write-tree --messages " + sides
	}
	return in + fmt.Sprintf("auxsync debug merge-tree --write-tree --messages --merge-base=%s %s %s)", c.base, c.ours, c.theirs),
		in + aside + fmt.Sprintf("c() { git -c user.name=c -c user.email=c commit-tree -m c \"$@\"; } && b=$(c %s) && git merge-tree --write-tree --messages $(c -p $b %s) $(c -p $b %s))", c.base, c.ours, c.theirs)
}
