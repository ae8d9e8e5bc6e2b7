package syncertest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/rebase"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// quarantine is what was written and not packed, in front of a repository's objects.
type quarantine struct {
	view
	repository *repository
	// Merger is our own engine under git's name: there is no other one here. With
	// cross_check it confirms itself.
	rebase.Merger

	mu  sync.RWMutex
	own map[forks.Hash]*object
}

var _ syncer.Quarantine = (*quarantine)(nil)

func newQuarantine(r *repository) *quarantine {
	q := &quarantine{repository: r, own: map[forks.Hash]*object{}}
	q.view = view{dir: r.dir, find: q.look, diffs: r.git.objects}
	q.Merger = merge.NewMerger(q.Inputs(), q)
	return q
}

// look finds an object here or in the repository.
func (q *quarantine) look(id forks.Hash) *object {
	q.mu.RLock()
	o := q.own[id]
	q.mu.RUnlock()
	if o != nil {
		return o
	}
	return q.repository.git.objects.find(id)
}

// Object implements [rebase.Objects].
func (q *quarantine) Object(id forks.Hash) (kind string, data []byte, err error) {
	o, err := q.object(id)
	if err != nil {
		return "", nil, err
	}
	return o.kind, o.data, nil
}

// Write implements [rebase.Objects].
func (q *quarantine) Write(kind string, data []byte) (forks.Hash, error) {
	o, err := parse(kind, data, q.look)
	if err != nil {
		return forks.Hash{}, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.own[o.id] = o
	return o.id, nil
}

// inputs reads objects that must be there.
type inputs struct{ *quarantine }

// Object implements [merge.Objects].
func (in inputs) Object(id forks.Hash) (kind string, data []byte, err error) {
	o, err := in.needed(id)
	if err != nil {
		return "", nil, err
	}
	return o.kind, o.data, nil
}

// Inputs implements [syncer.Quarantine].
func (q *quarantine) Inputs() merge.Objects { return inputs{q} }

// Pack implements [syncer.Quarantine]: what known reaches must not be looked at, for all
// of it is in the repository.
func (q *quarantine) Pack(_ context.Context, tips, known []forks.Hash) error {
	for _, id := range known {
		if _, err := q.reachable(id); err != nil {
			return err
		}
	}
	var list []*object
	seen := map[forks.Hash]bool{}
	todo := append([]forks.Hash(nil), tips...)
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		o, err := q.reachable(id)
		if err != nil {
			return err
		}
		if o == nil || seen[id] || q.repository.git.objects.find(id) != nil {
			continue // what is there has all that it reaches
		}
		seen[id] = true
		list = append(list, o)
		todo = append(todo, o.links()...)
	}
	q.repository.git.objects.keep(list...)
	return nil
}

// reachable is an object that something reaches; nil for a zero id.
func (q *quarantine) reachable(id forks.Hash) (*object, error) {
	if id.IsZero() {
		return nil, nil
	}
	return q.needed(id)
}

// links are the objects that an object names and that its repository has.
func (o *object) links() []forks.Hash {
	var out []forks.Hash
	if o.commit != nil {
		out = append(append(out, o.commit.tree), o.commit.parents...)
	}
	for _, e := range o.tree {
		if e.mode != forks.ModeSubmodule {
			out = append(out, e.id)
		}
	}
	return out
}

// KeepMerge implements [syncer.Quarantine].
func (q *quarantine) KeepMerge(ctx context.Context, base, ours, theirs forks.Hash, known []forks.Hash) (a, b forks.Hash, err error) {
	write := func(tree forks.Hash, parents ...forks.Hash) forks.Hash {
		if tree.IsZero() {
			tree = forks.EmptyTree
		}
		var id forks.Hash
		if err == nil {
			id, err = q.Write("commit", encodeCommit(tree, parents, "auxsync <auxsync@localhost> 0 +0000", "auxsync <auxsync@localhost> 0 +0000", "a merge to look at\n"))
		}
		return id
	}
	root := write(base)
	a, b = write(ours, root), write(theirs, root)
	if err != nil {
		return a, b, err
	}
	return a, b, q.Pack(ctx, []forks.Hash{a, b}, known)
}

// Close implements [syncer.Quarantine].
func (q *quarantine) Close() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(q.own)
	return nil
}

// Tree implements [syncer.Quarantine].
func (q *quarantine) Tree(commit forks.Hash) (maintainers.Tree, error) {
	top, err := q.treeOf(commit)
	var damaged *repo.DamagedError
	if errors.As(err, &damaged) {
		err = damaged.Err // anything may be asked for
	}
	if err != nil {
		return nil, fmt.Errorf("open the files of %s: %w", commit.Short(), err)
	}
	return files{q.view, top}, nil
}
