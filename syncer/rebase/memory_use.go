package rebase

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/resolve"
)

// A patch that conflicts where people decided about exactly that before gets a new
// version, as if they had been asked and had answered the same: it is valid from the cause
// on, has their name, and says where they decided. It is made for all conflicts of a pick
// or for none.

// mostRecalled bounds how often a stack is replayed because something was resolved by
// memory: each time a patch may meet a later conflict.
const mostRecalled = 50

// byMemory begins what a ledger row of a patch that was resolved by memory is owed to.
const byMemory = "memory "

// replays replays the stack on the base and on upstream's tip, and settles what people
// decided before.
func (r *Result) replays(ctx context.Context) (standing, ahead replayed, err error) {
	p, s := r.planner, r.stack
	for again := 0; ; again++ {
		if standing, err = p.replay(ctx, s, 0); err != nil {
			return standing, ahead, err
		}
		s.stuck(standing)
		if ahead, err = p.replayTelling(ctx, s, s.tip(), r.in.picked); err != nil {
			return standing, ahead, err
		}
		if again == mostRecalled {
			return standing, ahead, nil
		}
		settled, err := r.recall(ctx, ahead)
		if err != nil || !settled {
			return standing, ahead, err
		}
		clear(s.blocked)
		clear(s.took)
	}
}

// memory is what people decided on any track of the fork, read once and only if needed.
func (r *Result) memory() (*resolve.Memory, error) {
	if r.known != nil {
		return r.known, nil
	}
	list := r.resolutions(nil)
	if r.in.Others != nil {
		others, err := r.in.Others()
		if err != nil {
			return nil, fmt.Errorf("read what was decided on other tracks: %w", err)
		}
		list = append(list, others...)
	}
	p := r.planner
	r.known = resolve.NewMemory(list, func(blob forks.Hash) ([]byte, error) { return p.read("blob", blob) })
	return r.known, nil
}

// recall gives a version by memory to each patch that conflicts at upstream's tip and that
// people decided about before.
func (r *Result) recall(ctx context.Context, ahead replayed) (settled bool, err error) {
	if r.looksOnly() || r.in.HasMarkers == nil {
		return false, nil
	}
	r.unused = map[int]string{}
	for i, pl := range ahead.picks {
		if pl.outcome != forks.Conflicted {
			continue
		}
		memory, err := r.memory()
		if err != nil || memory.Empty() {
			return false, err
		}
		did, err := r.recallOne(ctx, memory, i, pl)
		if err != nil {
			return false, fmt.Errorf("look for what was decided before about %s: %w", r.stack.items[i].patch.ID, err)
		}
		settled = settled || did
	}
	return settled, nil
}

// recallOne looks for a decision about what conflicts at the cause, and where there is
// none, about what conflicts at upstream's tip.
func (r *Result) recallOne(ctx context.Context, memory *resolve.Memory, i int, pl placed) (bool, error) {
	if r.atWork(r.stack.items[i].patch.ID) {
		return false, nil
	}
	conflict, pos, err := r.planner.conflict(ctx, r.stack, i, pl)
	if err != nil {
		return false, err
	}
	declined := r.declined(conflict)
	did, err := r.recallAt(ctx, memory, i, pos, declined)
	if err != nil || did || pos == r.stack.tip() {
		return did, err
	}
	return r.recallAt(ctx, memory, i, r.stack.tip(), declined)
}

// atWork reports whether a person has begun an answer to a patch's conflict: it is theirs.
func (r *Result) atWork(patch forks.PatchID) bool {
	return slices.ContainsFunc(r.in.Live, func(p forks.Proposal) bool {
		return p.About(patch) && p.Status.Live() && (p.Touched || p.Status != forks.Open)
	})
}

// declined reports whether people were asked about a conflict and did not want to be.
func (r *Result) declined(c forks.Conflict) bool {
	return slices.ContainsFunc(r.in.Live, func(p forks.Proposal) bool {
		return p.Status == forks.Declined && p.Patch == c.Patch && p.Conflict.Cause == c.Cause
	})
}

