package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// WeeklyRows returns what is on record about a fork, and what happened from one time until
// before another, all of it as it was at one moment. What is of the newest state, or ever,
// it tells whatever these times are. It takes as long as there are rows of those kinds:
// neither runs of passes nor ledgers in which nothing changed make it slower. A fork of
// which nothing is known has no tracks.
func (s *Store) WeeklyRows(ctx context.Context, fork string, from, to time.Time) (forks.WeeklyRows, error) {
	w := forks.WeeklyRows{Fork: fork}
	err := s.view(ctx, "read a week from", func(v snapshot) error { return v.weekly(ctx, &w, from, to) })
	return w, err
}

// Recorded returns when the first pass of a fork was made that is on record, zero if there
// is none.
func (s *Store) Recorded(ctx context.Context, fork string) (first time.Time, err error) {
	err = s.view(ctx, "read passes from", func(v snapshot) (err error) {
		first, err = v.recorded(ctx, fork)
		return err
	})
	return first, err
}

func (v snapshot) weekly(ctx context.Context, w *forks.WeeklyRows, from, to time.Time) (err error) {
	since, until := timeColumn(from), timeColumn(to)
	if w.Tracks, err = v.tracks(ctx, w.Fork); err != nil {
		return err
	}
	for i := range w.Tracks {
		if err := v.track(ctx, w.Fork, &w.Tracks[i], from, to); err != nil {
			return err
		}
	}
	w.Requests, err = requests(ctx, v, `WHERE fork = ?1 AND (made_at >= ?2 AND made_at < ?3 OR taken_at >= ?2 AND taken_at < ?3)
			ORDER BY requests.id`, w.Fork, since, until)
	if err != nil {
		return err
	}
	if w.Waiting, err = waiting(ctx, v, w.Fork); err != nil {
		return err
	}
	w.Events, err = events(ctx, v, `WHERE at >= ? AND at < ? AND (events.track_id IS NULL OR fork = ?)
			ORDER BY at, events.id`, since, until, w.Fork)
	if err != nil {
		return err
	}
	if w.Runs, err = v.runs(ctx, from, to); err != nil {
		return err
	}
	if w.Samples, err = samples(ctx, v, w.Fork, from, to); err != nil {
		return err
	}
	if w.FirstSolved, err = v.firstSolved(ctx, w.Fork); err != nil {
		return err
	}
	w.Recorded, err = v.recorded(ctx, w.Fork)
	return err
}

// runs reads those of the service that touch a time. One that told no end lasted until the
// next one began, at the most.
func (v snapshot) runs(ctx context.Context, from, to time.Time) ([]forks.Run, error) {
	return collect(ctx, v, "read runs from", func(rows *sql.Rows) (run forks.Run, err error) {
		err = rows.Scan(&run.ID, &run.Version, &run.PID, timeInto(&run.Started), timeInto(&run.Ended), &run.How)
		return run, err
	}, `SELECT id, version, pid, started, ended, how FROM (
			SELECT *, coalesce(ended, lead(started) OVER (ORDER BY id)) AS until FROM runs)
		WHERE started < ?2 AND (until IS NULL OR until > ?1 OR started >= ?1) ORDER BY id`, timeColumn(from), timeColumn(to))
}

// firstSolved tells when each person's first answer to a conflict of the fork was given.
func (v snapshot) firstSolved(ctx context.Context, fork string) (map[string]time.Time, error) {
	first := map[string]time.Time{}
	err := each(ctx, v, "read resolutions from", func(rows *sql.Rows) error {
		var who string
		var at time.Time
		if err := rows.Scan(&who, timeInto(&at)); err != nil {
			return err
		}
		first[who] = at
		return nil
	}, `SELECT who, min(at) FROM (
			SELECT decided_by AS who, decided_at AS at, track_id FROM resolutions
			UNION ALL SELECT closed_by, closed, track_id FROM proposals WHERE `+harvested+`)
		WHERE who != '' AND at IS NOT NULL AND track_id IN (SELECT id FROM tracks WHERE fork = ?) GROUP BY who`, fork)
	return first, err
}

// harvested holds for the proposals whose answer was taken in; one that is cleaned up by
// now tells by its pass.
const harvested = `(taken > 0 OR status = '` + string(forks.Harvested) + `')`

// recorded looks up the first pass of each track by an index.
func (v snapshot) recorded(ctx context.Context, fork string) (first time.Time, err error) {
	err = v.tx.QueryRowContext(ctx, `SELECT min((SELECT min(started) FROM passes WHERE track_id = tracks.id))
			FROM tracks WHERE fork = ?`, fork).Scan(timeInto(&first))
	if err != nil {
		return time.Time{}, v.failed("read passes from", err)
	}
	return first, nil
}

