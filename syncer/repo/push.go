package repo

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// LeaseError says that a ref was not where the push expected it: somebody else
// moved it. Nothing of the push arrived. Look again and plan anew.
type LeaseError struct {
	URL string
	Ref forks.Ref // the first such ref
	Why string    // git's words
}

// Error names the ref, the remote and git's reason.
func (e *LeaseError) Error() string {
	return fmt.Sprintf("%s of %s is not where it was seen last (%s)", escapeLine(string(e.Ref)), e.URL, e.Why)
}

// NameTaken is the reason of a push that was refused because git keeps no ref below
// the name of another one.
const NameTaken = "name taken"

// RefusedError says that the remote refused a push by its own rules. Nothing of
// the push arrived.
type RefusedError struct {
	URL string
	Ref forks.Ref // the first ref that was refused; "" if the remote named none
	// Reason is a short name: "hook declined", "protected branch",
	// "workflows permission", "rules", "non-fast-forward denied", "deletion
	// denied", "checked out", "no atomic push", NameTaken, or "refused".
	Reason string
	Lines  []string // what the remote said, redacted and escaped
	Err    error    // the run of git
}

// Error names the remote, the ref, the reason and what the remote said.
func (e *RefusedError) Error() string {
	s := fmt.Sprintf("%s refused the push", e.URL)
	if e.Ref != "" {
		s += " to " + escapeLine(string(e.Ref))
	}
	s += ": " + e.Reason
	if len(e.Lines) > 0 {
		s += ": " + strings.Join(e.Lines, "; ")
	}
	return s
}

// Unwrap returns the run of git.
func (e *RefusedError) Unwrap() error { return e.Err }

// Push moves refs of the remote in one atomic push: all or none. Each update has
// its lease: the ref is at Old, or does not exist if Old is zero. The commits must
// be in from. A lease is not checked for a ref that is already at New, so read the
// refs back afterwards.
//
// A remote that is silent for [Options].Stall is a [*StalledError] (retry); then the
// push may have arrived all the same, as with any error that is none of these two:
// somebody who was quicker is a [*LeaseError] (retry); a rule of the remote is a
// [*RefusedError] (needs a person).
func (r *Remote) Push(ctx context.Context, from *Repository, updates []forks.RefUpdate) error {
	if r.access.ReadOnly {
		return fmt.Errorf("push to %s: it is followed, and never pushed to", r.at.shown)
	}
	if len(updates) == 0 {
		return nil
	}
	args, err := pushArgs(r.at.url, updates)
	if err != nil {
		return fmt.Errorf("push to %s: %w", r.at.shown, err)
	}
	c, err := r.call(args...)
	if err != nil {
		return err
	}
	c.dir, c.env, c.stalls = from.dir, from.borrowed(), true
	a, err := r.git.run(ctx, c)
	if err == nil {
		return nil
	}
	return r.pushProblem(from, string(a.stdout), err)
}

// pushArgs writes the one form in which auxsync pushes.
func pushArgs(url string, updates []forks.RefUpdate) ([]string, error) {
	args := []string{"push", "--porcelain", "--atomic", "--no-verify", "--no-follow-tags", "--progress"}
	seen := map[forks.Ref]bool{}
	for _, u := range updates {
		switch {
		case !validRef(string(u.Ref)):
			return nil, fmt.Errorf("%q is not a full ref name", u.Ref)
		case seen[u.Ref]:
			return nil, fmt.Errorf("%s is moved twice", u.Ref)
		case u.Old.IsZero() && u.New.IsZero():
			return nil, fmt.Errorf("%s is neither made nor removed", u.Ref)
		}
		seen[u.Ref] = true
		args = append(args, "--force-with-lease="+string(u.Ref)+":"+hexOrEmpty(u.Old))
	}
	args = append(args, "--", url)
	for _, u := range updates {
		args = append(args, hexOrEmpty(u.New)+":"+string(u.Ref))
	}
	return args, nil
}

func hexOrEmpty(h forks.Hash) string {
	if h.IsZero() {
		return ""
	}
	return h.String()
}

// refusal is one rejected ref of "git push --porcelain".
type refusal struct {
	ref    forks.Ref
	remote bool   // the remote said so, not our git
	why    string // in the parentheses
}

// !<tab><from>:<to><tab>[rejected] (<why>), where from is an id or "(delete)"
var rejectedLine = regexp.MustCompile(`^!\t[^\t:]*:(\S+)\t\[(remote )?(?:rejected|failure)\](?: \((.*)\))?$`)

func parseRefusals(stdout string) []refusal {
	var list []refusal
	for line := range strings.Lines(stdout) {
		if m := rejectedLine.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil {
			list = append(list, refusal{ref: forks.Ref(m[1]), remote: m[2] != "", why: m[3]})
		}
	}
	return list
}

