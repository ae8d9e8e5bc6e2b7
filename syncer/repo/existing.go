package repo

import (
	"context"
	"fmt"
	"path/filepath"
)

// OpenExisting opens the cache in dir to read from it, beside the process that
// owns it: nothing is made, swept or changed. Within that process hold a [Git.TryUse]
// meanwhile. A cache that lost a part of itself is a [*DamagedError].
func (g *Git) OpenExisting(_ context.Context, dir string) (*Repository, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open cache: %w", err)
	}
	r := &Repository{git: g, dir: dir}
	if err := r.complete(); err != nil {
		return nil, err
	}
	return r, nil
}
