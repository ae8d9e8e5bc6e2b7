package pulls

import (
	"fmt"
	"slices"
	"strings"
)

// Limits of what is told of people.
const (
	maxAsked = 10 // people who are asked
	maxPlain = 5  // names that lead to nobody
	maxMet   = 30 // names that the search met
	maxName  = 60 // characters

	maxHowFound = 6_000 // bytes of these names
)

// whoIsAsked names who is asked, and why, and folded away how they were found.
func (c Case) whoIsAsked(b *strings.Builder) {
	b.WriteString("\n## Who is asked\n\n")
	for i, a := range c.Asked {
		if i == maxAsked {
			fmt.Fprintf(b, "- … and %d more\n", len(c.Asked)-i)
			break
		}
		fmt.Fprintf(b, "- %s: %s\n", person(a.Login, a.Member), told(a.Reason, maxReason))
	}
	if len(c.Asked) == 0 {
		b.WriteString("Nobody could be found to ask. Whoever may write here may decide.\n")
	}
	c.namedToo(b)
	c.howFound(b)
}

// namedToo shows the names that lead to nobody, which may tell a reader whom to ask.
func (c Case) namedToo(b *strings.Builder) {
	if len(c.Plain) == 0 {
		return
	}
	var names []string
	for _, name := range c.Plain[:min(maxPlain, len(c.Plain))] {
		names = append(names, told(shortMail(name), maxName))
	}
	more := ""
	if n := len(c.Plain) - maxPlain; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	fmt.Fprintf(b, "\nNamed too, but nobody who can be asked here: %s%s.\n", strings.Join(names, ", "), more)
}

// howFound lists what the search for people met: first who is asked.
func (c Case) howFound(b *strings.Builder) {
	if len(c.Met) == 0 {
		return
	}
	list := slices.Clone(c.Met)
	slices.SortStableFunc(list, func(a, b Met) int {
		switch {
		case a.Accepted == b.Accepted:
			return 0
		case a.Accepted:
			return -1
		}
		return 1
	})
	b.WriteString("\n<details>\n<summary>How they were found</summary>\n\n")
	room := maxHowFound
	for i, m := range list {
		line := "- " + m.line() + "\n"
		if room -= len(line); i == maxMet || room < 0 {
			fmt.Fprintf(b, "- … and %d more\n", len(list)-i)
			break
		}
		b.WriteString(line)
	}
	b.WriteString("\n</details>\n")
}

// line is one name in a list.
func (m Met) line() string {
	place := told(m.Source, maxName)
	if m.Where != "" {
		place += " in " + told(m.Where, maxPath)
	}
	if m.Name == "" {
		return place + ": " + told(m.Why, maxReason)
	}
	name := told(shortMail(m.Name), maxName)
	if m.Login != "" && !strings.EqualFold(strings.TrimPrefix(m.Name, "@"), m.Login) {
		name += ", here " + told(m.Login, maxName) + ","
	}
	return name + " by " + place + ": " + told(m.Why, maxReason)
}

// shortMail leaves out the domain of a mail address: a page is read by machines too.
func shortMail(name string) string {
	local, domain, isMail := strings.Cut(name, "@")
	if !isMail || local == "" || domain == "" || strings.ContainsAny(name, " /") {
		return name
	}
	return local + "@…"
}
