package weekly

import (
	"html/template"
	"math"
	"strconv"
	"time"
)

// Sizes of the lag curve, in pixels.
const (
	lagTop    = 18  // where the plot begins: above it there is room for the highest label
	lagBottom = 148 // where it ends
	lagHeight = 172 // of all, with the days below
)

// longestLag is what is drawn of a lag: beyond it, only the words are exact.
const longestLag = Seconds(100 * 365 * 24 * 3600)

// lagAxis is the time that a lag curve spans.
type lagAxis struct {
	from, to time.Time
	zone     *time.Location
}

// at is the place of a time on the axis.
func (a lagAxis) at(t time.Time) float64 {
	return chartShare(t.Sub(a.from).Seconds() / a.to.Sub(a.from).Seconds())
}

// days are the beginnings of the days on the axis, by the calendar of its zone; nil if
// there are too many to name.
func (a lagAxis) days() (list []time.Time) {
	y, m, d := a.from.In(a.zone).Date()
	for i := 0; i < 10; i++ {
		t := time.Date(y, m, d+i, 0, 0, 0, 0, a.zone)
		if !t.Before(a.to) {
			return list
		}
		if !t.Before(a.from) {
			list = append(list, t)
		}
	}
	return nil
}

// lagChart draws how far behind a track was, with the goal and with bands where nothing is
// known. It is empty if nothing is known at all.
func lagChart(id string, l Lag, axis lagAxis, words chartWords) template.HTML {
	top := lagScale(l)
	points, known := lagPoints(l.Curve, axis, top)
	if !known {
		return ""
	}
	c := newChart(id, "chart lag", `width="100%" height="`+strconv.Itoa(lagHeight)+`"`, words)
	c.lagGaps(points)
	c.lagGrid(axis, top)
	runs := chartRuns(points)
	c.addf(`<svg class="plot" x="0" y="%d" width="100%%" height="%d" viewBox="0 0 1000 1000" preserveAspectRatio="none">`, lagTop, lagBottom-lagTop)
	for _, run := range runs {
		if len(run) > 1 {
			line := chartPath(run, 0, 0, 1000, 1000)
			c.addf(`<path class="area" d="%sL%s 1000L%s 1000Z"/>`, line, chartAt(run[len(run)-1].x*1000), chartAt(run[0].x*1000))
			c.addf(`<path class="line" d="%s"/>`, line)
		}
	}
	c.addf(`</svg>`)
	for i, run := range runs {
		if last := run[len(run)-1]; len(run) == 1 || i == len(runs)-1 {
			c.addf(`<circle class="dot" cx="%s" cy="%s" r="3.5"/>`, chartPercent(last.x), chartAt(lagY(last.y)))
		}
	}
	c.lagTicks(top)
	if l.Goal > 0 {
		y := lagY(chartShare(float64(l.Goal) / float64(top)))
		c.addf(`<line class="goal" x1="0" y1="%s" x2="100%%" y2="%s"/>`, chartAt(y), chartAt(y))
		c.text("goal end", "100%", int(y)-5, "goal "+span(l.Goal))
	}
	return c.end()
}

// lagY is the height of a share of the scale, in pixels from above.
func lagY(share float64) float64 { return lagBottom - share*(lagBottom-lagTop) }

// lagScale is the lag at the top of the drawing: a little more than the longest one and
// the goal.
func lagScale(l Lag) Seconds {
	top := l.Goal
	for _, p := range l.Curve {
		top = max(top, p.Lag)
	}
	top = min(top, longestLag)
	return max(top+top/12, 3600)
}

// lagPoints places the curve. Times that go back or lie outside are put to the nearest
// place where they could be.
func lagPoints(curve []LagPoint, axis lagAxis, top Seconds) (points []chartPoint, known bool) {
	before := 0.0
	for _, p := range curve {
		before = max(before, axis.at(p.At))
		gap := p.Lag < 0
		points = append(points, chartPoint{before, chartShare(float64(p.Lag) / float64(top)), gap})
		known = known || !gap
	}
	return points, known
}

// lagGaps draws bands where the lag is not known.
func (c *chart) lagGaps(points []chartPoint) {
	for i := 1; i < len(points); i++ {
		from := points[i-1].x
		if !points[i-1].gap && !points[i].gap {
			continue
		}
		for i+1 < len(points) && (points[i].gap || points[i+1].gap) {
			i++
		}
		if wide := points[i].x - from; wide > 0 {
			c.addf(`<rect class="unknown" x="%s" y="%d" width="%s" height="%d"/>`, chartPercent(from), lagTop, chartPercent(wide), lagBottom-lagTop)
			if wide > 0.22 {
				c.text("mid", chartPercent(from+wide/2), (lagTop+lagBottom)/2, "not known")
			}
		}
	}
}

// lagGrid draws the lines that lags and days are read from.
func (c *chart) lagGrid(axis lagAxis, top Seconds) {
	for at, step := Seconds(0), lagStep(top); at <= top; at += step {
		y := chartAt(lagY(float64(at) / float64(top)))
		c.addf(`<line class="grid" x1="0" y1="%s" x2="100%%" y2="%s"/>`, y, y)
	}
	days := axis.days()
	for i, day := range days {
		next := axis.to
		if i+1 < len(days) {
			next = days[i+1]
		}
		at, end := axis.at(day), axis.at(next)
		if i > 0 {
			c.addf(`<line class="day" x1="%s" y1="%d" x2="%s" y2="%d"/>`, chartPercent(at), lagBottom, chartPercent(at), lagBottom+5)
		}
		if end-at > 0.1 {
			c.text("mid", chartPercent((at+end)/2), lagHeight-6, day.Format("Mon"))
		}
	}
}

// lagTicks names the lines. They are words on the curve, not below it.
func (c *chart) lagTicks(top Seconds) {
	step := lagStep(top)
	for at := step; at <= top; at += step {
		c.text("tick", "0", int(lagY(float64(at)/float64(top)))-4, span(at))
	}
}

// lagStep is the distance of lines that leaves two to four of them above the ground.
func lagStep(top Seconds) Seconds {
	for _, step := range []Seconds{900, 1800, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 2 * 24 * 3600, 4 * 24 * 3600, 7 * 24 * 3600} {
		if top/step <= 4 {
			return step
		}
	}
	week := Seconds(7 * 24 * 3600)
	return week * Seconds(math.Ceil(float64(top)/float64(4*week)))
}
