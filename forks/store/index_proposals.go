package store

import (
	"context"
	"encoding/json"

	"github.com/auxolotl/auxsync/forks"
)

func (ix *indexer) proposals(ctx context.Context, state forks.State) error {
	if err := ix.exec(ctx, `UPDATE proposals SET position = -1 WHERE track_id = ?`, ix.track); err != nil {
		return err
	}
	for i, p := range state.Proposals {
		notFor := p.NotFor
		if notFor == nil {
			notFor = []string{}
		}
		notForJSON, err := json.Marshal(notFor)
		if err != nil {
			return err
		}
		var waits any
		if p.Waits != nil {
			text, err := json.Marshal(p.Waits)
			if err != nil {
				return err
			}
			waits = string(text)
		}
		members, err := json.Marshal(p.Members)
		if err != nil {
			return err
		}
		if len(p.Members) == 0 {
			members = []byte("[]")
		}
		err = ix.exec(ctx, `INSERT INTO proposals (track_id, id, position, patch, round, status, reason, onto, fix, picked,
				touched, opened, closed, closed_by, taken, published, number, url, claimed, not_for, waits, members, split)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET position = excluded.position, patch = excluded.patch, round = excluded.round,
				status = excluded.status, reason = excluded.reason, onto = excluded.onto, fix = excluded.fix,
				picked = excluded.picked, touched = excluded.touched, opened = excluded.opened,
				closed = excluded.closed, closed_by = excluded.closed_by,
				taken = excluded.taken, published = excluded.published, number = excluded.number, url = excluded.url,
				claimed = excluded.claimed, not_for = excluded.not_for, waits = excluded.waits,
				members = excluded.members, split = excluded.split`,
			ix.track, string(p.ID), i, string(p.Patch), p.Round, string(p.Status), p.Reason,
			hashColumn(p.Onto), hashColumn(p.Fix), hashColumn(p.Picked), p.Touched,
			timeColumn(p.Opened), timeColumn(p.Closed), p.ClosedBy,
			p.Taken, p.Published, p.Number, p.URL, p.Claimed, string(notForJSON), waits, string(members), p.Split)
		if err != nil {
			return err
		}
		if err := ix.conflict(ctx, p.ID, p.Conflict); err != nil {
			return err
		}
	}
	return nil
}

// conflict writes what a proposal asks about.
func (ix *indexer) conflict(ctx context.Context, proposal forks.ProposalID, c forks.Conflict) error {
	var id int64
	err := ix.tx.QueryRowContext(ctx, `INSERT INTO conflicts (track_id, proposal, patch, cause, cause_patch, inner_commit,
			cause_subject, cause_author_name, cause_author_email, clean, suggest_drop)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET patch = excluded.patch, cause = excluded.cause, cause_patch = excluded.cause_patch,
			inner_commit = excluded.inner_commit, cause_subject = excluded.cause_subject,
			cause_author_name = excluded.cause_author_name, cause_author_email = excluded.cause_author_email,
			clean = excluded.clean, suggest_drop = excluded.suggest_drop
			RETURNING id`,
		ix.track, string(proposal), string(c.Patch), hashColumn(c.Cause), string(c.CausePatch), hashColumn(c.Inner),
		c.CauseSubject, c.CauseAuthor.Name, c.CauseAuthor.Email, hashColumn(c.Clean), hashColumn(c.SuggestDrop)).Scan(&id)
	if err != nil {
		return err
	}
	if err := ix.exec(ctx, `DELETE FROM conflict_files WHERE conflict_id = ?`, id); err != nil {
		return err
	}
	for i, f := range c.Files {
		stages, err := json.Marshal(f.Stages)
		if err != nil {
			return err
		}
		err = ix.exec(ctx, `INSERT INTO conflict_files (conflict_id, position, path, kind, stages, message)
				VALUES (?, ?, ?, ?, ?, ?)`, id, i, []byte(f.Path), string(f.Kind), string(stages), f.Message)
		if err != nil {
			return err
		}
	}
	return nil
}
