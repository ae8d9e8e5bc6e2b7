package maintainers

import (
	"strconv"

	"github.com/auxolotl/auxsync/forks/nix"
)

// A setReader looks names up in one file that holds a set, such as the list of teams. It
// follows what the file itself defines and nothing else, and gives up after so many
// steps: names that stand for each other, or double each other, end there.
type setReader struct {
	path  string
	file  *nix.File
	index map[nix.Node]map[string][]nix.Node
	steps int // left for the file
	depth int
}

// A setValue is an expression and the names around it.
type setValue struct {
	node nix.Node // nil for none
	in   *setScope
}

// A setScope is one of the nodes that define names for what is in them: Let, With,
// Lambda, or a recursive AttrSet.
type setScope struct {
	node nix.Node
	up   *setScope
}

const (
	mostSteps = 1_000_000
	mostDepth = 200
	mostSets  = 16 // that one value is put together from
)

func newSetReader(path string, file *nix.File) *setReader {
	return &setReader{path: path, file: file, index: map[nix.Node]map[string][]nix.Node{}, steps: mostSteps}
}

// root is the value of the file; where the file is a function, what it returns.
func (r *setReader) root() setValue {
	v := setValue{node: r.file.Root}
	for {
		v = r.reduce(v)
		fn, ok := v.node.(*nix.Lambda)
		if !ok {
			return v
		}
		v = setValue{fn.Body, &setScope{fn, v.in}}
	}
}

// sets are the sets that a value is put together from by "//", those that win last.
func (r *setReader) sets(v setValue) []setValue {
	r.depth++
	defer func() { r.depth-- }()
	v = r.reduce(v)
	switch n := v.node.(type) {
	case *nix.AttrSet:
		return []setValue{v}
	case *nix.Binary:
		if n.Op == "//" {
			left, right := r.sets(setValue{n.Left, v.in}), r.sets(setValue{n.Right, v.in})
			if len(left)+len(right) <= mostSets {
				return append(left, right...)
			}
		}
	}
	return nil
}

// reduce follows a value for as long as the file says what it is. It returns what it
// cannot follow, and no node where it gives up.
func (r *setReader) reduce(v setValue) setValue {
	r.depth++
	defer func() { r.depth-- }()
	for range mostDepth {
		if r.steps--; r.steps < 0 || r.depth > mostDepth {
			return setValue{}
		}
		next, ok := setValue{}, true
		switch n := v.node.(type) {
		case *nix.Paren:
			next = setValue{n.Inner, v.in}
		case *nix.Assert:
			next = setValue{n.Body, v.in}
		case *nix.With:
			next = setValue{n.Body, &setScope{n, v.in}}
		case *nix.Let:
			next = setValue{n.Body, &setScope{n, v.in}}
		case *nix.Ident:
			next = r.variable(n.Name, v.in)
			ok = next.node != nil
		case *nix.Select:
			if names, static := n.Path.Names(); static {
				next = r.find(setValue{n.Of, v.in}, names)
			}
			ok = next.node != nil
		default:
			ok = false
		}
		if !ok {
			return v
		}
		v = next
	}
	return setValue{}
}

// variable looks up what a name stands for in the scopes around. It has no node where
// none of them has the name, or the value is not in the file.
func (r *setReader) variable(name string, in *setScope) setValue {
	definition, scope := r.defined(name, in)
	switch definition.(type) {
	case *nix.Binding, *nix.Inherit:
		return r.entry(scope.node, scope, scope.up, []string{name})
	}
	return setValue{}
}

// defined finds what defines a variable: a Binding or an Inherit, or any other node where
// the value is not in the file; nil if nothing in the file defines it.
func (r *setReader) defined(name string, in *setScope) (definition nix.Node, scope *setScope) {
	for ; in != nil; in = in.up {
		if r.steps--; r.steps < 0 {
			return in.node, in
		}
		switch n := in.node.(type) {
		case *nix.Lambda:
			if bindsArgument(n, name) {
				return n, in
			}
		case *nix.Let, *nix.AttrSet:
			if found := r.entries(n)[name]; len(found) > 0 {
				return found[0], in
			}
		}
	}
	return nil, nil
}

func bindsArgument(fn *nix.Lambda, name string) bool {
	if fn.Name != nil && fn.Name.Name == name {
		return true
	}
	if fn.Pattern == nil {
		return false
	}
	_, ok := fn.Pattern.Formal(name)
	return ok
}

// find looks a path up in a set; what it has no value for has no node.
func (r *setReader) find(v setValue, names []string) setValue {
	sets := r.sets(v)
	for i := len(sets) - 1; i >= 0; i-- {
		set := sets[i].node.(*nix.AttrSet)
		if _, ok := r.entries(set)[names[0]]; ok {
			return r.entry(set, inside(sets[i]), sets[i].in, names)
		}
	}
	return setValue{}
}

// inside is the scope of the values of a set.
func inside(v setValue) *setScope {
	if set := v.node.(*nix.AttrSet); set.Rec {
		return &setScope{set, v.in}
	}
	return v.in
}

// entry is the value of a path in a Let or AttrSet; around is the scope that it stands in.
func (r *setReader) entry(n nix.Node, in, around *setScope, names []string) setValue {
	for _, e := range r.entries(n)[names[0]] {
		if r.steps--; r.steps < 0 {
			break
		}
		v, rest := setValue{}, names[1:]
		switch e := e.(type) {
		case *nix.Inherit:
			if e.From != nil {
				v = r.find(setValue{e.From, in}, names[:1])
			} else {
				v = r.variable(names[0], around)
			}
		case *nix.Binding:
			at, ok := e.Path.Names()
			if !ok || !startsWith(names, at) {
				continue
			}
			v, rest = setValue{e.Value, in}, names[len(at):]
		}
		if len(rest) > 0 && v.node != nil {
			v = r.find(v, rest)
		}
		if v.node != nil {
			return v
		}
	}
	return setValue{}
}

func startsWith(names, with []string) bool {
	for i := range with {
		if i >= len(names) || names[i] != with[i] {
			return false
		}
	}
	return true
}

// entries are what a Let or AttrSet defines, by the first name of each path.
func (r *setReader) entries(n nix.Node) map[string][]nix.Node {
	if known, ok := r.index[n]; ok {
		return known
	}
	byName := map[string][]nix.Node{}
	for _, e := range n.Children() {
		switch e := e.(type) {
		case *nix.Inherit:
			for _, name := range e.Names() {
				byName[name] = append(byName[name], e)
			}
		case *nix.Binding:
			if name, ok := nix.AttrName(e.Path.Attrs[0]); ok {
				byName[name] = append(byName[name], e)
			}
		}
	}
	r.index[n] = byName
	return byName
}

// reference is the path that a node is written as: lib.maintainers.alice gives its three
// names; nil if it is none.
func reference(n nix.Node) []string {
	switch n := n.(type) {
	case *nix.Paren:
		return reference(n.Inner)
	case *nix.Ident:
		return []string{n.Name}
	case *nix.Select:
		of := reference(n.Of)
		if names, ok := n.Path.Names(); ok && of != nil && n.Default == nil {
			return append(of, names...)
		}
	}
	return nil
}

// where is the place of a node.
func (r *setReader) where(n nix.Node) string {
	return placeOf(r.path, r.file.Position(n.Range().Start).Line)
}

// placeOf is the place of a line.
func placeOf(path string, line int) string { return path + ":" + strconv.Itoa(line) }
