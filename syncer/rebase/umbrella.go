package rebase

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// An umbrella asks about several patches with one cause at once. Its onto branch is the
// cause with the patches before the last member that apply, its members left out, and
// what shares a path with an earlier member. Fix is that and one commit a member. As no
// two members share a path, and none depends on what stands between them, each conflicts
// there exactly as it would by itself.

// MinTogether is how many patches with one cause are asked about at once.
const MinTogether = 5

// Together lists the wanted conflicts that one proposal can ask about, in stack order: of
// each list, all with one cause, any patches may be asked about together. What a live
// proposal asks about is left out unless all says otherwise. A list has at least
// [MinTogether] patches.
func (r *Result) Together(ctx context.Context, all bool) ([][]forks.PatchID, error) {
	var causes []forks.Hash
	byCause := map[forks.Hash][]int{}
	for _, c := range r.Wanted {
		asked := slices.ContainsFunc(r.in.Live, func(p forks.Proposal) bool { return p.Status.Live() && p.About(c.Patch) })
		i := r.stack.index(c.Patch)
		if _, ok := r.stack.at[c.Cause]; !ok || i < 0 || c.CausePatch != "" || asked && !all {
			continue
		}
		if byCause[c.Cause] == nil {
			causes = append(causes, c.Cause)
		}
		byCause[c.Cause] = append(byCause[c.Cause], i)
	}
	var lists [][]forks.PatchID
	for _, cause := range causes {
		members, err := r.apart(ctx, byCause[cause], cause)
		if err != nil {
			return nil, fmt.Errorf("see which patches %s can be asked about at once: %w", cause.Short(), err)
		}
		var list []forks.PatchID
		for _, i := range members {
			list = append(list, r.stack.items[i].patch.ID)
		}
		if len(list) > 0 {
			lists = append(lists, list)
		}
	}
	return lists, nil
}

// index returns the item of a patch, -1 if it is not in the stack.
func (s *stack) index(id forks.PatchID) int {
	return slices.IndexFunc(s.items, func(it item) bool { return it.patch.ID == id })
}

// apart returns those of some items, in stack order, that can be asked about at once at
// their cause: none shares a path with another, and each conflicts there as it would by
// itself. Fewer than [MinTogether] are none.
func (r *Result) apart(ctx context.Context, items []int, cause forks.Hash) ([]int, error) {
	pos := r.stack.at[cause]
	for len(items) >= MinTogether {
		members, without, err := r.disjoint(items)
		if err != nil || len(members) < MinTogether {
			return nil, err
		}
		same, err := r.independent(ctx, members, without, pos)
		if err != nil || len(same) == len(items) {
			return same, err
		}
		items = same
	}
	return nil, nil
}

// disjoint picks from items, in stack order, those that share no path with one picked
// before, nor with a patch that stands between them and shares one with such: that is
// left out with them.
func (r *Result) disjoint(items []int) (members, without []int, err error) {
	var taken []forks.Path
	last := items[len(items)-1]
	for i := items[0]; i <= last; i++ {
		own, err := r.memberPaths(i)
		if err != nil {
			return nil, nil, err
		}
		shares := share(own, taken)
		if slices.Contains(items, i) && !shares {
			members = append(members, i)
		} else if !shares {
			continue
		}
		without = append(without, i)
		taken = append(taken, own...)
		slices.SortFunc(taken, func(a, b forks.Path) int { return strings.Compare(string(a), string(b)) })
	}
	return members, without, nil
}

// memberPaths lists the paths of an item and of its conflict at upstream's tip, sorted.
func (r *Result) memberPaths(i int) ([]forks.Path, error) {
	own, err := r.planner.itemPaths(r.stack, i)
	if err != nil {
		return nil, err
	}
	own = slices.Clone(own)
	if i < len(r.ahead.picks) {
		for _, f := range r.ahead.picks[i].files {
			own = append(own, f.Path)
		}
	}
	slices.SortFunc(own, func(a, b forks.Path) int { return strings.Compare(string(a), string(b)) })
	return slices.Compact(own), nil
}

