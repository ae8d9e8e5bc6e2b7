package store

import (
	"context"
	"database/sql"

	"github.com/auxolotl/auxsync/forks"
)

// AddEvent records an event: of a track, or of the service itself if fork and
// track are empty. At is now, if zero; the ID is a new one whatever it says.
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
	if fork == "" && track == "" {
		return events(ctx, s, `WHERE track_id IS NULL ORDER BY events.id DESC LIMIT ?`, limit)
	}
	return events(ctx, s, `WHERE track_id = (SELECT id FROM tracks WHERE fork = ? AND name = ?)
			ORDER BY events.id DESC LIMIT ?`, fork, track, limit)
}

// AllEvents returns the events of all tracks and of the service, newest first, limit
// at most.
func (s *Store) AllEvents(ctx context.Context, limit int) ([]forks.Event, error) {
	return events(ctx, s, `ORDER BY events.id DESC LIMIT ?`, limit)
}

// EventsAfter returns the events of all tracks and of the service that were added
// after the one with the given id, oldest first, limit at most. Who follows goes on
// with the id of the last one, and begins with that of the newest, see
// [Store.AllEvents], or with 0 for all that are kept.
func (s *Store) EventsAfter(ctx context.Context, id int64, limit int) ([]forks.Event, error) {
	return events(ctx, s, `WHERE events.id > ? ORDER BY events.id LIMIT ?`, id, limit)
}

func events(ctx context.Context, s source, which string, args ...any) ([]forks.Event, error) {
	return collect(ctx, s, "read events from", func(rows *sql.Rows) (forks.Event, error) {
		var e forks.Event
		err := rows.Scan(&e.ID, &e.Fork, &e.Track, &e.Pass, timeInto(&e.At), &e.Kind, &e.Text)
		return e, err
	}, `SELECT events.id, coalesce(fork, ''), coalesce(name, ''), events.pass, at, kind, text
		FROM events LEFT JOIN tracks ON tracks.id = track_id `+which, args...)
}
