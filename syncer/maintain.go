package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// InUse is why maintenance was skipped where somebody worked, or looked, in the cache.
const InUse = "the cache is in use"

// Maintain keeps the cache of a track's upstream small and quick: see
// [repo.Repository.Maintain]. It is for quiet time: where somebody works in the cache
// it does nothing. What ctx interrupts begins anew the next time.
func (s *Syncer) Maintain(ctx context.Context, t forks.Track) (repo.Maintained, error) {
	return s.maintain(ctx, t, repo.MaintainOptions{})
}

// Tidy joins the small packs of the cache of a track's upstream once there are more
// than some: each fetch brings one. It is for passes that no daemon makes, which has
// [Syncer.Maintain] instead, and never repacks everything.
func (s *Syncer) Tidy(ctx context.Context, t forks.Track, packs int) error {
	found, err := os.ReadDir(filepath.Join(CachePath(s.CacheDir, t.Upstream), "objects", "pack"))
	if err != nil {
		return fmt.Errorf("count the packs in the cache of %s: %w", t.Name, err)
	}
	found = slices.DeleteFunc(found, func(e fs.DirEntry) bool { return !strings.HasSuffix(e.Name(), ".pack") })
	if len(found) <= packs {
		return nil
	}
	const never = 100 * 365 * 24 * time.Hour
	_, err = s.maintain(ctx, t, repo.MaintainOptions{Packs: packs, Whole: never})
	return err
}

// maintain maintains the cache of a track's upstream, if nobody is in it.
func (s *Syncer) maintain(ctx context.Context, t forks.Track, o repo.MaintainOptions) (done repo.Maintained, err error) {
	release, alone := s.Git.TryAlone(CachePath(s.CacheDir, t.Upstream))
	if !alone {
		return repo.Maintained{Skipped: InUse}, nil
	}
	defer release()
	local, err := s.borrow(ctx, t)
	if err != nil || local == nil {
		return done, err
	}
	defer func() { err = errors.Join(err, local.Close()) }()
	o.Spare = 1 << 30
	if done, err = local.Maintain(ctx, o); err != nil {
		return done, fmt.Errorf("maintain the cache of %s: %w", t.Name, err)
	}
	return done, nil
}
