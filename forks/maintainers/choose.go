package maintainers

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Sources of names that stand in no tree and no list: [Choose] meets them.
const (
	FromConfig  Source = "config"       // asked about all conflicts of the fork, where no other source gives somebody
	FromContact Source = "contact"      // an emergency contact of the policy
	FromClaim   Source = "claim"        // who said that it is theirs
	FromBefore  Source = "asked before" // whom auxsync asked at an earlier look
	FromHand    Source = "by hand"      // whom a person assigned
)

// hardLimit is how many people and teams are asked about one conflict at most, whatever
// a policy says and however long nobody answers.
const hardLimit = 10

// The steps at which nobody has answered for so long that more people are asked.
const (
	stageNext = 2 // the next person, and the SIG's team
	stageDuty = 3 // who is on duty, too
)

// Circumstances are what a choice depends on beside who was found.
type Circumstances struct {
	At time.Time // in the time zone in which the policy's days are meant
	// Standings is what the forge said of people and teams, by [Key]. A team's Assignable
	// says that a review can be asked of it. Who is not in it is in [Chosen.Unknown] if the
	// choice depends on them.
	Standings map[string]forks.Standing
	// Load is how many open conflicts wait with somebody over all forks, this one not
	// counted; LastAsked is when somebody was asked last. Both by login in lower case.
	Load      map[string]int
	LastAsked map[string]time.Time
	NotFor    []string // who said that it is not theirs
	Claimed   string   // who said that it is; "" for nobody
	// Asked is whom auxsync has asked before: they stay as long as they can be asked.
	Asked forks.People
	// ByHand is whom a person assigned, and who stand: Asked has nobody then who does not.
	ByHand []string
	// LeftOut is whom the forge did not take although it was asked to.
	LeftOut []string
	Me      string // auxsync's own login
	Roster  forks.Roster
	Seed    string // breaks ties; the same for the same conflict
	// Stage is how long nobody has answered: 0 and 1 ask whom the beginning asked, 2 the
	// next person and the SIG's team as well, 3 also who is on duty.
	Stage int
}

// Asked is somebody who is asked.
type Asked struct {
	Login  string // as the forge spells it; "" for a team
	Team   string // org/slug; "" for a person
	Member bool   // of the fork's organisation, verified: may be mentioned
	Reason string // for people; hostile
}

// Chosen is a choice.
type Chosen struct {
	// People is who should stand asked: people as assignees, teams as reviewers. Whom a
	// person assigned is not in it.
	People forks.People
	Asked  []Asked // the same with whom a person assigned, people first
	// Plain are names that were met and lead to nobody who can be asked: no login is
	// known, or the forge assigns nothing to them. Each once, as written; hostile.
	Plain []string
	// Trace has what was met, in the order in which it was found, with what came of it.
	// It says nothing that changes while the choice stays, but for who became free or
	// busy before those who are asked.
	Trace []Step
	// Nobody: there is no person who can be asked, and no team that a source names.
	Nobody bool
	// Unknown are accounts whose standing decides. While there are any the rest is a
	// guess: ask for them, by [Key], and choose again.
	Unknown []forks.Account
}

// Key is where the standing of an account is found in [Circumstances.Standings]: by its
// id, which survives a rename, else by its login or team without case.
func Key(a forks.Account) string {
	if a.ID != 0 {
		return "#" + strconv.FormatInt(a.ID, 10)
	}
	return strings.ToLower(a.Login)
}

// Choose decides who is asked about a conflict: one person to assign and one team,
// more as time passes without an answer. It is a pure function; the order in which
// people were found does not matter.
//
//   - Who said that it is theirs comes first. Who was asked before stays while they can
//     be asked; others are added, never put in their place.
//   - The first source that gives somebody who can be asked counts. Within a source it
//     is who leads to the most files, has the fewest conflicts, was asked least lately.
//   - Nobody is asked who is away, has opted out, has said no, has enough, or whom the
//     forge would not assign; an emergency contact only where nobody else is left.
func Choose(f Found, c Circumstances) Chosen {
	h := &choosing{Found: f, Circumstances: c, why: map[string]string{}, untold: map[string]bool{}}
	h.limits()
	h.claimed()
	h.byHand()
	h.standing()
	wanted := max(1, min(c.Stage, stageNext))
	if f.Treewide {
		wanted = 1
		h.treewide()
	} else {
		h.persons(wanted)
		h.team()
	}
	if c.Stage >= stageDuty {
		h.add(h.onDuty(), wanted+1, h.urgent)
	}
	h.explain()
	return h.chosen()
}

