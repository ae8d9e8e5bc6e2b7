package rebase

import (
	"context"
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// Merged is a proposal whose onto branch has moved, because somebody merged, or that
// a command settles.
type Merged struct {
	Proposal forks.Proposal
	Tip      forks.Hash // of onto, as found; of a command, what [Planner.Command] wrote
	// By is who merged or asked, where that is known better than from the tip's author:
	// a forge may write the commit under another name.
	By string
	// Verb is empty where somebody merged; Because is why they asked, in their words.
	Verb    forks.Verb
	Because string
}

// maxBecause limits what is kept of a person's reason, in characters.
const maxBecause = 300

// VerdictKind says what a merged proposal amounts to.
type VerdictKind int

// The verdicts.
const (
	Taken        VerdictKind = iota // it is the patch's new version
	NoDifference                    // nothing of the patch is left: the person dropped it
	Markers                         // conflict markers or the conflict file are still there
	OtherPaths                      // it changes paths that are not the patch's
	Foreign                         // it does not contain onto as it was opened
)

// Verdict is what a merged proposal amounts to.
type Verdict struct {
	Proposal forks.ProposalID
	Patch    forks.PatchID
	Kind     VerdictKind
	Tip      forks.Hash
	By       string        // who merged or asked
	Verb     forks.Verb    // of a command
	Because  string        // inert
	Version  forks.Version // for Taken
	// Decided is, for Taken, what was decided about each conflict, to be used again.
	Decided []forks.Resolution
	Paths   []forks.Path // for OtherPaths and Markers: where
}

// dropped says how a patch came to be dropped.
func (v Verdict) dropped() string {
	if v.Verb == "" {
		return "merged " + string(v.Proposal) + " without the patch's change"
	}
	return v.withBecause("asked for in " + string(v.Proposal) + " (" + string(v.Verb) + ")")
}

func (v Verdict) withBecause(text string) string {
	if v.Because == "" {
		return text
	}
	return text + ": " + v.Because
}

// verdict is what is known of an answer before it is looked into; tip is the commit that
// it ends with.
func (m Merged) verdict(tip commit) Verdict {
	v := Verdict{Proposal: m.Proposal.ID, Patch: m.Proposal.Patch, Tip: m.Tip, By: oneLine(tip.author.Name),
		Verb: m.Verb, Because: forks.Clip(forks.Inert(m.Because), maxBecause)}
	if m.By != "" {
		v.By = oneLine(m.By)
	}
	return v
}

// harvest compares what onto has become with what it was when it was opened.
func (p *Planner) harvest(ctx context.Context, in Input, s *stack, m Merged) (Verdict, error) {
	tip, err := p.commit(m.Tip)
	if err != nil {
		return Verdict{}, err
	}
	v := m.verdict(tip)
	if ok, err := p.hist.IsAncestor(ctx, m.Proposal.Onto, m.Tip); err != nil {
		return Verdict{}, err
	} else if !ok {
		v.Kind = Foreign
		return v, nil
	}
	scope, err := p.scope(m.Proposal)
	if err != nil {
		return Verdict{}, err
	}
	onto, pin, err := p.ontoFor(ctx, in, s, m)
	if err == nil && pin == m.Proposal.Conflict.AskedOn() {
		onto, pin, err = p.ontoOfSquash(ctx, s, m, scope)
	}
	if err != nil {
		return Verdict{}, err
	}
	ontoTree, err := p.treeOf(onto)
	if err != nil {
		return Verdict{}, err
	}
	unsettled, err := p.unsettled(in, m.Proposal, ontoTree, tip.tree)
	if err != nil || len(unsettled) > 0 {
		v.Kind, v.Paths = Markers, unsettled
		return v, err
	}
	files, err := p.changed(change{ontoTree, tip.tree})
	if err != nil {
		return Verdict{}, err
	}
	own := map[forks.Path]leaf{}
	for _, f := range files {
		if slices.Contains(scope, f.path) {
			own[f.path] = f.to
		} else {
			v.Paths = append(v.Paths, f.path)
		}
	}
	switch {
	case len(v.Paths) > 0:
		v.Kind = OtherPaths
		return v, nil
	case len(own) == 0:
		v.Kind = NoDifference
		return v, nil
	}
	version, err := p.newVersion(m, onto, ontoTree, own, tip)
	if err != nil {
		return Verdict{}, err
	}
	v.Version = forks.Version{Commit: version, Pin: pin, Proposal: m.Proposal.ID, By: v.By, At: in.Now}
	v.Decided, err = p.decidedBy(ctx, in, m.Proposal, v.By, ontoTree, tip.tree)
	return v, err
}

// ontoFor returns what a merged proposal is measured against, and its pin: onto
// as it was opened, or, where the person merged newer upstream commits into it,
// the same patches on the newest of these.
func (p *Planner) ontoFor(ctx context.Context, in Input, s *stack, m Merged) (onto, pin forks.Hash, err error) {
	onto, pin = m.Proposal.Onto, m.Proposal.Conflict.AskedOn()
	newest, err := p.newestOn(ctx, in, s, m.Tip, s.at[pin])
	if err != nil || newest.IsZero() || newest == pin {
		return onto, pin, err
	}
	pos := s.at[newest]
	if pos <= s.at[pin] {
		return onto, pin, nil
	}
	i := slices.IndexFunc(s.items, func(it item) bool { return it.patch.ID == m.Proposal.Patch })
	if i < 0 {
		return onto, pin, nil
	}
	moved, picks, err := p.below(ctx, s, i, pos)
	p.answered = append(p.answered, picks...)
	return moved, newest, err
}

// scope lists the paths that belong to a proposal: the patch's and its conflict's, and
// where its files may have moved to.
func (p *Planner) scope(prop forks.Proposal) ([]forks.Path, error) {
	own, err := p.ownPaths(prop)
	if err != nil {
		return nil, err
	}
	moved, err := p.movedPlaces(prop)
	return slices.Concat(own, moved), err
}

// ownPaths lists the paths of the patch and of its conflict.
func (p *Planner) ownPaths(prop forks.Proposal) ([]forks.Path, error) {
	c, err := p.change(prop.Picked)
	if err != nil {
		return nil, err
	}
	files, err := p.changed(c)
	if err != nil {
		return nil, err
	}
	scope := paths(files)
	for _, f := range prop.Conflict.Files {
		scope = append(scope, f.Path)
	}
	presented, err := p.presented(prop)
	return slices.Concat(scope, presented), err
}

// movedPlaces lists what the cause touched, where it took a file of the patch out
// of its place: the answer may be to carry the change over to where the file's
// content is now, which git could not find.
func (p *Planner) movedPlaces(prop forks.Proposal) ([]forks.Path, error) {
	gone := slices.ContainsFunc(prop.Conflict.Files, func(f forks.ConflictFile) bool {
		return !slices.ContainsFunc(f.Stages, func(s forks.Stage) bool { return s.Stage == 2 }) // ours
	})
	if !gone {
		return nil, nil
	}
	did, err := p.change(prop.Conflict.AskedOn())
	if err != nil {
		return nil, err
	}
	if clean := prop.Conflict.Clean; !clean.IsZero() { // a release brings more than its last commit, and a pin may be newer than the cause
		if did.from, err = p.treeOf(clean); err != nil {
			return nil, err
		}
	}
	files, err := p.changed(did)
	return paths(files), err
}

// presented lists the paths in which fix, as it was opened, differs from onto:
// where the files of the patch are now.
func (p *Planner) presented(prop forks.Proposal) ([]forks.Path, error) {
	onto, err := p.treeOf(prop.Onto)
	if err != nil {
		return nil, err
	}
	fix, err := p.treeOf(prop.Fix)
	if err != nil {
		return nil, err
	}
	files, err := p.changed(change{onto, fix})
	return paths(files), err
}

// unsettled lists where a tree still has the conflict file, or a marker line that
// none of the inputs had.
func (p *Planner) unsettled(in Input, prop forks.Proposal, onto, tree forks.Hash) ([]forks.Path, error) {
	if prop.Umbrella() {
		return p.unsettledMembers(in, prop, onto, tree)
	}
	var out []forks.Path
	if l, err := p.lookup(tree, in.ConflictFile); err != nil {
		return nil, err
	} else if l != (leaf{}) {
		out = append(out, in.ConflictFile)
	}
	picked, err := p.change(prop.Picked)
	if err != nil {
		return nil, err
	}
	files, err := p.changed(change{onto, tree})
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if f.path == in.ConflictFile {
			continue
		}
		if marked, err := p.hasMarkers(in, prop, f, picked); err != nil {
			return nil, err
		} else if marked {
			out = append(out, f.path)
		}
	}
	return out, nil
}

