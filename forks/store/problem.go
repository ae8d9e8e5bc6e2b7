package store

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/auxolotl/auxsync/forks"
)

// damage is what SQLite's own check of a database found.
type damage string

func (d damage) Error() string { return "it is damaged: " + string(d) }

// failed wraps the cause of a failure once. what is a verb that takes the
// database as its object.
func (s *Store) failed(what string, err error) error {
	if isDamage(err) {
		s.damaged.Store(true)
	}
	var problem *forks.Problem
	if errors.As(err, &problem) {
		return err
	}
	return withKind(fmt.Errorf("%s database %s: %w", what, s.path, err))
}

// isDamage reports whether the file itself is what was wrong.
func isDamage(err error) bool {
	var found damage
	if errors.As(err, &found) {
		return true
	}
	kind := sqliteKind(err)
	return kind == sqlite3.SQLITE_CORRUPT || kind == sqlite3.SQLITE_NOTADB
}

// sqliteKind returns SQLite's code without its detail, or SQLITE_OK.
func sqliteKind(err error) int {
	var cause *sqlite.Error
	if !errors.As(err, &cause) {
		return sqlite3.SQLITE_OK
	}
	return cause.Code() & 0xff
}

// withKind decides the kind of an error where the file system or SQLite tells.
func withKind(err error) error {
	const (
		freeSpace = "free some space on its disk"
		writable  = "check that the file and its folder are there and writable for the user that runs auxsync"
	)
	switch {
	case isDamage(err):
		return &forks.Problem{Kind: forks.Fatal, Err: err,
			Next: "start auxsync again: it moves the file aside and makes a new one from the forks' refs, without the history of passes"}
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return &forks.Problem{Kind: forks.Retry, Err: err, Next: freeSpace}
	case errors.Is(err, unix.EROFS), errors.Is(err, fs.ErrPermission):
		return &forks.Problem{Kind: forks.NeedsPerson, Err: err, Next: writable}
	}
	switch sqliteKind(err) {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return &forks.Problem{Kind: forks.Retry, Err: err}
	case sqlite3.SQLITE_FULL:
		return &forks.Problem{Kind: forks.Retry, Err: err, Next: freeSpace}
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return &forks.Problem{Kind: forks.NeedsPerson, Err: err, Next: writable}
	case sqlite3.SQLITE_IOERR:
		return &forks.Problem{Kind: forks.Fatal, Err: err, Next: "look at the disk: its space and quota, and the kernel's log"}
	}
	return err
}
