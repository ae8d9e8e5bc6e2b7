package merge_test

import (
	"fmt"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/merge/lines"
	"github.com/auxolotl/auxsync/syncer/merge/mergetest"
)

// favorCases is how many random cases are tried with a favored side. Each takes several
// processes of git.
const favorCases = 32

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
		"unclear where a directory went":   {"d/a = 1..9; d/b = b1..9", "e/a = 1..9; f/b = b1..9", "d/a = 1..9; d/b = b1..9; d/n = n"},
		"no newline at the end, both ways": {`a = "1\n2"`, `a = "1\n3"`, `a = "1\n4\n"`},
	} {
		cases[name] = mergetest.Case{Base: mergetest.Parse(c[0]), Ours: mergetest.Parse(c[1]), Theirs: mergetest.Parse(c[2])}
	}
	about := []mergetest.Profile{mergetest.Texts, mergetest.Texts, mergetest.Renames, mergetest.Directories}
	add := func(from uint64, n int) {
		for i := range uint64(n) {
			seed := uint64(mergetest.Profiles)*(from+i) + uint64(about[i%uint64(len(about))])
			cases[fmt.Sprint("seed ", seed)] = mergetest.Random(seed)
		}
	}
	add(0, favorCases)
	add(*seed*1_000_000_000, *long/20)
	s := mergetest.NewStore()
	git := mergetest.NewGit(t, t.TempDir())
	favors := map[string]lines.Favor{"ours": lines.FavorOurs, "theirs": lines.FavorTheirs}
	noAnswer := 0
	for name, c := range cases {
		q := c.Question(s, mergetest.Settings{})
		git.Take(t, s)
		for side, favor := range favors {
			want := git.Favored(t, q, side)
			if want.Aborted != "" {
				noAnswer++
				continue
			}
			r, err := merge.New(s, merge.Options{Favor: favor}).Trees(t.Context(), merge.Input{
				Base: q.Trees[0], Ours: q.Trees[1], Theirs: q.Trees[2], Names: merge.Names{Base: "base", Ours: "HEAD", Theirs: q.Theirs.String()}})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got := mergetest.Answer{Tree: r.Tree}
			for _, st := range r.Stages {
				got.Stages = append(got.Stages, mergetest.Stage(st))
			}
			if !r.Clean {
				got.Exit, got.Tree = 1, want.Tree // git leaves that to the work tree
			}
			if got.String() != want.String() {
				t.Errorf("%s, -X %s:\n%sgit says\n%swe say\n%s", name, side, c, want, got)
			}
		}
	}
	if noAnswer*50 > len(cases) {
		t.Errorf("git has no answer to %d of %d cases, from two sides", noAnswer, len(cases))
	}
}

// TestASideIsFavoredOnlyInWhatPeopleAskedFor: where the merge bases of two commits are in
// conflict neither side of these is favored.
func TestASideIsFavoredOnlyInWhatPeopleAskedFor(t *testing.T) {
	t.Parallel()
	s := mergetest.NewStore()
	git := mergetest.NewGit(t, t.TempDir())
	base := s.Commit("base", s.Tree(mergetest.Parse("a = 1 2 3")))
	left, right := s.Commit("left", s.Tree(mergetest.Parse("a = 1 l 3")), base), s.Commit("right", s.Tree(mergetest.Parse("a = 1 r 3")), base)
	ours, theirs := s.Commit("ours", s.Tree(mergetest.Parse("a = 1 l 3")), left, right), s.Commit("theirs", s.Tree(mergetest.Parse("a = 1 r 3")), right, left)
	git.Take(t, s)
	for side, favor := range map[string]lines.Favor{"ours": lines.FavorOurs, "theirs": lines.FavorTheirs} {
		want := git.Favored(t, mergetest.Question{Ours: ours, Theirs: theirs}, side)
		r, err := merge.New(s, merge.Options{Favor: favor}).Commits(t.Context(), history{git}, ours, theirs, merge.Names{Ours: "HEAD", Theirs: theirs.String()}, false)
		if err != nil || !r.Clean || r.Tree != want.Tree {
			t.Errorf("-X %s: %+v, %v, want the tree %s", side, r, err, want.Tree)
		}
		if kept, err := s.TreeOf(map[string]forks.Hash{"ours": ours, "theirs": theirs}[side]); err != nil || kept != want.Tree {
			t.Errorf("-X %s: git has not kept that side: %v", side, err)
		}
	}
}
