package rebase

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// A track can carry the stack of another one: one stack, several channels. What
// stands in the source's branch is inherited: it becomes a patch of this track with an
// id of its own, enters the stack in the source's order, and is tried like a patch
// that may return. From then on it is this track's: it conflicts, is resolved and is
// taken by upstream here, by itself. What a person dropped in the source is dropped
// here too, and what was folded there is folded here, once the patch that it lives on
// in is here. A patch that ended here in another way does not come again.

// Source is the track whose stack this one carries.
type Source struct {
	Track string
	State forks.State
	// Forms maps every commit that ever was a form of one of its patches to that patch.
	Forms map[forks.Hash]forks.PatchID
}

// inheritance is what a pass takes over from the source.
type inheritance struct {
	in   Input
	here []*forks.Patch // of this track, those that ended included
	// from maps this track's patches to the source's that they are copies of; to is
	// the way back.
	from, to map[forks.PatchID]forks.PatchID
}

// inherit enters into ex what the source has and this track does not, and ends what
// was dropped or folded there. An adoption takes the branch as it is: it only notes
// which patch is which.
func (r *Result) inherit(ex *extraction) error {
	in := r.in
	if in.Source == nil {
		return nil
	}
	h := inheritance{in: in, from: map[forks.PatchID]forks.PatchID{}, to: map[forks.PatchID]forks.PatchID{}}
	h.know(ex)
	h.link()
	r.from = h.from
	if in.State == nil {
		return nil
	}
	if err := r.planner.enter(&h, ex); err != nil {
		return fmt.Errorf("take over the stack of track %s: %w", in.Source.Track, err)
	}
	h.follow(ex)
	return nil
}

// know lists this track's patches.
func (h *inheritance) know(ex *extraction) {
	for i := range ex.items {
		h.here = append(h.here, &ex.items[i].patch)
	}
	for i := range ex.ended {
		h.here = append(h.here, &ex.ended[i])
	}
	if h.in.State != nil {
		for _, patch := range h.in.State.Ended {
			if !slices.Contains(ex.revived, patch.ID) {
				h.here = append(h.here, &patch)
			}
		}
	}
}

// link finds out which patch is which: by what is on record, then by a commit that
// was a form of both, then by author, author date and subject where these are unique
// on both sides.
func (h *inheritance) link() {
	set := func(id, source forks.PatchID) {
		if h.from[id] == "" && h.to[source] == "" {
			h.from[id], h.to[source] = source, id
		}
	}
	there := h.in.Source.State.Patches
	known := map[forks.PatchID]bool{}
	for _, patch := range slices.Concat(there, h.in.Source.State.Ended) {
		known[patch.ID] = true
	}
	for _, patch := range h.here {
		if known[patch.From] { // else it is from a track that was the source before
			set(patch.ID, patch.From)
		}
	}
	for _, patch := range h.here {
		form := h.in.Source.Forms[patch.First]
		i := slices.IndexFunc(there, func(p forks.Patch) bool { return p.ID == form || p.First == patch.First })
		if i >= 0 {
			set(patch.ID, there[i].ID)
		}
	}
	mine, theirs := map[string][]forks.PatchID{}, map[string][]forks.PatchID{}
	for _, patch := range h.here {
		if k := keyOf(*patch); !slices.Contains(mine[k], patch.ID) {
			mine[k] = append(mine[k], patch.ID)
		}
	}
	for _, patch := range there {
		theirs[keyOf(patch)] = append(theirs[keyOf(patch)], patch.ID)
	}
	for k, ids := range theirs {
		if len(ids) == 1 && len(mine[k]) == 1 {
			set(mine[k][0], ids[0])
		}
	}
}

// keyOf identifies a patch across tracks, as commit.key does across rebases.
func keyOf(p forks.Patch) string {
	return p.Author.Name + "\x00" + p.Author.Email + "\x00" + p.AuthorDate.UTC().Format(time.RFC3339) + "\x00" + p.Subject
}

// enter puts the source's patches that are not here into the stack, each after the
// one that comes before it in the source.
func (p *Planner) enter(h *inheritance, ex *extraction) error {
	at := 0
	for _, patch := range h.in.Source.State.Patches {
		if id := h.to[patch.ID]; id != "" && !h.returns(id) {
			if i := slices.IndexFunc(ex.items, func(it item) bool { return it.patch.ID == id }); i >= 0 {
				at = i + 1
			}
			continue
		}
		if patch.Out != nil {
			continue // it is inherited once it stands in the source's branch
		}
		c, err := p.commit(patch.Commit)
		if err != nil {
			return err
		}
		it := h.copyOf(patch, c)
		if slices.ContainsFunc(h.here, func(own *forks.Patch) bool { return own.ID == it.patch.ID }) {
			ex.revived = append(ex.revived, it.patch.ID)
		}
		h.from[it.patch.ID], h.to[patch.ID] = patch.ID, it.patch.ID
		ex.items = slices.Insert(ex.items, at, it)
		ex.made = append(ex.made, it.form)
		at++
	}
	return nil
}

