package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
)

// collect reads all rows of a query. The list is never nil.
func collect[T any](ctx context.Context, s *Store, what string, scan func(*sql.Rows) (T, error), query string, args ...any) (list []T, err error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
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
	if stack, err = s.patches(ctx, fork, track, "stack"); err != nil {
		return nil, nil, err
	}
	ended, err = s.patches(ctx, fork, track, "ended")
	return stack, ended, err
}

func (s *Store) patches(ctx context.Context, fork, track, standing string) ([]forks.Patch, error) {
	list, err := collect(ctx, s, "read patches from", scanPatch,
		`SELECT patches.id, subject, author_name, author_email, author_date, first_commit, commit_id,
		out_outcome, out_by, out_reason, out_clean_base, out_pass, out_at,
		end_outcome, end_by, end_reason, end_pass, end_at, folded, ahead, published
		FROM patches JOIN tracks ON tracks.id = track_id
		WHERE fork = ? AND name = ? AND standing = ? ORDER BY position`, fork, track, standing)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Versions, err = collect(ctx, s, "read versions from", func(rows *sql.Rows) (forks.Version, error) {
			var v forks.Version
			err := rows.Scan(hashInto(&v.Commit), hashInto(&v.Pin), &v.Proposal, &v.By, timeInto(&v.At))
			return v, err
		}, `SELECT commit_id, pin, proposal, decided_by, decided_at FROM patch_versions JOIN tracks ON tracks.id = track_id
			WHERE fork = ? AND name = ? AND patch = ? ORDER BY position`, fork, track, string(list[i].ID))
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

func scanPatch(rows *sql.Rows) (forks.Patch, error) {
	var p forks.Patch
	var out forks.Out
	var end forks.End
	var outcome, endOutcome, outBy, outReason, endBy, endReason sql.NullString
	var outBase sql.Null[hashColumn]
	var outPass, endPass sql.NullInt64
	var folded string
	err := rows.Scan(&p.ID, &p.Subject, &p.Author.Name, &p.Author.Email, timeInto(&p.AuthorDate), hashInto(&p.First), hashInto(&p.Commit),
		&outcome, &outBy, &outReason, &outBase, &outPass, timeInto(&out.At),
		&endOutcome, &endBy, &endReason, &endPass, timeInto(&end.At), &folded, &p.Ahead, &p.Published)
	if err != nil {
		return p, err
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
		return p, fmt.Errorf("folded commits of %s: %w", p.ID, err)
	}
	return p, nil
}

// Proposals returns a track's proposals with their conflicts, as the newest
// indexed state has them.
func (s *Store) Proposals(ctx context.Context, fork, track string) ([]forks.Proposal, error) {
	var conflictIDs []int64
	list, err := collect(ctx, s, "read proposals from", func(rows *sql.Rows) (forks.Proposal, error) {
		var p forks.Proposal
		var id int64
		var notFor []byte
		c := &p.Conflict
		err := rows.Scan(&p.ID, &p.Patch, &p.Round, &p.Status, &p.Reason, hashInto(&p.Onto), hashInto(&p.Fix), hashInto(&p.Picked),
			&p.Touched, timeInto(&p.Opened), timeInto(&p.Closed), &p.ClosedBy,
			&p.Taken, &p.Published, &p.Number, &p.URL, &p.Claimed, &notFor,
			&id, &c.Patch, hashInto(&c.Cause), &c.CausePatch, hashInto(&c.Inner), &c.CauseSubject,
			&c.CauseAuthor.Name, &c.CauseAuthor.Email, hashInto(&c.Clean), hashInto(&c.SuggestDrop))
		conflictIDs = append(conflictIDs, id)
		if err == nil {
			err = json.Unmarshal(notFor, &p.NotFor)
		}
		return p, err
	}, `SELECT proposals.id, proposals.patch, round, status, reason, onto, fix, picked, touched, opened, closed, closed_by,
		taken, published, number, proposals.url, claimed, not_for,
		conflicts.id, conflicts.patch, cause, cause_patch, inner_commit, cause_subject,
		cause_author_name, cause_author_email, clean, suggest_drop
		FROM proposals JOIN tracks ON tracks.id = proposals.track_id
		JOIN conflicts ON conflicts.track_id = proposals.track_id AND conflicts.proposal = proposals.id
		WHERE fork = ? AND name = ? AND position >= 0 ORDER BY position`, fork, track)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Conflict.Files, err = s.conflictFiles(ctx, conflictIDs[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *Store) conflictFiles(ctx context.Context, conflict int64) ([]forks.ConflictFile, error) {
	return collect(ctx, s, "read conflicts from", func(rows *sql.Rows) (forks.ConflictFile, error) {
		var f forks.ConflictFile
		var path, stages []byte
		err := rows.Scan(&path, &f.Kind, &stages, &f.Message)
		f.Path = forks.Path(path)
		return f, errors.Join(err, json.Unmarshal(stages, &f.Stages))
	}, `SELECT path, kind, stages, message FROM conflict_files WHERE conflict_id = ? ORDER BY position`, conflict)
}
