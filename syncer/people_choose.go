package syncer

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// choose decides for each conflict who is asked. Conflicts come in their order: who has
// been given one has more to do when the next is given away.
func (a *attendance) choose(ctx context.Context, in pulls.ReconcileInput) error {
	a.chosen = map[forks.ProposalID]maintainers.Chosen{}
	for _, t := range a.about {
		for _, p := range t.state.Proposals {
			if !p.Status.Live() || !a.watched(p) {
				continue
			}
			chosen, err := a.chooseFor(ctx, t, p, in)
			if err != nil {
				return err
			}
			a.chosen[p.ID] = chosen
		}
	}
	return nil
}

// chooseFor decides who is asked about a conflict. Who is assigned without having been
// asked, and would not be, was assigned by a person: then that is who has it. Who would
// be was asked by auxsync, and the answer or the record was lost.
func (a *attendance) chooseFor(ctx context.Context, t aboutTrack, p forks.Proposal, in pulls.ReconcileInput) (maintainers.Chosen, error) {
	found, c := a.found(t, p), a.circumstances(t, p, in)
	chosen, err := a.chooseAmong(ctx, found, c)
	if err != nil {
		return chosen, err
	}
	seen := in.Seen.Pulls[p.ID].Assignees
	c.ByHand = withoutAll(slices.Clone(seen), slices.Concat(c.Asked.Assignees, chosen.People.Assignees, []string{c.Me}))
	if len(c.ByHand) == 0 {
		return chosen, nil
	}
	gone := withoutAll(slices.Clone(c.Asked.Assignees), seen)
	c.Asked.Assignees = withoutAll(slices.Clone(c.Asked.Assignees), gone)
	return a.chooseAmong(ctx, found, c)
}

// chooseAmong asks the forge about as many people as it takes to decide.
func (a *attendance) chooseAmong(ctx context.Context, found maintainers.Found, c maintainers.Circumstances) (maintainers.Chosen, error) {
	for {
		chosen := maintainers.Choose(found, c)
		if len(chosen.Unknown) == 0 {
			return chosen, nil
		}
		for _, who := range chosen.Unknown {
			st, err := a.forge.Standing(ctx, who)
			if err != nil {
				return chosen, err
			}
			c.Standings[maintainers.Key(who)] = st
		}
	}
}

// found is everybody who could be asked about a conflict, whom the config names last.
func (a *attendance) found(t aboutTrack, p forks.Proposal) maintainers.Found {
	found := t.told[p.ID].who.found
	found.Candidates = slices.Clone(found.Candidates)
	for _, name := range t.track.GitHub.Ask {
		if slices.ContainsFunc(found.Candidates, func(c maintainers.Candidate) bool { return strings.EqualFold(c.Name(), name) }) {
			continue
		}
		c := maintainers.Candidate{Source: maintainers.FromConfig, Reason: "asked for all conflicts of this fork"}
		if strings.Contains(name, "/") {
			c.Team = name
		} else {
			c.Login = name
		}
		found.Candidates = append(found.Candidates, c)
	}
	return found
}

// circumstances are what a choice depends on beside who was found.
func (a *attendance) circumstances(t aboutTrack, p forks.Proposal, in pulls.ReconcileInput) maintainers.Circumstances {
	r := a.records[p.ID]
	c := maintainers.Circumstances{
		At: t.track.Quiet.Local(a.Clock.Now()), Standings: map[string]forks.Standing{}, NotFor: p.NotFor, Claimed: p.Claimed,
		Asked: forks.People{Assignees: r.Assignees, Reviewers: r.Reviewers}, LeftOut: r.LeftOut, Me: in.Seen.Me,
		Roster: a.rosterOf(a.fork), Seed: string(p.ID), Stage: a.stage(t, p, r),
	}
	if r.Number == 0 { // the record is lost
		c.Asked = pulls.AskedOn(in.Seen.Pulls[p.ID])
	}
	c.Load, c.LastAsked = a.load(p.ID)
	return c
}

// load is how much everybody has to decide over all forks, without one conflict, and when
// they were asked last. What this visit has given away counts.
func (a *attendance) load(without forks.ProposalID) (load map[string]int, last map[string]time.Time) {
	load, last = map[string]int{}, map[string]time.Time{}
	add := func(names []string, since time.Time) {
		for _, name := range names {
			key := strings.ToLower(name)
			load[key]++
			if last[key].Before(since) {
				last[key] = since
			}
		}
	}
	for _, w := range a.elsewhere {
		if w.Fork != a.fork {
			add(w.With(), w.Since)
		}
	}
	for _, t := range a.about {
		for _, p := range t.state.Proposals {
			if p.ID == without || !p.Status.Live() {
				continue
			}
			with := a.waitsWith(p)
			if chosen, ok := a.chosen[p.ID]; ok && p.Claimed == "" {
				with = personsOf(chosen)
			}
			add(with, p.Opened)
		}
	}
	return load, last
}

// personsOf names the persons who are asked.
func personsOf(chosen maintainers.Chosen) (names []string) {
	for _, who := range chosen.Asked {
		if who.Login != "" {
			names = append(names, who.Login)
		}
	}
	return names
}

// mayClaim lists the people who may take a conflict on though they may not push: all
// who could be asked about it, also those who once said that it is not theirs.
func (a *attendance) mayClaim(t aboutTrack, p forks.Proposal, standings map[string]forks.Standing) (names []string) {
	if p.Claimed != "" {
		names = append(names, p.Claimed)
	}
	for _, c := range a.found(t, p).Candidates {
		st, known := standings[strings.ToLower(c.Login)]
		if c.Login != "" && !(known && c.ID != 0 && st.ID != c.ID) { // then it is somebody else's login now
			names = append(names, c.Login)
		}
		for _, st := range standings {
			if c.ID != 0 && c.ID == st.ID {
				names = append(names, st.Login)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// askedOf is a choice as people are told of it.
func askedOf(chosen maintainers.Chosen) (asked []pulls.Asked, met []pulls.Met) {
	for _, who := range chosen.Asked {
		asked = append(asked, pulls.Asked{Login: who.Login + who.Team, Member: who.Member, Reason: who.Reason})
	}
	for _, s := range chosen.Trace {
		met = append(met, pulls.Met{Source: string(s.Source), Name: s.Name, Login: s.Login, Where: s.Where, Accepted: s.Accepted, Why: s.Why})
	}
	return asked, met
}
