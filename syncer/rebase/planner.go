package rebase

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// emptyTree is git's well-known id of the tree without entries.
var emptyTree = forks.Hash{0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04}

// Objects reads and writes git objects. What is written need not outlive the
// planning; whoever applies a plan makes it durable.
type Objects interface {
	// Object returns kind ("commit", "tree", "blob", "tag") and contents. A
	// missing object is an error.
	Object(id forks.Hash) (kind string, data []byte, err error)
	// Write stores an object so that Merger and History see it, and returns its id.
	Write(kind string, data []byte) (forks.Hash, error)
}

// Merger merges three trees. An implementation must be deterministic and must
// report a missing object as an error, never as a conflict. There are two, which give the
// same values: merge.Merger, and repo.Quarantine, which has git merge.
type Merger interface {
	// Merge merges ours and theirs over base, all of them trees.
	Merge(ctx context.Context, base, ours, theirs forks.Hash) (forks.MergeResult, error)
	// MergeLabelled is Merge with conflict markers in diff3 style that carry labels.
	MergeLabelled(ctx context.Context, base, ours, theirs forks.Hash, labels forks.Labels) (forks.MergeResult, error)
	// MergeCommits merges two commits over their true merge bases. Without one it is
	// [forks.ErrUnrelated].
	MergeCommits(ctx context.Context, a, b forks.Hash) (forks.MergeResult, error)
}

// History answers questions about the commit graph.
type History interface {
	// IsAncestor reports whether b contains a; a commit contains itself.
	IsAncestor(ctx context.Context, a, b forks.Hash) (bool, error)
	// FirstParents lists to's first-parent chain, newest first, without what from
	// contains. A zero from excludes nothing.
	FirstParents(ctx context.Context, from, to forks.Hash) ([]forks.Hash, error)
	// NewCommits lists what tip contains and none of not does, in topological
	// order, oldest first.
	NewCommits(ctx context.Context, tip forks.Hash, not ...forks.Hash) ([]forks.CommitInfo, error)
	// Touching lists the commits of from..to that touch one of the paths, newest
	// first; with firstParent only those of the first-parent chain, each compared
	// with its first parent.
	Touching(ctx context.Context, from, to forks.Hash, paths []forks.Path, firstParent bool) ([]forks.Hash, error)
	// PatchIDs returns the stable patch-id of each commit that has a diff and is
	// not a merge.
	PatchIDs(ctx context.Context, commits []forks.Hash) (map[forks.Hash]forks.Hash, error)
	// Changes returns for each pair of trees a digest of the added and removed
	// bytes with their paths, without context and line numbers.
	Changes(ctx context.Context, pairs [][2]forks.Hash) ([]string, error)
}

// Planner computes plans. It has no state but a memory of what it has read and
// merged, and is used for one pass, by one goroutine.
type Planner struct {
	obj    Objects
	merger Merger
	hist   History

	commits map[forks.Hash]commit
	diffs   map[[2]forks.Hash][]fileChange
	merges  map[[3]forks.Hash]forks.MergeResult
	ids     map[forks.Hash]forks.Hash // patch-ids; zero for a commit without one
	walks   map[walk][]forks.Hash
	places  map[placeKey]placeResult
	trees   map[forks.Hash][]entry
	similar map[[2]forks.Hash]bool // whether a file may be the other one, moved
	picks   int
	// answered are the merges by which people's answers were measured.
	answered []forks.Pick
	message  func([]byte) []byte // of [Input]; nil leaves messages as they are
}

// NewPlanner returns a planner over a repository.
func NewPlanner(obj Objects, merger Merger, hist History) *Planner {
	return &Planner{
		obj: obj, merger: merger, hist: hist,
		commits: map[forks.Hash]commit{},
		diffs:   map[[2]forks.Hash][]fileChange{},
		merges:  map[[3]forks.Hash]forks.MergeResult{},
		ids:     map[forks.Hash]forks.Hash{},
		walks:   map[walk][]forks.Hash{},
		places:  map[placeKey]placeResult{},
		trees:   map[forks.Hash][]entry{},
		similar: map[[2]forks.Hash]bool{},
	}
}

// Picks is the number of merges that were asked of the merger.
func (p *Planner) Picks() int { return p.picks }

// read returns the contents of an object of a certain kind.
func (p *Planner) read(kind string, id forks.Hash) ([]byte, error) {
	have, data, err := p.obj.Object(id)
	if err != nil {
		return nil, err
	}
	if have != kind {
		return nil, fmt.Errorf("object %s is a %s, want a %s", id, have, kind)
	}
	return data, nil
}

// commit reads a commit, once.
func (p *Planner) commit(id forks.Hash) (commit, error) {
	if c, ok := p.commits[id]; ok {
		return c, nil
	}
	data, err := p.read("commit", id)
	if err != nil {
		return commit{}, err
	}
	c, err := parseCommit(id, data)
	if err != nil {
		return commit{}, err
	}
	p.commits[id] = c
	return c, nil
}