// recallAt gives an item a version that is valid from a position on, if all that conflicts
// there was decided before. What would leave nothing of the patch is no decision about the
// patch: people are asked. What was declined here stays so, and is refused from now on.
func (r *Result) recallAt(ctx context.Context, memory *resolve.Memory, i, pos int, declined bool) (bool, error) {
	p, s := r.planner, r.stack
	patch := &s.items[i].patch
	if slices.ContainsFunc(patch.Versions, func(v forks.Version) bool { return v.Pin == s.chain[pos] && len(v.Resolutions) > 0 }) {
		return false, nil // it did not help
	}
	form, c, err := p.form(s, i, pos)
	if err != nil {
		return false, err
	}
	onto, below, err := p.below(ctx, s, i, pos)
	if err != nil {
		return false, err
	}
	ontoTree, err := p.treeOf(onto)
	if err != nil {
		return false, err
	}
	merged, conflicts, err := p.conflicts(ctx, c, ontoTree)
	if err != nil || len(conflicts) == 0 {
		return false, err
	}
	files, used, why, err := r.applied(memory, patch.ID, conflicts)
	if err != nil || used == nil {
		if why != "" {
			r.unused[i] = why
		}
		return false, err
	}
	if declined {
		for _, u := range used {
			r.refuse(u, patch.ID)
		}
		return false, nil
	}
	tree, err := p.replace(merged.Tree, files)
	if err != nil {
		return false, err
	}
	if tree == ontoTree {
		r.unused[i] = "what was decided before would leave nothing of the patch"
		return false, nil
	}
	commit, err := p.recalledVersion(form, onto, tree, used)
	if err != nil {
		return false, err
	}
	p.answered = append(append(p.answered, below...), pickOf(*patch, c, ontoTree, merged))
	v := forks.Version{Commit: commit, Pin: s.chain[pos], Proposal: used[0].Proposal, By: used[0].By, At: used[0].At}
	for _, u := range used {
		v.Resolutions = append(v.Resolutions, u.ID)
	}
	addVersion(patch, v)
	r.Forms[commit] = patch.ID
	r.recalled = append(r.recalled, v)
	r.copied = append(r.copied, used...)
	if pos == 0 { // valid on the base already
		return true, p.takeOnBase(ctx, &s.items[i], commit)
	}
	return true, nil
}

// applied puts what is known in the place of every conflict; used is nil if something is
// not known, and why says so where something is.
func (r *Result) applied(memory *resolve.Memory, patch forks.PatchID, conflicts []resolve.Conflict) (files map[forks.Path]leaf, used []forks.Resolution, why string, err error) {
	files = map[forks.Path]leaf{}
	for _, c := range conflicts {
		out, err := c.Apply(memory.For(patch), r.in.HasMarkers)
		if err != nil || !out.Settled {
			return nil, nil, out.Why, err
		}
		for _, u := range out.Used {
			if !slices.ContainsFunc(used, func(o forks.Resolution) bool { return o.ID == u.ID }) {
				used = append(used, u)
			}
		}
		l := leaf{mode: out.Entry.Mode}
		if l.mode != 0 {
			if l.id, err = r.planner.obj.Write("blob", out.Entry.Content); err != nil {
				return nil, nil, "", err
			}
		}
		files[c.File.Path] = l
	}
	return files, used, "", nil
}

// recalledVersion writes a patch's version: author and message of the form, and whose
// decision it is.
func (p *Planner) recalledVersion(form, onto, tree forks.Hash, used []forks.Resolution) (forks.Hash, error) {
	told, err := p.commit(form)
	if err != nil {
		return forks.Hash{}, err
	}
	below, err := p.commit(onto)
	if err != nil {
		return forks.Hash{}, err
	}
	var by, ids []string
	for _, u := range used {
		if name := oneLine(u.By); !slices.Contains(by, name) {
			by = append(by, name)
		}
		ids = append(ids, string(u.ID))
	}
	message := p.written([]byte(withTrailers(told.message,
		"Auxsync-Resolved-By: "+forks.Clip(strings.Join(by, ", "), maxBecause),
		"Auxsync-Resolved-In: "+forks.Clip(byMemory+strings.Join(ids, ", "), maxBecause))))
	raw := rewriteCommit(told.raw, tree, []forks.Hash{onto}, committerLine(later(below.committed, told.committed)))
	return p.obj.Write("commit", append(raw[:len(raw)-len(told.message)], message...))
}

// addVersion gives a patch a version. The first one is preceded by the author's own.
func addVersion(patch *forks.Patch, v forks.Version) {
	if len(patch.Versions) == 0 {
		patch.Versions = []forks.Version{{Commit: patch.Commit, By: patch.Author.Name, At: patch.AuthorDate}}
	}
	patch.Versions = append(slices.Clone(patch.Versions), v)
}

// mostTold limits how many decisions a ledger row names.
const mostTold = 3

// recalledBy says whose decisions a version is made of.
func (r *Result) recalledBy(v *forks.Version) told {
	var texts []string
	for i, id := range v.Resolutions {
		if i == mostTold {
			texts = append(texts, fmt.Sprintf("and %d more", len(v.Resolutions)-i))
			break
		}
		text := "by what was decided before"
		if known, ok := r.resolutionOf(id); ok {
			text = resolve.Told(known)
		}
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return told{forks.Resolved, byMemory + string(v.Resolutions[0]), strings.Join(texts, ", ")}
}

// resolutionOf finds a resolution that a version of this track uses.
func (r *Result) resolutionOf(id forks.ResolutionID) (forks.Resolution, bool) {
	list := r.copied
	if r.in.State != nil {
		list = slices.Concat(list, r.in.State.Resolutions)
	}
	i := slices.IndexFunc(list, func(k forks.Resolution) bool { return k.ID == id })
	if i < 0 {
		return forks.Resolution{}, false
	}
	return list[i], true
}

// notUsed says why the conflict of an item was not settled by what is known.
func (r *Result) notUsed(i int) string {
	if why := r.unused[i]; why != "" {
		return "; " + why
	}
	return ""
}
