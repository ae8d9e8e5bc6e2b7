package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
)

// OpenIntent records an intent, which is on disk when it returns: only then may
// the effect be tried. The payload is JSON and holds no secret. Created is now,
// if zero; ID and Status are set. On a forge, and only there, the track may be empty:
// the effect is on what is the fork's.
func (s *Store) OpenIntent(ctx context.Context, in forks.Intent) (int64, error) {
	if !json.Valid(in.Payload) {
		return 0, s.failed("record an intent in", errors.New("its payload is not JSON"))
	}
	var id int64
	err := s.inTx(ctx, "record an intent in", func(tx *sql.Tx) error {
		if in.Created.IsZero() {
			in.Created = s.clock.Now()
		}
		return tx.QueryRowContext(ctx, `INSERT INTO intents (fork, track, kind, pass, payload, created_at, status, note)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
			in.Fork, in.Track, in.Kind, in.Pass, string(in.Payload), timeColumn(in.Created), string(forks.IntentOpen), in.Note).Scan(&id)
	})
	return id, err
}

// SettleIntent records what became of an intent: done, forgotten or unexplained.
// An unexplained one may be settled again, by a person. To settle one again in
// the same way does nothing, and in another way is an error.
func (s *Store) SettleIntent(ctx context.Context, id int64, status forks.IntentStatus, note string) error {
	return s.inTx(ctx, "settle an intent in", func(tx *sql.Tx) error {
		var now forks.IntentStatus
		err := tx.QueryRowContext(ctx, `SELECT status FROM intents WHERE id = ?`, id).Scan(&now)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("there is no intent %d", id)
		case err != nil:
			return err
		case status == forks.IntentOpen:
			return fmt.Errorf("intent %d cannot be opened again", id)
		case now == status:
			return nil
		case now != forks.IntentOpen && now != forks.IntentUnexplained:
			return fmt.Errorf("intent %d is %s already and cannot become %s", id, now, status)
		}
		_, err = tx.ExecContext(ctx, `UPDATE intents SET status = ?, note = ?, settled_at = ? WHERE id = ?`,
			string(status), note, timeColumn(s.clock.Now()), id)
		return err
	})
}

// ofRefs are the kinds of the intents that a look at the fork's refs explains; the
// others are on its forge.
const ofRefs = `('push', 'delete')`

// OpenIntents returns a track's intents to push or delete refs that are not settled,
// oldest first.
func (s *Store) OpenIntents(ctx context.Context, fork, track string) ([]forks.Intent, error) {
	return s.openIntents(ctx, `fork = ? AND track = ? AND kind IN `+ofRefs, fork, track)
}

// OpenForgeIntents returns the intents on a fork's forge that are not settled, those of
// its tracks and those of no track, oldest first.
func (s *Store) OpenForgeIntents(ctx context.Context, fork string) ([]forks.Intent, error) {
	return s.openIntents(ctx, `fork = ? AND kind NOT IN `+ofRefs, fork)
}

func (s *Store) openIntents(ctx context.Context, which string, args ...any) ([]forks.Intent, error) {
	return collect(ctx, s, "read intents from", func(rows *sql.Rows) (forks.Intent, error) {
		var in forks.Intent
		var payload string
		err := rows.Scan(&in.ID, &in.Fork, &in.Track, &in.Kind, &in.Pass, &payload, timeInto(&in.Created), &in.Status, &in.Note)
		in.Payload = json.RawMessage(payload)
		return in, err
	}, `SELECT id, fork, track, kind, pass, payload, created_at, status, note
		FROM intents WHERE status = 'open' AND `+which+` ORDER BY id`, args...)
}
