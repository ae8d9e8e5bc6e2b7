package weekly

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/auxolotl/auxsync/forks"
)

// MaxMarkdown is the length of the longest Markdown of a report, in characters: what a
// forum takes for one post.
const MaxMarkdown = 32000

// Markdown renders a report for GitHub and Discourse, where it pastes as it is: without
// HTML but for details and their summaries, and at most [MaxMarkdown] characters long,
// whatever the report holds. What does not fit is counted, and the page that has it is
// linked, or the command that makes it is given. Texts of others stand in code spans, or
// escaped; nothing in it notifies anybody or leaves a reference elsewhere.
func Markdown(r Report) []byte {
	var text string
	for _, room := range rooms() {
		m := markdown{r: r, room: room, zone: zoneOf(r)}
		if text = m.report(); utf8.RuneCountInString(text) <= MaxMarkdown {
			break
		}
	}
	return []byte(text)
}

// room is how much is shown of everything.
type room struct {
	list   int // entries of a list
	tracks int
	diffs  int // patches of a track whose change is shown
	diff   int // characters of each
	text   int // characters of a sentence; half of it for a subject or a name
}

// rooms are tried in turn, the widest first. The last one always fits: all that it shows
// is bounded, and the law in the tests fills it to the brim.
func rooms() []room {
	return []room{
		{list: MaxListed, tracks: 12, diffs: MaxListed, diff: 3000, text: 400},
		{list: MaxListed, tracks: 12, diffs: 5, diff: 1200, text: 300},
		{list: 12, tracks: 8, diffs: 3, diff: 800, text: 240},
		{list: 6, tracks: 6, diffs: 1, diff: 400, text: 200},
		{list: 4, tracks: 4, text: 160},
		{list: 2, tracks: 2, text: 80},
	}
}

// markdown is a report on its way to Markdown.
type markdown struct {
	b    strings.Builder
	r    Report
	room room
	zone *time.Location
	cut  int                    // entries that did not fit
	told map[forks.Outcome]bool // outcomes that were explained
}

// report renders all sections, in the order in which readers need them.
func (m *markdown) report() string {
	m.told = map[forks.Outcome]bool{}
	m.head()
	m.needed()
	m.tracks()
	m.stacks()
	m.conflicts()
	m.security()
	m.upstream()
	m.readiness()
	m.governance()
	m.deeds()
	m.service()
	m.foot()
	return m.b.String()
}

// heading begins a section.
func (m *markdown) heading(text string) { m.b.WriteString("## " + text + "\n\n") }

// part begins a part of a section, about one track.
func (m *markdown) part(track, more string) {
	m.b.WriteString("### " + m.name(track) + more + "\n\n")
}

// say writes a paragraph of sentences; the empty ones are left out.
func (m *markdown) say(sentences ...string) {
	if text := joined(" ", sentences...); text != "" {
		m.b.WriteString(text + "\n\n")
	}
}

// item writes an entry of a list.
func (m *markdown) item(sentences ...string) {
	m.b.WriteString("- " + joined(" ", sentences...) + "\n")
}

// end ends a list.
func (m *markdown) end() { m.b.WriteByte('\n') }

// shown is how many entries of a list are shown.
func (m *markdown) shown(n int) int { return min(n, m.room.list) }

// rest tells how many entries follow that are not shown: those of the report that have no
// room here, which the end says where to find, and others that it only counts.
func (m *markdown) rest(cut, more int) {
	if text := m.restOf(cut, more); text != "" {
		m.item(text)
	}
}

// restOf is the words of rest; "" for none.
func (m *markdown) restOf(cut, more int) string {
	m.cut += cut
	switch n := cut + max(0, more); {
	case n == 0:
		return ""
	case cut > 0:
		return "and " + numeral(n) + " more (see the end)"
	default:
		return "and " + numeral(n) + " more"
	}
}

// name shows a name or a subject of others.
func (m *markdown) name(s string) string {
	if m.lost() {
		return ""
	}
	return codeSpan(s, m.room.text/2)
}

// subject shows the subject of a patch or, where that is empty, what names it.
func (m *markdown) subject(subject, id string) string {
	if strings.TrimSpace(subject) == "" {
		subject = id
	}
	return m.name(subject)
}

// sentence shows a sentence of ours that may quote others, or only their words.
func (m *markdown) sentence(s string) string {
	if m.lost() {
		return ""
	}
	return prose(s, m.room.text)
}

