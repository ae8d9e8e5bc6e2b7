package syncertest

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// object is a git object that was read once, when it was written. It never changes.
type object struct {
	id     forks.Hash
	kind   string
	data   []byte
	commit *commit // of a commit
	tree   []entry // of a tree, in git's order
}

// commit is what walks need to know of a commit.
type commit struct {
	id      forks.Hash
	tree    forks.Hash
	parents []forks.Hash
	date    int64 // of the committer, in seconds
	// depth is greater than that of every parent: a walk that takes the deepest first
	// has seen all children of what it takes.
	depth int
}

// entry is one line of a tree.
type entry struct {
	mode forks.Mode
	name string
	id   forks.Hash
}

// place sorts as git does: a folder as if its name ended in a slash.
func (e entry) place() string {
	if e.mode == forks.ModeDir {
		return e.name + "/"
	}
	return e.name
}

// objects are the objects that were fetched, packed or made on a server: all
// repositories of one [Git] share them. It is safe for concurrent use.
type objects struct {
	mu    sync.RWMutex
	all   map[forks.Hash]*object
	diffs map[[2]forks.Hash][]fileChange
}

func newObjects() *objects {
	o := &objects{all: map[forks.Hash]*object{}, diffs: map[[2]forks.Hash][]fileChange{}}
	o.all[forks.EmptyTree] = &object{id: forks.EmptyTree, kind: "tree", data: []byte{}, tree: []entry{}}
	return o
}

// find returns an object, nil if there is none.
func (o *objects) find(id forks.Hash) *object {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.all[id]
}

// keep takes objects for good.
func (o *objects) keep(list ...*object) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, one := range list {
		o.all[one.id] = one
	}
}

// parse makes an object of bytes, which it copies. Find knows the parents of a commit.
func parse(kind string, data []byte, find func(forks.Hash) *object) (*object, error) {
	head := kind + " " + strconv.Itoa(len(data)) + "\x00"
	whole := append(append(make([]byte, 0, len(head)+len(data)), head...), data...)
	o := &object{id: sha1.Sum(whole), kind: kind, data: whole[len(head):]}
	switch kind {
	case "blob", "tag":
		return o, nil
	case "tree":
		return o, o.parseTree()
	case "commit":
		return o, o.parseCommit(find)
	}
	return nil, fmt.Errorf("write an object: %q is no kind of object", kind)
}

func (o *object) parseTree() error {
	o.tree = []entry{}
	for data := o.data; len(data) > 0; {
		head, rest, ok := bytes.Cut(data, []byte{0})
		mode, name, named := strings.Cut(string(head), " ")
		n, err := strconv.ParseUint(mode, 8, 32)
		if !ok || !named || err != nil || len(rest) < len(o.id) {
			return fmt.Errorf("tree %s cannot be read", o.id)
		}
		o.tree = append(o.tree, entry{forks.Mode(n), name, forks.Hash(rest[:20])})
		data = rest[20:]
	}
	return nil
}

func (o *object) parseCommit(find func(forks.Hash) *object) error {
	c := &commit{id: o.id}
	head, _, _ := bytes.Cut(o.data, []byte("\n\n"))
	for line := range strings.Lines(string(head)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		var err error
		switch name {
		case "tree":
			c.tree, err = forks.ParseHash(value)
		case "parent":
			var parent forks.Hash
			parent, err = forks.ParseHash(value)
			c.parents = append(c.parents, parent)
			if p := find(parent); p != nil && p.commit != nil {
				c.depth = max(c.depth, p.commit.depth+1)
			}
		case "committer":
			c.date = identDate(value)
		}
		if err != nil {
			return fmt.Errorf("commit %s cannot be read: %w", o.id, err)
		}
	}
	o.commit = c
	return nil
}

// identDate is the time of "NAME <EMAIL> TIME ZONE"; 1970 where it is no number.
func identDate(ident string) int64 {
	_, date, _ := strings.Cut(ident[strings.LastIndexByte(ident, '<')+1:], ">")
	text, _, _ := strings.Cut(strings.TrimSpace(date), " ")
	seconds, _ := strconv.ParseInt(text, 10, 64)
	return seconds
}

// view is the objects of one repository, with those of a quarantine in front of them.
type view struct {
	dir  string // what errors name
	find func(forks.Hash) *object
	// diffs remembers comparisons of trees; one store may serve many views, for the ids
	// say all.
	diffs *objects
}

// object returns an object; one that is nowhere is a [*repo.MissingObjectError].
func (v view) object(id forks.Hash) (*object, error) {
	if o := v.find(id); o != nil {
		return o, nil
	}
	return nil, &repo.MissingObjectError{ID: id, Dir: v.dir}
}

// needed is object for what a ref reaches: without it the repository is damaged.
func (v view) needed(id forks.Hash) (*object, error) {
	o, err := v.object(id)
	if err != nil {
		return nil, &repo.DamagedError{Dir: v.dir, Err: err}
	}
	return o, nil
}

// commit returns a commit that must be there.
func (v view) commit(id forks.Hash) (*commit, error) {
	o, err := v.needed(id)
	if err != nil {
		return nil, err
	}
	if o.commit == nil {
		return nil, &repo.WrongTypeError{ID: id, Want: "commit", Have: o.kind}
	}
	return o.commit, nil
}

// treeOf is the tree of a commit, or a tree itself; a zero id is the empty one.
func (v view) treeOf(id forks.Hash) (forks.Hash, error) {
	if id.IsZero() {
		return forks.EmptyTree, nil
	}
	o, err := v.needed(id)
	switch {
	case err != nil:
		return forks.Hash{}, err
	case o.commit != nil:
		return o.commit.tree, nil
	case o.kind == "tree":
		return id, nil
	}
	return forks.Hash{}, &repo.WrongTypeError{ID: id, Want: "commit or tree", Have: o.kind}
}
