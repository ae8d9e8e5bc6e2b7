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
var ErrUnrelated = errors.New("the histories are unrelated")

// The words for the inputs of a pick, in git's messages and in the names it
// makes up ("path~upstream").
const (
	wordBase   = "base"
	wordOurs   = "upstream"
	wordTheirs = "patch"
)

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
	switch {
	case base == theirs || ours == theirs:
		return forks.MergeResult{Tree: ours}, throwaways{}, nil
	case base == ours:
		return forks.MergeResult{Tree: theirs}, throwaways{}, nil
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
	if ids.base, err = write(wordBase, base); err != nil {
		return ids, err
	}
	if ids.ours, err = write(wordOurs, ours, ids.base); err != nil {
		return ids, err
	}
	ids.theirs, err = write(wordTheirs, theirs, ids.base)
	return ids, err
}

// mergeTree runs git merge-tree on two commits.
func (q *Quarantine) mergeTree(ctx context.Context, a, b forks.Hash) (forks.MergeResult, error) {
	q.reads.Add(3)
	c := call{args: []string{"merge-tree", "--write-tree", "-z", "--messages", a.String(), b.String()}, maxExit: 1}
	out, err := q.run(ctx, c)
	if aborted(err) {
		// git 2.39 gives up on some knots of moved directories. Looking at files alone
		// asks at worst what need not have been asked.
		q.repo.git.log.Warn("git gave up on a merge; it is made without looking for moved directories",
			zap.Stringer("ours", a), zap.Stringer("theirs", b), zap.Error(err))
		c.settings = []setting{{"merge.directoryRenames", "false"}}
		out, err = q.run(ctx, c)
	}
	if err != nil {
		return forks.MergeResult{}, err
	}
	return parseMerge(out.stdout, out.exit == 1)
}

// aborted reports whether git ended itself because it found itself in a state that
// it holds impossible.
func aborted(err error) bool {
	var failure *GitError
	return errors.As(err, &failure) && failure.Exit < 0 && strings.Contains(failure.Stderr, "Assertion")
}
