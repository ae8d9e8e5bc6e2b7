package syncer

import (
	"context"
	"errors"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/branches"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// plain lets do something with the forge of a fork without pages: its branches. What
// that fetches is thrown away afterwards, so the cache stays as the last pass left it.
func (s *Syncer) plain(ctx context.Context, t forks.Track, do func(pulls.Forge) error) (err error) {
	defer s.Git.TryUse(CachePath(s.CacheDir, t.Upstream))()
	v, err := s.open(t, Options{})
	if err != nil {
		return err
	}
	borrowed, err := s.borrow(ctx, t)
	if err != nil {
		return err
	}
	if borrowed != nil {
		defer func() { err = errors.Join(err, borrowed.Close()) }()
	}
	scratch, err := s.Git.Scratch(ctx, borrowed)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	forge, err := branches.New(branches.Config{Remote: &plainRemote{v.fork, scratch, t.Name}, Fork: t.URL, Upstream: t.Upstream})
	if err != nil {
		return err
	}
	return do(forge)
}

// plainRemote is a fork's repository as package branches wants it.
type plainRemote struct {
	fork  Remote
	local Repository
	track string
}

// List implements [branches.Remote].
func (r *plainRemote) List(ctx context.Context, prefixes ...string) (map[forks.Ref]forks.Hash, error) {
	return r.fork.List(ctx, prefixes...)
}

// Contains implements [branches.Remote].
func (r *plainRemote) Contains(ctx context.Context, whole, part forks.Hash) (contains bool, err error) {
	helpers := string(forks.ProposalPrefix(r.track)) + "*"
	if err := r.fork.Fetch(ctx, r.local, []repo.FetchSpec{{From: helpers, To: helpers}}, nil); err != nil {
		return false, fmt.Errorf("fetch the branches of conflicts: %w", err)
	}
	q, err := r.local.Quarantine(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	return q.IsAncestor(ctx, part, whole)
}

// Push implements [branches.Remote].
func (r *plainRemote) Push(ctx context.Context, updates []forks.RefUpdate) error {
	err := r.fork.Push(ctx, r.local, updates)
	var lease *repo.LeaseError
	if errors.As(err, &lease) {
		return &forks.ForgeRefusedError{Doing: "push", Said: lease.Error()}
	}
	return err
}

var _ branches.Remote = (*plainRemote)(nil)
