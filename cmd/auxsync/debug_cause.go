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

type causeFlags struct {
	dir, patch, from, to, run string
}

// causeAnswer is the JSON form of a cause.
type causeAnswer struct {
	Schema  string               `json:"schema"`
	Run     string               `json:"run"`             // "first" or "last"
	Cause   string               `json:"cause,omitempty"` // absent where there is no conflict
	Clean   string               `json:"clean,omitempty"` // the commit before it; absent where the cause is --from itself
	Inner   string               `json:"inner,omitempty"` // of a merge: the commit within that touches what conflicts
	Subject string               `json:"subject,omitempty"`
	Author  string               `json:"author,omitempty"`
	Files   []forks.ConflictFile `json:"files"` // in conflict at the cause
}

func (a *app) debugCauseCommand() *cobra.Command {
	var f causeFlags
	cmd := &cobra.Command{
		Use:   "cause --patch C --from OLD --to NEW",
		Short: "Which upstream commit a patch conflicts with",
		Long: `Tell with which commit of upstream a patch conflicts: one of the first-parent chain
that leads from OLD to NEW. The patch is picked by itself, without the rest of a stack.

With --run last, as in a pass, it is the commit that begins the run of conflicts that
reaches NEW: on the one before it the patch is clean, and from it on it never is. With
--run first it is the first commit of all with which the patch conflicts, whether or not
it is clean again later. If the patch conflicts on OLD already that may be the answer.

The first line is the id of the commit, the next ones are for people: subject and author,
for a merge the commit within that touches the conflicting files, and the kind and path of
each file that is in conflict there. Nothing is printed where there is no conflict.

The answer is exact: that of picking the patch onto every commit of the way. Most need not
be tried, for they change nothing that the pick looks at.

Exit codes: 0 if there is no conflict: with last at NEW, with first nowhere on the way; 1 if
there is one; 128 if there is no answer: no such repository or commit, a patch that is a
merge, a NEW that does not contain OLD.`,
		Example: `  auxsync debug cause --patch my-topic --from v1.0 --to origin/main
  auxsync debug cause --repo nixpkgs.git --patch 1a2b3c4 --from nixos-24.05 --to master --run first`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			found, err := a.debugCause(cmd.Context(), f)
			if err != nil {
				return err
			}
			if found {
				return &exitError{code: exitConflict}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&f.dir, "repo", ".", "the repository, bare or not, or a `DIR` in it")
	cmd.Flags().StringVar(&f.patch, "patch", "", "the `commit` to pick, with one parent or none")
	cmd.Flags().StringVar(&f.from, "from", "", "the `commit` where the way begins")
	cmd.Flags().StringVar(&f.to, "to", "", "the `commit` where it ends")
	cmd.Flags().StringVar(&f.run, "run", "last", "which run of conflicts is asked about: first or `last`")
	return cmd
}

// noArguments refuses arguments of a debug command that has only flags.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage("%s takes no arguments, only flags; see `%s --help`", cmd.CommandPath(), cmd.CommandPath())
}

// debugCause looks for the cause and prints it.
func (a *app) debugCause(ctx context.Context, f causeFlags) (found bool, err error) {
	runs := map[string]rebase.Run{"first": rebase.FirstRun, "last": rebase.LastRun}
	run, ok := runs[f.run]
	switch {
	case !ok:
		return false, usage("--run is first or last, not %q", forks.Inert(f.run))
	case f.patch == "" || f.from == "" || f.to == "":
		return false, usage("--patch, --from and --to are all needed; see `auxsync debug cause --help`")
	}
	git, err := repo.New(ctx, repo.Options{Path: a.env("AUXSYNC_GIT")})
	if err != nil {
		return false, err
	}
	a.children.of(git)
	defer func() { err = errors.Join(err, git.Close()) }()
	there, err := git.Here(ctx, f.dir, a.env)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, there.Close()) }()
	var ids [3]forks.Hash
	for i, rev := range []string{f.patch, f.from, f.to} {
		if ids[i], err = there.Resolve(ctx, rev, "commit"); err != nil {
			return false, err
		}
	}
	q := there.Quarantine()
	planner := rebase.NewPlanner(q, merge.NewMerger(q, q), q)
	c, found, err := planner.LoneCause(ctx, ids[0], ids[1], ids[2], run)
	if err != nil {
		return false, err
	}
	return found, a.showCause(f.run, c, found)
}

// showCause prints a cause: for scripts the id alone is the first line.
func (a *app) showCause(run string, c forks.Conflict, found bool) error {
	if a.json {
		return a.jsonLine(causeJSON(run, c, found))
	}
	if !found {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", c.Cause)
	fmt.Fprintf(&b, "  %s (%s)\n", forks.Inert(c.CauseSubject), forks.Inert(c.CauseAuthor.Name))
	if !c.Inner.IsZero() {
		fmt.Fprintf(&b, "  in it: %s\n", c.Inner)
	}
	if c.Clean.IsZero() {
		b.WriteString("  the way begins here: what came before was not looked at\n")
	}
	for _, f := range c.Files {
		fmt.Fprintf(&b, "  %s: %s\n", f.Kind, forks.Inert(string(f.Path)))
	}
	_, err := a.out.Write([]byte(b.String()))
	return err
}

func causeJSON(run string, c forks.Conflict, found bool) causeAnswer {
	answer := causeAnswer{Schema: "auxsync.cause/1", Run: run, Files: []forks.ConflictFile{}}
	if !found {
		return answer
	}
	answer.Cause, answer.Subject, answer.Author, answer.Files = c.Cause.String(), c.CauseSubject, c.CauseAuthor.Name, c.Files
	if !c.Clean.IsZero() {
		answer.Clean = c.Clean.String()
	}
	if !c.Inner.IsZero() {
		answer.Inner = c.Inner.String()
	}
	return answer
}
