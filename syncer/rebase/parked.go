package rebase

import (
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// A parked patch is left out of the branch for now, and keeps its place in the stack. It
// is tried all the same: where it conflicts at upstream's tip, people are asked about
// that as before, but it holds nothing back.
//
//   - What a rule parked is in the branch wherever it is clean. It leaves once the base
//     is one on which it conflicts, and comes back by itself.
//   - What a person or a rollback parked is in the branch nowhere, until it is unparked
//     or its conflict is answered.
//
// Patches that need a parked one are blocked by it: they leave and return with it.

// park finds out which items are parked. It comes after the verdicts: an answer takes
// a person's parking back.
func (r *Result) park() {
	s := r.stack
	s.parked = map[int]forks.Out{}
	for i := range s.items {
		it := &s.items[i]
		out, id := it.patch.Out, it.patch.ID
		if out != nil && out.Outcome == forks.Parked {
			_, asked := r.in.Unpark[id]
			if by, taken := r.unparked(id); asked || taken && !out.Returns() {
				back := *out
				back.Rule, back.Outcome, back.By, back.Reason = "", forks.Conflicted, by, "unparked by "+by
				it.patch.Out = &back
			} else {
				s.parked[i] = *out
			}
		}
		next, parks := r.in.Park[id]
		if was, parked := s.parked[i]; parks && (!parked || was.Returns() && !next.Returns()) {
			next.Outcome = forks.Parked
			if next.By == "" {
				next.By = string(next.Rule)
			}
			s.parked[i] = next
		}
	}
}

// unparked says who takes back that a patch is parked: by asking for that, or by
// answering its conflict.
func (r *Result) unparked(id forks.PatchID) (by string, taken bool) {
	if by, taken = r.in.Unpark[id]; taken {
		return by, true
	}
	for _, v := range r.Verdicts {
		if v.Patch == id && v.Kind == Taken {
			return v.By, true
		}
	}
	return "", false
}

// barred reports whether an item is left out wherever it is clean, too.
func (s *stack) barred(i int) bool {
	out, parked := s.parked[i]
	return parked && !out.Returns()
}

// yields reports whether an item holds the base back nowhere.
func (s *stack) yields(i int) bool {
	_, parked := s.parked[i]
	return parked
}

// withheld is what became of an item, where it may not be part of the branch. That it
// conflicts is asked about all the same.
func (s *stack) withheld(i int, pl placed) placed {
	it := s.items[i]
	if s.barred(i) && !it.uncounted && pl.outcome != forks.Conflicted {
		pl.outcome, pl.by, pl.version, pl.change = forks.Parked, s.parked[i].By, nil, change{}
	}
	return pl
}

// excused reports, of a replay, whether an item is missing only for want of a parked
// one.
func (s *stack) excused(at replayed, i int) bool {
	for at.picks[i].outcome == forks.Blocked {
		by := slices.IndexFunc(s.items[:i], func(it item) bool { return string(it.patch.ID) == at.picks[i].by })
		if by < 0 {
			return false
		}
		i = by
	}
	return s.yields(i)
}

// leavesNow reports whether a patch of the branch is parked, or a parked one unparked, by
// publishing at a position: that was announced for a certain time, or somebody asked for
// it, so it waits for nothing else.
func (r *Result) leavesNow(at replayed) bool {
	s := r.stack
	for i := range s.parked {
		conflicts := at.picks[i].outcome == forks.Conflicted
		if s.items[i].standing() && (s.barred(i) || conflicts) {
			return true
		}
	}
	return slices.ContainsFunc(s.items, func(it item) bool {
		_, asked := r.in.Unpark[it.patch.ID]
		return asked && it.patch.Out != nil
	})
}

// setAside is a replay as it is published: what is parked, and conflicts there, is left
// out as parked.
func (s *stack) setAside(at replayed) replayed {
	at.picks = slices.Clone(at.picks)
	for i, out := range s.parked {
		if at.picks[i].outcome == forks.Conflicted {
			at.picks[i].outcome, at.picks[i].by = forks.Parked, out.By
		}
	}
	return at
}

// parkedAs returns how a patch is parked.
func (r *Result) parkedAs(id forks.PatchID) (forks.Out, bool) {
	i := slices.IndexFunc(r.stack.items, func(it item) bool { return it.patch.ID == id })
	out, parked := r.stack.parked[i]
	return out, parked && i >= 0
}
