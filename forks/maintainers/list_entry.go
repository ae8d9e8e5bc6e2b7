package maintainers

import (
	"regexp"
	"strings"

	"github.com/auxolotl/auxsync/forks/nix"
)

// loginPattern is what GitHub has for logins, old ones and those of enterprises included.
var loginPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:_[A-Za-z0-9]{1,20})?$`)

// A listBuilder collects the entries of the sets of a list. In one set the first of what
// is given twice stands, but an account that is given twice, differently, is nobody's. In
// "a // b" an entry of b takes the place of a's.
type listBuilder struct {
	reader   *setReader
	list     *List
	byHandle map[string]int
	set      int          // the set that is read
	setOf    []int        // of each entry
	torn     map[int]bool // entries with two accounts
}

// read adds what a set binds. An entry whose value is not in the file is known by its
// handle alone.
func (b *listBuilder) read(set setValue) {
	b.set++
	scope := inside(set)
	for _, e := range set.node.(*nix.AttrSet).Entries {
		switch e := e.(type) {
		case *nix.Inherit:
			for _, attr := range e.Attrs {
				if handle, ok := nix.AttrName(attr); ok {
					b.entry(handle, attr)
				}
			}
		case *nix.Binding:
			names, ok := e.Path.Names()
			switch {
			case !ok || len(names) > 2:
			case len(names) == 1:
				b.value(b.entry(names[0], e), setValue{e.Value, scope})
			default:
				b.field(b.entry(names[0], e), names[1], setValue{e.Value, scope})
			}
		}
	}
}

// entry returns the index of the entry of a handle, a new one if there is none.
func (b *listBuilder) entry(handle string, n nix.Node) int {
	m := Maintainer{Handle: handle, Where: b.reader.where(n)}
	i, ok := b.byHandle[handle]
	switch {
	case !ok:
		i = len(b.list.entries)
		b.byHandle[handle] = i
		b.list.entries = append(b.list.entries, m)
		b.setOf = append(b.setOf, b.set)
	case b.setOf[i] != b.set:
		b.list.entries[i], b.setOf[i] = m, b.set
		delete(b.torn, i)
	}
	return i
}

// value reads an entry: a set of fields, or "Name <mail>" as it was before 2018.
func (b *listBuilder) value(i int, v setValue) {
	if text, ok := nix.Constant(v.node); ok {
		name, mail := nameAndMail(text)
		first(&b.list.entries[i].Name, name)
		first(&b.list.entries[i].Email, mail)
		return
	}
	for _, set := range b.reader.sets(v) {
		scope := inside(set)
		for _, e := range set.node.(*nix.AttrSet).Entries {
			if b.reader.steps--; b.reader.steps < 0 {
				return
			}
			if e, ok := e.(*nix.Binding); ok && len(e.Path.Attrs) == 1 {
				if name, ok := nix.AttrName(e.Path.Attrs[0]); ok {
					b.field(i, name, setValue{e.Value, scope})
				}
			}
		}
	}
}

func (b *listBuilder) field(i int, name string, v setValue) {
	m := &b.list.entries[i]
	switch name {
	case "name":
		text, _ := nix.Constant(v.node)
		first(&m.Name, text)
	case "email":
		text, _ := nix.Constant(v.node)
		first(&m.Email, text)
	case "github":
		if login, ok := nix.Constant(v.node); ok && loginPattern.MatchString(login) {
			if m.Account.Login != "" && !strings.EqualFold(m.Account.Login, login) {
				b.torn[i] = true
			}
			m.Account.Login = login
		}
	case "githubId":
		if id, ok := v.node.(*nix.Int); ok {
			if m.Account.ID != 0 && m.Account.ID != id.Value {
				b.torn[i] = true
			}
			m.Account.ID = id.Value
		}
	}
}

func first(field *string, text string) {
	if *field == "" {
		*field = text
	}
}

// nameAndMail splits "Name <mail>".
func nameAndMail(text string) (name, mail string) {
	name, rest, ok := strings.Cut(text, "<")
	if ok {
		mail, _, ok = strings.Cut(rest, ">")
	}
	if !ok {
		return strings.TrimSpace(text), ""
	}
	return strings.TrimSpace(name), strings.TrimSpace(mail)
}
