package merge

import (
	"context"
	"fmt"
	"sync"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge/lines"
)

// A pick is asked for by trees and answered by files: one entry for each path in conflict,
// just as what git's merge-tree prints becomes (see [forks.ConflictFiles]). Inputs have fixed names, so that
// the same pick has the same words on every machine.

// Merger makes the merges of a plan with an [Engine]. It gives the same values as git's
// merge-tree does through a repo.Quarantine: the one confirms the other. It is safe for
// concurrent use if its objects and its history are.
type Merger struct {
	engine  *Engine
	history History

	mu     sync.Mutex
	limits Limits
}

// Bases finds the merge bases of commits, as [History] does.
type Bases interface {
	MergeBases(ctx context.Context, one forks.Hash, others ...forks.Hash) ([]forks.Hash, error)
}

// NewMerger returns a merger over a repository. What it makes is written to objects.
func NewMerger(objects Objects, bases Bases) *Merger {
	// As git merges without settings and attributes, with the base between the markers.
	return &Merger{engine: New(objects, Options{Style: lines.StyleDiff3}), history: whole{bases}}
}

// whole is a history that does not shorten ids: they stand behind the markers of merges
// that nobody is shown.
type whole struct{ Bases }

// Abbreviate returns all of an id.
func (whole) Abbreviate(_ context.Context, id forks.Hash) (string, error) { return id.String(), nil }

// Merge merges ours and theirs over base, which are trees; a zero id is the empty one.
// The files of a tree with conflicts hold diff3 markers with the plain words behind them:
// what is shown to people comes from [Merger.MergeLabelled]. A missing object is an error
// and never a conflict.
func (m *Merger) Merge(ctx context.Context, base, ours, theirs forks.Hash) (forks.MergeResult, error) {
	return m.MergeLabelled(ctx, base, ours, theirs, forks.Labels{})
}

// MergeLabelled is Merge with labels behind the conflict markers.
func (m *Merger) MergeLabelled(ctx context.Context, base, ours, theirs forks.Hash, labels forks.Labels) (forks.MergeResult, error) {
	for _, id := range []*forks.Hash{&base, &ours, &theirs} {
		if id.IsZero() {
			*id = forks.EmptyTree
		}
	}
	if tree, ok := forks.SettledMerge(base, ours, theirs); ok {
		return forks.MergeResult{Tree: tree}, nil
	}
	r, err := m.engine.Trees(ctx, Input{
		Base: base, Ours: ours, Theirs: theirs,
		Names:  Names{forks.WordBase, forks.WordOurs, forks.WordTheirs},
		Labels: lines.Labels(labels.Sanitized()),
	})
	if err != nil {
		return forks.MergeResult{}, fmt.Errorf("merge trees %s (base), %s, %s: %w", base, ours, theirs, err)
	}
	return m.answer(r)
}

// MergeCommits merges two commits over their own merge bases. Without one it is
// [forks.ErrUnrelated].
func (m *Merger) MergeCommits(ctx context.Context, a, b forks.Hash) (forks.MergeResult, error) {
	r, err := m.engine.Commits(ctx, m.history, a, b, Names{Ours: a.String(), Theirs: b.String()}, false)
	if err != nil {
		return forks.MergeResult{}, fmt.Errorf("merge %s and %s: %w", a.Short(), b.Short(), err)
	}
	return m.answer(r)
}

// MergeResult is a result as plans have it.
func (r Result) MergeResult() (forks.MergeResult, error) {
	if !r.Clean && len(r.Conflicts) == 0 {
		return forks.MergeResult{}, fmt.Errorf("merge: tree %s: a conflict in no file", r.Tree)
	}
	result := forks.MergeResult{Tree: r.Tree}
	for _, c := range r.Conflicts {
		result.Files = append(result.Files, c.ConflictFile)
	}
	return result, nil
}

// Limits are what merges ran into.
type Limits struct {
	// Renames is how many merges had more files to compare for moved ones than are
	// compared, and RenameLimit the limit with which none would have. In these a file that
	// was moved and edited may count as a deleted and a new one.
	Renames, RenameLimit int
	// Large is how many merges took a file for a binary because it is too large to be
	// merged by lines.
	Large int
}

// Limits tells what the merges so far ran into, one that was made twice counts twice.
func (m *Merger) Limits() Limits {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.limits
}

// answer counts the limits of a result, and gives it as plans have it.
func (m *Merger) answer(r Result) (forks.MergeResult, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.LimitHit > 0 {
		m.limits.Renames++
		m.limits.RenameLimit = max(m.limits.RenameLimit, r.LimitHit)
	}
	if r.Large > 0 {
		m.limits.Large++
	}
	return r.MergeResult()
}
