package maintainers

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

func blobNo(n int) forks.Hash {
	var h forks.Hash
	binary.BigEndian.PutUint64(h[:], uint64(n)+1)
	return h
}

func TestACacheReadsAContentOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	s := newShelf(4, 100)
	var reads atomic.Int32
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			got := once(s, key{blob: blobNo(1)}, 10, func() string { reads.Add(1); return "read" })
			if got != "read" {
				t.Errorf("have %q", got)
			}
		})
	}
	all.Wait()
	if reads.Load() != 1 {
		t.Errorf("it was read %d times", reads.Load())
	}
}

func TestACacheTellsApartWhatAContentWasReadAs(t *testing.T) {
	t.Parallel()
	s := newShelf(10, 100)
	keys := []key{
		{blob: blobNo(1)}, {blob: blobNo(2)}, {blob: blobNo(1), also: blobNo(2)},
		{as: tableRules, blob: blobNo(1)}, {path: "other", blob: blobNo(1)},
	}
	for round := range 2 {
		for i, k := range keys {
			if got := once(s, k, 1, func() int { return 10*round + i }); got != i {
				t.Errorf("key %d has the value %d", i, got)
			}
		}
	}
}

func TestACacheForgetsWhatWasNotUsedForTheLongestTime(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*shelf{"by count": newShelf(3, 1000), "by bytes": newShelf(1000, 30)} {
		read := func(n int) (again bool) {
			once(s, key{blob: blobNo(n)}, 10, func() int { again = true; return n })
			return again
		}
		read(1)
		read(2)
		read(3)
		read(1) // used again, so that 2 is the oldest
		read(4)
		if read(1) || read(3) || read(4) || !read(2) {
			t.Errorf("%s: another than the oldest was forgotten", name)
		}
		if s.recent.Len() != 3 || len(s.entries) != 3 || s.bytes != 30 {
			t.Errorf("%s: %d entries of %d bytes are kept", name, s.recent.Len(), s.bytes)
		}
	}
}

func TestACacheGivesButDoesNotKeepWhatIsLargerThanItself(t *testing.T) {
	t.Parallel()
	s := newShelf(10, 5)
	if got := once(s, key{blob: blobNo(1)}, 6, func() int { return 7 }); got != 7 || s.bytes != 0 || s.recent.Len() != 0 {
		t.Errorf("have %d, with %d bytes kept", got, s.bytes)
	}
}

func TestContentThatIsNoBlobIsReadEachTime(t *testing.T) {
	t.Parallel()
	s := newShelf(10, 100)
	for want := range 3 {
		if got := once(s, key{}, 1, func() int { return want }); got != want {
			t.Errorf("have %d, want %d", got, want)
		}
	}
}

func TestPackageFilesAreParsedOncePerBlobAndErrorsToo(t *testing.T) {
	t.Parallel()
	c := NewCache()
	one, err := c.parse(blobNo(1), []byte("{ a = 1; }"))
	if err != nil {
		t.Fatal(err)
	}
	if two, err := c.parse(blobNo(1), []byte("{ a = 1; }")); err != nil || two != one {
		t.Errorf("it was parsed again: %v", err)
	}
	_, first := c.parse(blobNo(2), []byte("{ a = "))
	_, second := c.parse(blobNo(2), []byte("{ a = "))
	if first == nil || first != second {
		t.Errorf("errors differ: %v and %v", first, second)
	}
}

func TestPackageFilesDoNotPushOutTheList(t *testing.T) {
	t.Parallel()
	c := NewCache()
	reads := 0
	list := func() {
		once(c.tables, key{as: tableList, blob: blobNo(0)}, 700_000, func() int { reads++; return 0 })
	}
	list()
	for n := range 1000 {
		if _, err := c.parse(blobNo(n), []byte(fmt.Sprintf("{ n = %d; }", n))); err != nil {
			t.Fatal(err)
		}
	}
	list()
	if reads != 1 {
		t.Errorf("the list was read %d times", reads)
	}
	if c.files.recent.Len() > c.files.most {
		t.Errorf("%d files are kept", c.files.recent.Len())
	}
}

// A cache is used by many at once; the race detector sees whether it may be.
func TestManyReadersShareACache(t *testing.T) {
	t.Parallel()
	c := NewCache()
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for n := range 300 {
				content := "{ x = " + strings.Repeat("1", 1+(n*g)%7) + "; }"
				if f, err := c.parse(blobNo((n*g)%7), []byte(content)); err != nil || f.Source() != content {
					t.Errorf("%q is read as another file: %v", content, err)
				}
			}
		})
	}
	all.Wait()
}
