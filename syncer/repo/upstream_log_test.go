package repo_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// logged reads a log as lines: subject|body|name|mail, then the paths of the commit.
func logged(t *testing.T, q *repo.Quarantine, from, to forks.Hash, most int, paths bool) []string {
	t.Helper()
	var list []string
	r := repo.LogReader{Commit: func(c repo.Logged) error {
		list = append(list, strings.Join([]string{c.Subject, c.Body, c.Author.Name, c.Author.Email}, "|"))
		return nil
	}}
	if paths {
		r.Path = func(p forks.Path) error {
			list[len(list)-1] += fmt.Sprintf(" %q", p)
			return nil
		}
	}
	if err := q.Log(t.Context(), from, to, most, r); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestALogHasEachCommitWithItsPaths(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	base := b.up.Commit(t, "main", repotest.Grace, "base", files{"a": "0\n", "old/f": "1\n2\n3\n"})
	one := b.up.Commit(t, "main", repotest.Ada, "one\n\nbody\n\nmore", files{"a": "1\n", "d/x": "1\n"})
	b.up.Commit(t, "main", repotest.Ada, "empty", nil)
	b.up.SetRef(t, "side", base)
	side := b.up.Commit(t, "side", repotest.Alan, "side", files{"s": "1\n"})
	b.up.Merge(t, "main", repotest.Grace, "merge", side, nil)
	tip := b.up.Commit(t, "main", repotest.Grace, "moved", files{"old/f": repotest.Delete, "new/f": "1\n2\n3\n"})
	q := b.quarantine(t)
	const ada, grace, alan = "|Ada Lovelace|ada@example.org", "|Grace Hopper|grace@example.org", "|Alan Turing|alan@example.org"
	all := []string{"one|body\n\nmore\n" + ada + ` "a" "d/x"`, "empty|" + ada, "side|" + alan + ` "s"`, "moved|" + grace + ` "new/f" "old/f"`}
	for _, c := range []struct {
		name     string
		from, to forks.Hash
		most     int
		want     []string
	}{
		{"oldest first, without merges", base, tip, 9, all},
		{"the newest of too many", base, tip, 2, all[2:]},
		{"nothing", tip, tip, 9, nil},
		{"backwards", tip, base, 9, nil},
		{"all of history", forks.Hash{}, one, 9, []string{"base|" + grace + ` "a" "old/f"`, all[0]}},
	} {
		if got := logged(t, q, c.from, c.to, c.most, true); !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n%q, want\n%q", c.name, got, c.want)
		}
		var bare []string
		for _, line := range c.want {
			head, _, _ := strings.Cut(line, ` "`)
			bare = append(bare, head)
		}
		if got := logged(t, q, c.from, c.to, c.most, false); !slices.Equal(got, bare) {
			t.Errorf("%s, without paths: got\n%q, want\n%q", c.name, got, bare)
		}
	}
	if n, err := q.CountCommits(t.Context(), base, tip); n != 4 || err != nil {
		t.Errorf("%d commits, %v", n, err)
	}
	if n, err := q.CountCommits(t.Context(), tip, base); n != 0 || err != nil {
		t.Errorf("%d commits backwards, %v", n, err)
	}
}

