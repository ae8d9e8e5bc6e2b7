package syncer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// Tidy joins the small packs of the cache of a track's upstream once there are more
// than some: each fetch brings one. It is for passes that no daemon makes, which has
// [Syncer.Maintain] instead, and never repacks everything.
func (s *Syncer) Tidy(ctx context.Context, t forks.Track, packs int) (err error) {
	path := CachePath(s.CacheDir, t.Upstream)
	entries, err := os.ReadDir(filepath.Join(path, "objects", "pack"))
	if err != nil {
		return fmt.Errorf("tidy the cache of %s: %w", t.Name, err)
	}
	found := 0
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".pack") {
			found++
		}
	}
	if found <= packs {
		return nil
	}
	release, alone := s.Git.TryAlone(path)
	if !alone {
		return nil
	}
	defer release()
	local, err := s.Git.OpenExisting(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, local.Close()) }()
	const never = 100 * 365 * 24 * time.Hour
	if _, err := local.Maintain(ctx, repo.MaintainOptions{Packs: packs, Whole: never, Spare: 1 << 30}); err != nil {
		return fmt.Errorf("tidy the cache of %s: %w", t.Name, err)
	}
	return nil
}
