package syncer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// OnDisk is the git program with its repositories, as passes use it.
func OnDisk(git *repo.Git) Git { return onDisk{git} }

// Nothing is decided here: package repo returns its own types, and these say which of
// the interfaces they are.
type (
	onDisk           struct{ *repo.Git }
	onDiskRemote     struct{ *repo.Remote }
	onDiskRepository struct{ *repo.Repository }
	onDiskQuarantine struct{ *repo.Quarantine }
)

// Remote implements [Git].
func (g onDisk) Remote(a repo.Access) (Remote, error) {
	r, err := g.Git.Remote(a)
	if err != nil {
		return nil, err
	}
	return onDiskRemote{r}, nil
}

// opened is a repository that was opened; none where that failed.
func opened(r *repo.Repository, err error) (Repository, error) {
	if err != nil {
		return nil, err
	}
	return onDiskRepository{r}, nil
}

// OpenCache implements [Git].
func (g onDisk) OpenCache(ctx context.Context, dir string) (Repository, error) {
	return opened(g.Git.OpenCache(ctx, dir))
}

// OpenExisting implements [Git].
func (g onDisk) OpenExisting(ctx context.Context, dir string) (Repository, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return opened(g.Git.OpenExisting(ctx, dir))
}

// Rebuild implements [Git].
func (g onDisk) Rebuild(ctx context.Context, damage *repo.DamagedError) (Repository, error) {
	return opened(g.Git.Rebuild(ctx, damage))
}

// Scratch implements [Git].
func (g onDisk) Scratch(ctx context.Context, borrow Repository) (Repository, error) {
	if borrow == nil {
		return opened(g.Git.Scratch(ctx, nil))
	}
	lender, err := repositoryOf(borrow)
	if err != nil {
		return nil, err
	}
	return opened(g.Git.Scratch(ctx, lender))
}

// Lend implements [Git].
func (g onDisk) Lend(ctx context.Context, dir string) (Repository, func() error, error) {
	there, err := g.Git.Elsewhere(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	if r := there.Lend(); r != nil {
		return onDiskRepository{r}, there.Close, nil
	}
	return nil, there.Close, nil
}

// repositoryOf is what this file wrapped.
func repositoryOf(r Repository) (*repo.Repository, error) {
	on, ok := r.(onDiskRepository)
	if !ok {
		return nil, fmt.Errorf("%s was not opened by this git", r.Dir())
	}
	return on.Repository, nil
}

// Fetch implements [Remote].
func (r onDiskRemote) Fetch(ctx context.Context, into Repository, specs []repo.FetchSpec, progress io.Writer) error {
	to, err := repositoryOf(into)
	if err != nil {
		return err
	}
	return r.Remote.Fetch(ctx, to, specs, progress)
}

// FetchShallow implements [Remote].
func (r onDiskRemote) FetchShallow(ctx context.Context, into Repository, specs []repo.FetchSpec) error {
	to, err := repositoryOf(into)
	if err != nil {
		return err
	}
	return r.Remote.FetchShallow(ctx, to, specs)
}

// Push implements [Remote].
func (r onDiskRemote) Push(ctx context.Context, from Repository, updates []forks.RefUpdate) error {
	source, err := repositoryOf(from)
	if err != nil {
		return err
	}
	return r.Remote.Push(ctx, source, updates)
}

// Quarantine implements [Repository].
func (r onDiskRepository) Quarantine(ctx context.Context) (Quarantine, error) {
	q, err := r.Repository.Quarantine(ctx)
	if err != nil {
		return nil, err
	}
	return onDiskQuarantine{q}, nil
}

// Inputs implements [Quarantine].
func (q onDiskQuarantine) Inputs() merge.Objects { return repo.Inputs{Quarantine: q.Quarantine} }

// Tree implements [Quarantine].
func (q onDiskQuarantine) Tree(commit forks.Hash) (maintainers.Tree, error) {
	t, err := q.Quarantine.Tree(commit)
	if err != nil {
		return nil, err // and no interface that holds a nil pointer
	}
	return t, nil
}
