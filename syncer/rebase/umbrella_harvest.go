package rebase

import (
	"context"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// aloneOf is a member of an umbrella as a proposal of its own.
func aloneOf(prop forks.Proposal, m forks.Member) forks.Proposal {
	prop.Patch, prop.Conflict, prop.Picked, prop.Onto, prop.Fix, prop.Members = m.Patch, m.Conflict, m.Picked, m.Onto, m.Fix, nil
	return prop
}

// harvestEach judges what was merged, for each patch that the proposal asks about.
func (p *Planner) harvestEach(ctx context.Context, in Input, s *stack, m Merged) ([]Verdict, error) {
	if m.Proposal.Umbrella() {
		return p.harvestUmbrella(ctx, in, s, m)
	}
	v, err := p.harvest(ctx, in, s, m)
	return []Verdict{v}, err
}

// harvestUmbrella cuts what was merged by the paths of the members and judges each part.
// A path of nobody's makes it a question about all of them, unless none is settled.
func (p *Planner) harvestUmbrella(ctx context.Context, in Input, s *stack, m Merged) ([]Verdict, error) {
	tip, err := p.commit(m.Tip)
	if err != nil {
		return nil, err
	}
	var verdicts []Verdict
	for _, member := range m.Proposal.Members {
		v := m.verdict(tip)
		v.Patch = member.Patch
		verdicts = append(verdicts, v)
	}
	all := func(kind VerdictKind, paths []forks.Path) []Verdict {
		for i := range verdicts {
			verdicts[i].Kind, verdicts[i].Paths, verdicts[i].Version = kind, paths, forks.Version{}
		}
		return verdicts
	}
	if ok, err := p.hist.IsAncestor(ctx, m.Proposal.Onto, m.Tip); err != nil || !ok {
		return all(Foreign, nil), err
	}
	onto, pin, err := p.umbrellaFor(ctx, in, s, m)
	if err != nil {
		return nil, err
	}
	ontoTree, err := p.treeOf(onto)
	if err != nil {
		return nil, err
	}
	cut, err := p.cut(in, m.Proposal, ontoTree, tip.tree)
	if err != nil {
		return nil, err
	}
	settled := false
	for i, member := range m.Proposal.Members {
		if verdicts[i], err = p.harvestMember(ctx, in, m, member, cut, i, verdicts[i]); err != nil {
			return nil, err
		}
		settled = settled || verdicts[i].Kind != Markers
	}
	if settled && len(cut.nobodys) > 0 {
		return all(OtherPaths, cut.nobodys), nil
	}
	for i, member := range m.Proposal.Members {
		if verdicts[i].Kind != Taken {
			continue
		}
		alone := m
		alone.Proposal = aloneOf(m.Proposal, member)
		version, err := p.newVersion(alone, onto, ontoTree, cut.own[i], tip)
		if err != nil {
			return nil, err
		}
		verdicts[i].Version = forks.Version{Commit: version, Pin: pin, Proposal: m.Proposal.ID, By: verdicts[i].By, At: in.Now}
		answer, err := p.treeOf(version) // without what was answered for the others
		if err != nil {
			return nil, err
		}
		if verdicts[i].Decided, err = p.decidedBy(ctx, in, alone.Proposal, verdicts[i].By, ontoTree, answer); err != nil {
			return nil, err
		}
	}
	return verdicts, nil
}

// harvestMember says what one part amounts to. While the conflict file is there, only
// what shows every conflict by markers can be settled without it. A patch of which
// nothing is there was dropped only if whoever merged had its commit, or answered for
// all of them: somebody may have settled others alone, and then it is asked about again.
func (p *Planner) harvestMember(ctx context.Context, in Input, m Merged, member forks.Member, c cutting, i int, v Verdict) (Verdict, error) {
	if v.Kind, v.Paths = Markers, c.unsettled[i]; len(v.Paths) > 0 {
		return v, nil
	}
	if c.told {
		shown, err := p.treeOf(member.Fix)
		if err != nil {
			return v, err
		}
		n, ok, err := p.marked(in, shown, member.Conflict.Files)
		if err != nil {
			return v, err
		}
		if !ok || n < len(member.Conflict.Files) {
			v.Paths = []forks.Path{in.ConflictFile}
			return v, nil
		}
	}
	if len(c.own[i]) > 0 {
		v.Kind = Taken
		return v, nil
	}
	answered := m.Verb != "" || m.By != ""
	if !answered {
		var err error
		if answered, err = p.hist.IsAncestor(ctx, member.Fix, m.Tip); err != nil {
			return v, err
		}
	}
	if answered {
		v.Kind = NoDifference
	}
	return v, nil
}

// umbrellaFor is [Planner.ontoFor] for an umbrella.
func (p *Planner) umbrellaFor(ctx context.Context, in Input, s *stack, m Merged) (onto, pin forks.Hash, err error) {
	onto, pin = m.Proposal.Onto, m.Proposal.Conflict.Cause
	newest, err := p.newestOn(ctx, in, s, m.Tip, s.at[pin])
	if err != nil || newest.IsZero() || s.at[newest] <= s.at[pin] {
		return onto, pin, err
	}
	var items []int
	for _, id := range m.Proposal.Patches() {
		if i := s.index(id); i >= 0 {
			items = append(items, i)
		}
	}
	if len(items) == 0 {
		return onto, pin, nil
	}
	slices.Sort(items)
	r := Result{planner: p, stack: s}
	moved, picks, err := r.umbrellaOnto(ctx, items, s.at[newest])
	p.answered = append(p.answered, picks...)
	return moved, newest, err
}

// cutting is the difference of a tree to an umbrella's onto, cut by members.
type cutting struct {
	own       []map[forks.Path]leaf // by member
	unsettled [][]forks.Path        // of these, with marker lines that no input had
	nobodys   []forks.Path
	told      bool // the conflict file is there
}

// cut gives each path of a difference to the member whose it is. Where a member's file
// was moved away by the cause, its answer may be in what the cause touched; but only if
// that can be no other member's.
func (p *Planner) cut(in Input, prop forks.Proposal, onto, tree forks.Hash) (cutting, error) {
	n := len(prop.Members)
	c := cutting{own: make([]map[forks.Path]leaf, n), unsettled: make([][]forks.Path, n)}
	owner, err := p.owners(prop)
	if err != nil {
		return c, err
	}
	files, err := p.changed(change{onto, tree})
	if err != nil {
		return c, err
	}
	for i := range c.own {
		c.own[i] = map[forks.Path]leaf{}
	}
	for _, f := range files {
		i, owned := owner[f.path]
		switch {
		case f.path == in.ConflictFile:
			c.told = f.to != (leaf{})
			continue
		case !owned || i < 0:
			c.nobodys = append(c.nobodys, f.path)
			continue
		}
		alone := aloneOf(prop, prop.Members[i])
		picked, err := p.change(alone.Picked)
		if err != nil {
			return c, err
		}
		marked, err := p.hasMarkers(in, alone, f, picked)
		if err != nil {
			return c, err
		}
		if marked {
			c.unsettled[i] = append(c.unsettled[i], f.path)
		}
		c.own[i][f.path] = f.to
	}
	return c, nil
}

// owners says which member a path belongs to; -1 for one that may be several members'.
func (p *Planner) owners(prop forks.Proposal) (map[forks.Path]int, error) {
	moved := map[forks.Path]int{}
	for i, m := range prop.Members {
		places, err := p.movedPlaces(aloneOf(prop, m))
		if err != nil {
			return nil, err
		}
		for _, path := range places {
			if _, twice := moved[path]; twice {
				moved[path] = -1
			} else {
				moved[path] = i
			}
		}
	}
	for i, m := range prop.Members {
		own, err := p.ownPaths(aloneOf(prop, m))
		if err != nil {
			return nil, err
		}
		for _, path := range own {
			moved[path] = i
		}
	}
	return moved, nil
}

// unsettledMembers is [Planner.unsettled] for an umbrella.
func (p *Planner) unsettledMembers(in Input, prop forks.Proposal, onto, tree forks.Hash) ([]forks.Path, error) {
	c, err := p.cut(in, prop, onto, tree)
	if err != nil {
		return nil, err
	}
	var out []forks.Path
	if c.told {
		out = append(out, in.ConflictFile)
	}
	return slices.Concat(out, slices.Concat(c.unsettled...)), nil
}
