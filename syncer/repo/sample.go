package repo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// This file serves those who hold another merge engine against git: it lists the
// commits of a whole history, to draw samples from, and tells what git's merge-tree
// answers, word for word, where [Quarantine.Merge] tells what it means.

// EveryCommit lists the commits that any ref of the repository reaches and that have as
// many parents as said, newest first.
func (e *Elsewhere) EveryCommit(ctx context.Context, parents int) ([]forks.Hash, error) {
	var list []forks.Hash
	_, err := e.git.run(ctx, call{
		args: []string{"rev-list", "--all", fmt.Sprintf("--min-parents=%d", parents), fmt.Sprintf("--max-parents=%d", parents)},
		dir:  e.dir,
		stdout: &lineWriter{take: func(line []byte) error {
			id, err := forks.ParseHash(string(line))
			list = append(list, id)
			return err
		}},
	})
	if err != nil {
		return nil, ended(fmt.Errorf("list the commits of %s: %w", e.dir, err))
	}
	return list, nil
}

// Parentage returns the tree and the parents of each of the commits. One that is not
// there is an error.
func (e *Elsewhere) Parentage(ctx context.Context, commits []forks.Hash) (map[forks.Hash]forks.CommitInfo, error) {
	known := make(map[forks.Hash]forks.CommitInfo, len(commits))
	_, err := e.git.run(ctx, call{
		args:  []string{"rev-list", "--no-walk=unsorted", "--no-commit-header", "--format=%H %T %P", "--stdin"},
		dir:   e.dir,
		stdin: idLines(commits),
		stdout: &lineWriter{take: func(line []byte) error {
			info, err := parseCommitInfo(string(line))
			known[info.ID] = info
			return err
		}},
	})
	if err != nil {
		return nil, ended(fmt.Errorf("read commits of %s: %w", e.dir, err))
	}
	return known, nil
}

// NewQuarantine opens a quarantine of its own in front of the repository: with its
// Close all is gone that was made in it, while the other one's stays.
func (e *Elsewhere) NewQuarantine(ctx context.Context) (*Quarantine, error) {
	return e.scratch.Quarantine(ctx)
}

// MergeAnswer is what git's merge-tree answered.
type MergeAnswer struct {
	Tree     forks.Hash
	Exit     int         // 0 clean, 1 not
	Stages   []PathStage // sorted by path and stage
	Messages []forks.MergeMessage
	// Base, Ours and Theirs are what git calls the inputs, in messages and markers.
	Base, Ours, Theirs string
}

// PathStage is one input of a path that is in conflict.
type PathStage struct {
	Path string
	forks.Stage
}

// AnswerTrees asks git to merge three trees, even where it is plain what comes of it; a
// zero id is the empty tree. Where git gives up the error is [forks.ErrGaveUp].
func (q *Quarantine) AnswerTrees(ctx context.Context, base, ours, theirs forks.Hash) (MergeAnswer, error) {
	for _, id := range []*forks.Hash{&base, &ours, &theirs} {
		if id.IsZero() {
			*id = emptyTree
		}
	}
	ids, err := q.throwaways(base, ours, theirs)
	if err != nil {
		return MergeAnswer{}, err
	}
	answer, err := q.AnswerCommits(ctx, ids.ours, ids.theirs)
	answer.Base = ids.base.String()
	return answer, err
}

// AnswerCommits asks git to merge two commits over their merge bases. What it calls the
// base is not told.
func (q *Quarantine) AnswerCommits(ctx context.Context, a, b forks.Hash) (MergeAnswer, error) {
	answer := MergeAnswer{Ours: a.String(), Theirs: b.String()}
	out, err := q.run(ctx, call{args: []string{"merge-tree", "--write-tree", "-z", "--messages", a.String(), b.String()}, maxExit: 1})
	if aborted(err) {
		err = fmt.Errorf("%w: %w", forks.ErrGaveUp, err)
	}
	if err != nil {
		return answer, err
	}
	answer.Exit = out.exit
	fields := strings.Split(strings.TrimSuffix(string(out.stdout), "\x00"), "\x00")
	if answer.Tree, err = forks.ParseHash(fields[0]); err != nil {
		return answer, fmt.Errorf("answer of merge-tree: %w", err)
	}
	stages, rest, err := parseStages(fields[1:])
	if err != nil {
		return answer, fmt.Errorf("answer of merge-tree: %w", err)
	}
	for path, list := range stages {
		for _, s := range list {
			answer.Stages = append(answer.Stages, PathStage{path, s})
		}
	}
	slices.SortFunc(answer.Stages, func(a, b PathStage) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Stage.Stage, b.Stage.Stage))
	})
	if answer.Messages, err = parseMessages(rest); err != nil {
		return answer, fmt.Errorf("answer of merge-tree: %w", err)
	}
	return answer, nil
}
