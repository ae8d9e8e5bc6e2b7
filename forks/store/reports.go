package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// SaveReport keeps the report of a fork's week, for good, and returns the one that is
// kept: the first stays, so that every place gets the same however often it is made. The
// text is not empty.
func (s *Store) SaveReport(ctx context.Context, fork string, week forks.Week, made time.Time, text []byte) (kept []byte, err error) {
	if len(text) == 0 || made.IsZero() {
		return nil, s.failed("keep a report in", errors.New("it has no text or no time"))
	}
	err = s.inTx(ctx, "keep a report in", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO reports (fork, week, made_at, text) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			fork, week.String(), timeColumn(made), text)
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT text FROM reports WHERE fork = ? AND week = ?`, fork, week.String()).Scan(&kept)
	})
	return kept, err
}

// SavedReport returns the report of a week that [Store.SaveReport] keeps, and when it was
// made; nil and the zero time if there is none.
func (s *Store) SavedReport(ctx context.Context, fork string, week forks.Week) (text []byte, made time.Time, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT text, made_at FROM reports WHERE fork = ? AND week = ?`, fork, week.String()).
		Scan(&text, timeInto(&made))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, time.Time{}, s.failed("read a report from", err)
	}
	return text, made, nil
}

// ReportWeeks lists the weeks of a fork whose reports are kept, the newest first.
func (s *Store) ReportWeeks(ctx context.Context, fork string) ([]forks.Week, error) {
	return collect(ctx, s, "read reports from", func(rows *sql.Rows) (forks.Week, error) {
		return scanWeek(rows)
	}, `SELECT week FROM reports WHERE fork = ? ORDER BY week DESC`, fork)
}

func scanWeek(rows *sql.Rows, more ...any) (week forks.Week, err error) {
	var name string
	if err := rows.Scan(append([]any{&name}, more...)...); err != nil {
		return week, err
	}
	return forks.ParseWeek(name)
}

// Deliveries returns what [Store.SetDelivery] wrote last of each delivery of a fork's
// reports: the newest week first, and in a week sorted by sink and part.
func (s *Store) Deliveries(ctx context.Context, fork string) ([]forks.Delivery, error) {
	return collect(ctx, s, "read deliveries from", func(rows *sql.Rows) (d forks.Delivery, err error) {
		d.Fork = fork
		d.Week, err = scanWeek(rows, &d.Sink, &d.Part, &d.Status, &d.Tries, timeInto(&d.NotBefore), &d.Error, &d.Ref, timeInto(&d.At))
		return d, err
	}, `SELECT week, sink, part, status, tries, not_before, error, ref, at FROM deliveries WHERE fork = ?
		ORDER BY week DESC, sink, part`, fork)
}

// SetDelivery replaces what is known of a delivery; it is on disk when it returns. At is
// now, if zero. Error is redacted already.
func (s *Store) SetDelivery(ctx context.Context, d forks.Delivery) error {
	return s.inTx(ctx, fmt.Sprintf("write a delivery of week %s to", d.Week), func(tx *sql.Tx) error {
		if d.Fork == "" || d.Sink == "" {
			return errors.New("it has no fork or no sink")
		}
		if d.At.IsZero() {
			d.At = s.clock.Now()
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO deliveries (fork, week, sink, part, status, tries, not_before, error, ref, at)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET status = excluded.status, tries = excluded.tries, not_before = excluded.not_before,
				error = excluded.error, ref = excluded.ref, at = excluded.at`,
			d.Fork, d.Week.String(), d.Sink, d.Part, string(d.Status), d.Tries, timeColumn(d.NotBefore), d.Error, d.Ref, timeColumn(d.At))
		return err
	})
}
