package repo_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestWhatIsWrittenIsReadByUsAndByGit(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	q := quarantine(t, b.cache)
	rapid.Check(t, func(rt *rapid.T) {
		want := rapid.SliceOf(rapid.Byte()).Draw(rt, "content")
		id, err := q.Write("blob", want)
		if err != nil {
			rt.Fatal(err)
		}
		kind, got, err := q.Object(id)
		if err != nil || kind != "blob" || string(got) != string(want) {
			rt.Fatalf("%s %q, error %v", kind, got, err)
		}
	})
	blob, err := q.Write("blob", []byte("hello\n"))
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "id", blob.String(), "ce013625030ba8dba906f756967f9e9ca394464a")
	tree, err := q.Write("tree", append([]byte("100644 a\x00"), blob[:]...))
	if err != nil {
		t.Fatal(err)
	}
	digests, err := q.Changes(t.Context(), [][2]forks.Hash{{{}, tree}})
	if err != nil || digests[0] == "" {
		t.Errorf("git does not see it: %q, %v", digests, err)
	}
	if _, err := q.Write("blub", nil); err == nil {
		t.Error("a kind that does not exist was written")
	}
}

func TestTheReaderSeesPacksThatComeLater(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	q := b.quarantine(t)
	if kind, _, err := q.Object(one); err != nil || kind != "commit" {
		t.Fatalf("%s, error %v", kind, err)
	}
	two := b.up.Commit(t, "main", repotest.Ada, "two", files{"a": "2\n"})
	if _, _, err := q.Object(two); !errors.Is(err, repo.ErrMissing) {
		t.Fatalf("not fetched yet: %v", err)
	}
	b.fetch(t)
	if kind, _, err := q.Object(two); err != nil || kind != "commit" {
		t.Errorf("%s, error %v", kind, err)
	}
}

func TestAMissingObjectIsNamed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	q := b.quarantine(t)
	_, _, err := q.Object(forks.Hash{0xab})
	var missing *repo.MissingObjectError
	if !errors.As(err, &missing) || missing.ID != (forks.Hash{0xab}) || !errors.Is(err, repo.ErrMissing) {
		t.Errorf("%v", err)
	}
}

func TestADamagedObjectIsADamagedRepository(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(t *testing.T, pack string){
		"a pack with other bytes": func(t *testing.T, pack string) {
			data, err := os.ReadFile(pack)
			if err != nil {
				t.Fatal(err)
			}
			for i := 12; i < len(data)-20; i++ {
				data[i] ^= 0x5a
			}
			overwrite(t, pack, data)
		},
		"an index that is cut off": func(t *testing.T, pack string) {
			overwrite(t, strings.TrimSuffix(pack, ".pack")+".idx", []byte("\xfftOc\x00\x00\x00\x02short"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
			tree := b.up.Tree(t, one)
			q := b.quarantine(t)
			packs, err := filepath.Glob(filepath.Join(b.cache.Dir(), "objects", "pack", "*.pack"))
			if err != nil || len(packs) != 1 {
				t.Fatalf("packs %q, error %v", packs, err)
			}
			damage(t, packs[0])
			_, _, err = q.Object(one)
			var damaged *repo.DamagedError
			if !errors.As(err, &damaged) || damaged.Dir != b.cache.Dir() {
				t.Errorf("reader: %v", err)
			}
			wantKind(t, err, forks.Retry)
			_, err = q.Changes(t.Context(), [][2]forks.Hash{{{}, tree}})
			if !errors.As(err, &damaged) {
				t.Errorf("git: %v", err)
			}
		})
	}
}

func overwrite(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestReadsAreCounted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	base, ours, theirs := b.tree(t, "base", files{"a": "1\n"}), b.tree(t, "ours", files{"a": "2\n"}), b.tree(t, "theirs", files{"b": "3\n", "a": "1\n"})
	tip := b.up.Tip(t, "base")
	q := b.quarantine(t)
	if _, err := q.NewCommits(t.Context(), tip); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "reads after looking at history", q.Reads(), 0)
	if _, _, err := q.Object(base); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "reads after one object", q.Reads(), 1)
	if _, err := q.Merge(t.Context(), base, ours, theirs); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "reads after a merge", q.Reads(), 4)
}

func TestAQuarantineIsSharedByManyReadersAndWriters(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tree := b.tree(t, "main", files{"a": "1\n"})
	tip := b.up.Tip(t, "main")
	q := b.quarantine(t)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			other, err := q.Write("blob", fmt.Append(nil, i%4))
			if err != nil {
				t.Error(err)
			}
			for _, id := range []forks.Hash{tree, other} {
				if _, _, err := q.Object(id); err != nil {
					t.Error(err)
				}
			}
			if _, err := q.NewCommits(t.Context(), tip); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// TestWhatIsTooLargeIsNoDamage: a damaged cache is fetched again, which would bring the
// same object, in each pass.
func TestWhatIsTooLargeIsNoDamage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	q := quarantine(t, b.cache)
	repo.ReadUpTo(q, 4)
	fits, large := write(t, q, "blob", "1234"), write(t, q, "blob", "12345")
	if _, data, err := q.Object(fits); err != nil || string(data) != "1234" {
		t.Errorf("what fits: %q, %v", data, err)
	}
	_, _, err := q.Object(large)
	wantKind(t, err, forks.NeedsPerson)
	if errors.As(err, new(*repo.DamagedError)) {
		t.Errorf("it is called damage: %v", err)
	}
	// A merge that would need it is not made, which tells nothing about it.
	_, _, err = repo.Inputs{Quarantine: q}.Object(large)
	wantKind(t, err, forks.NeedsPerson)
	if !errors.Is(err, forks.ErrGaveUp) {
		t.Errorf("for a merge: %v", err)
	}
}