// change is what a commit does, as two trees.
type change struct {
	from, to forks.Hash
}

// empty reports whether the change changes nothing.
func (c change) empty() bool { return c.from == c.to }

// change returns what a commit does to its first parent; a root starts from the
// empty tree.
func (p *Planner) change(id forks.Hash) (change, error) {
	c, err := p.commit(id)
	if err != nil {
		return change{}, err
	}
	if len(c.parents) == 0 {
		return change{emptyTree, c.tree}, nil
	}
	parent, err := p.commit(c.parents[0])
	if err != nil {
		return change{}, err
	}
	return change{parent.tree, c.tree}, nil
}

// changed lists the files of a change, once.
func (p *Planner) changed(c change) ([]fileChange, error) {
	key := [2]forks.Hash{c.from, c.to}
	if d, ok := p.diffs[key]; ok {
		return d, nil
	}
	d, err := p.diff(c.from, c.to)
	if err != nil {
		return nil, err
	}
	p.diffs[key] = d
	return d, nil
}

// pick applies a change to a tree. What was merged before is remembered.
func (p *Planner) pick(ctx context.Context, c change, onto forks.Hash) (forks.MergeResult, error) {
	// No other engine is asked to confirm it, so nothing else may decide it here.
	if tree, settled := forks.SettledMerge(c.from, onto, c.to); settled {
		return forks.MergeResult{Tree: tree}, nil
	}
	key := [3]forks.Hash{c.from, onto, c.to}
	if r, ok := p.merges[key]; ok {
		return r, nil
	}
	place, fits, err := p.placeKey(c, onto)
	if err != nil {
		return forks.MergeResult{}, err
	}
	if fits {
		if r, ok, err := p.recall(place, onto); err != nil || ok {
			return r, err
		}
	}
	p.picks++
	r, err := p.merger.Merge(ctx, c.from, onto, c.to)
	if err != nil {
		return forks.MergeResult{}, err
	}
	p.merges[key] = r
	if fits {
		err = p.remember(place, onto, r)
	}
	return r, err
}

// patchIDs returns the stable patch-ids of commits, asking once for each.
func (p *Planner) patchIDs(ctx context.Context, commits []forks.Hash) (map[forks.Hash]forks.Hash, error) {
	var ask []forks.Hash
	for _, id := range commits {
		if _, ok := p.ids[id]; !ok {
			p.ids[id] = forks.Hash{}
			ask = append(ask, id)
		}
	}
	if len(ask) > 0 {
		found, err := p.hist.PatchIDs(ctx, ask)
		if err != nil {
			return nil, err
		}
		maps.Copy(p.ids, found)
	}
	out := map[forks.Hash]forks.Hash{}
	for _, id := range commits {
		if pid := p.ids[id]; !pid.IsZero() {
			out[id] = pid
		}
	}
	return out, nil
}

// walk identifies a question to History.Touching.
type walk struct {
	from, to    forks.Hash
	paths       string
	firstParent bool
}

// touching asks for the commits that touch paths, once: the same stretch of
// upstream is looked at for both columns of the ledger.
func (p *Planner) touching(ctx context.Context, from, to forks.Hash, paths []forks.Path, firstParent bool) ([]forks.Hash, error) {
	var list strings.Builder
	for _, path := range paths {
		list.WriteString(string(path))
		list.WriteByte(0)
	}
	key := walk{from, to, list.String(), firstParent}
	if known, ok := p.walks[key]; ok {
		return slices.Clone(known), nil
	}
	found, err := p.hist.Touching(ctx, from, to, paths, firstParent)
	if err != nil {
		return nil, err
	}
	p.walks[key] = found
	return slices.Clone(found), nil
}

// treeOf returns the tree of a commit.
func (p *Planner) treeOf(id forks.Hash) (forks.Hash, error) {
	c, err := p.commit(id)
	return c.tree, err
}

// committerLine is the identity of commits that the daemon makes. Its date is
// not the clock's: the same inputs give the same commits, so a pass that is
// repeated after a crash or a lost lease arrives at the same ids.
func committerLine(at time.Time) string {
	return fmt.Sprintf("auxsync <auxsync@localhost> %d +0000", at.Unix())
}

// picked writes the commit that replays form on parent with the given tree.
func (p *Planner) picked(form commit, tree, parent forks.Hash, at time.Time) (forks.Hash, error) {
	raw := rewriteCommit(form.raw, tree, []forks.Hash{parent}, committerLine(at))
	return p.obj.Write("commit", append(raw[:len(raw)-len(form.message):len(raw)-len(form.message)], p.written([]byte(form.message))...))
}
