package lines

// A conflict covers whole changes, although both sides may have written some lines of
// them alike. Which of these are taken out of it depends on the style.
//
// Without the base (zealous): ours and theirs are compared with each other, and only
// where they differ is a conflict. Conflicts that then have three lines or fewer
// between them are joined, as many small ones are hard to read.
//
// With the base (eager): it could not be said which part of the base belongs to which
// part of a conflict. So conflicts stay whole in diff3 style, and in zdiff3 style only
// lines at their ends are moved out.

// near is the number of lines between conflicts that are still joined.
const near = 3

// refine splits conflicts into those parts in which the sides differ. Each part keeps
// the base of the whole.
func (in *inputs) refine(s *scratch, pieces []piece) []piece {
	out := make([]piece, 0, len(pieces))
	for _, p := range pieces {
		if p.origin != conflict || p.ours.empty() || p.theirs.empty() {
			out = append(out, p)
			continue
		}
		changes := s.diff(
			in.ours.classes[p.ours.Start:p.ours.End],
			in.theirs.classes[p.theirs.Start:p.theirs.End])
		if len(changes) == 0 {
			p.origin = settled
			out = append(out, p)
		}
		for _, c := range changes {
			out = append(out, piece{conflict, p.base, c.A.shifted(p.ours.Start), c.B.shifted(p.theirs.Start)})
		}
	}
	return out
}

// join joins conflicts with few lines between them.
func join(pieces []piece) []piece {
	out := pieces[:0]
	for _, p := range pieces {
		if n := len(out); n > 0 && p.origin == conflict && out[n-1].origin == conflict &&
			p.ours.Start-out[n-1].ours.End <= near {
			last := &out[n-1]
			last.base.End = p.base.End
			last.ours.End = p.ours.End
			last.theirs.End = p.theirs.End
			continue
		}
		out = append(out, p)
	}
	return out
}

// trim takes lines that both sides have at the ends of a conflict out of it.
func (in *inputs) trim(pieces []piece) {
	a, b := in.ours.classes, in.theirs.classes
	for i := range pieces {
		p := &pieces[i]
		if p.origin != conflict {
			continue
		}
		for !p.ours.empty() && !p.theirs.empty() && a[p.ours.Start] == b[p.theirs.Start] {
			p.ours.Start++
			p.theirs.Start++
		}
		for !p.ours.empty() && !p.theirs.empty() && a[p.ours.End-1] == b[p.theirs.End-1] {
			p.ours.End--
			p.theirs.End--
		}
	}
}
