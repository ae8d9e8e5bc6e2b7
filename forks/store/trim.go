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
	// KeepEachPass is for every run of a pass that left no state, of which the last of
	// each day stays longer; and for intents on a forge, which repeat whole texts.
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
//     [KeepHistory], and those on a forge older than [KeepEachPass];
//   - records of pull requests that the newest state does not mention, and that were not
//     written for [KeepHistory];
//   - answers of forges: older than [KeepAnswer], and the oldest beyond [KeepAnswers].
//
// What has a state commit, what people asked for, and intents that are open or
// unexplained, stay forever. The newest row of each kind that has an id stays, so that
// no id is given twice.
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
		{"intents", `SELECT id FROM intents WHERE settled_at < ? AND status IN ('done', 'forgotten')
			AND kind NOT IN ` + ofRefs + ` AND id < (SELECT max(id) FROM intents)`, []any{thin}},
		{"runs", `SELECT id FROM runs WHERE started < ? AND id < (SELECT max(id) FROM runs)`, []any{old}},
		{"pull_records", oldRecords, []any{old}},
		{"forge_cache", oldAnswers, []any{timeColumn(now.Add(-KeepAnswer)), KeepAnswers}},
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

// oldRecords finds what Trim deletes of the records of pull requests.
const oldRecords = `SELECT rowid FROM pull_records AS r WHERE written_at < ? AND id != '' AND NOT EXISTS (
		SELECT 1 FROM proposals JOIN tracks ON tracks.id = track_id
		WHERE fork = r.fork AND name = r.track AND proposals.id = r.id AND position >= 0)`

// oldAnswers finds what Trim deletes of the answers of forges.
const oldAnswers = `SELECT id FROM (
		SELECT rowid AS id, at, sum(length(key) + length(etag) + length(body)) OVER (ORDER BY at DESC, rowid DESC) AS total FROM forge_cache)
	WHERE at < ? OR total > ?`

// deleteRows deletes rows by their id, or rowid, in batches. Nobody changes them any
// more, or who does can do without them.
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
			_, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE rowid IN (SELECT value FROM json_each(?))`, string(list))
			return err
		})
		if err != nil {
			return total, err
		}
		total += len(some)
	}
	return total, nil
}
