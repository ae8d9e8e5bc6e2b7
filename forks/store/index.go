package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/auxolotl/auxsync/forks"
)

// rowsVersion says which rows Index makes of a state. Where an earlier auxsync made
// those of the newest state, that one is not [Store.Indexed]: it is indexed again.
const rowsVersion = 1

// Index records a state commit: the track as it is now, its patches with their
// versions, its proposals with their conflicts, its questions, the decisions, and the
// ledger of the state's pass. All of it is one transaction.
//
// It is idempotent. After the database was lost, call it for each commit of the
// state chain, oldest first: the state that was indexed last is the current one.
func (s *Store) Index(ctx context.Context, fork, track string, stateCommit forks.Hash, state forks.State) error {
	if stateCommit.IsZero() {
		return s.failed("index a state in", errors.New("it has no commit"))
	}
	return s.inTx(ctx, "index state "+stateCommit.Short()+" in", func(tx *sql.Tx) error {
		id, err := trackID(ctx, tx, fork, track)
		if err != nil {
			return err
		}
		var before current
		var version int
		err = tx.QueryRowContext(ctx, `SELECT state_commit, base, tip, rows_version FROM tracks WHERE id = ?`, id).
			Scan(hashInto(&before.commit), hashInto(&before.base), hashInto(&before.tip), &version)
		if err != nil || before.commit == stateCommit && version >= rowsVersion {
			return err
		}
		ix := indexer{tx: tx, track: id, commit: stateCommit, before: before}
		return ix.index(ctx, state)
	})
}

// Indexed reports whether [Store.Index] has recorded a state commit.
func (s *Store) Indexed(ctx context.Context, fork, track string, stateCommit forks.Hash) (bool, error) {
	var found bool
	err := s.read.QueryRowContext(ctx, `SELECT EXISTS (
			SELECT 1 FROM passes JOIN tracks ON tracks.id = passes.track_id
			WHERE tracks.fork = ? AND tracks.name = ? AND passes.state_commit = ?
			AND (tracks.state_commit != passes.state_commit OR rows_version >= ?))`,
		fork, track, hashColumn(stateCommit), rowsVersion).Scan(&found)
	if err != nil {
		return false, s.failed("look for a state in", err)
	}
	return found, nil
}

// current is the state that the rows of a track mirror.
type current struct {
	commit, base, tip forks.Hash
}

// indexer writes the rows of one state commit.
type indexer struct {
	tx     *sql.Tx
	track  int64
	commit forks.Hash
	before current
}

func (ix *indexer) index(ctx context.Context, state forks.State) error {
	for _, step := range []func(context.Context, forks.State) error{
		ix.currentState, ix.patches, ix.proposals, ix.decisions, ix.pass,
	} {
		if err := step(ctx, state); err != nil {
			return err
		}
	}
	return nil
}

// exec runs a statement whose only result is its error.
func (ix *indexer) exec(ctx context.Context, query string, args ...any) error {
	_, err := ix.tx.ExecContext(ctx, query, args...)
	return err
}

// pass writes the pass that made the state, as far as the states tell, with its
// ledger. What a pass did never changes, so one that is here is left as it is.
func (ix *indexer) pass(ctx context.Context, state forks.State) error {
	outcome := forks.PassPublished
	switch {
	case state.Stopped != nil:
		outcome = forks.PassStopped
	case state.Tip == ix.before.tip:
		outcome = forks.PassState
	}
	var id int64
	err := ix.tx.QueryRowContext(ctx, `INSERT INTO passes
			(track_id, number, state_commit, old_base, new_base, old_tip, new_tip, upstream_tip, started, outcome)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`,
		ix.track, state.Pass, hashColumn(ix.commit), hashColumn(ix.before.base), hashColumn(state.Base),
		hashColumn(ix.before.tip), hashColumn(state.Tip), hashColumn(state.UpstreamTip), timeColumn(state.At), string(outcome)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return ix.ledger(ctx, id, state)
}

func (ix *indexer) currentState(ctx context.Context, state forks.State) error {
	var hold forks.Hold
	if state.Hold != nil {
		hold = *state.Hold
	}
	var stop forks.Stop
	if state.Stopped != nil {
		stop = *state.Stopped
	}
	var pause forks.Pause
	if state.Paused != nil {
		pause = *state.Paused
	}
	return ix.exec(ctx, `UPDATE tracks SET state_commit = ?, pass = ?, state_at = ?, upstream = ?, follow = ?,
			branch = ?, history = ?, adopted_by = ?, adopted_at = ?, base = ?, tip = ?, upstream_tip = ?,
			hold_commit = ?, hold_reason = ?, hold_until = ?, stop_reason = ?, stop_next = ?, stop_tip = ?, stop_at = ?,
			paused_by = ?, paused_because = ?, paused_at = ?, paused_ref = ?, rows_version = ?
			WHERE id = ?`,
		hashColumn(ix.commit), state.Pass, timeColumn(state.At), state.Upstream, state.Follow,
		state.Branch, string(state.History), state.Adopted.By, timeColumn(state.Adopted.At),
		hashColumn(state.Base), hashColumn(state.Tip), hashColumn(state.UpstreamTip),
		hashColumn(hold.Commit), hold.Reason, timeColumn(hold.Until), stop.Reason, stop.Next, hashColumn(stop.Tip), timeColumn(stop.At),
		pause.By, pause.Because, timeColumn(pause.At), string(pause.Ref), rowsVersion,
		ix.track)
}

// decisions writes the questions of the state.
func (ix *indexer) decisions(ctx context.Context, state forks.State) error {
	if err := ix.exec(ctx, `DELETE FROM decisions WHERE track_id = ?`, ix.track); err != nil {
		return err
	}
	for i, d := range state.Decisions {
		err := ix.exec(ctx, `INSERT INTO decisions (track_id, position, patch, proposal, question, asked) VALUES (?, ?, ?, ?, ?, ?)`,
			ix.track, i, string(d.Patch), string(d.Proposal), d.Question, timeColumn(d.Asked))
		if err != nil {
			return err
		}
	}
	return nil
}

// ledger writes the rows of a pass, each with what its patch was before, and which
// decisions they used.
func (ix *indexer) ledger(ctx context.Context, pass int64, state forks.State) error {
	for i, row := range state.Ledger {
		err := ix.exec(ctx, `INSERT INTO ledger (pass_id, position, patch, subject, author_name, author_email,
				old_commit, new_commit, ahead, published, by, reason, was)
				SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, CASE WHEN before IS NOT ?10 THEN coalesce(before, '') END
				FROM (SELECT (SELECT published FROM ledger JOIN passes ON passes.id = pass_id WHERE patch = ?3 AND track_id = ?13
					ORDER BY pass_id DESC, position DESC LIMIT 1) AS before)`,
			pass, i, string(row.Patch), row.Subject, row.Author.Name, row.Author.Email,
			hashColumn(row.Old), hashColumn(row.New), string(row.Ahead), string(row.Published), row.By, row.Reason, ix.track)
		if err != nil {
			return err
		}
		if row.Ahead != forks.Resolved && row.Published != forks.Resolved {
			continue
		}
		// The proposal that the row names, else the patch's newest decision.
		err = ix.exec(ctx, `INSERT INTO resolution_uses (resolution_id, pass_id, patch)
				SELECT id, ?, ? FROM resolutions WHERE track_id = ? AND patch = ?
				ORDER BY proposal = ? DESC, id DESC LIMIT 1 ON CONFLICT DO NOTHING`,
			pass, string(row.Patch), ix.track, string(row.Patch), row.By)
		if err != nil {
			return err
		}
	}
	return nil
}
