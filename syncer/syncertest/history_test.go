package syncertest_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
	"github.com/auxolotl/auxsync/syncer/syncertest"
)

// histories is how many histories are drawn, each with a dozen of questions of a kind.
const histories = 6

// drawHistory makes commits: any shape, several roots, merges of up to four parents, and
// dates that say little. A parent is told by its number.
func drawHistory(t *rapid.T) (commits []repotest.Commit, parents [][]int) {
	paths := []string{"a", "b", "d/a", "d/b", "d/e/f", "with space", "é\t\"q\""}
	n := rapid.IntRange(4, 24).Draw(t, "commits")
	for i := range n {
		c := repotest.Commit{Branch: fmt.Sprintf("c%d", i), Subject: fmt.Sprintf("commit %d\nstill\n\nbody", i),
			Author: rapid.SampledFrom([]string{repotest.Ada, repotest.Grace, repotest.Alan}).Draw(t, "author"),
			Date:   time.Date(2024, 1, 1, 12, rapid.IntRange(0, 2*n).Draw(t, "minute"), 0, 0, time.UTC),
			Files:  map[string]string{}}
		var of []int
		switch count := rapid.SampledFrom([]int{0, 1, 1, 1, 1, 2, 2, 2, 3, 4}).Draw(t, "parents"); {
		case i == 0 || count == 0 && rapid.Bool().Draw(t, "another root"):
		case count < 2:
			of = []int{rapid.IntRange(max(0, i-3), i-1).Draw(t, "parent")}
		default:
			of = rapid.SliceOfNDistinct(rapid.IntRange(max(0, i-8), i-1), min(2, i), min(count, i), rapid.ID).Draw(t, "of")
		}
		c.Orphan = of == nil
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			path := rapid.SampledFrom(paths).Draw(t, "path")
			c.Files[path] = rapid.SampledFrom([]string{
				numbered(path), numbered(path, "2=x;"), numbered(path, "2=x;", "9=y;"), numbered(path, "6=  x y;"), numbered(path, "6=xy;"), "no newline", "",
				repotest.Executable(numbered(path)), repotest.Symlink("a"), repotest.Delete, "\x00\x01 binary",
			}).Draw(t, "content")
		}
		commits, parents = append(commits, c), append(parents, of)
	}
	return commits, parents
}

// build makes a history on a server, whose ids do not depend on where.
func build(t *testing.T, on people, commits []repotest.Commit, parents [][]int) []forks.Hash {
	t.Helper()
	var ids []forks.Hash
	for i, c := range commits {
		for _, p := range parents[i] {
			c.Parents = append(c.Parents, ids[p])
		}
		ids = append(ids, on.Build(t, c)...)
	}
	return ids
}

// fetched opens a quarantine over all that a server has.
func fetched(t *testing.T, git syncer.Git, url, cache string) syncer.Quarantine {
	t.Helper()
	r, err := git.Remote(repo.Access{URL: url, Transports: []string{"file"}})
	var local syncer.Repository
	if err == nil {
		local, err = git.OpenCache(t.Context(), cache)
	}
	if err == nil {
		err = r.Fetch(t.Context(), local, []repo.FetchSpec{{From: "refs/*", To: "refs/auxsync/x/*"}}, nil)
	}
	var q syncer.Quarantine
	if err == nil {
		q, err = local.Quarantine(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Close() })
	return q
}

func TestHistoryIsToldAsGitTellsIt(t *testing.T) {
	t.Parallel()
	onDisk, err := repo.New(t.Context(), repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = onDisk.Close() })
	for seed := range histories {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			url := filepath.Join(dir, "up.git")
			real, git := repotest.New(t, url), syncertest.NewGit()
			memory := git.NewServer(url)
			var commits []repotest.Commit
			var parents [][]int
			rapid.Custom(func(t *rapid.T) bool {
				commits, parents = drawHistory(t)
				return true
			}).Example(seed)
			ids := build(t, memory, commits, parents)
			if there := build(t, real, commits, parents); !slices.Equal(there, ids) {
				t.Fatalf("the commits are %v on disk and %v in memory", there, ids)
			}
			a := fetched(t, syncer.OnDisk(onDisk), url, filepath.Join(dir, "cache"))
			b := fetched(t, git, url, "cache")
			for name, ask := range questions(ids, seed) {
				want, err := ask(t.Context(), a)
				if err != nil {
					t.Fatalf("%s on disk: %v", name, err)
				}
				got, err := ask(t.Context(), b)
				if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s:\nin memory %v, %v\non disk   %v", name, got, err, want)
				}
			}
		})
	}
}

type question func(context.Context, syncer.Quarantine) (any, error)

