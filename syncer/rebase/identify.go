package rebase

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// identify says of each arrival which recorded patch it is: by commit id, then
// patch-id, then author, author date and subject where these are unique.
func (p *Planner) identify(ctx context.Context, in Input, singles []arrival) error {
	if in.State == nil || len(singles) == 0 {
		p.findReverts(in, singles)
		return nil
	}
	recorded := slices.Concat(in.State.Patches, in.State.Ended)
	byPatchID, byKey, err := p.fingerprints(ctx, recorded)
	if err != nil {
		return err
	}
	var ids []forks.Hash
	for _, a := range singles {
		ids = append(ids, a.commit.id)
	}
	patchIDs, err := p.patchIDs(ctx, ids)
	if err != nil {
		return err
	}
	for i := range singles {
		a := &singles[i]
		if id, ok := in.Forms[a.commit.id]; ok {
			a.recorded = id
			continue
		}
		if pid, ok := patchIDs[a.commit.id]; ok && len(byPatchID[pid]) > 0 {
			a.matched = byPatchID[pid][0]
			continue
		}
		if same := byKey[a.commit.key()]; len(same) == 1 {
			a.matched = same[0]
		}
	}
	p.findReverts(in, singles)
	return nil
}

// fingerprints indexes recorded patches by stable patch-id and by author, date
// and subject.
func (p *Planner) fingerprints(ctx context.Context, recorded []forks.Patch) (byPatchID map[forks.Hash][]forks.PatchID, byKey map[string][]forks.PatchID, err error) {
	byPatchID, byKey = map[forks.Hash][]forks.PatchID{}, map[string][]forks.PatchID{}
	var commits []forks.Hash
	for _, patch := range recorded {
		commits = append(commits, patch.Commit)
		if patch.First != patch.Commit {
			commits = append(commits, patch.First)
		}
	}
	ids, err := p.patchIDs(ctx, commits)
	if err != nil {
		return nil, nil, err
	}
	for _, patch := range recorded {
		for _, c := range []forks.Hash{patch.Commit, patch.First} {
			if pid, ok := ids[c]; ok && !slices.Contains(byPatchID[pid], patch.ID) {
				byPatchID[pid] = append(byPatchID[pid], patch.ID)
			}
		}
		// A subject may read differently in what was written anew: somebody may still
		// have the patch as it was, or as it was written at another time.
		for _, id := range []forks.Hash{patch.Commit, patch.First} {
			c, err := p.commit(id)
			if err != nil {
				return nil, nil, err
			}
			anew := c
			anew.message = string(p.written([]byte(c.message)))
			for _, key := range []string{c.key(), anew.key()} {
				if !slices.Contains(byKey[key], patch.ID) {
					byKey[key] = append(byKey[key], patch.ID)
				}
			}
		}
	}
	return byPatchID, byKey, nil
}

