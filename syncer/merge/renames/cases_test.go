package renames

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// text is n lines that no other seed has.
func text(seed string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d of %s\n", i, seed)
	}
	return b.String()
}

// TestFindsWhatGitFindsInCasesByHand has what random moves meet rarely.
func TestFindsWhatGitFindsInCasesByHand(t *testing.T) {
	t.Parallel()
	noise := func(n int, seed string) string { return text(seed, n) }
	cases := map[string][2]tree{
		"a symlink of a file's contents": {{"a": repotest.Symlink("text")}, {"b": "text"}},
		"a symlink moved":                {{"a": repotest.Symlink("text")}, {"b": repotest.Symlink("text")}},
		"a symlink changed":              {{"a": repotest.Symlink(text("x", 20))}, {"b": repotest.Symlink(text("x", 19))}},
		"a submodule moved":              {{"a": repotest.Submodule(forks.Hash{1})}, {"b": repotest.Submodule(forks.Hash{1})}},
		"an exec bit set on the way":     {{"a": text("x", 9)}, {"b": repotest.Executable(text("x", 9))}},
		"an empty file moved":            {{"a": ""}, {"b": ""}},
		"two names swapped":              {{"d/a": text("a", 9), "d/b": text("b", 9)}, {"e/a": text("b", 9), "e/b": text("a", 9)}},
		"a file in two copies":           {{"a": text("a", 9)}, {"b": text("a", 9), "c": text("a", 9)}},
		"two equal files in one":         {{"x/a": text("a", 9), "x/b": text("a", 9)}, {"y/b": text("a", 9)}},
		"no newline at the end":          {{"a": "one line"}, {"b": "one line!"}},
		"a last line left alone":         {{"a": text("a", 1) + "end"}, {"b": text("b", 1) + "end"}},
		"other line ends":                {{"a": text("a", 9)}, {"b": strings.ReplaceAll(text("a", 9), "\n", "\r\n")}},
		"other line ends in binary":      {{"a": text("a", 9) + "\x00"}, {"b": strings.ReplaceAll(text("a", 9), "\n", "\r\n") + "\x00"}},
		"a NUL after 8000 bytes":         {{"a": text("a", 900) + "\x00"}, {"b": strings.ReplaceAll(text("a", 900), "\n", "\r\n") + "\x00"}},
		"one line of many bytes":         {{"a": strings.Repeat("0123456789", 90)}, {"b": strings.Repeat("0123456789", 80) + strings.Repeat("x", 100)}},
		"large and unlike":               {{"a": noise(9000, "a")}, {"b": noise(9000, "b")}},
		"exactly half":                   {{"a": text("a", 8)}, {"b": text("a", 4) + strings.ReplaceAll(text("a", 8)[len(text("a", 4)):], "a", "b")}},
		"twice as large":                 {{"a": text("a", 5)}, {"b": text("a", 10)}},
		"more than twice as large":       {{"a": text("a", 5)}, {"b": text("a", 10) + "x\n"}},
		"a basename below three quarters": {
			{"d/a": text("a", 9), "d/b": text("b", 9)},
			{"e/a": text("a", 6) + text("c", 3), "e/c": text("a", 8)},
		},
		"a basename above three quarters": {
			{"d/a": text("a", 9), "d/b": text("b", 9)},
			{"e/a": text("a", 7) + text("c", 2), "e/c": text("a", 8)},
		},
		"more candidates than are kept": {
			{"1": text("a", 20), "2": text("a", 19), "3": text("a", 18), "4": text("a", 17), "5": text("a", 16)},
			{"u": text("a", 20) + "u\n", "v": text("a", 20) + "v\n", "w": text("a", 20) + "w\n", "x": text("a", 20) + "x\n", "y": text("a", 20) + "y\n"},
		},
	}
	for _, k := range []int{1, 99, 100, 101, 102, 103, 150} {
		twins, one := tree{}, tree{}
		for i := range 160 {
			twins[fmt.Sprintf("from/%03d", i+1)] = text("twin", 3)
		}
		one[fmt.Sprintf("to/%03d", k)] = text("twin", 3)
		cases[fmt.Sprintf("the %d. of many equal files", k)] = [2]tree{twins, one}
	}
	var names []string
	var sides [][2]tree
	for name, s := range cases {
		names, sides = append(names, name), append(sides, s)
	}
	for i, want := range gitRenames(t, sides, "-M50%", "-l0") {
		m := memory{}
		a, err := Find(t.Context(), m, question(m, sides[i][0], sides[i][1]))
		if err != nil {
			t.Fatalf("%s: %v", names[i], err)
		}
		if got := tell(a.Pairs); got != want {
			t.Errorf("%s: found\n%sgit finds\n%s", names[i], got, want)
		}
	}
}

