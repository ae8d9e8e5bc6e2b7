package repo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
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
// nothing has changed. A remote that is silent for [Options].Stall is a
// [*StalledError]. Several may fetch into one repository at a time, if their specs
// lead to different refs.
//
// Progress gets git's own lines, redacted, one a write and not more of them than
// can be read; it may be nil and must not block. How much a remote sends is not limited but by the
// disk: what is sent for nothing is swept when the fetch fails.
func (r *Remote) Fetch(ctx context.Context, into *Repository, specs []FetchSpec, progress io.Writer) error {
	return r.fetch(ctx, into, specs, progress)
}

// FetchShallow fetches the commits of specs without their ancestors, as reading
// the state of a fork needs them. It makes a repository shallow, and is therefore
// only for a scratch one.
func (r *Remote) FetchShallow(ctx context.Context, into *Repository, specs []FetchSpec) error {
	if !into.scratch {
		return fmt.Errorf("fetch %s: %s is not a scratch repository, and would have holes from then on", r.at.shown, into.dir)
	}
	return r.fetch(ctx, into, specs, nil, "--depth=1")
}

func (r *Remote) fetch(ctx context.Context, into *Repository, specs []FetchSpec, progress io.Writer, options ...string) error {
	if len(specs) == 0 {
		return nil // git would fetch its default
	}
	// Without progress a slow fetch could not be told from one that hangs.
	args := []string{"fetch", "--no-write-fetch-head", "--no-tags", "--prune", "--no-auto-maintenance", "--no-recurse-submodules", "--progress"}
	args = append(append(args, options...), "--", r.at.url)
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
	c.dir, c.env, c.progress, c.writes, c.stalls = into.dir, into.borrowed(), progress, true, true
	_, err = r.git.run(ctx, c)
	if err == nil {
		return nil
	}
	return r.fetchProblem(ctx, into, specs, err)
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

// What git says of a pack that came broken, or not to its end: the remote's fault,
// or the network's, and not a damage here.
var sentBroken = regexp.MustCompile(`(?i)pack has bad object at offset|pack is corrupted|pack has junk|pack signature mismatch|pack version|` +
	`bad pack header|inflate returned|serious inflate|unresolved deltas|protocol error|early EOF|unexpected disconnect|` +
	`bad line length|bad band|invalid server response|the remote end hung up|expected .* packet|RPC failed`)

// The server of a repository on this machine has the same stderr as our child. It
// names its files by relative paths, our child by absolute ones.
var brokenThere = regexp.MustCompile(`\./objects/`)

var missingRef = regexp.MustCompile(`(?m)couldn't find remote ref (\S+)$`)

func (r *Remote) fetchProblem(ctx context.Context, into *Repository, specs []FetchSpec, err error) error {
	doing := "fetch " + r.at.shown
	var failure *GitError
	if !errors.As(err, &failure) {
		return r.problem(doing, err)
	}
	if m := missingRef.FindStringSubmatch(failure.Stderr); m != nil {
		for _, s := range specs {
			if escapeLine(s.From) != m[1] {
				continue
			}
			if !r.speaksGit(ctx) {
				return forks.AskPerson(checkURL, "%s: it answers, but not as a git server does", doing)
			}
			return &MissingRefError{Ref: forks.Ref(s.From), URL: r.at.shown}
		}
	}
	problem := r.problem(doing, err)
	if forks.KindOf(problem) == forks.NeedsPerson {
		return problem
	}
	if brokenThere.MatchString(failure.Stderr) {
		return forks.AskPerson("run `git fsck` there, and restore what it names", "%s: the repository there is damaged: %w", doing, err)
	}
	own, found := into.diagnose(aboutUs(failure.Stderr), fmt.Errorf("%s: %w", doing, err))
	if !found || incomplete.MatchString(failure.Stderr) && into.whole(ctx) {
		return problem
	}
	return own
}

// speaksGit reports whether a server at the other end speaks git's protocol. From
// HTTP git also takes a repository that is mere files, and the empty page of some
// proxy for one without refs: as if all had been deleted.
func (r *Remote) speaksGit(ctx context.Context) bool {
	if !strings.HasPrefix(r.at.transport, "http") {
		return true
	}
	c, err := r.call("ls-remote", "--", r.at.url, "HEAD")
	if err != nil {
		return false
	}
	c.limit, c.stalls, c.env = 64<<10, true, []string{"GIT_TRACE_PACKET=1"} // one line for each packet, to stderr
	a, err := r.git.run(ctx, c)
	return err == nil && strings.Contains(a.stderr, "packet:")
}

// aboutUs leaves out what git says about a pack that came broken: a cache is not
// thrown away for that.
func aboutUs(said string) string {
	if !sentBroken.MatchString(said) {
		return said
	}
	lines := strings.Split(said, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool {
		return sentBroken.MatchString(line) || strings.HasPrefix(line, "error: inflate: ")
	}), "\n")
}

// Git says so if the remote kept something back, and also if what we had is not
// there any more.
var incomplete = regexp.MustCompile(`did not send all necessary objects`)

// whole reports whether all is there that the repository's refs reach. At the size
// of nixpkgs that takes a minute or two; fetching all again takes longer.
func (r *Repository) whole(ctx context.Context) bool {
	_, err := r.git.run(ctx, call{dir: r.dir, env: r.borrowed(), limit: 4 << 10,
		args: []string{"rev-list", "--objects", "--quiet", "--all"}})
	return err == nil
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
