package maintainers

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/nix"
)

// Maintainer is an entry of a list of maintainers. All texts but the login are hostile.
type Maintainer struct {
	Handle string // the name that packages use
	Name   string // what people call the person; "" if not known
	// Account is the person on the forge, as the list has it. Login is "" where the
	// list has none or one that no forge would accept; ID counts where both are there.
	Account forks.Account
	Email   string // "" if not known
	Where   string // the place of the entry, as "path:line"
}

// List is a list of maintainers. It never changes. A nil List is an empty one.
type List struct {
	entries  []Maintainer
	byHandle map[string]int
	byID     map[int64]int
	byLogin  map[string]int // lower case
	byEmail  map[string]int // lower case
	problem  string
}

// ambiguous stands in an index for a key that different people have.
const ambiguous = -1

// listPaths are the places of a list, the first that is there counts: of nixpkgs, of
// nixpkgs before 2018 and of nixvim, of home-manager.
var listPaths = [...]string{
	"maintainers/maintainer-list.nix",
	"lib/maintainers.nix",
	"modules/lib/maintainers.nix",
}

// Maintainers reads the tree's list of maintainers. The list is never nil: one that
// cannot be read, or is not there, is empty and has a [List.Problem]. An error is the
// tree's own.
func (c *Cache) Maintainers(t Tree) (*List, error) {
	for _, path := range listPaths {
		content, blob, err := t.File(path)
		if err != nil {
			return nil, fmt.Errorf("reading the list of maintainers: %w", err)
		}
		if content == nil {
			continue
		}
		return once(c.tables, key{as: tableList, path: path, blob: blob}, len(content), func() *List {
			return readList(path, content)
		}), nil
	}
	return &List{problem: "there is no list of maintainers: neither " + strings.Join(listPaths[:], " nor ")}, nil
}

// Problem says in words why the list has no entries; "" if it has some. It is safe to
// show.
func (l *List) Problem() string {
	if l == nil {
		return "there is no list of maintainers"
	}
	return l.problem
}

// Len is the number of entries.
func (l *List) Len() int {
	if l == nil {
		return 0
	}
	return len(l.entries)
}

// Handle returns the entry of a handle, in the very case in which packages write it.
func (l *List) Handle(h string) (Maintainer, bool) {
	if l == nil {
		return Maintainer{}, false
	}
	return at(l, l.byHandle, h)
}

// ByID returns the entry with an account's number on the forge; of several the first.
func (l *List) ByID(id int64) (Maintainer, bool) {
	if l == nil {
		return Maintainer{}, false
	}
	return at(l, l.byID, id)
}

// ByLogin returns the entry with a login, in whatever case; none if entries with
// different numbers claim it.
func (l *List) ByLogin(login string) (Maintainer, bool) {
	if l == nil {
		return Maintainer{}, false
	}
	return at(l, l.byLogin, strings.ToLower(login))
}

// ByEmail returns the entry with a mail address, in whatever case; none if people with
// different accounts share it.
func (l *List) ByEmail(mail string) (Maintainer, bool) {
	if l == nil {
		return Maintainer{}, false
	}
	return at(l, l.byEmail, strings.ToLower(mail))
}

func at[K comparable](l *List, index map[K]int, k K) (Maintainer, bool) {
	i, ok := index[k]
	if !ok || i == ambiguous {
		return Maintainer{}, false
	}
	return l.entries[i], true
}

// readList reads a list from the content of a file.
func readList(path string, content []byte) *List {
	file, err := nix.Parse(content, nix.Limits{})
	if err != nil {
		return &List{problem: fmt.Sprintf("%s cannot be read: %v", path, err)}
	}
	r := newSetReader(path, file)
	sets := r.sets(r.root())
	if len(sets) == 0 {
		return &List{problem: path + " is not an attribute set, so nobody is known from it"}
	}
	b := listBuilder{reader: r, list: &List{}, byHandle: map[string]int{}, torn: map[int]bool{}}
	for _, set := range sets {
		b.read(set)
	}
	for i := range b.torn {
		b.list.entries[i].Account = forks.Account{}
	}
	if len(b.list.entries) == 0 {
		return &List{problem: path + " is empty: it names nobody"}
	}
	b.list.index(b.byHandle)
	return b.list
}

// index makes the ways to find an entry.
func (l *List) index(byHandle map[string]int) {
	l.byHandle = byHandle
	l.byID = map[int64]int{}
	l.byLogin = make(map[string]int, len(l.entries))
	l.byEmail = make(map[string]int, len(l.entries))
	for i, m := range l.entries {
		if _, taken := l.byID[m.Account.ID]; !taken && m.Account.ID != 0 {
			l.byID[m.Account.ID] = i
		}
		l.claim(l.byLogin, strings.ToLower(m.Account.Login), i)
		l.claim(l.byEmail, strings.ToLower(m.Email), i)
	}
}

func (l *List) claim(index map[string]int, k string, i int) {
	if k == "" {
		return
	}
	j, taken := index[k]
	switch {
	case !taken:
		index[k] = i
	case j != ambiguous && !sameAccount(l.entries[i].Account, l.entries[j].Account):
		index[k] = ambiguous
	}
}

// sameAccount compares by number, and by login where a number is missing.
func sameAccount(a, b forks.Account) bool {
	if a.ID != 0 && b.ID != 0 {
		return a.ID == b.ID
	}
	return a.Login != "" && strings.EqualFold(a.Login, b.Login)
}
