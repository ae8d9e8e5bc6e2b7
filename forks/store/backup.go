package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/auxolotl/auxsync/forks"
)

// Backup writes a copy of the database to a new file, which only its owner can
// read. The copy is as the database was at one moment; reading and writing go on
// meanwhile. It is on disk, whole and under its name, when Backup returns nil.
//
// A file that is there already is refused, and never touched. A process that is
// killed meanwhile leaves a file beside it whose name begins with a dot and ends
// with ".partial". To go back to a copy, put it in the place of the database while
// nothing runs; it keeps the instance's id, so only one of the two may be used.
func (s *Store) Backup(ctx context.Context, path string) (err error) {
	switch _, err := os.Lstat(path); {
	case err == nil:
		return taken(path, fs.ErrExist)
	case !errors.Is(err, fs.ErrNotExist):
		return s.failed("back up", err)
	}
	partial, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.partial")
	if errors.Is(err, fs.ErrNotExist) {
		return forks.AskPerson("make the folder first", "back up the database to %s: %w", path, err)
	}
	if err != nil {
		return s.failed("back up", err)
	}
	defer func() {
		_ = partial.Close()
		if err != nil {
			_ = os.Remove(partial.Name())
		}
	}()
	if err := s.copyInto(ctx, partial.Name()); err != nil {
		return s.failed("back up", err)
	}
	if err := partial.Sync(); err != nil {
		return s.failed("back up", err)
	}
	if err := renameNew(partial.Name(), path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return taken(path, err)
		}
		return s.failed("back up", err)
	}
	// From here on it stays, also if the folder cannot be synced.
	if err := syncDir(filepath.Dir(path)); err != nil {
		return s.failed("back up", err)
	}
	return nil
}

func taken(path string, err error) error {
	return forks.AskPerson("choose another file, or move that one away", "back up the database to %s: %w", path, err)
}

// copyInto copies all rows into an empty file. It has a connection of its own, for
// the readers' may write nothing at all, and the writer's has other work.
func (s *Store) copyInto(ctx context.Context, empty string) error {
	abs, err := filepath.Abs(empty)
	if err != nil {
		return err
	}
	db, err := connect(s.path, 1, s.patience)
	if err != nil {
		return err
	}
	if _, err = db.ExecContext(ctx, `VACUUM INTO ?`, abs); err != nil {
		err = fmt.Errorf("write %s: %w", empty, err)
	}
	return errors.Join(err, db.Close())
}