func TestALogOfHostileTextsStaysInStep(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	base := b.up.Commit(t, "main", repotest.Ada, "base", files{"a": "0\n"})
	long := strings.Repeat("x", repo.LongestLogged+5000)
	path := long[:10000] + "/" + long[:10000]
	id := strings.Repeat("a", 40)
	b.up.Commit(t, "main", "\xff\x1b[31m\u202e <\x80@x>", "two\nlines \x1b]0;x\x07\xfe\n\n"+id+"\n\n--- a\n+++ b\n"+long, files{
		"\nbegins": "1\n", "\ncontinues": "1\n", "ends\n": "1\n", "\xff\xfe": "1\n", "--name-only": "1\n", id: "1\n", "\x1b[2J": "1\n"})
	b.up.Commit(t, "main", repotest.Ada, long, files{path: "1\n"})
	tip := b.up.Commit(t, "main", repotest.Ada, "last", files{"z": "1\n"})
	q := b.quarantine(t)
	got := logged(t, q, base, tip, 9, true)
	if len(got) != 3 {
		t.Fatalf("%d commits", len(got))
	}
	first, _, _ := strings.Cut(got[0], "|"+id)
	if first != "two lines \x1b]0;x\x07\ufffd" && first != "two lines \x1b]0;x\x07\xfe" {
		t.Errorf("subject %q", first)
	}
	if want := `|` + "\xff\x1b[31m\u202e|\x80@x" + ` "\nbegins" "\ncontinues" "\x1b[2J" "--name-only" "` + id + `" "ends\n" "\xff\xfe"`; !strings.HasSuffix(got[0], want) {
		t.Errorf("ends with %q, want %q", got[0][len(got[0])-len(want)-10:], want)
	}
	if got[1] != long[:repo.LongestLogged]+`||Ada Lovelace|ada@example.org "`+path[:repo.LongestLogged-1]+`"` {
		t.Errorf("long texts are not cut: %d bytes", len(got[1]))
	}
	if got[2] != `last||Ada Lovelace|ada@example.org "z"` {
		t.Errorf("the last one: %q", got[2])
	}
}

func TestALogEndsWithTheErrorOfItsReader(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tip := b.up.Commit(t, "main", repotest.Ada, "base", files{"a": "0\n"})
	q := b.quarantine(t)
	enough := errors.New("enough")
	if err := q.Log(t.Context(), forks.Hash{}, tip, 9, repo.LogReader{Commit: func(repo.Logged) error { return enough }}); !errors.Is(err, enough) {
		t.Errorf("error %v", err)
	}
	if err := q.Log(t.Context(), forks.Hash{}, forks.Hash{1}, 9, repo.LogReader{Commit: func(repo.Logged) error { return nil }}); err == nil {
		t.Errorf("a commit that nobody has is logged")
	}
}

func TestDatesOfCommits(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	made := time.Date(2024, 3, 1, 7, 0, 0, 0, time.UTC)
	id := b.up.Build(t, repotest.Commit{Branch: "main", Subject: "s", Date: made})[0]
	q := b.quarantine(t)
	for committer, want := range map[string]time.Time{
		"A <a@b> 1709276400 +0000":          made,
		"A <a@b> 1709276400 -1200":          made,
		"5 <x> <y@z> 1709276400 +0000":      made,
		"> 7 <7 7> 1709276400 +0000":        made,
		"A <a@b> -5 +0000":                  time.Unix(-5, 0),
		"A <a@b> soon":                      time.Unix(0, 0),
		"A <a@b>":                           time.Unix(0, 0),
		"A":                                 time.Unix(0, 0),
		"A <a@b> 9999999999999999999 +0000": time.Unix(1<<63-1, 0),
	} {
		made, err := q.Write("commit", fmt.Appendf(nil, "tree %s\nauthor A <a@b> 7 +0000\ncommitter %s\n\ncommitter A <a@b> 8 +0000\n", b.up.Tree(t, id), committer))
		if err != nil {
			t.Fatal(err)
		}
		if at, err := q.Committed(made); !at.Equal(want) || err != nil {
			t.Errorf("%q: %s, %v", committer, at, err)
		}
	}
	if _, err := q.Committed(b.up.Tree(t, id)); err == nil {
		t.Errorf("a tree has a date")
	}
	if _, err := q.Committed(forks.Hash{1}); err == nil {
		t.Errorf("a commit that nobody has has a date")
	}
	err := q.Log(t.Context(), forks.Hash{}, id, 1, repo.LogReader{Commit: func(c repo.Logged) error {
		if !c.At.Equal(made) || c.ID != id {
			t.Errorf("logged %+v", c)
		}
		return nil
	}})
	if err != nil {
		t.Error(err)
	}
}
