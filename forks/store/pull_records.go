package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
)

// PullRecords returns what [Store.SetPullRecord] wrote last for each of a track's pull
// requests.
func (s *Store) PullRecords(ctx context.Context, fork, track string) (map[forks.ProposalID]forks.PullRecord, error) {
	records := map[forks.ProposalID]forks.PullRecord{}
	_, err := collect(ctx, s, "read pull requests from", func(rows *sql.Rows) (none struct{}, err error) {
		var id forks.ProposalID
		var text []byte
		if err := rows.Scan(&id, &text); err != nil {
			return none, err
		}
		records[id], err = decodeRecord(text)
		return none, err
	}, `SELECT id, record FROM pull_records WHERE fork = ? AND track = ? AND id != ''`, fork, track)
	if err != nil {
		return nil, err
	}
	return records, nil
}

// SetPullRecord replaces what is remembered of a pull request; it is on disk when it
// returns. Bytes that are not UTF-8 come back as the replacement character.
func (s *Store) SetPullRecord(ctx context.Context, fork, track string, id forks.ProposalID, r forks.PullRecord) error {
	if track == "" || id == "" {
		return s.failed("write a pull request to", errors.New("it has no track or no id"))
	}
	return s.setRecord(ctx, fork, track, id, r)
}

// DashboardRecord returns what [Store.SetDashboardRecord] wrote last, zero if nothing.
func (s *Store) DashboardRecord(ctx context.Context, fork string) (forks.PullRecord, error) {
	var text []byte
	err := s.read.QueryRowContext(ctx, `SELECT record FROM pull_records WHERE fork = ? AND track = '' AND id = ''`, fork).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return forks.PullRecord{}, nil
	}
	var r forks.PullRecord
	if err == nil {
		r, err = decodeRecord(text)
	}
	if err != nil {
		return forks.PullRecord{}, s.failed("read the dashboard of a fork from", err)
	}
	return r, nil
}

// SetDashboardRecord replaces what is remembered of a fork's dashboard, as
// [Store.SetPullRecord] does for a pull request.
func (s *Store) SetDashboardRecord(ctx context.Context, fork string, r forks.PullRecord) error {
	return s.setRecord(ctx, fork, "", "", r)
}

func (s *Store) setRecord(ctx context.Context, fork, track string, id forks.ProposalID, r forks.PullRecord) error {
	text, err := json.Marshal(r)
	if err != nil {
		return s.failed("write a pull request to", err)
	}
	return s.inTx(ctx, "write a pull request to", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO pull_records (fork, track, id, number, record, written_at) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET number = excluded.number, record = excluded.record, written_at = excluded.written_at`,
			fork, track, string(id), r.Number, string(text), timeColumn(s.clock.Now()))
		return err
	})
}

func decodeRecord(text []byte) (r forks.PullRecord, err error) {
	if err := json.Unmarshal(text, &r); err != nil {
		return forks.PullRecord{}, fmt.Errorf("record of a pull request: %w", err)
	}
	return r, nil
}
