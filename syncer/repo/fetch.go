package repo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// FetchSpec maps refs of the remote to refs of the repository: two full names,
// or two patterns with one "*" each. What a pattern's destination holds and the
// remote has no more is removed.
type FetchSpec struct{ From, To string }

// MissingRefError says that the remote has no ref of that exact name. What that
// means is for the caller to say.
type MissingRefError struct {
	Ref forks.Ref
	URL string
}

// Error names the ref and the remote.
func (e *MissingRefError) Error() string {
	return fmt.Sprintf("%s has no %s", e.URL, escapeLine(string(e.Ref)))
}

// Fetch brings the refs of specs, and all that they reach, into a repository.
// Only these refs of it change. A missing exact ref is a [*MissingRefError]; then
// nothing has changed. Progress gets git's own lines, redacted; it may be nil.
func (r *Remote) Fetch(ctx context.Context, into *Repository, specs []FetchSpec, progress io.Writer) error {
	if len(specs) == 0 {
		return nil // git would fetch its default
	}
	args := []string{"fetch", "--no-write-fetch-head", "--no-tags", "--prune", "--no-auto-maintenance", "--no-recurse-submodules"}
	if progress != nil {
		args = append(args, "--progress")
	} else {
		args = append(args, "--no-progress")
	}
	args = append(args, "--", r.at.url)
	for _, s := range specs {
		if err := s.check(); err != nil {
			return err
		}
		args = append(args, "+"+s.From+":"+s.To)
	}
	c, err := r.call(args...)
	if err != nil {
		return err
	}
	c.dir, c.env, c.progress = into.dir, into.borrowed(), progress
	_, err = r.git.run(ctx, c)
	if err == nil {
		return nil
	}
	return r.fetchProblem(into, specs, err)
}

// check refuses names that git would read as something else. It is a mistake of
// the caller and therefore fatal.
func (s FetchSpec) check() error {
	for _, name := range []string{s.From, s.To} {
		if !validRef(strings.Replace(name, "*", "x", 1)) {
			return fmt.Errorf("fetch spec %q:%q: not a full ref name or pattern", s.From, s.To)
		}
	}
	if strings.Contains(s.From, "*") != strings.Contains(s.To, "*") {
		return fmt.Errorf("fetch spec %q:%q: one side is a pattern", s.From, s.To)
	}
	return nil
}

// The server of a repository on this machine has the same stderr as our child. It
// names its files by relative paths, our child by absolute ones.
var brokenThere = regexp.MustCompile(`\./objects/`)

var missingRef = regexp.MustCompile(`(?m)couldn't find remote ref (\S+)$`)

func (r *Remote) fetchProblem(into *Repository, specs []FetchSpec, err error) error {
	doing := "fetch " + r.at.shown
	var failure *GitError
	if !errors.As(err, &failure) {
		return r.problem(doing, err)
	}
	if m := missingRef.FindStringSubmatch(failure.Stderr); m != nil {
		for _, s := range specs {
			if escapeLine(s.From) == m[1] {
				return &MissingRefError{Ref: forks.Ref(s.From), URL: r.at.shown}
			}
		}
	}
	problem := r.problem(doing, err)
	if forks.KindOf(problem) == forks.NeedsPerson {
		return problem
	}
	if brokenThere.MatchString(failure.Stderr) {
		return forks.AskPerson("run `git fsck` there, and restore what it names", "%s: the repository there is damaged: %w", doing, err)
	}
	if own, found := into.diagnose(failure.Stderr, fmt.Errorf("%s: %w", doing, err)); found {
		return own
	}
	return problem
}

// validRef reports whether name is a full ref name by git's rules: nothing in it
// can be read as an option, a pattern or another part of a refspec.
func validRef(name string) bool {
	rest, ok := strings.CutPrefix(name, "refs/")
	if !ok || rest == "" || strings.HasSuffix(name, ".") || strings.Contains(name, "..") || strings.Contains(name, "@{") {
		return false
	}
	for _, c := range []byte(name) {
		if c <= ' ' || c == 0x7f || strings.IndexByte(`~^:?*[\`, c) >= 0 {
			return false
		}
	}
	for part := range strings.SplitSeq(rest, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return true
}