// independent returns those members whose conflict on what the umbrella stands on is
// the one that they have by themselves, and touches no path of an earlier one's.
func (r *Result) independent(ctx context.Context, members, without []int, pos int) (same []int, err error) {
	p, s := r.planner, r.stack
	onto, _, err := p.below(ctx, s, members[len(members)-1], pos, without...)
	if err != nil {
		return nil, err
	}
	var taken []forks.Path
	for _, i := range members {
		alone, _, err := p.below(ctx, s, i, pos)
		if err != nil {
			return nil, err
		}
		there, touched, err := p.presentedOn(ctx, s, i, pos, onto)
		if err != nil {
			return nil, err
		}
		here, touchedAlone, err := p.presentedOn(ctx, s, i, pos, alone)
		if err != nil {
			return nil, err
		}
		if there.Clean() || !sameConflicts(there.Files, here.Files) || !slices.Equal(touched, touchedAlone) || share(paths(touched), taken) {
			continue
		}
		same = append(same, i)
		taken = append(taken, paths(touched)...)
		slices.SortFunc(taken, func(a, b forks.Path) int { return strings.Compare(string(a), string(b)) })
	}
	return same, nil
}

// presentedOn merges an item into a commit with markers, as it would be presented there,
// and lists what that changes.
func (p *Planner) presentedOn(ctx context.Context, s *stack, i, pos int, onto forks.Hash) (forks.MergeResult, []fileChange, error) {
	under, err := p.treeOf(onto)
	if err != nil {
		return forks.MergeResult{}, nil, err
	}
	form, c, err := p.form(s, i, pos)
	if err != nil {
		return forks.MergeResult{}, nil, err
	}
	merged, err := p.labelled(ctx, forks.Conflict{Patch: s.items[i].patch.ID, Cause: s.chain[pos]}, form, c, under)
	if err != nil {
		return merged, nil, err
	}
	files, err := p.changed(change{under, merged.Tree})
	return merged, files, err
}

// sameConflicts compares what stands against what; messages may name trees.
func sameConflicts(a, b []forks.ConflictFile) bool {
	return slices.EqualFunc(a, b, func(x, y forks.ConflictFile) bool {
		return x.Path == y.Path && x.Kind == y.Kind && slices.Equal(x.Stages, y.Stages)
	})
}

// UmbrellaPair is the two branches of an umbrella, built.
type UmbrellaPair struct {
	Onto, Fix forks.Hash
	Members   []forks.Member // complete
}

// DescribeMembers is [Describe] for an umbrella.
type DescribeMembers func(onto forks.Hash, members []forks.Member, marked bool) []byte

// BuildUmbrella writes the branches that ask about several conflicts at once, all with
// one cause and of one list of [Result.Together]. Message gives the message of the
// commit of each patch; the last one also has the conflict file that describe returns.
func (r *Result) BuildUmbrella(ctx context.Context, conflicts []forks.Conflict, describe DescribeMembers, message func(forks.PatchID) string) (UmbrellaPair, error) {
	p, s := r.planner, r.stack
	var items []int
	for _, c := range conflicts {
		items = append(items, s.index(c.Patch))
	}
	pos, ok := s.at[conflicts[0].Cause]
	if !ok || slices.Contains(items, -1) {
		return UmbrellaPair{}, fmt.Errorf("build the branches for %d patches: no such patch or cause in the plan", len(conflicts))
	}
	onto, below, err := r.umbrellaOnto(ctx, items, pos)
	if err != nil {
		return UmbrellaPair{}, err
	}
	r.Picks = append(r.Picks, below...)
	ontoTree, err := p.treeOf(onto)
	if err != nil {
		return UmbrellaPair{}, err
	}
	var parts []part
	for k, i := range items {
		form, picked, err := p.form(s, i, pos)
		if err != nil {
			return UmbrellaPair{}, err
		}
		merged, err := p.labelled(ctx, conflicts[k], form, picked, ontoTree)
		if err != nil {
			return UmbrellaPair{}, err
		}
		r.Picks = append(r.Picks, r.ahead.picks[i].merged, pickOf(s.items[i].patch, picked, ontoTree, merged))
		files, err := p.leaves(ontoTree, merged.Tree)
		if err != nil {
			return UmbrellaPair{}, err
		}
		m := forks.Member{Patch: conflicts[k].Patch, Conflict: conflicts[k], Picked: form}
		m.Conflict.Files = merged.Files
		parts = append(parts, part{m, files})
	}
	return r.chainOf(onto, parts, describe, message)
}

// umbrellaOnto writes what an umbrella about some items stands on.
func (r *Result) umbrellaOnto(ctx context.Context, items []int, pos int) (forks.Hash, []forks.Pick, error) {
	_, without, err := r.disjoint(items)
	if err != nil {
		return forks.Hash{}, nil, err
	}
	return r.planner.below(ctx, r.stack, items[len(items)-1], pos, slices.Concat(without, items)...)
}

// part is what an umbrella presents of one patch: the files that differ from onto.
type part struct {
	member forks.Member
	files  map[forks.Path]leaf
}

