package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// PassRows gives the runs of a track with from <= Started < to in order of time, and
// before them what was known when that time began: of the runs before from the newest one
// with a digest, then the newest of all if it is another one. All have their digests and
// state commits. A pass that was indexed and never measured here is one of them, with the
// time of its state as Started; one without any time is not.
//
// They are read one by one and as they were when the first was read. After an error, which
// comes with no run, there is nothing more. A caller who stays in the loop for long makes
// the log of the database grow.
func (s *Store) PassRows(ctx context.Context, fork, track string, from, to time.Time) iter.Seq2[forks.PassRecord, error] {
	const what = "read passes from"
	return func(yield func(forks.PassRecord, error) bool) {
		more := true
		err := s.view(ctx, what, func(v snapshot) error {
			id, err := v.knownTrack(ctx, fork, track)
			if err != nil || id == 0 {
				return err
			}
			before, err := v.passesBefore(ctx, id, from)
			if err != nil {
				return err
			}
			give := func(p forks.PassRecord) bool {
				p.Fork, p.Track = fork, track
				more = yield(p, nil)
				return more
			}
			for _, p := range before {
				if !give(p) {
					return nil
				}
			}
			return v.passesIn(ctx, id, from, to, give)
		})
		if err != nil && more {
			yield(forks.PassRecord{}, err)
		}
	}
}

// knownTrack is the row of a track, 0 if there is none.
func (v snapshot) knownTrack(ctx context.Context, fork, track string) (id int64, err error) {
	err = v.tx.QueryRowContext(ctx, `SELECT id FROM tracks WHERE fork = ? AND name = ?`, fork, track).Scan(&id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, v.failed("look for a track in", err)
	}
	return id, nil
}

// passColumns are those that scanPass reads. The commits are one: reading takes as long as
// there are columns, for a hundred thousand rows.
const passColumns = `number, coalesce(state_commit, '') || ' ' || old_base || ' ' || new_base || ' ' || old_tip || ' ' || new_tip
	|| ' ' || upstream_tip, behind, upstream_time, started, seconds, bytes, outcome, error, digest`

// passesBefore lists what PassRows gives of the runs before a time.
func (v snapshot) passesBefore(ctx context.Context, track int64, from time.Time) ([]forks.PassRecord, error) {
	// Only those that are found by an index alone.
	const newest = `SELECT id FROM passes WHERE track_id = ?1 AND started < ?2 `
	const last = ` ORDER BY started DESC, id DESC LIMIT 1`
	return collect(ctx, v, "read passes from", scanPass, `SELECT `+passColumns+` FROM passes WHERE id IN (
			SELECT * FROM (`+newest+`AND digest IS NOT NULL`+last+`) UNION SELECT * FROM (`+newest+last+`))
		ORDER BY started, id`, track, timeColumn(from))
}

// passesIn gives the runs of a time one by one, until the caller has enough.
func (v snapshot) passesIn(ctx context.Context, track int64, from, to time.Time, give func(forks.PassRecord) bool) (err error) {
	const what = "read passes from"
	rows, err := v.query(ctx, `SELECT `+passColumns+` FROM passes WHERE track_id = ? AND started >= ? AND started < ?
		ORDER BY started, id`, track, timeColumn(from), timeColumn(to))
	if err != nil {
		return v.failed(what, err)
	}
	defer func() {
		if closing := rows.Close(); closing != nil && err == nil {
			err = v.failed(what, closing)
		}
	}()
	for rows.Next() {
		p, err := scanPass(rows)
		if ended := ctx.Err(); ended != nil {
			err = ended // the driver notices it some rows later
		}
		if err != nil {
			return v.failed(what, err)
		}
		if !give(p) {
			return nil
		}
	}
	if err := rows.Err(); err != nil {
		return v.failed(what, err)
	}
	return nil
}

func scanPass(rows *sql.Rows) (p forks.PassRecord, err error) {
	var commits, digest sql.RawBytes
	err = rows.Scan(&p.Number, &commits, &p.Behind, timeInto(&p.UpstreamTime), timeInto(&p.Started),
		&p.Seconds, &p.Bytes, &p.Outcome, &p.Error, &digest)
	rest := []byte(commits)
	for _, h := range []*forks.Hash{&p.StateCommit, &p.OldBase, &p.NewBase, &p.OldTip, &p.NewTip, &p.UpstreamTip} {
		var word []byte
		word, rest, _ = bytes.Cut(rest, []byte(" "))
		if err == nil {
			err = h.UnmarshalText(word)
		}
	}
	if err != nil || digest == nil {
		return p, err
	}
	if err := json.Unmarshal(digest, &p.Digest); err != nil {
		return p, fmt.Errorf("digest of pass %d: %w", p.Number, err)
	}
	return p, nil
}
