package merge_test

import (
	"fmt"
	"testing"

	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/merge/lines"
	"github.com/auxolotl/auxsync/syncer/merge/mergetest"
)

// favorCases is how many random cases are tried with a favored side. Each takes several
// processes of git.
const favorCases = 30

// TestFavoredSidesAreGits merges with -X ours and -X theirs. The merge-tree of git 2.39
// knows no -X, so that git merges in a work tree.
func TestFavoredSidesAreGits(t *testing.T) {
	t.Parallel()
	cases := map[string]mergetest.Case{}
	for name, c := range map[string][3]string{
		"contents":                         {"a = 1..9", "a = 1 2 o 4..9", "a = 1 2 t 4..9"},
		"contents, a clean change beside":  {"a = 1..9", "a = o 2..8 o", "a = t 2..9"},
		"both add":                         {"k = k", "a = 1 o; k = k", "a = 1 t; k = k"},
		"a binary":                         {`a = "1\x00"`, `a = "2\x00"`, `a = "3\x00"`},
		"a link":                           {"a@ = 1", "a@ = 2", "a@ = 3"},
		"deleted and changed":              {"a = 1..9; k = k", "k = k", "a = 1..8 t; k = k"},
		"modes, both new":                  {"k = k", "a = 1 2 3; k = k", "a* = 1 2 3; k = k"},
		"moved, and contents":              {"a = 1..9", "b = 1..8 o", "a = 1..8 t"},
		"moved to two places":              {"a = 1..9", "b = 1..8 o", "c = 1..8 t"},
		"moved to where the other adds":    {"a = 1..9", "b = 1..8 o", "a = 1..8 t; b = t"},
		"a file against a directory":       {"k = k", "p = 1; k = k", "p/x = 1; k = k"},
		"a file against a link":            {"k = k", "p = 1; k = k", "p@ = 1; k = k"},
		"nothing in conflict":              {"a = 1..9", "a = o 2..9", "a = 1..8 t"},
		"a new file in a moved directory":  {"d/a = 1..9; d/b = b1..9", "e/a = 1..9; e/b = b1..9", "d/a = 1..9; d/b = b1..9; d/n = n"},
		"no newline at the end, both ways": {`a = "1\n2"`, `a = "1\n3"`, `a = "1\n4\n"`},
	} {
		cases[name] = mergetest.Case{Base: mergetest.Parse(c[0]), Ours: mergetest.Parse(c[1]), Theirs: mergetest.Parse(c[2])}
	}
	for seed := range uint64(max(favorCases, *long/20)) {
		cases[fmt.Sprint("seed ", seed)] = mergetest.Random(uint64(mergetest.Profiles)*seed + uint64(mergetest.Texts))
	}
	s := mergetest.NewStore()
	git := mergetest.NewGit(t, t.TempDir())
	favors := map[string]lines.Favor{"ours": lines.FavorOurs, "theirs": lines.FavorTheirs}
	for name, c := range cases {
		q := c.Question(s, mergetest.Settings{})
		git.Take(t, s)
		for side, favor := range favors {
			want := git.Favored(t, q, side)
			r, err := merge.New(s, merge.Options{Favor: favor}).Trees(t.Context(), merge.Input{
				Base: q.Trees[0], Ours: q.Trees[1], Theirs: q.Trees[2], Names: merge.Names{Base: "base", Ours: "HEAD", Theirs: q.Theirs.String()}})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got := mergetest.Answer{Tree: r.Tree}
			for _, st := range r.Stages {
				got.Stages = append(got.Stages, mergetest.Stage(st))
			}
			if len(got.Stages) > 0 {
				got.Exit, got.Tree = 1, want.Tree // git leaves that to the work tree
			}
			if got.String() != want.String() {
				t.Errorf("%s, -X %s:\n%sgit says\n%swe say\n%s", name, side, c, want, got)
			}
		}
	}
}
