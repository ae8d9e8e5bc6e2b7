package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// PeopleSchema names the JSON form of [PeopleList].
const PeopleSchema = "auxsync.people/1"

// PeopleList is who looks after forks, and what waits with whom. It says of nobody for
// how long.
type PeopleList struct {
	At    time.Time    `json:"at"`
	Forks []ForkPeople `json:"forks"`
}

// ForkPeople are the people of one fork: those of its policy, and those with whom a
// conflict waits.
type ForkPeople struct {
	Fork   string     `json:"fork"`
	People []Resident `json:"people"` // sorted by login
	SIGs   []SIG      `json:"sigs"`   // sorted by name
	Limits AskLimits  `json:"limits"`
	// Waiting are the open conflicts of this fork.
	Waiting []Waiting `json:"waiting"`
}

// Resident is one person.
type Resident struct {
	Login string `json:"login"`
	// Waiting counts the conflicts of all forks that wait with them.
	Waiting   int        `json:"waiting"`
	AwayUntil *forks.Day `json:"away_until"` // null unless they are away; included
	OnDuty    bool       `json:"on_duty"`
	Contact   bool       `json:"emergency_contact"`
	OptOut    bool       `json:"opt_out"`
	SIGs      []string   `json:"sigs"`
}

// SIG is one group.
type SIG struct {
	Name    string   `json:"name"`
	Default bool     `json:"default"`
	Members []string `json:"members"`
	Paths   []string `json:"paths"`
	Team    string   `json:"team"` // "" if it has none
}

// AskLimits are the limits of the policy.
type AskLimits struct {
	Asked     int `json:"asked"`
	PerPerson int `json:"per_person"`
	Treewide  int `json:"treewide"`
}

// Waiting is one open conflict. Whom it waits with may be nobody.
type Waiting struct {
	Track    string           `json:"track"`
	Conflict forks.ProposalID `json:"conflict"`
	Patch    forks.PatchID    `json:"patch"`
	Subject  string           `json:"subject"`
	Number   int              `json:"number"`
	URL      string           `json:"url"`
	People   []string         `json:"people"`
	SIGs     []string         `json:"sigs"`
	Teams    []string         `json:"teams"`   // as org/slug, those that are no SIG's
	Claimed  string           `json:"claimed"` // who said that it is theirs; "" for nobody
}

// PeopleOf tells of the people of one fork. Waiting has what is open in all forks; at
// counts in the time zone of the policy's days.
func PeopleOf(fork string, r forks.Roster, waiting []forks.WaitingWith, at time.Time) ForkPeople {
	f := ForkPeople{Fork: fork, People: []Resident{}, SIGs: []SIG{}, Waiting: []Waiting{}, Limits: AskLimits(r.Limits)}
	logins, teams := map[string]string{}, map[string]string{} // by lower case
	meet := func(login string) {
		if key := strings.ToLower(login); logins[key] == "" {
			logins[key] = login
		}
	}
	for _, who := range r.People {
		meet(who.Login)
	}
	for _, key := range slices.Sorted(maps.Keys(r.SIGs)) {
		sig := r.SIGs[key]
		f.SIGs = append(f.SIGs, SIG{sig.Name, strings.EqualFold(sig.Name, r.DefaultSIG), notNull(sig.Members), notNull(sig.Paths), sig.Team})
		for _, m := range sig.Members {
			meet(m)
		}
		if team := strings.ToLower(sig.Team); team != "" && teams[team] == "" {
			teams[team] = sig.Name
		}
	}
	for _, w := range waiting {
		if w.Fork != fork {
			continue
		}
		one := Waiting{Track: w.Track, Conflict: w.Proposal, Patch: w.Patch, Subject: w.Subject, Number: w.Number, URL: w.URL,
			People: []string{}, SIGs: []string{}, Teams: []string{}, Claimed: w.Claimed}
		for _, name := range w.With() {
			switch sig := teams[strings.ToLower(name)]; {
			case sig != "":
				one.SIGs = append(one.SIGs, sig)
			case strings.Contains(name, "/"):
				one.Teams = append(one.Teams, name)
			default:
				one.People = append(one.People, name)
				meet(name)
			}
		}
		f.Waiting = append(f.Waiting, one)
	}
	load := forks.LoadOf(waiting)
	for _, key := range slices.Sorted(maps.Keys(logins)) {
		f.People = append(f.People, resident(logins[key], r, load[key], at))
	}
	return f
}

