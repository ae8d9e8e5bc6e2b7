package rebase

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// A linear replay picks commits one onto the other, as `git cherry-pick` does with a
// range: each is the three-way merge of its parent's tree, the tree it comes to stand on,
// and its own. It knows no stack, no ledger and no other track, and it ends at the first
// conflict. What changed nothing from the start stays; what changes nothing any more is
// dropped.

// TreeMerger is what a linear replay asks of a [Merger].
type TreeMerger interface {
	// Merge merges ours and theirs over base, all of them trees; a missing object is an
	// error and never a conflict.
	Merge(ctx context.Context, base, ours, theirs forks.Hash) (forks.MergeResult, error)
}

// LinearResult is what a linear replay came to.
type LinearResult struct {
	// Tip is the newest commit of the replayed line: where it was to go, if nothing of it
	// is left. With a conflict it is that of what was replayed before.
	Tip forks.Hash
	// Commits are the replayed forms of the commits, in their order; zero for one that was
	// dropped.
	Commits []forks.Hash
	// Conflict is what ended the replay; nil if nothing did.
	Conflict *LinearConflict
}

// LinearConflict is a commit that does not go where it was to go.
type LinearConflict struct {
	Commit  forks.Hash
	Subject string
	Files   []forks.ConflictFile
}

// MergePickedError says that a commit that was to be picked is a merge: it has no single
// parent to compare it with.
type MergePickedError struct {
	Commit  forks.Hash
	Subject string
}

// Error names the commit.
func (e *MergePickedError) Error() string {
	return fmt.Sprintf("%s (%s) is a merge, which cannot be picked; name a range without merges", e.Commit.Short(), forks.Clip(forks.Inert(e.Subject), 100))
}

// Linear replays commits, the oldest first, onto a commit. Their bytes stay but for
// tree, parent, signature and committer; committer replaces the committer line, and ""
// keeps it. A commit that stands where it is to go, with its committer kept, is itself,
// signature and all. Nothing is written for a commit that is dropped or conflicts. A
// merge among the commits is a [*MergePickedError].
func Linear(ctx context.Context, objects Objects, merger TreeMerger, commits []forks.Hash, onto forks.Hash, committer string) (LinearResult, error) {
	l := linear{objects: objects, merger: merger, committer: committer}
	var err error
	if l.tip, err = l.read(onto); err != nil {
		return LinearResult{}, err
	}
	result := LinearResult{Tip: onto, Commits: make([]forks.Hash, 0, len(commits))}
	for _, id := range commits {
		if err := ctx.Err(); err != nil {
			return result, err
		}
		c, err := l.read(id)
		if err != nil {
			return result, err
		}
		picked, files, err := l.pick(ctx, c)
		if err != nil {
			return result, err
		}
		if len(files) > 0 {
			result.Conflict = &LinearConflict{Commit: id, Subject: c.subject(), Files: files}
			return result, nil
		}
		if !picked.IsZero() {
			result.Tip = picked
		}
		result.Commits = append(result.Commits, picked)
	}
	return result, nil
}

// linear is a replay under way.
type linear struct {
	objects   Objects
	merger    TreeMerger
	committer string
	tip       commit // what the next one is picked onto
	last      commit // what was read last: the parent of the next one, mostly
}

// pick picks a commit onto the tip, and moves it; the id is zero if nothing is left of
// the commit.
func (l *linear) pick(ctx context.Context, c commit) (id forks.Hash, conflict []forks.ConflictFile, err error) {
	from := emptyTree
	switch len(c.parents) {
	case 0:
	case 1:
		parent, err := l.read(c.parents[0])
		if err != nil {
			return id, nil, err
		}
		from = parent.tree
	default:
		return id, nil, &MergePickedError{c.id, c.subject()}
	}
	l.last = c
	tree, files, err := l.merge(ctx, change{from, c.tree}, l.tip.tree)
	if err != nil || len(files) > 0 {
		return id, files, err
	}
	if tree == l.tip.tree && from != c.tree {
		return id, nil, nil
	}
	moved, err := l.rewritten(c, tree)
	if err == nil {
		l.tip = moved
	}
	return moved.id, nil, err
}

// merge applies a change to a tree.
func (l *linear) merge(ctx context.Context, c change, onto forks.Hash) (forks.Hash, []forks.ConflictFile, error) {
	switch {
	case c.from == onto:
		return c.to, nil, nil
	case c.empty():
		return onto, nil, nil
	}
	r, err := l.merger.Merge(ctx, c.from, onto, c.to)
	return r.Tree, r.Files, err
}

// rewritten is a commit with another tree, on the tip.
func (l *linear) rewritten(c commit, tree forks.Hash) (commit, error) {
	if l.committer == "" && tree == c.tree && len(c.parents) == 1 && c.parents[0] == l.tip.id {
		return c, nil
	}
	committer := l.committer
	if committer == "" {
		committer = c.headerLine("committer")
	}
	raw := rewriteCommit(c.raw, tree, []forks.Hash{l.tip.id}, committer)
	id, err := l.objects.Write("commit", raw)
	if err != nil {
		return commit{}, err
	}
	return parseCommit(id, raw)
}

// read reads a commit.
func (l *linear) read(id forks.Hash) (commit, error) {
	switch id {
	case l.tip.id:
		return l.tip, nil
	case l.last.id:
		return l.last, nil
	}
	kind, raw, err := l.objects.Object(id)
	if err != nil {
		return commit{}, err
	}
	if kind != "commit" {
		return commit{}, fmt.Errorf("object %s is a %s, want a commit", id, kind)
	}
	return parseCommit(id, raw)
}

// headerLine returns the value of a commit's first header of that name as it stands.
func (c commit) headerLine(name string) string {
	head, _, _ := bytes.Cut(c.raw, []byte("\n\n"))
	for line := range bytes.Lines(head) {
		if value, ok := strings.CutPrefix(string(line), name+" "); ok {
			return strings.TrimSuffix(value, "\n")
		}
	}
	return ""
}
