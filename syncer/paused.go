package syncer

import (
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// PausedError says that a person asked for a pass of a track that is paused.
type PausedError struct {
	Track string
	Pause forks.Pause
}

// Error says who paused it, and why.
func (e *PausedError) Error() string {
	return fmt.Sprintf("track %s is %s", e.Track, pausedBy(e.Pause))
}

// pausedBy says who paused a track, and why. The text is inert.
func pausedBy(p forks.Pause) string {
	who, why := forks.Clip(forks.Inert(p.By), 80), forks.Clip(forks.Inert(p.Because), 200)
	if who == "" {
		who = "somebody"
	}
	if why == "" {
		return "paused by " + who
	}
	return "paused by " + who + " because " + why
}

// paused is the error of a person's own pass of a track that was paused before, nil
// of any other. Who pauses it now knows that.
func paused(t forks.Track, o Options, out Outcome) error {
	now := slices.ContainsFunc(out.Taken, func(r forks.RequestRecord) bool { return !r.Verb.OfConflict() })
	if out.Plan.Paused == nil || o.Due || now {
		return nil
	}
	return &forks.Problem{Kind: forks.NeedsPerson, Err: &PausedError{t.Name, *out.Plan.Paused}, Next: "auxsync resume " + t.Name}
}
