package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// cacheMark is a file that says: this folder was made by auxsync and may be
// removed by it.
const cacheMark = "auxsync-cache"

// What stands beside a cache while it is made or removed.
const (
	newSuffix     = ".new"
	removedSuffix = ".removed"
)

// cacheConfig is the config file of a cache. It is for whoever runs git there by
// hand: our own children get the same and more in their environment.
const cacheConfig = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
	fsync = all
	bigFileThreshold = 32m
	hooksPath = /dev/null
[transfer]
	fsckObjects = true
[fetch]
	unpackLimit = 1
	recurseSubmodules = false
[gc]
	auto = 0
[maintenance]
	auto = false
`

// OpenCache opens the cache in dir, making it if there is none, and sweeps what
// an earlier process left behind. A folder that holds something else needs a
// person; a cache that lost a part of itself is a [*DamagedError]: see
// [Git.Rebuild].
func (g *Git) OpenCache(ctx context.Context, dir string) (*Repository, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open cache: %w", err)
	}
	p := g.place(dir)
	p.making.Lock()
	defer p.making.Unlock()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, diskProblem("open cache", dir, err)
	}
	r := &Repository{git: g, dir: dir}
	if len(entries) == 0 {
		p.opened.Store(true)
		if err := g.makeCache(ctx, dir); err != nil {
			return nil, err
		}
	}
	if r.made, err = os.Stat(filepath.Join(dir, cacheMark)); err != nil {
		return nil, forks.AskPerson("choose another cache_dir, or empty this one",
			"%s is not empty and not a cache of auxsync", dir)
	}
	if len(entries) == 0 {
		return r, nil
	}
	if err := r.complete(); err != nil {
		return nil, err
	}
	if !p.opened.Load() {
		if _, err := sweep(dir, g.log, olderThan(g.started)); err != nil {
			return nil, err
		}
		p.opened.Store(true)
	}
	if _, err := g.output(ctx, call{args: []string{"rev-parse", "--is-bare-repository"}, dir: dir}); err != nil {
		var failure *GitError
		if errors.As(err, &failure) {
			return nil, r.damaged(err)
		}
		return nil, ended(fmt.Errorf("open cache: %w", err))
	}
	return r, nil
}

// complete checks that the parts are there that make a git directory.
func (r *Repository) complete() error {
	for _, part := range []string{"HEAD", "config", "objects", "refs"} {
		if _, err := os.Stat(filepath.Join(r.dir, part)); err != nil {
			return r.damaged(err)
		}
	}
	return nil
}

// Rebuild replaces a cache that was found damaged by an empty one. It takes the
// cache alone and waits until its last user has left: who calls it must not hold a
// [Git.Use] of it. Of several who found the same damage, the first one rebuilds;
// for the others the new cache is opened. It refuses a folder that auxsync did not
// make.
func (g *Git) Rebuild(ctx context.Context, damage *DamagedError) (*Repository, error) {
	dir, err := filepath.Abs(damage.Dir)
	if err != nil {
		return nil, fmt.Errorf("rebuild cache: %w", err)
	}
	release, ok := g.place(dir).waitAlone(ctx.Done())
	if !ok {
		return nil, ended(fmt.Errorf("rebuild %s: it is in use: %w", dir, ctx.Err()))
	}
	defer release()
	made, err := os.Stat(filepath.Join(dir, cacheMark))
	if err != nil {
		return nil, forks.AskPerson("choose another cache_dir, or empty this one",
			"%s is not a cache of auxsync and is not removed", dir)
	}
	if damage.made != nil && !(os.SameFile(made, damage.made) && made.ModTime().Equal(damage.made.ModTime())) {
		return g.OpenCache(ctx, dir)
	}
	// The mark goes with the folder's name: a half-removed cache keeps neither.
	old := dir + removedSuffix
	if err := os.RemoveAll(old); err != nil {
		return nil, diskProblem("rebuild cache", dir, err)
	}
	if err := os.Rename(dir, old); err != nil {
		return nil, diskProblem("rebuild cache", dir, err)
	}
	if err := os.RemoveAll(old); err != nil {
		return nil, diskProblem("rebuild cache", dir, err)
	}
	g.log.Info("cache removed, it is fetched again", zap.String("dir", dir))
	return g.OpenCache(ctx, dir)
}

// makeCache makes a cache beside dir and then gives it its name: neither a crash
// nor a full disk leaves half of one.
func (g *Git) makeCache(ctx context.Context, dir string) (err error) {
	next := dir + newSuffix
	if err := os.RemoveAll(next); err != nil {
		return diskProblem("make cache", dir, err)
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(next) // the error that counts is there already
		}
	}()
	if err := os.MkdirAll(next, 0o755); err != nil {
		return diskProblem("make cache", dir, err)
	}
	if err := g.initBare(ctx, &Repository{git: g, dir: next}); err != nil {
		return err
	}
	for name, text := range map[string]string{"config": cacheConfig, cacheMark: "This folder belongs to auxsync. It may be removed: it is fetched again.\n"} {
		if err := writeFileSync(filepath.Join(next, name), []byte(text)); err != nil {
			return diskProblem("make cache", dir, err)
		}
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return diskProblem("make cache", dir, err)
	}
	if err := os.Rename(next, dir); err != nil {
		return diskProblem("make cache", dir, err)
	}
	return diskProblem("make cache", dir, syncDir(filepath.Dir(dir)))
}

// diskProblem gives an error of the file system its kind; nil stays nil.
func diskProblem(doing, dir string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return forks.RetryLater("free space on the file system of "+dir, "%s: %w", doing, err)
	case errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission):
		return forks.RetryLater("let the user that runs auxsync write to "+dir+", and see whether its file system is mounted read-only",
			"%s: %w", doing, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// writeFileSync writes a new file durably.
func writeFileSync(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
