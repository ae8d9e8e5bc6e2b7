package weekly

import (
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// trackOf tells how a track went.
func trackOf(in Input, row forks.TrackRows) Track {
	tally := in.tally(row.Track)
	condition, why := conditionOf(in, row)
	t := Track{
		Track: row.Track, Branch: row.Branch, Follow: row.Follow, Condition: condition, Why: in.unnamed(why),
		OldBase: tally.oldBase, NewBase: tally.base, Moves: tally.moves, Taken: tally.commits,
		Lag: tally.course.lag(), Passes: passesOf(in, tally), Stack: stackOf(in, row),
	}
	if t.NewBase.IsZero() {
		t.NewBase = row.Base
	}
	if t.OldBase.IsZero() {
		t.OldBase = t.NewBase
	}
	t.Lag.Goal, t.Lag.Agreed = in.lagGoal(row.Track)
	return t
}

// passesOf counts the runs of a track's passes.
func passesOf(in Input, tally *Tally) Passes {
	p := tally.told()
	for i := range p.Failures {
		p.Failures[i].Reason = in.unnamed(p.Failures[i].Reason)
	}
	return p
}

// conditionOf is where a track stood at the end, and why it is not following. What the
// newest state says counts first; then the last change that was written down; then how
// the last pass ended.
func conditionOf(in Input, row forks.TrackRows) (c forks.Condition, why string) {
	_, to := in.told()
	at := row.Health.Condition
	text := row.Health.Trouble
	for _, e := range in.Rows.Events {
		if e.Fork == in.Fork && e.Track == row.Track && isCondition(e.Kind) && e.At.Before(to) {
			at, text = forks.Condition(e.Kind), e.Text
		}
	}
	switch {
	case row.Stopped != nil && row.Stopped.At.Before(to):
		return forks.TrackStopped, row.Stopped.Reason
	case row.Paused != nil && row.Paused.At.Before(to):
		return forks.TrackPaused, row.Paused.Because
	case at == forks.TrackStopped || at == forks.TrackFailing:
		if row.Health.Condition == at && row.Health.Trouble != "" {
			text = row.Health.Trouble
		}
		return at, text
	case row.Adopted.IsZero():
		return forks.TrackFound, ""
	case row.Hold != nil && row.Hold.Until.IsZero():
		return forks.TrackHolding, row.Hold.Reason
	case at == "" || at == forks.TrackFound:
		return forks.TrackFollowing, ""
	case at == forks.TrackFollowing:
		return at, ""
	}
	return at, text
}

// isCondition reports whether events of a kind tell that a track's condition changed.
func isCondition(kind string) bool {
	switch forks.Condition(kind) {
	case forks.TrackFound, forks.TrackFollowing, forks.TrackHolding, forks.TrackPaused, forks.TrackStopped, forks.TrackFailing:
		return true
	}
	return false
}

// troubledSince is since when a track is stopped or failing; zero where that is not known.
func troubledSince(row forks.TrackRows) time.Time {
	if row.Stopped != nil {
		return row.Stopped.At
	}
	return row.Health.FirstBad
}
