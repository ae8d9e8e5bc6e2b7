package lines

// Before Myers' algorithm, lines that would only cost time are taken out of a region
// and marked as changed: those that the other text does not have, and, between such
// lines, those that it has so often that a match would say nothing.

const (
	window    = 100  // lines looked at on either side of a frequent one
	unmatched = 4    // the share of frequent ones must stay below one in this many
	frequent  = 1024 // occurrences that are frequent in any text
)

// fate is what becomes of a line.
type fate uint8

const (
	alone  fate = iota // the other text does not have it
	plain              // it is compared
	common             // the other text has it so often that its neighbours decide
)

// edges counts how often each class occurs in either text of a region.
type edges struct {
	round int32
	a, b  []tally // by class
}

// tally is a number of occurrences.
type tally struct{ round, count int32 }

// count counts the lines of a region.
func (e *edges) count(classes int, a, b []int32) {
	if len(e.a) < classes {
		e.a, e.b = make([]tally, classes), make([]tally, classes)
	}
	e.round++
	add := func(counts []tally, lines []int32) {
		for _, class := range lines {
			c := &counts[class]
			if c.round != e.round {
				*c = tally{e.round, 0}
			}
			c.count++
		}
	}
	add(e.a, a)
	add(e.b, b)
}

// of is how often a class occurs.
func (e *edges) of(counts []tally, class int32) int {
	if c := counts[class]; c.round == e.round {
		return int(c.count)
	}
	return 0
}

// discard marks what is not worth comparing in a region and leaves the rest in s.myers.
// Equal lines at both ends are neither.
func (s *scratch) discard(a, b *side, in box) {
	s.edges.count(len(s.seen), a.classes[in.a.Start:in.a.End], b.classes[in.b.Start:in.b.End])
	manyA, manyB := oftenIn(in.a), oftenIn(in.b)
	for !in.a.empty() && !in.b.empty() && a.classes[in.a.Start] == b.classes[in.b.Start] {
		in.a.Start++
		in.b.Start++
	}
	for !in.a.empty() && !in.b.empty() && a.classes[in.a.End-1] == b.classes[in.b.End-1] {
		in.a.End--
		in.b.End--
	}
	m := &s.myers
	m.fateA = s.edges.fates(m.fateA, a.classes[in.a.Start:in.a.End], s.edges.b, manyA)
	m.fateB = s.edges.fates(m.fateB, b.classes[in.b.Start:in.b.End], s.edges.a, manyB)
	m.a, m.linesA = keep(a, in.a, m.fateA, m.a, m.linesA)
	m.b, m.linesB = keep(b, in.b, m.fateB, m.b, m.linesB)
}

// oftenIn is how many occurrences in the other text are too many for a text of this
// length.
func oftenIn(r Range) int { return min(roughRoot(r.End-r.Start), frequent) }

// fates decides for each line by how often the other text has it.
func (e *edges) fates(into []fate, lines []int32, other []tally, many int) []fate {
	into = sized(into, len(lines))
	for i, class := range lines {
		switch n := e.of(other, class); {
		case n == 0:
			into[i] = alone
		case n >= many:
			into[i] = common
		default:
			into[i] = plain
		}
	}
	return into
}

// keep collects the lines to compare and marks the others as changed.
func keep(t *side, in Range, fates []fate, classes, lines []int32) ([]int32, []int32) {
	classes, lines = classes[:0], lines[:0]
	for i, f := range fates {
		line := in.Start + i
		if f == plain || f == common && !lost(fates, i) {
			classes = append(classes, t.classes[line])
			lines = append(lines, int32(line))
		} else {
			t.changed[line] = true
		}
	}
	return classes, lines
}

// lost reports whether a frequent line stands among lines without a match: going up and
// down until a line that is compared, there are some of them on either side, and few
// frequent ones among them.
func lost(fates []fate, i int) bool {
	count := func(step, end int) (without, often int) {
		often = 1
		for k := i + step; k != end; k += step {
			switch fates[k] {
			case alone:
				without++
			case common:
				often++
			default:
				return without, often
			}
		}
		return without, often
	}
	without, often := count(-1, max(-1, i-window-1))
	if without == 0 {
		return false
	}
	withoutAfter, oftenAfter := count(1, min(len(fates), i+window+1))
	if withoutAfter == 0 {
		return false
	}
	without += withoutAfter
	often += oftenAfter
	return often*unmatched < often+without
}
