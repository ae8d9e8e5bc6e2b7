package maintainers

import (
	"strings"

	"github.com/auxolotl/auxsync/forks/nix"
)

// A teamReader reads the entries of a list of teams.
type teamReader struct {
	*setReader
	top setValue

	unread      int // members that only evaluating would tell
	firstUnread string
}

// names are the teams that a set binds, each with its place and once.
func (r *teamReader) names(set *nix.AttrSet) []Named {
	var names []Named
	seen := map[string]bool{}
	add := func(attr, at nix.Node) {
		if name, ok := nix.AttrName(attr); ok && !seen[name] {
			seen[name] = true
			names = append(names, Named{name, r.where(at)})
		}
	}
	for _, e := range set.Entries {
		switch e := e.(type) {
		case *nix.Binding:
			add(e.Path.Attrs[0], e)
		case *nix.Inherit:
			for _, attr := range e.Attrs {
				add(attr, attr)
			}
		}
	}
	return names
}

// team reads one entry, and gives its slugs in lower case.
func (r *teamReader) team(name Named) (t Team, slugs []string) {
	t = Team{Attr: name.Name, Where: name.Where}
	field := func(f string) setValue { return r.reduce(r.find(r.top, []string{name.Name, f})) }
	t.ShortName = constant(field("shortName"))
	if slug := constant(field("github")); slug != "" {
		t.Slug, slugs = slug, []string{strings.ToLower(slug)}
	} else if old := field("githubTeams"); old.node != nil {
		// Until 2025 a team could have several.
		if list, ok := old.node.(*nix.List); ok {
			for _, item := range list.Items {
				if slug, ok := nix.Constant(item); ok && slug != "" {
					first(&t.Slug, slug)
					slugs = append(slugs, strings.ToLower(slug))
				}
			}
		}
	}
	if members := r.find(r.top, []string{name.Name, "members"}); members.node != nil {
		r.members(members, &t, map[string]bool{})
	}
	return t, slugs
}

func constant(v setValue) string {
	text, _ := nix.Constant(v.node)
	return text
}

// members adds the names of a list of people to a team, each once.
func (r *teamReader) members(v setValue, t *Team, seen map[string]bool) {
	r.depth++
	defer func() { r.depth-- }()
	v = r.reduce(v)
	switch n := v.node.(type) {
	case *nix.List:
		for _, item := range n.Items {
			r.steps--
			name, ok := r.person(setValue{item, v.in})
			if !ok {
				r.doubt(item)
			} else if !seen[name] {
				seen[name] = true
				t.Handles = append(t.Handles, Named{name, r.where(item)})
			}
		}
		return
	case *nix.Binary:
		if n.Op == "++" {
			r.members(setValue{n.Left, v.in}, t, seen)
			r.members(setValue{n.Right, v.in}, t, seen)
			return
		}
	case *nix.Select:
		// lib.teams.other.members, for a team of this very list.
		at := reference(n)
		if k := len(at); k > 2 && at[k-1] == "members" && at[k-3] == "teams" {
			if other := r.find(r.top, at[k-2:]); other.node != nil {
				r.members(other, t, seen)
				return
			}
		}
	}
	r.doubt(v.node)
}

// person gives the handle that an item of a list refers to: maintainers.alice, or alice
// where a "with" brings the names in, or a name that the file gives to one of these.
func (r *teamReader) person(v setValue) (handle string, ok bool) {
	for range mostDepth {
		if r.steps--; r.steps < 0 {
			return "", false
		}
		at := reference(v.node)
		switch {
		case len(at) == 0:
			return "", false
		case len(at) > 1:
			return at[len(at)-1], at[len(at)-2] == "maintainers"
		}
		definition, scope := r.defined(at[0], v.in)
		switch d := definition.(type) {
		case nil:
			return at[0], withAround(v.in)
		case *nix.Inherit:
			if d.From == nil {
				v.in = scope.up
				continue
			}
			from := reference(d.From)
			return at[0], len(from) > 0 && from[len(from)-1] == "maintainers"
		case *nix.Binding:
			if len(d.Path.Attrs) > 1 {
				return "", false
			}
			v = setValue{d.Value, scope}
		default:
			return "", false
		}
	}
	return "", false
}

func withAround(in *setScope) bool {
	for ; in != nil; in = in.up {
		if _, ok := in.node.(*nix.With); ok {
			return true
		}
	}
	return false
}

// doubt counts what cannot be told.
func (r *teamReader) doubt(n nix.Node) {
	if r.unread++; r.firstUnread == "" {
		r.firstUnread = teamListPath
		if n != nil {
			r.firstUnread = r.where(n)
		}
	}
}
