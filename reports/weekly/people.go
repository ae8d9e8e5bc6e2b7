package weekly

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// optedOut reports whether a name is of somebody who does not want to be named: a login,
// an alias, or "" as in nobody.
func (in Input) optedOut(name string) bool {
	who, known := in.Roster.Find(name)
	return known && who.OptOut
}

// named is how somebody is named: by their login where the policy knows them; "" for who
// opted out.
func (in Input) named(name string) string {
	who, known := in.Roster.Find(name)
	switch {
	case !known:
		return name
	case who.OptOut:
		return ""
	}
	return who.Login
}

// unnamed is a text from others in which who opted out is "somebody".
func (in Input) unnamed(text string) string {
	if in.unname == nil {
		return unnaming(in.Roster)(text)
	}
	return in.unname(text)
}

// author is the name of a patch's author; "" for who opted out. An address that a forge
// gives to who hides theirs has the login in it.
func (in Input) author(p forks.Person) string {
	login, _, hidden := strings.Cut(p.Email, "@users.noreply.")
	if _, after, numbered := strings.Cut(login, "+"); numbered {
		login = after
	}
	if hidden && in.optedOut(login) {
		return ""
	}
	if in.optedOut(p.Name) || in.optedOut(p.Email) {
		return ""
	}
	return p.Name
}

// with names whom a conflict that was asked about at a time waits with: SIGs, other teams,
// and people who did not opt out. Once it has waited long no person is named: nobody is
// shown as late.
func (in Input) with(w forks.WaitingWith, asked time.Time) []string {
	_, to := in.told()
	names := []string{}
	for _, name := range w.With() {
		switch sig := in.sigOf(name); {
		case sig != "":
			names = append(names, "SIG "+sig)
		case strings.Contains(name, "/"):
			names = append(names, "team "+name)
		case to.Sub(asked) < longWait && !in.optedOut(name):
			names = append(names, name)
		}
	}
	return names
}

// sigOf is the SIG whose team on the forge a name is; "" for none.
func (in Input) sigOf(team string) string {
	found := ""
	for _, sig := range in.Roster.SIGs {
		// Of several with the same team the first by name, whatever the order of the map.
		if sig.Team != "" && strings.EqualFold(sig.Team, team) && (found == "" || sig.Name < found) {
			found = sig.Name
		}
	}
	return found
}

// waiting is whom a conflict waits with; ok is false where no page asks about it.
func (in Input) waiting(track string, id forks.ProposalID) (w forks.WaitingWith, ok bool) {
	for _, w := range in.Rows.Waiting {
		if w.Track == track && w.Proposal == id {
			return w, true
		}
	}
	return forks.WaitingWith{}, false
}

// unnaming returns what puts "somebody" in the place of the people who opted out, where
// their logins or aliases stand as whole words of a text. The rest of it is unchanged.
func unnaming(roster forks.Roster) func(string) string {
	var names []string
	for _, key := range slices.Sorted(maps.Keys(roster.People)) {
		if who := roster.People[key]; who.OptOut {
			names = append(names, who.Login)
			names = append(names, who.Aliases...)
		}
	}
	if len(names) == 0 {
		return func(text string) string { return text }
	}
	// Of two names that begin alike the longer one is to be found.
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for i, name := range names {
		names[i] = regexp.QuoteMeta(name)
	}
	named := regexp.MustCompile(`(?i:` + strings.Join(names, "|") + `)`)
	return func(text string) string {
		var b strings.Builder
		done := 0
		for _, at := range named.FindAllStringIndex(text, -1) {
			if at[0] > 0 && inName(text[at[0]-1]) || at[1] < len(text) && inName(text[at[1]]) {
				continue
			}
			b.WriteString(text[done:at[0]])
			b.WriteString("somebody")
			done = at[1]
		}
		b.WriteString(text[done:])
		return b.String()
	}
}

// inName reports whether a byte can be part of a name, or of a letter beyond ASCII.
func inName(c byte) bool {
	return c == '-' || c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}
