package repo_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// onDisk lists what the quarantines of a repository have in their folders.
func onDisk(t *testing.T, r *repo.Repository) (packs, loose int) {
	t.Helper()
	for path := range listing(t, r.Dir()) {
		switch {
		case !strings.HasPrefix(path, "quarantine-"):
		case strings.HasSuffix(path, ".pack"):
			packs++
		case !strings.HasSuffix(path, ".idx"):
			loose++
		}
	}
	return packs, loose
}

func TestNothingIsOnDiskUntilAChildIsToSeeIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ commits, packs, loose int }{{3, 0, 9}, {40, 1, 0}} {
		b := newBench(t)
		one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
		q := b.quarantine(t)
		tip := one
		for i := range c.commits {
			tip = commitOn(t, q, tip, "a", fmt.Sprint("content ", i))
		}
		if _, _, err := q.Object(tip); err != nil {
			t.Fatal(err)
		}
		if packs, loose := onDisk(t, b.cache); packs != 0 || loose != 0 {
			t.Errorf("%d packs and %d files before a child ran", packs, loose)
		}
		for range 2 { // what was spilled is not spilled again
			list, err := q.NewCommits(t.Context(), tip, one)
			if err != nil || len(list) != c.commits || list[len(list)-1].ID != tip {
				t.Fatalf("git sees %d commits, error %v", len(list), err)
			}
			if packs, loose := onDisk(t, b.cache); packs != c.packs || loose != c.loose {
				t.Errorf("%d packs and %d files, want %d and %d", packs, loose, c.packs, c.loose)
			}
		}
	}
}

func TestNewObjectsTakeNoMoreMemoryThanThereIsRoomFor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	q := quarantine(t, b.cache)
	const size, count = 1 << 20, 140
	content := func(i int) []byte { return bytes.Repeat(fmt.Appendf(nil, "%015d\n", i), size/16) }
	var ids []forks.Hash
	for i := range count {
		ids = append(ids, write(t, q, "blob", string(content(i))))
		if packs, _ := onDisk(t, b.cache); i < 64 && packs != 0 {
			t.Fatalf("%d objects were spilled already", i+1)
		}
	}
	if packs, _ := onDisk(t, b.cache); packs != 2 {
		t.Errorf("%d packs of 140 MiB, want 2", packs)
	}
	for i, id := range ids {
		if kind, data, err := q.Object(id); err != nil || kind != "blob" || !bytes.Equal(data, content(i)) {
			t.Fatalf("object %d is a %s of %d bytes, error %v", i, kind, len(data), err)
		}
	}
	if held := repo.Held(q); held > 64<<20 {
		t.Errorf("%d bytes are held", held)
	}
}

func TestWhatIsWrittenIsCopied(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	q := quarantine(t, b.cache)
	data := []byte("one")
	id, err := q.Write("blob", data)
	if err != nil {
		t.Fatal(err)
	}
	copy(data, "two")
	if _, got, err := q.Object(id); err != nil || string(got) != "one" {
		t.Errorf("%q, error %v", got, err)
	}
}

func TestAClosedQuarantineHasNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	q := b.quarantine(t)
	id := write(t, q, "blob", "x")
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	for _, id := range []forks.Hash{id, one} {
		if _, _, err := q.Object(id); err == nil || errors.Is(err, repo.ErrMissing) || errors.As(err, new(*repo.DamagedError)) {
			t.Errorf("read: %v", err)
		}
	}
	if _, err := q.Write("blob", []byte("y")); err == nil {
		t.Error("it was written to")
	}
}

func TestWritersReadersAndChildrenShareAQuarantine(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	q := b.quarantine(t)
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			tip := one
			for j := range 60 {
				blob, err := q.Write("blob", fmt.Append(nil, i, j))
				if err != nil {
					t.Error(err)
				}
				tree, err := q.Write("tree", append([]byte("100644 a\x00"), blob[:]...))
				if err != nil {
					t.Error(err)
				}
				tip, err = q.Write("commit", fmt.Appendf(nil, "tree %s\nparent %s\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\n%d\n", tree, tip, j))
				if err != nil {
					t.Error(err)
				}
				if _, _, err := q.Object(tree); err != nil {
					t.Error(err)
				}
				if j%20 == 0 {
					if list, err := q.NewCommits(t.Context(), tip, one); err != nil || len(list) != j+1 {
						t.Errorf("%d commits, error %v", len(list), err)
					}
				}
			}
			if err := q.Pack(t.Context(), []forks.Hash{tip}, []forks.Hash{one}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	asGit(t, b.cache.Dir(), "", "fsck", "--full")
}

func TestMergeBases(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	root := b.up.Commit(t, "main", repotest.Ada, "root", files{"a": "1\n"})
	q := b.quarantine(t)
	left, right := commitOn(t, q, root, "l", "1\n"), commitOn(t, q, root, "r", "1\n")
	tree := writeFiles(t, q, files{"x": "1\n"})
	crossLeft, crossRight := writeCommit(t, q, tree, "a", left, right), writeCommit(t, q, tree, "b", right, left)
	alone := writeCommit(t, q, tree, "alone")
	for _, c := range []struct {
		name   string
		one    forks.Hash
		others []forks.Hash
		want   []forks.Hash
	}{
		{"siblings", left, []forks.Hash{right}, []forks.Hash{root}},
		{"an ancestor", left, []forks.Hash{root}, []forks.Hash{root}},
		{"itself", left, []forks.Hash{left}, []forks.Hash{left}},
		{"what others contain together", crossLeft, []forks.Hash{root, right}, []forks.Hash{right}},
		{"no relation", left, []forks.Hash{alone}, nil},
		{"no others", left, nil, nil},
	} {
		got, err := q.MergeBases(t.Context(), c.one, c.others...)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v, error %v", c.name, got, c.want, err)
		}
	}
	got, err := q.MergeBases(t.Context(), crossLeft, crossRight)
	want := strings.Fields(asGit(t, b.cache.Dir(), "", "rev-parse", left.String(), right.String()))
	var hex []string
	for _, id := range got {
		hex = append(hex, id.String())
	}
	slices.Sort(hex)
	slices.Sort(want)
	if err != nil || !slices.Equal(hex, want) {
		t.Errorf("crossed: %v, want %v, error %v", hex, want, err)
	}
	for _, ids := range [][2]forks.Hash{{{1}, left}, {left, {1}}} {
		if got, err := q.MergeBases(t.Context(), ids[0], ids[1]); err == nil {
			t.Errorf("a missing commit: %v", got)
		}
	}
}
