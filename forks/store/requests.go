package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
)

// AddRequest records what a person asked for, which is on disk when it returns, until
// [Store.TakeRequest]. At is now, if zero; the ID is a new one whatever it says.
//
// One source of a fork asks once: if there is a request of the same source, taken or
// not, nothing is recorded and added is false. Without a source each one is recorded.
func (s *Store) AddRequest(ctx context.Context, r forks.Request) (added bool, err error) {
	err = s.inTx(ctx, "record a request in", func(tx *sql.Tx) error {
		if r.Fork == "" || r.Track == "" {
			return errors.New("it names no track")
		}
		if r.At.IsZero() {
			r.At = s.clock.Now()
		}
		track, err := trackID(ctx, tx, r.Fork, r.Track)
		if err != nil {
			return err
		}
		args, err := argsColumn(r.Arg)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `INSERT INTO requests (track_id, who, verb, args, because, made_at, proposal, source, url, patch)
				SELECT ?1, ?2, ?3, ?10, ?4, ?5, ?6, ?7, ?8, ?11 WHERE ?7 = '' OR NOT EXISTS (
					SELECT 1 FROM requests JOIN tracks ON tracks.id = track_id WHERE source = ?7 AND source != '' AND fork = ?9)`,
			track, r.Who, string(r.Verb), r.Because, timeColumn(r.At), string(r.Proposal), r.Source, r.URL, r.Fork, args, string(r.Patch))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		added = n == 1
		return err
	})
	return added && err == nil, err
}

// argsColumn is what follows a verb, as a JSON list.
func argsColumn(arg string) (string, error) {
	list := []string{}
	if arg != "" {
		list = append(list, arg)
	}
	text, err := json.Marshal(list)
	return string(text), err
}

// argInto reads the first of a JSON list; "" of an empty one.
type argInto struct{ arg *string }

// Scan implements [sql.Scanner].
func (a argInto) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("args are %T, not text", value)
	}
	var list []string
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return fmt.Errorf("read args: %w", err)
	}
	*a.arg = ""
	if len(list) > 0 {
		*a.arg = list[0]
	}
	return nil
}

// Requests returns what people asked for of a track and no pass has taken, in the
// order in which it was recorded.
func (s *Store) Requests(ctx context.Context, fork, track string) ([]forks.Request, error) {
	list, err := requests(ctx, s, `WHERE track_id = (SELECT id FROM tracks WHERE fork = ? AND name = ?)
			AND taken_by_pass IS NULL ORDER BY requests.id`, fork, track)
	if err != nil {
		return nil, err
	}
	untaken := make([]forks.Request, len(list))
	for i, r := range list {
		untaken[i] = r.Request
	}
	return untaken, nil
}

// TakeRequest records that a pass, or an attempt at the pass of that number, took a
// request, and what came of it, for people. To take one again in the same pass keeps
// the first result, and in another one is an error.
func (s *Store) TakeRequest(ctx context.Context, id int64, pass int, result string) error {
	return s.inTx(ctx, "record a taken request in", func(tx *sql.Tx) error {
		var by sql.NullInt64
		err := tx.QueryRowContext(ctx, `SELECT taken_by_pass FROM requests WHERE id = ?`, id).Scan(&by)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("there is no request %d", id)
		case err != nil:
			return err
		case by.Valid && by.Int64 == int64(pass):
			return nil
		case by.Valid:
			return fmt.Errorf("request %d was taken by pass %d already, and cannot be by pass %d", id, by.Int64, pass)
		}
		_, err = tx.ExecContext(ctx, `UPDATE requests SET taken_by_pass = ?, taken_at = ?, result = ? WHERE id = ?`,
			pass, timeColumn(s.clock.Now()), result, id)
		return err
	})
}

// RecentRequests returns what people asked for of a fork's tracks, taken or not, the
// newest first, limit at most.
func (s *Store) RecentRequests(ctx context.Context, fork string, limit int) ([]forks.RequestRecord, error) {
	return requests(ctx, s, `WHERE fork = ? ORDER BY requests.id DESC LIMIT ?`, fork, limit)
}

func requests(ctx context.Context, s source, which string, args ...any) ([]forks.RequestRecord, error) {
	return collect(ctx, s, "read requests from", func(rows *sql.Rows) (forks.RequestRecord, error) {
		var r forks.RequestRecord
		err := rows.Scan(&r.ID, &r.Fork, &r.Track, &r.Proposal, &r.Verb, &r.Who, &r.Because, timeInto(&r.At), &r.Source, &r.URL,
			&r.Patch, argInto{&r.Arg}, &r.Pass, timeInto(&r.Taken), &r.Result)
		return r, err
	}, `SELECT requests.id, fork, name, proposal, verb, who, because, made_at, source, requests.url,
		patch, args, coalesce(taken_by_pass, 0), taken_at, result
		FROM requests JOIN tracks ON tracks.id = track_id `+which, args...)
}