// lost reports whether what is written can no longer fit: the rest of it is not worth
// the time.
func (m *markdown) lost() bool { return m.b.Len() > utf8.UTFMax*MaxMarkdown }

// names lists names.
func (m *markdown) names(list []string) string {
	var shown []string
	for _, name := range list[:m.shown(len(list))] {
		shown = append(shown, m.name(name))
	}
	if rest := m.restOf(len(list)-len(shown), 0); rest != "" {
		shown = append(shown, rest)
	}
	return strings.Join(shown, ", ")
}

// day is the day of a time.
func (m *markdown) day(t time.Time) string { return dayText(t, m.zone, m.r.Week) }

// command shows a command line. A shortened one would do something else: one that is too
// long, or not as a person would type it, is not shown.
func (m *markdown) command(line string) string {
	if line == "" {
		return ""
	}
	if forks.Inert(line) != line || utf8.RuneCountInString(line) > 2*m.room.text {
		m.cut++
		return ""
	}
	return codeSpan(line, 2*m.room.text)
}

// head is the week in one line, and what report this is.
func (m *markdown) head() {
	m.b.WriteString("**" + m.sentence(m.r.Summary) + "**\n\n")
	var pages []string
	for _, p := range []struct{ text, address string }{
		{"this report as a page", m.r.Links.Self}, {"status", m.r.Links.Page}, {"the fork", m.r.Links.Fork}, {"upstream", m.r.Links.Upstream}, {"feed", m.r.Links.Feed},
	} {
		if linkable(p.address) != "" {
			pages = append(pages, link(p.text, p.address))
		}
	}
	first, sofar, thin := "", "", ""
	if m.r.FirstWeek {
		first = "It is the first one on record."
	}
	if !m.r.Over {
		sofar = "The week is not over: this tells of it until " + m.r.To.In(m.zone).Format("2 January 15:04") + "."
	}
	if m.r.Thin != "" {
		thin = m.sentence(m.r.Thin)
	}
	m.say("The sync report of "+m.name(m.r.Fork)+", "+weekText(m.r.Week)+".", first, sofar, thin)
	m.say(strings.Join(pages, " · "))
}

// needed lists the decisions that only people can make.
func (m *markdown) needed() {
	m.heading("Decisions needed")
	if len(m.r.Needed) == 0 && m.r.MoreNeeded <= 0 {
		m.say("No decision is needed.")
		return
	}
	n := m.shown(len(m.r.Needed))
	for i, need := range m.r.Needed[:n] {
		fmt.Fprintf(&m.b, "%d. %s\n", i+1, m.need(need))
	}
	m.end()
	switch rest := m.restOf(len(m.r.Needed)-n, m.r.MoreNeeded); {
	case rest == "":
	case n == len(m.r.Needed):
		m.say(link(rest, m.r.Links.Page) + ".")
	default:
		m.say(rest + ".")
	}
}

func (m *markdown) need(n Need) string {
	since, long, with, do := "", "", "", m.sentence(n.Do)
	if !n.Since.IsZero() {
		since = ", since " + m.day(n.Since)
	}
	if n.Long {
		long = waitedText
	}
	if len(n.With) > 0 {
		with = "It is with " + m.names(n.With) + "."
	}
	do += m.page(n.URL)
	if c := m.command(n.Command); c != "" {
		do += ": " + c
	}
	return joined(" ", "**"+m.sentence(needText(n))+"** ("+m.name(n.Track)+since+").", "To do: "+do+".", with, long)
}

// foot says where the rest is, and when this was made.
func (m *markdown) foot() {
	made := ""
	if !m.r.Made.IsZero() {
		made = "Made on " + m.r.Made.In(m.zone).Format("2 January 2006, 15:04") + "; times are of " + m.name(m.r.Zone) + "."
	}
	m.b.WriteString("---\n\n")
	if m.cut > 0 {
		entries := count(m.cut, "entry", "entries") + " did not fit here; the rest: "
		if linkable(m.r.Links.Self) != "" {
			m.say(entries + link("the whole report", m.r.Links.Self) + ".")
		} else {
			line := "auxsync report --fork " + forks.ShellWord(brief(m.r.Fork, 100)) + " --week " + m.r.Week.String() + " --format html"
			m.say(entries + codeSpan(line, 400) + ".")
		}
	}
	m.say(made)
}
