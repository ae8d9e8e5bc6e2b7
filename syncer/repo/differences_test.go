package repo_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestRenamesAreGitsOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": ten, "b": "x" + ten + ten, "c": "gone\n", "n\n\xff": strings.Repeat("z\n", 20)})
	two := b.up.Commit(t, "main", repotest.Ada, "two", files{
		"a": repotest.Delete, "p/a2": ten + "11\n", "c": repotest.Delete, "d": "new\n",
		"n\n\xff": repotest.Delete, "-m\n\xfe": strings.Repeat("z\n", 20)})
	q := b.quarantine(t)
	want := map[forks.Path]forks.Path{"a": "p/a2", "n\n\xff": "-m\n\xfe"}
	for name, pair := range map[string][2]forks.Hash{"commits": {one, two}, "trees": {b.up.Tree(t, one), b.up.Tree(t, two)}} {
		got, err := q.Renames(t.Context(), pair[0], pair[1])
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("%s: %q, error %v", name, got, err)
		}
	}
	none, err := q.Renames(t.Context(), one, one)
	if err != nil || len(none) != 0 {
		t.Errorf("the same tree: %q, error %v", none, err)
	}
}

func TestPatchIDs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	base := b.up.Commit(t, "main", repotest.Ada, "base", files{"a": ten, "bin": "\x00\x01"})
	shifted := b.up.Commit(t, "shifted", repotest.Ada, "other base", files{"a": "0\n" + ten + "x\ny\n", "bin": "\x00\x01"})
	on := func(parent forks.Hash, subject string, f files) forks.Hash {
		return b.up.Build(t, repotest.Commit{Branch: "c/" + subject, Parents: []forks.Hash{parent}, Subject: subject, Files: f})[0]
	}
	change := on(base, "change", files{"a": strings.Replace(ten, "5\n", "five\n", 1)})
	same := on(shifted, "same", files{"a": "0\n" + strings.Replace(ten, "5\n", "five\n", 1) + "x\ny\n"})
	other := on(base, "other", files{"a": strings.Replace(ten, "5\n", "six\n", 1)})
	empty := on(base, "empty", nil)
	bin1, bin2 := on(base, "bin1", files{"bin": "\x00\x02"}), on(base, "bin2", files{"bin": "\x00\x03"})
	mode := on(base, "mode", files{"a": repotest.Executable(ten)})
	evil := on(base, "evil", files{"-\n\xff": "diff --git a/x b/x\ncommit " + other.String() + "\n"})
	merge := b.up.Build(t, repotest.Commit{Branch: "merge", Parents: []forks.Hash{change, other}, Subject: "merge"})[0]
	q := b.quarantine(t)
	got, err := q.PatchIDs(t.Context(), []forks.Hash{change, same, other, empty, bin1, bin2, mode, evil, merge, base})
	if err != nil {
		t.Fatal(err)
	}
	if got[change].IsZero() || got[change] != got[same] {
		t.Errorf("one change on two bases: %s and %s", got[change], got[same])
	}
	seen := map[forks.Hash]string{}
	for name, id := range map[string]forks.Hash{"change": change, "other": other, "bin1": bin1, "bin2": bin2, "mode": mode, "evil": evil, "root": base} {
		if got[id].IsZero() {
			t.Errorf("%s has no patch-id", name)
		}
		if before, dup := seen[got[id]]; dup {
			t.Errorf("%s and %s have one patch-id", name, before)
		}
		seen[got[id]] = name
	}
	for name, id := range map[string]forks.Hash{"empty": empty, "merge": merge} {
		if _, has := got[id]; has {
			t.Errorf("%s has a patch-id", name)
		}
	}
	wantSame(t, "number of ids", len(got), 8)
	if _, err := q.PatchIDs(t.Context(), []forks.Hash{{1}}); err == nil {
		t.Error("a commit that nobody has is passed over")
	}
}

