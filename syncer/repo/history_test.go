package repo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// historyBench is
//
//	one - two --- merge - last     main
//	   \         /
//	    s1 --- s2                  side
//
// and odd, which is alone.
type historyBench struct {
	*bench
	one, two, s1, s2, merge, last, odd forks.Hash
}

func newHistoryBench(t *testing.T) *historyBench {
	t.Helper()
	b := &historyBench{bench: newBench(t)}
	b.one = b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n", "b": "1\n"})
	b.up.SetRef(t, "side", b.one)
	b.two = b.up.Commit(t, "main", repotest.Ada, "two", files{"a": "2\n"})
	b.s1 = b.up.Commit(t, "side", repotest.Ada, "s1", files{"b": "s1\n"})
	b.s2 = b.up.Commit(t, "side", repotest.Ada, "s2", files{"c/d": "s2\n"})
	b.merge = b.up.Merge(t, "main", repotest.Ada, "merge", b.s2, nil)
	b.last = b.up.Commit(t, "main", repotest.Ada, "last", files{"a": "3\n"})
	b.odd = b.up.Build(t, repotest.Commit{Branch: "odd", Orphan: true, Subject: "odd"})[0]
	return b
}

func TestAncestry(t *testing.T) {
	t.Parallel()
	b := newHistoryBench(t)
	q := b.quarantine(t)
	for _, c := range []struct {
		a, b forks.Hash
		is   bool
	}{
		{b.one, b.last, true},
		{b.s1, b.last, true},
		{b.last, b.one, false},
		{b.two, b.s2, false},
		{b.two, b.two, true},
		{b.odd, b.last, false},
	} {
		is, err := q.IsAncestor(t.Context(), c.a, c.b)
		if err != nil || is != c.is {
			t.Errorf("IsAncestor(%s, %s) is %v, error %v", c.a, c.b, is, err)
		}
	}
	missing := forks.Hash{1}
	if _, err := q.IsAncestor(t.Context(), missing, b.last); err == nil {
		t.Error("an id that nobody has is no ancestor, rather than an error")
	}
}

func TestFirstParents(t *testing.T) {
	t.Parallel()
	b := newHistoryBench(t)
	q := b.quarantine(t)
	for _, c := range []struct {
		from, to forks.Hash
		want     []forks.Hash
	}{
		{forks.Hash{}, b.last, []forks.Hash{b.last, b.merge, b.two, b.one}},
		{b.one, b.last, []forks.Hash{b.last, b.merge, b.two}},
		{b.s2, b.last, []forks.Hash{b.last, b.merge, b.two}}, // without all that s2 contains: one too
		{b.merge, b.last, []forks.Hash{b.last}},
		{b.last, b.one, nil},
		{b.odd, b.two, []forks.Hash{b.two, b.one}},
	} {
		got, err := q.FirstParents(t.Context(), c.from, c.to)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s..%s: %v, error %v, want %v", c.from, c.to, got, err, c.want)
		}
	}
}

func TestNewCommitsAreOldestFirstAndMergesAreIncluded(t *testing.T) {
	t.Parallel()
	b := newHistoryBench(t)
	q := b.quarantine(t)
	got, err := q.NewCommits(t.Context(), b.last, b.one, forks.Hash{})
	if err != nil {
		t.Fatal(err)
	}
	place := map[forks.Hash]int{}
	for i, c := range got {
		place[c.ID] = i
		wantSame(t, "tree of "+c.ID.String(), c.Tree, b.up.Tree(t, c.ID))
		for _, p := range c.Parents {
			if at, listed := place[p]; p != b.one && (!listed || at > i) {
				t.Errorf("%s comes before its parent %s", c.ID, p)
			}
		}
		if c.ID == b.merge && !slices.Equal(c.Parents, []forks.Hash{b.two, b.s2}) {
			t.Errorf("the merge has the parents %v", c.Parents)
		}
	}
	wantSame(t, "number of commits", len(got), 5)
	if place[b.s2] != place[b.s1]+1 {
		t.Errorf("the side branch is not in one piece: %v", got)
	}
	all, err := q.NewCommits(t.Context(), b.odd)
	if err != nil || len(all) != 1 || len(all[0].Parents) != 0 {
		t.Errorf("a root commit: %v, error %v", all, err)
	}
}

