package maintainers

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// policy meets whom the fork's policy names for the patch and for the paths.
func (s *search) policy() {
	for _, a := range s.Roster.Patches[s.Patch] {
		s.ask(mention{Source: FromPolicy, name: askName(a), where: "policy.toml", reason: "the policy names them for this patch", paths: s.paths}, a)
	}
	for _, path := range s.paths {
		rule, ok := s.Roster.OwnerOf(path)
		where := fmt.Sprintf("policy.toml:%d", rule.Line)
		if ok && len(rule.Ask) == 0 {
			s.note(FromPolicy, where, "names nobody for "+rule.Pattern)
		}
		for _, a := range rule.Ask {
			s.ask(mention{Source: FromPolicy, name: askName(a), where: where, reason: "the policy names them for " + rule.Pattern, paths: []string{path}}, a)
		}
	}
	for _, path := range s.paths {
		for _, sig := range s.Roster.SIGsOf(path) {
			s.sig(mention{Source: FromPolicy, name: "sig:" + sig.Name, where: "policy.toml", reason: "cares for " + path, paths: []string{path}}, sig)
		}
	}
}

// mostTrailers is how many owners a message may name.
const mostTrailers = 20

// trailers meets whom the patch's message names as its owners.
func (s *search) trailers() {
	for _, name := range ownersIn(s.Message) {
		m := mention{Source: FromTrailer, name: name, where: "the patch's message", reason: "the patch's message names them", paths: s.paths}
		if sig, isSIG := strings.CutPrefix(name, "sig:"); isSIG {
			if found, ok := s.Roster.SIG(sig); ok {
				s.sig(m, found)
				continue
			}
		}
		s.login(m, strings.TrimPrefix(name, "@"))
	}
}

// ownersIn reads the trailers Auxsync-Owner in the last paragraph of a message, which is
// not its first.
func ownersIn(message string) (owners []string) {
	message = strings.TrimRight(strings.ReplaceAll(message, "\r\n", "\n"), " \t\n")
	lines := strings.Split(message, "\n")
	blank := -1
	for i, line := range slices.Backward(lines) {
		if strings.TrimSpace(line) == "" {
			blank = i
			break
		}
	}
	if strings.TrimSpace(strings.Join(lines[:max(blank, 0)], "")) == "" {
		return nil
	}
	for _, line := range lines[blank+1:] {
		key, value, ok := strings.Cut(line, ":")
		if !ok || !strings.EqualFold(strings.TrimSpace(key), "Auxsync-Owner") {
			continue
		}
		for name := range strings.SplitSeq(value, ",") {
			if name = strings.TrimSpace(name); name != "" && len(owners) < mostTrailers {
				owners = append(owners, name)
			}
		}
	}
	return owners
}

func (s *search) author() {
	if s.Author.Name+s.Author.Email == "" {
		return
	}
	s.person(mention{Source: FromAuthor, name: nameOf(s.Author.Name, s.Author.Email), where: "the patch", reason: "wrote the patch", paths: s.paths}, s.Author)
}

// nameOf is a name to show: no mail address where there is a name.
func nameOf(name, email string) string {
	if name != "" {
		return name
	}
	return email
}

// owners meets whom the files of owners name, the fork's before upstream's.
func (s *search) owners() error {
	for _, side := range []struct {
		source Source
		tree   Tree
	}{{FromOwners, s.Trees.Fork}, {FromUpstreamOwners, s.UpstreamList}} {
		if side.tree == nil {
			continue
		}
		owners, err := s.Owners(side.tree)
		if err != nil {
			return err
		}
		if why := owners.Problem(); why != "" {
			s.note(side.source, "", why)
		}
		for _, path := range s.paths {
			names, rule := owners.Of(path)
			if len(names) == 0 && rule != "" {
				s.note(side.source, rule, "names nobody for "+path)
			}
			for _, n := range names {
				s.owner(mention{Source: side.source, name: n.Name, where: n.Where, reason: "owns " + path + ": " + n.Where, paths: []string{path}})
			}
		}
	}
	return nil
}

// owner accepts a login, a mail address or a team of a file of owners. A team is never
// asked itself: in the fork it is a stranger's, but for what the policy says of it.
func (s *search) owner(m mention) {
	name := strings.TrimPrefix(m.name, "@")
	switch {
	case strings.Contains(name, "@"):
		for _, l := range s.people {
			if who, ok := l.ByEmail(name); ok && loginPattern.MatchString(who.Account.Login) {
				s.accept(m, Candidate{Account: s.resident(who.Account)})
				return
			}
		}
		s.refuse(m, noLogin)
	case strings.Contains(name, "/"):
		s.ownerTeam(m, name)
	case !loginPattern.MatchString(name):
		s.refuse(m, noLogin)
	default:
		s.accept(m, Candidate{Account: s.resident(s.numbered(forks.Account{Login: name}))})
	}
}

func (s *search) ownerTeam(m mention, name string) {
	for _, key := range slices.Sorted(maps.Keys(s.Roster.SIGs)) {
		if sig := s.Roster.SIGs[key]; strings.EqualFold(sig.Team, name) {
			s.sig(m, sig)
			return
		}
	}
	asks, mapped := s.Roster.Teams[strings.ToLower(name)]
	switch {
	case !mapped:
		s.refuse(m, "the policy does not say who stands for this team")
	case len(asks) == 0:
		s.refuse(m, "the policy asks nobody for this team")
	}
	for _, a := range asks {
		stands := m
		stands.reason = "stands for team " + name + ", which " + m.reason
		s.ask(stands, a)
	}
}

// committers meets who changed the paths in the fork.
func (s *search) committers() {
	for _, c := range s.Committers {
		times := "once"
		if c.Commits > 1 {
			times = fmt.Sprintf("%d times", c.Commits)
		}
		s.person(mention{Source: FromCommitters, name: nameOf(c.Name, c.Email), where: "the fork's history",
			reason: "changed these files in the fork " + times + " lately", commits: c.Commits}, c.Person)
	}
}

// duty meets the default SIG, which is asked for the reason why.
func (s *search) duty(why string) {
	if s.Roster.DefaultSIG == "" {
		if len(s.met) == 0 {
			s.note(FromDuty, "", "nobody is known, and the policy has no default SIG")
		}
		return
	}
	sig, ok := s.Roster.SIG(s.Roster.DefaultSIG)
	m := mention{Source: FromDuty, name: "sig:" + s.Roster.DefaultSIG, where: "policy.toml", reason: why}
	if !ok {
		s.refuse(m, "the policy has no SIG of this name")
		return
	}
	s.sig(m, sig)
}
