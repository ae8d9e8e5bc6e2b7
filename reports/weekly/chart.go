package weekly

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// chart writes one drawing as inline SVG. Its colours are classes of the page's style;
// it has no scripts, no style attributes, and nothing that is loaded.
//
// A drawing as wide as its page has no viewBox of its own: what is placed along the axis
// is in percent, what is above another in pixels. So text keeps its size on a phone.
type chart struct{ b strings.Builder }

// chartWords is what a drawing says to those who do not see it: its name, and the numbers
// in sentences. Both may quote others.
type chartWords struct{ Title, Text string }

// newChart begins a drawing. The id is unique in its page, and part of the program.
func newChart(id, class, size string, w chartWords) *chart {
	c := new(chart)
	c.addf(`<svg class="%s" role="img" aria-labelledby="%s-t %s-d" %s>`, class, id, id, size)
	c.addf(`<title id="%s-t">%s</title><desc id="%s-d">%s</desc>`, id, chartText(w.Title), id, chartText(w.Text))
	return c
}

func (c *chart) addf(format string, parts ...any) { fmt.Fprintf(&c.b, format, parts...) }

// text writes words at a place; x is in percent or without a unit, y in pixels.
func (c *chart) text(class, x string, y int, words string) {
	c.addf(`<text class="%s" x="%s" y="%d">%s</text>`, class, x, y, chartText(words))
}

// end closes the drawing. All that others wrote in it was escaped on its way in.
func (c *chart) end() template.HTML { return template.HTML(c.b.String() + "</svg>") }

// chartText makes text from anybody fit for the inside of an element.
func chartText(s string) string { return html.EscapeString(forks.Inert(s)) }

// chartAt writes a coordinate with one digit after the point at most.
func chartAt(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

// chartPercent writes a share of the width.
func chartPercent(share float64) string {
	return strconv.FormatFloat(math.Round(chartShare(share)*1e4)/100, 'f', -1, 64) + "%"
}

// chartShare keeps v between 0 and 1; what is no number is 0.
func chartShare(v float64) float64 {
	if !(v > 0) {
		return 0
	}
	return math.Min(v, 1)
}

// chartPoint is a place in a drawing: x from 0 at the left to 1, y from 0 at the bottom to
// 1. Where gap is set there is no value.
type chartPoint struct {
	x, y float64
	gap  bool
}

// chartRuns cuts points at the gaps between them. No run is empty.
func chartRuns(points []chartPoint) (runs [][]chartPoint) {
	begin := 0
	for i := 0; i <= len(points); i++ {
		if i < len(points) && !points[i].gap {
			continue
		}
		if begin < i {
			runs = append(runs, points[begin:i])
		}
		begin = i + 1
	}
	return runs
}

// chartPath writes a run as the data of a path, in a box of the given corners.
func chartPath(run []chartPoint, left, top, right, bottom float64) string {
	var b strings.Builder
	for i, p := range run {
		verb := "L"
		if i == 0 {
			verb = "M"
		}
		b.WriteString(verb + chartAt(left+p.x*(right-left)) + " " + chartAt(bottom-p.y*(bottom-top)))
	}
	return b.String()
}
