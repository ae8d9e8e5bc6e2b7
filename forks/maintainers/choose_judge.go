package maintainers

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// judge says why somebody should not be asked, "" if they may be. It is called before
// the standing is known, with a zero one, and again with it.
type judge func(forks.Account, forks.Standing) string

// objection says why a person is not asked. Where the standing decides and is not known,
// known is false: what the policy alone says needs no question to the forge.
func (h *choosing) objection(a forks.Account, says judge) (why string, known bool) {
	if a.Login == "" && a.ID == 0 {
		return "no login is known", true
	}
	if why := says(a, forks.Standing{}); why != "" {
		return why, true
	}
	st, known := h.standingOf(a)
	switch {
	case !known:
		return "", false
	case !st.Exists:
		return "there is no such account", true
	}
	return says(a, st), true
}

// try asks a person, unless there is an objection.
func (h *choosing) try(who Candidate, says judge) {
	why, known := h.objection(who.Account, says)
	st, _ := h.standingOf(who.Account)
	switch {
	case why != "":
		h.refuse(who, why)
	case !known:
		h.wonder(who.Account)
		h.people = append(h.people, chosenOne{Candidate: who, as: who.Login})
	case !h.isAsked(Candidate{Account: forks.Account{Login: st.Login}}): // by another login of theirs
		h.people = append(h.people, chosenOne{Candidate: who, as: st.Login, member: st.Member})
	}
}

// teamObjection says why a team is not asked.
func (h *choosing) teamObjection(t Candidate) (why string, known bool) {
	st, known := h.standingOf(forks.Account{Login: t.Team})
	switch {
	case hasName(h.NotFor, t.Team):
		return "said that it is not theirs", true
	case hasName(h.LeftOut, t.Team):
		return "the forge did not take it", true
	case known && !st.Assignable:
		return "has no access to this fork", true
	}
	return "", known
}

// tryTeam asks a team, unless there is an objection.
func (h *choosing) tryTeam(t Candidate) {
	why, known := h.teamObjection(t)
	st, _ := h.standingOf(forks.Account{Login: t.Team})
	switch {
	case h.isAsked(t):
	case why != "":
		h.refuse(t, why)
	default:
		if !known {
			h.wonder(forks.Account{Login: t.Team})
		}
		h.teams = append(h.teams, chosenOne{Candidate: t, as: cmp.Or(st.Login, t.Team), member: true})
	}
}

// refuse notes why somebody is not asked.
func (h *choosing) refuse(who Candidate, why string) { h.why[strings.ToLower(who.Name())] = why }

// standingOf is what the forge said of an account: asked by its id, else by its login.
func (h *choosing) standingOf(a forks.Account) (forks.Standing, bool) {
	if st, ok := h.Standings[Key(a)]; ok {
		return st, true
	}
	if a.Login == "" {
		return forks.Standing{}, false
	}
	st, ok := h.Standings[strings.ToLower(a.Login)]
	return st, ok
}

// loginsOf are the logins that an account is known by: the one that was found, and the one
// that it has now.
func loginsOf(a forks.Account, st forks.Standing) (list []string) {
	if a.Login != "" {
		list = append(list, a.Login)
	}
	if st.Login != "" && !strings.EqualFold(st.Login, a.Login) {
		list = append(list, st.Login)
	}
	return list
}

// unwilling says why somebody does not want to be asked, or cannot now.
func (h *choosing) unwilling(a forks.Account, st forks.Standing) string {
	for _, name := range loginsOf(a, st) {
		who, _ := h.Roster.Find(name)
		switch until, away := h.Roster.Away(name, h.At); {
		case hasName(h.NotFor, name):
			return "said that it is not theirs"
		case strings.EqualFold(name, h.Me):
			return "is auxsync itself"
		case who.OptOut:
			return "has opted out"
		case away:
			return "away until " + until.String()
		case hasName(h.LeftOut, name):
			return "the forge did not take them"
		}
	}
	return ""
}

// busy says that somebody has enough to decide.
func (h *choosing) busy(a forks.Account, st forks.Standing) string {
	for _, name := range loginsOf(a, st) {
		if h.Load[strings.ToLower(name)] >= h.perPerson {
			return "has " + strconv.Itoa(h.perPerson) + " open conflicts"
		}
	}
	return ""
}

// unable says why the forge would not assign an account. A zero standing says nothing.
func (h *choosing) unable(a forks.Account, st forks.Standing) string {
	switch {
	case !st.Exists:
		return ""
	case a.ID != 0 && st.ID != a.ID:
		return "somebody else has this login now"
	case st.Organisation:
		return "is an organisation"
	case st.Bot:
		return "is a bot"
	case !st.Assignable:
		return "not assignable in this fork"
	}
	return ""
}

// stays judges somebody who was asked before.
func (h *choosing) stays(a forks.Account, st forks.Standing) string {
	return cmp.Or(h.unwilling(a, st), h.unable(a, st))
}

// unasked judges somebody who was not asked yet.
func (h *choosing) unasked(a forks.Account, st forks.Standing) string {
	why := h.urgent(a, st)
	if why == "" && h.isContact(a, st) {
		why = "is an emergency contact"
	}
	return why
}

// urgent judges somebody who was not asked yet where emergency contacts are asked too.
func (h *choosing) urgent(a forks.Account, st forks.Standing) string {
	return cmp.Or(h.stays(a, st), h.busy(a, st))
}

func (h *choosing) isContact(a forks.Account, st forks.Standing) bool {
	return slices.ContainsFunc(loginsOf(a, st), func(name string) bool {
		who, _ := h.Roster.Find(name)
		return who.Contact
	})
}

// wonder notes that somebody's standing decides.
func (h *choosing) wonder(a forks.Account) {
	if !slices.ContainsFunc(h.unknown, func(o forks.Account) bool { return Key(o) == Key(a) }) {
		h.unknown = append(h.unknown, a)
	}
}

// isAsked reports whether a person or a team is chosen already, under either name.
func (h *choosing) isAsked(c Candidate) bool {
	return slices.ContainsFunc(slices.Concat(h.people, h.teams), func(o chosenOne) bool {
		return c.ID != 0 && c.ID == o.ID || c.Name() != "" && (strings.EqualFold(o.as, c.Name()) || strings.EqualFold(o.Name(), c.Name()))
	})
}

// hasName finds a login or a team without case, as forges do.
func hasName(list []string, name string) bool {
	return slices.ContainsFunc(list, func(o string) bool { return strings.EqualFold(o, name) })
}