// questions asks about some of the commits; answers are compared as they are.
func questions(ids []forks.Hash, seed int) map[string]question {
	out := map[string]question{}
	pick := func(n int) forks.Hash { return ids[(n*7+seed)%len(ids)] }
	for n := range 5 {
		x, y, z := pick(n), ids[len(ids)-1-n%len(ids)%3], pick(n+3)
		at := fmt.Sprintf(" %d", n)
		out["IsAncestor"+at] = func(ctx context.Context, q syncer.Quarantine) (any, error) { return q.IsAncestor(ctx, x, y) }
		out["FirstParents"+at] = func(ctx context.Context, q syncer.Quarantine) (any, error) { return q.FirstParents(ctx, x, y) }
		out["NewCommits"+at] = func(ctx context.Context, q syncer.Quarantine) (any, error) {
			return told(q.NewCommits(ctx, y, x, forks.Hash{}, z))
		}
		out["MergeBases"+at] = func(ctx context.Context, q syncer.Quarantine) (any, error) {
			list, err := q.MergeBases(ctx, y, x, z)
			slices.SortFunc(list, func(a, b forks.Hash) int { return slices.Compare(a[:], b[:]) }) // of equal dates
			return list, err
		}
		paths := [][]forks.Path{{"a"}, {"d"}, {"d/e", "b"}, {"with space", "é\t\"q\""}, {"a/b", "d/a"}}[n]
		out["Touching"+at] = func(ctx context.Context, q syncer.Quarantine) (any, error) {
			return q.Touching(ctx, x, y, paths, false)
		}
		out["Touching, on the chain"+at] = func(ctx context.Context, q syncer.Quarantine) (any, error) {
			// From a commit of that chain: git passes over a merge whose first parent is left
			// out only because something else contains it.
			chain, err := q.FirstParents(ctx, forks.Hash{}, y)
			if err != nil {
				return nil, err
			}
			return q.Touching(ctx, append(chain, forks.Hash{})[min(n, len(chain))], y, paths, true)
		}
		out["Changes"+at] = func(ctx context.Context, q syncer.Quarantine) (any, error) {
			tree := func(id forks.Hash) forks.Hash {
				list, err := q.NewCommits(ctx, id)
				if err != nil {
					return forks.Hash{}
				}
				return list[len(list)-1].Tree
			}
			return q.Changes(ctx, [][2]forks.Hash{{tree(x), tree(y)}, {tree(y), tree(x)}, {{}, tree(z)}, {tree(z), tree(z)}})
		}
		out["measures"+at] = func(ctx context.Context, q syncer.Quarantine) (any, error) { return measure(ctx, q, x, y, paths) }
	}
	out["all of it"] = func(ctx context.Context, q syncer.Quarantine) (any, error) {
		var all []string
		for _, tip := range ids[len(ids)-min(6, len(ids)):] {
			text, err := told(q.NewCommits(ctx, tip))
			if err != nil {
				return nil, err
			}
			all = append(all, text)
		}
		return all, nil
	}
	out["PatchIDs"] = func(ctx context.Context, q syncer.Quarantine) (any, error) { return classes(ctx, q, ids) }
	return out
}

// told is a list as text.
func told(list []forks.CommitInfo, err error) (string, error) { return fmt.Sprint(list), err }

// classes groups commits by their patch-ids, each group by the place of its first.
func classes(ctx context.Context, q syncer.Quarantine, ids []forks.Hash) (any, error) {
	found, err := q.PatchIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	first := map[forks.Hash]int{}
	var out []int
	for i, id := range ids {
		patch, ok := found[id]
		if !ok {
			out = append(out, -1)
			continue
		}
		if _, met := first[patch]; !met {
			first[patch] = i
		}
		out = append(out, first[patch])
	}
	return out, nil
}

// measure asks what people are told.
func measure(ctx context.Context, q syncer.Quarantine, x, y forks.Hash, paths []forks.Path) (any, error) {
	var out []any
	at, err := q.Committed(y)
	if err != nil {
		return nil, err
	}
	n, err := q.CountCommits(ctx, x, y)
	if err != nil {
		return nil, err
	}
	changed, err := q.CountChanged(ctx, x, y)
	if err != nil {
		return nil, err
	}
	newest, err := q.NewestFirstParents(ctx, y, 3)
	if err != nil {
		return nil, err
	}
	authors, err := q.Authors(ctx, x, y, paths, 4)
	if err != nil {
		return nil, err
	}
	out = append(out, at, n, changed, newest, fmt.Sprint(authors))
	err = q.Log(ctx, x, y, 6, repo.LogReader{
		Commit: func(c repo.Logged) error { out = append(out, c); return nil },
		Path:   func(p forks.Path) error { out = append(out, p); return nil },
	})
	if err != nil {
		return nil, err
	}
	files, err := q.Tree(y)
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{"", "d", "d/e", "a"} {
		names, err := files.Names(dir)
		if err != nil {
			return nil, err
		}
		out = append(out, names)
	}
	for _, path := range []string{"a", "d", "d/a", "d/a/x"} {
		content, blob, err := files.File(path)
		if err != nil {
			return nil, err
		}
		out = append(out, content, blob)
	}
	return out, nil
}
