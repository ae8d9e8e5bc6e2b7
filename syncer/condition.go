package syncer

import (
	"errors"
	"fmt"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// NotAdoptedError says that a pass was asked of a track that nobody has adopted.
type NotAdoptedError struct{ Fork, Track string }

// Error names the track.
func (e *NotAdoptedError) Error() string {
	return fmt.Sprintf("track %s of fork %s was not adopted yet", e.Track, e.Fork)
}

// verdict is what the end of a pass says about its track.
type verdict struct {
	// condition is empty for a quiet pass: all is as it was before any trouble.
	condition forks.Condition
	reason    string
	bad       bool
}

// judge says where a pass leaves its track. Fatal problems are not judged: they end
// the loop, and say nothing about one track.
func judge(out Outcome, err error) verdict {
	var found *NotAdoptedError
	var paused *PausedError
	switch {
	case errors.As(err, &paused):
		return verdict{condition: forks.TrackPaused, reason: pausedBy(paused.Pause)}
	case err == nil && out.Plan.Paused != nil: // somebody wants it so: no fault
		return verdict{condition: forks.TrackPaused, reason: pausedBy(*out.Plan.Paused)}
	case errors.As(err, &found):
		// Both remotes were reached and nothing is wrong: a decision is wanted.
		return verdict{condition: forks.TrackFound, reason: err.Error()}
	case err != nil && forks.KindOf(err) == forks.NeedsPerson:
		return verdict{condition: forks.TrackStopped, reason: err.Error(), bad: true}
	case err != nil:
		return verdict{condition: forks.TrackFailing, reason: err.Error(), bad: true}
	case out.Plan.Stopped != nil:
		return verdict{condition: forks.TrackStopped, reason: out.Plan.Stopped.Reason + "; " + out.Plan.Stopped.Next, bad: true}
	case out.Quiet:
		return verdict{reason: "nothing has moved since the last complete pass"}
	case out.Plan.Hold != nil && out.Plan.Hold.Until.IsZero():
		return verdict{condition: forks.TrackHolding, reason: out.Plan.Hold.Reason}
	case out.Plan.Behind > 0:
		return verdict{condition: forks.TrackFollowing, reason: fmt.Sprintf("upstream is %d ahead until the next publication", out.Plan.Behind)}
	}
	return verdict{condition: forks.TrackFollowing, reason: "on upstream's tip"}
}

// applied returns the health of a track after a pass that ended at now.
func (v verdict) applied(h forks.Health, now time.Time) forks.Health {
	h = past(h, now)
	calm := h.Condition
	if troubled(calm) {
		calm = h.Before
	}
	next := v.condition
	if next == "" {
		next = calm
	}
	if next == "" {
		next = forks.TrackFollowing // only an adopted track can be quiet
	}
	if !troubled(next) {
		calm = next
	}
	h.Condition, h.Before = next, calm
	if v.bad {
		return h.Bad(now, v.reason)
	}
	return h.Good(now)
}

// troubled reports whether c says that something is wrong.
func troubled(c forks.Condition) bool { return c == forks.TrackStopped || c == forks.TrackFailing }

// past moves times of h that are not before now, because the clock was set back, to
// just before it: the newest time decides whether a track is failing.
func past(h forks.Health, now time.Time) forks.Health {
	failing, newest := h.Failing(), now.Add(-time.Second)
	for _, t := range []*time.Time{&h.FirstGood, &h.LastGood, &h.FirstBad, &h.LastBad} {
		if t.After(newest) {
			*t = newest
		}
	}
	if failing && !h.Failing() {
		h.LastGood = newest.Add(-time.Second)
		if h.FirstGood.After(h.LastGood) {
			h.FirstGood = h.LastGood
		}
	}
	return h
}

// changed tells what people want to know about the step from one health to the
// next; ok is false if it is nothing new. Of a stopped track, another reason is.
func changed(before, after forks.Health, reason string) (text string, ok bool) {
	other := after.Condition == forks.TrackStopped && before.Trouble != after.Trouble
	switch {
	case before.Condition == after.Condition && !other:
		return "", false
	case before.Condition == "":
		return reason, true
	}
	return "was " + string(before.Condition) + ": " + reason, true
}
