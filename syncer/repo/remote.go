package repo

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Access says how a remote repository may be reached.
type Access struct {
	URL string
	// Secret returns the token for HTTP; it is asked at each use, so that a
	// rotated token is taken up. Nil means none.
	Secret func() (string, error)
	// Transports that may be used: https, http, ssh, file. Empty means https.
	Transports []string
	// ReadOnly is set for an upstream: Push refuses.
	ReadOnly bool
}

// Remote is a repository elsewhere. It is safe for concurrent use.
type Remote struct {
	git    *Git
	access Access
	at     address
}

// Remote checks how a repository is to be reached, without reaching for it. A
// URL that could run a program, hide an option or hold a password, or whose
// transport is not allowed, needs a person.
func (g *Git) Remote(a Access) (*Remote, error) {
	at, err := parseAddress(a.URL, a.Transports)
	if err != nil {
		return nil, err
	}
	return &Remote{git: g, access: a, at: at}, nil
}

// URL returns the address as people may see it.
func (r *Remote) URL() string { return r.at.shown }

// call prepares a run of git that talks to the remote.
func (r *Remote) call(args ...string) (call, error) {
	c := call{args: args, protocols: r.at.transport}
	if r.access.Secret == nil || r.at.scope == "" {
		return c, nil
	}
	secret, err := r.access.Secret()
	if err != nil {
		return call{}, fmt.Errorf("credential for %s: %w", r.at.shown, err)
	}
	secret = strings.TrimSpace(secret)
	if secret == "" || strings.ContainsFunc(secret, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return call{}, forks.AskPerson("write the token, and nothing else, to the credential's file",
			"credential for %s is empty or has white space inside", r.at.shown)
	}
	c.secrets = []string{secret}
	c.settings = []setting{{"http." + r.at.scope + ".extraHeader", "Authorization: Basic " + basicAuth(secret)}}
	return c, nil
}

// mostRefs bounds what a remote can make us remember; nixpkgs has half a million.
const mostRefs = 1_000_000

// List returns the refs whose full names begin with one of prefixes, or all refs
// if none is given. An empty repository has none.
func (r *Remote) List(ctx context.Context, prefixes ...string) (map[forks.Ref]forks.Hash, error) {
	args := []string{"ls-remote", "--refs"}
	if only, ok := listOption(prefixes); ok {
		args = append(args, only) // lets the server filter
	}
	c, err := r.call(append(args, "--", r.at.url)...)
	if err != nil {
		return nil, err
	}
	c.stalls = true
	refs := map[forks.Ref]forks.Hash{}
	c.stdout = &lineWriter{take: func(line []byte) error {
		ref, id, err := parseRefLine(line, '\t')
		if err != nil {
			return err
		}
		if len(refs) == mostRefs {
			return fmt.Errorf("it lists more than %d refs", mostRefs)
		}
		if hasAnyPrefix(string(ref), prefixes) {
			refs[ref] = id
		}
		return nil
	}}
	if _, err := r.git.run(ctx, c); err != nil {
		return nil, r.problem("list the refs of "+r.at.shown, err)
	}
	return refs, nil
}

// Head returns the branch that the remote's HEAD names, without refs/heads/; ""
// if the repository is empty.
func (r *Remote) Head(ctx context.Context) (branch string, err error) {
	c, err := r.call("ls-remote", "--symref", "--", r.at.url, "HEAD")
	if err != nil {
		return "", err
	}
	c.limit, c.stalls = 64<<10, true
	out, err := r.git.output(ctx, c)
	if err != nil {
		return "", r.problem("ask "+r.at.shown+" for its HEAD", err)
	}
	for line := range strings.Lines(string(out)) {
		if target, isHead := strings.CutSuffix(strings.TrimSuffix(line, "\n"), "\tHEAD"); isHead {
			if branch, ok := strings.CutPrefix(target, "ref: refs/heads/"); ok {
				return branch, nil
			}
		}
	}
	return "", nil
}

