package forks

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Advice tells what is unwise in what the policy says of people, and no mistake: it is in
// effect as it is. At is the time it is asked at, in the time zone of the days. It is in
// the order of the lines.
func (p *Policy) Advice(at time.Time) []ConfigProblem {
	if p == nil {
		return nil
	}
	a := adviser{policy: p, found: problemList{file: p.file}}
	for _, key := range slices.Sorted(maps.Keys(p.roster.People)) {
		a.person(p.roster.People[key], DayOf(at))
	}
	for _, key := range slices.Sorted(maps.Keys(p.roster.SIGs)) {
		a.sig(p.roster.SIGs[key])
	}
	if len(p.roster.SIGs) > 0 && p.roster.DefaultSIG == "" {
		a.add(nil, "there is no default_sig: where nobody else is known, nobody is asked")
	}
	for _, pattern := range p.patterns() {
		if starsInAPart(pattern.text) {
			a.add(pattern.path, `%q has "**" beside other characters, where it means "*": write "**/" for any folders`, pattern.text)
		}
	}
	return a.found.sorted()
}

// Patterns lists the path patterns of the policy, sorted, each once.
func (p *Policy) Patterns() (list []string) {
	if p == nil {
		return nil
	}
	for _, pattern := range p.patterns() {
		list = append(list, pattern.text)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Unmatched says of patterns that match no file of the fork where they stand in the
// policy.
func (p *Policy) Unmatched(patterns []string) []ConfigProblem {
	if p == nil {
		return nil
	}
	a := adviser{policy: p, found: problemList{file: p.file}}
	for _, pattern := range p.patterns() {
		if slices.Contains(patterns, pattern.text) {
			a.add(pattern.path, "%q matches no file of the fork", pattern.text)
		}
	}
	return a.found.sorted()
}

// ForeignTeams tells the teams that are not of the organisation that owns the fork:
// the forge does not let them be asked there.
func (p *Policy) ForeignTeams(owner string) []ConfigProblem {
	if p == nil {
		return nil
	}
	a := adviser{policy: p, found: problemList{file: p.file}}
	for _, key := range slices.Sorted(maps.Keys(p.roster.SIGs)) {
		sig := p.roster.SIGs[key]
		if org, _, ok := strings.Cut(sig.Team, "/"); ok && !strings.EqualFold(org, owner) {
			a.add(keyPath{"sigs", sig.Name, "team"}, "%q is not of %s, who owns the fork: it cannot be asked", sig.Team, owner)
		}
	}
	return a.found.sorted()
}

// writtenPattern is a path pattern with the key that it stands in.
type writtenPattern struct {
	text string
	path keyPath
}

func (p *Policy) patterns() (list []writtenPattern) {
	for _, key := range slices.Sorted(maps.Keys(p.roster.SIGs)) {
		sig := p.roster.SIGs[key]
		for _, pattern := range sig.Paths {
			list = append(list, writtenPattern{pattern, keyPath{"sigs", sig.Name, "paths"}})
		}
	}
	for _, rule := range p.roster.Owners {
		list = append(list, writtenPattern{rule.Pattern, keyPath{"owners", rule.Pattern}})
	}
	return list
}

// adviser collects advice about a policy.
type adviser struct {
	policy *Policy
	found  problemList
}

func (a *adviser) add(path keyPath, format string, args ...any) {
	line := 0
	// A key that was left out has the line of its table.
	for at := path; line == 0 && len(at) > 0; at = at[:len(at)-1] {
		line = a.policy.lines[at.String()]
	}
	a.found.add(line, path, format, args...)
}

func (a *adviser) person(who Resident, today Day) {
	roster, path := a.policy.roster, keyPath{"people", who.Login}
	away, duty := path.child("away"), path.child("on_call")
	a.ranges(away, who.Away, today)
	a.ranges(duty, who.OnDuty, today)
	for _, d := range who.OnDuty {
		if i := slices.IndexFunc(who.Away, d.Meets); i >= 0 {
			a.add(duty, "%s meets %s, when %s is away", d, who.Away[i], who.Login)
		}
	}
	if len(roster.SIGs) > 0 && !who.OptOut && len(roster.SIGsWith(who.Login)) == 0 {
		a.add(path, "is in no SIG: asked only where something else leads to them")
	}
	if who.OptOut && len(who.OnDuty) > 0 {
		a.add(duty, "has no effect beside opt_out")
	}
}

// ranges tells ranges that are over, and those that meet.
func (a *adviser) ranges(path keyPath, ranges []DayRange, today Day) {
	for i, r := range ranges {
		if r.Last.Compare(today) < 0 {
			a.add(path, "%s is over; it can go", r)
		}
		for _, other := range ranges[:i] {
			if r.Meets(other) {
				a.add(path, "%s and %s overlap", other, r)
			}
		}
	}
}

func (a *adviser) sig(sig SIG) {
	roster, path := a.policy.roster, keyPath{"sigs", sig.Name}
	members := path.child("members")
	switch {
	case len(sig.Members) == 0 && sig.Team == "":
		a.add(path, "has no members: nobody is asked through it")
	case len(sig.Members) == 0:
		a.add(path, "has no members: no person is asked through it, only its team")
	}
	for i, m := range sig.Members {
		if slices.ContainsFunc(sig.Members[:i], func(other string) bool { return strings.EqualFold(m, other) }) {
			a.add(members, "names %q twice", m)
		}
	}
	if len(sig.Paths) == 0 && !roster.leadsTo(sig.Name) {
		a.add(path, "has no paths, and nothing else names it: nothing leads to it")
	}
}

// leadsTo reports whether something but paths leads to a SIG.
func (r Roster) leadsTo(sig string) bool {
	return strings.EqualFold(sig, r.DefaultSIG) || slices.ContainsFunc(r.asks(), func(list []Ask) bool {
		return slices.ContainsFunc(list, func(ask Ask) bool { return strings.EqualFold(sig, ask.SIG) })
	})
}
