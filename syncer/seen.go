package syncer

import (
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// lastSeen is what is remembered of a complete pass: with it the next one knows whether
// anything has moved, without reading an object.
type lastSeen struct {
	refs  string    // see [visit.fingerprint]
	until time.Time // when what is ready is published, zero if nothing is
	wake  time.Time // when time alone makes a pass due, zero if it does not
	crowd string    // where the fork's other tracks stood, if any may have the answer to a conflict
}

// The words that join what was seen.
const (
	seenUntil = " until "
	seenWake  = " wake "
	seenCrowd = " crowd "
)

// String is the form in which it is stored; [parseSeen] reads it.
func (s lastSeen) String() string {
	text := s.refs
	if !s.until.IsZero() {
		text += seenUntil + s.until.UTC().Format(time.RFC3339)
	}
	if !s.wake.IsZero() {
		text += seenWake + s.wake.UTC().Format(time.RFC3339)
	}
	if s.crowd != "" {
		text += seenCrowd + s.crowd
	}
	return text
}

// parseSeen reads what String wrote. A time that cannot be read has come.
func parseSeen(text string) (s lastSeen) {
	text, s.crowd, _ = strings.Cut(text, seenCrowd)
	text, wake, wakes := strings.Cut(text, seenWake)
	refs, until, waits := strings.Cut(text, seenUntil)
	s.refs = refs
	if waits {
		s.until = timeOr(until)
	}
	if wakes {
		s.wake = timeOr(wake)
	}
	return s
}

func timeOr(text string) time.Time {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at
	}
	return time.Unix(0, 0)
}

// seen is what is remembered of a pass that has applied p and found f after that; next is
// when time alone makes another one due.
func (v *visit) seen(f found, p forks.Plan, next time.Time) string {
	s := lastSeen{refs: v.fingerprint(f), wake: next}
	if p.Hold != nil {
		s.until = p.Hold.Until
	}
	if slices.ContainsFunc(p.State.Proposals, func(p forks.Proposal) bool { return p.Status.Pending() }) {
		s.crowd = f.othersDigest()
	}
	return s.String()
}

// wakes is when time alone makes the next pass due; zero if it does not.
func wakes(s forks.State) (at time.Time) {
	for _, p := range s.Proposals {
		if p.Status == forks.Queued && p.Waits != nil {
			at = sooner(at, p.Waits.Until)
		}
	}
	return at
}

// sooner is the first of two times, of which zero is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// quiet reports whether nothing has moved since the pass that saw last, and when time
// alone will make a pass due; zero if it will not. A publication that only waits for its
// time is still news for whoever does not want to wait.
func (v *visit) quiet(last string) (quiet bool, next time.Time) {
	s, now := parseSeen(last), v.Clock.Now()
	switch {
	case s.refs != v.fingerprint(v.found), len(v.heard.requests) > 0:
		return false, next
	case s.crowd != "" && s.crowd != v.found.othersDigest():
		return false, next
	case !s.wake.IsZero() && !now.Before(s.wake):
		return false, next
	case !s.until.IsZero() && (!v.opts.Due || !now.Before(s.until)):
		return false, next
	}
	return true, s.wake
}

// begins reports whether a conflict that is not asked about yet has waited since the pass
// that made this state.
func begins(s forks.State, id forks.ProposalID) bool {
	return slices.ContainsFunc(s.Proposals, func(p forks.Proposal) bool {
		return p.ID == id && p.Waits != nil && p.Waits.Since.Equal(s.At)
	})
}