func resident(login string, r forks.Roster, waiting int, at time.Time) Resident {
	who := r.People[strings.ToLower(login)]
	p := Resident{Login: login, Waiting: waiting, OnDuty: r.OnDuty(login, at), Contact: who.Contact, OptOut: who.OptOut, SIGs: notNull(r.SIGsWith(login))}
	if until, away := r.Away(login, at); away {
		p.AwayUntil = &until
	}
	return p
}

// MarshalJSON writes the list with its schema.
func (l PeopleList) MarshalJSON() ([]byte, error) {
	type plain PeopleList // without this method
	w := struct {
		Schema string `json:"schema"`
		plain
	}{PeopleSchema, plain(l)}
	w.Forks = append([]ForkPeople{}, w.Forks...)
	for i := range w.Forks {
		f := &w.Forks[i]
		f.People, f.SIGs, f.Waiting = notNull(f.People), notNull(f.SIGs), notNull(f.Waiting)
	}
	return json.Marshal(w)
}

// People writes who looks after each fork, and what waits with whom.
func People(w io.Writer, l PeopleList, style Style) error {
	p := &page{style: style}
	for _, f := range l.Forks {
		wait := "nothing waits with people"
		if n := len(f.Waiting); n > 0 {
			wait = count(n, "conflict waits", "conflicts wait") + " with people"
		}
		p.heading("%s: %s", forks.Inert(f.Fork), wait)
		if len(f.People)+len(f.SIGs) == 0 {
			p.text(2, "Its policy names nobody. Who is asked about a conflict can be written into policy.toml.")
		}
		p.people(f)
		p.sigs(f.SIGs)
		p.waiting(f.Waiting)
	}
	return p.writeTo(w)
}

func (p *page) people(f ForkPeople) {
	var rows []row
	for _, who := range f.People {
		rows = append(rows, row{cells: []cell{
			{inert(who.Login, 30), plain},
			{fmt.Sprint(who.Waiting), plain},
			{inert(strings.Join(who.SIGs, ", "), 24), plain},
			{joined(", ", who.now(f.Limits)...), plain},
		}})
	}
	if len(rows) > 0 {
		p.table([]string{"person", "waiting", "SIGs", "now"}, rows)
	}
}

// now says how it stands with somebody.
func (r Resident) now(limits AskLimits) (list []string) {
	if r.OptOut {
		return []string{"opted out"}
	}
	switch {
	case r.AwayUntil != nil:
		list = append(list, "away until "+r.AwayUntil.String())
	case r.OnDuty:
		list = append(list, "on duty")
	}
	if r.Contact {
		list = append(list, "emergency contact")
	}
	if r.Waiting >= limits.PerPerson && r.AwayUntil == nil {
		list = append(list, "the next goes to others")
	}
	return list
}

func (p *page) sigs(list []SIG) {
	if len(list) == 0 {
		return
	}
	p.b.WriteByte('\n')
	var fields []field
	for _, sig := range list {
		text := "nobody"
		if len(sig.Members) > 0 {
			text = forks.Inert(strings.Join(sig.Members, ", "))
		}
		if sig.Team != "" {
			text += "; team " + forks.Inert(sig.Team)
		}
		if sig.Default {
			text += "; asked where nobody else is known"
		}
		fields = append(fields, field{"SIG " + inert(sig.Name, maxName), text})
	}
	p.fields(fields...)
}

func (p *page) waiting(list []Waiting) {
	if len(list) == 0 {
		return
	}
	p.b.WriteByte('\n')
	var fields []field
	for _, w := range list {
		fields = append(fields, field{fmt.Sprintf("#%d", w.Number), joined("; ", "waits with "+w.with(), inert(w.Subject, maxSubject),
			forks.Inert(w.Track)+" "+inert(string(w.Conflict), 16), forks.Inert(w.URL))})
	}
	p.fields(fields...)
}

// with names whom a conflict waits with. The text is inert.
func (w Waiting) with() string {
	var names []string
	for _, name := range w.People {
		names = append(names, forks.Inert(name))
	}
	for _, name := range w.SIGs {
		names = append(names, "SIG "+forks.Inert(name))
	}
	for _, name := range w.Teams {
		names = append(names, "team "+forks.Inert(name))
	}
	switch n := len(names); {
	case w.Claimed != "":
		return strings.Join(names, ", ") + ", who took it on"
	case n == 0:
		return "whoever takes it on"
	case n == 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}
