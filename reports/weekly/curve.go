package weekly

import (
	"cmp"
	"slices"
	"time"
)

// maxCurve bounds the points of a curve.
const maxCurve = 200

// slots is into how many equal parts a week is cut where it has too many points: of each
// part five are kept, and that is less than maxCurve.
const slots = 39

// curve collects the points of a lag. It keeps all of them while they are few. Else it
// keeps, of each part of the time, the first and the last one, the lowest, the highest,
// and one at which the lag was unknown: so no extreme is lost, nor how far it fell.
type curve struct {
	from  time.Time
	width time.Duration // of a slot
	open  stretch       // the newest, which may go on
	last  LagPoint
	added int
	all   []LagPoint // as long as there are at most maxCurve
	slots [slots]slot
}

// stretch is a time in which the lag runs straight.
type stretch struct {
	from, to time.Time
	known    bool
	since    time.Time // as in look
}

// slot is what is kept of a part of the time.
type slot struct{ first, low, high, gap, last numbered }

// numbered is a point with its place among all points, from 1.
type numbered struct {
	n int
	LagPoint
}

func newCurve(from, to time.Time) curve {
	return curve{from: from, width: max(1, to.Sub(from)/slots)}
}

func (c *curve) clone() curve {
	clone := *c
	clone.all = slices.Clone(c.all)
	return clone
}

// run adds a time that follows the one before, or goes on with it.
func (c *curve) run(s stretch) {
	switch {
	case !s.from.Before(s.to):
	case c.open.to.Equal(s.from) && c.open.known == s.known && c.open.since.Equal(s.since):
		c.open.to = s.to
	default:
		c.flush()
		c.open = s
	}
}

// flush adds the two ends of the open stretch.
func (c *curve) flush() {
	if !c.open.from.Before(c.open.to) {
		return
	}
	for _, at := range []time.Time{c.open.from, c.open.to} {
		lag := Seconds(-1)
		if c.open.known {
			lag = Of(look{since: c.open.since}.behind(at))
		}
		c.add(LagPoint{at, lag})
	}
	c.open = stretch{}
}

func (c *curve) add(p LagPoint) {
	if c.added > 0 && c.last.At.Equal(p.At) && c.last.Lag == p.Lag {
		return
	}
	c.last = p
	c.added++
	if c.added <= maxCurve {
		c.all = append(c.all, p)
	}
	c.slots[min(slots-1, max(0, int(p.At.Sub(c.from)/c.width)))].add(numbered{c.added, p})
}

func (s *slot) add(p numbered) {
	if s.first.n == 0 {
		s.first = p
	}
	s.last = p
	switch {
	case p.Lag < 0:
		if s.gap.n == 0 {
			s.gap = p
		}
		return
	case s.low.n == 0 || p.Lag < s.low.Lag:
		s.low = p
	}
	if s.high.n == 0 || p.Lag > s.high.Lag {
		s.high = p
	}
}

// points are those that are kept, in order.
func (c *curve) points() []LagPoint {
	done := c.clone()
	done.flush()
	if done.added <= maxCurve {
		return append([]LagPoint{}, done.all...)
	}
	var kept []numbered
	for _, s := range done.slots {
		for _, p := range []numbered{s.first, s.low, s.high, s.gap, s.last} {
			if p.n > 0 {
				kept = append(kept, p)
			}
		}
	}
	slices.SortFunc(kept, func(a, b numbered) int { return cmp.Compare(a.n, b.n) })
	points := []LagPoint{}
	for i, p := range kept {
		if i == 0 || kept[i-1].n != p.n {
			points = append(points, p.LagPoint)
		}
	}
	return points
}