// choosing is a choice that is being made.
type choosing struct {
	Found
	Circumstances
	most      int // people and teams
	perPerson int
	wanted    int // people

	people  []chosenOne
	teams   []chosenOne
	why     map[string]string // why not, by the name of a candidate in lower case
	untold  map[string]bool   // of whom not all is told that is known, by the same
	unknown []forks.Account
}

// chosenOne is somebody who is asked.
type chosenOne struct {
	Candidate
	as     string // login or team as the forge has it now
	member bool
}

// limits fills in what a policy leaves open. Each step of an escalation may add one.
func (h *choosing) limits() {
	asked := cmp.Or(max(0, h.Roster.Limits.Asked), 3)
	h.most = min(hardLimit, asked+max(0, h.Stage-1))
	h.perPerson = cmp.Or(max(0, h.Roster.Limits.PerPerson), 5)
}

// claimed asks who took it on, though they may be away or have much to do.
func (h *choosing) claimed() {
	if h.Claimed == "" {
		return
	}
	who := h.candidate(h.Claimed, FromClaim, "took it on")
	who.Reason = "took it on"
	h.try(who, h.unable)
}

// byHand keeps whom a person assigned. Like who took it on, they take the place of who
// would be asked.
func (h *choosing) byHand() {
	for _, login := range h.ByHand {
		who := h.candidate(login, FromHand, "")
		who.Source, who.Reason = FromHand, "was assigned by hand"
		if len(h.people) < hardLimit && !h.isAsked(who) {
			h.try(who, h.unable)
		}
	}
}

// standing keeps those who were asked before, as long as they can be asked.
func (h *choosing) standing() {
	for _, login := range h.Asked.Assignees {
		who := h.candidate(login, FromBefore, "was asked before")
		if who.Source == FromBefore {
			h.renamed()
		}
		if len(h.people) < hardLimit && !h.isAsked(who) {
			h.try(who, h.stays)
		}
	}
	for _, team := range h.Asked.Reviewers {
		if strings.Contains(team, "/") && len(h.people)+len(h.teams) < hardLimit {
			h.tryTeam(h.teamCandidate(team))
		}
	}
}

// treewide asks the team of the default SIG alone, or one of its members where it has
// no team that can be asked. As time passes its members are asked as well.
func (h *choosing) treewide() {
	h.team()
	if h.Stage >= stageNext || len(h.teams) == 0 {
		h.persons(1)
	}
}

// persons asks people until there are as many as wanted.
func (h *choosing) persons(wanted int) {
	h.add(h.ranked(), wanted, h.unasked)
	h.add(slices.Concat(h.ranked(), h.contacts()), wanted, h.urgent)
}

// add asks people of a list in its order until there are as many as wanted. A team that
// stands takes nobody the place of the first person.
func (h *choosing) add(list []Candidate, wanted int, says judge) {
	h.wanted = max(h.wanted, wanted)
	for _, who := range list {
		n := len(h.people) + len(h.teams)
		if len(h.people) >= wanted || n >= hardLimit || len(h.people) > 0 && n >= h.most {
			return
		}
		if !h.isAsked(who) {
			h.try(who, says)
		}
	}
}

// team asks one team, if none stands: that of the SIG through which somebody was found,
// or whose paths match, else the default SIG's. Who took it on needs no team at once.
func (h *choosing) team() {
	if len(h.teams) > 0 || h.Claimed != "" && len(h.people) > 0 && h.Stage < stageNext {
		return
	}
	for _, t := range h.rankedTeams() {
		if len(h.people)+len(h.teams) >= h.most {
			return
		}
		if h.tryTeam(t); len(h.teams) > 0 {
			return
		}
	}
}

// chosen puts the choice together.
func (h *choosing) chosen() Chosen {
	out := Chosen{Unknown: h.unknown, Trace: h.trace(), Plain: h.plain()}
	for _, who := range h.people {
		if who.Source != FromHand {
			out.People.Assignees = append(out.People.Assignees, who.as)
		}
		out.Asked = append(out.Asked, Asked{Login: who.as, Member: who.member, Reason: who.Reason})
	}
	named := h.Treewide
	for _, t := range h.teams {
		out.People.Reviewers = append(out.People.Reviewers, t.as)
		out.Asked = append(out.Asked, Asked{Team: t.as, Member: t.member, Reason: t.Reason})
		named = named || slices.ContainsFunc(h.Candidates, func(c Candidate) bool {
			return c.Source != FromDuty && strings.EqualFold(c.Team, t.as)
		})
	}
	out.Nobody = len(h.people) == 0 && !(named && len(h.teams) > 0)
	return out
}
