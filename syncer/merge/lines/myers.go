package lines

import (
	"context"
	"math"
)

// Myers' algorithm ("An O(ND) Difference Algorithm and Its Variations", 1986) in linear
// space: it looks for a shortest edit script from both ends of a region at once; where
// the two searches meet, the region is split. It serves the regions in which histogram
// diff finds nothing rare.
//
// A search that gets expensive gives up being shortest, as in GNU diff and git. Beyond
// 256 steps, a long run of equal lines far from where the search began is good enough.
// And beyond a cost near the square root of the region's size, the point that got
// farthest is taken as it is. The piece that then lies in the direction of the search
// is compared without these short cuts.

const (
	longRun   = 20  // equal lines that make a run worth a split
	patience  = 256 // steps before the first short cut, and the least limit
	advantage = 4   // how many lines per step the run must have gained
)

// none is a place that no search has reached.
const none = math.MaxInt32

// myers holds the lines of a region that are worth comparing and how far the searches
// got.
type myers struct {
	a, b         []int32 // classes
	linesA       []int32 // where they stand in the texts
	linesB       []int32
	limit        int
	ahead, back  []int32 // by diagonal i-j: the farthest i of the search from either end
	zero         int     // where diagonal 0 is in them
	spans        []span
	fateA, fateB []fate
}

// span is a region of the kept lines, and whether its script has to be shortest.
type span struct {
	a, b  Range
	exact bool
}

// meeting is where a region is split, and which piece has to be exact.
type meeting struct {
	i, j          int
	before, after bool
}

// classic compares one region with Myers' algorithm.
func (s *scratch) classic(a, b *side, in box) {
	s.discard(a, b, in)
	m := &s.myers
	diagonals := len(m.a) + len(m.b) + 3
	m.ahead = sized(m.ahead, diagonals)
	m.back = sized(m.back, diagonals)
	m.zero = len(m.b) + 1
	m.limit = max(patience, roughRoot(diagonals))
	m.spans = append(m.spans[:0], span{Range{0, len(m.a)}, Range{0, len(m.b)}, false})
	for len(m.spans) > 0 && s.ctx.Err() == nil {
		at := m.spans[len(m.spans)-1]
		m.spans = m.spans[:len(m.spans)-1]
		at = m.shrink(at)
		switch {
		case at.a.empty():
			for _, line := range m.linesB[at.b.Start:at.b.End] {
				b.changed[line] = true
			}
		case at.b.empty():
			for _, line := range m.linesA[at.a.Start:at.a.End] {
				a.changed[line] = true
			}
		default:
			cut, ok := m.search(s.ctx, at)
			if !ok {
				return
			}
			m.spans = append(m.spans,
				span{Range{cut.i, at.a.End}, Range{cut.j, at.b.End}, cut.after},
				span{Range{at.a.Start, cut.i}, Range{at.b.Start, cut.j}, cut.before})
		}
	}
}

// shrink leaves out what is equal at both ends.
func (m *myers) shrink(at span) span {
	for !at.a.empty() && !at.b.empty() && m.a[at.a.Start] == m.b[at.b.Start] {
		at.a.Start++
		at.b.Start++
	}
	for !at.a.empty() && !at.b.empty() && m.a[at.a.End-1] == m.b[at.b.End-1] {
		at.a.End--
		at.b.End--
	}
	return at
}

// reach is the band of diagonals that a search has come to.
type reach struct{ low, high int }

// widen adds a diagonal at either end of the band, or takes one off where the region
// ends. Beyond the new ends the search has been nowhere.
func (r *reach) widen(least, greatest int, far []int32, zero int, nowhere int32) {
	if r.low > least {
		r.low--
		far[zero+r.low-1] = nowhere
	} else {
		r.low++
	}
	if r.high < greatest {
		r.high++
		far[zero+r.high+1] = nowhere
	} else {
		r.high--
	}
}

// has reports whether the band contains a diagonal.
func (r reach) has(d int) bool { return r.low <= d && d <= r.high }

// search finds where to split a region; not ok if ctx is done before.
func (m *myers) search(ctx context.Context, at span) (cut meeting, ok bool) {
	least, greatest := at.a.Start-at.b.End, at.a.End-at.b.Start
	start, end := at.a.Start-at.b.Start, at.a.End-at.b.End
	odd := (start-end)&1 != 0
	ahead, back := reach{start, start}, reach{end, end}
	m.ahead[m.zero+start] = int32(at.a.Start)
	m.back[m.zero+end] = int32(at.a.End)
	for cost := 1; ; cost++ {
		ahead.widen(least, greatest, m.ahead, m.zero, -1)
		i, j, met, long := m.stepAhead(at, ahead, back, odd)
		if met {
			return meeting{i, j, true, true}, true
		}
		back.widen(least, greatest, m.back, m.zero, none)
		i, j, met, longBack := m.stepBack(at, ahead, back, !odd)
		if met {
			return meeting{i, j, true, true}, true
		}
		if cost%patience == 0 && ctx.Err() != nil {
			return meeting{}, false
		}
		if at.exact {
			continue
		}
		if (long || longBack) && cost > patience {
			if cut, ok := m.runAhead(at, ahead, start, cost); ok {
				return cut, true
			}
			if cut, ok := m.runBack(at, back, end, cost); ok {
				return cut, true
			}
		}
		if cost >= m.limit {
			return m.farthest(at, ahead, back), true
		}
	}
}

