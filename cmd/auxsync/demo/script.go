package demo

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// tree is the text of each file, by path.
type tree map[string]string

// edit changes a tree, and refuses one that it does not fit.
type edit func(tree) error

// put writes a file, new or not.
func put(path, text string) edit {
	return func(t tree) error {
		t[path] = text
		return nil
	}
}

// drop deletes a file.
func drop(path string) edit {
	return func(t tree) error {
		if _, ok := t[path]; !ok {
			return fmt.Errorf("%s: no such file to delete", path)
		}
		delete(t, path)
		return nil
	}
}

// move renames a file.
func move(from, to string) edit {
	return func(t tree) error {
		text, ok := t[from]
		if !ok {
			return fmt.Errorf("%s: no such file to move", from)
		}
		delete(t, from)
		t[to] = text
		return nil
	}
}

// swap replaces a text that occurs exactly once in a file.
func swap(path, old, text string) edit {
	return func(t tree) error {
		if n := strings.Count(t[path], old); n != 1 {
			return fmt.Errorf("%s: %q occurs %d times, want once", path, old, n)
		}
		t[path] = strings.Replace(t[path], old, text, 1)
		return nil
	}
}

// everywhere replaces a text in all .nix files that have it.
func everywhere(old, text string) edit {
	return func(t tree) error {
		for path, have := range t {
			if strings.HasSuffix(path, ".nix") {
				t[path] = strings.ReplaceAll(have, old, text)
			}
		}
		return nil
	}
}

// commit is one commit of the world, before and after git knows it.
type commit struct {
	parents []*commit
	by      forks.Person
	at      time.Time
	message string
	before  tree // of the first parent
	after   tree
	id      forks.Hash // set by the first import
}

// subject is the first line of the message.
func (c *commit) subject() string {
	line, _, _ := strings.Cut(c.message, "\n")
	return line
}

// line is a branch while it is being written.
type line struct {
	tip   *commit
	tree  tree
	edits []edit // since it was cut
}

// cut starts a topic at the tip of l.
func (l *line) cut() *line { return &line{tip: l.tip, tree: l.tree} }

// script collects commits in the order in which they are made, each some time
// after the one before. The first error sticks: a script is fixed text, so an
// error is a mistake in it.
type script struct {
	commits []*commit
	now     time.Time
	step    time.Duration
	err     error
}

// commit adds one commit to l.
func (s *script) commit(l *line, by forks.Person, message string, edits ...edit) *commit {
	l.edits = append(l.edits, edits...)
	var parents []*commit
	if l.tip != nil {
		parents = []*commit{l.tip}
	}
	return s.add(l, parents, l.tree, by, message, edits)
}

// merge merges a topic into l with a merge commit.
func (s *script) merge(l, topic *line, by forks.Person, message string) *commit {
	return s.add(l, []*commit{l.tip, topic.tip}, l.tree, by, message, topic.edits)
}

// takeIn merges a newer upstream into l. The edits are what l has of its own,
// where it conflicts in the words of the one who merges.
func (s *script) takeIn(l *line, upstream *commit, by forks.Person, message string, edits ...edit) *commit {
	return s.add(l, []*commit{l.tip, upstream}, upstream.after, by, message, edits)
}

func (s *script) add(l *line, parents []*commit, from tree, by forks.Person, message string, edits []edit) *commit {
	after := maps.Clone(from)
	if after == nil {
		after = tree{}
	}
	for _, e := range edits {
		if err := e(after); err != nil && s.err == nil {
			s.err = fmt.Errorf("demo: commit %q: %w", message, err)
		}
	}
	s.now = s.now.Add(s.step)
	c := &commit{parents: parents, by: by, at: s.now, message: message + "\n", before: l.tree, after: after}
	s.commits = append(s.commits, c)
	l.tip, l.tree = c, after
	return c
}

// importInto writes commits to a branch of a bare repository with one process.
// Parents that are not in the list must be in the repository.
func importInto(ctx context.Context, g git, branch string, commits []*commit) error {
	marks := make(map[*commit]int, len(commits))
	var in bytes.Buffer
	for i, c := range commits {
		marks[c] = i + 1
		writeCommit(&in, branch, marks, c)
	}
	in.WriteString("done\n")
	out, err := g.feed(ctx, in.Bytes(), "fast-import", "--quiet", "--done")
	if err != nil {
		return err
	}
	ids := strings.Fields(out)
	if len(ids) != len(commits) {
		return fmt.Errorf("git fast-import named %d of %d commits", len(ids), len(commits))
	}
	for i, c := range commits {
		id, err := forks.ParseHash(ids[i])
		if err != nil {
			return err
		}
		if !c.id.IsZero() && c.id != id {
			return fmt.Errorf("commit %q is %s in one repository and %s in the other", c.subject(), c.id, id)
		}
		c.id = id
	}
	return nil
}

func writeCommit(w *bytes.Buffer, branch string, marks map[*commit]int, c *commit) {
	mark := marks[c]
	fmt.Fprintf(w, "commit refs/heads/%s\nmark :%d\n", branch, mark)
	for _, role := range []string{"author", "committer"} {
		fmt.Fprintf(w, "%s %s <%s> %d +0000\n", role, c.by.Name, c.by.Email, c.at.Unix())
	}
	fmt.Fprintf(w, "data %d\n%s\n", len(c.message), c.message)
	for i, parent := range c.parents {
		verb := "merge"
		if i == 0 {
			verb = "from"
		}
		if n, ok := marks[parent]; ok {
			fmt.Fprintf(w, "%s :%d\n", verb, n)
		} else {
			fmt.Fprintf(w, "%s %s\n", verb, parent.id)
		}
	}
	for _, path := range sortedPaths(c.before, c.after) {
		was, had := c.before[path]
		text, has := c.after[path]
		switch {
		case !has:
			fmt.Fprintf(w, "D %s\n", path)
		case !had || was != text:
			fmt.Fprintf(w, "M 100644 inline %s\ndata %d\n%s\n", path, len(text), text)
		}
	}
	fmt.Fprintf(w, "\nget-mark :%d\n", mark)
}

// sortedPaths lists the paths of two trees.
func sortedPaths(a, b tree) []string {
	both := maps.Clone(b)
	if both == nil {
		both = tree{}
	}
	maps.Copy(both, a)
	return slices.Sorted(maps.Keys(both))
}
