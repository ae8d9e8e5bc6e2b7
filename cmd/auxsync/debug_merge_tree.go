package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	textmerge "github.com/auxolotl/auxsync/syncer/merge/lines"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// mergeTreeFlags are the options of `debug merge-tree`; they are git's.
type mergeTreeFlags struct {
	answerForm
	stdin      bool
	quiet      bool
	unrelated  bool
	base       string
	hasBase    bool
	strategies []string
}

func (a *app) debugMergeTreeCommand() *cobra.Command {
	var f mergeTreeFlags
	cmd := &cobra.Command{
		Use:   "merge-tree [--write-tree] [OPTIONS] A B",
		Short: "Merge as `git merge-tree --write-tree` does, with auxsync's own engine",
		Long: `Merge two commits of the repository it is called in, touching neither index nor work
tree: in the form, and with the result, of ` + "`git merge-tree --write-tree`" + `. Standard output
is the id of the merged tree; of a conflict also the stages of each path, an empty line,
and what there is to say. New objects are written to the repository as one pack when the
command ends, and no ref is moved.

With --merge-base the trees of A and B are merged over that of C, and all three may be
trees. With --stdin each line is "A B" or "C -- A B", and each answer is 1 (clean) or 0
(conflict), NUL, what -z prints, and NUL.

Followed as git does: the settings merge.conflictStyle, merge.renameLimit,
merge.directoryRenames, merge.default, diff.renameLimit and core.quotePath, replacement
refs, and the attributes merge (text, binary, union) and conflict-marker-size. An attribute
that names a command to merge with is refused: nothing is run.

Versions of git differ in two things, and the installed one decides. Before 2.41 renames
are looked for whatever merge.renames and diff.renames say, but for -X no-renames. Before
2.45 what git advises about submodules ends standard output; later it is on standard error.

Exit codes: 0 for a clean merge, and with --stdin for every answer; 1 for a conflict; 128
if there is no answer; 129 for a wrong use. A revision that is not there is 128, where git
itself exits 1.`,
		Example: `  auxsync debug merge-tree --write-tree main topic
  auxsync debug merge-tree --name-only --no-messages main topic
  auxsync debug merge-tree --merge-base=topic~1 main topic       pick the last commit of topic onto main
  git rev-list topic | sed 's/^/main /' | auxsync debug merge-tree --stdin`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.quiet, f.hasBase = a.quiet, cmd.Flags().Changed("merge-base")
			return a.sayAsGit(cmd.Context(), a.debugMergeTree(cmd.Context(), f, args))
		},
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return a.sayAsGit(cmd.Context(), &misuseError{flag: err})
	})
	flags := cmd.Flags()
	flags.SetInterspersed(false) // what follows a revision is one, as in git
	flags.Bool("write-tree", true, "merge to a tree; there is no other way here")
	flags.BoolVarP(&f.nul, "nul", "z", false, "end what is printed with NUL, and quote no path")
	flags.BoolVar(&f.nameOnly, "name-only", false, "print paths in conflict without modes, ids and stages")
	flags.BoolFunc("messages", "print messages of a clean merge too", f.setMessages(messagesAlways))
	flags.BoolFunc("no-messages", "print no messages", f.setMessages(messagesNever))
	flags.BoolVar(&f.unrelated, "allow-unrelated-histories", false, "merge commits that have no ancestor in common")
	flags.BoolVar(&f.stdin, "stdin", false, "read what to merge from standard input, a merge a line")
	flags.StringVar(&f.base, "merge-base", "", "merge over the tree of `C`")
	flags.StringArrayVarP(&f.strategies, "strategy-option", "X", nil, "`ours` or theirs: whose lines count where they conflict; no-renames")
	return cmd
}

// check refuses what does not go together.
func (f *mergeTreeFlags) check(args []string) error {
	for _, clash := range []struct {
		both     bool
		one, two string
	}{
		{f.stdin && f.hasBase, "--merge-base", "--stdin"},
		{f.quiet && f.stdin, "--quiet", "--stdin"},
		{f.quiet && f.nul, "--quiet", "-z"},
		{f.quiet && f.nameOnly, "--quiet", "--name-only"},
		{f.quiet && f.messages == messagesAlways, "--quiet", "--messages"},
	} {
		if clash.both {
			return fmt.Errorf("options '%s' and '%s' cannot be used together", clash.one, clash.two)
		}
	}
	if !f.stdin && len(args) != 2 {
		return &misuseError{}
	}
	return nil
}

func (a *app) debugMergeTree(ctx context.Context, f mergeTreeFlags, args []string) (err error) {
	if err := f.check(args); err != nil {
		return err
	}
	m, err := a.openMerging(ctx, f.strategies)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	f.quotePath, f.adviceApart = m.settings.quotePath, m.since(2, 45)
	if f.from, _, err = m.there.Prefix(ctx); err != nil {
		return err
	}
	if f.stdin {
		return a.mergeLines(ctx, m, f)
	}
	r, err := m.merge(ctx, mergeRequest{f.base, f.hasBase, args[0], args[1]}, f.unrelated)
	if err != nil {
		return err
	}
	if !f.quiet {
		if err := m.there.Keep(ctx); err != nil {
			return err
		}
		if err := a.print(&f.answerForm, "", r, ""); err != nil {
			return err
		}
	}
	if !r.Clean {
		return &exitError{exitConflict, nil}
	}
	return nil
}

// print prints one answer between what surrounds it, and what git advises beside it.
func (a *app) print(f *answerForm, before string, r merge.Result, after string) error {
	if _, err := io.WriteString(a.err, f.hints(r)); err != nil {
		return err
	}
	_, err := a.out.Write(append(f.answer([]byte(before), r), after...))
	return err
}

