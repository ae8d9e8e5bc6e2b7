package lines

import "context"

// Diff compares two texts as a merge does: histogram diff, then runs of changed lines
// slid into place, without a look at indentation. The changes are in order; between two
// of them there is at least one line that both texts have. Equal texts give none.
func Diff(a, b []byte) []Change {
	ta, tb := split(a), split(b)
	in := newInterner(ta.count())
	in.all(&ta)
	in.beside(&tb, &ta)
	s := newScratch(context.Background(), len(in.known), ta.count())
	return s.diff(ta.classes, tb.classes)
}

// diff compares two texts by the classes of their lines.
func (s *scratch) diff(a, b []int32) []Change {
	flags := make([]bool, len(a)+len(b))
	one := &side{a, flags[:len(a):len(a)]}
	two := &side{b, flags[len(a):]}
	s.histogram(one, two)
	slide(one, two)
	slide(two, one)
	return script(one, two)
}

// script lists the changes that are marked.
func script(a, b *side) []Change {
	var changes []Change
	i, j := 0, 0
	for {
		for i < len(a.changed) && j < len(b.changed) && !a.changed[i] && !b.changed[j] {
			i++
			j++
		}
		c := Change{Range{i, i}, Range{j, j}}
		for a.changedAt(c.A.End) {
			c.A.End++
		}
		for b.changedAt(c.B.End) {
			c.B.End++
		}
		if c.A.empty() && c.B.empty() {
			return changes
		}
		changes = append(changes, c)
		i, j = c.A.End, c.B.End
	}
}

// empty reports whether there is no line in r.
func (r Range) empty() bool { return r.Start >= r.End }
