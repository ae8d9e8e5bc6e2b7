package renames

import (
	"fmt"
	"strings"
	"testing"
)

// TestTheNumberOfGoneFilesTurnsEqualOnes: three equal files are gone, and two of them are
// found elsewhere. Which one is not found depends on how many files are gone in all.
func TestTheNumberOfGoneFilesTurnsEqualOnes(t *testing.T) {
	t.Parallel()
	lost := map[bool]string{false: "g/j/f", true: "g/c/f"}
	var merges []threeWay
	var memories []memory
	var turned []bool
	for _, c := range []struct {
		gone, empty int
		turned      bool
	}{{3, 0, false}, {204, 0, false}, {205, 0, true}, {206, 0, false}, {205, 1, true}, {204, 1, false}, {3276, 0, false}, {3277, 0, true}, {3278, 0, false}} {
		base, ours := tree{}, tree{}
		for _, dir := range []string{"c", "e", "j"} {
			base["g/"+dir+"/f"] = text("twin", 20)
		}
		for i := range c.gone - 3 {
			base[fmt.Sprint("z/gone", i)] = fmt.Sprintln("only", i)
		}
		for i := range c.empty {
			base[fmt.Sprint("z/empty", i)] = ""
		}
		ours["n/e/f"], ours["n/j/f"], base["keep"], ours["keep"] = text("twin", 20), text("twin", 20), "keep\n", "keep\n"
		m := memory{}
		memories, turned = append(memories, m), append(turned, c.turned)
		merges = append(merges, newThreeWay(m, base, ours, func(path string) bool { return strings.HasPrefix(path, "g/") }, nil))
	}
	for i, want := range gitMerges(t, merges) {
		q := merges[i].question(memories[i])
		a, err := Find(t.Context(), memories[i], q)
		if err != nil {
			t.Fatal(err)
		}
		if got := merges[i].expect(a); got != want {
			t.Errorf("of %d gone files: found\n%sgit finds\n%s", len(q.Gone), got, want)
		}
		for _, p := range a.Pairs {
			if p.From.Path == lost[turned[i]] {
				t.Errorf("of %d gone files %s is found", len(q.Gone), p.From.Path)
			}
		}
	}
}
