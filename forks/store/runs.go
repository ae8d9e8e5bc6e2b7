package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
)

// Instance returns the id of this database: 32 random hex digits, made with it and
// kept for its life. It is the [forks.Writer.ID] of the states written with it.
func (s *Store) Instance(ctx context.Context) (string, error) {
	var id string
	if err := s.read.QueryRowContext(ctx, `SELECT id FROM instance`).Scan(&id); err != nil {
		return "", s.failed("read the id of", err)
	}
	return id, nil
}

// BeginRun records that a process of the service begins, and returns the id by
// which [Store.EndRun] ends it. cut is the run before it if that never told its
// end, so was killed or crashed; else it is zero.
func (s *Store) BeginRun(ctx context.Context, version string, pid int) (id int64, cut forks.Run, err error) {
	err = s.inTx(ctx, "begin a run in", func(tx *sql.Tx) error {
		last, err := scanRun(tx.QueryRowContext(ctx, newestRun))
		if err != nil {
			return err
		}
		if last.Ended.IsZero() {
			cut = last
		}
		return tx.QueryRowContext(ctx, `INSERT INTO runs (version, pid, started) VALUES (?, ?, ?) RETURNING id`,
			version, pid, timeColumn(s.clock.Now())).Scan(&id)
	})
	return id, cut, err
}

// EndRun records that a run ends properly, and how: for people. It is the last thing
// that a process does before [Store.Close].
//
// If damage of the database was met it records nothing, so that [OpenOrReplace]
// checks the whole file next time.
func (s *Store) EndRun(ctx context.Context, id int64, how string) error {
	if s.damaged.Load() {
		return nil
	}
	return s.inTx(ctx, "end a run in", func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE runs SET ended = ?, how = ? WHERE id = ? AND ended IS NULL`,
			timeColumn(s.clock.Now()), how, id)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fmt.Errorf("there is no run %d that goes on", id))
		}
		return nil
	})
}

// LastRun returns the run that began last, which may be going on; zero if there was
// none.
func (s *Store) LastRun(ctx context.Context) (forks.Run, error) {
	run, err := scanRun(s.read.QueryRowContext(ctx, newestRun))
	if err != nil {
		return forks.Run{}, s.failed("read the last run from", err)
	}
	return run, nil
}

const newestRun = `SELECT id, version, pid, started, ended, how FROM runs ORDER BY id DESC LIMIT 1`

func scanRun(row *sql.Row) (forks.Run, error) {
	var run forks.Run
	err := row.Scan(&run.ID, &run.Version, &run.PID, timeInto(&run.Started), timeInto(&run.Ended), &run.How)
	if errors.Is(err, sql.ErrNoRows) {
		return forks.Run{}, nil
	}
	return run, err
}
