package repo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// NoRevisionError says that a repository has no object of that name and kind.
type NoRevisionError struct {
	Rev  string
	Want string // "commit" or "tree"
	Have string // what the revision is; "" if there is none, "ambiguous" if several
}

// Error names the revision, escaped.
func (e *NoRevisionError) Error() string {
	switch e.Have {
	case "":
		return fmt.Sprintf("there is no revision %s", quoted(e.Rev))
	case "ambiguous":
		return fmt.Sprintf("%s is the beginning of several ids", quoted(e.Rev))
	}
	return fmt.Sprintf("%s is a %s, and holds no %s", quoted(e.Rev), e.Have, e.Want)
}

// Resolve returns the object that a revision leads to, in any form that git knows: want
// is "commit" or "tree", and tags, or the commit of a tree, are seen through. If there is
// none it is a [*NoRevisionError]. It is for a repository opened by [Git.Here].
func (e *Elsewhere) Resolve(ctx context.Context, rev, want string) (forks.Hash, error) {
	none := &NoRevisionError{Rev: rev, Want: want}
	id, kind, err := e.look(ctx, rev)
	if err == nil && kind != want && !id.IsZero() {
		none.Have = kind
		id, kind, err = e.look(ctx, id.String()+"^{"+want+"}")
	}
	switch {
	case err != nil:
		return forks.Hash{}, err
	case kind != want:
		if none.Have == "" {
			none.Have = kind
		}
		return forks.Hash{}, none
	}
	return id, nil
}

// look asks git what a revision is: a zero id if it is nothing, with the kind
// "ambiguous" if it could be several things.
func (e *Elsewhere) look(ctx context.Context, rev string) (id forks.Hash, kind string, err error) {
	if rev == "" || strings.ContainsAny(rev, "\x00\n\r") {
		return id, "", nil // no revision has these, and a question is a line
	}
	h := e.here
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.revisions == nil {
		if h.revisions, err = e.git.converse(ctx, e.asPerson(call{args: []string{"cat-file", "--batch-check=%(objectname) %(objecttype)"}})); err != nil {
			return id, "", err
		}
	}
	answer, err := h.revisions.ask(ctx, rev+"\n", 1, '\n')
	if err != nil {
		return id, "", e.unreadable("look up revisions", err)
	}
	if rest, ok := strings.CutPrefix(answer[0], rev); ok && (rest == " missing" || rest == " ambiguous") {
		return id, strings.TrimPrefix(strings.TrimSpace(rest), "missing"), nil
	}
	hex, kind, _ := strings.Cut(answer[0], " ")
	if id, err = forks.ParseHash(hex); err != nil {
		return id, "", fmt.Errorf("look up %s in %s: %w", quoted(rev), e.dir, err)
	}
	return id, kind, nil
}

// Abbreviate returns the shortest beginning of an id that is one in this repository, at
// least as long as its settings want: what git calls a commit where people read it. It
// is for a repository opened by [Git.Here].
func (e *Elsewhere) Abbreviate(ctx context.Context, id forks.Hash) (string, error) {
	out, err := e.git.output(ctx, e.asPerson(call{args: []string{"rev-parse", "--short", "--verify", id.String()}}))
	if err != nil {
		return "", e.unreadable("shorten an id", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// MergeBases lists the best common ancestors of one commit and of what all others
// together contain, in git's order; none if the histories are unrelated. Unlike the
// quarantine's it knows the ends of a shallow repository.
func (e *Elsewhere) MergeBases(ctx context.Context, one forks.Hash, others ...forks.Hash) ([]forks.Hash, error) {
	args := []string{"merge-base", "--all", one.String()}
	for _, id := range others {
		args = append(args, id.String())
	}
	a, err := e.git.run(ctx, e.asPerson(call{args: args, maxExit: 1}))
	if err != nil {
		return nil, e.unreadable("find merge bases", err)
	}
	return parseIDs(string(a.stdout))
}

// Range lists the commits of a range such as "A..B": parents before children, each line
// of history in one piece. A range of names that are not there is NeedsPerson. It is for
// a repository opened by [Git.Here].
func (e *Elsewhere) Range(ctx context.Context, revs string) ([]forks.CommitInfo, error) {
	if strings.ContainsRune(revs, 0) {
		return nil, forks.AskPerson(nameRevision, "no revision has a zero byte")
	}
	var list []forks.CommitInfo
	_, err := e.git.run(ctx, e.asPerson(call{
		args: []string{"rev-list", "--topo-order", "--reverse", "--no-commit-header", "--format=%H %T %P", "--end-of-options", revs, "--"},
		stdout: &lineWriter{take: func(line []byte) error {
			info, err := parseCommitInfo(string(line))
			list = append(list, info)
			return err
		}},
	}))
	if failure, ok := errors.AsType[*GitError](err); ok && failure.Cause == nil {
		return nil, &forks.Problem{Kind: forks.NeedsPerson, Err: err, Next: nameRevision}
	}
	return list, ended(err)
}

// parseCommitInfo reads a commit's id, tree and parents.
func parseCommitInfo(line string) (forks.CommitInfo, error) {
	ids, err := parseIDs(line)
	if err != nil || len(ids) < 2 {
		return forks.CommitInfo{}, fmt.Errorf("git listed %q, which is not a commit", line)
	}
	return forks.CommitInfo{ID: ids[0], Tree: ids[1], Parents: ids[2:]}, nil
}
