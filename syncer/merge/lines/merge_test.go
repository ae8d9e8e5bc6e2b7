package lines

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// spread turns "a b c" into lines.
func spread(words string) []byte {
	if words == "" {
		return nil
	}
	return []byte(strings.ReplaceAll(words, " ", "\n") + "\n")
}

func TestMergeOfWords(t *testing.T) {
	labels := Labels{Base: "old", Ours: "us", Theirs: "them"}
	for _, c := range []struct {
		name, base, ours, theirs string
		style                    Style
		favor                    Favor
		want                     string
		conflicts                []Hunk
	}{
		{
			name: "changes with a line between them are both taken",
			base: "a b c", ours: "A b c", theirs: "a b C", want: "A b C",
		},
		{
			name: "changes that touch are in conflict",
			base: "a b c", ours: "A b c", theirs: "a B c",
			want:      "<us A b = a B >them c",
			conflicts: []Hunk{{Range{0, 2}, Range{0, 2}, Range{0, 2}}},
		},
		{
			name: "the same change on both sides is taken once",
			base: "a b c", ours: "a X c", theirs: "a X c", want: "a X c",
		},
		{
			name: "where both sides wrote the same lines only the rest is a conflict",
			base: "a", ours: "1 x y z w 2", theirs: "3 x y z w 4",
			want: "<us 1 = 3 >them x y z w <us 2 = 4 >them",
			conflicts: []Hunk{
				{Range{0, 1}, Range{0, 1}, Range{0, 1}},
				{Range{0, 1}, Range{5, 6}, Range{5, 6}},
			},
		},
		{
			name: "conflicts three lines apart are joined",
			base: "a", ours: "1 x y z 2", theirs: "3 x y z 4",
			want:      "<us 1 x y z 2 = 3 x y z 4 >them",
			conflicts: []Hunk{{Range{0, 1}, Range{0, 5}, Range{0, 5}}},
		},
		{
			name: "with the base a conflict stays whole", style: StyleDiff3,
			base: "a", ours: "1 x y z w 2", theirs: "1 x y z w 4",
			want:      "<us 1 x y z w 2 |old a = 1 x y z w 4 >them",
			conflicts: []Hunk{{Range{0, 1}, Range{0, 6}, Range{0, 6}}},
		},
		{
			name: "or has the lines at its ends moved out", style: StyleZdiff3,
			base: "a", ours: "1 x 2 w", theirs: "1 x 4 w",
			want:      "1 x <us 2 |old a = 4 >them w",
			conflicts: []Hunk{{Range{0, 1}, Range{2, 3}, Range{2, 3}}},
		},
		{
			name: "ours is taken where it is favored", favor: FavorOurs,
			base: "a b c d e", ours: "a B c d e", theirs: "a X c d E", want: "a B c d E",
		},
		{
			name: "theirs is taken where it is favored", favor: FavorTheirs,
			base: "a b c d e", ours: "a B c d E", theirs: "a X c d e", want: "a X c d E",
		},
		{
			name: "a union has both, ours first", favor: FavorUnion,
			base: "a b c", ours: "a B c", theirs: "a X c", want: "a B X c",
		},
		{
			name: "files that both sides added",
			base: "", ours: "a b", theirs: "a c",
			want:      "a <us b = c >them",
			conflicts: []Hunk{{Range{}, Range{1, 2}, Range{1, 2}}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Merge(spread(c.base), spread(c.ours), spread(c.theirs), Options{Style: c.style, Favor: c.favor, Labels: labels, MarkerSize: 1})
			want := spread(c.want)
			for _, marker := range []string{"<us", "|old", ">them"} {
				want = bytes.ReplaceAll(want, []byte(marker+"\n"), []byte(marker[:1]+" "+marker[1:]+"\n"))
			}
			if !bytes.Equal(got.Content, want) {
				t.Errorf("got %q, want %q", got.Content, want)
			}
			if !slices.Equal(got.Conflicts, c.conflicts) {
				t.Errorf("got conflicts %v, want %v", got.Conflicts, c.conflicts)
			}
		})
	}
}