// copyOf is a patch of the source as it enters this track: not part of the branch
// yet, in the form that it has in the source now.
func (h *inheritance) copyOf(patch forks.Patch, c commit) item {
	own := newPatch(forks.NewPatchID(h.in.Track.Name, c.id, ""), c)
	if id := h.to[patch.ID]; id != "" {
		own.ID = id
		first := slices.IndexFunc(h.here, func(p *forks.Patch) bool { return p.ID == id })
		own.First = h.here[first].First
	}
	own.From = patch.ID
	own.Out = &forks.Out{Outcome: forks.Conflicted, Reason: "new from track " + h.in.Source.Track, Pass: h.in.pass(), At: h.in.Now}
	return item{patch: own, form: c.id, out: true, inherited: true}
}

// returns reports whether a patch that ended here only followed the source, which
// has it again.
func (h *inheritance) returns(id forks.PatchID) bool {
	i := slices.IndexFunc(h.here, func(p *forks.Patch) bool { return p.ID == id })
	end := h.here[i].End
	return end != nil && strings.HasPrefix(end.Reason, h.followed())
}

// followed begins the reason of everything that ended here because it ended in the
// source.
func (h *inheritance) followed() string { return "as in track " + h.in.Source.Track + ": " }

// follow ends what a person dropped in the source, and what was folded there into a
// patch that is here.
func (h *inheritance) follow(ex *extraction) {
	for _, patch := range h.in.Source.State.Ended {
		i := slices.IndexFunc(ex.items, func(it item) bool {
			return it.patch.End == nil && it.patch.ID == h.to[patch.ID]
		})
		end := forks.End{Outcome: patch.End.Outcome, By: patch.End.By, Reason: h.followed() + patch.End.Reason, Pass: h.in.pass(), At: h.in.Now}
		switch {
		case i < 0:
			continue
		case ex.items[i].arrived: // somebody wants it here all the same: it is this track's own now
			ex.items[i].patch.From = ""
			delete(h.from, ex.items[i].patch.ID)
			continue
		case end.Outcome == forks.Dropped && end.By == "":
			end.By = "track " + h.in.Source.Track
		case end.Outcome == forks.Folded:
			end.By = string(h.to[forks.PatchID(patch.End.By)])
			if !slices.ContainsFunc(ex.items, func(it item) bool { return string(it.patch.ID) == end.By }) {
				continue
			}
		case end.Outcome != forks.Dropped:
			continue // what upstream has here is found out here
		}
		ended := ex.items[i].patch
		ended.End, ended.Out = &end, nil
		ex.ended = append(ex.ended, ended)
		ex.items = slices.Delete(slices.Clone(ex.items), i, i+1)
	}
}

// withSource is the input with the forms that the source's patches have had: a commit
// that was picked from there is known.
func (in Input) withSource() Input {
	if in.Source == nil || in.State == nil {
		return in
	}
	own := map[forks.PatchID]forks.PatchID{}
	for _, patch := range slices.Concat(in.State.Patches, in.State.Ended) {
		if patch.From != "" {
			own[patch.From] = patch.ID
		}
	}
	forms := map[forks.Hash]forks.PatchID{}
	for commit, source := range in.Source.Forms {
		if id := own[source]; id != "" {
			forms[commit] = id
		}
	}
	for commit, id := range in.Forms {
		forms[commit] = id
	}
	in.Forms = forms
	return in
}

// carried reports whether the source still has the patch that this one is a copy of:
// then the record that it ended here is what keeps it from coming again.
func (in Input) carried(patch forks.Patch) bool {
	return in.Source != nil && patch.From != "" &&
		slices.ContainsFunc(in.Source.State.Patches, func(p forks.Patch) bool { return p.ID == patch.From })
}

// needsThere reports whether a patch needs an earlier one in the source's branch: the
// stack there, without the earlier one, conflicts at it.
func (p *Planner) needsThere(ctx context.Context, source *Source, patch, earlier forks.PatchID) (bool, error) {
	if source == nil || patch == "" || earlier == "" {
		return false, nil
	}
	standing := slices.DeleteFunc(slices.Clone(source.State.Patches), func(q forks.Patch) bool { return q.Out != nil })
	from := slices.IndexFunc(standing, func(q forks.Patch) bool { return q.ID == earlier })
	to := slices.IndexFunc(standing, func(q forks.Patch) bool { return q.ID == patch })
	if from < 0 || to < from {
		return false, nil
	}
	first, err := p.change(standing[from].Commit)
	if err != nil {
		return false, err
	}
	tree, needs := first.from, false
	for _, q := range standing[from+1 : to+1] {
		c, err := p.change(q.Commit)
		if err != nil {
			return false, err
		}
		r, err := p.pick(ctx, c, tree)
		if err != nil {
			return false, err
		}
		if needs = !r.Clean(); !needs {
			tree = r.Tree
		}
	}
	return needs, nil
}
