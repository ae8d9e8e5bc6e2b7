package maintainers

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// mention is a name at a source.
type mention struct {
	Source
	name, where string
	reason      string
	sig         string   // through which the name is met
	paths       []string // conflicted files that lead to it
	commits     int
}

// noreplyPattern is a mail address that the forge makes of an account.
var noreplyPattern = regexp.MustCompile(`(?i)^(?:([0-9]{1,18})\+)?([^+@]+)@users\.noreply\.github\.com$`)

// note tells of a place that names nobody.
func (s *search) note(source Source, where, why string) {
	s.step(Step{Source: source, Where: where, Why: why})
}

// step adds to the trace, each step once.
func (s *search) step(t Step) {
	if s.told[t] || len(s.trace) > mostTraced {
		return
	}
	s.told[t] = true
	if len(s.trace) == mostTraced {
		t = Step{Source: t.Source, Why: "more was met than is told"}
	}
	s.trace = append(s.trace, t)
}

func (s *search) refuse(m mention, why string) {
	s.step(Step{Source: m.Source, Name: m.name, Where: m.where, Why: why})
}

// accept makes a candidate of c, or counts the mention for the one that is there.
func (s *search) accept(m mention, c Candidate) {
	id := c.ID
	if id == 0 && c.Team == "" {
		id = s.numbered(c.Account).ID // to know the person again, by whatever login
	}
	key := strings.ToLower(c.Name())
	known := s.byID[id]
	if known == nil {
		// A login with another number is of somebody who took it over.
		if known = s.byName[key]; known != nil && known.ID != 0 && id != 0 && known.ID != id {
			known = nil
		}
	}
	step := Step{Source: m.Source, Name: m.name, Where: m.where, Login: c.Name()}
	switch {
	case known != nil:
		step.Login, step.Why = known.Name(), "already a candidate"
	case len(s.met) == mostCandidates:
		step.Why = "there are enough candidates"
	default:
		known = &met{Candidate: c, commits: m.commits}
		known.Source, known.Reason, known.SIG = m.Source, m.reason, m.sig
		s.met = append(s.met, known)
		step.Accepted, step.Why = true, m.reason
	}
	s.step(step)
	if known == nil {
		return
	}
	s.byName[key] = known
	if id != 0 {
		s.byID[id] = known
	}
	for _, path := range m.paths {
		if !slices.Contains(known.paths, path) {
			known.paths = append(known.paths, path)
		}
	}
}

// handle accepts whom a name of a list of maintainers stands for.
func (s *search) handle(m mention) {
	if a, ok := s.account(m.name); ok {
		s.accept(m, Candidate{Account: a})
		return
	}
	for _, l := range s.people {
		if l != nil && l.Problem() != "" {
			s.note(m.Source, "", l.Problem())
		}
	}
	s.refuse(m, noLogin)
}

// account is whom a handle stands for: in the fork's list, else in upstream's, else in
// the policy.
func (s *search) account(handle string) (forks.Account, bool) {
	for _, l := range s.people {
		if who, ok := l.Handle(handle); ok && loginPattern.MatchString(who.Account.Login) {
			return s.resident(who.Account), true
		}
	}
	who, ok := s.Roster.Find(handle)
	return forks.Account{Login: who.Login}, ok
}

// resident is the account that the policy has for an account elsewhere; a without one.
func (s *search) resident(a forks.Account) forks.Account {
	who, ok := s.Roster.Find(a.Login)
	switch {
	case !ok:
		return a
	case strings.EqualFold(who.Login, a.Login):
		return forks.Account{Login: who.Login, ID: a.ID}
	}
	return forks.Account{Login: who.Login}
}

// numbered adds what the lists know of a login: its number, and how it is spelled.
func (s *search) numbered(a forks.Account) forks.Account {
	for _, l := range s.people {
		if who, ok := l.ByLogin(a.Login); ok && who.Account.ID != 0 {
			return who.Account
		}
	}
	return a
}

