package branches_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/branches"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/pulls/pullstest"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

var _ pulls.Forge = (*branches.Forge)(nil)

func TestPlainGitIsAForge(t *testing.T) {
	t.Parallel()
	pullstest.Conform(t, func(t *testing.T) pullstest.Fixture {
		w := newWorld(t)
		return pullstest.Fixture{
			Forge: w.forge, Fork: w.fork, Upstream: w.upstream,
			OnUpstream: func() error {
				_, err := branches.New(branches.Config{Remote: w.remote, Fork: w.upstream.Dir + "/", Upstream: w.upstream.Dir})
				return err
			},
			Merge: w.merges(), Close: w.closings(), Reopen: w.reopen,
			Lose: func(done bool) { w.remote.losing, w.remote.after = true, done },
			Hang: func() <-chan struct{} {
				w.remote.hang = make(chan struct{})
				return w.remote.hang
			},
		}
	})
}

// world is a fork and its upstream, and the forge of the fork.
type world struct {
	t              *testing.T
	fork, upstream *repotest.Repo
	remote         *remote
	forge          *branches.Forge
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, fork: repotest.New(t, filepath.Join(dir, "fork.git")), upstream: repotest.New(t, filepath.Join(dir, "up.git"))}
	git, err := repo.New(t.Context(), repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cache, err := git.OpenCache(t.Context(), filepath.Join(dir, "cache"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cache.Close() })
	at, err := git.Remote(repo.Access{URL: w.fork.Dir, Transports: []string{"file"}})
	if err != nil {
		t.Fatal(err)
	}
	w.remote = &remote{Remote: at, cache: cache}
	w.forge, err = branches.New(branches.Config{Remote: w.remote, Fork: w.fork.Dir, Upstream: w.upstream.Dir})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// merges are what the conflict file tells people to do, and what else they do.
func (w *world) merges() map[string]func(p forks.Pull) {
	forward := func(p forks.Pull) {
		w.fork.SetRef(w.t, string(forks.OntoRef(p.Track, p.ID)), p.Head)
	}
	return map[string]func(p forks.Pull){
		"fast-forwards it": forward,
		"merges it": func(p forks.Pull) {
			w.fork.Merge(w.t, string(forks.OntoRef(p.Track, p.ID)), repotest.Grace, "merge", p.Head, nil)
		},
		"squashes it": func(p forks.Pull) {
			w.fork.Build(w.t, repotest.Commit{Branch: string(forks.OntoRef(p.Track, p.ID)), Subject: "squash", Tree: w.fork.Tree(w.t, p.Head)})
		},
		"merges it and deletes fix": func(p forks.Pull) {
			forward(p)
			w.fork.SetRef(w.t, string(forks.FixRef(p.Track, p.ID)), forks.Hash{})
		},
	}
}

func (w *world) closings() map[string]func(p forks.Pull) {
	return map[string]func(p forks.Pull){
		"deletes fix":  func(p forks.Pull) { w.fork.SetRef(w.t, string(forks.FixRef(p.Track, p.ID)), forks.Hash{}) },
		"deletes onto": func(p forks.Pull) { w.fork.SetRef(w.t, string(forks.OntoRef(p.Track, p.ID)), forks.Hash{}) },
	}
}

// reopen pushes both branches again.
func (w *world) reopen(p forks.Pull) {
	w.fork.SetRef(w.t, string(forks.FixRef(p.Track, p.ID)), p.Head)
	w.fork.SetRef(w.t, string(forks.OntoRef(p.Track, p.ID)), p.Base)
}

// remote is the fork as git reaches it, over a connection that can fail once.
type remote struct {
	*repo.Remote
	cache *repo.Repository
	// losing cuts the next push, after it was done or before.
	losing, after bool
	// hang, if it is set, is closed by the next exchange, which then waits for its end.
	hang chan struct{}
	// between is called once a push is decided.
	between func()
	pushed  [][]forks.RefUpdate
}

func (r *remote) wait(ctx context.Context) error {
	if r.hang == nil {
		return ctx.Err()
	}
	close(r.hang)
	r.hang = nil
	<-ctx.Done()
	return ctx.Err()
}

func (r *remote) List(ctx context.Context, prefixes ...string) (map[forks.Ref]forks.Hash, error) {
	if err := r.wait(ctx); err != nil {
		return nil, err
	}
	return r.Remote.List(ctx, prefixes...)
}

func (r *remote) Contains(ctx context.Context, whole, part forks.Hash) (bool, error) {
	helpers := []repo.FetchSpec{{From: "refs/heads/auxsync/*", To: "refs/auxsync/fork/ending/*"}}
	if err := r.Fetch(ctx, r.cache, helpers, nil); err != nil {
		return false, err
	}
	q, err := r.cache.Quarantine(ctx)
	if err != nil {
		return false, err
	}
	contains, err := q.IsAncestor(ctx, part, whole)
	return contains, errors.Join(err, q.Close())
}

func (r *remote) Push(ctx context.Context, updates []forks.RefUpdate) error {
	r.pushed = append(r.pushed, updates)
	if r.between != nil {
		r.between()
	}
	lost := forks.RetryLater("", "push: %w", io.ErrUnexpectedEOF)
	losing := r.losing
	r.losing = false
	if losing && !r.after {
		return lost
	}
	err := r.Remote.Push(ctx, r.cache, updates)
	if lease := new(repo.LeaseError); errors.As(err, &lease) {
		return &forks.ForgeRefusedError{Doing: "push", Said: lease.Error()}
	}
	if err == nil && losing {
		return lost
	}
	return err
}
