package lines

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

var (
	long   = flag.Bool("long", false, "compare with git on 100 times as many cases, of fresh seeds")
	rounds = flag.Int("rounds", 100, "how many times as many with -long")
)

// campaign runs a comparison on seeded cases, some of them expensive, or also on very
// many fresh ones.
func campaign(t *testing.T, light, costly int, compare func(t *testing.T, r *repository, cases []triple)) {
	t.Helper()
	run := func(seed uint64, light, costly int) {
		cases := append(triples(seed, light), heavy(seed, costly)...)
		compare(t, newRepository(t, cases), cases)
	}
	run(1, light, costly)
	if *long {
		for range *rounds {
			seed := rand.Uint64()
			t.Log("seed", seed)
			run(seed, 2000, 30)
		}
	}
}

func TestDiffsAreThoseOfGit(t *testing.T) {
	campaign(t, 2000, 12, func(t *testing.T, r *repository, cases []triple) {
		compareDiffs(t, cases, r.diffs("histogram", len(cases)), Diff)
	})
}

func TestTheFallbackIsThatOfGit(t *testing.T) {
	campaign(t, 2000, 12, func(t *testing.T, r *repository, cases []triple) {
		compareDiffs(t, cases, r.diffs("myers", len(cases)), classic)
	})
}

func TestDiffsOfVastTextsAreThoseOfGit(t *testing.T) {
	cases := vast(1, 3)
	if *long {
		cases = append(cases, vast(rand.Uint64(), 10**rounds)...)
	}
	r := newRepository(t, cases)
	compareDiffs(t, cases, r.diffs("myers", len(cases)), classic)
	compareDiffs(t, cases, r.diffs("histogram", len(cases)), Diff)
}

// In a text of a million lines a line is frequent from 1,024 on, not from its root on.
func TestDiffsOfAMillionLinesAreThoseOfGit(t *testing.T) {
	if !*long {
		t.Skip("only with -long")
	}
	text := func(own string, every int) []byte {
		var out bytes.Buffer
		for i := range 1_100_000 {
			if i%every == 0 {
				out.WriteString("both\n")
			} else {
				fmt.Fprintln(&out, own, i)
			}
		}
		return out.Bytes()
	}
	cases := []triple{
		{base: text("a", 730), ours: text("b", 730)},
		{base: text("a", 1200), ours: text("b", 1200)},
	}
	compareDiffs(t, cases, newRepository(t, cases).diffs("histogram", len(cases)), Diff)
}

// compareDiffs holds our changes from the base to ours against git's.
func compareDiffs(t *testing.T, cases []triple, want [][]Change, diff func(a, b []byte) []Change) {
	t.Helper()
	for i, c := range cases {
		if got := diff(c.base, c.ours); !slices.Equal(got, want[i]) {
			t.Errorf("case %d\n%q\n%q\ngot  %v\nwant %v", i, short(c.base), short(c.ours), got, want[i])
		}
	}
}

// classic is Diff with nothing but Myers' algorithm.
func classic(a, b []byte) []Change {
	ta, tb := split(a), split(b)
	in := newInterner(ta.count())
	in.all(&ta)
	in.beside(&tb, &ta)
	s := newScratch(context.Background(), len(in.known), ta.count())
	one := &side{ta.classes, make([]bool, ta.count())}
	two := &side{tb.classes, make([]bool, tb.count())}
	s.classic(one, two, box{Range{0, ta.count()}, Range{0, tb.count()}})
	slide(one, two)
	slide(two, one)
	return script(one, two)
}

// styles are git's names of the styles.
var styles = map[Style]string{StyleMerge: "merge", StyleDiff3: "diff3", StyleZdiff3: "zdiff3"}

func TestMergesAreThoseOfGit(t *testing.T) {
	campaign(t, 2000, 3, func(t *testing.T, r *repository, cases []triple) {
		for style, name := range styles {
			o := Options{Style: style, Labels: Labels{Base: r.baseName(), Ours: "ours", Theirs: "theirs"}}
			want, conflicted := r.merges(name, "merge", len(cases))
			compareMerges(t, cases, o, want, conflicted)
		}
	})
}

func TestMarkersAreAsLongAsInGit(t *testing.T) {
	campaign(t, 200, 1, func(t *testing.T, r *repository, cases []triple) {
		o := Options{Style: StyleDiff3, MarkerSize: 11, Labels: Labels{Base: r.baseName(), Ours: "ours", Theirs: "theirs"}}
		want, conflicted := r.merges("diff3", "conflict-marker-size=11", len(cases))
		compareMerges(t, cases, o, want, conflicted)
	})
}

func TestUnionsAreThoseOfGit(t *testing.T) {
	campaign(t, 150, 0, func(t *testing.T, r *repository, cases []triple) {
		for style, name := range styles {
			want, _ := r.merges(name, "merge=union", len(cases))
			compareMerges(t, cases, Options{Style: style, Favor: FavorUnion}, want, make([]bool, len(cases)))
		}
	})
}

func TestFavoredSidesAreThoseOfGit(t *testing.T) {
	campaign(t, 150, 0, func(t *testing.T, r *repository, cases []triple) {
		for favor, name := range map[Favor]string{FavorOurs: "ours", FavorTheirs: "theirs"} {
			for _, style := range []Style{StyleMerge, StyleDiff3} {
				want := r.favored(styles[style], name, len(cases))
				compareMerges(t, cases, Options{Style: style, Favor: favor}, want, make([]bool, len(cases)))
			}
		}
	})
}

// compareMerges holds our merges against git's.
func compareMerges(t *testing.T, cases []triple, o Options, want [][]byte, conflicted []bool) {
	t.Helper()
	for i, c := range cases {
		got := Merge(c.base, c.ours, c.theirs, o)
		if !bytes.Equal(got.Content, want[i]) || conflicted[i] != (len(got.Conflicts) > 0) {
			t.Errorf("%+v, case %d: conflict %v\nbase   %q\nours   %q\ntheirs %q\ngot  %q\nwant %q", o, i, conflicted[i],
				short(c.base), short(c.ours), short(c.theirs), short(got.Content), short(want[i]))
		}
	}
}

// short is the beginning of a text.
func short(data []byte) []byte { return data[:min(len(data), 400)] }