// longestRequest is the length in bytes of a line of standard input.
const longestRequest = 64 << 10

// mergeLines answers one line of standard input after the other. What was merged up to a
// line without an answer is kept all the same: its answers were given.
func (a *app) mergeLines(ctx context.Context, m *merging, f mergeTreeFlags) (err error) {
	defer func() { err = errors.Join(err, m.there.Keep(ctx)) }()
	f.nul = true
	in := bufio.NewScanner(a.in)
	in.Buffer(nil, longestRequest)
	in.Split(splitLines)
	for in.Scan() {
		request, err := parseMergeRequest(in.Text())
		if err != nil {
			return err
		}
		r, err := m.merge(ctx, request, f.unrelated)
		if err != nil {
			return err
		}
		status := "0\x00"
		if r.Clean {
			status = "1\x00"
		}
		if err := a.print(&f.answerForm, status, r, "\x00"); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	return nil
}

// splitLines is bufio.ScanLines that leaves carriage returns alone.
func splitLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := slices.Index(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// mergeRequest is one merge, in a person's words.
type mergeRequest struct {
	base    string
	hasBase bool
	a, b    string
}

// parseMergeRequest reads "A B" or "BASE -- A B".
func parseMergeRequest(line string) (r mergeRequest, err error) {
	sides := line
	if r.base, sides, r.hasBase = strings.Cut(line, " -- "); !r.hasBase {
		r.base, sides = "", line
	}
	a, b, two := strings.Cut(sides, " ")
	if !two || a == "" || b == "" || strings.Contains(b, " ") || r.hasBase && (r.base == "" || strings.Contains(r.base, " ")) {
		said := fmt.Sprintf("malformed input line: '%s'.", forks.Clip(forks.Inert(line), 200)) // as git says it
		return mergeRequest{}, errors.New(said)
	}
	r.a, r.b = a, b
	return r, nil
}

// merging is the repository that a command was called in, with an engine over it that
// merges by its settings.
type merging struct {
	git        *repo.Git
	there      *repo.Elsewhere
	attributes *repo.MergeAttributes
	settings   mergeSettings
	engine     *merge.Engine
}

// openMerging opens the repository of the current directory.
func (a *app) openMerging(ctx context.Context, strategies []string) (_ *merging, err error) {
	m := &merging{}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.Close())
		}
	}()
	if m.git, err = repo.New(ctx, repo.Options{Path: a.env("AUXSYNC_GIT")}); err != nil {
		return nil, err
	}
	a.children.of(m.git)
	if m.there, err = m.git.Here(ctx, ".", a.env); err != nil {
		return nil, err
	}
	list, err := m.there.Settings(ctx, settingsOfMerges)
	if err != nil {
		return nil, err
	}
	if m.settings, err = readMergeSettings(list, strategies, m.since(2, 41)); err != nil {
		return nil, err
	}
	m.attributes = m.there.MergeAttributes()
	o := m.settings.options
	o.Attributes = &attributesHere{m.attributes, m.settings}
	m.engine = merge.New(m.there.Quarantine(), o)
	return m, nil
}

// since reports whether the installed git is of a version or newer.
func (m *merging) since(major, minor int) bool {
	var have [2]int
	_, _ = fmt.Sscanf(m.git.Version(), "%d.%d", &have[0], &have[1]) // it was read before
	return slices.Compare(have[:], []int{major, minor}) >= 0
}

// Close frees what the merges took. What was not kept is gone.
func (m *merging) Close() error {
	var errs []error
	if m.attributes != nil {
		errs = append(errs, m.attributes.Close())
	}
	if m.there != nil {
		errs = append(errs, m.there.Close())
	}
	if m.git != nil {
		errs = append(errs, m.git.Close())
	}
	return errors.Join(errs...)
}

// merge makes one merge: of two commits over their own merge bases, or of three trees.
func (m *merging) merge(ctx context.Context, r mergeRequest, unrelated bool) (merge.Result, error) {
	if !r.hasBase {
		a, err := m.there.Resolve(ctx, r.a, "commit")
		if err != nil {
			return merge.Result{}, err
		}
		b, err := m.there.Resolve(ctx, r.b, "commit")
		if err != nil {
			return merge.Result{}, err
		}
		result, err := m.engine.Commits(ctx, historyHere{m.there, m.settings.options.Style}, a, b, merge.Names{Ours: r.a, Theirs: r.b}, unrelated)
		if errors.Is(err, merge.ErrUnrelated) {
			err = errors.New("refusing to merge unrelated histories") // git's own words: those who call it read them
		}
		return result, err
	}
	in := merge.Input{Names: merge.Names{Base: r.base, Ours: r.a, Theirs: r.b}}
	for _, side := range []struct {
		rev string
		id  *forks.Hash
	}{{r.base, &in.Base}, {r.a, &in.Ours}, {r.b, &in.Theirs}} {
		id, err := m.there.Resolve(ctx, side.rev, "tree")
		if err != nil {
			return merge.Result{}, err
		}
		*side.id = id
	}
	return m.engine.Trees(ctx, in)
}

// historyHere answers an engine's questions about the commits of the repository.
type historyHere struct {
	*repo.Elsewhere
	style textmerge.Style
}

// Abbreviate asks git only where the answer will be seen: a base is named behind markers.
func (h historyHere) Abbreviate(ctx context.Context, id forks.Hash) (string, error) {
	if h.style == textmerge.StyleMerge {
		return id.Short(), nil
	}
	return h.Elsewhere.Abbreviate(ctx, id)
}
