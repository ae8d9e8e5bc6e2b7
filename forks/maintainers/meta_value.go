package maintainers

import (
	"slices"

	"github.com/auxolotl/auxsync/forks/nix"
)

// A value is what an expression is known to be without evaluating it, one of the types
// of this file; nil is an attribute that is not there.
type value any

type (
	// A lazy value is an expression that nobody has asked for yet.
	lazy struct {
		node  nix.Node
		scope *scope
	}
	// A part is what the first names of a selection give: x.y of x.y.overrideAttrs.
	part struct {
		of    *nix.Select
		names int
		scope *scope
	}
	// A symbol is known by its name alone: lib.maintainers.alice, or an argument.
	// One that is local is not a package, whatever its name.
	symbol struct {
		path  []string
		at    spot
		local bool
	}
	// A set is an attribute set, or the part of it below a prefix: of { a.b = 1; } what
	// is below a.
	set struct {
		entries      []nix.Node
		inner, outer *scope // of the values; of what is inherited without a source
		prefix       []string
	}
	// A merged is left // right, or lib.recursiveUpdate left right.
	merged struct {
		left, right value
		deep        bool
	}
	// A without is a set that some names were removed from.
	without struct {
		of    value
		names []string
	}
	// Elements are [ … ].
	elements []element
	// A joined is left ++ right.
	joined []value
	// An either is what one of several branches gives.
	either []value
	// A function waits for its argument.
	function struct {
		lambda *nix.Lambda
		scope  *scope
	}
	// A call is what a function that is known by name alone makes of its arguments. A
	// builder such as stdenv.mkDerivation keeps their attributes.
	call struct {
		args []value
		at   spot
	}
	// A method is x.override or x.overrideAttrs.
	method struct {
		of   value
		name string
	}
	// A place is a path in the tree.
	place struct {
		node *nix.Path
		src  *source
	}
	// A text is a string that interpolates nothing.
	text string
	// An unknown is what only evaluating would tell.
	unknown struct {
		at      spot
		why     string
		refused bool // since a file is not read
	}
)

// An element is one item of a list. Its spot is empty if it has none of its own.
type element struct {
	value value
	at    spot
}

// A spot is a place in a file.
type spot struct {
	node nix.Node
	src  *source
}

// presence says whether a set has an attribute.
type presence uint8

const (
	absent presence = iota
	possible
	present
)

// force resolves a value until it is not lazy.
func (r *resolver) force(v value) value {
	for {
		switch l := v.(type) {
		case lazy:
			v = r.eval(l.node, l.scope, alone)
		case part:
			v = r.selected(l.of, l.names, l.scope)
		default:
			return v
		}
	}
}

// attr returns an attribute of a value.
func (r *resolver) attr(v value, name string) (value, presence) {
	if !r.enter() {
		return unknown{why: tooMuch}, possible
	}
	defer r.leave()
	switch v := r.force(v).(type) {
	case symbol:
		return symbol{append(slices.Clip(v.path), name), v.at, v.local}, possible
	case set:
		return r.attrOfSet(v, name)
	case merged:
		return r.attrOfMerged(v, name)
	case without:
		if slices.Contains(v.names, name) {
			return nil, absent
		}
		return r.attr(v.of, name)
	case either:
		return r.attrOfEither(v, name)
	case call:
		return r.attrOfCall(v, name)
	case unknown:
		return v, possible
	}
	return nil, absent
}

func (r *resolver) attrOfSet(s set, name string) (value, presence) {
	var exact, partial value
	for _, e := range s.entries {
		switch e := e.(type) {
		case *nix.Binding:
			switch rest, ok := r.below(e.Path, append(slices.Clip(s.prefix), name), s.inner); {
			case !ok:
			case rest == 0:
				exact = lazy{e.Value, s.inner}
			default:
				partial = set{s.entries, s.inner, s.outer, append(slices.Clip(s.prefix), name)}
			}
		case *nix.Inherit:
			if len(s.prefix) == 0 && slices.Contains(e.Names(), name) {
				return r.inherited(e, name, s.inner, s.outer)
			}
		}
	}
	switch {
	case exact != nil && partial != nil: // meta = { … }; meta.maintainers = …;
		return merged{exact, partial, true}, present
	case exact != nil:
		return exact, present
	case partial != nil:
		return partial, present
	}
	return nil, absent
}

// below returns how many names a path has more than a prefix that it begins with.
func (r *resolver) below(path *nix.AttrPath, prefix []string, sc *scope) (rest int, ok bool) {
	if len(path.Attrs) < len(prefix) {
		return 0, false
	}
	for i, want := range prefix {
		if name, ok := r.attrName(path.Attrs[i], sc); !ok || name != want {
			return 0, false
		}
	}
	return len(path.Attrs) - len(prefix), true
}

// inherited returns what an inherit gives a name.
func (r *resolver) inherited(n *nix.Inherit, name string, inner, outer *scope) (value, presence) {
	if n.From == nil {
		return r.lookup(name, outer, head, spot{n, outer.src}), present
	}
	return r.attr(lazy{n.From, inner}, name)
}

func (r *resolver) attrOfMerged(m merged, name string) (value, presence) {
	right, found := r.attr(m.right, name)
	if found == present && !m.deep {
		return right, present
	}
	left, before := r.attr(m.left, name)
	switch {
	case before == absent:
		return right, found
	case found == absent:
		return left, before
	case found == present:
		return merged{left, right, true}, present
	case before == present: // what a caller may put in its place is not known here
		return left, present
	}
	return either{left, right}, possible
}

func (r *resolver) attrOfEither(branches either, name string) (value, presence) {
	var values either
	best := absent
	for _, b := range branches {
		if v, found := r.attr(b, name); found != absent {
			values, best = append(values, v), max(best, found)
		}
	}
	if len(values) == 1 {
		return values[0], best
	}
	return values, best
}

// attrOfCall returns what a builder keeps of its arguments, the last first.
func (r *resolver) attrOfCall(c call, name string) (value, presence) {
	if isOverride(name) {
		return method{c, name}, present
	}
	if name == "finalPackage" {
		return c, present
	}
	var maybe value
	builds := false
	for _, arg := range slices.Backward(c.args) {
		arg = r.force(arg)
		switch arg.(type) {
		case set, merged, without, function, symbol, call:
			builds = true
		}
		if f, ok := arg.(function); ok && f.lambda.Name != nil && f.lambda.Pattern == nil {
			arg = r.apply(f, c) // finalAttrs: { … }
		}
		v, found := r.attr(arg, name)
		switch {
		case found == present:
			return v, present
		case found == possible && maybe == nil:
			maybe = v
		}
	}
	switch {
	case isStructure(name) && name != "maintainers" && name != "teams": // (import <nixpkgs> { }).lib
		return symbol{[]string{name}, c.at, true}, possible
	case maybe != nil:
		return maybe, possible
	case builds && slices.Contains(kept, name):
		return nil, absent
	}
	return unknown{at: c.at, why: "only calling the function would tell"}, possible
}

// What a package has only if its builder was given it, as far as people are concerned.
var kept = []string{"meta", "extraMeta", "maintainers", "teams", "pname", "name"}