// tracks reads what the newest states say of the tracks themselves. What is the fork's has
// no track, but a row without a name.
func (v snapshot) tracks(ctx context.Context, fork string) ([]forks.TrackRows, error) {
	return collect(ctx, v, "read tracks from", func(rows *sql.Rows) (t forks.TrackRows, err error) {
		var hold forks.Hold
		var stop forks.Stop
		var pause forks.Pause
		h := &t.Health
		err = rows.Scan(&t.Track, &t.Branch, &t.Follow, &t.Upstream, timeInto(&t.Adopted),
			hashInto(&t.Base), hashInto(&t.Tip), hashInto(&t.UpstreamTip), &t.Pass,
			hashInto(&hold.Commit), &hold.Reason, timeInto(&hold.Until),
			&stop.Reason, &stop.Next, hashInto(&stop.Tip), timeInto(&stop.At),
			&pause.By, &pause.Because, timeInto(&pause.At), &pause.Ref,
			timeInto(&h.FirstGood), timeInto(&h.LastGood), timeInto(&h.FirstBad), timeInto(&h.LastBad), &h.Trouble, &h.Condition, &h.Before)
		t.Hold, t.Stopped, t.Paused = unlessZero(hold), unlessZero(stop), unlessZero(pause)
		return t, err
	}, `SELECT name, branch, follow, upstream, adopted_at, base, tip, upstream_tip, pass,
		hold_commit, hold_reason, hold_until, stop_reason, stop_next, stop_tip, stop_at,
		paused_by, paused_because, paused_at, paused_ref,
		first_good, last_good, first_bad, last_bad, trouble, condition, calm_condition
		FROM tracks WHERE fork = ? AND name != '' ORDER BY name`, fork)
}

func unlessZero[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// track reads the rest about a track.
func (v snapshot) track(ctx context.Context, fork string, t *forks.TrackRows, from, to time.Time) error {
	id, err := v.knownTrack(ctx, fork, t.Track)
	if err == nil {
		t.Stack, t.Ended, err = patches(ctx, v, fork, t.Track)
	}
	if err == nil {
		t.Proposals, err = proposals(ctx, v, ever, fork, t.Track)
	}
	if err != nil {
		return err
	}
	t.Asked = map[forks.PatchID]int{}
	for _, p := range t.Proposals {
		for _, patch := range p.Patches() {
			t.Asked[patch]++ // each round is a proposal of its own
		}
	}
	if t.Decisions, err = v.decisions(ctx, id); err != nil {
		return err
	}
	if t.Reused, err = v.reused(ctx, id, from, to); err != nil {
		return err
	}
	t.Turns, err = v.turns(ctx, id, from, to)
	return err
}

func (v snapshot) decisions(ctx context.Context, track int64) ([]forks.Decision, error) {
	return collect(ctx, v, "read questions from", func(rows *sql.Rows) (d forks.Decision, err error) {
		err = rows.Scan(&d.Patch, &d.Proposal, &d.Question, timeInto(&d.Asked))
		return d, err
	}, `SELECT patch, proposal, question, asked FROM decisions WHERE track_id = ? ORDER BY position`, track)
}

// reused reads the first use of each answer by each patch that it was not asked for. A
// pass that uses it again tells nothing new.
func (v snapshot) reused(ctx context.Context, track int64, from, to time.Time) ([]forks.Reuse, error) {
	return collect(ctx, v, "read resolutions from", func(rows *sql.Rows) (r forks.Reuse, err error) {
		err = rows.Scan(&r.Patch, &r.Pass, timeInto(&r.At), &r.Proposal, &r.By)
		return r, err
	}, `SELECT u.patch, number, started, r.proposal, r.decided_by FROM (
			SELECT resolution_id, patch, min(pass_id) AS pass FROM resolution_uses
			WHERE resolution_id IN (SELECT id FROM resolutions WHERE track_id = ?1) GROUP BY resolution_id, patch) AS u
		JOIN resolutions AS r ON r.id = resolution_id JOIN passes ON passes.id = u.pass
		WHERE started >= ?2 AND started < ?3
		AND (r.proposal = '' OR EXISTS (SELECT 1 FROM proposals AS p WHERE p.id = r.proposal AND NOT (p.track_id = ?1 AND p.patch = u.patch)
			AND p.track_id IN (SELECT id FROM tracks WHERE fork = (SELECT fork FROM tracks WHERE id = ?1))))
		AND NOT EXISTS (SELECT 1 FROM proposals AS p WHERE p.id = r.proposal AND p.track_id = ?1 AND p.patch = u.patch)
		ORDER BY u.pass, u.patch`, track, timeColumn(from), timeColumn(to))
}

// turns reads the rows of ledgers that differ from the row of their patch before.
func (v snapshot) turns(ctx context.Context, track int64, from, to time.Time) ([]forks.Turn, error) {
	return collect(ctx, v, "read ledgers from", func(rows *sql.Rows) (t forks.Turn, err error) {
		r := &t.Row
		err = rows.Scan(&t.Pass, timeInto(&t.At), &r.Patch, &r.Subject, &r.Author.Name, &r.Author.Email,
			hashInto(&r.Old), hashInto(&r.New), &r.Ahead, &r.Published, &r.By, &r.Reason, &t.Was)
		return t, err
	}, `SELECT number, started, patch, subject, author_name, author_email, old_commit, new_commit, ahead, published, by, reason, was
		FROM passes JOIN ledger ON pass_id = passes.id
		WHERE track_id = ? AND state_commit IS NOT NULL AND started >= ? AND started < ? AND was IS NOT NULL
		ORDER BY passes.id, position`, track, timeColumn(from), timeColumn(to))
}
