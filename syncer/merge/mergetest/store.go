package mergetest

import (
	"cmp"
	"crypto/sha1"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/auxolotl/auxsync/forks"
)

// Store is objects in memory. It can be used by several goroutines.
type Store struct {
	mu      sync.Mutex
	objects map[forks.Hash]object
	order   []forks.Hash // as they were written
	packed  int          // how many of them git has
	read    map[forks.Hash]bool
	hidden  map[forks.Hash]bool
}

type object struct {
	kind string
	data []byte
}

// NewStore returns a store with nothing in it.
func NewStore() *Store {
	return &Store{objects: map[forks.Hash]object{}, read: map[forks.Hash]bool{}, hidden: map[forks.Hash]bool{}}
}

// Object returns an object. One that the store does not have is an error.
func (s *Store) Object(id forks.Hash) (kind string, data []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, known := s.objects[id]
	if !known || s.hidden[id] {
		return "", nil, &MissingError{id}
	}
	s.read[id] = true
	return o.kind, o.data, nil
}

// MissingError says that a store lacks an object.
type MissingError struct{ ID forks.Hash }

func (e *MissingError) Error() string { return fmt.Sprintf("object %s is missing", e.ID) }

// Write stores an object and returns its id. The bytes are copied.
func (s *Store) Write(kind string, data []byte) (forks.Hash, error) {
	id := identify(kind, data)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.objects[id]; !known {
		s.objects[id] = object{kind, slices.Clone(data)}
		s.order = append(s.order, id)
	}
	return id, nil
}

func identify(kind string, data []byte) forks.Hash {
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00", kind, len(data))
	h.Write(data)
	return forks.Hash(h.Sum(nil))
}

func (s *Store) must(kind string, data []byte) forks.Hash {
	id, _ := s.Write(kind, data)
	return id
}

// Tree writes a tree with all that is in it.
func (s *Store) Tree(t Tree) forks.Hash {
	type named struct {
		name, sortedAs string
		mode           forks.Mode
		id             forks.Hash
	}
	var entries []named
	dirs := map[string]Tree{}
	for path, e := range t {
		dir, rest, isDir := strings.Cut(path, "/")
		switch {
		case isDir && dirs[dir] == nil:
			dirs[dir] = Tree{rest: e}
		case isDir:
			dirs[dir][rest] = e
		case e.Mode == forks.ModeSubmodule:
			id, err := forks.ParseHash(e.Content)
			if err != nil {
				panic(err)
			}
			entries = append(entries, named{path, path, e.Mode, id})
		default:
			entries = append(entries, named{path, path, e.Mode, s.must("blob", []byte(e.Content))})
		}
	}
	for dir, below := range dirs {
		entries = append(entries, named{dir, dir + "/", forks.ModeDir, s.Tree(below)})
	}
	slices.SortFunc(entries, func(a, b named) int { return cmp.Compare(a.sortedAs, b.sortedAs) })
	var data []byte
	for _, e := range entries {
		data = fmt.Appendf(data, "%o %s\x00", uint32(e.mode), e.name)
		data = append(data, e.id[:]...)
	}
	return s.must("tree", data)
}

// Commit writes a commit by a fixed author at a fixed time.
func (s *Store) Commit(subject string, tree forks.Hash, parents ...forks.Hash) forks.Hash {
	return s.CommitAfter(0, subject, tree, parents...)
}

// CommitAfter is Commit some seconds later. Git lists merge bases by their dates.
func (s *Store) CommitAfter(seconds uint64, subject string, tree forks.Hash, parents ...forks.Hash) forks.Hash {
	var b strings.Builder
	fmt.Fprintf(&b, "tree %s\n", tree)
	for _, p := range parents {
		fmt.Fprintf(&b, "parent %s\n", p)
	}
	who := fmt.Sprintf("Ada <ada@example.org> %d +0000", 1_700_000_000+seconds)
	fmt.Fprintf(&b, "author %s\ncommitter %s\n\n%s\n", who, who, subject)
	return s.must("commit", []byte(b.String()))
}

