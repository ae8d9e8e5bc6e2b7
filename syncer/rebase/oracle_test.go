package rebase

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// These tests hold what this package does by itself against git: trees, commits
// and remembered picks.

// lab is a repository with a quarantine in front of it.
type lab struct {
	*repotest.Repo
	q *repo.Quarantine
}

func newLab(t *testing.T) *lab {
	t.Helper()
	git, err := repo.New(t.Context(), repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{Repo: repotest.New(t, filepath.Join(t.TempDir(), "lab.git"))}
	r, err := git.OpenExisting(t.Context(), l.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if l.q, err = r.Quarantine(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.q.Close(); err != nil {
			t.Error(err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func (l *lab) planner() *Planner { return NewPlanner(l.q, l.q, l.q) }

// randomHistory commits n random changes of a small tree to a branch: edits,
// additions, deletions, moves with and without edits, reverts and merged topics.
func (l *lab) randomHistory(t *testing.T, rng *rand.Rand, branch string, n int) []forks.Hash {
	t.Helper()
	var out []forks.Hash
	for i := range n {
		if len(out) > 2 && rng.IntN(8) == 0 { // back to an earlier tree: a revert
			old := out[rng.IntN(len(out))]
			out = append(out, l.Build(t, repotest.Commit{Branch: branch, Subject: fmt.Sprintf("revert %d", i),
				Parents: []forks.Hash{out[len(out)-1]}, Tree: l.Tree(t, old)})[0])
			continue
		}
		out = append(out, l.Commit(t, branch, repotest.Ada, fmt.Sprintf("change %d", i), l.randomEdit(t, rng, branch)))
	}
	return out
}

func (l *lab) files(t *testing.T, rev string) []string {
	t.Helper()
	return strings.Fields(l.Git(t, "ls-tree", "-r", "--name-only", rev))
}

// randomEdit is one commit's change of a branch.
func (l *lab) randomEdit(t *testing.T, rng *rand.Rand, branch string) map[string]string {
	t.Helper()
	files := l.files(t, branch)
	path := files[rng.IntN(len(files))]
	text, _ := l.File(t, branch, path)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	at := rng.IntN(len(lines))
	switch rng.IntN(10) {
	case 0:
		return map[string]string{fmt.Sprintf("d%d/new%d", rng.IntN(3), rng.IntN(100)): body(rng)}
	case 1:
		if len(files) > 4 {
			return map[string]string{path: repotest.Delete}
		}
	case 2:
		return map[string]string{path: repotest.Delete, fmt.Sprintf("d%d/moved%d", rng.IntN(3), rng.IntN(100)): text}
	case 3:
		lines[at] = fmt.Sprintf("moved and edited %d", rng.IntN(9))
		return map[string]string{path: repotest.Delete, fmt.Sprintf("d%d/moved%d", rng.IntN(3), rng.IntN(100)): strings.Join(lines, "\n") + "\n"}
	case 4:
		lines = slices.Insert(lines, at, fmt.Sprintf("inserted %d", rng.IntN(9)))
	case 5:
		if len(lines) > 4 {
			lines = slices.Delete(lines, at, at+1)
		}
	default:
		lines[at] = fmt.Sprintf("edited %d", rng.IntN(9))
	}
	return map[string]string{path: strings.Join(lines, "\n") + "\n"}
}

func body(rng *rand.Rand) string {
	var b strings.Builder
	for n := range 8 + rng.IntN(6) {
		fmt.Fprintf(&b, "line %d of %d\n", n, rng.IntN(1000))
	}
	return b.String()
}

// start makes the first commit of a lab.
func (l *lab) start(t *testing.T, rng *rand.Rand) forks.Hash {
	t.Helper()
	files := map[string]string{}
	for i := range 8 {
		files[fmt.Sprintf("d%d/f%d", i%3, i)] = body(rng)
	}
	return l.Commit(t, "main", repotest.Ada, "start", files)
}

// twoHistories makes an upstream of n commits on a first one, which it lists too,
// and a fork of m commits on that first one.
func (l *lab) twoHistories(t *testing.T, rng *rand.Rand, n, m int) (upstream, patches []forks.Hash) {
	t.Helper()
	base := l.start(t, rng)
	upstream = append([]forks.Hash{base}, l.randomHistory(t, rng, "main", n)...)
	l.SetRef(t, "fork", base)
	return upstream, l.randomHistory(t, rng, "fork", m)
}

func TestRememberedPicksAreGitsOwn(t *testing.T) {
	t.Parallel()
	remembered := 0
	for seed := range uint64(2) {
		rng := rand.New(rand.NewPCG(seed, 1))
		l := newLab(t)
		upstream, patches := l.twoHistories(t, rng, 25, 6)
		p := l.planner()
		for _, patch := range patches {
			c, err := p.change(patch)
			if err != nil {
				t.Fatal(err)
			}
			for _, onto := range upstream {
				tree := l.Tree(t, onto)
				asked := p.picks
				got, err := p.pick(t.Context(), c, tree)
				if err != nil {
					t.Fatal(err)
				}
				want, err := l.q.Merge(t.Context(), c.from, tree, c.to)
				if err != nil {
					t.Fatal(err)
				}
				if p.picks == asked && c.from != tree && !c.empty() {
					remembered++
				}
				if got.Clean() != want.Clean() || want.Clean() && got.Tree != want.Tree {
					t.Errorf("seed %d, patch %s onto %s: clean %v tree %s, git: clean %v tree %s",
						seed, patch.Short(), onto.Short(), got.Clean(), got.Tree, want.Clean(), want.Tree)
				}
			}
		}
	}
	if remembered < 100 {
		t.Errorf("only %d picks were remembered: the test shows nothing", remembered)
	}
}

// TestWhatNeedsNoMergingIsDecidedByItsTreesAlone: nobody repeats it, so that neither an
// engine nor what is remembered of another pick may have a say in it.
func TestWhatNeedsNoMergingIsDecidedByItsTreesAlone(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	tree := func(content string) forks.Hash {
		id, err := l.planner().treeOf(l.Commit(t, "b"+content, repotest.Ada, content, map[string]string{"a": content}))
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	one, two := tree("1"), tree("2")
	p := NewPlanner(l.q, nil, l.q) // no engine
	for name, c := range map[string]struct{ from, onto, to, want forks.Hash }{
		"upstream did nothing": {one, one, two, two},
		"the patch is empty":   {one, two, one, two},
		"both did the same":    {one, two, two, two},
	} {
		if r, err := p.pick(t.Context(), change{c.from, c.to}, c.onto); err != nil || !r.Clean() || r.Tree != c.want {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

func TestDiffLookupAndReplaceAgreeWithGit(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		rng := rand.New(rand.NewPCG(seed, 3))
		l := newLab(t)
		l.start(t, rng)
		l.Commit(t, "main", repotest.Ada, "modes", map[string]string{
			"run": repotest.Executable("#!/bin/sh\n"), "link": repotest.Symlink("run"), "a/b/c/deep": "x\n", "a.b": "sorts before a/\n", "a0": "after\n"})
		ids := l.randomHistory(t, rng, "main", 12)
		ids = append(ids, l.Commit(t, "main", repotest.Ada, "file for directory", map[string]string{"a": repotest.Delete, "d0": repotest.Delete}))
		ids = append(ids, l.Commit(t, "main", repotest.Ada, "file for directory", map[string]string{"a": "now a file\n", "d0/x/y": "back\n"}))
		p := l.planner()
		for i, a := range ids {
			b := ids[rng.IntN(len(ids))]
			from, to := l.Tree(t, a), l.Tree(t, b)
			files, err := p.diff(from, to)
			if err != nil {
				t.Fatal(err)
			}
			want := map[forks.Path]leaf{}
			for _, f := range files {
				want[f.path] = f.to
				if at, err := p.lookup(to, f.path); err != nil || at != f.to && at.mode != forks.ModeDir {
					t.Errorf("lookup %s: %v, %v; the diff has %v", f.path, at, err, f.to)
				}
			}
			if got, shown := render(files), gitDiff(t, l, from, to); got != shown {
				t.Errorf("seed %d, %d: diff\n%sgit\n%s", seed, i, got, shown)
			}
			tree, err := p.replace(from, want)
			if err != nil {
				t.Fatal(err)
			}
			if tree != to {
				t.Errorf("seed %d, %d: replacing what differs gives %s, want %s", seed, i, tree, to)
			}
		}
	}
}

func render(files []fileChange) string {
	var out []string
	for _, f := range files {
		out = append(out, fmt.Sprintf("%06o %06o %s %s %s\n", f.from.mode, f.to.mode, f.from.id, f.to.id, f.path))
	}
	slices.Sort(out)
	return strings.Join(out, "")
}

func gitDiff(t *testing.T, l *lab, from, to forks.Hash) string {
	t.Helper()
	var out []string
	for line := range strings.Lines(l.Git(t, "diff-tree", "-r", "--no-renames", from.String(), to.String())) {
		meta, path, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		f := strings.Fields(strings.TrimPrefix(meta, ":"))
		out = append(out, fmt.Sprintf("%s %s %s %s %s\n", f[0], f[1], f[2], f[3], path))
	}
	slices.Sort(out)
	return strings.Join(out, "")
}

func TestRewrittenCommitKeepsEveryOtherByte(t *testing.T) {
	t.Parallel()
	tree, parent := forks.Hash{1}, forks.Hash{2}
	const id = "0123456789012345678901234567890123456789"
	head := "tree " + id + "\nparent " + id + "\nparent " + id + "\n"
	start := fmt.Sprintf("tree %s\nparent %s\n", tree, parent)
	author, old, now := "author A U <a@b> 1 +0100\n", "committer C <c@d> 2 -0330\n", "committer me <m@e> 3 +0000\n"
	for _, c := range []struct{ name, raw, want string }{
		{"plain", head + author + old + "\nsubject\n\nbody\n", start + author + now + "\nsubject\n\nbody\n"},
		{"signature goes", head + author + old + "gpgsig -----BEGIN\n line\n \n -----END\n\nm\n", start + author + now + "\nm\n"},
		{"both signatures go", head + author + old + "gpgsig x\n y\ngpgsig-sha256 z\n w\nencoding latin1\n\nm\xe9\n", start + author + now + "encoding latin1\n\nm\xe9\n"},
		{"mergetag and unknown headers stay", head + author + old + "mergetag object x\n type commit\n tag v1\nx-own a\n b\n\nm", start + author + now + "mergetag object x\n type commit\n tag v1\nx-own a\n b\n\nm"},
		{"message with blank lines at its start", head + author + old + "\n\n\nm\n", start + author + now + "\n\n\nm\n"},
		{"empty message", head + author + old + "\n", start + author + now + "\n"},
		{"no author name", head + "author  <> 0 +0000\n" + old + "\nm\n", start + "author  <> 0 +0000\n" + now + "\nm\n"},
	} {
		got := rewriteCommit([]byte(c.raw), tree, []forks.Hash{parent}, "me <m@e> 3 +0000")
		if string(got) != c.want {
			t.Errorf("%s:\n%q\nwant\n%q", c.name, got, c.want)
		}
	}
}

func FuzzRewriteCommit(f *testing.F) {
	f.Add([]byte("tree 0123456789012345678901234567890123456789\nauthor A <a@b> 1 +0000\ncommitter C <c@d> 2 +0000\ngpgsig a\n b\n\nm\n"))
	f.Add([]byte("tree \n\n"))
	f.Add([]byte("\n\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		out := rewriteCommit(raw, forks.Hash{1}, []forks.Hash{{2}}, "me <m@e> 3 +0000")
		again := rewriteCommit(out, forks.Hash{1}, []forks.Hash{{2}}, "me <m@e> 3 +0000")
		if !bytes.Equal(out, again) {
			t.Errorf("rewriting twice differs:\n%q\n%q", out, again)
		}
		_, before, _ := bytes.Cut(raw, []byte("\n\n"))
		_, after, _ := bytes.Cut(out, []byte("\n\n"))
		if !bytes.Equal(before, after) {
			t.Errorf("the message changed: %q, was %q", after, before)
		}
	})
}
