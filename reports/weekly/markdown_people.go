package weekly

import (
	"fmt"
	"strings"
)

// upstream tells what upstream did for the fork, and where somebody could help.
func (m *markdown) upstream() {
	m.heading("What upstream did for us")
	if len(m.r.Upstream) == 0 {
		m.say("Nothing was taken from upstream.")
		return
	}
	n := min(len(m.r.Upstream), m.room.tracks)
	roles := false
	for _, u := range m.r.Upstream[:n] {
		m.part(u.Track, "")
		m.upstreamOf(u)
		roles = roles || len(u.OpenRoles) > 0
	}
	if rest := m.restOf(len(m.r.Upstream)-n, 0); rest != "" {
		m.say("Tracks: " + rest + ".")
	}
	if roles {
		m.say(roleBefore + link("the policy", m.r.Links.Policy) + roleAfter)
	}
}

func (m *markdown) upstreamOf(u Upstream) {
	if u.Authors == 0 && u.Areas == 0 {
		m.item(count(u.Commits, "commit", "commits") + ", with thanks to their authors.")
	} else {
		m.item(count(u.Commits, "commit", "commits") + " of " + count(u.Authors, "author", "authors") + ", to whom we owe thanks, in " +
			count(u.Areas, "package or folder", "packages and folders") + "; " + count(u.Security, "security fix", "security fixes") + ".")
	}
	if u.Unlisted {
		m.item("Some moves were too large to look at every commit: what follows is of the others.")
	}
	if caredText(u) != "" {
		m.item(caredText(u), m.sigs(u.BySIG))
	}
	if n := m.shown(len(u.OpenRoles)); n > 0 {
		m.item("The busiest paths that nobody here looks after:")
		for _, role := range u.OpenRoles[:n] {
			m.b.WriteString("  ")
			m.item(m.name(role.Path) + ": " + count(role.Commits, "commit", "commits"))
		}
		if rest := m.restOf(len(u.OpenRoles)-n, 0); rest != "" {
			m.b.WriteString("  ")
			m.item(rest)
		}
	}
	m.end()
}

// sigs tells how many commits were on whose paths; "" for nobody's.
func (m *markdown) sigs(list []SIGShare) string {
	if len(list) == 0 {
		return ""
	}
	text := "By SIG"
	n := m.shown(len(list))
	for i, s := range list[:n] {
		text += []string{", ", ": "}[min(1, max(0, 1-i))] + m.name(s.SIG) + " " + numeral(s.Commits)
	}
	if rest := m.restOf(len(list)-n, 0); rest != "" {
		text += ", " + rest
	}
	return text + "."
}

// readiness tells how near the fork is to its goals.
func (m *markdown) readiness() {
	r := m.r.Readiness
	m.heading("Readiness")
	agreed := false
	for _, g := range r.Goals {
		agreed = agreed || g.Goal != nil
	}
	intro := "What the fork's people agreed to reach before it stands alone, and how near it is."
	if !agreed {
		intro = "No goal is agreed yet; goals are agreed by a pull request on " + link("the policy", m.r.Links.Policy) + "."
	}
	m.say(intro)
	n := m.shown(len(r.Goals))
	if n > 0 {
		m.b.WriteString("| Measure | Now | Goal | Over 12 weeks |\n|---|---|---|---|\n")
		for _, g := range r.Goals[:n] {
			m.b.WriteString("| " + m.sentence(wordsOf(g).Name) + " | " + wordsOf(g).Value + " | " + goalOf(g) + " | " + trendOf(g) + " |\n")
		}
		m.end()
		m.say(m.restOf(len(r.Goals)-n, 0))
		m.say("What they measure:")
		m.means(r.Goals[:n])
	}
	m.say(fmt.Sprintf("People who answered a conflict: %d in this week, %d in four weeks, %d in twelve.", r.Resolvers1, r.Resolvers4, r.Resolvers12),
		busiestText(r.Busiest), m.firstTimers(r))
}