// TreeOf is the tree of a commit.
func (s *Store) TreeOf(commit forks.Hash) (forks.Hash, error) {
	kind, data, err := s.Object(commit)
	if err != nil {
		return forks.Hash{}, err
	}
	line, _, _ := strings.Cut(string(data), "\n")
	hex, ok := strings.CutPrefix(line, "tree ")
	if kind != "commit" || !ok {
		return forks.Hash{}, fmt.Errorf("object %s is no commit", commit)
	}
	return forks.ParseHash(hex)
}

// Files reads a tree back, with all that is in it.
func (s *Store) Files(tree forks.Hash) (Tree, error) {
	t := Tree{}
	return t, s.files(t, "", tree)
}

func (s *Store) files(into Tree, dir string, tree forks.Hash) error {
	kind, data, err := s.Object(tree)
	if err != nil || kind != "tree" {
		return fmt.Errorf("tree %q is %q: %w", dir, kind, err)
	}
	for len(data) > 0 {
		head, rest, ok := strings.Cut(string(data), "\x00")
		octal, name, ok2 := strings.Cut(head, " ")
		var mode forks.Mode
		if err := mode.UnmarshalText([]byte(octal)); !ok || !ok2 || err != nil || len(rest) < 20 {
			return fmt.Errorf("tree %q is malformed at %q", dir, data)
		}
		id := forks.Hash([]byte(rest[:20]))
		data = []byte(rest[20:])
		switch mode {
		case forks.ModeDir:
			if err := s.files(into, join(dir, name), id); err != nil {
				return err
			}
		case forks.ModeSubmodule:
			into[join(dir, name)] = Entry{mode, id.String()}
		default:
			_, blob, err := s.Object(id)
			if err != nil {
				return fmt.Errorf("%q: %w", join(dir, name), err)
			}
			into[join(dir, name)] = Entry{mode, string(blob)}
		}
	}
	return nil
}

// Reads lists the objects that were read since the last call, in order of their ids.
func (s *Store) Reads() []forks.Hash {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []forks.Hash
	for id := range s.read {
		ids = append(ids, id)
	}
	clear(s.read)
	slices.SortFunc(ids, func(a, b forks.Hash) int { return slices.Compare(a[:], b[:]) })
	return ids
}

// Hide makes an object missing until the function that is returned is called.
func (s *Store) Hide(id forks.Hash) (restore func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hidden[id] = true
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.hidden, id)
	}
}

// Damaged names an object whose bytes are no longer what was written, if there is one.
func (s *Store) Damaged() (forks.Hash, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, o := range s.objects {
		if identify(o.kind, o.data) != id {
			return id, true
		}
	}
	return forks.Hash{}, false
}

// pack writes the objects that have not been packed before as a pack without deltas.
// It reports how many there are.
func (s *Store) pack(w io.Writer) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := s.order[s.packed:]
	objects := make([]object, len(ids))
	for i, id := range ids {
		objects[i] = s.objects[id]
	}
	if len(objects) == 0 {
		return 0, nil
	}
	s.packed = len(s.order)
	return len(objects), writePack(w, objects)
}

// Entry is the id of what stands at a path right in a tree.
func (s *Store) Entry(tree forks.Hash, name string) (forks.Hash, error) {
	_, data, err := s.Object(tree)
	if err != nil {
		return forks.Hash{}, err
	}
	for len(data) > 0 {
		head, rest, ok := strings.Cut(string(data), "\x00")
		if !ok || len(rest) < 20 {
			break
		}
		if _, found, _ := strings.Cut(head, " "); found == name {
			return forks.Hash([]byte(rest[:20])), nil
		}
		data = []byte(rest[20:])
	}
	return forks.Hash{}, fmt.Errorf("tree %s has no %q", tree, name)
}
