package repo_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

type files = map[string]string

const ten = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"

// submodule makes an entry for the commit whose id repeats one hex digit.
func submodule(digit string) string {
	id, err := forks.ParseHash(strings.Repeat(digit, 40))
	if err != nil {
		panic(err)
	}
	return repotest.Submodule(id)
}

// mergeCase gives the sides of a merge, and what is expected of it: "path kind
// stages" for each file.
type mergeCase struct {
	name               string
	base, ours, theirs files
	want               []string
	says               string // in the message of the first file
}

func mergeCases() []mergeCase {
	return []mergeCase{
		{"both change one line", files{"a": "1\n"}, files{"a": "2\n"}, files{"a": "3\n"},
			[]string{"a content 123"}, "CONFLICT (content): Merge conflict in a"},
		{"upstream deletes what the patch changes", files{"a": "1\n", "k": "k"}, files{"k": "k"}, files{"a": "3\n", "k": "k"},
			[]string{"a modify/delete 13"}, "a deleted in upstream and modified in patch.  Version patch of a left in tree."},
		{"the patch deletes what upstream changes", files{"a": "1\n", "k": "k"}, files{"a": "2\n", "k": "k"}, files{"k": "k"},
			[]string{"a modify/delete 12"}, "a deleted in patch and modified in upstream."},
		{"both add", files{"k": "k"}, files{"a": "2\n", "k": "k"}, files{"a": "3\n", "k": "k"},
			[]string{"a add/add 23"}, "CONFLICT (add/add)"},
		{"both add, with another mode", files{"k": "k"}, files{"a": repotest.Executable("2\n"), "k": "k"}, files{"a": "2\n", "k": "k"},
			[]string{"a mode 23"}, ""},
		{"upstream deletes what the patch moves", files{"a": ten, "k": "k"}, files{"k": "k"}, files{"b": ten, "k": "k"},
			[]string{"a rename/delete ", "b rename/delete 13"}, "a renamed to b in patch, but deleted in upstream."},
		{"moved to two places", files{"a": ten}, files{"b": ten}, files{"c": ten},
			[]string{"a rename/rename 1", "b rename/rename 2", "c rename/rename 3"}, "a renamed to b in upstream and to c in patch."},
		{"moved and rewritten", files{"a": ten}, files{"p/b": ten + "11\n"}, files{"a": ten + "12\n"},
			[]string{"p/b content 123"}, "Merge conflict in p/b"},
		{"a new file in a directory that moved", files{"d/a": ten, "d/b": "b" + ten}, files{"e/a": ten, "e/b": "b" + ten}, files{"d/a": ten, "d/b": "b" + ten, "d/new": "new\n"},
			[]string{"d/new directory rename ", "e/new directory rename 3"}, "suggesting it should perhaps be moved to e/new"},
		{"a new file in a directory that was split", files{"d/a": ten, "d/b": "b" + ten}, files{"e/a": ten, "f/b": "b" + ten}, files{"d/a": ten, "d/b": "b" + ten, "d/new": "new\n"},
			[]string{"d directory rename "}, "Unclear where to rename d to"},
		{"a file where upstream has a directory", files{"k": "k"}, files{"k": "k", "p/d/x": "x\n"}, files{"k": "k", "p/d": "file\n"},
			[]string{"p/d file/directory ", "p/d~patch file/directory 3"}, "directory in the way of p/d from patch; moving it to p/d~patch instead."},
		{"a link where upstream has a file", files{"a": "1\n"}, files{"a": "file\n"}, files{"a": repotest.Symlink("target")},
			[]string{"a distinct types 3", "a~upstream distinct types 12"}, "a had different types on each side"},
		{"links to two places", files{"a": repotest.Symlink("1")}, files{"a": repotest.Symlink("2")}, files{"a": repotest.Symlink("3")},
			[]string{"a content 123"}, ""},
		{"binary", files{"a": "1\x00\n"}, files{"a": "2\x00\n"}, files{"a": "3\x00\n"},
			[]string{"a binary 123"}, "Cannot merge binary files: a (upstream vs. patch)"},
		{"a submodule at two commits", files{"a": submodule("1")}, files{"a": submodule("2")}, files{"a": submodule("3")},
			[]string{"a submodule 123"}, ""},
		{"a path with a newline", files{"a\nb": "1\n"}, files{"a\nb": "2\n"}, files{"a\nb": "3\n"},
			[]string{"a\nb content 123"}, `Merge conflict in a\nb`},
		{"a path that is not UTF-8 and looks like an option", files{"-\xff\x1b": "1\n"}, files{"-\xff\x1b": "2\n"}, files{"-\xff\x1b": "3\n"},
			[]string{"-\xff\x1b content 123"}, `Merge conflict in -\xff\x1b`},
		{"a collision that git 2.39 calls clean", files{"e/a": ten}, files{"a": ten + "11\n"}, files{"a": "", "e/a": "other\n"},
			[]string{"a rename/add ", "e/a rename/add "}, "rename of e/a -> a has content conflicts AND collides"},
		{"two files", files{"b": "1\n", "a": "1\n"}, files{"b": "2\n", "a": "2\n"}, files{"b": "3\n", "a": "3\n"},
			[]string{"a content 123", "b content 123"}, ""},
		{"one conflict beside one clean file", files{"b": ten, "a": "1\n"}, files{"b": "0\n" + ten, "a": "2\n"}, files{"b": ten + "11\n", "a": "3\n"},
			[]string{"a content 123"}, ""},
	}
}

