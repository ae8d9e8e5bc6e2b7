package maintainers

import (
	"container/list"
	"sync"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/nix"
)

// Cache keeps what was read from files of trees, so that a file is read again only when
// its content changes. It is bounded: what was not used for the longest time goes first.
// It is safe for concurrent use, and what it gives out never changes.
type Cache struct {
	// Package files come in great number and are small, lists are few and large. Each
	// has its own shelf, so that no number of packages pushes out the list.
	files  *shelf
	tables *shelf
}

// NewCache returns an empty cache.
func NewCache() *Cache {
	return &Cache{
		files:  newShelf(256, 2<<20),
		tables: newShelf(96, 16<<20),
	}
}

// parse returns the syntax tree of a Nix file, or the [nix.Error] that says why there is
// none.
func (c *Cache) parse(blob forks.Hash, content []byte) (*nix.File, error) {
	type result struct {
		file *nix.File
		err  error
	}
	r := once(c.files, key{as: tableSyntax, blob: blob}, len(content), func() result {
		file, err := nix.Parse(content, nix.Limits{})
		return result{file, err}
	})
	return r.file, r.err
}

// A table is what is read from one of the files with a place of its own.
type table uint8

const (
	tableSyntax table = iota
	tableList
	tableTeams
	tableRules
	tableFolder
	tableHaskell
)

// A key names what was read: from which content, and as what. The path is part of it
// where names keep their places. also is the content of a second file, if there is one.
type key struct {
	as         table
	path       string
	blob, also forks.Hash
}

// once returns what read returned when it was first asked for under this key. Whoever
// asks meanwhile waits for it. size is that of the content in bytes. Content that is no
// blob is read each time.
func once[T any](s *shelf, k key, size int, read func() T) T {
	if k.blob == (forks.Hash{}) && k.also == (forks.Hash{}) {
		return read()
	}
	e := s.entry(k, size)
	e.once.Do(func() { e.value = read() })
	return e.value.(T)
}

// A shelf holds entries up to a count and a sum of sizes.
type shelf struct {
	most, mostBytes int

	mu      sync.Mutex
	bytes   int
	entries map[key]*list.Element
	recent  *list.List // of *entry, the last used first
}

type entry struct {
	key   key
	size  int
	once  sync.Once
	value any
}

func newShelf(most, mostBytes int) *shelf {
	return &shelf{most: most, mostBytes: mostBytes, entries: map[key]*list.Element{}, recent: list.New()}
}

// entry returns the entry of a key and makes it if need be. One that is larger than the
// shelf is not kept.
func (s *shelf) entry(k key, size int) *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.entries[k]; ok {
		s.recent.MoveToFront(at)
		return at.Value.(*entry)
	}
	e := &entry{key: k, size: size}
	s.entries[k] = s.recent.PushFront(e)
	s.bytes += size
	for s.recent.Len() > s.most || s.bytes > s.mostBytes {
		last := s.recent.Remove(s.recent.Back()).(*entry)
		delete(s.entries, last.key)
		s.bytes -= last.size
	}
	return e
}