// listOption returns the option with which a server sends no more than what all
// prefixes ask for.
func listOption(prefixes []string) (string, bool) {
	for kind, option := range map[string]string{"refs/heads/": "--heads", "refs/tags/": "--tags"} {
		all := len(prefixes) > 0
		for _, p := range prefixes {
			all = all && strings.HasPrefix(p, kind)
		}
		if all {
			return option, true
		}
	}
	return "", false
}

func hasAnyPrefix(s string, prefixes []string) bool {
	if len(prefixes) == 0 {
		return true
	}
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// parseRefLine reads "<id><sep><ref>".
func parseRefLine(line []byte, sep byte) (forks.Ref, forks.Hash, error) {
	hex, name, ok := strings.Cut(string(line), string(sep))
	if ok && len(hex) == 64 {
		return "", forks.Hash{}, errSHA256
	}
	id, err := forks.ParseHash(hex)
	if !ok || err != nil || !strings.HasPrefix(name, "refs/") {
		return "", forks.Hash{}, fmt.Errorf("git listed %q, which is not a ref", line)
	}
	return forks.Ref(name), id, nil
}

var errSHA256 = errors.New("the repository names its objects by SHA-256")

const checkURL = `check that the URL is right and that the credential may see the repository: to many a forge both are "not found"; ` +
	"if it was only away, the next try goes on by itself"

// remoteFailure is what git's words about a remote mean.
type remoteFailure struct {
	said *regexp.Regexp
	kind forks.Kind
	next string
}

// remoteFailures is searched in order. What is in none of them is a Retry: most
// of what goes wrong between two machines passes.
func remoteFailures() []remoteFailure {
	of := func(kind forks.Kind, next, said string) remoteFailure {
		return remoteFailure{regexp.MustCompile("(?i)" + said), kind, next}
	}
	return []remoteFailure{
		of(forks.NeedsPerson, "SHA-256 repositories are not supported; use one with SHA-1 ids",
			`mismatched algorithms|mismatched object format|unsupported object format|unknown object format|does not support this repository's (object format|hash algorithm)`),
		of(forks.NeedsPerson, "make the repository belong to the user that runs auxsync", `dubious ownership`),
		of(forks.NeedsPerson, "check the credential and what it may do",
			`authentication failed|could not read (username|password)|returned error: 40[137]|permission denied \(|invalid username|access denied|permission to .* denied|http basic: `),
		of(forks.NeedsPerson, checkURL,
			`repository .*not found|returned error: 4(04|10)|does not appear to be a git repository|not valid: is this a git repository|no such file or directory`),
		of(forks.NeedsPerson, "set the URL to where the repository is now", `returned error: 30\d|unable to update url base|redirect`),
		of(forks.NeedsPerson, "check the certificate of the host", `certificate|ssl peer|host key verification failed`),
		of(forks.NeedsPerson, "add the transport to allow_transports if that is meant", `transport '[^']*' not allowed`),
		of(forks.NeedsPerson, "look at the object; git refuses what could harm a checkout", `fsck error|fsck_error|error: object [0-9a-f]{40}:`),
	}
}

// problem gives a failed exchange with the remote its kind.
func (r *Remote) problem(doing string, err error) error {
	wrapped := fmt.Errorf("%s: %w", doing, err)
	if errors.Is(err, errSHA256) {
		return &forks.Problem{Kind: forks.NeedsPerson, Err: wrapped,
			Next: "SHA-256 repositories are not supported; use one with SHA-1 ids"}
	}
	if errors.As(err, new(*StalledError)) {
		return &forks.Problem{Kind: forks.Retry, Err: wrapped}
	}
	var failure *GitError
	if !errors.As(err, &failure) {
		return ended(wrapped)
	}
	for _, f := range remoteFailures() {
		if f.said.MatchString(failure.Stderr) {
			return &forks.Problem{Kind: f.kind, Err: wrapped, Next: f.next}
		}
	}
	return &forks.Problem{Kind: forks.Retry, Err: wrapped}
}
