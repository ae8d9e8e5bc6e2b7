package rebase

import (
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// A command settles a conflict without anybody merging. What it asks for becomes a
// commit on onto, as if a person had merged it: everything after that is the same.

// Command writes the commit that a command asks for: onto's files for drop, and for
// take upstream and keep ours the fix branch as it was opened, with one side of each
// conflict. Where that cannot be told from the conflict, refused says so in a sentence.
func (p *Planner) Command(in Input, prop forks.Proposal, verb forks.Verb, who string) (tip forks.Hash, refused string, err error) {
	below, err := p.commit(prop.Onto)
	if err != nil {
		return tip, "", err
	}
	tree := below.tree
	if verb != forks.VerbDrop {
		if tree, refused, err = p.oneSide(in, prop, verb == forks.VerbTakeUpstream); err != nil || refused != "" {
			return tip, refused, err
		}
		left, err := p.unsettled(in, prop, below.tree, tree)
		if err != nil {
			return tip, "", err
		}
		if len(left) > 0 {
			return tip, byHand(left[0], "it would still have conflict markers"), nil
		}
	}
	me := committerLine(below.committed)
	message := fmt.Sprintf("%s: %s\n\nAs %s asked.\n", prop.ID, verb, forks.Clip(oneLine(who), 100))
	tip, err = p.obj.Write("commit", newCommit(tree, []forks.Hash{prop.Onto}, me, me, message))
	return tip, "", err
}

func byHand(path forks.Path, why string) string {
	return fmt.Sprintf("%s has to be settled by hand: %s", forks.Clip(forks.Inert(string(path)), 200), why)
}

// oneSide returns the tree of fix, as it was opened, with one side of every conflict:
// upstream's or the patch's.
func (p *Planner) oneSide(in Input, prop forks.Proposal, upstream bool) (tree forks.Hash, refused string, err error) {
	fix, err := p.treeOf(prop.Fix)
	if err != nil {
		return tree, "", err
	}
	files := map[forks.Path]leaf{in.ConflictFile: {}}
	for _, f := range prop.Conflict.Files {
		shown, err := p.lookup(fix, f.Path)
		if err != nil {
			return tree, "", err
		}
		chosen, refused, err := p.sideOf(in, f, shown, upstream)
		if err != nil || refused != "" {
			return tree, refused, err
		}
		files[f.Path] = chosen
	}
	tree, err = p.replace(fix, files)
	return tree, "", err
}

// sideOf settles one file of a conflict with a side; shown is what fix has there.
func (p *Planner) sideOf(in Input, f forks.ConflictFile, shown leaf, upstream bool) (chosen leaf, refused string, err error) {
	side := stageOf(f, 3)
	if upstream {
		side = stageOf(f, 2)
	}
	special := slices.ContainsFunc(f.Stages, func(s forks.Stage) bool { return !regular(s.Mode) })
	switch f.Kind {
	case forks.ModifyDelete, forks.Binary, forks.Submodule:
		return side, "", nil
	case forks.Content, forks.AddAdd:
		if special { // a link is not merged by line
			return side, "", nil
		}
		if chosen, err = p.chooseHunks(in, f, shown, upstream); err != nil {
			return chosen, byHand(f.Path, forks.Clip(forks.Inert(err.Error()), 200)), nil
		}
		if f.Kind == forks.AddAdd {
			chosen.mode = side.mode
		}
		return chosen, "", nil
	case forks.ModeChange:
		return leaf{side.mode, shown.id}, "", nil
	}
	return chosen, byHand(f.Path, "a conflict of the kind "+string(f.Kind)+" has no sides to choose from"), nil
}

// chooseHunks settles the conflicts inside a file; the rest of it stays. The error
// says why that cannot be done.
func (p *Planner) chooseHunks(in Input, f forks.ConflictFile, shown leaf, upstream bool) (leaf, error) {
	if !regular(shown.mode) {
		return leaf{}, fmt.Errorf("it is not a file there")
	}
	var inputs [][]byte
	for _, s := range f.Stages {
		data, err := p.read("blob", s.ID)
		if err != nil {
			return leaf{}, err
		}
		inputs = append(inputs, data)
	}
	content, err := p.read("blob", shown.id)
	if err != nil {
		return leaf{}, err
	}
	if content, err = in.ChooseSide(content, upstream, inputs...); err != nil {
		return leaf{}, err
	}
	id, err := p.obj.Write("blob", content)
	return leaf{shown.mode, id}, err
}

func regular(m forks.Mode) bool { return m == forks.ModeRegular || m == forks.ModeExecutable }

// stageOf returns one input of a conflict; the zero leaf where that side has nothing.
func stageOf(f forks.ConflictFile, stage int) leaf {
	for _, s := range f.Stages {
		if s.Stage == stage {
			return leaf{s.Mode, s.ID}
		}
	}
	return leaf{}
}
