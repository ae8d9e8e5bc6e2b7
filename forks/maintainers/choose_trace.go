package maintainers

import (
	"cmp"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// mostExplained is how many people the forge is asked about for the sake of the trace
// alone.
const mostExplained = 8

const (
	// notNeeded is why somebody is not asked who could be.
	notNeeded = "not needed: others come first"
	// passedOver is all that is told of who comes after mostExplained others: the forge
	// was asked about them while nobody was found, and is not asked again.
	passedOver = "passed over: cannot be asked, or others come first"
)

// explain says of those who came before whom is asked why they are not, also where
// nobody had to be looked for: the trace stays the same then. Of those who come after,
// it says what the policy says.
func (h *choosing) explain() {
	last := -1
	for _, who := range h.people {
		if last = max(last, sourceOrder(who.Source)); h.isContact(who.Account, forks.Standing{Login: who.as}) {
			last = sourceOrder(FromContact) // all others were passed over
		}
	}
	if len(h.people) < h.wanted {
		last = sourceOrder(FromContact)
	}
	list := slices.DeleteFunc(slices.Concat(h.ranked(), h.onDuty()), h.isAsked)
	slices.SortFunc(list, func(a, b Candidate) int { // busy or not
		return cmp.Or(cmp.Compare(sourceOrder(a.Source), sourceOrder(b.Source)), cmp.Compare(b.Hits, a.Hits), cmp.Compare(h.lot(a.Login), h.lot(b.Login)))
	})
	for i, who := range list {
		says, before := h.unwilling, sourceOrder(who.Source) <= last
		if before {
			says = h.unasked
		}
		if before && i >= mostExplained && len(h.people) >= h.wanted {
			h.untold[strings.ToLower(who.Name())] = true
			h.refuse(who, cmp.Or(says(who.Account, forks.Standing{}), passedOver))
			continue
		}
		why, known := h.objection(who.Account, says)
		switch {
		case why != "":
			h.refuse(who, why)
		case !known && before && i < mostExplained:
			h.wonder(who.Account)
		}
	}
	for i, t := range h.rankedTeams() {
		if h.isAsked(t) || i == mostExplained {
			break
		}
		if why, known := h.teamObjection(t); why != "" {
			h.refuse(t, why)
		} else if !known {
			h.wonder(forks.Account{Login: t.Team})
		}
	}
}

// trace is what was met, with what came of it. Who was found through no step has one of
// their own at the end.
func (h *choosing) trace() []Step {
	list := slices.Clone(h.Trace)
	told := map[string]bool{}
	for i, s := range list {
		if s.Accepted && s.Login != "" {
			list[i].Accepted, list[i].Why = h.verdict(s.Login)
			told[strings.ToLower(s.Login)] = true
		}
	}
	tell := func(c Candidate) {
		if key := strings.ToLower(c.Name()); !told[key] {
			told[key] = true
			s := Step{Source: c.Source, Name: c.Name(), Login: c.Name()}
			s.Accepted, s.Why = h.verdict(c.Name())
			list = append(list, s)
		}
	}
	for _, c := range h.Candidates {
		tell(c)
	}
	for _, who := range slices.Concat(h.people, h.teams) {
		tell(who.Candidate)
	}
	for _, login := range slices.Concat([]string{h.Claimed}, h.Asked.Assignees, h.Asked.Reviewers) {
		if login != "" && h.why[strings.ToLower(login)] != "" {
			tell(askedBefore(login))
		}
	}
	return list
}

// askedBefore is somebody by a login, or a team, who was asked before.
func askedBefore(name string) Candidate {
	if strings.Contains(name, "/") {
		return Candidate{Team: name, Source: FromBefore}
	}
	return Candidate{Account: forks.Account{Login: name}, Source: FromBefore}
}

// verdict says what came of a login or a team.
func (h *choosing) verdict(name string) (accepted bool, why string) {
	for _, who := range slices.Concat(h.people, h.teams) {
		if strings.EqualFold(who.Name(), name) || strings.EqualFold(who.as, name) {
			if who.as != "" && !strings.EqualFold(who.as, name) {
				return true, "asked, as " + who.as + " now"
			}
			return true, "asked"
		}
	}
	if why := h.why[strings.ToLower(name)]; why != "" {
		return false, why
	}
	return false, notNeeded
}

// plain are the names that lead to nobody who can be asked.
func (h *choosing) plain() (list []string) {
	add := func(name string) {
		if name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	for _, s := range h.Trace {
		if s.Login == "" && !s.Accepted {
			add(s.Name)
		}
	}
	for _, c := range h.Candidates {
		st, known := h.standingOf(c.Account)
		if c.Team == "" && (known && h.unable(c.Account, st) != "" && !h.untold[strings.ToLower(c.Name())] || c.Login == "" && c.ID == 0) {
			add(c.Name())
		}
	}
	return list
}
