package weekly

import (
	"fmt"
	"math"
	"time"
)

// shownTracks are those with room, and what is said of the others.
func (m *markdown) shownTracks() (shown []Track, rest string) {
	n := min(len(m.r.Tracks), m.room.tracks)
	if rest = m.restOf(len(m.r.Tracks)-n, 0); rest != "" {
		rest = "Tracks: " + rest + "."
	}
	return m.r.Tracks[:n], rest
}

// tracks tells how each track went.
func (m *markdown) tracks() {
	m.heading("Tracks")
	if len(m.r.Tracks) == 0 {
		m.say("The fork has no track.")
		return
	}
	m.say(aboutTracks)
	shown, rest := m.shownTracks()
	for _, t := range shown {
		m.part(t.Track, "")
		m.track(t)
	}
	m.say(rest)
}

func (m *markdown) track(t Track) {
	why := "."
	if t.Why != "" {
		why = ": " + m.sentence(t.Why) + "."
	}
	m.say("The branch "+m.name(t.Branch)+", on upstream's "+m.name(t.Follow)+".", "**"+capital(stands(t.Condition))+"**"+why)
	m.item(baseText(t))
	m.item(lagText(t.Lag))
	if c := curveText(t.Lag, m.r.From, m.r.To); c != "" {
		m.item(c)
	}
	m.item("Passes: " + passesText(t.Passes) + ".")
	for _, f := range t.Passes.Failures[:m.shown(len(t.Passes.Failures))] {
		m.item(count(f.Times, "time", "times")+", last on "+m.day(f.Last)+":", codeSpan(f.Reason, m.room.text))
	}
	m.rest(len(t.Passes.Failures)-m.shown(len(t.Passes.Failures)), 0)
	m.end()
}

func baseText(t Track) string {
	switch {
	case t.OldBase.IsZero() && t.NewBase.IsZero():
		return "Base: not known."
	case t.OldBase.IsZero():
		return "Base: `" + t.NewBase.Short() + "`, the first one."
	case t.OldBase == t.NewBase:
		return "Base: `" + t.NewBase.Short() + "`, as before."
	}
	return fmt.Sprintf("Base: `%s` → `%s`, in %s; %s taken.", t.OldBase.Short(), t.NewBase.Short(),
		count(t.Moves, "move", "moves"), count(t.Taken, "upstream commit", "upstream commits"))
}

func lagText(l Lag) string {
	if !l.Known {
		return "Lag: not known, for no pass looked at upstream."
	}
	text := "Lag now: " + span(l.Now) + " (" + count(l.Commits, "commit", "commits") + ")"
	if l.Now <= 0 && l.Commits == 0 {
		text = "Lag now: none"
	}
	switch {
	case l.Goal > 0 && l.Agreed:
		text += "; the agreed goal is " + span(l.Goal)
	case l.Goal > 0:
		text += "; config allows " + span(l.Goal)
	}
	if l.Goal > 0 && l.InSync >= 0 {
		text += ", and it was within that " + percent(l.InSync) + " of the time"
	}
	return text + "."
}

// curveText draws the lag over the week in steps of six hours, and tells its ends and its
// highest point in words.
func curveText(l Lag, from, to time.Time) string {
	const steps = 28
	values := make([]float64, steps)
	for i := range values {
		values[i] = math.NaN()
	}
	var first, last, top Seconds = -1, -1, -1
	for _, p := range l.Curve {
		if p.Lag < 0 || p.At.Before(from) || p.At.After(to) {
			continue
		}
		if first < 0 {
			first = p.Lag
		}
		last, top = p.Lag, max(top, p.Lag)
	}
	if first < 0 || !from.Before(to) {
		return ""
	}
	for i := range len(l.Curve) - 1 {
		raiseSteps(values, l.Curve[i], l.Curve[i+1], from, to)
	}
	return "Lag over the week: " + barText(values) + " (from " + heightText(first) + " to " + heightText(last) + ", at most " + heightText(top) + ")."
}

// heightText is a lag among others.
func heightText(s Seconds) string {
	if s == 0 {
		return "0"
	}
	return span(s)
}

// raiseSteps raises the steps that the line from a to b touches to its highest point in them.
func raiseSteps(values []float64, a, b LagPoint, from, to time.Time) {
	if a.Lag < 0 || b.Lag < 0 || b.At.Before(a.At) {
		return
	}
	width := to.Sub(from).Seconds() / float64(len(values))
	begin, end := a.At.Sub(from).Seconds()/width, b.At.Sub(from).Seconds()/width
	for i := max(0, int(math.Floor(begin))); i < len(values) && float64(i) <= end; i++ {
		high := math.Max(lagOnLine(a, b, begin, end, float64(i)), lagOnLine(a, b, begin, end, float64(i+1)))
		if !(values[i] >= high) {
			values[i] = high
		}
	}
}

// lagOnLine is the lag at x on the line between two points at begin and end.
func lagOnLine(a, b LagPoint, begin, end, x float64) float64 {
	if end <= begin {
		return float64(max(a.Lag, b.Lag))
	}
	x = min(max(x, begin), end)
	return float64(a.Lag) + (float64(b.Lag)-float64(a.Lag))*(x-begin)/(end-begin)
}