// Each case is a change before and after it was picked onto another base.
func TestChangesSayWhetherAPatchWasKept(t *testing.T) {
	t.Parallel()
	five := strings.Replace(ten, "5\n", "five\n", 1)
	for _, c := range []struct {
		name         string
		from, to     files
		onFrom, onTo files
		kept         bool
	}{
		{name: "other lines around it", from: files{"a": ten}, to: files{"a": five},
			onFrom: files{"a": "0\n0\n" + ten}, onTo: files{"a": "0\n0\n" + five}, kept: true},
		{name: "other context", from: files{"a": ten}, to: files{"a": five},
			onFrom: files{"a": strings.Replace(ten, "4\n", "four\n", 1)}, onTo: files{"a": strings.Replace(five, "4\n", "four\n", 1)}, kept: true},
		{name: "another line removed", from: files{"a": ten}, to: files{"a": five},
			onFrom: files{"a": strings.Replace(ten, "5\n", "V\n", 1)}, onTo: files{"a": five}},
		{name: "another line added", from: files{"a": ten}, to: files{"a": five},
			onFrom: files{"a": ten}, onTo: files{"a": strings.Replace(ten, "5\n", "V\n", 1)}},
		{name: "white space alone differs", from: files{"a": ten}, to: files{"a": five},
			onFrom: files{"a": ten}, onTo: files{"a": strings.Replace(ten, "5\n", "five \n", 1)}},
		{name: "another file", from: files{"a": ten}, to: files{"a": five}, onFrom: files{"b": ten}, onTo: files{"b": five}},
		{name: "another mode", from: files{}, to: files{"a": ten}, onFrom: files{}, onTo: files{"a": repotest.Executable(ten)}},
		{name: "the newline at the end is missing", from: files{"a": "1\n"}, to: files{"a": "2\n"}, onFrom: files{"a": "1\n"}, onTo: files{"a": "2"}},
		{name: "an empty file", from: files{}, to: files{"a": ""}, onFrom: files{"z": "z"}, onTo: files{"z": "z", "a": ""}, kept: true},
		{name: "an empty file elsewhere", from: files{}, to: files{"a": ""}, onFrom: files{}, onTo: files{"b": ""}},
		{name: "binary, the same", from: files{"a": "\x00"}, to: files{"a": "\x00\x01"}, onFrom: files{"a": "\x00", "z": "z"}, onTo: files{"a": "\x00\x01", "z": "z"}, kept: true},
		{name: "binary, another result", from: files{"a": "\x00"}, to: files{"a": "\x00\x01"}, onFrom: files{"a": "\x00"}, onTo: files{"a": "\x00\x02"}},
		{name: "a deletion", from: files{"a": ten}, to: files{}, onFrom: files{"a": ten, "z": "z"}, onTo: files{"z": "z"}, kept: true},
		{name: "a deletion of more", from: files{"a": ten}, to: files{}, onFrom: files{"a": ten + "11\n"}, onTo: files{}},
		{name: "a link", from: files{"a": repotest.Symlink("x")}, to: files{"a": repotest.Symlink("y")}, onFrom: files{"a": repotest.Symlink("x")}, onTo: files{"a": repotest.Symlink("z")}},
		{name: "a submodule", from: files{"a": submodule("1")}, to: files{"a": submodule("2")}, onFrom: files{"a": submodule("1")}, onTo: files{"a": submodule("3")}},
		{name: "content that looks like a diff", from: files{"a": "-- a/x\n@@ -1 +1 @@\nindex 1\n"}, to: files{"a": "++ b/x\n@@ -2 +2 @@\nindex 2\n"},
			onFrom: files{"a": "-- a/x\n@@ -1 +1 @@\nindex 1\n"}, onTo: files{"a": "++ b/x\n@@ -2 +2 @@\nindex 3\n"}},
		{name: "a hostile path", from: files{"-\n\xff": "1\n"}, to: files{"-\n\xff": "2\n"}, onFrom: files{"-\n\xff": "1\n", "z": "z"}, onTo: files{"-\n\xff": "2\n", "z": "z"}, kept: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			var ids [4]forks.Hash
			for i, f := range []files{c.from, c.to, c.onFrom, c.onTo} {
				ids[i] = b.tree(t, fmt.Sprint("t", i), f)
			}
			q := b.quarantine(t)
			// The third pair shows that an empty change in between shifts nothing.
			got, err := q.Changes(t.Context(), [][2]forks.Hash{{ids[0], ids[1]}, {ids[0], ids[0]}, {ids[2], ids[3]}, {ids[0], ids[1]}})
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != 4 || got[0] == "" || got[1] != "" || got[0] != got[3] {
				t.Fatalf("digests %q", got)
			}
			if (got[0] == got[2]) != c.kept {
				t.Errorf("kept is %v, want %v", got[0] == got[2], c.kept)
			}
		})
	}
}

func TestChangesOfNothingAndOfWhatNobodyHas(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.tree(t, "one", files{"a": "1\n"})
	q := b.quarantine(t)
	got, err := q.Changes(t.Context(), nil)
	if err != nil || len(got) != 0 {
		t.Errorf("no pairs: %q, error %v", got, err)
	}
	got, err = q.Changes(t.Context(), [][2]forks.Hash{{{}, one}, {one, {}}, {{}, {}}})
	if err != nil || got[0] == "" || got[1] == "" || got[0] == got[1] || got[2] != "" {
		t.Errorf("the empty tree: %q, error %v", got, err)
	}
	if got, err := q.Changes(t.Context(), [][2]forks.Hash{{one, {1}}, {one, one}}); err == nil {
		t.Errorf("a missing tree: %q", got)
	}
}
