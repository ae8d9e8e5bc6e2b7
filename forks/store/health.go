package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/auxolotl/auxsync/forks"
)

// Health returns what [Store.SetHealth] wrote last, zero if nothing. Times are in
// UTC, to the millisecond.
func (s *Store) Health(ctx context.Context, fork, track string) (forks.Health, error) {
	var h forks.Health
	err := s.read.QueryRowContext(ctx, `SELECT first_good, last_good, first_bad, last_bad, trouble, condition, calm_condition
			FROM tracks WHERE fork = ? AND name = ?`, fork, track).
		Scan(timeInto(&h.FirstGood), timeInto(&h.LastGood), timeInto(&h.FirstBad), timeInto(&h.LastBad), &h.Trouble, &h.Condition, &h.Before)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return forks.Health{}, s.failed("read the health of a track from", err)
	}
	return h, nil
}

// SetHealth records how a track's passes go. Trouble is redacted already.
func (s *Store) SetHealth(ctx context.Context, fork, track string, h forks.Health) error {
	return s.inTx(ctx, "write the health of a track to", func(tx *sql.Tx) error {
		id, err := trackID(ctx, tx, fork, track)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE tracks SET first_good = ?, last_good = ?, first_bad = ?, last_bad = ?,
				trouble = ?, condition = ?, calm_condition = ? WHERE id = ?`,
			timeColumn(h.FirstGood), timeColumn(h.LastGood), timeColumn(h.FirstBad), timeColumn(h.LastBad),
			h.Trouble, string(h.Condition), string(h.Before), id)
		return err
	})
}
