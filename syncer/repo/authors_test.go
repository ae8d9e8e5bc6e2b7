package repo_test

import (
	"slices"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestAuthorsOfPaths(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	base := b.up.Commit(t, "main", repotest.Grace, "base", files{"a": "0\n", "d/x": "0\n"})
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	b.up.Commit(t, "main", repotest.Grace, "elsewhere", files{"b": "1\n"})
	tip := b.up.Commit(t, "main", repotest.Ada, "two", files{"d/x": "2\n", "a": "2\n"})
	last := b.up.Commit(t, "main", repotest.Grace, "three", files{"a": "3\n"})
	b.fetch(t)
	q := b.quarantine(t)
	ada, grace := forks.Person{Name: "Ada Lovelace", Email: "ada@example.org"}, forks.Person{Name: "Grace Hopper", Email: "grace@example.org"}
	for _, c := range []struct {
		name     string
		from, to forks.Hash
		paths    []forks.Path
		most     int
		want     []repo.Authored
	}{
		{"the newest first, each change counted", base, last, []forks.Path{"a", "d"}, 9, []repo.Authored{{Person: grace, Changes: 1}, {Person: ada, Changes: 2}}},
		{"a folder", base, tip, []forks.Path{"d"}, 9, []repo.Authored{{Person: ada, Changes: 1}}},
		{"the newest alone", base, last, []forks.Path{"a"}, 1, []repo.Authored{{Person: grace, Changes: 1}}},
		{"all of history", forks.Hash{}, one, []forks.Path{"a"}, 9, []repo.Authored{{Person: ada, Changes: 1}, {Person: grace, Changes: 1}}},
		{"nothing changed them", base, last, []forks.Path{"nowhere"}, 9, nil},
		{"no paths", base, last, nil, 9, nil},
	} {
		got, err := q.Authors(t.Context(), c.from, c.to, c.paths, c.most)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, %v, want %v", c.name, got, err, c.want)
		}
	}
	if n, err := q.CountChanged(t.Context(), base, last); n != 3 || err != nil {
		t.Errorf("%d files differ, %v", n, err)
	}
}

func TestAChangeThatWasRebasedHasOneAuthor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	base := b.up.Commit(t, "main", repotest.Grace, "base", files{"a": "0\n"})
	same := func(branch string) repotest.Commit {
		return repotest.Commit{Branch: branch, Parents: []forks.Hash{base}, Subject: "a: change", Files: files{"a": "1\n"}}
	}
	made := b.up.Build(t, same("one"), same("two"))
	b.up.SetRef(t, "main", made[0])
	tip := b.up.Merge(t, "main", repotest.Ada, "both", made[1], nil)
	b.fetch(t)
	got, err := b.quarantine(t).Authors(t.Context(), base, tip, []forks.Path{"a"}, 9)
	if err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}
