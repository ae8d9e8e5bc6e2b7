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
	// each day stays longer. A report tells of twelve weeks, and may be made again later.
	KeepEachPass = 120 * 24 * time.Hour
	// KeepForgeIntents is for intents on a forge, which repeat whole texts.
	KeepForgeIntents = 30 * 24 * time.Hour
	// KeepHistory is for all the rest.
	KeepHistory = 400 * 24 * time.Hour
)

// batch is how many rows one transaction changes: a few milliseconds of work, so that
// nobody who writes waits long.
const batch = 500

// Trim deletes old history, and returns the number of rows that it deleted or, of a digest,
// emptied. It deletes
//
//   - runs of a pass without a state commit (quiet, unchanged, failed, stopped): older
//     than [KeepEachPass] all but a track's last one on each UTC day, from which its lag
//     can still be told, and older than [KeepHistory] those, too;
//   - events, runs of the service, and intents that were done or forgotten: older than
//     [KeepHistory], and those on a forge older than [KeepForgeIntents];
//   - digests of passes, and samples: older than [KeepHistory];
//   - records of pull requests that the newest state does not mention, and that were not
//     written for [KeepHistory];
//   - answers of forges: older than [KeepAnswer], and the oldest beyond [KeepAnswers].
//
// What has a state commit (its digest aside), what people asked for, intents that are
// open or unexplained, reports of weeks and their deliveries stay forever. The newest row
// of each kind that has an id stays, so that no id is given twice.
//
// Call it about once a day; others may read and write meanwhile. What an interrupted
// call deleted is deleted. The file does not shrink: its free pages are used again.
func (s *Store) Trim(ctx context.Context) (int, error) {
	now := s.clock.Now()
	ago := func(age time.Duration) timeColumn { return timeColumn(now.Add(-age)) }
	old := ago(KeepHistory)
	total := 0
	for _, step := range []struct {
		change, query string
		args          []any
	}{
		{`DELETE FROM passes`, oldPasses, []any{ago(KeepEachPass), old}},
		{`UPDATE passes SET digest = NULL`, `SELECT id FROM passes WHERE digest IS NOT NULL AND started < ?`, []any{old}},
		{`DELETE FROM samples`, `SELECT rowid FROM samples WHERE at < ?`, []any{old}},
		{`DELETE FROM events`, `SELECT id FROM events WHERE at < ? AND id < (SELECT max(id) FROM events)`, []any{old}},
		{`DELETE FROM intents`, `SELECT id FROM intents WHERE settled_at < ? AND status IN ('done', 'forgotten')
			AND id < (SELECT max(id) FROM intents)`, []any{old}},
		{`DELETE FROM intents`, `SELECT id FROM intents WHERE settled_at < ? AND status IN ('done', 'forgotten')
			AND kind NOT IN ` + ofRefs + ` AND id < (SELECT max(id) FROM intents)`, []any{ago(KeepForgeIntents)}},
		{`DELETE FROM runs`, `SELECT id FROM runs WHERE started < ? AND id < (SELECT max(id) FROM runs)`, []any{old}},
		{`DELETE FROM pull_records`, oldRecords, []any{old}},
		{`DELETE FROM forge_cache`, oldAnswers, []any{ago(KeepAnswer), KeepAnswers}},
	} {
		ids, err := collect(ctx, s, "look for old rows in", func(rows *sql.Rows) (id int64, err error) {
			return id, rows.Scan(&id)
		}, step.query, step.args...)
		if err != nil {
			return total, err
		}
		n, err := s.changeRows(ctx, step.change, ids)
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

// changeRows deletes or empties rows by their id, or rowid, in batches. Nobody else
// changes them any more, or who does can do without them.
func (s *Store) changeRows(ctx context.Context, change string, ids []int64) (int, error) {
	total := 0
	for len(ids) > 0 {
		some := ids[:min(batch, len(ids))]
		ids = ids[len(some):]
		list, err := json.Marshal(some)
		if err != nil {
			return total, err
		}
		err = s.inTx(ctx, "trim", func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, change+` WHERE rowid IN (SELECT value FROM json_each(?))`, string(list))
			return err
		})
		if err != nil {
			return total, err
		}
		total += len(some)
	}
	return total, nil
}
