package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/auxolotl/auxsync/forks"
)

// Proposals returns a track's proposals with their conflicts, as the newest
// indexed state has them.
func (s *Store) Proposals(ctx context.Context, fork, track string) (list []forks.Proposal, err error) {
	err = s.view(ctx, "read proposals from", func(v snapshot) (err error) {
		list, err = proposals(ctx, v, inState, fork, track)
		return err
	})
	return list, err
}

// Which proposals of a track are read, and in which order.
const (
	inState = `proposals.position >= 0 ORDER BY proposals.position`
	ever    = `true ORDER BY opened, proposals.rowid` // rows are in the order in which they were made
)

func proposals(ctx context.Context, s source, which, fork, track string) ([]forks.Proposal, error) {
	files, err := conflictFiles(ctx, s, which, fork, track)
	if err != nil {
		return nil, err
	}
	return collect(ctx, s, "read proposals from", func(rows *sql.Rows) (forks.Proposal, error) {
		var p forks.Proposal
		var notFor, waits, members []byte
		c := &p.Conflict
		err := rows.Scan(&p.ID, &p.Patch, &p.Round, &p.Status, &p.Reason, hashInto(&p.Onto), hashInto(&p.Fix), hashInto(&p.Picked),
			&p.Touched, timeInto(&p.Opened), timeInto(&p.Closed), &p.ClosedBy,
			&p.Taken, &p.Published, &p.Number, &p.URL, &p.Claimed, &notFor, &waits, &members, &p.Split,
			&c.Patch, hashInto(&c.Cause), &c.CausePatch, hashInto(&c.Inner), &c.CauseSubject,
			&c.CauseAuthor.Name, &c.CauseAuthor.Email, hashInto(&c.Clean), hashInto(&c.SuggestDrop))
		if err == nil {
			err = json.Unmarshal(notFor, &p.NotFor)
		}
		if err == nil && waits != nil {
			err = json.Unmarshal(waits, &p.Waits)
		}
		if err == nil {
			err = json.Unmarshal(members, &p.Members)
		}
		if c.Files = files[p.ID]; c.Files == nil {
			c.Files = []forks.ConflictFile{}
		}
		return p, err
	}, `SELECT proposals.id, proposals.patch, round, status, reason, onto, fix, picked, touched, opened, closed, closed_by,
		taken, published, number, url, claimed, not_for, waits, members, split,
		conflicts.patch, cause, cause_patch, inner_commit, cause_subject,
		cause_author_name, cause_author_email, clean, suggest_drop
		FROM proposals JOIN conflicts ON conflicts.track_id = proposals.track_id AND conflicts.proposal = proposals.id
		WHERE proposals.track_id = (SELECT id FROM tracks WHERE fork = ? AND name = ?) AND `+which, fork, track)
}

// conflictFiles reads the files of the conflicts that these proposals ask about.
func conflictFiles(ctx context.Context, s source, which, fork, track string) (map[forks.ProposalID][]forks.ConflictFile, error) {
	files := map[forks.ProposalID][]forks.ConflictFile{}
	err := each(ctx, s, "read conflicts from", func(rows *sql.Rows) error {
		var id forks.ProposalID
		var f forks.ConflictFile
		var path, stages []byte
		err := rows.Scan(&id, &path, &f.Kind, &stages, &f.Message)
		if err == nil {
			err = json.Unmarshal(stages, &f.Stages)
		}
		f.Path = forks.Path(path)
		files[id] = append(files[id], f)
		return err
	}, `SELECT conflicts.proposal, path, kind, stages, message
		FROM conflict_files JOIN conflicts ON conflicts.id = conflict_id
		JOIN proposals ON proposals.track_id = conflicts.track_id AND proposals.id = conflicts.proposal
		WHERE proposals.track_id = (SELECT id FROM tracks WHERE fork = ? AND name = ?) AND `+which+`, conflict_files.position`, fork, track)
	return files, err
}
