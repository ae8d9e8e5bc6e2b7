package store

import (
	"context"
	"database/sql"

	"github.com/auxolotl/auxsync/forks"
)

// AddEvent records an event: of a track, or of the service itself if fork and
// track are empty. At is now, if zero.
func (s *Store) AddEvent(ctx context.Context, e forks.Event) error {
	return s.inTx(ctx, "record an event in", func(tx *sql.Tx) error {
		var track any
		if e.Fork != "" || e.Track != "" {
			id, err := trackID(ctx, tx, e.Fork, e.Track)
			if err != nil {
				return err
			}
			track = id
		}
		if e.At.IsZero() {
			e.At = s.clock.Now()
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO events (track_id, pass, at, kind, text) VALUES (?, ?, ?, ?, ?)`,
			track, e.Pass, timeColumn(e.At), e.Kind, e.Text)
		return err
	})
}

// Events returns a track's events in the order in which they were added, newest
// first, limit at most; those of the service if fork and track are empty.
func (s *Store) Events(ctx context.Context, fork, track string, limit int) ([]forks.Event, error) {
	return collect(ctx, s, "read events from", func(rows *sql.Rows) (forks.Event, error) {
		e := forks.Event{Fork: fork, Track: track}
		err := rows.Scan(&e.Pass, timeInto(&e.At), &e.Kind, &e.Text)
		return e, err
	}, `SELECT events.pass, at, kind, text FROM events LEFT JOIN tracks ON tracks.id = track_id
		WHERE coalesce(fork, '') = ? AND coalesce(name, '') = ? ORDER BY events.id DESC LIMIT ?`, fork, track, limit)
}
