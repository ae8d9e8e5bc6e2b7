package publish

import "time"

// leap is by how much the clock may be later than was planned, at a round, without
// having been set: a round begins late where the machine is busy.
const leap = 15 * time.Minute

// steady watches the clock: of a time that a clock shows for a moment only, before it is
// set right, nothing is concluded that lasts. The zero value has seen no time yet.
type steady struct {
	since    time.Time // since when it went on without a leap
	seen     time.Time // what it showed last
	expected time.Time // when the next look was to be
}

// look tells the time at the beginning of a round, and reports whether it is believed:
// whether it has gone on for an hour since the process began or the clock was set.
func (s *steady) look(now time.Time) bool {
	if s.since.IsZero() || now.Before(s.seen) || now.After(s.expected.Add(leap)) {
		s.since = now
	}
	s.seen, s.expected = now, now
	return s.believed(now)
}

// plan tells the time at the end of a round, and when the next one is to begin.
func (s *steady) plan(now, next time.Time) {
	if now.After(s.seen.Add(maxRound)) || now.Before(s.seen) {
		s.since = now
	}
	s.seen, s.expected = now, later(now, next)
}

func (s *steady) believed(now time.Time) bool { return now.Sub(s.since) >= settle }

// wall is a time as the clock on the wall shows it. The real clock's times say besides for
// how long the machine runs, and are compared by that: then nobody notices that the clock
// was set, or that the machine slept.
func wall(t time.Time) time.Time { return t.Round(0) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
