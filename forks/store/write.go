package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/auxolotl/auxsync/forks"
)

// inTx runs fn in one transaction, which is on disk when inTx returns nil. what
// is a verb with its object, for the error.
func (s *Store) inTx(ctx context.Context, what string, fn func(tx *sql.Tx) error) error {
	if s.write == nil {
		return s.failed(what, errors.New("it is open for reading only"))
	}
	conn, err := s.turn(ctx, what)
	if err != nil {
		return s.failed(what, err)
	}
	defer func() { _ = conn.Close() }() // gives it back
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return s.failed(what, err)
	}
	if err := fn(tx); err != nil {
		if rollback := tx.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
			err = errors.Join(err, rollback)
		}
		return s.failed(what, err)
	}
	if err := tx.Commit(); err != nil {
		return s.failed(what, err)
	}
	return nil
}

// turn waits until nobody else in this process writes, and gives up when SQLite
// would for another process.
func (s *Store) turn(ctx context.Context, what string) (*sql.Conn, error) {
	waiting, stop := context.WithTimeout(ctx, s.patience)
	defer stop()
	conn, err := s.write.Conn(waiting)
	if err != nil && waiting.Err() != nil && ctx.Err() == nil {
		return nil, forks.RetryLater("", "%s database %s: another write to it has taken more than %s", what, s.path, s.patience)
	}
	return conn, err
}
