package rebase

import (
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// A patch that left the stack keeps its place: the record of its end names the patch
// that stood before it, which may have left as well. So the order of all patches, those
// that ended included, can be told at any time.

// places lists all patches of a state in the order of the stack, each that ended where
// it stood. What has no place on record is not listed.
func places(s forks.State) []forks.PatchID {
	var order []forks.PatchID
	for _, p := range s.Patches {
		order = append(order, p.ID)
	}
	ended := map[forks.PatchID]forks.PatchID{}
	for _, p := range s.Ended {
		if p.End != nil {
			ended[p.ID] = p.End.After
		}
	}
	var put func(id forks.PatchID) bool
	put = func(id forks.PatchID) bool {
		after, has := ended[id]
		delete(ended, id) // a ring of records ends here
		if !has || after == "" {
			return false
		}
		if !slices.Contains(order, after) && !put(after) {
			return false
		}
		order = slices.Insert(order, slices.Index(order, after)+1, id)
		return true
	}
	for _, p := range slices.Backward(s.Ended) {
		put(p.ID)
	}
	return order
}

// notePlaces writes down where those stood that left the stack in this pass.
func notePlaces(before forks.State, ended []forks.Patch) {
	order := places(before)
	for i := range ended {
		at := slices.Index(order, ended[i].ID)
		if at < 1 || ended[i].End.After != "" || !slices.ContainsFunc(before.Patches, func(p forks.Patch) bool { return p.ID == ended[i].ID }) {
			continue
		}
		end := *ended[i].End
		end.After = order[at-1]
		ended[i].End = &end
	}
}

// placeFor returns where in the stack a patch that had ended belongs.
func (r *Result) placeFor(patch forks.Patch) (int, error) {
	find := func(id forks.PatchID) int {
		return slices.IndexFunc(r.stack.items, func(it item) bool { return it.patch.ID == id })
	}
	order := places(*r.in.State)
	for at := slices.Index(order, patch.ID) - 1; at >= 0; at-- {
		if i := find(order[at]); i >= 0 {
			return i + 1, nil
		}
	}
	if patch.End.After != "" || slices.Contains(order, patch.ID) {
		return 0, nil
	}
	// It was the first, or its record is of a time without places: what was below its
	// last form says where it stood.
	for id, n := patch.Commit, 0; n < maxBelow; n++ {
		c, err := r.planner.commit(id)
		if err != nil {
			return 0, err
		}
		if len(c.parents) != 1 {
			return 0, nil
		}
		id = c.parents[0]
		below, known := r.in.Forms[id]
		if !known {
			return 0, nil
		}
		if i := find(below); i >= 0 {
			return i + 1, nil
		}
	}
	return 0, nil
}

// maxBelow limits how far down a branch is looked for the place of a patch.
const maxBelow = 10_000
