package lines

// A run of changed lines can often be moved: if the line before it equals its last one,
// it may as well begin a line earlier, and likewise downwards. Both ways say the same.
// Each run is moved up as far as it goes and then down as far as it goes; runs that
// touch on the way become one, which is then moved again. It stays as far down as it
// goes, unless on the way it stood beside a run of the other text: then it goes back up
// to the last such place, so that a removal and an addition become one change.

// side is one text of a comparison.
type side struct {
	classes []int32
	changed []bool // of each line
}

// mark marks lines as changed.
func (s *side) mark(r Range) {
	for i := r.Start; i < r.End; i++ {
		s.changed[i] = true
	}
}

// changedAt reports whether there is such a line and it changed.
func (s *side) changedAt(i int) bool { return i >= 0 && i < len(s.changed) && s.changed[i] }

// cursor is a run of changed lines; between two lines that did not change there is one
// that may be empty. The runs of two texts correspond one to one.
type cursor struct {
	of         *side
	start, end int
}

// newCursor is at the first run.
func newCursor(s *side) cursor {
	c := cursor{of: s}
	c.growDown()
	return c
}

func (c *cursor) empty() bool { return c.start == c.end }

func (c *cursor) growDown() {
	for c.of.changedAt(c.end) {
		c.end++
	}
}

func (c *cursor) growUp() {
	for c.of.changedAt(c.start - 1) {
		c.start--
	}
}

// next goes to the run after the next line that did not change; false at the end.
func (c *cursor) next() bool {
	if c.end == len(c.of.changed) {
		return false
	}
	c.start = c.end + 1
	c.end = c.start
	c.growDown()
	return true
}

// previous goes to the run before; false at the start.
func (c *cursor) previous() bool {
	if c.start == 0 {
		return false
	}
	c.end = c.start - 1
	c.start = c.end
	c.growUp()
	return true
}

// slideUp moves the run a line up if that says the same.
func (c *cursor) slideUp() bool {
	if c.start == 0 || c.of.classes[c.start-1] != c.of.classes[c.end-1] {
		return false
	}
	c.start--
	c.end--
	c.of.changed[c.start] = true
	c.of.changed[c.end] = false
	c.growUp()
	return true
}

// slideDown moves the run a line down if that says the same.
func (c *cursor) slideDown() bool {
	if c.end == len(c.of.changed) || c.of.classes[c.start] != c.of.classes[c.end] {
		return false
	}
	c.of.changed[c.start] = false
	c.of.changed[c.end] = true
	c.start++
	c.end++
	c.growDown()
	return true
}

// slide moves the runs of one text to where they belong.
func slide(moved, other *side) {
	run, beside := newCursor(moved), newCursor(other)
	for {
		if !run.empty() {
			settle(&run, &beside)
		}
		if !run.next() || !beside.next() {
			return
		}
	}
}

// settle moves one run.
func settle(run, beside *cursor) {
	var highest int
	var aligned bool
	for size := -1; size != run.end-run.start; {
		size = run.end - run.start
		for run.slideUp() {
			beside.previous()
		}
		highest = run.end
		aligned = !beside.empty()
		for run.slideDown() {
			beside.next()
			aligned = aligned || !beside.empty()
		}
	}
	if run.end == highest || !aligned {
		return
	}
	for beside.empty() && run.slideUp() {
		beside.previous()
	}
}
