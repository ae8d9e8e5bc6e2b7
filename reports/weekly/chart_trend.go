package weekly

import (
	"html/template"
	"math"
	"strconv"
	"unicode/utf8"
)

// Sizes of a trend, in pixels.
const (
	trendWidth  = 132
	trendHeight = 40
	trendMargin = 5
)

// trendChart draws one value a week as a small line, with gaps where it is not known, and
// the goal where there is one. It is empty if no value is known.
func trendChart(id string, trend []TrendPoint, goal *float64, words chartWords) template.HTML {
	points, at := trendPoints(trend, goal)
	runs := chartRuns(points)
	if len(runs) == 0 {
		return ""
	}
	const right, bottom = trendWidth - trendMargin, trendHeight - trendMargin
	c := newChart(id, "chart trend", `width="`+strconv.Itoa(trendWidth)+`" height="`+strconv.Itoa(trendHeight)+
		`" viewBox="0 0 `+strconv.Itoa(trendWidth)+` `+strconv.Itoa(trendHeight)+`"`, words)
	c.addf(`<line class="grid" x1="0" y1="%d" x2="%d" y2="%d"/>`, trendHeight-1, trendWidth, trendHeight-1)
	if at >= 0 {
		y := chartAt(bottom - at*(bottom-trendMargin))
		c.addf(`<line class="goal" x1="0" y1="%s" x2="%d" y2="%s"/>`, y, trendWidth, y)
	}
	for i, run := range runs {
		if len(run) > 1 {
			c.addf(`<path class="line" d="%s"/>`, chartPath(run, trendMargin, trendMargin, right, bottom))
		}
		last := run[len(run)-1]
		if len(run) == 1 || i == len(runs)-1 {
			x, y := chartAt(trendMargin+last.x*(right-trendMargin)), chartAt(bottom-last.y*(bottom-trendMargin))
			c.addf(`<circle class="dot" cx="%s" cy="%s" r="3"/>`, x, y)
		}
	}
	return c.end()
}

// trendPoints places the values between the least and the greatest of them and the goal,
// and says where the goal is; -1 for none.
func trendPoints(trend []TrendPoint, goal *float64) (points []chartPoint, at float64) {
	low, high := math.Inf(1), math.Inf(-1)
	reach := func(v *float64) {
		if chartKnown(v) {
			low, high = math.Min(low, *v), math.Max(high, *v)
		}
	}
	reach(goal)
	for _, p := range trend {
		reach(p.Value)
	}
	// Else a change of little looks like one of much.
	if least := math.Abs(high) / 10; high-low < least {
		middle := high/2 + low/2
		low, high = middle-least/2, middle+least/2
	}
	place := func(v float64) float64 {
		// Halves, since the distance of two numbers may be more than a number can be.
		if wide := high/2 - low/2; wide > 0 {
			return chartShare((v/2 - low/2) / wide)
		}
		return 0.5
	}
	for i, p := range trend {
		point := chartPoint{x: 1, gap: !chartKnown(p.Value)}
		if len(trend) > 1 {
			point.x = float64(i) / float64(len(trend)-1)
		}
		if !point.gap {
			point.y = place(*p.Value)
		}
		points = append(points, point)
	}
	if !chartKnown(goal) {
		return points, -1
	}
	return points, place(*goal)
}

// chartKnown reports whether there is a value, and it is a number.
func chartKnown(v *float64) bool { return v != nil && !math.IsNaN(*v) && !math.IsInf(*v, 0) }

// chartBar is one bar: a share of the whole, from 0 to 1.
type chartBar struct {
	label, value string
	share        float64
}

// Sizes of bars, in pixels.
const (
	barRow   = 36
	barThick = 8
	barLabel = 30 // characters; wide ones count twice
)

// barChart draws bars below each other, with the name above each. It is empty without bars.
func barChart(id string, bars []chartBar, words chartWords) template.HTML {
	if len(bars) == 0 {
		return ""
	}
	c := newChart(id, "chart bars", `width="100%" height="`+strconv.Itoa(len(bars)*barRow)+`"`, words)
	for i, bar := range bars {
		y := i * barRow
		c.text("label", "0", y+14, barClip(bar.label))
		c.text("number end", "100%", y+14, bar.value)
		c.addf(`<rect class="rail" x="0" y="%d" width="100%%" height="%d" rx="2"/>`, y+20, barThick)
		if bar.share > 0 {
			c.addf(`<rect class="bar" x="0" y="%d" width="%s" height="%d" rx="2"/>`, y+20, chartPercent(bar.share), barThick)
		}
	}
	return c.end()
}

// barClip shortens a name to what fits beside a number on a phone.
func barClip(s string) string {
	s = brief(s, barLabel)
	room := barLabel
	for i, r := range s {
		if room--; r >= 0x1100 {
			room--
		}
		if room <= 0 && i+utf8.RuneLen(r) < len(s) {
			return s[:i] + "…"
		}
	}
	return s
}