// leaves lists what a tree has where it differs from another one.
func (p *Planner) leaves(from, to forks.Hash) (map[forks.Path]leaf, error) {
	changed, err := p.changed(change{from, to})
	if err != nil {
		return nil, err
	}
	files := map[forks.Path]leaf{}
	for _, f := range changed {
		files[f.path] = f.to
	}
	return files, nil
}

// chainOf writes one commit for each part, in order, on onto.
func (r *Result) chainOf(onto forks.Hash, parts []part, describe DescribeMembers, message func(forks.PatchID) string) (UmbrellaPair, error) {
	p := r.planner
	pair := UmbrellaPair{Onto: onto, Fix: onto}
	var members []forks.Member
	marked := true
	for _, part := range parts {
		members = append(members, part.member)
	}
	tree, err := p.treeOf(onto)
	if err != nil {
		return pair, err
	}
	for k, part := range parts {
		if tree, err = p.replace(tree, part.files); err != nil {
			return pair, err
		}
		n, ok, err := p.marked(r.in, tree, part.member.Conflict.Files)
		if err != nil {
			return pair, err
		}
		marked = marked && ok && n == len(part.member.Conflict.Files)
		var text []byte
		if k == len(parts)-1 {
			text = describe(onto, members, marked)
		}
		m := part.member
		m.Onto = pair.Fix
		if m.Fix, err = r.fixCommit(pair.Fix, tree, text, message(m.Patch)); err != nil {
			return pair, err
		}
		pair.Fix = m.Fix
		pair.Members = append(pair.Members, m)
	}
	return pair, nil
}

// BuildUmbrellaAgain writes the branches of a new round about some patches of an
// umbrella: what a person merged of each, start, or where that has nothing of it, what
// was presented before. A zero start has nothing of any.
func (r *Result) BuildUmbrellaAgain(prop forks.Proposal, patches []forks.PatchID, start forks.Hash, describe DescribeMembers, message func(forks.PatchID) string) (UmbrellaPair, error) {
	var parts []part
	for _, m := range prop.Members {
		if !slices.Contains(patches, m.Patch) {
			continue
		}
		files, err := r.planner.presentAgain(prop, m, start)
		if err != nil {
			return UmbrellaPair{}, err
		}
		parts = append(parts, part{m, files})
	}
	return r.chainOf(prop.Onto, parts, describe, message)
}

// BuildMemberAgain is [Result.BuildUmbrellaAgain] for one patch, which is asked about by
// itself from then on.
func (r *Result) BuildMemberAgain(prop forks.Proposal, patch forks.PatchID, start forks.Hash, describe Describe, message string) (Pair, error) {
	all := func(onto forks.Hash, members []forks.Member, marked bool) []byte {
		return describe(onto, members[0].Conflict.Files, marked)
	}
	pair, err := r.BuildUmbrellaAgain(prop, []forks.PatchID{patch}, start, all, func(forks.PatchID) string { return message })
	if err != nil || len(pair.Members) == 0 {
		return Pair{}, err
	}
	m := pair.Members[0]
	return Pair{Onto: pair.Onto, Fix: pair.Fix, Picked: m.Picked, Files: m.Conflict.Files}, nil
}

// Builds reports whether [Result.BuildPair] can build the branches of a conflict: its
// patch and its cause are part of the plan.
func (r *Result) Builds(c forks.Conflict) bool {
	_, ok := r.stack.at[c.Cause]
	return ok && r.stack.index(c.Patch) >= 0
}

// presentAgain lists what a new round presents of a member.
func (p *Planner) presentAgain(prop forks.Proposal, m forks.Member, start forks.Hash) (map[forks.Path]leaf, error) {
	alone := aloneOf(prop, m)
	before, err := p.treeOf(m.Onto)
	if err != nil {
		return nil, err
	}
	after, err := p.treeOf(m.Fix)
	if err != nil {
		return nil, err
	}
	first, err := p.leaves(before, after)
	if err != nil || start.IsZero() {
		return first, err
	}
	onto, err := p.treeOf(prop.Onto)
	if err != nil {
		return nil, err
	}
	merged, err := p.treeOf(start)
	if err != nil {
		return nil, err
	}
	files, err := p.leaves(onto, merged)
	if err != nil {
		return nil, err
	}
	own, err := p.ownPaths(alone)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(files, func(path forks.Path, _ leaf) bool { return !slices.Contains(own, path) })
	if len(files) == 0 {
		return first, nil
	}
	return files, nil
}
