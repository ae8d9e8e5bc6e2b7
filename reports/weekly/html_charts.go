package weekly

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// lag draws the curve of a track, over the whole week even if that is not over.
func (w *htmlWords) lag(t Track) template.HTML {
	axis := lagAxis{w.report.From, w.report.To, w.zone}
	if end := w.report.Week.End(w.zone); end.After(axis.to) && end.Sub(axis.from) < 9*24*time.Hour {
		axis.to = end
	}
	if !axis.to.After(axis.from) {
		return ""
	}
	return lagChart(w.id(), t.Lag, axis, chartWords{"Lag of " + brief(t.Track, htmlName) + " over the week", w.lagWords(t.Lag)})
}

// lagWords tells of a curve what its drawing shows.
func (w *htmlWords) lagWords(l Lag) string {
	var first, last, most *LagPoint
	var unknown time.Duration
	for i := range l.Curve {
		p := &l.Curve[i]
		if i > 0 && (p.Lag < 0 || l.Curve[i-1].Lag < 0) {
			unknown += p.At.Sub(l.Curve[i-1].At)
		}
		if p.Lag < 0 {
			continue
		}
		if first == nil {
			first = p
		}
		if most == nil || p.Lag > most.Lag {
			most = p
		}
		last = p
	}
	if first == nil {
		return "The lag is not known."
	}
	text := fmt.Sprintf("The lag was %s at first, at most %s on %s, and %s at the end.",
		span(first.Lag), span(most.Lag), most.At.In(w.zone).Format("Mon 2 January 15:04"), span(last.Lag))
	if l.Goal > 0 {
		text += " It should be " + span(l.Goal) + " at most."
	}
	if unknown > 0 {
		text += " It is not known for " + span(Of(unknown)) + "."
	}
	return text
}

// divergence draws how a track's whole difference to its base went.
func (w *htmlWords) divergence(t Track) template.HTML {
	const name = "Difference to the base, in added plus removed lines"
	return trendChart(w.id(), t.Stack.Trend, nil, chartWords{name, trendWords(name, t.Stack.Trend, func(v float64) string { return measure(v, forks.GoalCount) })})
}

// trend draws the weeks of a goal.
func (w *htmlWords) trend(g Goal) template.HTML {
	name := wordsOf(g).Name
	return trendChart(w.id(), g.Trend, g.Goal, chartWords{name, trendWords(name, g.Trend, func(v float64) string { return measure(v, g.Unit) })})
}

// trendWords tells of a trend what its drawing shows.
func trendWords(name string, trend []TrendPoint, say func(float64) string) string {
	var known []TrendPoint
	for _, p := range trend {
		if chartKnown(p.Value) {
			known = append(known, p)
		}
	}
	if len(known) == 0 {
		return name + ": not known."
	}
	first, last := known[0], known[len(known)-1]
	low, high := *first.Value, *first.Value
	for _, p := range known {
		low, high = min(low, *p.Value), max(high, *p.Value)
	}
	text := fmt.Sprintf("%s: %s in %s", name, say(*last.Value), last.Week)
	if len(known) > 1 {
		text = fmt.Sprintf("%s: from %s in %s to %s in %s, between %s and %s", name, say(*first.Value), first.Week, say(*last.Value), last.Week, say(low), say(high))
	}
	if n := len(trend) - len(known); n > 0 {
		text += "; not known for " + count(n, "week", "weeks")
	}
	return text + "."
}

// sigs draws how upstream's commits are spread over those who look after them here.
func (w *htmlWords) sigs(u Upstream) template.HTML {
	var bars []chartBar
	var said []string
	for _, s := range u.BySIG[:min(len(u.BySIG), MaxListed)] {
		share := float64(s.Commits) / float64(max(u.Looked, 1))
		bars = append(bars, chartBar{s.SIG, numeral(s.Commits) + " · " + percent(share), share})
		said = append(said, brief(s.SIG, htmlName)+" "+numeral(s.Commits))
	}
	return barChart(w.id(), bars, chartWords{
		"Commits on the paths of each SIG",
		fmt.Sprintf("Of %s: %s. A commit may be several SIGs’.", count(u.Looked, "commit", "commits"), strings.Join(said, ", ")),
	})
}

// roles draws the busiest paths that nobody looks after, against the busiest of them.
func (w *htmlWords) roles(u Upstream) template.HTML {
	var bars []chartBar
	var said []string
	most := 1
	for _, r := range u.OpenRoles {
		most = max(most, r.Commits)
	}
	for _, r := range u.OpenRoles[:min(len(u.OpenRoles), MaxOpenRoles)] {
		path := r.Path
		if path == "" {
			path = "the top folder"
		}
		bars = append(bars, chartBar{path, count(r.Commits, "commit", "commits"), float64(r.Commits) / float64(most)})
		said = append(said, brief(path, htmlName)+" "+numeral(r.Commits))
	}
	return barChart(w.id(), bars, chartWords{"Commits on the busiest paths that nobody here looks after", strings.Join(said, ", ") + "."})
}
