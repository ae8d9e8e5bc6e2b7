package prove

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Two engines merge by the same rules and share no code. Whatever a plan is about to
// publish or to ask rests on merges of the one; the other repeats each of them. Both must
// say the same: conflict, or clean with the very same tree. The trees of conflicts hold
// markers and are shown to people, never published, so only the verdict counts there; two
// honest conflicts that name different paths are noted and stop nothing.

// Engine repeats merges. It is asked by one goroutine.
type Engine interface {
	// Merge merges ours and theirs over base, all of them trees. An error that is
	// [forks.ErrGaveUp], or a result that says so, tells nothing about the merge; so it
	// is with MergeCommits.
	Merge(ctx context.Context, base, ours, theirs forks.Hash) (forks.MergeResult, error)
	// MergeCommits merges two commits over their true merge bases. Without one it is
	// [forks.ErrUnrelated].
	MergeCommits(ctx context.Context, a, b forks.Hash) (forks.MergeResult, error)
}

// Crossing is one cross-check.
type Crossing struct {
	Track string
	Pass  int
	// By made the merges and Other repeats them: words that people know the two by.
	By, Other string
	Engine    Engine // is Other
	// Confirmed has what needs no repeating, and takes what was repeated; nil remembers
	// nothing.
	Confirmed *Confirmed
	// Say is told how many of the picks are done; nil says nothing.
	Say func(done, of int)
}

// Note is something about a pick that is no difference, and worth a line in the log.
type Note struct {
	Pick forks.Pick
	Text string
}

// Differ is the error of [Cross]: the first pick about which the two engines differ.
type Differ struct {
	Track     string
	Pass      int
	By, Other string
	Pick      forks.Pick        // with the result of By
	Repeated  forks.MergeResult // the result of Other
	Unrelated bool              // Other says that the commits of Pick have no ancestor in common
	Rest      []forks.Pick      // those behind Pick, which nobody has looked at
}

// Error says which merge it is, and what each engine makes of it.
func (d *Differ) Error() string {
	second := verdict(d.Repeated)
	if d.Unrelated {
		second = "no ancestor in common"
	}
	return fmt.Sprintf("pass %d of %s: the two merge engines differ about %s: %s says %s, %s says %s",
		d.Pass, forks.Inert(d.Track), about(d.Pick), d.By, verdict(d.Pick.Result), d.Other, second)
}

// about names a pick for people.
func about(p forks.Pick) string {
	if p.Commits {
		return fmt.Sprintf("the merge of %s and %s", p.Ours, p.Theirs)
	}
	return fmt.Sprintf("%s (%s)", patch(p.Patch), named(p.Subject))
}

// verdict is a result in words.
func verdict(r forks.MergeResult) string {
	if r.Clean() {
		return "clean, tree " + r.Tree.String()
	}
	return fmt.Sprintf("conflict in %s", paths(r.Files))
}

// paths lists the first paths of a conflict.
func paths(files []forks.ConflictFile) string {
	var list []string
	for i, f := range files {
		if i == maxNamed {
			list = append(list, fmt.Sprintf("%d more", len(files)-i))
			break
		}
		list = append(list, named(string(f.Path)))
	}
	return strings.Join(list, ", ")
}

// longestName is how many characters of a name of others are shown.
const longestName = 200

func named(text string) string { return forks.Clip(forks.Inert(text), longestName) }

// Cross has the other engine repeat picks, in order, and returns a [*Differ] at the first
// about which the two differ. Picks that need no merging, and those that were confirmed
// before, are passed over. Any other error is the engine's own: then nothing was shown.
func Cross(ctx context.Context, c Crossing, picks []forks.Pick) ([]Note, error) {
	var notes []Note
	for i, p := range picks {
		if _, settled := forks.SettledMerge(p.Base, p.Ours, p.Theirs); settled && !p.Commits || c.Confirmed.has(p) {
			continue
		}
		if c.Say != nil {
			c.Say(i, len(picks))
		}
		note, err := c.repeat(ctx, p)
		if differ, ok := errors.AsType[*Differ](err); ok {
			differ.Rest = picks[i+1:]
		}
		if err != nil {
			return notes, err
		}
		if note != "" {
			notes = append(notes, Note{p, note})
		}
		c.Confirmed.add(p)
	}
	return notes, nil
}

// repeat compares one pick with what the other engine makes of it.
func (c Crossing) repeat(ctx context.Context, p forks.Pick) (note string, err error) {
	var got forks.MergeResult
	if p.Commits {
		got, err = c.Engine.MergeCommits(ctx, p.Ours, p.Theirs)
	} else {
		got, err = c.Engine.Merge(ctx, p.Base, p.Ours, p.Theirs)
	}
	unrelated := errors.Is(err, forks.ErrUnrelated)
	switch {
	case errors.Is(err, forks.ErrGaveUp), err == nil && got.GaveUp:
		return c.Other + " gave up on a merge that " + c.By + " made: it is not confirmed", nil
	case p.Result.GaveUp:
		return c.By + " gave up on a merge and made it without looking for moved directories: it is not confirmed", nil
	case err != nil && !unrelated:
		return "", fmt.Errorf("confirm the merge of %s by %s: %w", about(p), c.Other, err)
	case unrelated, got.Clean() != p.Result.Clean(), got.Clean() && got.Tree != p.Result.Tree:
		return "", &Differ{Track: c.Track, Pass: c.Pass, By: c.By, Other: c.Other, Pick: p, Repeated: got, Unrelated: unrelated}
	case !samePaths(got.Files, p.Result.Files):
		return fmt.Sprintf("both engines find a conflict, %s in %s, %s in %s", c.By, paths(p.Result.Files), c.Other, paths(got.Files)), nil
	}
	return "", nil
}

func samePaths(a, b []forks.ConflictFile) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Path != b[i].Path {
			return false
		}
	}
	return true
}
