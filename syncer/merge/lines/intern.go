package lines

import (
	"bytes"
	"hash/maphash"
	"math/bits"
)

// Comparing lines is comparing numbers: each distinct line of the texts of one merge
// gets a class, counted from zero. Two lines are equal if and only if their classes are.
//
// Texts that are merged have most of their lines in common and in the same order. So the
// first text is read along: a line that equals the one expected there takes its class
// without being hashed. Where texts part, the next line that both have tells where to
// read on.

// text is a text cut into lines. A line has its newline; only the last one may lack it.
type text struct {
	data    []byte
	starts  []int   // where each line starts, and last the length of data
	classes []int32 // of each line
}

// count is the number of lines.
func (t *text) count() int { return len(t.classes) }

// bytes are the lines of a range.
func (t *text) bytes(r Range) []byte { return t.data[t.starts[r.Start]:t.starts[r.End]] }

// line is one line with its newline.
func (t *text) line(i int) []byte { return t.data[t.starts[i]:t.starts[i+1]] }

// split finds the lines of data; they have no classes yet.
func split(data []byte) text {
	n := bytes.Count(data, newline)
	if len(data) > 0 && data[len(data)-1] != '\n' {
		n++
	}
	t := text{data: data, starts: make([]int, n+1), classes: make([]int32, n)}
	at := 0
	for i := 1; i <= n; i++ {
		if end := bytes.IndexByte(data[at:], '\n'); end >= 0 {
			at += end + 1
		} else {
			at = len(data)
		}
		t.starts[i] = at
	}
	return t
}

var newline = []byte{'\n'}

// interner gives lines their classes: a hash table with open addressing whose entries
// point into the texts. The seed is fresh for each merge, so nobody can prepare lines
// that collide; the classes do not depend on it.
type interner struct {
	seed  maphash.Seed
	table []int32 // class+1, or zero where free; the length is a power of two
	known []entry // of each class
}

// entry is one distinct line.
type entry struct {
	hash uint64
	line []byte
	at   int32 // where the first text has it first, or -1
}

// newInterner has room for some lines before its table grows.
func newInterner(lines int) *interner {
	size := 1 << bits.Len(uint(2*lines+8))
	return &interner{seed: maphash.MakeSeed(), table: make([]int32, size), known: make([]entry, 0, lines)}
}

// all gives every line of a text its class. It is the first text.
func (in *interner) all(t *text) {
	for i := range t.classes {
		t.classes[i] = in.class(t.line(i), int32(i))
	}
}

// beside gives the lines of t their classes, following the first text.
func (in *interner) beside(t, first *text) {
	at := 0
	for i := range t.classes {
		line := t.line(i)
		if at < first.count() && bytes.Equal(line, first.line(at)) {
			t.classes[i] = first.classes[at]
			at++
			continue
		}
		class := in.class(line, -1)
		t.classes[i] = class
		if there := in.known[class].at; there >= 0 {
			at = int(there) + 1
		} else {
			at++
		}
	}
}

// class is the number of a line, a new one if it was not met before; then at says where
// it stands.
func (in *interner) class(line []byte, at int32) int32 {
	hash := maphash.Bytes(in.seed, line)
	mask := uint64(len(in.table) - 1)
	slot := hash & mask
	for ; in.table[slot] != 0; slot = (slot + 1) & mask {
		class := in.table[slot] - 1
		if e := &in.known[class]; e.hash == hash && bytes.Equal(e.line, line) {
			return class
		}
	}
	class := int32(len(in.known))
	in.known = append(in.known, entry{hash, line, at})
	in.table[slot] = class + 1
	if 2*len(in.known) > len(in.table) {
		in.grow()
	}
	return class
}

// grow doubles the table.
func (in *interner) grow() {
	in.table = make([]int32, 2*len(in.table))
	mask := uint64(len(in.table) - 1)
	for class := range in.known {
		slot := in.known[class].hash & mask
		for in.table[slot] != 0 {
			slot = (slot + 1) & mask
		}
		in.table[slot] = int32(class) + 1
	}
}