func TestEachKindOfConflict(t *testing.T) {
	t.Parallel()
	for _, c := range mergeCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			base, ours, theirs := b.tree(t, "base", c.base), b.tree(t, "ours", c.ours), b.tree(t, "theirs", c.theirs)
			q := b.quarantine(t)
			got, err := q.Merge(t.Context(), base, ours, theirs)
			if err != nil {
				t.Fatal(err)
			}
			var have []string
			for _, f := range got.Files {
				line := string(f.Path) + " " + string(f.Kind) + " "
				for _, s := range f.Stages {
					line += fmt.Sprint(s.Stage)
				}
				have = append(have, line)
				if strings.ContainsAny(f.Message, "\n\x1b") || f.Message == "" {
					t.Errorf("message of %q: %q", f.Path, f.Message)
				}
			}
			if !slices.Equal(have, c.want) {
				t.Errorf("files %q, want %q", have, c.want)
			}
			if len(got.Files) > 0 && !strings.Contains(got.Files[0].Message, c.says) {
				t.Errorf("message %q has not %q", got.Files[0].Message, c.says)
			}
			for _, f := range got.Files {
				if len(f.Stages) == 1 && f.Stages[0].Stage > 1 && lookup(t, q, got.Tree, string(f.Path)).IsZero() {
					t.Errorf("%q is not in the tree", f.Path)
				}
			}
		})
	}
}

func TestACleanMerge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	base, ours, theirs := b.tree(t, "base", files{"a": ten}), b.tree(t, "ours", files{"a": "0\n" + ten}), b.tree(t, "theirs", files{"a": ten + "11\n", "b": "b"})
	q := b.quarantine(t)
	got, err := q.Merge(t.Context(), base, ours, theirs)
	if err != nil || !got.Clean() {
		t.Fatalf("%v, error %v", got, err)
	}
	wantSame(t, "a", read(t, q, got.Tree, "a"), "0\n"+ten+"11\n")
	wantSame(t, "b", read(t, q, got.Tree, "b"), "b")
}

func TestAZeroTreeIsTheEmptyOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one, two := b.tree(t, "one", files{"a": "1\n"}), b.tree(t, "two", files{"b": "2\n"})
	q := b.quarantine(t)
	got, err := q.Merge(t.Context(), forks.Hash{}, one, two)
	if err != nil || !got.Clean() {
		t.Fatalf("%v, error %v", got, err)
	}
	wantSame(t, "a", read(t, q, got.Tree, "a"), "1\n")
	wantSame(t, "b", read(t, q, got.Tree, "b"), "2\n")
	// All of it removed again.
	got, err = q.Merge(t.Context(), got.Tree, forks.Hash{}, got.Tree)
	if err != nil || !got.Clean() {
		t.Fatalf("%v, error %v", got, err)
	}
	if _, data, err := q.Object(got.Tree); err != nil || len(data) != 0 {
		t.Errorf("tree %s: %q, error %v", got.Tree, data, err)
	}
}

