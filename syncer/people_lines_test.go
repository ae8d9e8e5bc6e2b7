package syncer

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks/maintainers"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// file has the words of a text as its lines.
func file(text string) []byte {
	if text == "" {
		return nil
	}
	return []byte(strings.ReplaceAll(text, " ", "\n") + "\n")
}

// conflicted is a merged file, with each conflict as [upstream|parent|fork].
func conflicted(text string) []byte {
	r := strings.NewReplacer("[", "<<<<<<< upstream", "||", "||||||| base", "==", "=======", "]", ">>>>>>> patch")
	return []byte(r.Replace(string(file(text))))
}

func TestLinesOfTheSidesOfAConflict(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, merged, upstream, parent, fork string
		want                                 string // of the three, each "first-last ..."
	}{
		{"a line in the middle", "a b [ u || p == f ] c", "a b u c", "a b p c", "a b f c", "3-3; 3-3; 3-3"},
		{"two conflicts", "a [ u || p == f ] b [ v w || q == g ] c", "a u b v w c", "a p b q c", "a f b g c", "2-2 4-5; 2-2 4-4; 2-2 4-4"},
		{"upstream has more before it", "x y z a [ u || p == f ] b", "x y z a u b", "a p b", "a f b", "5-5; 2-2; 2-2"},
		{"the fork has more before it", "x y z a [ u || p == f ] b", "a u b", "a p b", "x y z a f b", "2-2; 2-2; 5-5"},
		{"the same line stands before it", "a x a b [ a || p == f ] c", "a x a b a c", "a x a b p c", "a x a b f c", "5-5; 5-5; 5-5"},
		{"upstream took the lines away", "a b [ || p == f ] c", "a b c", "a b p c", "a b f c", "2-3; 3-3; 3-3"},
		{"the fork took the lines away at the end", "a [ u || p == ]", "a u", "a p", "a", "2-2; 2-2; 1-1"},
		{"both added at the beginning", "[ u || == f ] a", "u a", "a", "f a", "1-1; 1-1; 1-1"},
		{"there is no base", "[ u || == f ]", "u", "", "f", "1-1; ; 1-1"},
		{"all of it", "[ u v || p q == f ]", "u v", "p q", "f", "1-2; 1-2; 1-1"},
		{"no conflict", "a b", "a b", "a b", "a b", "; ; "},
	} {
		in := sides{upstream: file(c.upstream), parent: file(c.parent), fork: file(c.fork)}
		hunks, err := pulls.Hunks(conflicted(c.merged), in.parent, in.upstream, in.fork)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		upstream, parent, fork := sideLines(hunks, in)
		if got := fmt.Sprintf("%s; %s; %s", ranges(upstream), ranges(parent), ranges(fork)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func ranges(list []maintainers.Lines) string {
	var parts []string
	for _, l := range list {
		parts = append(parts, fmt.Sprintf("%d-%d", l.First, l.Last))
	}
	return strings.Join(parts, " ")
}

// TestLinesAreWhereTheSideHasThem makes files of three sides that differ everywhere, so
// that what is found can be compared with where it was put.
func TestLinesAreWhereTheSideHasThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{"a\n", "b\n", "}\n", "\n"})
		var in [3]string
		var want [3][]maintainers.Lines
		var hunks []pulls.Hunk
		at, next := [3]int{}, 1
		for i := range rapid.IntRange(1, 4).Draw(t, "hunks") {
			same := rapid.SliceOfN(line, 0, 5).Draw(t, "same")
			only := rapid.IntRange(0, 2).Draw(t, "whose own")
			own := rapid.SliceOfN(line, 0, 3).Draw(t, "own")
			next += len(same) + len(own)
			h := pulls.Hunk{First: next}
			for side := range in {
				before := same
				if side == only {
					before = append(append([]string{}, same...), own...)
				}
				lines := []string{fmt.Sprintf("hunk %d of side %d\n", i, side)}
				in[side] += strings.Join(before, "") + strings.Join(lines, "")
				at[side] += len(before) + 1
				want[side] = append(want[side], maintainers.Lines{First: at[side], Last: at[side]})
				*[...]*[]string{&h.Ours, &h.Base, &h.Theirs}[side] = lines
			}
			h.Last = h.First + 6
			next = h.Last + 1
			hunks = append(hunks, h)
		}
		var got [3][]maintainers.Lines
		got[0], got[1], got[2] = sideLines(hunks, sides{upstream: []byte(in[0]), parent: []byte(in[1]), fork: []byte(in[2])})
		for side := range want {
			if ranges(got[side]) != ranges(want[side]) {
				t.Fatalf("side %d: got %v, want %v", side, got[side], want[side])
			}
		}
	})
}
