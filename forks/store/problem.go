package store

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/auxolotl/auxsync/forks"
)

// failed wraps the cause of a failure once. what is a verb that takes the
// database as its object.
func (s *Store) failed(what string, err error) error {
	var problem *forks.Problem
	if errors.As(err, &problem) {
		return err
	}
	return withKind(fmt.Errorf("%s database %s: %w", what, s.path, err))
}

// withKind decides the kind of an error where the file system or SQLite tells.
func withKind(err error) error {
	const freeSpace = "free some space on its disk"
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) {
		return &forks.Problem{Kind: forks.Retry, Err: err, Next: freeSpace}
	}
	var cause *sqlite.Error
	if !errors.As(err, &cause) {
		return err
	}
	// The low byte is the kind, the rest its detail.
	switch cause.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return &forks.Problem{Kind: forks.Retry, Err: err}
	case sqlite3.SQLITE_FULL:
		return &forks.Problem{Kind: forks.Retry, Err: err, Next: freeSpace}
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return &forks.Problem{Kind: forks.NeedsPerson, Err: err,
			Next: "move the file away: a new one is made from the forks' refs, without the history of passes"}
	}
	return err
}
