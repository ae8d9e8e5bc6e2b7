package merge

// The versions of a file that one side moved are brought together at its new place,
// where the walk has seen a new file. Sorted by where they came from, moves come in
// these kinds:
//
//   - both sides moved the file to one place: the base's version joins them there;
//   - to two places: what both made of it is merged and put at both, in conflict;
//   - one side moved it, and the other has another file at the new place: the versions of
//     the moved file are merged first, and meet the other file as an added one;
//   - one side moved it and the other deleted it: it stays at the new place, in conflict;
//   - one side moved it, the other changed it: the usual case.

import "fmt"

// rejoin goes through moves that are sorted by where files came from.
func (m *merging) rejoin(all []move) error {
	for i := 0; i < len(all); i++ {
		mv := all[i]
		from := m.entries[mv.from]
		if from == nil || from.clean {
			continue // it went with its directory, or the other side left it alone
		}
		if i+1 < len(all) && all[i+1].from == mv.from {
			i++
			if err := m.movedTwice(mv.from, mv.to, all[i].to); err != nil {
				return err
			}
			continue
		}
		if err := m.movedOnce(mv, from); err != nil {
			return err
		}
	}
	return nil
}

// movedTwice handles a file that ours moved to a and theirs to b.
func (m *merging) movedTwice(from, a, b string) error {
	was, one, two := m.entries[from], m.entries[a], m.entries[b]
	if one == nil || two == nil {
		return fmt.Errorf("%w: %q was moved to %q and %q", errImpossible, from, a, b)
	}
	if a == b {
		one.in[base] = was.in[base]
		one.files |= bit(base)
		was.drop()
		return nil
	}
	c, err := m.mergeContent(from, [3]version{was.in[base], one.in[ours], two.in[theirs]}, [3]string{from, a, b}, 1+2*m.depth)
	if err != nil {
		return err
	}
	m.unclean = m.unclean || !c.clean
	mine, yours := c.version, c.version
	if !c.clean && c.version == one.in[ours] {
		yours = two.in[theirs] // it could not be merged: each place keeps its own
	}
	one.in[ours], two.in[theirs] = mine, yours
	one.disputed, two.disputed, was.disputed = true, true, true
	m.say(saidRenameRename, fmt.Sprintf("CONFLICT (rename/rename): %s renamed to %s in %s and to %s in %s.", from, a, m.branch(ours), b, m.branch(theirs)), from, a, b)
	return nil
}

// movedOnce handles a file that only one side moved.
func (m *merging) movedOnce(mv move, from *entry) error {
	to := m.entries[mv.to]
	if to == nil {
		return fmt.Errorf("%w: %q was moved to %q", errImpossible, mv.from, mv.to)
	}
	stayed := other(mv.side)
	deleted := from.files == bit(base)
	met := to.files&bit(stayed) != 0
	// A file that became a link, while the other side moved it, was moved on both sides
	// if something stands at the new place: only, that move is not found.
	retyped := !deleted && from.in[stayed].isRegular() != to.in[mv.side].isRegular()
	met = met && !retyped
	switch {
	case met && deleted:
		to.disputed = true
		m.sayMovedAndDeleted(mv)
	case met:
		in, at := from.in, [3]string{mv.from, mv.from, mv.from}
		in[mv.side], at[mv.side] = to.in[mv.side], mv.to
		c, err := m.mergeContent(mv.from, in, at, 1+2*m.depth)
		if err != nil {
			return err
		}
		to.in[mv.side] = c.version
		if !c.clean {
			m.say(saidRenameCollides, fmt.Sprintf("CONFLICT (rename involved in collision): rename of %s -> %s has content conflicts AND collides with another path; this may result in nested conflict markers.", mv.from, mv.to), mv.to, mv.from)
		}
	default:
		to.set(base, from.in[base], mv.from)
		switch {
		case retyped:
			from.in[base] = version{}
			from.files &^= bit(base)
			return nil
		case deleted:
			to.disputed = true
			m.sayMovedAndDeleted(mv)
		default:
			to.set(stayed, from.in[stayed], mv.from)
		}
	}
	from.drop()
	return nil
}

func (m *merging) sayMovedAndDeleted(mv move) {
	m.say(saidRenameDelete, fmt.Sprintf("CONFLICT (rename/delete): %s renamed to %s in %s, but deleted in %s.", mv.from, mv.to, m.branch(mv.side), m.branch(other(mv.side))), mv.to, mv.from)
}
