package syncer

import (
	"context"
	"errors"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// InUse is why maintenance was skipped where somebody worked, or looked, in the cache.
const InUse = "the cache is in use"

// Maintain keeps the cache of a track's upstream small and quick: see
// [repo.Repository.Maintain]. It is for quiet time: where somebody works in the cache
// it does nothing. What ctx interrupts begins anew the next time.
func (s *Syncer) Maintain(ctx context.Context, t forks.Track) (done repo.Maintained, err error) {
	path := CachePath(s.CacheDir, t.Upstream)
	release, ok := s.Git.TryAlone(path)
	if !ok {
		return repo.Maintained{Skipped: InUse}, nil
	}
	defer release()
	local, err := s.borrow(ctx, t)
	if err != nil || local == nil {
		return done, err
	}
	defer func() { err = errors.Join(err, local.Close()) }()
	if done, err = local.Maintain(ctx, repo.MaintainOptions{Spare: 1 << 30}); err != nil {
		return done, fmt.Errorf("maintain the cache of %s: %w", t.Name, err)
	}
	return done, nil
}
