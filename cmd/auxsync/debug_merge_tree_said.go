package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/rebase"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// A command that stands in for one of git's is called by what calls git, and that reads
// standard error too. So there is no answer in git's own words, where git has some: lines
// that begin with "fatal:", "error:" or the command's name.

// misuseError is a wrong use of a command that git has too.
type misuseError struct {
	flag error // what is wrong with an option; nil: the arguments are
}

// Error is what git says of the option, and how the command is used.
func (e *misuseError) Error() string {
	const use = "usage: git merge-tree [--write-tree] [OPTIONS] A B\n" +
		"   as: auxsync debug merge-tree [--write-tree] [OPTIONS] A B\n" +
		"It takes two commits, and options before them: see `auxsync debug merge-tree --help`"
	if e.flag == nil {
		return use
	}
	said := e.flag.Error()
	for _, one := range flagErrors {
		if m := one.ours.FindStringSubmatch(said); m != nil {
			said = fmt.Sprintf(one.gits, m[1])
			break
		}
	}
	return "error: " + said + "\n" + use
}

// flagErrors is what git says of an option where the parser of flags says something else.
var flagErrors = []struct {
	ours *regexp.Regexp
	gits string
}{
	{regexp.MustCompile(`^unknown flag: --(.*)$`), "unknown option `%s'"},
	{regexp.MustCompile(`^unknown shorthand flag: '(.)'`), "unknown switch `%s'"},
	{regexp.MustCompile(`^flag needs an argument: --(.*)$`), "option `%s' requires a value"},
	{regexp.MustCompile(`^flag needs an argument: '(.)'`), "switch `%s' requires a value"},
	{regexp.MustCompile(`for "--([a-z-]*)" flag: it takes no value$`), "option `%s' takes no value"},
}

// sayAsGit tells why there is no answer. What remains of an error is its exit code; an
// answer, such as a conflict, stays as it is.
func (a *app) sayAsGit(ctx context.Context, err error) error {
	if coded, ok := errors.AsType[*exitError](err); err == nil || ok && coded.code == exitConflict || ctx.Err() != nil {
		return err
	}
	code, said := exitUnanswered, "fatal: "+err.Error()
	if misuse, ok := errors.AsType[*misuseError](err); ok {
		code, said = exitMisuse, misuse.Error()
	} else if missing, ok := errors.AsType[*repo.MissingObjectError](err); ok {
		said = missingAsGit(missing.ID, err)
	} else if none, ok := errors.AsType[*repo.NoRevisionError](err); ok {
		said = noRevisionAsGit(none)
	} else if _, ok := errors.AsType[*rebase.MergePickedError](err); ok {
		said = "fatal: replaying merge commits is not supported yet!" // which one, git rev-list --merges says
	} else if problem, ok := errors.AsType[*forks.Problem](err); ok && problem.Kind == forks.Retry {
		said = "fatal: " + err.Error() // a full disk, say: what to do is said there
	} else if failure, ok := errors.AsType[*repo.GitError](err); ok && failure.Cause == nil && failure.Stderr != "" {
		said = failure.Stderr // a child of git met what git itself would have met
	}
	for line := range strings.SplitSeq(strings.TrimRight(said, "\n"), "\n") {
		if _, err := io.WriteString(a.err, forks.Inert(line)+"\n"); err != nil {
			return err
		}
	}
	return &exitError{code, nil}
}

// missingAsGit tells of an object that is not there: git has one sentence for contents and
// another one for all else.
func missingAsGit(id forks.Hash, err error) string {
	if strings.Contains(err.Error(), "read blob: ") {
		return fmt.Sprintf("fatal: unable to read blob object %s: %v", id, err)
	}
	return fmt.Sprintf("error: Could not read %s\nfatal: %v", id, err)
}

// noRevisionAsGit tells of a name that leads to nothing that could be merged. A tree that
// git wants to read it reads at once, so that it knows of no other kinds there.
func noRevisionAsGit(none *repo.NoRevisionError) string {
	rev := forks.Inert(none.Rev)
	switch {
	case none.Want == "tree" && none.Have == "":
		return fmt.Sprintf("fatal: could not parse as tree '%s'", rev)
	case none.Want == "tree":
		return "fatal: " + none.Error()
	case none.Have == "" || none.Have == "ambiguous":
		return fmt.Sprintf("merge-tree: %s - not something we can merge", rev)
	}
	return fmt.Sprintf("error: %s: expected commit type, but the object dereferences to %s type\nmerge-tree: %s - not something we can merge", rev, none.Have, rev)
}