func TestTouching(t *testing.T) {
	t.Parallel()
	b := newHistoryBench(t)
	q := b.quarantine(t)
	for _, c := range []struct {
		from        forks.Hash
		paths       []forks.Path
		firstParent bool
		want        []forks.Hash
	}{
		{b.one, []forks.Path{"a"}, true, []forks.Hash{b.last, b.two}},
		{b.one, []forks.Path{"b"}, true, []forks.Hash{b.merge}}, // what the merge brought
		{b.one, []forks.Path{"b"}, false, []forks.Hash{b.s1}},   // where it was made
		{b.one, []forks.Path{"c"}, false, []forks.Hash{b.s2}},   // a directory
		{b.one, []forks.Path{"a", "c/d"}, true, []forks.Hash{b.last, b.merge, b.two}},
		{forks.Hash{}, []forks.Path{"b"}, false, []forks.Hash{b.s1, b.one}},
		{b.one, []forks.Path{"*", "?", ":(glob)**"}, false, nil}, // no patterns
		{b.one, nil, false, nil},
	} {
		got, err := q.Touching(t.Context(), c.from, b.last, c.paths, c.firstParent)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q (first parents %v): %v, error %v, want %v", c.paths, c.firstParent, got, err, c.want)
		}
	}
	if _, err := q.Touching(t.Context(), b.one, b.last, []forks.Path{""}, false); err == nil {
		t.Error("an empty path touches something")
	}
}

func TestTouchingSearchesWhatAMergeThrewAway(t *testing.T) {
	t.Parallel()
	b := newHistoryBench(t)
	b.up.SetRef(t, "ours", b.two)
	ours := b.up.Build(t, repotest.Commit{Branch: "ours", Parents: []forks.Hash{b.two, b.s2}, Tree: b.up.Tree(t, b.two), Subject: "ours"})[0]
	q := b.quarantine(t)
	got, err := q.Touching(t.Context(), b.one, ours, []forks.Path{"b"}, false)
	if err != nil || !slices.Contains(got, b.s1) {
		t.Errorf("%v, error %v", got, err)
	}
}

func TestTouchingListsAMergeThatMakesAChangeOfItsOwn(t *testing.T) {
	t.Parallel()
	b := newHistoryBench(t)
	b.up.SetRef(t, "evil", b.two)
	// The file named by an id must not be taken for that merge.
	named := b.merge.String()
	evil := b.up.Build(t, repotest.Commit{Branch: "evil", Parents: []forks.Hash{b.last, b.s2}, Tree: b.up.Tree(t, b.last),
		Subject: "evil", Files: files{"b": "evil\n", named: "x"}})[0]
	q := b.quarantine(t)
	for path, want := range map[forks.Path][]forks.Hash{"b": {evil, b.s1}, forks.Path(named): {evil}, "c": {b.s2}} {
		got, err := q.Touching(t.Context(), b.one, evil, []forks.Path{path}, false)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, error %v, want %v", path, got, err, want)
		}
	}
}

func TestTouchingTakesHostileAndManyPaths(t *testing.T) {
	t.Parallel()
	odd := []string{"a\nb", "-a", "--", "\xff\xfe", "tail\r", ":!x", "[a]", "*", "sp ace", `"q"`, "#x", "^x"}
	b := newBench(t)
	base := b.up.Commit(t, "main", repotest.Ada, "base", files{"k": "k"})
	var want []forks.Hash
	for _, path := range odd {
		want = append(want, b.up.Commit(t, "main", repotest.Ada, "odd", files{path: "x\n"}))
	}
	tip := b.up.Commit(t, "main", repotest.Ada, "other", files{"other": "x\n"})
	q := b.quarantine(t)
	for i, path := range odd {
		got, err := q.Touching(t.Context(), base, tip, []forks.Path{forks.Path(path)}, false)
		if err != nil || !slices.Equal(got, want[i:i+1]) {
			t.Errorf("%q: %v, error %v, want %s", path, got, err, want[i])
		}
	}
	many := []forks.Path{"a\nb", "-a"}
	for i := range 5000 {
		many = append(many, forks.Path(fmt.Sprintf("pkgs/by-name/xx/package-%d/%s.nix", i, strings.Repeat("n", 100))))
	}
	got, err := q.Touching(t.Context(), base, tip, many, true)
	if err != nil || !slices.Equal(got, []forks.Hash{want[1], want[0]}) {
		t.Errorf("many: %v, error %v", got, err)
	}
	huge := []forks.Path{"a\nb"}
	for i := range 300 {
		huge = append(huge, forks.Path(fmt.Sprintf("%d\n%s", i, strings.Repeat("n", 4000))))
	}
	got, err = q.Touching(t.Context(), base, tip, huge, true)
	if err != nil || len(got) != len(odd)+1 {
		t.Errorf("paths that no command line holds: %d commits, error %v", len(got), err)
	}
}
