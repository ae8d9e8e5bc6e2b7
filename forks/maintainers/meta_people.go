package maintainers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// A reading is what a package names.
type reading struct {
	handles, teams []Named
	doubts         []Doubt
	binds          bool // it says something of maintainers or teams
	refused        bool // what it says is in a file that is not read
}

// names reports whether somebody is named.
func (d *reading) names() bool { return len(d.handles)+len(d.teams) > 0 }

// kind is which of the two attributes of meta is read.
type kind string

const (
	ofPeople kind = "maintainers"
	ofTeams  kind = "teams"
)

const declares = "it declares an option"

// readMeta reads maintainers and teams of a meta.
func (r *resolver) readMeta(meta value, at spot, into *reading) {
	for _, k := range []kind{ofPeople, ofTeams} {
		r.steps = 0 // each has its own share
		v, found := r.attr(meta, string(k))
		if found == absent {
			continue
		}
		known := len(into.doubts)
		r.readList(v, k, at, into)
		if found == possible && into.binds {
			into.doubts = into.doubts[:known] // old.meta // { maintainers = … }: it says whom to ask
		}
		into.binds = into.binds || found == present || into.names() || len(into.doubts) > 0
	}
}

// readList reads a list of people or of teams. at is where it is bound.
func (r *resolver) readList(v value, k kind, at spot, into *reading) {
	if !r.enter() {
		into.doubt(at, tooMuch)
		return
	}
	defer r.leave()
	if l, ok := v.(lazy); ok {
		at = spot{l.node, l.scope.src}
	}
	switch v := r.force(v).(type) {
	case nil:
	case elements:
		for _, item := range v {
			where := at
			if item.at.node != nil {
				where = item.at
			}
			r.readList(item.value, k, where, into)
		}
	case joined:
		for _, part := range v {
			r.readList(part, k, at, into)
		}
	case either:
		for _, branch := range v {
			r.readList(branch, k, at, into)
		}
	case merged: // a list is replaced; a person may have a changed address
		if v.deep {
			r.readList(v.right, k, at, into)
		} else {
			r.readList(v.left, k, at, into)
		}
	case symbol:
		if v.at.node == nil {
			v.at = at
		}
		r.readSymbol(v, k, into)
	case unknown:
		if v.at.node != nil {
			at = v.at
		}
		into.refused = into.refused || v.refused
		into.doubt(at, v.why)
	case text:
		into.doubt(at, "it is a text, not a handle")
	case call:
		into.doubt(at, "only calling the function would tell")
	case set:
		into.doubt(at, "it is a set, not a handle of the list of maintainers")
	default:
		into.doubt(at, "it is no list of people")
	}
}

// readSymbol reads what is known by its name: a person, a team, or the list of another
// package.
func (r *resolver) readSymbol(v symbol, k kind, into *reading) {
	path, n := v.path, len(v.path)
	if n > 2 && path[n-1] == "members" && isTeams(path[:n-2]) {
		path, n = path[:n-1], n-1
	}
	switch {
	case n == 1 && path[0] == "null":
	case n > 1 && k == ofPeople && isPeople(path[:n-1]):
		into.handles = append(into.handles, v.at.named(path[n-1]))
	case n > 1 && isTeams(path[:n-1]):
		into.teams = append(into.teams, v.at.named(path[n-1]))
	case n > 2 && path[n-2] == "meta":
		r.readOther(v, k, into)
	default:
		into.doubt(v.at, fmt.Sprintf("%s is not one of lib.%s", shown(path), k))
	}
}

// readOther reads the list of another package, x.meta.maintainers.
func (r *resolver) readOther(v symbol, k kind, into *reading) {
	n := len(v.path)
	name, before := v.path[n-3], v.path[:n-3]
	if v.local {
		into.doubt(v.at, "what "+shown(v.path[:1])+" is, is known only where the function is called")
		return
	}
	if len(before) > 1 || len(before) == 1 && !slices.Contains([]string{"pkgs", "self", "super", "final", "prev"}, before[0]) {
		into.doubt(v.at, shown(v.path)+" is that of another package, whose file is not known")
		return
	}
	f := r.packageFile(name, v.at.src)
	if f.src == nil {
		why := f.problem
		if why == "" {
			why = "the file of " + shown(v.path[:n-2]) + " is not known"
		}
		into.doubt(v.at, why)
		return
	}
	meta, _ := r.attr(r.opened(r.content(f.src)), "meta")
	list, found := r.attr(meta, string(k))
	if found == absent {
		return
	}
	r.readList(list, k, v.at, into)
}

// doubt notes what was not found out; one at a place is enough.
func (d *reading) doubt(at spot, why string) {
	text := at.src.file.Text(at.node)
	if line, _, more := strings.Cut(text, "\n"); more {
		text = line + " …"
	}
	const most = 80
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + " …"
	}
	n := Doubt{at.where(), text, why}
	if !slices.ContainsFunc(d.doubts, func(o Doubt) bool { return o.Where == n.Where && o.Text == n.Text }) {
		d.doubts = append(d.doubts, n)
	}
}

func (s spot) named(name string) Named { return Named{name, s.where()} }

// where returns path:line.
func (s spot) where() string {
	return fmt.Sprintf("%s:%d", s.src.path, s.src.file.Position(s.node.Range().Start).Line)
}

// shown writes a path for people.
func shown(path []string) string { return forks.Inert(strings.Join(path, ".")) }

// sorted returns names in their order, each once.
func sorted(names []Named) []Named {
	slices.SortStableFunc(names, func(a, b Named) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(names, func(a, b Named) bool { return a.Name == b.Name })
}