var (
	// Another ref's refusal took this one along.
	bystander = regexp.MustCompile(`(?i)^atomic (push|transaction) fail|^atomic push failure`)
	// The remote could not lock a ref, because of the name of another one or because
	// the lease does not hold, which our git may see by itself. Every ref of an atomic
	// push is a bystander then.
	nameTaken = regexp.MustCompile(`(?m)^remote: error: cannot lock ref '[^']+': '([^']+)' exists; cannot create '([^']+)'`)
	lockLost  = regexp.MustCompile(`(?m)^remote: error: cannot lock ref '([^']+)': (.*)$`)
	leaseLost = regexp.MustCompile(`(?i)stale info|already exists|fetch first|needs force|remote ref updated|cannot lock ref|failed to lock|failed to update ref|incorrect old value|remote ref does not exist`)
)

func (r *Remote) pushProblem(from *Repository, stdout string, err error) error {
	doing := "push to " + r.at.shown
	var failure *GitError
	if !errors.As(err, &failure) {
		return r.problem(doing, err)
	}
	refusals := parseRefusals(stdout)
	for _, x := range refusals {
		if leaseLost.MatchString(x.why) {
			return &forks.Problem{Kind: forks.Retry,
				Err: &LeaseError{URL: r.at.shown, Ref: x.ref, Why: escapeLine(x.why)}}
		}
	}
	if m := nameTaken.FindStringSubmatch(failure.Stderr); m != nil {
		return &forks.Problem{Kind: forks.NeedsPerson, Next: "rename " + m[1] + ", for git keeps no ref below the name of another one",
			Err: &RefusedError{URL: r.at.shown, Ref: forks.Ref(m[2]), Reason: NameTaken, Lines: []string{m[1] + " exists"}, Err: failure}}
	}
	if m := lockLost.FindStringSubmatch(failure.Stderr); m != nil {
		return &forks.Problem{Kind: forks.Retry,
			Err: &LeaseError{URL: r.at.shown, Ref: forks.Ref(m[1]), Why: escapeLine(m[2])}}
	}
	if refused := r.refused(refusals, failure); refused != nil {
		return refused
	}
	problem := r.problem(doing, err)
	if forks.KindOf(problem) != forks.NeedsPerson {
		if own, found := from.diagnose(failure.Stderr, fmt.Errorf("%s: %w", doing, err)); found {
			return own
		}
	}
	return problem
}

// refusalReasons names the rules of remotes, by their words.
func refusalReasons() []struct{ name, said, next string } {
	return []struct{ name, said, next string }{
		{"workflows permission", "(?i)refusing to allow .* workflow", "give the credential the permission to change workflows"},
		{"protected branch", "(?i)GH006|protected branch", "let the credential's owner push to this branch, or change its protection"},
		{"rules", "(?i)GH013|rule violations", "let the credential's owner bypass the rules for this ref"},
		{"non-fast-forward denied", "(?i)non-fast-forward", `allow it on the remote, or set history = "merging"`},
		{"deletion denied", "(?i)deletion (prohibited|of the current branch)|denying ref deletion", "allow the deletion on the remote"},
		{"checked out", "(?i)currently checked out", "push to a bare repository"},
		{"no atomic push", "(?i)does not support --atomic", "use a server with atomic pushes"},
		{"hook declined", "(?i)hook declined|declined", "read what the remote said"},
	}
}

// refused returns nil if neither a refusal nor the remote's words say that a rule
// stood in the way.
func (r *Remote) refused(refusals []refusal, failure *GitError) error {
	e := &RefusedError{URL: r.at.shown, Reason: "refused", Err: failure}
	next := "read what the remote said"
	var said []string
	for _, x := range refusals {
		if bystander.MatchString(x.why) {
			continue
		}
		if e.Ref == "" {
			e.Ref = x.ref
		}
		said = append(said, escapeLine(x.why))
	}
	for line := range strings.SplitSeq(failure.Stderr, "\n") {
		if text, ok := strings.CutPrefix(line, "remote:"); ok {
			if text = strings.TrimSpace(text); text != "" {
				e.Lines = append(e.Lines, text)
			}
		} else if strings.Contains(line, "does not support --atomic") {
			said = append(said, line)
		}
	}
	if len(said) == 0 {
		return nil
	}
	// A forge's rule speaks through a hook: the general reason is the last one.
	words := strings.Join(slices.Concat(said, e.Lines), "\n")
	for _, known := range refusalReasons() {
		if regexp.MustCompile(known.said).MatchString(words) {
			e.Reason, next = known.name, known.next
			break
		}
	}
	if len(e.Lines) == 0 {
		e.Lines = said
	}
	return &forks.Problem{Kind: forks.NeedsPerson, Err: e, Next: next}
}
