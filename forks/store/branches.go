package store

import (
	"context"
	"database/sql"
	"slices"
	"time"
)

// FoundBranches returns, in order of their names, the upstream branches that matched
// a pattern at the last [Store.SetFoundBranches].
func (s *Store) FoundBranches(ctx context.Context, fork, pattern string) ([]string, error) {
	return collect(ctx, s, "read found branches from", func(rows *sql.Rows) (branch string, err error) {
		return branch, rows.Scan(&branch)
	}, `SELECT branch FROM found_branches WHERE fork = ? AND pattern = ? AND gone_at IS NULL ORDER BY branch`, fork, pattern)
}

// GoneBranches returns the upstream branches that matched a pattern and went
// after since, in order of their names.
func (s *Store) GoneBranches(ctx context.Context, fork, pattern string, since time.Time) ([]string, error) {
	return collect(ctx, s, "read found branches from", func(rows *sql.Rows) (branch string, err error) {
		return branch, rows.Scan(&branch)
	}, `SELECT branch FROM found_branches WHERE fork = ? AND pattern = ? AND gone_at > ? ORDER BY branch`,
		fork, pattern, timeColumn(since))
}

// SetFoundBranches records the upstream branches that match a pattern now; pattern
// is the name of its track. It tells which of them were not there at the last call,
// and which are not there any more, both in order of their names. At the first call
// all are fresh; one that comes back is fresh again.
//
// Each change is told once. Who stops before using the answer finds the branch in
// [Store.FoundBranches] later.
func (s *Store) SetFoundBranches(ctx context.Context, fork, pattern string, branches []string) (fresh, gone []string, err error) {
	now := slices.Compact(slices.Sorted(slices.Values(branches)))
	err = s.inTx(ctx, "write found branches to", func(tx *sql.Tx) error {
		before, err := presentBranches(ctx, tx, fork, pattern)
		if err != nil {
			return err
		}
		fresh, gone = without(now, before), without(before, now)
		at := timeColumn(s.clock.Now())
		for _, branch := range fresh {
			_, err := tx.ExecContext(ctx, `INSERT INTO found_branches (fork, pattern, branch, first_seen) VALUES (?, ?, ?, ?)
					ON CONFLICT DO UPDATE SET gone_at = NULL`, fork, pattern, branch, at)
			if err != nil {
				return err
			}
		}
		for _, branch := range gone {
			_, err := tx.ExecContext(ctx, `UPDATE found_branches SET gone_at = ? WHERE fork = ? AND pattern = ? AND branch = ?`,
				at, fork, pattern, branch)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return fresh, gone, nil
}

func presentBranches(ctx context.Context, tx *sql.Tx, fork, pattern string) (list []string, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT branch FROM found_branches
			WHERE fork = ? AND pattern = ? AND gone_at IS NULL ORDER BY branch`, fork, pattern)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err has told
	for rows.Next() {
		var branch string
		if err := rows.Scan(&branch); err != nil {
			return nil, err
		}
		list = append(list, branch)
	}
	return list, rows.Err()
}

// without returns what is in list and not in other; both are sorted.
func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool {
		_, found := slices.BinarySearch(other, s)
		return found
	})
}