// hasMarkers reports whether a merged file has a marker line that none of its inputs had.
func (p *Planner) hasMarkers(in Input, prop forks.Proposal, f fileChange, picked change) (bool, error) {
	if !regular(f.to.mode) {
		return false, nil
	}
	inputs, err := p.inputs(prop, f, picked)
	if err != nil {
		return false, err
	}
	content, err := p.read("blob", f.to.id)
	return err == nil && in.HasMarkers(content, inputs...), err
}

// inputs reads what a merged file could have its lines from: onto, the patch's
// two sides, and the stages of its conflict.
func (p *Planner) inputs(prop forks.Proposal, f fileChange, picked change) ([][]byte, error) {
	ids := []forks.Hash{f.from.id}
	for _, tree := range []forks.Hash{picked.from, picked.to} {
		l, err := p.lookup(tree, f.path)
		if err != nil {
			return nil, err
		}
		ids = append(ids, l.id)
	}
	for _, c := range prop.Conflict.Files {
		if c.Path == f.path {
			for _, stage := range c.Stages {
				if stage.Mode != forks.ModeSubmodule {
					ids = append(ids, stage.ID)
				}
			}
		}
	}
	var out [][]byte
	for _, id := range ids {
		if id.IsZero() {
			continue
		}
		kind, data, err := p.obj.Object(id)
		if err != nil {
			return nil, err
		}
		if kind == "blob" {
			out = append(out, data)
		}
	}
	return out, nil
}

