package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// A command that stands in for one of git's is called by what calls git, and that reads
// standard error too. So there is no answer in git's form: a line that begins with
// "fatal:", behind one that begins with "error:" where git has one. Where git has a
// sentence for a failure ours begins with it.

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
	if name, ok := strings.CutPrefix(said, "unknown flag: --"); ok {
		said = "unknown option `" + name + "'"
	}
	return "error: " + said + "\n" + use
}

// sayAsGit tells why there is no answer. What remains of an error is its exit code; an
// answer, such as a conflict, stays as it is.
func (a *app) sayAsGit(ctx context.Context, err error) error {
	if coded, ok := errors.AsType[*exitError](err); err == nil || ok && coded.code == exitConflict || ctx.Err() != nil {
		return err
	}
	code, said := exitUnanswered, "fatal: "+err.Error()
	missing, isMissing := errors.AsType[*repo.MissingObjectError](err)
	if misuse, ok := errors.AsType[*misuseError](err); ok {
		code, said = exitMisuse, misuse.Error()
	} else if isMissing {
		said = missingAsGit(missing.ID, err)
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