// revertLine is what `git revert` writes into a message.
func revertLine() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^This reverts commit ([0-9a-f]{40})\b`)
}

// findReverts notes which arrivals say that they revert a patch, or another
// arrival. Whether they do so whole is decided by the law.
func (p *Planner) findReverts(in Input, singles []arrival) {
	line := revertLine()
	for i := range singles {
		m := line.FindStringSubmatch(singles[i].commit.message)
		if m == nil {
			continue
		}
		target, err := forks.ParseHash(m[1])
		if err != nil {
			continue
		}
		if id, ok := in.Forms[target]; ok {
			singles[i].reverts = id
			continue
		}
		if j := slices.IndexFunc(singles[:i], func(a arrival) bool { return a.commit.id == target }); j >= 0 {
			singles[i].reverts = singles[j].id
		}
	}
}

// layOutAs builds the layout of one reading.
func layOutAs(in Input, singles []arrival, r reading) layout {
	var l layout
	active, resting := map[forks.PatchID]bool{}, map[forks.PatchID]forks.Patch{}
	if in.State != nil {
		for _, patch := range in.State.Patches {
			l.items = append(l.items, item{patch: patch, form: patch.Commit, out: patch.Out != nil})
			if patch.Out == nil {
				active[patch.ID] = true
			} else {
				resting[patch.ID] = patch
			}
		}
		for _, patch := range in.State.Ended {
			resting[patch.ID] = patch
		}
	}
	for _, a := range singles {
		same := a.recorded
		// A revert of a revert looks like the first patch, but it is there to end the
		// revert.
		if same == "" && !(r.pairReverts && active[a.reverts]) {
			same = a.matched
		}
		old, rests := resting[same]
		switch {
		case same != "" && active[same] && r.skipKnown:
			if a.id != same { // else it is the patch's first form, and the patch's own row is its row
				l.rows = append(l.rows, a.row(forks.Duplicate, string(same), "the stack has this patch already"))
			}
		case rests && a.recorded != "":
			l.returned(in, a, old, r.countReturns)
		case rests:
			l.revive(a, old)
			delete(resting, same)
			active[same] = true
		default:
			l.items = append(l.items, item{patch: newPatch(a.id, a.commit), form: a.commit.id, arrived: true})
			active[a.id] = true
		}
	}
	if r.pairReverts {
		l.pairReverts(in, singles)
	}
	return l
}

// newPatch is the record of a patch on the day it is first seen.
func newPatch(id forks.PatchID, c commit) forks.Patch {
	return forks.Patch{
		ID: id, Subject: c.subject(), Author: c.author, AuthorDate: c.authored, First: c.id, Commit: c.id,
		Versions: []forks.Version{}, Folded: []forks.FoldedCommit{},
	}
}

// row is the ledger row of an arrival that does not become a patch.
func (a arrival) row(outcome forks.Outcome, by, reason string) forks.Row {
	return forks.Row{
		Patch: a.id, Subject: a.commit.subject(), Author: a.commit.author, Old: a.commit.id,
		Ahead: outcome, Published: outcome, By: by, Reason: reason,
	}
}

// returned lays out an earlier form of a patch that had ended or was left out,
// brought back by an old branch. It is not published; where the tip's tree has
// its change again a person is asked.
func (l *layout) returned(in Input, a arrival, old forks.Patch, count bool) {
	switch {
	case a.id != old.ID:
		l.rows = append(l.rows, a.row(forks.Duplicate, string(old.ID), "an earlier form of a patch that is not published, from an old branch"))
	case old.End != nil: // its first form; one that is left out has a row in the stack
		l.rows = append(l.rows, a.row(old.End.Outcome, old.End.By, "ended in pass "+strconv.Itoa(old.End.Pass)+", and an old branch brought its first form back"))
	}
	if !count {
		return
	}
	form := item{patch: old, form: a.commit.id, uncounted: true}
	l.asks = append(l.asks, forks.Decision{Patch: old.ID, Asked: in.Now,
		Question: "an old branch brought this patch back, but it had ended or was left out. It is not published again. To have it back, commit its change anew and push."})
	if i := slices.IndexFunc(l.items, func(it item) bool { return it.out && it.patch.ID == old.ID }); i >= 0 {
		form.patch = l.items[i].patch
		l.items[i] = form
		return
	}
	l.items = append(l.items, form)
}

// revive lays out a new commit that is a patch which had ended or was left out: a
// person wants it back, so it stands in the stack again under its old id.
func (l *layout) revive(a arrival, old forks.Patch) {
	l.items = slices.DeleteFunc(l.items, func(it item) bool { return it.patch.ID == old.ID })
	if old.End != nil {
		l.back = append(l.back, old.ID)
	}
	patch := old
	patch.Commit, patch.Out, patch.End = a.commit.id, nil, nil
	l.items = append(l.items, item{patch: patch, form: a.commit.id, arrived: true})
	l.rows = append(l.rows, a.row(forks.Duplicate, string(old.ID), "a person brought this patch back"))
}

// pairReverts ends each revert together with what it reverts. A revert of a
// revert restores the first.
func (l *layout) pairReverts(in Input, singles []arrival) {
	var undone []undoing
	for _, a := range singles {
		if a.reverts == "" {
			continue
		}
		undone = slices.DeleteFunc(undone, func(u undoing) bool { return u.by.id == a.reverts })
		undone = append(undone, undoing{a.reverts, a})
	}
	for _, u := range undone {
		l.endBoth(in, u)
	}
}

// undoing is a patch and the arrival that reverts it.
type undoing struct {
	target forks.PatchID
	by     arrival
}

// endBoth takes a patch and its revert out of the layout.
func (l *layout) endBoth(in Input, u undoing) {
	i := slices.IndexFunc(l.items, func(it item) bool { return it.patch.ID == u.target && !it.out })
	j := slices.IndexFunc(l.items, func(it item) bool { return it.patch.ID == u.by.id })
	if i < 0 || j < 0 {
		return
	}
	who := oneLine(u.by.commit.author.Name)
	l.end(l.items[i], forks.End{Outcome: forks.Dropped, By: who, Reason: "reverted in " + u.by.commit.id.Short(), Pass: in.pass(), At: in.Now})
	l.end(l.items[j], forks.End{Outcome: forks.Dropped, By: who, Reason: "reverts " + string(u.target) + " whole", Pass: in.pass(), At: in.Now})
	l.items = slices.DeleteFunc(l.items, func(it item) bool { return it.patch.ID == u.target || it.patch.ID == u.by.id })
}
