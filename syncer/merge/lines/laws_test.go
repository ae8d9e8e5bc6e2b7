package lines

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// errDiff tells what is wrong with the changes that Diff finds, if anything.
func errDiff(a, b []byte) error {
	ta, tb := split(a), split(b)
	var made []byte
	i, j := 0, 0
	for n, c := range Diff(a, b) {
		if c.A.Start < i || c.A.End < c.A.Start || c.A.End > ta.count() ||
			c.B.Start < j || c.B.End < c.B.Start || c.B.End > tb.count() {
			return fmt.Errorf("change %v is out of place", c)
		}
		if c.A.empty() && c.B.empty() {
			return fmt.Errorf("change %v is none", c)
		}
		if c.A.Start-i != c.B.Start-j || n > 0 && c.A.Start == i {
			return fmt.Errorf("between the changes before %v the texts differ in length, or they touch", c)
		}
		made = append(made, ta.bytes(Range{i, c.A.Start})...)
		made = append(made, tb.bytes(c.B)...)
		i, j = c.A.End, c.B.End
	}
	made = append(made, ta.bytes(Range{i, ta.count()})...)
	if !bytes.Equal(made, b) {
		return fmt.Errorf("applied to a the changes give %q, not b", made)
	}
	return nil
}

// errMerge tells which law of merges does not hold, if any.
func errMerge(base, ours, theirs []byte, o Options) error {
	same := func(law string, got Result, want []byte) error {
		if !bytes.Equal(got.Content, want) || len(got.Conflicts) > 0 {
			return fmt.Errorf("%s: got %q with conflicts %v, want %q", law, got.Content, got.Conflicts, want)
		}
		return nil
	}
	if err := same("only ours changed", Merge(base, ours, base, o), ours); err != nil {
		return err
	}
	if err := same("only theirs changed", Merge(base, base, theirs, o), theirs); err != nil {
		return err
	}
	if err := same("both made the same", Merge(base, ours, ours, o), ours); err != nil {
		return err
	}
	got, turned := Merge(base, ours, theirs, o), Merge(base, theirs, ours, o)
	if o.Favor == FavorNone && len(got.Conflicts) == 0 {
		if err := same("the other way round", turned, got.Content); err != nil {
			return err
		}
	}
	if o.Favor != FavorNone && len(got.Conflicts) > 0 {
		return fmt.Errorf("a favored side leaves conflicts %v", got.Conflicts)
	}
	b, u, t := split(base), split(ours), split(theirs)
	var last Hunk
	for _, h := range got.Conflicts {
		if !h.Base.within(last.Base.Start, b.count()) || !h.Ours.within(last.Ours.End, u.count()) ||
			!h.Theirs.within(last.Theirs.End, t.count()) {
			return fmt.Errorf("conflict %v is out of place", h)
		}
		if bytes.Equal(u.bytes(h.Ours), t.bytes(h.Theirs)) && o.Style == StyleMerge {
			return fmt.Errorf("in conflict %v the sides agree", h)
		}
		last = h
	}
	return nil
}

// within reports whether r is a range of lines from low to high.
func (r Range) within(low, high int) bool { return low <= r.Start && r.Start <= r.End && r.End <= high }

// drawText is a text of few distinct lines.
func drawText(t *rapid.T, name string) []byte {
	words := []string{"a\n", "b\n", "c\n", "}\n", "\n", "a\r\n", "longer line\n"}
	var text []byte
	for _, w := range rapid.SliceOfN(rapid.SampledFrom(words), 0, 40).Draw(t, name) {
		text = append(text, w...)
	}
	return append(text, rapid.SampledFrom([]string{"", "", "end", "\r"}).Draw(t, name+" ends in")...)
}

func drawOptions(t *rapid.T) Options {
	return Options{
		Style: rapid.SampledFrom([]Style{StyleMerge, StyleDiff3, StyleZdiff3}).Draw(t, "style"),
		Favor: rapid.SampledFrom([]Favor{FavorNone, FavorNone, FavorOurs, FavorTheirs, FavorUnion}).Draw(t, "favor"),
	}
}

func TestDiffsApply(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if err := errDiff(drawText(t, "a"), drawText(t, "b")); err != nil {
			t.Fatal(err)
		}
	})
}

func TestLawsOfMerges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if err := errMerge(drawText(t, "base"), drawText(t, "ours"), drawText(t, "theirs"), drawOptions(t)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestLawsOnAllShapes(t *testing.T) {
	for i, c := range append(triples(2, 100), heavy(2, 1)...) {
		if err := errDiff(c.base, c.theirs); err != nil {
			t.Errorf("case %d: %.1000s", i, err)
		}
		for style := range styles {
			if err := errMerge(c.base, c.ours, c.theirs, Options{Style: style}); err != nil {
				t.Errorf("case %d: %.1000s", i, err)
			}
		}
	}
}

func FuzzDiff(f *testing.F) {
	for _, c := range triples(4, 12) {
		f.Add(c.base, c.ours)
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if err := errDiff(a, b); err != nil {
			t.Error(err)
		}
	})
}

func FuzzMerge(f *testing.F) {
	for i, c := range triples(5, 12) {
		f.Add(c.base, c.ours, c.theirs, uint8(i))
	}
	f.Fuzz(func(t *testing.T, base, ours, theirs []byte, how uint8) {
		o := Options{Style: Style(how % 3), Favor: Favor(how / 3 % 4), MarkerSize: int(how / 12)}
		if err := errMerge(base, ours, theirs, o); err != nil {
			t.Error(err)
		}
	})
}
