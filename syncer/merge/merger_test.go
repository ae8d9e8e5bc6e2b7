package merge_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/rebase"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

type files = map[string]string

const ten = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"

// pickCase gives the trees of a pick. What comes of it is git's to say.
type pickCase struct {
	name               string
	base, ours, theirs files
}

func pickCases() []pickCase {
	sub := func(digit string) string {
		id, err := forks.ParseHash(strings.Repeat(digit, 40))
		if err != nil {
			panic(err)
		}
		return repotest.Submodule(id)
	}
	decoy := "<<<<<<< HEAD\nnot ours\n>>>>>>> 0123456789012345678901234567890123456789\n"
	return []pickCase{
		{"clean", files{"a": ten, "k": "k"}, files{"a": "0\n" + ten, "k": "k"}, files{"a": ten + "11\n", "b": "b", "k": "k"}},
		{"content", files{"a": "1\n", "k": "k"}, files{"a": "2\n", "k": "k"}, files{"a": "3\n", "k": "k"}},
		{"content beside a decoy, in CRLF, executable", files{"a": decoy + "1\n", "crlf": "1\r\n", "x": repotest.Executable("1\n")},
			files{"a": decoy + "2\n", "crlf": "2\r\n", "x": repotest.Executable("2\n")}, files{"a": decoy + "3\n", "crlf": "3\r\n", "x": repotest.Executable("3\n")}},
		{"deleted upstream", files{"a": "1\n", "k": "k"}, files{"k": "k"}, files{"a": "3\n", "k": "k"}},
		{"deleted by the patch", files{"a": "1\n", "k": "k"}, files{"a": "2\n", "k": "k"}, files{"k": "k"}},
		{"both add", files{"k": "k"}, files{"a": "2\n", "k": "k"}, files{"a": "3\n", "k": "k"}},
		{"both add, with another mode", files{"k": "k"}, files{"a": repotest.Executable("2\n"), "k": "k"}, files{"a": "2\n", "k": "k"}},
		{"rename/delete", files{"a": ten, "k": "k"}, files{"k": "k"}, files{"b": ten, "k": "k"}},
		{"rename/rename to two places", files{"a": ten}, files{"b": ten}, files{"c": ten}},
		{"rename/rename to one place", files{"a": ten, "b": "b" + ten}, files{"c": ten, "b": "b" + ten}, files{"a": ten, "c": "b" + ten}},
		{"rename/add", files{"a": ten}, files{"b": ten}, files{"a": ten, "b": "other\n"}},
		{"moved, and changed on both sides", files{"a": ten}, files{"p/b": ten + "11\n"}, files{"a": ten + "12\n"}},
		{"a new file in a directory that moved", files{"d/a": ten, "d/b": "b" + ten}, files{"e/a": ten, "e/b": "b" + ten}, files{"d/a": ten, "d/b": "b" + ten, "d/new": "new\n"}},
		{"a new file in a directory that was split", files{"d/a": ten, "d/b": "b" + ten}, files{"e/a": ten, "f/b": "b" + ten}, files{"d/a": ten, "d/b": "b" + ten, "d/new": "new\n"}},
		{"a file where upstream has a directory", files{"k": "k"}, files{"k": "k", "p/d/x": "x\n"}, files{"k": "k", "p/d": "file\n"}},
		{"a name that is taken", files{"k": "k"}, files{"k": "k", "d/x": "x\n", "d~patch": "mine\n"}, files{"k": "k", "d": "file\n"}},
		{"a link where upstream has a file", files{"a": "1\n"}, files{"a": "file\n"}, files{"a": repotest.Symlink("target")}},
		{"links to two places", files{"a": repotest.Symlink("1")}, files{"a": repotest.Symlink("2")}, files{"a": repotest.Symlink("3")}},
		{"binary", files{"a": "1\x00\n"}, files{"a": "2\x00\n"}, files{"a": "3\x00\n"}},
		{"a submodule at two commits", files{"a": sub("1")}, files{"a": sub("2")}, files{"a": sub("3")}},
		{"paths that are hostile", files{"a\nb": "1\n", "-\xff\x1b": "1\n"}, files{"a\nb": "2\n", "-\xff\x1b": "2\n"}, files{"a\nb": "3\n", "-\xff\x1b": "3\n"}},
		{"a collision that git 2.39 calls clean", files{"e/a": ten}, files{"a": ten + "11\n"}, files{"a": "", "e/a": "other\n"}},
		{"two files", files{"b": "1\n", "a": "1\n"}, files{"b": "2\n", "a": "2\n"}, files{"b": "3\n", "a": "3\n"}},
	}
}

