package syncer

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

// mostAuthored is how many of the fork's own commits on the paths of a conflict are
// looked at in search of people.
const mostAuthored = 200

// whoKey is what decides who is found for a conflict: while it stays nothing is read.
type whoKey struct {
	fix, picked, cause, tip, base forks.Hash
	policy                        [sha256.Size]byte
}

// who is the people who were found for a conflict.
type who struct {
	key   whoKey
	found maintainers.Found
	// members names who maintains what each patch of an umbrella touches.
	members map[forks.PatchID][]string
}

// rosterOf is what a fork's policy says of people.
func (s *Syncer) rosterOf(fork string) forks.Roster {
	if s.Roster == nil {
		return forks.Roster{}
	}
	return s.Roster(fork)
}

// whoKeyOf is the key of a conflict now.
func whoKeyOf(v *visit, state forks.State, p forks.Proposal, policy [sha256.Size]byte) whoKey {
	return whoKey{p.Fix, p.Picked, p.Conflict.Cause, v.found.branch, state.Base, policy}
}

// digestOf names what a policy says of people.
func digestOf(r forks.Roster) ([sha256.Size]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("digest the policy: %w", err)
	}
	return sha256.Sum256(text), nil
}

// asksPeople reports whether it matters who could decide about a conflict.
func asksPeople(p forks.Proposal) bool {
	return (p.Status.Live() || p.Status == forks.Declined) && !p.Picked.IsZero()
}

// findPeople finds who could decide about a conflict, from the objects of the cache.
func (s *Syncer) findPeople(ctx context.Context, v *visit, q Quarantine, state forks.State, p forks.Proposal, t told) (maintainers.Found, error) {
	question := maintainers.Question{Patch: p.Patch, Message: t.message, Several: len(p.Members), Roster: s.rosterOf(v.track.Fork)}
	if patch, ok := patchOf(state, p.Patch); ok {
		question.Author = patch.Author
	}
	var paths []forks.Path
	for _, f := range t.files {
		paths = append(paths, f.Path)
		question.Files = append(question.Files, t.places[f.Path])
	}
	parent, err := parentOf(q, p.Picked)
	if err != nil {
		return maintainers.Found{}, err
	}
	if !parent.IsZero() {
		if question.Changed, err = q.CountChanged(ctx, parent, p.Picked); err != nil {
			return maintainers.Found{}, err
		}
	}
	if tip := v.found.branch; !tip.IsZero() {
		authors, err := q.Authors(ctx, state.Base, tip, paths, mostAuthored)
		if err != nil {
			return maintainers.Found{}, err
		}
		for _, a := range authors {
			question.Committers = append(question.Committers, maintainers.Committer{Person: a.Person, Commits: a.Changes})
		}
	}
	for _, side := range []struct {
		of   *maintainers.Tree
		from forks.Hash
	}{{&question.Trees.Fork, p.Picked}, {&question.Trees.Upstream, p.Onto}, {&question.Trees.Parent, parent}, {&question.UpstreamList, p.Conflict.Cause}} {
		if side.from.IsZero() {
			continue
		}
		if *side.of, err = q.Tree(side.from); err != nil {
			return maintainers.Found{}, err
		}
	}
	if tip := v.found.branch; !tip.IsZero() && question.Trees.Fork != nil {
		now, err := q.Tree(tip)
		if err != nil {
			return maintainers.Found{}, err
		}
		question.Trees.Fork = asNow{question.Trees.Fork, now}
	}
	return s.lists.Find(question)
}

// parentOf is the first parent of a commit; zero if it has none.
func parentOf(q Quarantine, commit forks.Hash) (forks.Hash, error) {
	_, raw, err := q.Object(commit)
	if err != nil {
		return forks.Hash{}, err
	}
	_, parents, err := commitLinks(raw)
	if err != nil || len(parents) == 0 {
		return forks.Hash{}, err
	}
	return parents[0], nil
}

// asNow is a patch's files, with the fork's lists of people as its branch has them now:
// a patch that stands before them in the stack does not know them yet.
type asNow struct {
	maintainers.Tree
	now maintainers.Tree
}

// File implements [maintainers.Tree].
func (t asNow) File(name string) ([]byte, forks.Hash, error) {
	if listsPeople(name) {
		return t.now.File(name)
	}
	return t.Tree.File(name)
}

// Names implements [maintainers.Tree].
func (t asNow) Names(dir string) ([]string, error) {
	if listsPeople(dir + "/") {
		return t.now.Names(dir)
	}
	return t.Tree.Names(dir)
}

// listsPeople reports whether a file says who people are, or what they own.
func listsPeople(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(name, "maintainers/") || base == "CODEOWNERS" || base == "OWNERS" || name == "lib/maintainers.nix"
}
