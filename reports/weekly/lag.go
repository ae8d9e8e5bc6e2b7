package weekly

import (
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// The lag of a track, as it is measured here, at a time t:
//
//   - The newest run that looked at upstream and ended before t tells since when upstream
//     has had a commit that the branch does not have. The lag is the time from then to t,
//     and 0 where the branch had everything. Between two runs it grows with the clock:
//     what upstream did meanwhile nobody has seen yet.
//   - Runs that found nothing moved confirm what was known. Failed ones tell nothing.
//   - Once no run has looked for longer than [TallyOptions.Silence] the lag is unknown,
//     until one looks again.
//
// The track is in sync while its lag is known and within the goal. The share of a week is
// of the time from the first run that tells anything on: what came before, such as the
// days before an adoption, does not count. Unknown times after that count, as not in sync:
// silence is a fault.

// look is what the newest look at upstream told.
type look struct {
	known bool
	since time.Time // upstream has had what the branch lacks; zero: the branch has it all
	lacks int
	tip   forks.Hash // upstream's, where the run tells it
	until time.Time  // it counts
}

// at reports the lag at a time after the look; ok is false once it does not count.
func (l look) at(t time.Time) (lag time.Duration, ok bool) {
	if !l.known || !t.Before(l.until) {
		return 0, false
	}
	return l.behind(t), true
}

func (l look) behind(t time.Time) time.Duration {
	if l.since.IsZero() {
		return 0
	}
	return max(0, t.Sub(l.since))
}

// course is the way of a track through the weeks.
type course struct {
	o      TallyOptions
	bounds [TrendWeeks + 1]time.Time // of the weeks, none after the end
	now    time.Time                 // up to which it is measured
	week   int                       // that now is in
	look   look
	// divergence is the last that is known.
	divergence *forks.Divergence
	weeks      [TrendWeeks]stage
	curve      curve
}

// stage is what is measured of one week.
type stage struct {
	counted, inSync time.Duration
	// The rest is at its end.
	known bool
	lag   Seconds
	lines *float64 // of the divergence, added and removed; nil where that is not known
}

// share is the share of the time in sync; ok is false where nothing is known.
func (s stage) share() (share float64, ok bool) {
	if s.counted <= 0 {
		return 0, false
	}
	return float64(s.inSync) / float64(s.counted), true
}

func newCourse(starts [TrendWeeks + 1]time.Time, o TallyOptions) course {
	c := course{o: o, bounds: starts}
	for i, at := range starts {
		c.bounds[i] = earlier(at, o.End)
	}
	c.now = c.bounds[0]
	c.curve = newCurve(c.bounds[TrendWeeks-1], c.bounds[TrendWeeks])
	return c
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// see goes on to the end of a run, and takes in what it found out.
func (c *course) see(p forks.PassRecord) {
	at := p.Started.Add(lasted(p))
	if !at.Before(c.o.End) {
		return
	}
	c.advance(at)
	if d := p.Digest; d != nil && p.Outcome != forks.PassFailed {
		c.look = look{known: true, lacks: max(0, d.Lacks), tip: p.UpstreamTip}
		if !d.LacksSince.IsZero() {
			c.look.since = earlier(d.LacksSince, at)
		}
		if d.Divergence != nil {
			c.divergence = d.Divergence
		}
	} else if p.Outcome == forks.PassFailed {
		c.look.until = earlier(c.look.until, at) // it could not look: what was seen before may be over
		return
	} else if !c.confirm(p) {
		return
	}
	c.look.until = later(at, c.now).Add(c.counts(at))
}

// confirm reports whether a run without a digest says how far behind the branch is.
func (c *course) confirm(p forks.PassRecord) bool {
	switch {
	case !looked(p.Outcome):
		return false
	case !p.NewBase.IsZero() && p.NewBase == p.UpstreamTip:
		c.look = look{known: true, tip: p.UpstreamTip} // its base is upstream's newest commit
		return true
	case p.Outcome == forks.PassPublished:
		c.look = look{} // the database was made anew since, and does not have what it found out
		return false
	}
	moved := !c.look.tip.IsZero() && !p.UpstreamTip.IsZero() && c.look.tip != p.UpstreamTip
	return c.look.known && !moved
}

// counts is how long a look counts.
func (c *course) counts(at time.Time) time.Duration {
	const thin = 48 * time.Hour
	if at.Before(c.o.Thinned) {
		return max(c.o.Silence, thin)
	}
	return c.o.Silence
}

// advance measures on to a time; never back, and not beyond the end.
func (c *course) advance(to time.Time) {
	for c.now.Before(to) && c.week < TrendWeeks {
		end := earlier(to, c.bounds[c.week+1])
		if c.now.Before(end) {
			c.measure(c.now, end)
			c.now = end
		}
		if end.Equal(c.bounds[c.week+1]) {
			c.finish()
			c.week++
		}
	}
}

// measure counts a time within one week in which nobody looked.
func (c *course) measure(from, to time.Time) {
	w := &c.weeks[c.week]
	known := from
	if c.look.known {
		known = later(from, earlier(to, c.look.until))
		synced := known
		if !c.look.since.IsZero() {
			synced = earlier(synced, c.look.since.Add(c.o.Goal.Duration()))
		}
		w.counted += to.Sub(from)
		w.inSync += max(0, synced.Sub(from))
	}
	if c.week == TrendWeeks-1 {
		c.curve.run(stretch{from, known, true, c.look.since})
		c.curve.run(stretch{known, to, false, time.Time{}})
	}
}

// finish notes how the track stood at the end of a week.
func (c *course) finish() {
	w := &c.weeks[c.week]
	lag, known := c.look.at(c.bounds[c.week+1])
	w.known, w.lag = known, Of(lag)
	if c.divergence != nil {
		lines := float64(c.divergence.Added + c.divergence.Removed)
		w.lines = &lines
	}
}

// closed is the way up to the end, and leaves c as it is.
func (c *course) closed() *course {
	done := *c
	done.curve = c.curve.clone()
	done.advance(c.o.End)
	return &done
}

// lag tells of the report's week, up to the end.
func (c *course) lag() Lag {
	done := c.closed()
	last := done.weeks[TrendWeeks-1]
	l := Lag{Goal: c.o.Goal, InSync: -1, Known: last.known, Now: last.lag, Curve: done.curve.points()}
	if last.known {
		l.Commits = c.look.lacks
	}
	if share, ok := last.share(); ok {
		l.InSync = share
	}
	return l
}
