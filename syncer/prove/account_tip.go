package prove

import (
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// names collects the commits of a state that some ref of the fork has to reach.
func (p *passAccount) names() {
	for _, list := range [][]forks.Patch{p.now.Patches, p.now.Ended} {
		for _, q := range list {
			p.name(q.First, patch(q.ID), "was first seen in a commit that no ref of the fork reaches")
			p.name(q.Commit, patch(q.ID), "has a form that no ref of the fork reaches")
			for _, v := range q.Versions {
				p.name(v.Commit, patch(q.ID), "has a version that no ref of the fork reaches")
			}
		}
	}
	for _, prop := range p.now.Proposals {
		p.name(prop.Onto, conflict(prop.ID), "was asked about on a branch that no ref of the fork reaches")
		p.name(prop.Fix, conflict(prop.ID), "was asked about on a branch that no ref of the fork reaches")
	}
	if !p.kept {
		return
	}
	p.name(p.now.Tip, "tip "+p.now.Tip.Short(), "was published, and no ref of the fork reaches it")
	for _, r := range p.now.Ledger {
		p.name(r.Old, patch(r.Patch), "has a form in the ledger that no ref of the fork reaches")
		p.name(r.New, patch(r.Patch), "has a form in the ledger that no ref of the fork reaches")
	}
}

// name notes a commit that has to be reachable, and what is wrong if it is not.
func (p *passAccount) name(id forks.Hash, subject, rule string) {
	if _, known := p.named[id]; !known && !id.IsZero() {
		p.named[id] = forks.Breach{Pass: p.now.Pass, Subject: subject, Rule: rule, Commits: []forks.Hash{id}, Look: show(id)}
	}
}

func conflict(id forks.ProposalID) string { return "conflict " + forks.Inert(string(id)) }

// tip holds the published tip against its base and its patches, and returns the commits
// in it that people pushed since the pass before.
func (p *passAccount) tip(before *forks.State, rests bool) (arrived []forks.Hash, err error) {
	switch {
	case rests:
		return nil, nil
	case !p.kept:
		return p.rowArrivals(nil), nil
	}
	subject := "tip " + p.now.Tip.Short()
	base, found, err := p.evidence.Commit(p.now.Base)
	if err != nil {
		return nil, err
	}
	tip, tipFound, err := p.evidence.Commit(p.now.Tip)
	switch {
	case err != nil:
		return nil, err
	case !found || !tipFound:
		p.breach(subject, "", []forks.Hash{p.now.Tip, p.now.Base}, "or its base %s is no commit that the fork has", p.now.Base.Short())
		return nil, nil
	}
	p.tips[p.now.Tip] = true
	if err := p.base(subject); err != nil {
		return nil, err
	}
	stands, err := p.evidence.Contains(p.ctx, p.now.Tip, p.now.Base)
	if err != nil {
		return nil, err
	}
	if !stands {
		p.breach(subject, "git merge-base "+p.now.Tip.String()+" "+p.now.Base.String(), []forks.Hash{p.now.Tip, p.now.Base},
			"does not contain its base %s", p.now.Base.Short())
	}
	if arrived, err = p.arrivals(before); err != nil {
		return nil, err
	}
	if err := p.law(subject, base.Tree, tip.Tree); err != nil {
		return nil, err
	}
	return arrived, p.line(subject, before, base)
}

// base: the base is upstream's.
func (p *passAccount) base(subject string) error {
	wrong, err := p.evidence.OnUpstream(p.ctx, p.now.Follow, p.now.Base)
	if err == nil && wrong != "" {
		p.breach(subject, show(p.now.Base), []forks.Hash{p.now.Tip, p.now.Base}, "stands on %s, %s", p.now.Base.Short(), wrong)
	}
	return err
}

// law: the patches that stand in the branch, replayed on the base in their order, give
// exactly the tip's tree; each is its recorded form; and what upstream is said to have
// is empty in its place.
func (p *passAccount) law(subject string, tree, want forks.Hash) error {
	stacked := map[forks.PatchID]*forks.Patch{}
	for i, q := range p.now.Patches {
		if q.Out == nil {
			stacked[q.ID] = &p.now.Patches[i]
		}
	}
	for _, r := range p.now.Ledger {
		q := stacked[r.Patch]
		var err error
		switch {
		case q != nil:
			delete(stacked, r.Patch)
			if tree, err = p.replay(*q, r, tree); err != nil {
				return err
			}
		case ends(r.Published):
			if err := p.taken(r, tree); err != nil {
				return err
			}
		}
		if tree.IsZero() {
			return nil // said
		}
	}
	if tree != want {
		p.breach(subject, fmt.Sprintf("git diff %s %s", tree, p.now.Tip), []forks.Hash{p.now.Tip},
			"is not its base %s with its patches: they give the tree %s, it has %s", p.now.Base.Short(), tree.Short(), want.Short())
	}
	return nil
}

// replay picks a patch that stands in the branch; the tree is zero if it cannot be.
func (p *passAccount) replay(q forks.Patch, r forks.Row, onto forks.Hash) (forks.Hash, error) {
	c, from, ok, err := p.change(q.Commit)
	if err != nil {
		return forks.Hash{}, err
	}
	if !ok {
		p.breach(patch(q.ID), show(q.Commit), []forks.Hash{q.Commit}, "stands in the branch as %s, which is no commit that the fork has", q.Commit.Short())
		return forks.Hash{}, nil
	}
	tree, clean, err := p.pick(from, onto, c.Tree)
	if err != nil {
		return forks.Hash{}, err
	}
	if !clean {
		p.breach(patch(q.ID), show(q.Commit), []forks.Hash{q.Commit}, "does not replay in its place on the base %s", p.now.Base.Short())
		return forks.Hash{}, nil
	}
	return tree, p.form(q, r, c, from)
}

// form: what stands in the branch for a patch is what its recorded form gives there, by
// its author.
func (p *passAccount) form(q forks.Patch, r forks.Row, is Commit, onto forks.Hash) error {
	if q.Commit == r.Old {
		return nil
	}
	author, same := false, false
	for _, id := range p.forms(q, r) {
		was, from, ok, err := p.change(id)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		author = author || was.Author == is.Author
		tree, clean, err := p.pick(from, onto, was.Tree)
		if err != nil {
			return err
		}
		if same = clean && tree == is.Tree; same && author {
			break
		}
	}
	switch look := apart(r.Old, q.Commit); {
	case !author:
		p.breach(patch(q.ID), look, []forks.Hash{r.Old, q.Commit}, "stands in the branch under another author than it had")
	case !same && p.merged():
		p.Note("pass %d: %s stands in the branch as a merge of people's left it (%s)", p.now.Pass, patch(q.ID), look)
	case !same:
		p.breach(patch(q.ID), look, []forks.Hash{r.Old, q.Commit}, "is %s, and stands in the branch with another change than its form %s gives there",
			shown(r.Published), r.Old.Short())
	}
	return nil
}

// forms lists the commits that a patch may be replayed from: its form before the pass,
// what people decided, and what they pushed in this pass.
func (p *passAccount) forms(q forks.Patch, r forks.Row) []forks.Hash {
	list := []forks.Hash{r.Old}
	for _, v := range slices.Backward(q.Versions) {
		list = append(list, v.Commit)
	}
	list = append(list, q.First)
	for _, other := range p.now.Ledger {
		if other.Published == forks.Duplicate && other.By == string(q.ID) {
			list = append(list, other.Old)
		}
	}
	return list
}

// merged reports whether a merge of people's was taken in: what it settled by hand is
// then a patch of its own, or in the place of one, and only the tip's tree bounds it.
func (p *passAccount) merged() bool {
	return slices.ContainsFunc(p.now.Ledger, func(r forks.Row) bool { return r.Published == forks.Expanded })
}

// taken: what upstream is said to have is empty on the base, in the patch's place.
func (p *passAccount) taken(r forks.Row, onto forks.Hash) error {
	if slices.ContainsFunc(p.before.Ended, func(q forks.Patch) bool { return q.ID == r.Patch }) {
		return nil // it had ended before, and an old branch brought it back
	}
	forms := []forks.Hash{r.Old}
	for _, q := range p.now.Ended {
		if q.ID == r.Patch {
			forms = append(forms, q.Commit)
			for _, v := range slices.Backward(q.Versions) {
				forms = append(forms, v.Commit)
			}
		}
	}
	for _, id := range forms {
		c, from, ok, err := p.change(id)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		tree, clean, err := p.pick(from, onto, c.Tree)
		if err != nil {
			return err
		}
		if clean && tree == onto {
			return nil
		}
	}
	undone, err := p.undone(forms)
	if err != nil {
		return err
	}
	if p.pushed && undone { // the branch as people pushed it had nothing of it
		p.Note("pass %d: %s ended as %s with what people pushed, and its change is not upstream's (%s)", p.now.Pass, patch(r.Patch), shown(r.Published), show(r.Old))
		return nil
	}
	p.breach(patch(r.Patch), show(r.Old), []forks.Hash{r.Old}, "ended as %s, and the base %s does not have its change", shown(r.Published), p.now.Base.Short())
	return nil
}

// undone reports whether the branch as people pushed it has no form of a patch, as far as
// the tip tells what they pushed.
func (p *passAccount) undone(forms []forks.Hash) (bool, error) {
	tip, ok, err := p.evidence.Commit(p.pushedTip)
	if err != nil || !ok {
		return true, err
	}
	for _, id := range forms {
		c, from, ok, err := p.change(id)
		if err != nil {
			return false, err
		}
		if !ok {
			continue
		}
		without, clean, err := p.pick(c.Tree, tip.Tree, from)
		if err != nil || clean && without != tip.Tree {
			return false, err
		}
	}
	return true, nil
}

// change reads what a commit does to its first parent; ok is false if there is no such
// commit.
func (p *passAccount) change(id forks.Hash) (c Commit, from forks.Hash, ok bool, err error) {
	if c, ok, err = p.evidence.Commit(id); err != nil || !ok {
		return c, from, ok, err
	}
	if len(c.Parents) == 0 {
		return c, emptyTree, true, nil
	}
	parent, ok, err := p.evidence.Commit(c.Parents[0])
	return c, parent.Tree, ok, err
}

// emptyTree is git's well-known id of the tree without entries.
var emptyTree = forks.Hash{0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04}

// pick applies a change to a tree. Trees of which a part cannot be read do not merge.
func (p *passAccount) pick(from, onto, to forks.Hash) (tree forks.Hash, clean bool, err error) {
	switch {
	case from == onto:
		return to, true, nil
	case from == to:
		return onto, true, nil
	}
	r, err := p.evidence.Merge(p.ctx, from, onto, to)
	if err != nil {
		return forks.Hash{}, false, p.ctx.Err()
	}
	return r.Tree, r.Clean(), nil
}

// arrivals lists the commits that people pushed since the pass before and that stand in
// the branch as something else, or not, and notes what they pushed.
func (p *passAccount) arrivals(before *forks.State) (arrived []forks.Hash, err error) {
	not := []forks.Hash{p.now.Base}
	if before == nil {
		known, err := p.contact()
		if err != nil {
			return nil, err
		}
		not = append(not, known)
	} else if _, found, err := p.evidence.Commit(before.Tip); err != nil {
		return nil, err
	} else if found {
		not = append(not, before.Tip)
	}
	news, err := p.evidence.New(p.ctx, p.now.Tip, not...)
	if err != nil {
		return nil, err
	}
	rows := map[forks.Hash]forks.Row{}
	for _, r := range p.now.Ledger {
		if !r.New.IsZero() {
			rows[r.New] = r
		}
	}
	for _, c := range news {
		r, stands := rows[c.ID]
		persons := stands && r.Old == c.ID && !p.known(r.Patch)
		switch {
		case !stands && slices.Contains(p.now.Markers, c.ID):
			if len(c.Parents) == 2 {
				p.pushedTip = c.Parents[1]
			}
		case !stands:
			arrived, persons = append(arrived, c.ID), true
		}
		p.pushed = p.pushed || persons
		if p.own = p.own || persons && c.ID == p.now.Tip; p.own {
			p.pushedTip = p.now.Tip
		}
	}
	return p.rowArrivals(arrived), nil
}

// rowArrivals adds the arrivals that only the ledger tells: in rewrite mode the tip does
// not have what people pushed.
func (p *passAccount) rowArrivals(arrived []forks.Hash) []forks.Hash {
	for _, r := range p.now.Ledger {
		own := !r.Old.IsZero() && r.New.IsZero() && r.Patch == forks.NewPatchID(p.now.Track, r.Old, "")
		if own && !p.known(r.Patch) && !slices.Contains(arrived, r.Old) {
			arrived = append(arrived, r.Old)
		}
	}
	return arrived
}

// known reports whether a patch was on record before the pass.
func (p *passAccount) known(id forks.PatchID) bool {
	for _, list := range [][]forks.Patch{p.before.Patches, p.before.Ended} {
		if slices.ContainsFunc(list, func(q forks.Patch) bool { return q.ID == id }) {
			return true
		}
	}
	return false
}

// contact is the newest merge of the adopted branch with the tree of an upstream commit
// among its parents, zero if there is none: a fork that was kept by merging starts there.
func (p *passAccount) contact() (forks.Hash, error) {
	for id := p.now.Tip; ; {
		c, ok, err := p.evidence.Commit(id)
		if err != nil || !ok || len(c.Parents) == 0 || id == p.now.Base {
			return forks.Hash{}, err
		}
		for _, parent := range c.Parents {
			if len(c.Parents) == 1 {
				break
			}
			same, ok, err := p.evidence.Commit(parent)
			if err != nil {
				return forks.Hash{}, err
			}
			if !ok || same.Tree != c.Tree {
				continue
			}
			if in, err := p.evidence.InUpstream(p.ctx, p.now.Follow, parent); err != nil || in {
				return id, err
			}
		}
		id = c.Parents[0]
	}
}

// line: a tip that the pass made is one straight line of its patches, in the stack's
// order, down to a marker on the base or to the base itself. A tip of a person's that
// was taken in as it is may have any form: its commits have their rows.
func (p *passAccount) line(subject string, before *forks.State, base Commit) error {
	at := p.now.Tip
	for _, q := range slices.Backward(p.now.Patches) {
		if q.Out != nil {
			continue
		}
		c, ok, err := p.evidence.Commit(at)
		if err != nil {
			return err
		}
		if at != q.Commit || !ok || len(c.Parents) != 1 {
			return p.ownTip(subject, before, at)
		}
		at = c.Parents[0]
	}
	if at == p.now.Base {
		return nil
	}
	if !slices.Contains(p.now.Markers, at) {
		return p.ownTip(subject, before, at)
	}
	marker, ok, err := p.evidence.Commit(at)
	if err != nil {
		return err
	}
	if !ok || len(marker.Parents) != 2 || marker.Parents[0] != p.now.Base || marker.Tree != base.Tree {
		p.breach(subject, show(at), []forks.Hash{p.now.Tip, at}, "stands on the marker %s, which is not the base's tree on the base and the branch as it was", at.Short())
		return nil
	}
	return p.forward(subject, before)
}

// ownTip: only what people pushed may have another form.
func (p *passAccount) ownTip(subject string, before *forks.State, at forks.Hash) error {
	if !p.own && before != nil && before.Tip != p.now.Tip {
		p.breach(subject, "git log --graph --oneline "+p.now.Base.String()+".."+p.now.Tip.String(), []forks.Hash{p.now.Tip, at},
			"is not its patches in their order: nobody pushed it so, and %s is not what stands there", at.Short())
	}
	return p.forward(subject, before)
}

// forward: in merging mode the branch only goes forward. Where the track had stopped,
// what stood there then is what it goes on from.
func (p *passAccount) forward(subject string, before *forks.State) error {
	if before == nil || p.now.History != forks.Merging || before.History != forks.Merging {
		return nil
	}
	from := []forks.Hash{before.Tip}
	if before.Stopped != nil {
		from = append(from, before.Stopped.Tip)
	}
	for _, id := range from {
		if _, ok, err := p.evidence.Commit(id); err != nil || !ok {
			continue
		}
		if ok, err := p.evidence.Contains(p.ctx, p.now.Tip, id); err != nil || ok {
			return err
		}
	}
	p.breach(subject, "git log --oneline "+before.Tip.String()+" --not "+p.now.Tip.String(), []forks.Hash{before.Tip, p.now.Tip},
		"does not go forward from the tip before, %s", before.Tip.Short())
	return nil
}

// shown is an outcome as people may be shown one that anybody wrote.
func shown(o forks.Outcome) string {
	if valid(o) {
		return string(o)
	}
	return "of no outcome"
}
