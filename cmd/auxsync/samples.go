package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"github.com/auxolotl/auxsync/forks"
)

// sample measures what reports tell of the service: the disk, and what forges leave of
// their limits. What cannot be measured is not known, and stops nothing.
func (d *daemon) sample(ctx context.Context) {
	samples := append(d.diskSamples(ctx), d.forges.samples()...)
	for _, s := range samples {
		s.At = d.clock.Now()
		if err := d.store.AddSample(ctx, s); err != nil {
			if ctx.Err() == nil {
				d.log.Warn("a measurement could not be written down", zap.String("name", string(s.Name)), zap.Error(err))
			}
			return
		}
	}
}

// diskSamples measures the disk.
func (s *session) diskSamples(ctx context.Context) (list []forks.Sample) {
	var disk unix.Statfs_t
	if err := unix.Statfs(s.config.CacheDir, &disk); err == nil {
		list = append(list, forks.Sample{Name: forks.SampleDiskFree, Value: float64(disk.Bavail) * float64(disk.Bsize)})
	}
	for name, dir := range map[forks.SampleName]string{forks.SampleCacheSize: s.config.CacheDir, forks.SampleStateSize: s.config.StateDir} {
		if size, err := folderSize(ctx, dir); err == nil {
			list = append(list, forks.Sample{Name: name, Value: float64(size)})
		}
	}
	return list
}

// folderSize adds up the sizes of the files below a folder. What goes meanwhile does not
// count. It ends when ctx does: a cache can have many files, and slow ones.
func folderSize(ctx context.Context, dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if ended := ctx.Err(); ended != nil {
			return ended
		}
		if err == nil && e.Type().IsRegular() {
			var info fs.FileInfo
			if info, err = e.Info(); err == nil {
				size += info.Size()
			}
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	return size, err
}

// samples tells what the forges leave of their limits, as they said last.
func (f *forges) samples() (list []forks.Sample) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for fork, c := range f.clients {
		if left, of, ok := f.limitsOf(c.from).Left(); ok {
			list = append(list, forks.Sample{Fork: fork, Name: forks.SampleForgeLeft, Value: float64(left)},
				forks.Sample{Fork: fork, Name: forks.SampleForgeLimit, Value: float64(of)})
		}
	}
	return list
}
