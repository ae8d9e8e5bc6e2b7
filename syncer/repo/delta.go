package repo

import (
	"encoding/binary"
	"math/bits"
)

// A delta says how to make one object, the target, of another one, the base: copy this
// range of the base, insert these bytes, and so on (gitformat-pack, "Deltified
// representation"). The best one is expensive to find. The objects that are packed here
// are versions of one folder or file with an edit or a few between them, and for these
// it is found in one go: both are walked side by side; while they are alike it is a
// copy, and where they part the nearest place is looked for at which they are alike
// again. It is looked for nearby only, so that two objects that have nothing in common
// cost next to nothing: the rest is inserted, up to the end that both may share.

const (
	// shortestCopy is the number of bytes below which inserting is as short as copying.
	shortestCopy = 8
	// sureMatch is how many equal bytes show that base and target are alike again.
	sureMatch = 16
	// longestInsert and longestCopy are what one instruction can hold.
	longestInsert = 0x7f
	longestCopy   = 0xffffff
	// largestBase is the size in bytes up to which an object is a base or a target.
	largestBase = 1 << 30
)

// nearby is how many bytes ahead base and target are searched for a place where they
// are alike again: most edits are small, and looking further costs more.
var nearby = [...]int{1 << 7, 1 << 12}

// delta writes deltas. The zero value is ready; its memory is used again by each.
type delta struct {
	out     []byte
	literal []byte // of the target, still to be inserted; if there is any,
	from, n int    // this range of the base, still to be copied, is empty
	places  [2 << 12]uint16
}

// between returns what makes target of base; nil if that has more than most bytes, or
// if either is tiny or huge. It stays valid until the next call.
func (d *delta) between(base, target []byte, most int) []byte {
	if min(len(base), len(target)) < sureMatch || max(len(base), len(target)) > largestBase {
		return nil // git refuses a delta of less than four bytes
	}
	d.out = binary.AppendUvarint(d.out[:0], uint64(len(base)))
	d.out = binary.AppendUvarint(d.out, uint64(len(target)))
	d.literal, d.from, d.n = d.literal[:0], 0, 0
	start := commonPrefix(base, target)
	tail := commonSuffix(base[start:], target[start:])
	b, t := base[:len(base)-tail], target[:len(target)-tail]
	d.same(0, t[:start])
	for i, j := start, start; j < len(t); {
		skip, add, found := d.meet(b[i:], t[j:])
		if !found {
			skip, add = len(b)-i, len(t)-j
		}
		d.insert(t[j : j+add])
		i, j = i+skip, j+add
		n := commonPrefix(b[i:], t[j:])
		d.same(i, t[j:j+n])
		i, j = i+n, j+n
		if len(d.out)+len(d.literal) > most {
			return nil
		}
	}
	d.same(len(b), target[len(t):])
	d.flushCopy()
	d.flushInsert()
	if len(d.out) > most {
		return nil
	}
	return d.out
}

// meet finds how many bytes of the base to skip and of the target to add until both
// are alike again.
func (d *delta) meet(b, t []byte) (skip, add int, found bool) {
	for _, window := range nearby {
		if skip, add, found = d.meetWithin(window, b, t); found {
			return skip, add, true
		}
		if len(b) <= window && len(t) <= window {
			break
		}
	}
	return 0, 0, false
}

func (d *delta) meetWithin(window int, b, t []byte) (skip, add int, found bool) {
	places := d.places[:2*window]
	clear(places)
	shift := 64 - bits.Len(uint(len(places)-1))
	key := func(s []byte) uint64 { return binary.LittleEndian.Uint64(s) * 0x9e3779b97f4a7c15 >> shift }
	for i := min(window, len(b)-sureMatch+1) - 1; i >= 0; i-- { // the nearest one stays
		places[key(b[i:])] = uint16(i + 1)
	}
	for j := range max(0, min(window, len(t)-sureMatch+1)) {
		i := int(places[key(t[j:])]) - 1
		if i >= 0 && string(b[i:i+sureMatch]) == string(t[j:j+sureMatch]) {
			return i, j, true
		}
	}
	return 0, 0, false
}

// same says that the next bytes of the target are also in the base.
func (d *delta) same(from int, data []byte) {
	if d.n > 0 && d.from+d.n == from {
		d.n += len(data)
		return
	}
	if len(data) < shortestCopy {
		d.insert(data)
		return
	}
	d.flushCopy()
	d.flushInsert()
	d.from, d.n = from, len(data)
}

// insert says that the next bytes of the target are new.
func (d *delta) insert(data []byte) {
	if len(data) == 0 {
		return
	}
	d.flushCopy()
	d.literal = append(d.literal, data...)
}

func (d *delta) flushInsert() {
	for rest := d.literal; len(rest) > 0; {
		n := min(len(rest), longestInsert)
		d.out = append(d.out, byte(n))
		d.out = append(d.out, rest[:n]...)
		rest = rest[n:]
	}
	d.literal = d.literal[:0]
}

func (d *delta) flushCopy() {
	for d.n > 0 {
		n := min(d.n, longestCopy)
		d.out = appendCopy(d.out, uint32(d.from), uint32(n))
		d.from, d.n = d.from+n, d.n-n
	}
}

// appendCopy writes one instruction: bits of the first byte tell which of the four
// bytes of from and the three of n follow, the others being zero.
func appendCopy(out []byte, from, n uint32) []byte {
	at := len(out)
	out = append(out, 0)
	op := byte(0x80)
	for i := range 4 {
		if b := byte(from >> (8 * i)); b != 0 {
			out, op = append(out, b), op|1<<i
		}
	}
	for i := range 3 {
		if b := byte(n >> (8 * i)); b != 0 {
			out, op = append(out, b), op|0x10<<i
		}
	}
	out[at] = op
	return out
}

// commonPrefix is how many bytes a and b have in common at their beginning.
func commonPrefix(a, b []byte) int {
	n, i := min(len(a), len(b)), 0
	for ; i+8 <= n; i += 8 {
		if x := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:]); x != 0 {
			return i + bits.TrailingZeros64(x)/8
		}
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// commonSuffix is how many bytes a and b have in common at their end.
func commonSuffix(a, b []byte) int {
	n, i := min(len(a), len(b)), 0
	for ; i+8 <= n; i += 8 {
		x := binary.LittleEndian.Uint64(a[len(a)-i-8:]) ^ binary.LittleEndian.Uint64(b[len(b)-i-8:])
		if x != 0 {
			return i + bits.LeadingZeros64(x)/8
		}
	}
	for i < n && a[len(a)-1-i] == b[len(b)-1-i] {
		i++
	}
	return i
}
