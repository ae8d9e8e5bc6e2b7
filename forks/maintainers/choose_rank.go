package maintainers

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// sourceOrder is the place of a source among the others.
func sourceOrder(s Source) int {
	return slices.Index([]Source{FromPolicy, FromTrailer, FromAuthor, FromMeta, FromModule, FromHaskell, FromOwners,
		FromUpstreamOwners, FromTeamMap, FromCommitters, FromDuty, FromConfig, FromContact}, s)
}

// ranked are the people who were found, the first to be asked first. About a treewide
// change those alone who are asked about everything.
func (h *choosing) ranked() (list []Candidate) {
	for _, c := range h.Candidates {
		if c.Team == "" && (!h.Treewide || asksForAll(c.Source)) {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b Candidate) int {
		duty := 0
		if a.Source == FromDuty && b.Source == FromDuty {
			duty = sooner(h.Roster.OnDuty(a.Login, h.At), h.Roster.OnDuty(b.Login, h.At))
		}
		return cmp.Or(cmp.Compare(sourceOrder(a.Source), sourceOrder(b.Source)), duty, cmp.Compare(b.Hits, a.Hits), h.byLoad(a, b))
	})
	return list
}

// asksForAll reports whether a source names people whatever a conflict is about.
func asksForAll(s Source) bool { return s == FromDuty || s == FromConfig || s == FromContact }

// sooner sorts what has a property before what has not.
func sooner(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// byLoad sorts who has the least to do first, then who was asked least lately, then by
// what cannot be foreseen and is always the same.
func (h *choosing) byLoad(a, b Candidate) int {
	x, y := h.now(a), h.now(b)
	return cmp.Or(cmp.Compare(h.Load[x], h.Load[y]), h.LastAsked[x].Compare(h.LastAsked[y]),
		cmp.Compare(h.lot(x), h.lot(y)), cmp.Compare(x, y), cmp.Compare(a.Login, b.Login))
}

// now is the login that a candidate has now, as far as it is known, in lower case.
func (h *choosing) now(c Candidate) string {
	st, _ := h.standingOf(c.Account)
	return strings.ToLower(cmp.Or(st.Login, c.Login))
}

// lot draws between people who are alike.
func (h *choosing) lot(login string) string {
	sum := sha256.Sum256([]byte(h.Seed + "\x00" + login))
	return hex.EncodeToString(sum[:8])
}

// contacts are the policy's emergency contacts.
func (h *choosing) contacts() []Candidate {
	return h.residents(FromContact, "is an emergency contact", func(r forks.Resident) bool { return r.Contact })
}

// residents are people of the policy, the one with the least to do first.
func (h *choosing) residents(s Source, reason string, want func(forks.Resident) bool) (list []Candidate) {
	for _, key := range slices.Sorted(maps.Keys(h.Roster.People)) {
		if r := h.Roster.People[key]; want(r) {
			list = append(list, Candidate{Account: forks.Account{Login: cmp.Or(r.Login, key)}, Source: s, Reason: reason})
		}
	}
	slices.SortFunc(list, h.byLoad)
	return list
}

// onDuty are those who are asked when nobody has answered for long: whose days they are,
// then the emergency contacts, then the other members of the default SIG.
func (h *choosing) onDuty() (list []Candidate) {
	add := func(more []Candidate) {
		for _, c := range more {
			if !slices.ContainsFunc(list, func(o Candidate) bool { return strings.EqualFold(o.Login, c.Login) }) {
				list = append(list, c)
			}
		}
	}
	add(h.residents(FromDuty, "is on duty", func(r forks.Resident) bool { return h.Roster.OnDuty(r.Login, h.At) }))
	add(h.contacts())
	for _, c := range h.ranked() {
		if c.Source == FromDuty {
			add([]Candidate{c})
		}
	}
	return list
}

// rankedTeams are the teams that could be asked, the first to be asked first.
func (h *choosing) rankedTeams() (list []Candidate) {
	add := func(c Candidate) {
		if c.Team != "" && !slices.ContainsFunc(list, func(o Candidate) bool { return strings.EqualFold(o.Team, c.Team) }) {
			list = append(list, c)
		}
	}
	found := slices.Clone(h.Candidates)
	slices.SortStableFunc(found, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(sourceOrder(a.Source), sourceOrder(b.Source)), cmp.Compare(b.Hits, a.Hits), cmp.Compare(strings.ToLower(a.Name()), strings.ToLower(b.Name())))
	})
	near := slices.DeleteFunc(slices.Clone(found), func(c Candidate) bool { return h.Treewide || asksForAll(c.Source) })
	if len(h.people) > 0 && !h.Treewide {
		add(h.teamOf(h.people[0].SIG, found))
	}
	for _, c := range near {
		if c.Team != "" {
			add(c)
		} else {
			add(h.teamOf(c.SIG, found))
		}
	}
	add(h.teamOf(h.Roster.DefaultSIG, found))
	for _, c := range found {
		if asksForAll(c.Source) {
			add(c)
		}
	}
	return list
}

// teamOf is the team of a SIG, with the reason of the source that names it, if one does;
// none has no Team.
func (h *choosing) teamOf(name string, found []Candidate) Candidate {
	sig, _ := h.Roster.SIG(name)
	if name == "" || sig.Team == "" {
		return Candidate{}
	}
	for _, c := range found {
		if strings.EqualFold(c.Team, sig.Team) && (c.Source != FromDuty || h.Treewide) {
			return c
		}
	}
	return Candidate{Team: sig.Team, SIG: sig.Name, Source: FromPolicy, Reason: "the team of SIG " + sig.Name}
}

// candidate is a person by login: as found, else with what is known of them.
func (h *choosing) candidate(login string, s Source, reason string) Candidate {
	for _, c := range slices.Concat(h.ranked(), h.onDuty()) {
		st, _ := h.standingOf(c.Account)
		if strings.EqualFold(c.Login, login) || strings.EqualFold(st.Login, login) {
			return c
		}
	}
	return Candidate{Account: forks.Account{Login: login}, Source: s, Reason: reason}
}

// renamed asks about candidates whose login may be another by now: one of them may be
// somebody who was asked before.
func (h *choosing) renamed() {
	for i, c := range h.ranked() {
		if _, known := h.Standings[Key(c.Account)]; c.ID != 0 && !known && i < mostExplained {
			h.wonder(c.Account)
		}
	}
}

// teamCandidate is a team by name: as found, else with what is known of it.
func (h *choosing) teamCandidate(team string) Candidate {
	for _, c := range h.rankedTeams() {
		if strings.EqualFold(c.Team, team) {
			return c
		}
	}
	for _, key := range slices.Sorted(maps.Keys(h.Roster.SIGs)) {
		if sig := h.Roster.SIGs[key]; strings.EqualFold(sig.Team, team) {
			return h.teamOf(sig.Name, h.Candidates)
		}
	}
	return Candidate{Team: team, Source: FromBefore, Reason: "was asked before"}
}
