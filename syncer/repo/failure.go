package repo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// GitError is a run of git that failed. All of it is redacted and escaped.
type GitError struct {
	Args   []string // without the program
	Exit   int      // -1 if it did not end by itself
	Stderr string   // its last lines
	Cause  error    // set if the failure is not git's own: a signal, a pipe, too much output
}

// Error names the command without its options, the exit code and what git said: the
// log has the rest at level debug, and people the room for what matters to them.
func (e *GitError) Error() string {
	command := "git"
	if len(e.Args) > 0 {
		command += " " + escapeLine(e.Args[0])
	}
	said := strings.ReplaceAll(e.Stderr, "\n", "; ")
	switch {
	case e.Cause != nil && said != "":
		return fmt.Sprintf("%s: %v: %s", command, e.Cause, said)
	case e.Cause != nil:
		return fmt.Sprintf("%s: %v", command, e.Cause)
	case said == "":
		return fmt.Sprintf("%s: exit %d", command, e.Exit)
	}
	return fmt.Sprintf("%s: exit %d: %s", command, e.Exit, said)
}

// Unwrap returns the cause, if the failure is not git's own.
func (e *GitError) Unwrap() error { return e.Cause }

// DamagedError is a repository of ours in which something is broken or missing.
// A cache loses nothing by being removed and fetched again: see [Git.Rebuild].
type DamagedError struct {
	Dir string
	Err error // what was found

	made os.FileInfo // of the cache's mark: which cache it was; nil if it is none
}

// Error names the folder and what was found.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("the repository %s is damaged: %v", e.Dir, e.Err)
}

// Unwrap returns what was found.
func (e *DamagedError) Unwrap() error { return e.Err }

func (r *Repository) damaged(err error) error {
	if r.theirs != "" {
		return forks.AskPerson("see what `git fsck` says there", "the repository %s cannot be read: %w", r.theirs, err)
	}
	return &forks.Problem{Kind: forks.Retry, Err: &DamagedError{Dir: r.dir, Err: err, made: r.made},
		Next: "remove the folder: it is fetched again"}
}

// ErrMissing is the cause of a [MissingObjectError].
var ErrMissing = errors.New("no such object")

// MissingObjectError says that neither the quarantine nor its repository has an
// object. If a ref leads to it, the repository is damaged.
type MissingObjectError struct {
	ID  forks.Hash
	Dir string // of the repository
}

// Error names the object and the repository.
func (e *MissingObjectError) Error() string {
	return fmt.Sprintf("object %s is not in %s", e.ID, e.Dir)
}

// Unwrap returns [ErrMissing].
func (e *MissingObjectError) Unwrap() error { return ErrMissing }

// WrongTypeError says that an object is of another kind than the one that was
// asked for.
type WrongTypeError struct {
	ID         forks.Hash
	Want, Have string
}

// Error names the object and both kinds.
func (e *WrongTypeError) Error() string {
	return fmt.Sprintf("object %s is a %s, not a %s", e.ID, e.Have, e.Want)
}

var (
	noSpace = regexp.MustCompile(`(?i)no space left on device|disk quota exceeded|out of disk ?space`)
	// What git says where it does not tell the cause.
	unwritten = regexp.MustCompile(`(?i)couldn't write '|unable to create '.*\.lock'|unable to update local ref|read-only file system`)
	// What git says about a repository that lost or garbled something.
	broken = regexp.MustCompile(`(?i)not a git repository|is corrupt|corrupt (loose object|patch|tree|commit)|` +
		`packfile .* (does not match|cannot be|is far too short|invalid|is not)|object file .* is empty|bad pack|` +
		`index file .* (is|non-monotonic|does not)|inflate|error in object|unable to read (tree|blob|sha1|object|source)|` +
		`missing (blob|tree|commit)|could not read [0-9a-f]{40}|unable to find [0-9a-f]{40}|bad (object|tree object|revision)|` +
		`failed to (read|traverse|load|apply delta|unpack tree)|did not send all necessary objects|bad config|` +
		`invalid (sha1 pointer|object|commit)|cannot read|does not point to a valid object|hash mismatch|` +
		`failed to merge|unable to parse (commit|object)|not a (valid object|tree|commit|blob)`)
)

// localProblem gives the failure of a child that worked on r alone its kind.
// The cause is decided by git's words under LC_ALL=C.
func (r *Repository) localProblem(doing string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", doing, err)
	var failure *GitError
	if !errors.As(err, &failure) {
		return ended(err)
	}
	if problem, found := r.diagnose(failure.Stderr, err); found {
		return problem
	}
	return err
}

// diagnose looks in said for what can befall a repository of ours, and wraps err
// accordingly.
func (r *Repository) diagnose(said string, err error) (problem error, found bool) {
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "remote:") || strings.HasPrefix(line, "fatal: remote error:") {
			continue // somebody else's repository
		}
		if noSpace.MatchString(line) {
			return &forks.Problem{Kind: forks.Retry, Err: err,
				Next: "free space on the file system of " + r.dir}, true
		}
		if unwritten.MatchString(line) {
			return &forks.Problem{Kind: forks.Retry, Err: err,
				Next: "see whether the file system of " + r.dir + " is full, or cannot be written"}, true
		}
		if broken.MatchString(line) && !strings.Contains(line, "Permission denied") {
			return r.damaged(err), true
		}
	}
	return nil, false
}

// ended gives a passed deadline its kind. A cancelled context stays what it is:
// somebody asked for the end.
func ended(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &forks.Problem{Kind: forks.Retry, Err: err}
	}
	return err
}
