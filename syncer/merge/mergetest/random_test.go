package mergetest_test

import (
	"flag"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge/mergetest"
)

// With this flag more cases are drawn: `go test ./syncer/merge/mergetest -run Kinds -v -long 20000`.
var long = flag.Int("long", 0, "number of random cases to try")

func TestTheSameSeedGivesTheSameCase(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for seed := range uint64(200) {
		first, second := mergetest.Random(seed).String(), mergetest.Random(seed).String()
		if first != second {
			t.Fatalf("seed %d:\n%s\nand\n%s", seed, first, second)
		}
		seen[first] = true
	}
	if len(seen) < 195 {
		t.Errorf("200 seeds give %d cases", len(seen))
	}
}

func TestNoPathOfACaseIsInTheWayOfAnother(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2000) {
		c := mergetest.Random(seed)
		for _, tree := range []mergetest.Tree{c.Base, c.Ours, c.Theirs} {
			for path := range tree {
				for at := range len(path) {
					if path[at] != '/' {
						continue
					}
					if _, file := tree[path[:at]]; file {
						t.Fatalf("seed %d: %q is a file and a directory", seed, path[:at])
					}
				}
				if path == "" || strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") || strings.Contains(path, "//") {
					t.Fatalf("seed %d: path %q", seed, path)
				}
			}
		}
	}
}

func TestACaseIsWrittenAsItIsRead(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		tree := mergetest.Random(seed).Ours
		if again := mergetest.Parse(tree.String()); !maps.Equal(again, tree) {
			t.Fatalf("seed %d:\n%s\nis read as\n%s", seed, tree, again)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	tree := mergetest.Parse(`a = 1 x 3; d/b* = 1..3
		l@ = ../a; s% = c; e =; "t\tt" = "no end"; k = k9..11 }`)
	want := mergetest.Tree{
		"a":    {Mode: forks.ModeRegular, Content: "1\nx\n3\n"},
		"d/b":  {Mode: forks.ModeExecutable, Content: "1\n2\n3\n"},
		"l":    {Mode: forks.ModeSymlink, Content: "../a"},
		"s":    {Mode: forks.ModeSubmodule, Content: strings.Repeat("c", 40)},
		"e":    {Mode: forks.ModeRegular},
		"t\tt": {Mode: forks.ModeRegular, Content: "no end"},
		"k":    {Mode: forks.ModeRegular, Content: "k9\nk10\nk11\n}\n"},
	}
	if !maps.Equal(tree, want) {
		t.Errorf("%v, want %v", tree, want)
	}
}

func TestAStoreGivesBackItsTrees(t *testing.T) {
	t.Parallel()
	s := mergetest.NewStore()
	for seed := range uint64(200) {
		want := mergetest.Random(seed).Theirs
		got, err := s.Files(s.Tree(want))
		if err != nil || !maps.Equal(got, want) {
			t.Fatalf("seed %d: %v\n%v, want\n%v", seed, err, got, want)
		}
	}
}

// kinds are what git says of merges of files often enough that a few hundred random
// cases must meet it. What is rarer stands in the tables of the engine's tests.
func kinds() []string {
	return []string{
		"Auto-merging", "CONFLICT (contents)", "CONFLICT (binary)", "CONFLICT (modify/delete)", "CONFLICT (file/directory)",
		"CONFLICT (distinct modes)", "CONFLICT (rename/rename)", "CONFLICT (rename/delete)",
		"Path updated due to directory rename", "CONFLICT (directory rename suggested)", "CONFLICT(directory rename unclear split)",
	}
}

// TestRandomCasesMeetAllKinds sees that cases are about what they should be about: all
// kinds of conflicts come up, about half of all merges are clean, and git can answer.
// Merges are asked for with the sides swapped, too: what is clean gives the same tree.
func TestRandomCasesMeetAllKinds(t *testing.T) {
	t.Parallel()
	s := mergetest.NewStore()
	git := mergetest.NewGit(t, t.TempDir())
	var questions []mergetest.Question
	n := max(400, *long)
	for seed := range uint64(n) {
		c := mergetest.Random(seed)
		questions = append(questions, c.Question(s, mergetest.SettingsOf(seed)), c.Swapped().Question(s, mergetest.SettingsOf(seed)))
	}
	answers := git.Ask(t, s, questions...)
	met := map[string]int{}
	var clean, aborted int
	cleanOf := map[mergetest.Profile]int{}
	for seed := range uint64(n) {
		a, b := answers[2*seed], answers[2*seed+1]
		if a.Aborted != "" || b.Aborted != "" {
			aborted++
			continue
		}
		if a.Clean() {
			clean++
			cleanOf[mergetest.ProfileOf(seed)]++
			if b.Clean() && a.Tree != b.Tree {
				t.Errorf("seed %d: clean both ways, and not the same\n%s", seed, mergetest.Random(seed))
			}
		}
		for _, m := range a.Messages {
			met[m.Kind]++
		}
	}
	t.Logf("%d cases, %d clean, %d git gave up on", n, clean, aborted)
	for p := range mergetest.Profiles {
		t.Logf("%s: %d of %d clean", p, cleanOf[p], n/int(mergetest.Profiles))
	}
	for _, kind := range slices.Sorted(maps.Keys(met)) {
		t.Logf("%6d %s", met[kind], kind)
	}
	if clean*10 < n*3 || clean*10 > n*7 {
		t.Errorf("%d of %d cases are clean", clean, n)
	}
	if aborted*100 > n {
		t.Errorf("git gave up on %d of %d cases", aborted, n)
	}
	for _, kind := range kinds() {
		if met[kind] == 0 {
			t.Errorf("no case has %s", kind)
		}
	}
}
