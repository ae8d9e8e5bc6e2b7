package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/rebase"
	"github.com/auxolotl/auxsync/syncer/repo"
)

func (a *app) debugReplayCommand() *cobra.Command {
	var onto string
	var now bool
	cmd := &cobra.Command{
		Use:   "replay --onto NEW A..B",
		Short: "Replay commits on another one, as `git cherry-pick A..B` would",
		Long: `Pick each commit of a range, the oldest first, onto a commit of the repository it is
called in, touching neither index nor work tree, and print the id of the new tip. New
objects are written to the repository as one pack, and no ref is moved.

Author, encoding, unknown headers and message of a commit stay byte for byte, and so
does the committer; signatures go, for they would no longer be true. A commit that
changes nothing any more is dropped, one that never did stays. Of settings and attributes
merges follow what ` + "`debug merge-tree`" + ` follows.

Exit codes: 0, and the new tip is printed; 1 for a conflict, and standard error names the
commit, its paths and what is in the way there, and nothing is written; 128 if there is
no answer, such as for a merge in the range.`,
		Example: `  auxsync debug replay --onto origin/main main..topic
  git update-ref refs/heads/topic "$(auxsync debug replay --committer-now --onto main main@{1}..topic)"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || !strings.Contains(args[0], "..") || strings.Contains(args[0], "...") || onto == "" {
				return usage("%s takes --onto and one range, A..B; see `%s --help`", cmd.CommandPath(), cmd.CommandPath())
			}
			return a.sayAsGit(cmd.Context(), a.debugReplay(cmd.Context(), onto, args[0], now))
		},
	}
	cmd.Flags().StringVar(&onto, "onto", "", "the commit to replay on: `NEW`")
	cmd.Flags().BoolVar(&now, "committer-now", false, "be the committer, as git would have it now, instead of keeping each commit's own")
	return cmd
}

func (a *app) debugReplay(ctx context.Context, onto, revs string, now bool) (err error) {
	m, err := a.openMerging(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	to, err := m.there.Resolve(ctx, onto, "commit")
	if _, none := errors.AsType[*repo.NoRevisionError](err); none {
		return fmt.Errorf("'%s' is not a valid commit-ish for --onto", forks.Inert(onto))
	}
	if err != nil {
		return err
	}
	infos, err := m.there.Range(ctx, revs)
	if err != nil {
		return err
	}
	commits := make([]forks.Hash, len(infos))
	for i, info := range infos {
		commits[i] = info.ID
	}
	committer := ""
	if now {
		if committer, err = m.there.Committer(ctx); err != nil {
			return err
		}
	}
	r, err := rebase.Linear(ctx, m.there.Quarantine(), picker{m.engine}, commits, to, committer)
	if err != nil {
		return err
	}
	if r.Conflict != nil {
		return &exitError{exitConflict, errors.New(replayConflict(r.Conflict))}
	}
	if err := m.there.Keep(ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.out, r.Tip)
	return err
}

// replayConflict tells a conflict: a line for the commit, and one for each path.
func replayConflict(c *rebase.LinearConflict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s) conflicts:", c.Commit, forks.Clip(forks.Inert(c.Subject), 100))
	for _, f := range c.Files {
		fmt.Fprintf(&b, "\n%s: %s", f.Kind, forks.Inert(string(f.Path)))
	}
	return b.String()
}

// picker makes the merges of a replay with an engine.
type picker struct{ engine *merge.Engine }

// Merge implements [rebase.TreeMerger]. Where git 2.39 leaves markers and calls it clean
// the messages know better, as they do in a pass.
func (p picker) Merge(ctx context.Context, base, ours, theirs forks.Hash) (forks.MergeResult, error) {
	r, err := p.engine.Trees(ctx, merge.Input{Base: base, Ours: ours, Theirs: theirs, Names: merge.Names{Base: "base", Ours: "onto", Theirs: "picked"}})
	if err != nil {
		return forks.MergeResult{}, err
	}
	return r.MergeResult()
}
