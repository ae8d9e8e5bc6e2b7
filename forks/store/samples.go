package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// AddSample records a measurement. At is now, if zero; another one of the same name, fork
// and millisecond is replaced. See [Store.WeeklyRows], and [Store.Trim] for how long it
// stays.
func (s *Store) AddSample(ctx context.Context, m forks.Sample) error {
	return s.inTx(ctx, "record a sample in", func(tx *sql.Tx) error {
		if m.At.IsZero() {
			m.At = s.clock.Now()
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO samples (at, fork, name, value) VALUES (?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET value = excluded.value`, timeColumn(m.At), m.Fork, string(m.Name), m.Value)
		return err
	})
}

// samples reads those of the service and of a fork.
func samples(ctx context.Context, s source, fork string, from, to time.Time) ([]forks.Sample, error) {
	return collect(ctx, s, "read samples from", func(rows *sql.Rows) (m forks.Sample, err error) {
		err = rows.Scan(timeInto(&m.At), &m.Fork, &m.Name, &m.Value)
		return m, err
	}, `SELECT at, fork, name, value FROM samples WHERE at >= ? AND at < ? AND fork IN ('', ?) ORDER BY at, fork, name`,
		timeColumn(from), timeColumn(to), fork)
}
