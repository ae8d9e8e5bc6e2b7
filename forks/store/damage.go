package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/jonboulle/clockwork"
	"golang.org/x/sys/unix"

	"github.com/auxolotl/auxsync/forks"
)

// OpenOrReplace is [Open], but does not give up on a damaged database: it moves it
// aside and makes a new one, which the next passes fill from the forks' state
// refs. aside is where the old one is now, "" if nothing was moved; it is also set
// when making the new one failed.
//
// Damage is: no database at all, or what SQLite finds malformed. The whole file is
// checked only if the last run did not end properly, for the check reads all of it:
// 0.4 s for each 100 MB. A newer schema, a full or read-only
// disk, a file that may not be read or that is locked are no damage: nothing moves.
//
// The package documentation tells what does not come back.
func OpenOrReplace(ctx context.Context, path string, clock clockwork.Clock) (s *Store, aside string, err error) {
	s, err = openSound(ctx, path, clock)
	if !isDamage(err) {
		return s, "", err
	}
	aside, err = moveAside(path, clock.Now())
	if err != nil {
		return nil, aside, withKind(fmt.Errorf("move the damaged database %s aside: %w", path, err))
	}
	s, err = Open(ctx, path, clock)
	return s, aside, err
}

// openSound opens a database, and checks it if a kill, or a crash of the machine,
// may have harmed it.
func openSound(ctx context.Context, path string, clock clockwork.Clock) (*Store, error) {
	s, err := Open(ctx, path, clock)
	if err != nil {
		return nil, err
	}
	last, err := s.LastRun(ctx)
	if err == nil && last != (forks.Run{}) && last.Ended.IsZero() {
		err = s.check(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// check reads the whole database and fails if it is malformed. It does not compare
// indexes with their tables, which would take several times as long.
func (s *Store) check(ctx context.Context) error {
	var found string
	if err := s.read.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&found); err != nil {
		return s.failed("check", err)
	}
	if found != "ok" {
		return s.failed("check", damage(forks.Inert(found)))
	}
	return nil
}

// moveAside renames a closed database with its other files, and returns its new name.
func moveAside(path string, now time.Time) (string, error) {
	aside, err := freeName(path + ".damaged-" + now.UTC().Format("20060102T150405Z"))
	if err != nil {
		return "", err
	}
	// The logs first: SQLite would apply one that stays to the next database.
	for _, part := range []string{"-journal", "-shm", "-wal", ""} {
		err := renameNew(path+part, aside+part)
		if err != nil && (part == "" || !errors.Is(err, fs.ErrNotExist)) {
			return "", err
		}
	}
	return aside, syncDir(filepath.Dir(path))
}

// freeName returns name, or name-2, name-3 and so on if there is such a file.
func freeName(name string) (string, error) {
	free := name
	for n := 2; ; n++ {
		_, err := os.Lstat(free)
		if errors.Is(err, fs.ErrNotExist) {
			return free, nil
		}
		if err != nil {
			return "", err
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}

// renameNew renames a file, and fails if there is one of the new name.
func renameNew(old, name string) error {
	err := unix.Renameat2(unix.AT_FDCWD, old, unix.AT_FDCWD, name, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		// A file system, such as NFS, that cannot look and rename in one step.
		if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			return &os.LinkError{Op: "rename", Old: old, New: name, Err: errors.Join(err, fs.ErrExist)}
		}
		return os.Rename(old, name)
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: old, New: name, Err: err}
	}
	return nil
}

// syncDir makes the names in a folder survive a crash of the machine.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