// mergers are the two that a plan can have, over one repository with all the cases.
type mergers struct {
	up       *repotest.Repo
	q        *repo.Quarantine
	own, git rebase.Merger
	trees    map[string][3]forks.Hash
}

func newMergers(t *testing.T, cases []pickCase, histories ...repotest.Commit) *mergers {
	t.Helper()
	m := &mergers{up: repotest.New(t, filepath.Join(t.TempDir(), "up.git")), trees: map[string][3]forks.Hash{}}
	commits := histories
	for i, c := range cases {
		for side, f := range []files{c.base, c.ours, c.theirs} {
			commits = append(commits, repotest.Commit{Branch: fmt.Sprintf("case-%d-%d", i, side), Orphan: true, Subject: c.name, Files: f})
		}
	}
	ids := m.up.Build(t, commits...)[len(histories):]
	m.open(t)
	for i, c := range cases {
		var trees [3]forks.Hash
		for side := range trees {
			trees[side] = m.treeOf(t, ids[3*i+side])
		}
		m.trees[c.name] = trees
	}
	return m
}

// open fetches all that was built, for both mergers.
func (m *mergers) open(t *testing.T) {
	t.Helper()
	git, err := repo.New(t.Context(), repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cache, err := git.OpenCache(t.Context(), filepath.Join(t.TempDir(), "cache"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cache.Close() })
	remote, err := git.Remote(repo.Access{URL: m.up.Dir, Transports: []string{"file"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Fetch(t.Context(), cache, []repo.FetchSpec{{From: "refs/heads/*", To: "refs/auxsync/up/*"}}, nil); err != nil {
		t.Fatal(err)
	}
	if m.q, err = cache.Quarantine(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.q.Close() })
	m.git, m.own = m.q, merge.NewMerger(repo.Inputs{Quarantine: m.q}, m.q)
}

func (m *mergers) treeOf(t *testing.T, commit forks.Hash) forks.Hash {
	t.Helper()
	_, data, err := m.q.Object(commit)
	if err != nil {
		t.Fatal(err)
	}
	id, err := forks.ParseHash(string(data[len("tree ") : len("tree ")+40]))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// agree fails if the two mergers give other values. The tree of a conflict counts only
// where people are shown it.
func agree(t *testing.T, what string, shown bool, own, git forks.MergeResult, ownErr, gitErr error) {
	t.Helper()
	if ownErr != nil || gitErr != nil {
		t.Errorf("%s: own %v, git %v", what, ownErr, gitErr)
		return
	}
	if !shown && !own.Clean() && !git.Clean() {
		own.Tree, git.Tree = forks.Hash{}, forks.Hash{}
	}
	if !reflect.DeepEqual(own, git) {
		t.Errorf("%s:\nown %s\ngit %s", what, toldBy(own), toldBy(git))
	}
}

func toldBy(r forks.MergeResult) string {
	s := r.Tree.String()
	for _, f := range r.Files {
		s += fmt.Sprintf("\n  %q %s %v %q", f.Path, f.Kind, f.Stages, f.Message)
	}
	return s
}

func TestBothMergersGiveTheSameValuesForEachKindOfConflict(t *testing.T) {
	t.Parallel()
	cases := pickCases()
	m := newMergers(t, cases)
	labels := forks.Labels{Base: "before  the patch", Ours: "upstream 1a2b (evil\x1b[31m\n)", Theirs: strings.Repeat("ä", 300)}
	kinds := map[forks.ConflictKind]bool{}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tr, ctx := m.trees[c.name], t.Context()
			own, ownErr := m.own.Merge(ctx, tr[0], tr[1], tr[2])
			git, gitErr := m.git.Merge(ctx, tr[0], tr[1], tr[2])
			agree(t, "Merge", false, own, git, ownErr, gitErr)
			for _, f := range git.Files {
				kinds[f.Kind] = true
			}
			own, ownErr = m.own.MergeLabelled(ctx, tr[0], tr[1], tr[2], labels)
			git, gitErr = m.git.MergeLabelled(ctx, tr[0], tr[1], tr[2], labels)
			agree(t, "MergeLabelled", true, own, git, ownErr, gitErr)
			own, ownErr = m.own.MergeLabelled(ctx, tr[0], tr[1], tr[2], forks.Labels{})
			git, gitErr = m.git.MergeLabelled(ctx, tr[0], tr[1], tr[2], forks.Labels{})
			agree(t, "without labels", true, own, git, ownErr, gitErr)
		})
	}
	for _, kind := range []forks.ConflictKind{forks.Content, forks.ModifyDelete, forks.AddAdd, forks.RenameDelete, forks.RenameRename, forks.RenameAdd,
		forks.DirRename, forks.FileDirectory, forks.DistinctTypes, forks.Binary, forks.Submodule, forks.ModeChange} {
		if !kinds[kind] {
			t.Errorf("no case is of kind %s", kind)
		}
	}
}

func TestWhatNeedsNoMergingIsTheSameForBothMergers(t *testing.T) {
	t.Parallel()
	m := newMergers(t, pickCases()[:1])
	tr, zero := m.trees["clean"], forks.Hash{}
	for _, in := range [][3]forks.Hash{
		{tr[0], tr[0], tr[1]}, {tr[0], tr[1], tr[0]}, {tr[0], tr[1], tr[1]}, {zero, zero, tr[1]}, {tr[0], zero, tr[0]}, {zero, tr[0], zero}, {tr[0], tr[0], zero}, {zero, tr[0], tr[1]},
	} {
		own, ownErr := m.own.Merge(t.Context(), in[0], in[1], in[2])
		git, gitErr := m.git.Merge(t.Context(), in[0], in[1], in[2])
		agree(t, fmt.Sprint(in), false, own, git, ownErr, gitErr)
	}
}

func TestBothMergersMergeCommitsOverTheirOwnBases(t *testing.T) {
	t.Parallel()
	m := newMergers(t, nil, repotest.Commit{Branch: "main", Subject: "one", Files: files{"a": ten, "d": "d\n"}})
	one := m.up.Tip(t, "main")
	build := func(branch string, f files, parents ...forks.Hash) forks.Hash {
		return m.up.Build(t, repotest.Commit{Branch: branch, Parents: parents, Orphan: len(parents) == 0, Subject: branch, Files: f})[0]
	}
	main := build("main", files{"a": "0\n" + ten}, one)
	side := build("side", files{"a": ten + "11\n"}, one)
	clash := build("clash", files{"a": "00\n" + ten, "d": repotest.Delete, "d/x": "x\n"}, one)
	odd := build("odd", files{"z": "z"})
	cross := func(branch string, a, b forks.Hash, text string) forks.Hash {
		return build(branch, files{"a": text}, a, b)
	}
	left, right := cross("left", main, side, "0\n"+ten+"11\n12\n"), cross("right", side, main, "-1\n0\n"+ten+"11\n")
	m.open(t)
	for _, c := range []struct {
		name string
		a, b forks.Hash
	}{
		{"clean", main, side}, {"a conflict", main, clash}, {"an ancestor", main, one}, {"itself", main, main}, {"two bases", left, right}, {"two bases, the other way", right, left},
	} {
		own, ownErr := m.own.MergeCommits(t.Context(), c.a, c.b)
		git, gitErr := m.git.MergeCommits(t.Context(), c.a, c.b)
		agree(t, c.name, false, own, git, ownErr, gitErr)
	}
	for name, merger := range map[string]rebase.Merger{"own": m.own, "git": m.git} {
		if _, err := merger.MergeCommits(t.Context(), main, odd); !errors.Is(err, forks.ErrUnrelated) {
			t.Errorf("%s, unrelated histories: %v", name, err)
		}
	}
}

func TestAMissingObjectIsDamageAndNeverAConflict(t *testing.T) {
	t.Parallel()
	m := newMergers(t, pickCases()[:2])
	tr := m.trees["content"]
	var nobody forks.Hash
	for i := range nobody {
		nobody[i] = 0x11
	}
	broken, err := m.q.Write("tree", append([]byte("100644 a\x00"), nobody[:]...))
	if err != nil {
		t.Fatal(err)
	}
	for _, theirs := range []forks.Hash{broken, nobody} {
		r, err := m.own.Merge(context.Background(), tr[0], tr[1], theirs)
		if !errors.As(err, new(*repo.DamagedError)) || !strings.Contains(err.Error(), theirs.String()) || len(r.Files) > 0 {
			t.Errorf("got %v, error %v", r, err)
		}
	}
}
