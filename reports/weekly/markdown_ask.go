package weekly

import "strings"

// conflicts tells what was asked of people, and what came of it.
func (m *markdown) conflicts() {
	c := m.r.Conflicts
	m.heading("Conflicts")
	over := c.ByPeople + c.ByMemory + c.Elsewhere + c.Declined
	if c.Opened == 0 && over == 0 && c.AllOpen == 0 && len(c.NotAsked) == 0 && len(c.Open)+len(c.Resolved) == 0 {
		m.say("None was opened, none is open.")
		return
	}
	m.say(aboutConflicts, m.counts(), timesText(c))
	if n := m.shown(len(c.Resolved)); n > 0 {
		m.say("Over:")
		for _, r := range c.Resolved[:n] {
			m.item(m.resolved(r))
		}
		m.rest(len(c.Resolved)-n, over-c.ByMemory-len(c.Resolved))
		m.end()
	}
	if n := m.shown(len(c.Open)); n > 0 {
		m.say("Open:")
		for _, o := range c.Open[:n] {
			m.item(m.open(o))
		}
		m.rest(len(c.Open)-n, c.AllOpen-len(c.Open))
		m.end()
	}
	if n := m.shown(len(c.NotAsked)); n > 0 {
		m.say("Not asked about yet, so nobody's time has begun:")
		for _, w := range c.NotAsked[:n] {
			m.item(m.sentence(count(w.Conflicts, "conflict", "conflicts") + ", " + w.Why))
		}
		m.rest(len(c.NotAsked)-n, 0)
		m.end()
	}
}

// counts tells how many were opened and how they ended.
func (m *markdown) counts() string {
	c := m.r.Conflicts
	var ends []string
	for _, e := range []struct {
		n   int
		one string
	}{
		{c.ByPeople, "answered by people"}, {c.ByMemory, "settled by an answer that people gave before"},
		{c.Elsewhere, "gone by itself"}, {c.Declined, "closed without an answer"},
	} {
		if e.n > 0 {
			ends = append(ends, count(e.n, e.one, e.one))
		}
	}
	over := ""
	if len(ends) > 0 {
		over = " Over: " + strings.Join(ends, ", ") + "."
	}
	return "Opened: " + count(c.Opened, "conflict", "conflicts") + "." + over + " Open now: " + count(c.AllOpen, "conflict", "conflicts") + "."
}

func (m *markdown) resolved(r Resolved) string {
	text := m.subject(r.Subject, string(r.Proposal)) + " (" + m.name(r.Track) + "): "
	switch {
	case r.How == "people" && r.By != "":
		text += "answered by " + m.name(r.By) + ", thank you,"
	case r.How == "people":
		text += "answered"
	case r.How == "elsewhere":
		text += "gone"
	case r.How == "declined":
		text += "closed without an answer"
	default:
		text += m.sentence(r.How)
	}
	text += " after " + span(r.Took)
	if r.Reason != "" {
		text += ": " + m.sentence(r.Reason)
	}
	return text + m.page(r.URL)
}

func (m *markdown) open(o OpenConflict) string {
	text := m.subject(o.Subject, string(o.Proposal)) + " (" + m.name(o.Track) + ")"
	if !o.Since.IsZero() {
		text += ", for " + span(o.Age)
	}
	if o.Cause != "" {
		text += ", because of upstream's " + m.name(o.Cause)
	}
	text += "."
	switch {
	case o.Next != "":
		text += " Next: " + m.sentence(o.Next) + "."
	case len(o.With) > 0:
		text += " It is with " + m.names(o.With) + "."
	}
	return text + m.page(o.URL)
}

// page links what was told before to its page, where it has one.
func (m *markdown) page(address string) string {
	if linkable(address) == "" {
		return ""
	}
	return " (" + link("look", address) + ")"
}

// security tells which of upstream's security commits wait, and for how long.
func (m *markdown) security() {
	s := m.r.Security
	m.heading("Security")
	if s.AllWaiting+s.AllTaken+len(s.Waiting)+len(s.Taken) == 0 {
		m.say("No commit of upstream's that mentions a security fix is waiting, and none was taken.")
		return
	}
	longest := ""
	if s.Longest > 0 {
		longest = "The longest wait was " + span(s.Longest) + "."
	}
	m.say("Upstream's commits that mention a security fix: "+count(s.AllWaiting, "waits", "wait")+", "+count(s.AllTaken, "was taken", "were taken")+".", longest)
	m.commits("Waiting:", "waits for", s.Waiting, s.AllWaiting)
	m.commits("Taken:", "after", s.Taken, s.AllTaken)
}

func (m *markdown) commits(title, wait string, list []SecurityCommit, all int) {
	n := m.shown(len(list))
	if n == 0 {
		return
	}
	m.say(title)
	for _, c := range list[:n] {
		by := ""
		if c.Author != "" {
			by = "by " + m.name(c.Author)
		}
		m.item("`"+c.Commit.Short()+"`", m.subject(c.Subject, "no subject"), by, "("+m.name(c.Track)+"), "+wait+" "+span(c.Waited))
	}
	m.rest(len(list)-n, all-len(list))
	m.end()
}
