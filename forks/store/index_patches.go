package store

import (
	"context"
	"encoding/json"

	"github.com/auxolotl/auxsync/forks"
)

func (ix *indexer) patches(ctx context.Context, state forks.State) error {
	if err := ix.exec(ctx, `UPDATE patches SET standing = 'gone' WHERE track_id = ?`, ix.track); err != nil {
		return err
	}
	for i, p := range state.Patches {
		if err := ix.patch(ctx, p, "stack", i); err != nil {
			return err
		}
	}
	for i, p := range state.Ended {
		if err := ix.patch(ctx, p, "ended", i); err != nil {
			return err
		}
	}
	return nil
}

// patch writes one patch with its versions.
func (ix *indexer) patch(ctx context.Context, p forks.Patch, standing string, position int) error {
	folded := p.Folded
	if folded == nil {
		folded = []forks.FoldedCommit{}
	}
	foldedJSON, err := json.Marshal(folded)
	if err != nil {
		return err
	}
	args := []any{ix.track, string(p.ID), standing, position, p.Subject, p.Author.Name, p.Author.Email, timeColumn(p.AuthorDate),
		hashColumn(p.First), hashColumn(p.Commit)}
	args = append(args, outColumns(p.Out)...)
	args = append(args, endColumns(p.End)...)
	args = append(args, string(foldedJSON), string(p.Ahead), string(p.Published))
	err = ix.exec(ctx, `INSERT INTO patches (track_id, id, standing, position, subject, author_name, author_email, author_date,
			first_commit, commit_id, out_outcome, out_by, out_reason, out_clean_base, out_pass, out_at,
			end_outcome, end_by, end_reason, end_pass, end_at, folded, ahead, published)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET standing = excluded.standing, position = excluded.position, subject = excluded.subject,
			author_name = excluded.author_name, author_email = excluded.author_email, author_date = excluded.author_date,
			first_commit = excluded.first_commit, commit_id = excluded.commit_id,
			out_outcome = excluded.out_outcome, out_by = excluded.out_by, out_reason = excluded.out_reason,
			out_clean_base = excluded.out_clean_base, out_pass = excluded.out_pass, out_at = excluded.out_at,
			end_outcome = excluded.end_outcome, end_by = excluded.end_by, end_reason = excluded.end_reason,
			end_pass = excluded.end_pass, end_at = excluded.end_at,
			folded = excluded.folded, ahead = excluded.ahead, published = excluded.published`, args...)
	if err != nil {
		return err
	}
	return ix.versions(ctx, p)
}

func outColumns(out *forks.Out) []any {
	if out == nil {
		return make([]any, 6)
	}
	return []any{string(out.Outcome), out.By, out.Reason, hashColumn(out.CleanBase), out.Pass, timeColumn(out.At)}
}

func endColumns(end *forks.End) []any {
	if end == nil {
		return make([]any, 5)
	}
	return []any{string(end.Outcome), end.By, end.Reason, end.Pass, timeColumn(end.At)}
}

// versions writes a patch's versions. One that came from a proposal, or was made of what
// was learned from the fork's history, is also a resolution, which stays on record when the patch is gone.
func (ix *indexer) versions(ctx context.Context, p forks.Patch) error {
	if err := ix.exec(ctx, `DELETE FROM patch_versions WHERE track_id = ? AND patch = ?`, ix.track, string(p.ID)); err != nil {
		return err
	}
	for i, v := range p.Versions {
		err := ix.exec(ctx, `INSERT INTO patch_versions (track_id, patch, position, commit_id, pin, proposal, decided_by, decided_at)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			ix.track, string(p.ID), i, hashColumn(v.Commit), hashColumn(v.Pin), string(v.Proposal), v.By, timeColumn(v.At))
		if err != nil {
			return err
		}
		if v.Proposal == "" && len(v.Resolutions) == 0 {
			continue
		}
		err = ix.exec(ctx, `INSERT INTO resolutions (track_id, patch, proposal, commit_id, pin, decided_by, decided_at)
				VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET pin = excluded.pin, decided_by = excluded.decided_by, decided_at = excluded.decided_at`,
			ix.track, string(p.ID), string(v.Proposal), hashColumn(v.Commit), hashColumn(v.Pin), v.By, timeColumn(v.At))
		if err != nil {
			return err
		}
	}
	return nil
}
