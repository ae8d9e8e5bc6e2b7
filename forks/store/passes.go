package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/auxolotl/auxsync/forks"
)

// RecordPass adds a run of a pass. If the pass made the state that was indexed
// last, the facts join the row that [Store.Index] made; so call it after Index. Bytes of
// its digest that are not UTF-8 come back as the replacement character.
func (s *Store) RecordPass(ctx context.Context, p forks.PassRecord) (id int64, err error) {
	digest, err := digestColumn(p.Digest)
	if err != nil {
		return 0, s.failed("record a pass in", err)
	}
	err = s.inTx(ctx, "record a pass in", func(tx *sql.Tx) error {
		track, err := trackID(ctx, tx, p.Fork, p.Track)
		if err != nil {
			return err
		}
		if id, err = unmeasured(ctx, tx, track, p); err != nil {
			return err
		}
		facts := []any{p.Number, hashColumn(p.OldBase), hashColumn(p.NewBase), hashColumn(p.OldTip), hashColumn(p.NewTip),
			hashColumn(p.UpstreamTip), p.Behind, timeColumn(p.UpstreamTime), timeColumn(p.Started), p.Seconds, p.Bytes,
			string(p.Outcome), p.Error, digest}
		if id != 0 {
			_, err := tx.ExecContext(ctx, `UPDATE passes SET measured = 1, number = ?, old_base = ?, new_base = ?, old_tip = ?,
					new_tip = ?, upstream_tip = ?, behind = ?, upstream_time = ?, started = ?, seconds = ?, bytes = ?,
					outcome = ?, error = ?, digest = ? WHERE id = ?`, append(facts, id)...)
			return err
		}
		return tx.QueryRowContext(ctx, `INSERT INTO passes (measured, number, old_base, new_base, old_tip, new_tip, upstream_tip,
				behind, upstream_time, started, seconds, bytes, outcome, error, digest, track_id)
				VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`, append(facts, track)...).Scan(&id)
	})
	return id, err
}

// unmeasured returns the row of the current state, if p made that state and
// nothing was measured for it yet; else 0.
func unmeasured(ctx context.Context, tx *sql.Tx, track int64, p forks.PassRecord) (id int64, err error) {
	switch p.Outcome {
	case forks.PassPublished, forks.PassState, forks.PassStopped:
	default:
		return 0, nil
	}
	err = tx.QueryRowContext(ctx, `SELECT passes.id FROM passes JOIN tracks ON tracks.id = track_id
			WHERE tracks.id = ? AND number = ? AND passes.state_commit = tracks.state_commit AND measured = 0`,
		track, p.Number).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// digestColumn is a digest as the database has it: JSON, or NULL for none.
func digestColumn(d *forks.Digest) (any, error) {
	if d == nil {
		return nil, nil
	}
	text, err := json.Marshal(d)
	return string(text), err
}

// Passes returns a track's runs, newest first, limit at most, without their digests and
// state commits: [Store.PassRows] has these. A pass that was indexed and never measured
// here has no Seconds, Bytes, Behind and UpstreamTime.
func (s *Store) Passes(ctx context.Context, fork, track string, limit int) ([]forks.PassRecord, error) {
	return collect(ctx, s, "read passes from", func(rows *sql.Rows) (forks.PassRecord, error) {
		p := forks.PassRecord{Fork: fork, Track: track}
		err := rows.Scan(&p.Number, hashInto(&p.OldBase), hashInto(&p.NewBase), hashInto(&p.OldTip), hashInto(&p.NewTip),
			hashInto(&p.UpstreamTip), &p.Behind, timeInto(&p.UpstreamTime), timeInto(&p.Started), &p.Seconds, &p.Bytes,
			&p.Outcome, &p.Error)
		return p, err
	}, `SELECT number, old_base, new_base, old_tip, new_tip, passes.upstream_tip, behind, upstream_time, started,
		seconds, bytes, outcome, error FROM passes JOIN tracks ON tracks.id = track_id
		WHERE fork = ? AND name = ? ORDER BY passes.id DESC LIMIT ?`, fork, track, limit)
}
