package lines

import (
	"bytes"
	"context"
)

// A three-way merge takes what each side changed of the base. Both lists of changes are
// walked together. A change that ends strictly before the next one of the other side
// begins is taken. Where changes overlap or touch, they are the same, and taken once,
// or they are a conflict: the stretch of the base that both cover, with what either
// side has for it. What touches a conflict is drawn into it.

// origin says whose lines a piece takes.
type origin uint8

const (
	conflict origin = iota
	fromOurs
	fromTheirs
	fromBoth // ours, then theirs
	settled  // the sides agree, so what stands in ours is right
)

// piece is a stretch that at least one side changed. What is between pieces is taken
// from ours.
type piece struct {
	origin             origin
	base, ours, theirs Range
}

// inputs are the texts of a merge.
type inputs struct{ base, ours, theirs text }

// Merge merges ours and theirs over base. It takes all three for texts; whether they are
// is for callers to ask, of [Binary] and [MaxSize]. Content may be an input itself and
// must not be changed.
func Merge(base, ours, theirs []byte, o Options) Result {
	r, _ := MergeContext(context.Background(), base, ours, theirs, o) // nothing ends that ctx
	return r
}

// MergeContext is Merge that ends with ctx, and then returns its error: what the worst
// texts cost is the square of their lines.
func MergeContext(ctx context.Context, base, ours, theirs []byte, o Options) (Result, error) {
	switch {
	case bytes.Equal(base, ours), bytes.Equal(ours, theirs):
		return Result{Content: theirs}, ctx.Err()
	case bytes.Equal(base, theirs):
		return Result{Content: ours}, ctx.Err()
	}
	in := &inputs{split(base), split(ours), split(theirs)}
	names := newInterner(in.base.count())
	names.all(&in.base)
	names.beside(&in.ours, &in.base)
	names.beside(&in.theirs, &in.base)
	s := newScratch(ctx, len(names.known), max(in.base.count(), in.ours.count()))
	pieces := in.combine(
		s.diff(in.base.classes, in.ours.classes),
		s.diff(in.base.classes, in.theirs.classes))
	switch o.Style {
	case StyleZdiff3:
		in.trim(pieces)
	case StyleMerge:
		pieces = join(in.refine(s, pieces))
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err // the comparisons may have ended early
	}
	var hunks []Hunk
	for i := range pieces {
		p := &pieces[i]
		if p.origin != conflict {
			continue
		}
		switch o.Favor {
		case FavorOurs:
			p.origin = fromOurs
		case FavorTheirs:
			p.origin = fromTheirs
		case FavorUnion:
			p.origin = fromBoth
		default:
			hunks = append(hunks, Hunk{p.base, p.ours, p.theirs})
		}
	}
	return Result{Content: in.write(pieces, o), Conflicts: hunks}, nil
}

// combine walks both sides' changes of the base.
func (in *inputs) combine(ours, theirs []Change) []piece {
	var out []piece
	// Where a line of the base that no change covers stands on either side.
	shiftOurs, shiftTheirs := 0, 0
	takeOurs := func() {
		c := ours[0]
		out = add(out, piece{fromOurs, c.A, c.B, c.A.shifted(shiftTheirs)})
		shiftOurs = c.B.End - c.A.End
		ours = ours[1:]
	}
	takeTheirs := func() {
		c := theirs[0]
		out = add(out, piece{fromTheirs, c.A, c.A.shifted(shiftOurs), c.B})
		shiftTheirs = c.B.End - c.A.End
		theirs = theirs[1:]
	}
	for len(ours) > 0 && len(theirs) > 0 {
		a, b := ours[0], theirs[0]
		switch {
		case a.A.End < b.A.Start:
			takeOurs()
			continue
		case b.A.End < a.A.Start:
			takeTheirs()
			continue
		}
		if a.A != b.A || !in.same(a.B, b.B) {
			out = add(out, clash(a, b))
		}
		if a.A.End >= b.A.End {
			shiftTheirs = b.B.End - b.A.End
			theirs = theirs[1:]
		}
		if b.A.End >= a.A.End {
			shiftOurs = a.B.End - a.A.End
			ours = ours[1:]
		}
	}
	for len(ours) > 0 {
		takeOurs()
	}
	for len(theirs) > 0 {
		takeTheirs()
	}
	return out
}

// clash is the conflict of two changes: each is extended by lines that its side left
// alone, to cover what the other covers.
func clash(a, b Change) piece {
	base := Range{min(a.A.Start, b.A.Start), max(a.A.End, b.A.End)}
	around := func(c Change) Range {
		return Range{c.B.Start - (c.A.Start - base.Start), c.B.End + (base.End - c.A.End)}
	}
	return piece{conflict, base, around(a), around(b)}
}

// add appends a piece; one that touches the last becomes part of it.
func add(out []piece, p piece) []piece {
	if len(out) == 0 {
		return append(out, p)
	}
	last := &out[len(out)-1]
	if p.ours.Start > last.ours.End && p.theirs.Start > last.theirs.End {
		return append(out, p)
	}
	if p.origin != last.origin {
		last.origin = conflict
	}
	last.base.End = p.base.End
	last.ours.End = p.ours.End
	last.theirs.End = p.theirs.End
	return out
}

// same reports whether a range of ours and one of theirs are the same lines.
func (in *inputs) same(ours, theirs Range) bool {
	return ours.End-ours.Start == theirs.End-theirs.Start &&
		equal(in.ours.classes[ours.Start:ours.End], in.theirs.classes[theirs.Start:theirs.End])
}

// shifted is the range n lines further down.
func (r Range) shifted(n int) Range { return Range{r.Start + n, r.End + n} }
