package syncer

import (
	"maps"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

const (
	// firstTry is the wait after the first failure that passes by itself. It doubles
	// quickTries-1 times: 1, 2, 4, 8, 16 min.
	firstTry   = time.Minute
	quickTries = 5
	// slowest is the most intervals between two tries.
	slowest = 4
	// believed bounds a problem's NotBefore: neither a wrong clock nor a hostile
	// remote silences a track for longer.
	believed = 24 * time.Hour
	// setBack is how much farther away than when it was booked a pass must be before
	// the clock counts as set. Less is a clock being disciplined.
	setBack = time.Minute
	// shortest keeps the loop from spinning, whatever the config says.
	shortest = time.Second
)

// trackKey names a track among those of all forks.
type trackKey struct{ fork, name string }

func keyOf(t forks.Track) trackKey { return trackKey{t.Fork, t.Name} }

func (k trackKey) String() string { return k.fork + "/" + k.name }

// entry says when the next pass of a track is due. It has one time, not a list of
// missed ones: whether one interval was missed or a hundred, one pass is due.
type entry struct {
	track forks.Track
	// due is wall clock without a monotonic reading, which stands still while the
	// machine sleeps.
	due      time.Time
	wait     time.Duration // how far away due was when it was booked
	failures int           // in a row, of the kind that is tried again
	asked    bool          // for a pass now, and none has begun since
}

// interval is the track's, within reason.
func (e entry) interval() time.Duration { return max(e.track.Interval, shortest) }

// vary moves d by at most the track's jitter; random is in [0,1).
func (e entry) vary(d time.Duration, random float64) time.Duration {
	varied := d + time.Duration(float64(d)*e.track.Jitter*(2*random-1))
	return max(varied, d/10) // with a jitter of 1 the next pass must not follow at once
}

// in books the next pass.
func (e entry) in(wait time.Duration, now time.Time) entry {
	e.due, e.wait = now.Round(0).Add(wait), wait
	return e
}

// ask makes a pass due now.
func (e entry) ask(now time.Time) entry {
	e.asked = true
	return e.in(0, now)
}

// settled books the pass after one that ended well, or that needs a person: who may
// have acted by then, so such a track is looked at as often as any other.
func (e entry) settled(now time.Time, random float64) entry {
	e.failures = 0
	return e.in(e.vary(e.interval(), random), now)
}

// by books the pass for a time at which it is due in any case, if that comes before; zero
// changes nothing.
func (e entry) by(at, now time.Time) entry {
	if wait := at.Sub(now); !at.IsZero() && wait < e.wait {
		return e.in(max(wait, shortest), now)
	}
	return e
}

// failed books the next try. A problem that passes by itself gets its quick tries
// first; all others are as slow as the sixth try at once.
func (e entry) failed(now, notBefore time.Time, quick bool, random float64) entry {
	e.failures++
	slow := e.failures - 1
	if quick {
		slow -= quickTries
	}
	var wait time.Duration
	if slow < 0 {
		wait = min(e.vary(firstTry<<(e.failures-1), random), e.interval())
	} else {
		wait = e.vary(time.Duration(min(1<<min(slow, 8), slowest))*e.interval(), random)
	}
	if until := min(notBefore.Sub(now), believed); !notBefore.IsZero() && until > wait {
		// Many tracks may be told the same time; they do not come back as one.
		wait = until + time.Duration(float64(e.interval())*e.track.Jitter*random)
	}
	return e.in(wait, now)
}

// pulled corrects an entry that the clock moved away from by being set back.
func (e entry) pulled(now time.Time) entry {
	if e.due.Sub(now) <= e.wait+setBack {
		return e
	}
	return e.in(min(e.wait, e.interval()), now)
}

// schedule holds an entry for each track, in the order of the config.
type schedule []entry

// find returns the index of a track, or -1.
func (s schedule) find(k trackKey) int {
	return slices.IndexFunc(s, func(e entry) bool { return keyOf(e.track) == k })
}

// pulled corrects all entries after the clock was set back.
func (s schedule) pulled(now time.Time) schedule {
	s = slices.Clone(s)
	for i := range s {
		s[i] = s[i].pulled(now)
	}
	return s
}

// with returns the schedule of tracks. New ones, and those with other work than
// before, are due now; the others keep their time, unless their interval became
// shorter than that.
func (s schedule) with(tracks []forks.Track, now time.Time) schedule {
	next := make(schedule, 0, len(tracks))
	for _, t := range tracks {
		i := s.find(keyOf(t))
		if i < 0 || !sameWork(s[i].track, t) {
			next = append(next, entry{track: t}.ask(now))
			continue
		}
		e := s[i]
		shorter := t.Interval < e.track.Interval
		e.track = t
		if shorter && e.due.Sub(now) > e.interval() {
			e = e.in(e.interval(), now)
		}
		next = append(next, e)
	}
	return next
}

// sameWork reports whether two forms of a track follow the same, publish to the
// same place, and reach both in the same way.
func sameWork(a, b forks.Track) bool {
	return a.Upstream == b.Upstream && a.URL == b.URL && a.Follow == b.Follow && a.Branch == b.Branch &&
		a.StackFrom == b.StackFrom && a.Forge == b.Forge && a.Credential == b.Credential &&
		a.GitHub.API == b.GitHub.API && a.GitHub.AppID == b.GitHub.AppID && a.GitHub.InstallationID == b.GitHub.InstallationID &&
		slices.Equal(a.AllowTransports, b.AllowTransports)
}

// begin chooses the passes that begin now: those that have been due for longest, at
// most free of them, and one a fork, none where busy says that something runs.
func (s schedule) begin(now time.Time, busy map[string]bool, free int) []trackKey {
	due := slices.DeleteFunc(slices.Clone(s), func(e entry) bool { return e.due.After(now) })
	slices.SortStableFunc(due, func(a, b entry) int { return a.due.Compare(b.due) })
	taken := maps.Clone(busy)
	if taken == nil {
		taken = map[string]bool{}
	}
	var out []trackKey
	for _, e := range due {
		if len(out) >= free {
			break
		}
		if !taken[e.track.Fork] {
			taken[e.track.Fork] = true
			out = append(out, keyOf(e.track))
		}
	}
	return out
}

// overdue counts the tracks whose time has come.
func (s schedule) overdue(now time.Time) int {
	n := 0
	for _, e := range s {
		if !e.due.After(now) {
			n++
		}
	}
	return n
}

// ahead is the time until the next pass that is not due yet; ok is false if there is
// none.
func (s schedule) ahead(now time.Time) (d time.Duration, ok bool) {
	later := slices.DeleteFunc(slices.Clone(s), func(e entry) bool { return !e.due.After(now) })
	if len(later) == 0 {
		return 0, false
	}
	first := slices.MinFunc(later, func(a, b entry) int { return a.due.Compare(b.due) })
	return first.due.Sub(now), true
}