// stepAhead takes the search from the start one edit further, and tells where it met
// the other one, and whether it went over a long run of equal lines.
func (m *myers) stepAhead(at span, ahead, back reach, meet bool) (i, j int, met, long bool) {
	for d := ahead.high; d >= ahead.low; d -= 2 {
		far := m.ahead[m.zero+d-1 : m.zero+d+2]
		i = int(max(far[0]+1, far[2]))
		j = i - d
		from := i
		for i < at.a.End && j < at.b.End && m.a[i] == m.b[j] {
			i++
			j++
		}
		long = long || i-from > longRun
		far[1] = int32(i)
		if meet && back.has(d) && int(m.back[m.zero+d]) <= i {
			return i, j, true, long
		}
	}
	return 0, 0, false, long
}

// stepBack is stepAhead for the search from the end.
func (m *myers) stepBack(at span, ahead, back reach, meet bool) (i, j int, met, long bool) {
	for d := back.high; d >= back.low; d -= 2 {
		far := m.back[m.zero+d-1 : m.zero+d+2]
		i = int(min(far[0], far[2]-1))
		j = i - d
		from := i
		for i > at.a.Start && j > at.b.Start && m.a[i-1] == m.b[j-1] {
			i--
			j--
		}
		long = long || from-i > longRun
		far[1] = int32(i)
		if meet && ahead.has(d) && i <= int(m.ahead[m.zero+d]) {
			return i, j, true, long
		}
	}
	return 0, 0, false, long
}

// runAhead looks for the diagonal on which the search from the start gained most, if
// it has just come over a long run there.
func (m *myers) runAhead(at span, ahead reach, start, cost int) (cut meeting, ok bool) {
	best := 0
	for d := ahead.high; d >= ahead.low; d -= 2 {
		i := int(m.ahead[m.zero+d])
		j := i - d
		gain := i - at.a.Start + j - at.b.Start - distance(d, start)
		if gain <= advantage*cost || gain <= best ||
			i < at.a.Start+longRun || i >= at.a.End || j < at.b.Start+longRun || j >= at.b.End {
			continue
		}
		if equal(m.a[i-longRun:i], m.b[j-longRun:j]) {
			best, cut = gain, meeting{i, j, true, false}
		}
	}
	return cut, best > 0
}

// runBack is runAhead for the search from the end.
func (m *myers) runBack(at span, back reach, end, cost int) (cut meeting, ok bool) {
	best := 0
	for d := back.high; d >= back.low; d -= 2 {
		i := int(m.back[m.zero+d])
		j := i - d
		gain := at.a.End - i + at.b.End - j - distance(d, end)
		if gain <= advantage*cost || gain <= best ||
			i <= at.a.Start || i > at.a.End-longRun || j <= at.b.Start || j > at.b.End-longRun {
			continue
		}
		if equal(m.a[i:i+longRun], m.b[j:j+longRun]) {
			best, cut = gain, meeting{i, j, false, true}
		}
	}
	return cut, best > 0
}

// farthest is the point that either search has got to with most lines behind it.
func (m *myers) farthest(at span, ahead, back reach) meeting {
	far, farI := -1, -1
	for d := ahead.high; d >= ahead.low; d -= 2 {
		i := min(int(m.ahead[m.zero+d]), at.a.End)
		if i-d > at.b.End {
			i = at.b.End + d
		}
		if i+i-d > far {
			far, farI = i+i-d, i
		}
	}
	least, leastI := none, none
	for d := back.high; d >= back.low; d -= 2 {
		i := max(int(m.back[m.zero+d]), at.a.Start)
		if i-d < at.b.Start {
			i = at.b.Start + d
		}
		if i+i-d < least {
			least, leastI = i+i-d, i
		}
	}
	if at.a.End+at.b.End-least < far-(at.a.Start+at.b.Start) {
		return meeting{farI, far - farI, true, false}
	}
	return meeting{leastI, least - leastI, false, true}
}

// distance is how far apart two diagonals are.
func distance(d, e int) int { return max(d-e, e-d) }

// equal reports whether two runs of lines are the same.
func equal(a, b []int32) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// roughRoot is a power of two near the square root of n, never below it.
func roughRoot(n int) int {
	root := 1
	for ; n > 0; n >>= 2 {
		root <<= 1
	}
	return root
}

// sized is a slice of n elements, in the memory of s if that is enough.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
