package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
)

// source is what rows are read from: a [Store] as it is at each query, or a snapshot.
type source interface {
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	failed(what string, err error) error
}

func (s *Store) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.read.QueryContext(ctx, query, args...)
}

// snapshot is the database as it was at the first query.
type snapshot struct {
	*Store
	tx *sql.Tx
}

func (s snapshot) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.tx.QueryContext(ctx, query, args...)
}

// view calls fn with a snapshot. What is written meanwhile waits for nobody, but the log
// of the database grows until fn is done.
func (s *Store) view(ctx context.Context, what string, fn func(snapshot) error) error {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return s.failed(what, err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return fn(snapshot{s, tx})
}

// each calls fn for each row of a query.
func each(ctx context.Context, s source, what string, fn func(*sql.Rows) error, query string, args ...any) error {
	_, err := collect(ctx, s, what, func(rows *sql.Rows) (none struct{}, err error) { return none, fn(rows) }, query, args...)
	return err
}

// collect reads all rows of a query. The list is never nil.
func collect[T any](ctx context.Context, s source, what string, scan func(*sql.Rows) (T, error), query string, args ...any) (list []T, err error) {
	rows, err := s.query(ctx, query, args...)
	if err != nil {
		return nil, s.failed(what, err)
	}
	defer func() {
		if closing := rows.Close(); closing != nil && err == nil {
			err = s.failed(what, closing)
		}
	}()
	list = []T{}
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, s.failed(what, err)
		}
		list = append(list, item)
	}
	if err := rows.Err(); err != nil {
		return nil, s.failed(what, err)
	}
	return list, nil
}

// Ledger returns the account of a pass, in stack order. Where several states
// carry the number of the pass, it is that of the newest.
func (s *Store) Ledger(ctx context.Context, fork, track string, pass int) ([]forks.Row, error) {
	return collect(ctx, s, "read a ledger from", func(rows *sql.Rows) (forks.Row, error) {
		var r forks.Row
		err := rows.Scan(&r.Patch, &r.Subject, &r.Author.Name, &r.Author.Email, hashInto(&r.Old), hashInto(&r.New),
			&r.Ahead, &r.Published, &r.By, &r.Reason)
		return r, err
	}, `SELECT patch, subject, author_name, author_email, old_commit, new_commit, ahead, published, by, reason
		FROM ledger WHERE pass_id = (
			SELECT max(passes.id) FROM passes JOIN tracks ON tracks.id = track_id
			WHERE fork = ? AND name = ? AND number = ? AND passes.state_commit IS NOT NULL)
		ORDER BY position`, fork, track, pass)
}

// Patches returns a track's patches as the newest indexed state has them: the
// stack in its order, and those that ended.
func (s *Store) Patches(ctx context.Context, fork, track string) (stack, ended []forks.Patch, err error) {
	err = s.view(ctx, "read patches from", func(v snapshot) (err error) {
		stack, ended, err = patches(ctx, v, fork, track)
		return err
	})
	return stack, ended, err
}

func patches(ctx context.Context, s source, fork, track string) (stack, ended []forks.Patch, err error) {
	versions := map[forks.PatchID][]forks.Version{}
	err = each(ctx, s, "read versions from", func(rows *sql.Rows) error {
		var patch forks.PatchID
		var v forks.Version
		err := rows.Scan(&patch, hashInto(&v.Commit), hashInto(&v.Pin), &v.Proposal, &v.By, timeInto(&v.At))
		versions[patch] = append(versions[patch], v)
		return err
	}, `SELECT patch, commit_id, pin, proposal, decided_by, decided_at FROM patch_versions
		WHERE track_id = (SELECT id FROM tracks WHERE fork = ? AND name = ?) ORDER BY patch, position`, fork, track)
	if err != nil {
		return nil, nil, err
	}
	stack, ended = []forks.Patch{}, []forks.Patch{}
	err = each(ctx, s, "read patches from", func(rows *sql.Rows) error {
		p, standing, err := scanPatch(rows)
		if p.Versions = versions[p.ID]; p.Versions == nil {
			p.Versions = []forks.Version{}
		}
		if standing == "stack" {
			stack = append(stack, p)
		} else {
			ended = append(ended, p)
		}
		return err
	}, `SELECT standing, id, subject, author_name, author_email, author_date, first_commit, commit_id,
		out_outcome, out_by, out_reason, out_clean_base, out_pass, out_at,
		end_outcome, end_by, end_reason, end_pass, end_at, folded, ahead, published
		FROM patches WHERE track_id = (SELECT id FROM tracks WHERE fork = ? AND name = ?)
		AND standing IN ('stack', 'ended') ORDER BY position`, fork, track)
	if err != nil {
		return nil, nil, err
	}
	return stack, ended, nil
}

func scanPatch(rows *sql.Rows) (p forks.Patch, standing string, err error) {
	var out forks.Out
	var end forks.End
	var outcome, endOutcome, outBy, outReason, endBy, endReason sql.NullString
	var outBase sql.Null[hashColumn]
	var outPass, endPass sql.NullInt64
	var folded string
	err = rows.Scan(&standing, &p.ID, &p.Subject, &p.Author.Name, &p.Author.Email, timeInto(&p.AuthorDate), hashInto(&p.First), hashInto(&p.Commit),
		&outcome, &outBy, &outReason, &outBase, &outPass, timeInto(&out.At),
		&endOutcome, &endBy, &endReason, &endPass, timeInto(&end.At), &folded, &p.Ahead, &p.Published)
	if err != nil {
		return p, "", err
	}
	if outcome.Valid {
		out.Outcome, out.By, out.Reason = forks.Outcome(outcome.String), outBy.String, outReason.String
		out.CleanBase, out.Pass = forks.Hash(outBase.V), int(outPass.Int64)
		p.Out = &out
	}
	if endOutcome.Valid {
		end.Outcome, end.By, end.Reason, end.Pass = forks.Outcome(endOutcome.String), endBy.String, endReason.String, int(endPass.Int64)
		p.End = &end
	}
	if err := json.Unmarshal([]byte(folded), &p.Folded); err != nil {
		return p, "", fmt.Errorf("folded commits of %s: %w", p.ID, err)
	}
	return p, standing, nil
}
