package syncer

import (
	"context"
	"errors"

	"github.com/auxolotl/auxsync/forks"
)

// borrow opens a track's cache for reading; nil if there is none.
func (s *Syncer) borrow(ctx context.Context, t forks.Track) (Repository, error) {
	return s.Git.OpenExisting(ctx, CachePath(s.CacheDir, t.Upstream))
}

// reading opens a track's cache for reading, without a lock; without a cache do is
// not called.
func (s *Syncer) reading(ctx context.Context, t forks.Track, do func(*visit, Quarantine) error) (err error) {
	defer s.Git.TryUse(CachePath(s.CacheDir, t.Upstream))()
	local, err := s.borrow(ctx, t)
	if err != nil || local == nil {
		return err
	}
	defer func() { err = errors.Join(err, local.Close()) }()
	scratch, err := s.Git.Scratch(ctx, local)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	q, err := scratch.Quarantine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	return do(&visit{Syncer: s, track: t, local: local}, q)
}

// Read returns a track's state as the last pass left it in the cache, without
// asking the fork and without a lock; nil if there is none yet.
func (s *Syncer) Read(ctx context.Context, t forks.Track) (state *forks.State, err error) {
	err = s.reading(ctx, t, func(v *visit, q Quarantine) error {
		if err := v.readFork(ctx, true); err != nil {
			return err
		}
		r, err := v.readState(q)
		if r != nil {
			state = &r.state
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return state, nil
}

// aside fetches both remotes into a scratch repository that borrows the cache's
// objects if there are any, and lets look at what is there.
func (v *visit) aside(ctx context.Context, look func(Quarantine, *recorded) error) (err error) {
	defer v.Git.TryUse(CachePath(v.CacheDir, v.track.Upstream))()
	borrow, err := v.borrow(ctx, v.track)
	if err != nil {
		return err
	}
	if borrow != nil {
		defer func() { err = errors.Join(err, borrow.Close()) }()
	} else {
		v.opts.say("there is no cache: the whole history is fetched now and thrown away; `auxsync adopt` keeps it")
	}
	if v.local, err = v.Git.Scratch(ctx, borrow); err != nil {
		return err
	}
	v.dry = true
	defer func() { err = errors.Join(err, v.local.Close()) }()
	if err := v.fetch(ctx); err != nil {
		return err
	}
	q, err := v.local.Quarantine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	release, err := v.worker(ctx, v.opts)
	if err != nil {
		return err
	}
	defer release()
	old, err := v.recorded(ctx, q)
	if err != nil {
		return err
	}
	if err := v.mayRun(ctx, q, old, old == nil); err != nil {
		return err
	}
	return look(q, old)
}
