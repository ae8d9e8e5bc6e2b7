package repo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// ErrUnrelated says that two commits have no ancestor in common.
var ErrUnrelated = forks.ErrUnrelated

// Merge is the three-way merge of trees by git's merge-ort; a zero id is the
// empty tree. Conflicted files hold diff3 markers with throw-away ids behind
// them: what is shown to people comes from [Quarantine.MergeLabelled]. The trees
// and blobs it makes are in the quarantine. A merge that cannot be made, because
// an object is missing, is an error and never a conflict.
func (q *Quarantine) Merge(ctx context.Context, base, ours, theirs forks.Hash) (forks.MergeResult, error) {
	result, _, err := q.mergeTrees(ctx, base, ours, theirs)
	return result, err
}

// MergeLabelled is Merge with labels behind the conflict markers.
func (q *Quarantine) MergeLabelled(ctx context.Context, base, ours, theirs forks.Hash, labels forks.Labels) (forks.MergeResult, error) {
	result, ids, err := q.mergeTrees(ctx, base, ours, theirs)
	if err != nil || result.Clean() {
		return result, err
	}
	result.Tree, err = q.label(result, ids, labels)
	return result, err
}

// MergeCommits merges two commits over their own merge bases. Without one it is
// [ErrUnrelated].
func (q *Quarantine) MergeCommits(ctx context.Context, a, b forks.Hash) (forks.MergeResult, error) {
	result, err := q.mergeTree(ctx, a, b)
	var failure *GitError
	if errors.As(err, &failure) && strings.Contains(failure.Stderr, "refusing to merge unrelated histories") {
		return forks.MergeResult{}, fmt.Errorf("merge %s and %s: %w", a.Short(), b.Short(), ErrUnrelated)
	}
	return result, err
}

// throwaways are the ids of the commits that force a merge base. Git before 2.40
// knows no other way, and it works with every later one.
type throwaways struct{ base, ours, theirs forks.Hash }

// mergeTrees merges through throw-away commits and takes their ids out of the
// names and messages again.
func (q *Quarantine) mergeTrees(ctx context.Context, base, ours, theirs forks.Hash) (forks.MergeResult, throwaways, error) {
	for _, id := range []*forks.Hash{&base, &ours, &theirs} {
		if id.IsZero() {
			*id = emptyTree
		}
	}
	if tree, ok := forks.SettledMerge(base, ours, theirs); ok {
		return forks.MergeResult{Tree: tree}, throwaways{}, nil
	}
	ids, err := q.throwaways(base, ours, theirs)
	if err != nil {
		return forks.MergeResult{}, ids, err
	}
	result, err := q.mergeTree(ctx, ids.ours, ids.theirs)
	if err != nil {
		return forks.MergeResult{}, ids, fmt.Errorf("merge trees %s (base), %s, %s: %w", base, ours, theirs, err)
	}
	result, err = q.plainNames(result, ids)
	return result, ids, err
}

// throwaways writes the three commits. Their bytes depend on the trees alone, so
// that the same merge gives the same ids.
func (q *Quarantine) throwaways(base, ours, theirs forks.Hash) (throwaways, error) {
	write := func(role string, tree forks.Hash, parents ...forks.Hash) (forks.Hash, error) {
		var b strings.Builder
		fmt.Fprintf(&b, "tree %s\n", tree)
		for _, p := range parents {
			fmt.Fprintf(&b, "parent %s\n", p)
		}
		b.WriteString("author auxsync <auxsync@localhost> 0 +0000\ncommitter auxsync <auxsync@localhost> 0 +0000\n\n" + role + "\n")
		return q.Write("commit", []byte(b.String()))
	}
	var ids throwaways
	var err error
	if ids.base, err = write(forks.WordBase, base); err != nil {
		return ids, err
	}
	if ids.ours, err = write(forks.WordOurs, ours, ids.base); err != nil {
		return ids, err
	}
	ids.theirs, err = write(forks.WordTheirs, theirs, ids.base)
	return ids, err
}

// mergeTree runs git merge-tree on two commits.
func (q *Quarantine) mergeTree(ctx context.Context, a, b forks.Hash) (forks.MergeResult, error) {
	q.reads.Add(3)
	c := call{args: []string{"merge-tree", "--write-tree", "-z", "--messages", a.String(), b.String()}, maxExit: 1}
	out, err := q.run(ctx, c)
	gaveUp := aborted(err)
	if gaveUp {
		// git 2.39 gives up on some knots of moved directories. Looking at files alone
		// asks at worst what need not have been asked.
		q.repo.git.log.Warn("git gave up on a merge; it is made without looking for moved directories",
			zap.Stringer("ours", a), zap.Stringer("theirs", b), zap.Error(err))
		c.settings = []setting{{"merge.directoryRenames", "false"}}
		out, err = q.run(ctx, c)
	}
	if aborted(err) {
		err = &forks.Problem{Kind: forks.NeedsPerson, Err: fmt.Errorf("%w: %w", forks.ErrGaveUp, err),
			Next: "let auxsync's own engine merge it (`merger` of the track)"}
	}
	if err != nil {
		return forks.MergeResult{}, err
	}
	result, err := parseMerge(out.stdout, out.exit == 1)
	result.GaveUp = gaveUp
	return result, err
}

// aborted reports whether git ended itself because it found itself in a state that
// it holds impossible.
func aborted(err error) bool {
	var failure *GitError
	return errors.As(err, &failure) && failure.Exit < 0 && strings.Contains(failure.Stderr, "Assertion")
}

// KeepMerge makes two commits whose merge is the merge of three trees, with any git, and
// keeps them in the repository for as long as [MaintainOptions].Keep: so that people can
// look at a merge of a pass that published nothing. Known is as for [Quarantine.Pack].
// The same trees give the same commits.
func (q *Quarantine) KeepMerge(ctx context.Context, base, ours, theirs forks.Hash, known []forks.Hash) (a, b forks.Hash, err error) {
	for _, id := range []*forks.Hash{&base, &ours, &theirs} {
		if id.IsZero() {
			*id = emptyTree
		}
	}
	ids, err := q.throwaways(base, ours, theirs)
	if err != nil {
		return a, b, err
	}
	return ids.ours, ids.theirs, q.Pack(ctx, []forks.Hash{ids.ours, ids.theirs}, known)
}

// Inputs is a quarantine as an engine of our own reads it: what it merges was fetched or
// made here, so an object that nobody has is a [*DamagedError], as it is where git merges.
// One that is too large tells nothing about the merge: that is [forks.ErrGaveUp].
type Inputs struct{ *Quarantine }

// Object is [Quarantine.Object] for an object that must be there.
func (in Inputs) Object(id forks.Hash) (kind string, data []byte, err error) {
	kind, data, err = in.Quarantine.Object(id)
	var missing *MissingObjectError
	switch {
	case errors.As(err, &missing):
		err = in.repo.damaged(err)
	case errors.Is(err, errTooLarge):
		err = fmt.Errorf("%w: %w", forks.ErrGaveUp, err)
	}
	return kind, data, err
}
