package forks

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// defaultAskLimits are the limits that a policy leaves open.
func defaultAskLimits() AskLimits { return AskLimits{Asked: 3, PerPerson: 5, Treewide: 25} }

// Find returns a person of the policy by login, or by one of their aliases.
func (r Roster) Find(name string) (Resident, bool) {
	key := strings.ToLower(name)
	if who, ok := r.People[key]; ok {
		return who, true
	}
	for _, who := range r.People {
		if slices.ContainsFunc(who.Aliases, func(alias string) bool { return strings.ToLower(alias) == key }) {
			return who, true // no alias is two people's
		}
	}
	return Resident{}, false
}

// SIG returns a SIG by its name.
func (r Roster) SIG(name string) (SIG, bool) {
	sig, ok := r.SIGs[strings.ToLower(name)]
	return sig, ok
}

// SIGsOf returns the SIGs one of whose patterns matches a path, in the order of their
// names.
func (r Roster) SIGsOf(path string) []SIG {
	var list []SIG
	for _, key := range slices.Sorted(maps.Keys(r.SIGs)) {
		if sig := r.SIGs[key]; slices.ContainsFunc(sig.Paths, func(pattern string) bool { return MatchPath(pattern, path) }) {
			list = append(list, sig)
		}
	}
	return list
}

// SIGsWith returns the names of the SIGs that somebody is a member of, in their order.
func (r Roster) SIGsWith(login string) []string {
	var names []string
	for _, key := range slices.Sorted(maps.Keys(r.SIGs)) {
		if sig := r.SIGs[key]; slices.ContainsFunc(sig.Members, func(m string) bool { return strings.EqualFold(m, login) }) {
			names = append(names, sig.Name)
		}
	}
	return names
}

// OwnerOf returns the rule of [owners] that counts for a path: the last that matches.
// One that asks nobody counts too.
func (r Roster) OwnerOf(path string) (rule OwnerRule, ok bool) {
	for _, rule := range slices.Backward(r.Owners) {
		if MatchPath(rule.Pattern, path) {
			return rule, true
		}
	}
	return OwnerRule{}, false
}

// Away reports whether somebody, by login or alias, is away on the day of at in its time
// zone, and until which day, which is included.
func (r Roster) Away(login string, at time.Time) (until Day, away bool) {
	who, _ := r.Find(login)
	return lastOf(who.Away, DayOf(at))
}

// OnDuty reports whether somebody, by login or alias, is on duty on the day of at in its
// time zone. Who is on duty may be away all the same.
func (r Roster) OnDuty(login string, at time.Time) bool {
	who, _ := r.Find(login)
	_, on := lastOf(who.OnDuty, DayOf(at))
	return on
}

// Everybody lists the logins, and the teams as org/slug, that the policy would have asked,
// sorted without case, each once. Who opted out is not among them.
func (r Roster) Everybody() []string {
	names := map[string]string{} // by lower case, as the policy spells it
	add := func(list ...string) {
		for _, name := range list {
			if key := strings.ToLower(name); name != "" && names[key] == "" && !r.People[key].OptOut {
				names[key] = name
			}
		}
	}
	for _, who := range r.People {
		add(who.Login)
	}
	for _, key := range slices.Sorted(maps.Keys(r.SIGs)) {
		add(r.SIGs[key].Members...)
		add(r.SIGs[key].Team)
	}
	for _, list := range r.asks() {
		for _, ask := range list {
			add(ask.Login)
		}
	}
	var all []string
	for _, key := range slices.Sorted(maps.Keys(names)) {
		all = append(all, names[key])
	}
	return all
}

// asks are all lists of whom to ask, in an order that does not change.
func (r Roster) asks() (lists [][]Ask) {
	for _, rule := range r.Owners {
		lists = append(lists, rule.Ask)
	}
	for _, id := range slices.Sorted(maps.Keys(r.Patches)) {
		lists = append(lists, r.Patches[id])
	}
	for _, team := range slices.Sorted(maps.Keys(r.Teams)) {
		lists = append(lists, r.Teams[team])
	}
	return lists
}