// newVersion writes the patch's new version: its author and message, the person's
// trees limited to the proposal's paths, on the patches it was resolved on.
func (p *Planner) newVersion(m Merged, onto, ontoTree forks.Hash, own map[forks.Path]leaf, tip commit) (forks.Hash, error) {
	tree, err := p.replace(ontoTree, own)
	if err != nil {
		return forks.Hash{}, err
	}
	form, err := p.commit(m.Proposal.Picked)
	if err != nil {
		return forks.Hash{}, err
	}
	by, in := oneLine(m.By), string(m.Proposal.ID)
	if by == "" {
		by = fmt.Sprintf("%s <%s>", oneLine(tip.author.Name), oneLine(tip.author.Email))
	}
	if m.Proposal.Number > 0 {
		in += fmt.Sprintf(" (#%d)", m.Proposal.Number)
	}
	message := p.written([]byte(withTrailers(form.message, "Auxsync-Resolved-By: "+by, "Auxsync-Resolved-In: "+in)))
	below, err := p.commit(onto)
	if err != nil {
		return forks.Hash{}, err
	}
	raw := rewriteCommit(form.raw, tree, []forks.Hash{onto}, committerLine(later(below.committed, tip.committed)))
	raw = append(raw[:len(raw)-len(form.message)], message...)
	return p.obj.Write("commit", raw)
}

// Settled reports whether a person's tip of a fix branch has nothing left to
// settle: no conflict file and no marker line.
func (p *Planner) Settled(in Input, prop forks.Proposal, fix forks.Hash) (bool, error) {
	onto, err := p.treeOf(prop.Onto)
	if err != nil {
		return false, err
	}
	tree, err := p.treeOf(fix)
	if err != nil {
		return false, err
	}
	open, err := p.unsettled(in, prop, onto, tree)
	return len(open) == 0, err
}
