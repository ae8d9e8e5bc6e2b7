package maintainers_test

import (
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

// asking is a choice that a test makes: what was found, and the circumstances, in which
// the forge knows everybody and assigns them, but for those whom a test says otherwise of.
type asking struct {
	maintainers.Found
	maintainers.Circumstances
	forge map[string]func(*forks.Standing) // by Key, what is special about somebody
	known int                              // how many accounts the forge was asked about
}

const noon = "2026-06-10T12:00:00Z"

func newAsking() *asking {
	at, _ := time.Parse(time.RFC3339, noon)
	return &asking{
		Circumstances: maintainers.Circumstances{At: at, Seed: "c0123456789", Me: "aux-bot", Load: map[string]int{}, LastAsked: map[string]time.Time{},
			Roster: forks.Roster{People: map[string]forks.Resident{}, SIGs: map[string]forks.SIG{}}},
		forge: map[string]func(*forks.Standing){},
	}
}

// found adds people and teams that a source gave.
func (a *asking) found(s maintainers.Source, names ...string) {
	for _, name := range names {
		c := maintainers.Candidate{Source: s, Reason: "by " + string(s), Hits: 1}
		if strings.Contains(name, "/") {
			c.Team = name
		} else {
			c.Login = name
		}
		a.Candidates = append(a.Candidates, c)
		a.Trace = append(a.Trace, maintainers.Step{Source: s, Name: "@" + name, Login: name, Accepted: true, Why: "found"})
	}
}

// last is the candidate that was found last.
func (a *asking) last() *maintainers.Candidate { return &a.Candidates[len(a.Candidates)-1] }

// person adds a person of the policy.
func (a *asking) person(login string, is func(*forks.Resident)) {
	who := forks.Resident{Login: login}
	is(&who)
	a.Roster.People[strings.ToLower(login)] = who
}

func (a *asking) sig(name, team string, members ...string) {
	a.Roster.SIGs[strings.ToLower(name)] = forks.SIG{Name: name, Team: team, Members: members}
}

// core makes a default SIG with a team, and its members found last.
func (a *asking) core(members ...string) {
	a.sig("Core", "org/core", members...)
	a.Roster.DefaultSIG = "Core"
	a.found(maintainers.FromDuty, members...)
	for i := range a.Candidates {
		if a.Candidates[i].Source == maintainers.FromDuty {
			a.Candidates[i].SIG = "Core"
		}
	}
}

// forgeIs says what is special about an account, by [maintainers.Key].
func (a *asking) forgeIs(key string, is func(*forks.Standing)) { a.forge[key] = is }

// choose chooses as often as somebody's standing is missing.
func (a *asking) choose(t interface{ Fatalf(string, ...any) }) maintainers.Chosen {
	a.Standings = map[string]forks.Standing{}
	for range 200 {
		chosen := maintainers.Choose(a.Found, a.Circumstances)
		if len(chosen.Unknown) == 0 {
			return chosen
		}
		for _, who := range chosen.Unknown {
			key := maintainers.Key(who)
			if _, twice := a.Standings[key]; twice {
				t.Fatalf("%s is asked about twice", key)
			}
			st := forks.Standing{Login: who.Login, ID: who.ID, Exists: true, Assignable: true, Member: true}
			if is := a.forge[key]; is != nil {
				is(&st)
			}
			a.Standings[key] = st
			a.known++
		}
	}
	t.Fatalf("the choice has no end")
	return maintainers.Chosen{}
}

// shown is a choice in a line.
func shown(c maintainers.Chosen) string {
	var parts []string
	for _, a := range c.Asked {
		name := a.Login + a.Team
		if !a.Member {
			name += "?"
		}
		parts = append(parts, name)
	}
	if c.Nobody {
		parts = append(parts, "nobody")
	}
	return strings.Join(parts, " ")
}

func days(first, last string) []forks.DayRange {
	a, _ := time.Parse(time.DateOnly, first)
	b, _ := time.Parse(time.DateOnly, last)
	return []forks.DayRange{{First: forks.DayOf(a), Last: forks.DayOf(b)}}
}

func away(r *forks.Resident)          { r.Away = days("2026-06-01", "2026-06-20") }
func contact(r *forks.Resident)       { r.Contact = true }
func onDuty(r *forks.Resident)        { r.OnDuty = days("2026-06-08", "2026-06-14") }
func optOut(r *forks.Resident)        { r.OptOut = true }
func notAssignable(s *forks.Standing) { s.Assignable = false }
func outsider(s *forks.Standing)      { s.Member = false }
func gone(s *forks.Standing)          { *s = forks.Standing{Login: s.Login} }
func robot(s *forks.Standing)         { s.Bot = true }
func organisation(s *forks.Standing)  { s.Organisation, s.Assignable = true, false }
func called(now string) func(*forks.Standing) {
	return func(s *forks.Standing) { s.Login = now }
}
