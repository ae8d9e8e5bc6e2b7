package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// How long history is kept that no state ref holds, see [Store.Trim].
const (
	// KeepEachPass is for every run of a pass that left no state; of older ones the
	// last of each day stays.
	KeepEachPass = 30 * 24 * time.Hour
	// KeepHistory is for all the rest.
	KeepHistory = 400 * 24 * time.Hour
)

// batch is how many rows one transaction deletes: a few milliseconds of work, so that
// nobody who writes waits long.
const batch = 500

// Trim deletes old history, and returns the number of rows. It deletes
//
//   - runs of a pass without a state commit (quiet, unchanged, failed, stopped): older
//     than [KeepEachPass] all but a track's last one on each UTC day, from which its lag
//     can still be told, and older than [KeepHistory] those, too;
//   - events, runs of the service, and intents that were done or forgotten: older than
//     [KeepHistory].
//
// What has a state commit, and intents that are open or unexplained, stay forever.
// The newest row of each kind stays, so that no id is given twice.
//
// Call it about once a day; others may read and write meanwhile. What an interrupted
// call deleted is deleted. The file does not shrink: its free pages are used again.
func (s *Store) Trim(ctx context.Context) (int, error) {
	now := s.clock.Now()
	thin, old := timeColumn(now.Add(-KeepEachPass)), timeColumn(now.Add(-KeepHistory))
	total := 0
	for _, step := range []struct {
		table, query string
		args         []any
	}{
		{"passes", oldPasses, []any{thin, old}},
		{"events", `SELECT id FROM events WHERE at < ? AND id < (SELECT max(id) FROM events)`, []any{old}},
		{"intents", `SELECT id FROM intents WHERE settled_at < ? AND status IN ('done', 'forgotten')
			AND id < (SELECT max(id) FROM intents)`, []any{old}},
		{"runs", `SELECT id FROM runs WHERE started < ? AND id < (SELECT max(id) FROM runs)`, []any{old}},
	} {
		ids, err := collect(ctx, s, "look for old rows in", func(rows *sql.Rows) (id int64, err error) {
			return id, rows.Scan(&id)
		}, step.query, step.args...)
		if err != nil {
			return total, err
		}
		n, err := s.deleteRows(ctx, step.table, ids)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// oldPasses finds what Trim deletes of the passes. A run is the last of its day if the
// track's next one is of another day, 86,400,000 milliseconds being one.
const oldPasses = `SELECT id FROM (
		SELECT id, state_commit, outcome, started, lead(started) OVER (PARTITION BY track_id ORDER BY id) AS next
		FROM passes WHERE started < ?)
	WHERE next IS NOT NULL AND (next / 86400000 = started / 86400000 OR started < ?)
	AND state_commit IS NULL AND outcome IN (` +
	`'` + string(forks.PassQuiet) + `', '` + string(forks.PassUnchanged) + `', '` +
	string(forks.PassFailed) + `', '` + string(forks.PassStopped) + `')`

// deleteRows deletes rows that nobody changes any more, in batches.
func (s *Store) deleteRows(ctx context.Context, table string, ids []int64) (int, error) {
	total := 0
	for len(ids) > 0 {
		some := ids[:min(batch, len(ids))]
		ids = ids[len(some):]
		list, err := json.Marshal(some)
		if err != nil {
			return total, err
		}
		err = s.inTx(ctx, "trim", func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE id IN (SELECT value FROM json_each(?))`, string(list))
			return err
		})
		if err != nil {
			return total, err
		}
		total += len(some)
	}
	return total, nil
}