func busiestText(share float64) string {
	if !(share >= 0) {
		return ""
	}
	return "The busiest person gave " + percent(share) + " of the twelve weeks' answers."
}

func (m *markdown) firstTimers(r Readiness) string {
	all := max(r.FirstTimerCount, len(r.FirstTimers))
	switch {
	case all == 0:
		return ""
	case len(r.FirstTimers) == 0:
		return "For the first time, with thanks: " + count(all, "person", "people") + "."
	case all > len(r.FirstTimers):
		return "For the first time, with thanks: " + m.names(r.FirstTimers) + fmt.Sprintf(" and %d more.", all-len(r.FirstTimers))
	}
	return "For the first time, with thanks: " + m.names(r.FirstTimers) + "."
}

// goalOf is what was agreed on, where, and whether it is met.
func goalOf(g Goal) string {
	w := wordsOf(g)
	if w.Target == "" {
		return "no goal agreed yet"
	}
	if linkable(g.Agreed) != "" {
		w.Target += " (" + link("agreed", g.Agreed) + ")"
	}
	return joined(": ", w.Target, w.Met)
}

// means explains the measures, folded: the table has no room for that.
func (m *markdown) means(goals []Goal) {
	m.b.WriteString("<details>\n<summary>" + count(len(goals), "line", "lines") + "</summary>\n\n")
	for _, g := range goals {
		if w := wordsOf(g); w.Means != "" {
			m.item("**" + m.sentence(w.Name) + "**: " + w.Means + ".")
		}
	}
	m.b.WriteString("\n</details>\n\n")
}

func trendOf(g Goal) string {
	trend := g.Trend[max(0, len(g.Trend)-TrendWeeks):]
	told := courseText(trend, func(v float64) string { return measure(v, g.Unit) })
	if told == "" {
		return "not known"
	}
	return barText(heights(trend)) + " " + told
}

// governance tells how decisions are made here, and which were.
func (m *markdown) governance() {
	g := m.r.Governance
	m.heading("How decisions are made here")
	if len(g.Rules) == 0 {
		m.say("No policy is in effect: who runs auxsync decides.")
	}
	n := m.shown(len(g.Rules))
	for _, r := range g.Rules[:n] {
		m.item("**" + m.sentence(capital(r.What)) + "**: " + m.sentence(r.Who))
	}
	m.rest(len(g.Rules)-n, 0)
	if n := m.shown(len(g.Never)); n > 0 {
		never := ""
		for i, what := range g.Never[:n] {
			if i > 0 {
				never += "; "
			}
			never += m.sentence(what)
		}
		if rest := m.restOf(len(g.Never)-n, 0); rest != "" {
			never += "; " + rest
		}
		m.item("auxsync does not by itself: " + never + ".")
	}
	if linkable(m.r.Links.Policy) != "" {
		m.item("Anybody may ask for a change of these rules: by a pull request on " + link("the policy", m.r.Links.Policy) + ".")
	}
	if !strings.HasSuffix(m.b.String(), "\n\n") {
		m.end()
	}
	m.decisions()
}

func (m *markdown) decisions() {
	g := m.r.Governance
	n := m.shown(len(g.Taken))
	if n == 0 && g.AllTaken <= 0 {
		m.say("No decision was taken this week.")
		return
	}
	m.say("Decisions taken this week:")
	for _, d := range g.Taken[:n] {
		who := ""
		if d.Who != "" {
			who = m.name(d.Who) + ": "
		}
		text := m.day(d.At) + ", " + m.name(d.Track) + ": " + who + m.sentence(d.What)
		if d.Because != "" {
			text += ", because: " + m.sentence(d.Because)
		}
		if d.Result != "" {
			text += ". What came of it: " + m.sentence(d.Result)
		}
		m.item(text + m.page(d.URL))
	}
	m.rest(len(g.Taken)-n, g.AllTaken-len(g.Taken))
	m.end()
}
