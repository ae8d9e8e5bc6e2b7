package lines

import "context"

// Histogram diff anchors two texts at what is rarest in them. Of a region of a, it
// counts how often each line occurs. It then looks, from each line of b that occurs in
// a, at every place where it does, and extends the match up and down as far as the
// texts agree. A match is as rare as its rarest line; the rarest one wins, and among
// those the longest. It splits the region into what is before and what is after, which
// are treated alike, until a region has nothing in common.
//
// If even the rarest match consists of lines that occur more than 64 times, anchors
// would be arbitrary, and the region goes to Myers' algorithm (myers.go).
//
// The idea is that of JGit's HistogramDiff, by Shawn Pearce. Which of several equal
// candidates wins is as in git, and held against it by the tests.

// most is how often the rarest line of an anchor may occur.
const most = 64

// box is a region of both texts that is still to be compared.
type box struct{ a, b Range }

// occurrence is where in the current region of a a class occurs.
type occurrence struct {
	round int32 // in which it was written; older ones do not count
	first int32 // line of a
	count int32
}

// scratch is the memory that the comparisons of one merge share.
type scratch struct {
	ctx   context.Context // when it is done comparisons end with an unfinished result
	round int32
	seen  []occurrence // by class
	next  []int32      // by line of a: the next line of its class in the region, or -1
	boxes []box
	edges edges
	myers myers
}

// newScratch has room for the classes of one merge and for the lines of its texts.
func newScratch(ctx context.Context, classes, lines int) *scratch {
	return &scratch{ctx: ctx, seen: make([]occurrence, classes), next: make([]int32, lines)}
}

// histogram marks which lines of a and b changed.
func (s *scratch) histogram(a, b *side) {
	s.boxes = append(s.boxes[:0], box{Range{0, len(a.classes)}, Range{0, len(b.classes)}})
	for len(s.boxes) > 0 && s.ctx.Err() == nil {
		in := s.boxes[len(s.boxes)-1]
		s.boxes = s.boxes[:len(s.boxes)-1]
		if in.a.empty() || in.b.empty() {
			a.mark(in.a)
			b.mark(in.b)
			continue
		}
		match, common, rare := s.anchor(a.classes, b.classes, in)
		switch {
		case !common:
			a.mark(in.a)
			b.mark(in.b)
		case !rare:
			s.classic(a, b, in)
		default:
			s.boxes = append(s.boxes,
				box{Range{match.a.End, in.a.End}, Range{match.b.End, in.b.End}},
				box{Range{in.a.Start, match.a.Start}, Range{in.b.Start, match.b.Start}})
		}
	}
}

// anchor is the match at which a region is split, whether the texts have a line in
// common there at all, and whether the match is rare enough to be an anchor.
func (s *scratch) anchor(a, b []int32, in box) (best box, common, rare bool) {
	s.index(a, in.a)
	lowest := int32(most + 1)
	for at := in.b.Start; at < in.b.End; {
		found := &s.seen[b[at]]
		if found.round != s.round {
			at++
			continue
		}
		common = true
		if found.count > lowest {
			at++
			continue
		}
		past := at + 1
		for from := found.first; from >= 0; {
			m, count := s.extend(a, b, in, int(from), at, found.count)
			past = max(past, m.b.End)
			if m.a.End-m.a.Start > max(1, best.a.End-best.a.Start) || count < lowest {
				best, lowest = m, count
			}
			for from = s.next[from]; from >= 0 && int(from) < m.a.End; {
				from = s.next[from]
			}
		}
		at = past
	}
	return best, common, lowest <= most
}

// index counts the lines of a region of a and chains those that are equal.
func (s *scratch) index(a []int32, in Range) {
	s.round++
	for i := in.End - 1; i >= in.Start; i-- {
		o := &s.seen[a[i]]
		if o.round != s.round {
			*o = occurrence{s.round, int32(i), 1}
			s.next[i] = -1
			continue
		}
		s.next[i] = o.first
		o.first = int32(i)
		o.count++
	}
}

// extend grows the match of line i of a with line j of b, and tells how often its
// rarest line occurs.
func (s *scratch) extend(a, b []int32, in box, i, j int, count int32) (box, int32) {
	m := box{Range{i, i + 1}, Range{j, j + 1}}
	for m.a.Start > in.a.Start && m.b.Start > in.b.Start && a[m.a.Start-1] == b[m.b.Start-1] {
		m.a.Start--
		m.b.Start--
		count = min(count, s.seen[a[m.a.Start]].count)
	}
	for m.a.End < in.a.End && m.b.End < in.b.End && a[m.a.End] == b[m.b.End] {
		count = min(count, s.seen[a[m.a.End]].count)
		m.a.End++
		m.b.End++
	}
	return m, count
}