// login accepts a login as a person of the fork wrote it, in whatever case.
func (s *search) login(m mention, login string) {
	a := s.resident(forks.Account{Login: login})
	if !loginPattern.MatchString(a.Login) {
		s.refuse(m, noLogin)
		return
	}
	if spelled := s.numbered(a); a.Login == login && strings.EqualFold(spelled.Login, login) {
		a.Login = spelled.Login
	}
	s.accept(m, Candidate{Account: a})
}

// person accepts an author or a committer, by the address that the forge makes of an
// account, else by the lists.
func (s *search) person(m mention, p forks.Person) {
	if strings.Contains(p.Email, "[bot]@") || strings.HasSuffix(p.Name, "[bot]") {
		s.refuse(m, "is a bot")
		return
	}
	if parts := noreplyPattern.FindStringSubmatch(p.Email); parts != nil && loginPattern.MatchString(parts[2]) {
		id, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil {
			id = 0 // an address of old has none
		}
		s.accept(m, Candidate{Account: s.resident(forks.Account{Login: parts[2], ID: id})})
		return
	}
	for _, l := range s.people {
		if who, ok := l.ByEmail(p.Email); ok && loginPattern.MatchString(who.Account.Login) {
			s.accept(m, Candidate{Account: s.resident(who.Account)})
			return
		}
	}
	s.refuse(m, noLogin)
}

// askName is how the policy writes a.
func askName(a forks.Ask) string {
	if a.SIG != "" {
		return "sig:" + a.SIG
	}
	return a.Login
}

// ask accepts whom a line of the policy names.
func (s *search) ask(m mention, a forks.Ask) {
	if a.SIG == "" {
		s.login(m, a.Login)
	} else if sig, ok := s.Roster.SIG(a.SIG); ok {
		s.sig(m, sig)
	} else {
		s.refuse(m, "the policy has no SIG of this name")
	}
}

// sig accepts the members of a SIG and, if it has one, its team.
func (s *search) sig(m mention, sig forks.SIG) {
	m.sig = sig.Name
	if sig.Team != "" {
		s.accept(m, Candidate{Team: sig.Team})
	}
	for _, login := range sig.Members {
		member := m
		member.reason = "in SIG " + sig.Name + ": " + m.reason
		s.login(member, login)
	}
	if sig.Team == "" && len(sig.Members) == 0 {
		s.refuse(m, "the SIG has no members")
	}
}

// team accepts the members of a team of upstream's lists, if they are few.
func (s *search) team(m mention) {
	team, ok := s.teamOf(m.name)
	if asks, mapped := s.standIn(m.name, team); mapped && len(asks) == 0 {
		s.refuse(m, "the policy asks nobody for this team")
		return
	}
	number := s.size(team)
	switch {
	case !ok:
		s.refuse(m, "no list has a team of this name")
		return
	case number == 0:
		s.refuse(m, "no members of this team are known")
		return
	case number > mostOfATeam:
		s.refuse(m, fmt.Sprintf("a team of %d is too large to ask its members", number))
		return
	}
	s.step(Step{Source: m.Source, Name: m.name, Where: m.where, Accepted: true, Why: "its members may be asked"})
	m.reason = "in team " + m.name + ", which " + m.reason
	for _, h := range team.Handles {
		member := m
		member.name, member.where = h.Name, h.Where
		s.handle(member)
	}
	for _, a := range team.Accounts {
		member := m
		member.name, member.where = a.Login, team.Where
		s.accept(member, Candidate{Account: s.resident(a)})
	}
}

// size is how many people are in a team. Its two lists may name the same ones.
func (s *search) size(t Team) int {
	people := map[string]bool{}
	for _, h := range t.Handles {
		if a, ok := s.account(h.Name); ok {
			people[strings.ToLower(a.Login)] = true
		} else {
			people["\x00"+h.Name] = true
		}
	}
	for _, a := range t.Accounts {
		people[strings.ToLower(s.resident(a).Login)] = true
	}
	return len(people)
}

// teamOf finds a team in the fork's list, else in upstream's.
func (s *search) teamOf(name string) (Team, bool) {
	for _, l := range s.teams {
		if team, ok := l.Team(name); ok {
			return team, true
		}
	}
	return Team{}, false
}