func TestLabelsStandBehindTheMarkers(t *testing.T) {
	t.Parallel()
	decoy := "<<<<<<< HEAD\nnot ours\n>>>>>>> 0123456789012345678901234567890123456789\n"
	b := newBench(t)
	base := b.tree(t, "base", files{"a": decoy + "1\n", "crlf": "1\r\n", "old": ten, "run": repotest.Executable("1\n")})
	ours := b.tree(t, "ours", files{"a": decoy + "2\n", "crlf": "2\r\n", "new": ten + "11\n", "run": repotest.Executable("2\n")})
	theirs := b.tree(t, "theirs", files{"a": decoy + "3\n", "crlf": "3\r\n", "old": ten + "12\n", "run": repotest.Executable("3\n")})
	q := b.quarantine(t)
	labels := forks.Labels{Base: "parent of p1", Ours: "NixOS/nix 1a2b\nevil\x1b[31m", Theirs: strings.Repeat("ä", 300)}
	got, err := q.MergeLabelled(t.Context(), base, ours, theirs, labels)
	if err != nil {
		t.Fatal(err)
	}
	const o = `NixOS/nix 1a2b evil\x1b[31m`
	th := strings.Repeat("ä", 99) + "…"
	for path, want := range map[string]string{
		"a":    decoy + "<<<<<<< " + o + "\n2\n||||||| parent of p1\n1\n=======\n3\n>>>>>>> " + th + "\n",
		"crlf": "<<<<<<< " + o + "\r\n2\r\n||||||| parent of p1\r\n1\r\n=======\r\n3\r\n>>>>>>> " + th + "\r\n",
		"new":  ten + "<<<<<<< " + o + ":new\n11\n||||||| parent of p1:old\n=======\n12\n>>>>>>> " + th + ":old\n",
		"run":  "<<<<<<< " + o + "\n2\n||||||| parent of p1\n1\n=======\n3\n>>>>>>> " + th + "\n",
	} {
		if have := read(t, q, got.Tree, path); have != want {
			t.Errorf("%s is\n%s\nwant\n%s", path, have, want)
		}
	}
	plain, err := q.MergeLabelled(t.Context(), base, ours, theirs, forks.Labels{})
	if err != nil {
		t.Fatal(err)
	}
	if have := read(t, q, plain.Tree, "run"); have != "<<<<<<< upstream\n2\n||||||| base\n1\n=======\n3\n>>>>>>> patch\n" {
		t.Errorf("without labels:\n%s", have)
	}
}

func TestANameThatIsTakenGetsANumber(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	base := b.tree(t, "base", files{"k": "k"})
	ours := b.tree(t, "ours", files{"k": "k", "d/x": "x\n", "d~patch": "mine\n"})
	theirs := b.tree(t, "theirs", files{"k": "k", "d": "file\n"})
	q := b.quarantine(t)
	got, err := q.Merge(t.Context(), base, ours, theirs)
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "d~patch", read(t, q, got.Tree, "d~patch"), "mine\n")
	wantSame(t, "d~patch_0", read(t, q, got.Tree, "d~patch_0"), "file\n")
	wantSame(t, "last path", got.Files[len(got.Files)-1].Path, "d~patch_0")
}

func TestMergeCommitsUsesTheTrueMergeBase(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": ten})
	b.up.SetRef(t, "side", one)
	main := b.up.Commit(t, "main", repotest.Ada, "two", files{"a": "0\n" + ten})
	side := b.up.Commit(t, "side", repotest.Ada, "three", files{"a": ten + "11\n"})
	clash := b.up.Build(t, repotest.Commit{Branch: "clash", Parents: []forks.Hash{one}, Subject: "clash", Files: files{"a": "00\n" + ten}})[0]
	odd := b.up.Build(t, repotest.Commit{Branch: "odd", Orphan: true, Subject: "odd", Files: files{"z": "z"}})[0]
	q := b.quarantine(t)
	got, err := q.MergeCommits(t.Context(), main, side)
	if err != nil || !got.Clean() {
		t.Fatalf("%v, error %v", got, err)
	}
	wantSame(t, "a", read(t, q, got.Tree, "a"), "0\n"+ten+"11\n")
	got, err = q.MergeCommits(t.Context(), main, clash)
	if err != nil || got.Clean() {
		t.Errorf("%v, error %v", got, err)
	}
	got, err = q.MergeCommits(t.Context(), main, one)
	if err != nil || got.Tree != b.up.Tree(t, main) {
		t.Errorf("merge of an ancestor: %v, error %v", got, err)
	}
	if _, err = q.MergeCommits(t.Context(), main, odd); !errors.Is(err, repo.ErrUnrelated) {
		t.Errorf("unrelated histories: %v", err)
	}
}

