package repo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// OpenExisting opens the cache in dir to read from it, beside the process that
// owns it: nothing is made, swept or changed. A cache that lost a part of itself
// is a [*DamagedError].
func (g *Git) OpenExisting(_ context.Context, dir string) (*Repository, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open cache: %w", err)
	}
	for _, part := range []string{"HEAD", "config", "objects", "refs"} {
		if _, err := os.Stat(filepath.Join(dir, part)); err != nil {
			return nil, damaged(dir, err)
		}
	}
	return &Repository{git: g, dir: dir}, nil
}
