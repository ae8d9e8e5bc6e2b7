package syncer

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

const (
	// mostLearnedFrom is how many commits a range may have that is learned from.
	mostLearnedFrom = 100_000
	// leastHex is how much of a commit's id has to be given.
	leastHex = 7
)

// Learned is what a history taught.
type Learned struct {
	Merges     int                `json:"merges"`     // looked at
	Conflicted int                `json:"conflicted"` // of these
	Files      int                `json:"files"`      // in conflict in these
	Found      []forks.Resolution `json:"found"`      // never null
}

// learn makes the merges of a range of the fork's history once more and finds out what
// people decided in those that conflict. The range is git's A..B; see revision.
func (v *visit) learn(ctx context.Context, q Quarantine, planner *rebase.Planner, in rebase.Input) (*Learned, error) {
	from, to, ok := strings.Cut(v.opts.Learn, "..")
	if !ok || strings.HasPrefix(to, ".") || from == "" {
		return nil, forks.AskPerson("give it as A..B, such as --from v1..main", "%q is no range of commits", forks.Clip(forks.Inert(v.opts.Learn), 100))
	}
	end, err := v.revision(ctx, q, to)
	if err != nil {
		return nil, err
	}
	if contained, err := q.IsAncestor(ctx, end, v.found.branch); err != nil {
		return nil, err
	} else if !contained {
		return nil, forks.AskPerson("give a commit of the fork's branch "+v.track.Branch, "%s is not in the history of the fork", end.Short())
	}
	begin, err := v.revision(ctx, q, from)
	if err != nil {
		return nil, err
	}
	commits, err := q.NewCommits(ctx, end, begin)
	if err != nil {
		return nil, err
	}
	if len(commits) > mostLearnedFrom {
		return nil, forks.AskPerson("give a shorter range", "the range has %d commits, and %d at most are looked at", len(commits), mostLearnedFrom)
	}
	commits = slices.DeleteFunc(commits, func(c forks.CommitInfo) bool { return len(c.Parents) != 2 })
	out := &Learned{Found: []forks.Resolution{}}
	for i, c := range commits {
		if v.opts.Say != nil {
			v.opts.Say(forks.Progress{Doing: "making the merges of the range again", Done: i, Of: len(commits)})
		}
		found, files, err := planner.Learn(ctx, in, c.ID)
		if err != nil {
			return nil, fmt.Errorf("learn from the merge %s: %w", c.ID.Short(), err)
		}
		out.Merges++
		if out.Files += files; files > 0 {
			out.Conflicted++
		}
		for _, r := range found {
			if !slices.ContainsFunc(out.Found, func(o forks.Resolution) bool { return o.Key == r.Key && o.Result == r.Result && o.Mode == r.Mode }) {
				out.Found = append(out.Found, r)
			}
		}
	}
	return out, nil
}

// revision finds a commit: by its id or the beginning of it, by "" or the name of the
// fork's branch for its tip, by the name of what is followed for upstream's.
func (v *visit) revision(ctx context.Context, q Quarantine, name string) (forks.Hash, error) {
	switch name {
	case "", "HEAD", v.track.Branch:
		return v.found.branch, nil
	case v.track.Follow:
		return v.found.upstream, nil
	}
	if id, err := forks.ParseHash(name); err == nil {
		if kind, _, err := q.Object(id); err == nil && kind == "commit" {
			return id, nil
		}
	} else if len(name) >= leastHex && isHex(name) {
		return v.abbreviated(ctx, q, name)
	}
	return forks.Hash{}, forks.AskPerson("give the id of a commit of the fork, or the name of its branch",
		"there is no commit %q in the history of the fork", forks.Clip(forks.Inert(name), 100))
}

func isHex(name string) bool {
	_, err := hex.DecodeString(name + strings.Repeat("0", len(name)%2))
	return err == nil
}

// abbreviated finds the one commit of the fork's history that begins so.
func (v *visit) abbreviated(ctx context.Context, q Quarantine, name string) (found forks.Hash, err error) {
	commits, err := q.NewCommits(ctx, v.found.branch)
	if err != nil {
		return found, err
	}
	for _, c := range commits {
		if !strings.HasPrefix(c.ID.String(), strings.ToLower(name)) {
			continue
		}
		if !found.IsZero() {
			return found, forks.AskPerson("give more of its id", "several commits of the fork begin with %s", name)
		}
		found = c.ID
	}
	if found.IsZero() {
		return found, forks.AskPerson("give the id of a commit of the fork, or the name of its branch", "no commit of the fork begins with %s", name)
	}
	return found, nil
}