// limited is three sources and five destinations, all alike, beside one exact rename.
func limited() [2]tree {
	s := [2]tree{{"exact": text("e", 9)}, {"moved": text("e", 9)}}
	for i := range 3 {
		s[0][fmt.Sprint("a", i)] = text("a", 9+i)
	}
	for i := range 5 {
		s[1][fmt.Sprint("b", i)] = text("a", 8) + fmt.Sprint(i, "\n")
	}
	return s
}

func TestStopsBeforeTheMatrixWhereGitDoes(t *testing.T) {
	t.Parallel()
	for limit, hit := range map[int]int{0: 0, 1: 5, 3: 5, 4: 0, 5: 0} {
		m, s := memory{}, limited()
		q := question(m, s[0], s[1])
		q.Limit = limit
		a, err := Find(t.Context(), m, q)
		if err != nil {
			t.Fatal(err)
		}
		want := gitRenames(t, [][2]tree{s}, "-M50%", fmt.Sprint("-l", limit))[0]
		if got := tell(a.Pairs); got != want || a.LimitHit != hit {
			t.Errorf("limit %d: limit hit %d, want %d; found\n%sgit finds\n%s", limit, a.LimitHit, hit, got, want)
		}
	}
}

func TestAMissingBlobIsAnError(t *testing.T) {
	t.Parallel()
	m, s := memory{}, limited()
	q := question(m, s[0], s[1])
	delete(m, q.Gone[0].ID)
	for _, blobs := range []Blobs{m, sized{m}} {
		if a, err := Find(t.Context(), blobs, q); err == nil || !strings.Contains(err.Error(), "missing") {
			t.Errorf("found %v, error %v; want one about the missing object", a, err)
		}
	}
}

func TestStopsWhenCancelled(t *testing.T) {
	t.Parallel()
	m, s := memory{}, limited()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Find(ctx, m, question(m, s[0], s[1])); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
}

func TestSearchesNothingThatNobodyNeeds(t *testing.T) {
	t.Parallel()
	m, s := memory{}, limited()
	q := question(m, s[0], s[1])
	q.Needs = map[string]Need{"a1": NotNeeded}
	a, err := Find(t.Context(), memory{}, q)
	if err != nil || len(a.Pairs) > 0 {
		t.Errorf("without any need: found %v, error %v", a.Pairs, err)
	}
	q.Needs = map[string]Need{"a1": ForContent}
	a, err = Find(t.Context(), m, q)
	if err != nil {
		t.Fatal(err)
	}
	from := map[string]bool{}
	for _, p := range a.Pairs {
		from[p.From.Path] = true
	}
	if want := map[string]bool{"exact": true, "a1": true}; !maps.Equal(from, want) {
		t.Errorf("sources %v, want the exact and the needed one: %v", from, want)
	}
}

func TestCountsWhereDirectoriesWent(t *testing.T) {
	t.Parallel()
	m := memory{}
	q := question(m,
		tree{"a/b/c/f": text("f", 9), "a/b/g": text("g", 9), "n/f": text("n", 9), "h": text("h", 9)},
		tree{"x/b/c/f": text("f", 9), "x/b/g": text("g", 9), "n2/f": text("n", 9), "y/h": text("h", 9)})
	q.Needs = map[string]Need{"a/b/g": ForContent}
	q.Dirs = map[string]DirNeed{"a": DirForSelf, "a/b": DirForAncestor, "a/b/c": DirForSelf, "n": DirNotNeeded}
	a, err := Find(t.Context(), m, q)
	if err != nil {
		t.Fatal(err)
	}
	want := "map[a:map[x:2] a/b:map[x/b:1] a/b/c:map[x/b/c:1]]"
	if got := fmt.Sprint(a.Counts); got != want {
		t.Errorf("counted %s, want %s", got, want)
	}
}
