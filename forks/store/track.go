package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/auxolotl/auxsync/forks"
)

// trackID returns the row of a track, which is made at its first mention.
func trackID(ctx context.Context, tx *sql.Tx, fork, track string) (int64, error) {
	_, err := tx.ExecContext(ctx, `INSERT INTO tracks (fork, name) VALUES (?, ?) ON CONFLICT DO NOTHING`, fork, track)
	if err != nil {
		return 0, err
	}
	var id int64
	err = tx.QueryRowContext(ctx, `SELECT id FROM tracks WHERE fork = ? AND name = ?`, fork, track).Scan(&id)
	return id, err
}

// Newest returns the state commit that was indexed last, zero if there is none.
func (s *Store) Newest(ctx context.Context, fork, track string) (forks.Hash, error) {
	var id forks.Hash
	err := s.read.QueryRowContext(ctx, `SELECT state_commit FROM tracks WHERE fork = ? AND name = ?`, fork, track).Scan(hashInto(&id))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return forks.Hash{}, s.failed("read the newest state from", err)
	}
	return id, nil
}

// Fingerprint returns what [Store.SetFingerprint] wrote last, or "".
func (s *Store) Fingerprint(ctx context.Context, fork, track string) (string, error) {
	var fp string
	err := s.read.QueryRowContext(ctx, `SELECT fingerprint FROM tracks WHERE fork = ? AND name = ?`, fork, track).Scan(&fp)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", s.failed("read the fingerprint from", err)
	}
	return fp, nil
}

// SetFingerprint records what all refs of a track looked like after a complete
// pass. A pass that finds the same is quiet.
func (s *Store) SetFingerprint(ctx context.Context, fork, track, fp string) error {
	return s.inTx(ctx, "write the fingerprint to", func(tx *sql.Tx) error {
		id, err := trackID(ctx, tx, fork, track)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE tracks SET fingerprint = ? WHERE id = ?`, fp, id)
		return err
	})
}