func TestMarkersEndAsTheLinesAroundThemDo(t *testing.T) {
	for _, c := range []struct{ name, base, ours, theirs, end string }{
		{"all in CRLF", "a\r\nb\r\n", "a\r\nB\r\n", "a\r\nX\r\n", "\r\n"},
		{"the base in LF", "a\nb\r\n", "1\r\nB\r\n", "1\r\nX\r\n", "\n"},
		{"ours in LF", "a\r\nb\r\n", "a\nB\n", "a\r\nX\r\n", "\n"},
		{"theirs in LF", "a\r\nb\r\n", "a\r\nB\r\n", "a\nX\n", "\n"},
		{"one line without an end does not count for a side", "a\r\n", "B", "X\r\n", "\r\n"},
		{"the base is empty", "", "B\r\n", "X\r\n", "\n"},
		{"nothing has an end", "a", "B", "X", "\n"},
		{"the last line has none, but the one before", "a\r\nb", "a\r\nB", "a\r\nX", "\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := string(Merge([]byte(c.base), []byte(c.ours), []byte(c.theirs), Options{}).Content)
			for _, marker := range []string{"<<<<<<<", "=======", ">>>>>>>"} {
				if !strings.Contains(got, marker+c.end) {
					t.Errorf("%q has no %q", got, marker+c.end)
				}
			}
		})
	}
}

func TestASideWithoutItsLastNewlineGetsOneBeforeAMarker(t *testing.T) {
	got := Merge([]byte("a\n"), []byte("b"), []byte("c"), Options{Style: StyleDiff3})
	want := "<<<<<<<\nb\n|||||||\na\n=======\nc\n>>>>>>>\n"
	if string(got.Content) != want {
		t.Errorf("got %q, want %q", got.Content, want)
	}
}

// git's histogram diff gives up, and with it the merge, on a region of more than 64
// different lines that fall into one place of its index; see doc.go.
func TestLinesThatCrowdGitsIndexAreMerged(t *testing.T) {
	const width = 7
	var head, tail []string
	for v := range 140 << width {
		head = append(head, fmt.Sprint("l", v))
		if (v+v>>width)&(1<<width-1) == 5 && len(tail) < 70 {
			tail = append(tail, head[v])
		}
	}
	all := func(parts ...[]string) []byte { return spread(strings.Join(slices.Concat(parts...), " ")) }
	base := all(head, tail)
	ours := all(head, []string{"x"}, tail[1:])
	theirs := all([]string{"new"}, head, tail)
	if got, want := Merge(base, ours, theirs, Options{}), all([]string{"new"}, head, []string{"x"}, tail[1:]); !bytes.Equal(got.Content, want) {
		t.Error("the merge is not as expected:", len(got.Conflicts), "conflicts")
	}
}

func TestDiffSlidesChangesIntoPlace(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		want       []Change
	}{
		{"equal texts", "a b", "a b", nil},
		{"down as far as it goes", "a b", "a b a b", []Change{{Range{2, 2}, Range{2, 4}}}},
		{"runs that touch become one", "a x a y", "a a", []Change{{Range{1, 2}, Range{1, 1}}, {Range{3, 4}, Range{2, 2}}}},
		{"up again to a change of the other text", "x a b", "a a b", []Change{{Range{0, 1}, Range{0, 1}}}},
		{"all is new", "", "a", []Change{{Range{}, Range{0, 1}}}},
		{"all is gone", "a", "", []Change{{Range{0, 1}, Range{}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Diff(spread(c.a), spread(c.b)); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestBinaryIsANulNearTheStart(t *testing.T) {
	for _, c := range []struct {
		nul  int
		want bool
	}{{0, true}, {7999, true}, {8000, false}} {
		data := bytes.Repeat([]byte("x"), 9000)
		data[c.nul] = 0
		if Binary(data) != c.want {
			t.Errorf("a NUL at %d: got %v", c.nul, !c.want)
		}
	}
	if Binary(nil) {
		t.Error("an empty file is no binary")
	}
}

func TestInputsStayAsTheyAre(t *testing.T) {
	for i, c := range triples(3, 50) {
		before := triple{bytes.Clone(c.base), bytes.Clone(c.ours), bytes.Clone(c.theirs)}
		Merge(c.base, c.ours, c.theirs, Options{})
		if !bytes.Equal(c.base, before.base) || !bytes.Equal(c.ours, before.ours) || !bytes.Equal(c.theirs, before.theirs) {
			t.Errorf("case %d was changed", i)
		}
	}
}