func TestAMergeThatMissesAnObjectIsAnErrorThatNamesTheTrees(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	base, ours := b.tree(t, "base", files{"a": "1\n"}), b.tree(t, "ours", files{"a": "2\n"})
	q := b.quarantine(t)
	// A tree that names a blob nobody has.
	blob := strings.Repeat("\x11", 20)
	broken, err := q.Write("tree", []byte("100644 a\x00"+blob))
	if err != nil {
		t.Fatal(err)
	}
	for _, theirs := range []forks.Hash{broken, forks.Hash([]byte(blob))} {
		_, err = q.Merge(t.Context(), base, ours, theirs)
		if err == nil || !strings.Contains(err.Error(), base.String()) || !strings.Contains(err.Error(), ours.String()) || !strings.Contains(err.Error(), theirs.String()) {
			t.Errorf("the error names not the trees: %v", err)
		}
		if !errors.As(err, new(*repo.DamagedError)) {
			t.Errorf("no DamagedError: %v", err)
		}
	}
}

func TestAMergeLeavesTheRepositoryAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	base, ours, theirs := b.tree(t, "base", files{"a": "1\n"}), b.tree(t, "ours", files{"a": "2\n"}), b.tree(t, "theirs", files{"a": "3\n"})
	q := b.quarantine(t)
	before := listing(t, b.cache.Dir())
	got, err := q.MergeLabelled(t.Context(), base, ours, theirs, forks.Labels{Ours: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	after := listing(t, b.cache.Dir())
	for path := range before {
		if strings.HasPrefix(path, "quarantine-") {
			delete(before, path)
		}
	}
	if !maps.Equal(before, after) {
		t.Errorf("the cache changed:\n%v\n%v", before, after)
	}
	if _, _, err := quarantine(t, b.cache).Object(got.Tree); !errors.Is(err, repo.ErrMissing) {
		t.Errorf("the merged tree survived the quarantine: %v", err)
	}
}

// TestForcedBasesDecideAsRealHistory merges random trees through throw-away
// commits and through commits with a real merge base: git must decide the same.
func TestForcedBasesDecideAsRealHistory(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	q := quarantine(t, b.cache)
	content := rapid.SampledFrom([]string{"", ten, "0\n" + ten, ten + "11\n", strings.Replace(ten, "5", "five", 1), "other\n"})
	side := rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "d/a", "d/b", "e/a"}), content, 1, 4)
	rapid.Check(t, func(rt *rapid.T) {
		trees := [3]forks.Hash{}
		for i, name := range []string{"base", "ours", "theirs"} {
			trees[i] = writeFiles(t, q, side.Draw(rt, name))
		}
		root := writeCommit(t, q, trees[0], "base")
		ours, theirs := writeCommit(t, q, trees[1], "ours", root), writeCommit(t, q, trees[2], "theirs", root)
		forced, err := q.Merge(t.Context(), trees[0], trees[1], trees[2])
		if err != nil {
			rt.Fatal(err)
		}
		real, err := q.MergeCommits(t.Context(), ours, theirs)
		if err != nil {
			rt.Fatal(err)
		}
		if forced.Clean() != real.Clean() || forced.Clean() && forced.Tree != real.Tree || len(forced.Files) != len(real.Files) {
			rt.Fatalf("forced %v, real %v", forced, real)
		}
		if forced.Clean() {
			wantNoMarkers(rt, q, forced.Tree)
		}
	})
}

// wantNoMarkers fails if a file of a tree holds what git leaves in a conflict.
func wantNoMarkers(rt *rapid.T, q *repo.Quarantine, tree forks.Hash) {
	kind, data, err := q.Object(tree)
	if err != nil {
		rt.Fatal(err)
	}
	if kind == "blob" {
		if strings.Contains(string(data), "<<<<<<<") {
			rt.Fatalf("a clean merge has markers: %q", data)
		}
		return
	}
	for len(data) > 0 {
		_, rest, _ := strings.Cut(string(data), "\x00")
		wantNoMarkers(rt, q, forks.Hash([]byte(rest[:20])))
		data = []byte(rest[20:])
	}
}

// git 2.39 ends itself on this one: each side moves one file into a directory that
// the other side empties.
func TestMergeThatGitGivesUpOnIsMadeWithoutLookingForMovedDirectories(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	base, ours, theirs := b.tree(t, "base", files{"a": ten, "d/b": ten}), b.tree(t, "ours", files{"b": ten}), b.tree(t, "theirs", files{"d/a": ten})
	q := b.quarantine(t)
	got, err := q.Merge(t.Context(), base, ours, theirs)
	if err != nil {
		t.Fatal(err)
	}
	if got.Clean() {
		t.Errorf("what each side removed and the other moved is taken for clean: %v", got)
	}
}
