package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/auxolotl/auxsync/forks"
)

// Policy returns what [Store.SetPolicy] wrote last for a fork, zero if nothing.
func (s *Store) Policy(ctx context.Context, fork string) (forks.PolicyRecord, error) {
	var p forks.PolicyRecord
	err := s.read.QueryRowContext(ctx, `SELECT source, text, taken_at, refused_source, problems, refused_at
			FROM policies WHERE fork = ?`, fork).
		Scan(&p.Source, &p.Text, timeInto(&p.Taken), &p.RefusedSource, &p.Problems, timeInto(&p.Refused))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return forks.PolicyRecord{}, s.failed("read the policy of a fork from", err)
	}
	return p, nil
}

// SetPolicy replaces what is remembered about a fork's policy. The caller keeps the
// good version in the record when it adds a refused one.
func (s *Store) SetPolicy(ctx context.Context, fork string, p forks.PolicyRecord) error {
	text := p.Text
	if text == nil {
		text = []byte{}
	}
	return s.inTx(ctx, "write the policy of a fork to", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO policies (fork, source, text, taken_at, refused_source, problems, refused_at)
				VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET source = excluded.source, text = excluded.text, taken_at = excluded.taken_at,
				refused_source = excluded.refused_source, problems = excluded.problems, refused_at = excluded.refused_at`,
			fork, p.Source, text, timeColumn(p.Taken), p.RefusedSource, p.Problems, timeColumn(p.Refused))
		return err
	})
}
