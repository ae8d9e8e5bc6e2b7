package syncer

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// borrow opens a track's cache for reading; nil if there is none.
func (s *Syncer) borrow(ctx context.Context, t forks.Track) (*repo.Repository, error) {
	path := CachePath(s.CacheDir, t.Upstream)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return s.Git.OpenExisting(ctx, path)
}

// Read returns a track's state as the last pass left it in the cache, without
// asking the fork and without a lock; nil if there is none yet.
func (s *Syncer) Read(ctx context.Context, t forks.Track) (state *forks.State, err error) {
	local, err := s.borrow(ctx, t)
	if err != nil || local == nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, local.Close()) }()
	v := visit{Syncer: s, track: t, local: local}
	if err := v.readFork(ctx, true); err != nil {
		return nil, err
	}
	scratch, err := s.Git.Scratch(ctx, local)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	q, err := scratch.Quarantine(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	r, err := v.readState(q)
	if err != nil || r == nil {
		return nil, err
	}
	return &r.state, nil
}
