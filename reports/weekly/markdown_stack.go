package weekly

import (
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// stacks tells what the tracks carry.
func (m *markdown) stacks() {
	m.heading("Stack")
	if len(m.r.Tracks) == 0 {
		m.say("The fork carries nothing.")
		return
	}
	m.say(aboutStack)
	shown, rest := m.shownTracks()
	for _, t := range shown {
		m.part(t.Track, ": "+count(t.Stack.Patches, "patch", "patches"))
		m.stack(t.Stack)
	}
	m.say(rest)
}

func (m *markdown) stack(s Stack) {
	for _, o := range forks.Outcomes() {
		if n := s.Outcomes[o]; n > 0 {
			m.item(numeral(n) + " " + string(o) + m.meaning(o))
		}
	}
	m.notes("Upstream has these now, with thanks:", "on", s.Upstreamed)
	m.notes("New in the stack:", "on", s.Added)
	m.notes("Ended:", "on", s.Ended)
	m.notes("Left out of the branch for now:", "since", s.LeftOut)
	m.notes("Asked about most often, ever:", "since", s.Most)
	m.item(divergenceText(s))
	m.end()
	m.changes(s)
}

// meaning explains an outcome the first time it is told.
func (m *markdown) meaning(o forks.Outcome) string {
	means := outcomeMeans(o)
	if m.told[o] || means == "" {
		return ""
	}
	m.told[o] = true
	return " (" + means + ")"
}

// notes lists patches with one thing about each, below a line that says what they are.
// Since is the word before their day.
func (m *markdown) notes(title, since string, list []PatchNote) {
	if len(list) == 0 {
		return
	}
	m.item(title)
	n := m.shown(len(list))
	for _, p := range list[:n] {
		m.b.WriteString("  ")
		m.item(m.note(p, since))
	}
	if rest := m.restOf(len(list)-n, 0); rest != "" {
		m.b.WriteString("  ")
		m.item(rest)
	}
}

func (m *markdown) note(p PatchNote, since string) string {
	text := m.subject(p.Subject, string(p.Patch))
	if p.Author != "" {
		text += " by " + m.name(p.Author)
	}
	var more []string
	if !p.Outcome.InStack() && p.Outcome != "" {
		more = append(more, m.outcome(p))
	}
	if p.Times > 0 {
		more = append(more, count(p.Times, "time", "times"))
	}
	if !p.Since.IsZero() {
		more = append(more, since+" "+m.day(p.Since))
	}
	if p.Note != "" {
		more = append(more, m.sentence(p.Note))
	}
	if len(more) > 0 {
		text += ": " + strings.Join(more, ", ")
	}
	return text
}

// outcome is a patch's outcome, with whom or what it is by.
func (m *markdown) outcome(p PatchNote) string {
	text := m.sentence(string(p.Outcome))
	by := p.By
	if h, err := forks.ParseHash(by); err == nil {
		by = h.Short()
	}
	if by != "" {
		text += " by " + m.name(by)
	}
	return text
}

func divergenceText(s Stack) string {
	text := "Difference to the base: not known"
	if d := s.Divergence; d != nil {
		text = "Difference to the base: " + count(d.Files, "file", "files") + ", " + count(d.Added, "line", "lines") + " added, " + numeral(d.Removed) + " removed"
	}
	trend := s.Trend[max(0, len(s.Trend)-TrendWeeks):]
	told := courseText(trend, func(v float64) string { return measure(v, forks.GoalCount) })
	if told == "" {
		return text + "."
	}
	return text + "; lines over " + count(len(trend), "week", "weeks") + ": " + barText(heights(trend)) + " (" + told + ")."
}

// changes shows how patches read now, folded.
func (m *markdown) changes(s Stack) {
	if len(s.Changed) == 0 && s.MoreChanged <= 0 {
		return
	}
	m.say(count(len(s.Changed)+max(0, s.MoreChanged), "patch reads", "patches read") + " differently now. Lines that begin with two signs are changes of the change.")
	n := min(m.shown(len(s.Changed)), m.room.diffs)
	for _, c := range s.Changed[:n] {
		lines, shortened := diffLines(c.Diff, m.room.diff)
		if shortened {
			m.cut++
		}
		note := ""
		if shortened || c.Shortened {
			note = "It is shortened."
		}
		m.say(m.subject(c.Subject, "a patch")+" ("+m.name(string(c.Patch))+").", note)
		m.b.WriteString("<details>\n<summary>" + count(len(lines), "line", "lines") + "</summary>\n\n" + fenced("diff", lines) + "\n</details>\n\n")
	}
	m.say(m.restOf(len(s.Changed)-n, s.MoreChanged))
}

// diffLines are the lines of a range-diff that fit in so many characters, each inert.
func diffLines(diff string, room int) (lines []string, shortened bool) {
	const wide = 160
	for line := range strings.Lines(diff) {
		line = brief(strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\t", "    "), wide)
		if room -= len([]rune(line)) + 1; room < 0 {
			return lines, true
		}
		lines = append(lines, line)
	}
	return lines, false
}
