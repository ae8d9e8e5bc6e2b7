package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// cacheMark is a file that says: this folder was made by auxsync and may be
// removed by it.
const cacheMark = "auxsync-cache"

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
	writeCommitGraph = true
	unpackLimit = 1
	recurseSubmodules = false
[gc]
	auto = 0
[maintenance]
	auto = false
`

// OpenCache opens the cache in dir, making it if there is none, and sweeps what
// a crash left behind. A folder that holds something else needs a person; a cache
// that lost a part of itself is a [*DamagedError]: see [Git.Rebuild].
func (g *Git) OpenCache(ctx context.Context, dir string) (*Repository, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open cache: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, diskProblem("open cache", dir, err)
	}
	r := &Repository{git: g, dir: dir}
	if len(entries) == 0 {
		return r, g.makeCache(ctx, dir)
	}
	if _, err := os.Stat(filepath.Join(dir, cacheMark)); err != nil {
		return nil, forks.AskPerson("choose another cache_dir, or empty this one",
			"%s is not empty and not a cache of auxsync", dir)
	}
	for _, part := range []string{"HEAD", "config", "objects", "refs"} {
		if _, err := os.Stat(filepath.Join(dir, part)); err != nil {
			return nil, damaged(dir, err)
		}
	}
	if err := g.sweep(dir); err != nil {
		return nil, err
	}
	if _, err := g.output(ctx, call{args: []string{"rev-parse", "--is-bare-repository"}, dir: dir}); err != nil {
		var failure *GitError
		if errors.As(err, &failure) {
			return nil, damaged(dir, err)
		}
		return nil, ended(fmt.Errorf("open cache: %w", err))
	}
	return r, nil
}

// Rebuild removes the cache in dir and makes an empty one. It refuses a folder
// that auxsync did not make.
func (g *Git) Rebuild(ctx context.Context, dir string) (*Repository, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("rebuild cache: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, cacheMark)); err != nil {
		return nil, forks.AskPerson("choose another cache_dir, or empty this one",
			"%s is not a cache of auxsync and is not removed", dir)
	}
	// The mark goes with the folder's name: a half-removed cache keeps neither.
	old := dir + ".removed"
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

// makeCache makes a cache beside dir and then gives it its name: a crash leaves
// no half of one.
func (g *Git) makeCache(ctx context.Context, dir string) error {
	next := dir + ".new"
	if err := os.RemoveAll(next); err != nil {
		return diskProblem("make cache", dir, err)
	}
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

// sweep removes what a crashed process left in the cache: temporary packs and
// objects, locks, quarantines. It looks once in the life of this process, before
// anything else happens there, and takes only what is older than the process.
func (g *Git) sweep(dir string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.swept[dir] {
		return nil
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if !leftover(dir, path, d) {
			return nil
		}
		info, err := d.Info()
		if err != nil || !info.ModTime().Before(g.started) {
			return nil
		}
		g.log.Info("removed what a crash left behind", zap.String("path", path))
		if err := os.RemoveAll(path); err != nil {
			return err
		}
		if d.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		return diskProblem("sweep cache", dir, err)
	}
	g.swept[dir] = true
	return nil
}

// leftover reports whether path is by its name something that only lives as long
// as a process.
func leftover(dir, path string, d fs.DirEntry) bool {
	name := d.Name()
	if d.IsDir() {
		return filepath.Dir(path) == dir && strings.HasPrefix(name, quarantinePrefix)
	}
	if strings.HasSuffix(name, ".lock") || name == "gc.pid" {
		return true
	}
	rel, err := filepath.Rel(filepath.Join(dir, "objects"), path)
	if err != nil || strings.HasPrefix(rel, "..") {
		return false
	}
	return strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, ".tmp-")
}

// diskProblem gives an error of the file system its kind; nil stays nil.
func diskProblem(doing, dir string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return forks.RetryLater("free space on the file system of "+dir, "%s: %w", doing, err)
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
