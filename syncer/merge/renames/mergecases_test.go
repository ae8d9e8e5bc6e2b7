package renames

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

// TestFindsWhatGitFindsInMergesByHand has what random merges meet rarely.
func TestFindsWhatGitFindsInMergesByHand(t *testing.T) {
	t.Parallel()
	type merge struct {
		base, ours tree
		change     []string
		add        []string
	}
	// Three of d's files went to e unchanged: with one still open, that is settled. The
	// open one, searched for, would take from f what nothing else is like.
	settled := merge{
		base: tree{"d/1": text("1", 9), "d/2": text("2", 9), "d/3": text("3", 9), "d/open": text("open", 20), "f/wanted": text("open", 18)},
		ours: tree{"e/1": text("1", 9), "e/2": text("2", 9), "e/3": text("3", 9), "g/found": text("open", 20) + "end\n", "f/left": "left\n"},
	}
	settled.change, settled.add = []string{"f/wanted"}, []string{"d/new"}
	cases := map[string]merge{"a settled directory": settled}
	unsettled := settled
	unsettled.base, unsettled.ours = maps.Clone(settled.base), maps.Clone(settled.ours)
	unsettled.base["h/always"], unsettled.ours["i/always"] = text("always", 9), text("always", 9)
	unsettled.change = []string{"f/wanted", "h/always"}
	delete(unsettled.base, "d/1")
	delete(unsettled.base, "d/2")
	delete(unsettled.ours, "e/1")
	delete(unsettled.ours, "e/2")
	cases["a directory that is not settled"] = unsettled
	// Two places with one file each: which of them is guessed for the file whose name is
	// not unique shows in which edited copy it takes. The other is more like it.
	for _, to := range [][2]string{{"n", "o"}, {"aa", "bb"}, {"x/y", "x/z"}, {"k1", "k2"}, {"p/q", "m"}} {
		for like := range 2 {
			m := merge{
				base: tree{"d/1": text("1", 9), "d/2": text("2", 9), "d/m": text("m", 20), "c/m": text("other", 20)},
				ours: tree{to[0] + "/1": text("1", 9), to[1] + "/2": text("2", 9),
					to[like] + "/m": text("m", 19), to[1-like] + "/m": text("m", 16) + text("z", 4), "c/left": "left\n"},
				change: []string{"d/m"},
			}
			cases[fmt.Sprint("a tie of ", to, " ", like)] = m
		}
	}
	var names []string
	var merges []threeWay
	var memories []memory
	for name, c := range cases {
		m := memory{}
		names, memories = append(names, name), append(memories, m)
		merges = append(merges, newThreeWay(m, c.base, c.ours, func(p string) bool { return slices.Contains(c.change, p) }, c.add))
	}
	for i, want := range gitMerges(t, merges) {
		a, err := Find(t.Context(), memories[i], merges[i].question(memories[i]))
		if err != nil {
			t.Fatalf("%s: %v", names[i], err)
		}
		if got := merges[i].expect(a); got != want || want == "" {
			t.Errorf("%s: found\n%sgit finds\n%s", names[i], got, want)
		}
	}
}
