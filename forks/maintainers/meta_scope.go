package maintainers

import (
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks/nix"
)

// A source is a file that was read.
type source struct {
	path string
	file *nix.File
}

// A scope is what names stand for at a place of a file. One of entries, lambda and with
// is set, or none: the scope of a whole file.
type scope struct {
	up      *scope
	src     *source
	entries []nix.Node  // of let, or of a recursive set
	lambda  *nix.Lambda // with its argument, nil if that is not known
	arg     value
	with    nix.Node // to be resolved in up

	byName map[string][]nix.Node // the entries, once somebody looked for one
}

// entriesOf returns the entries that bind a name: package sets have thousands.
func (s *scope) entriesOf(name string) []nix.Node {
	if s.byName == nil && len(s.entries) > 0 {
		s.byName = make(map[string][]nix.Node, len(s.entries))
		for _, e := range s.entries {
			switch e := e.(type) {
			case *nix.Binding:
				if first, ok := nix.AttrName(e.Path.Attrs[0]); ok {
					s.byName[first] = append(s.byName[first], e)
				}
			case *nix.Inherit:
				for _, first := range e.Names() {
					s.byName[first] = append(s.byName[first], e)
				}
			}
		}
	}
	return s.byName[name]
}

// role is how a name is used.
type role uint8

const (
	alone  role = iota // an item of a list, a value
	head               // something is selected from it
	called             // it is a function
)

// Names that Nix has in every scope, before any with.
var builtinNames = strings.Fields(`abort baseNameOf break builtins derivation derivationStrict
	dirOf false fetchGit fetchMercurial fetchTarball fetchTree fromTOML import isNull map null
	placeholder removeAttrs scopedImport throw toString true`)

// lookup returns what a name stands for: what is bound around it first, then what the
// innermost with gives.
func (r *resolver) lookup(name string, sc *scope, as role, at spot) value {
	if !r.enter() {
		return unknown{at: at, why: tooMuch}
	}
	defer r.leave()
	for s := sc; s != nil; s = s.up {
		if v, ok := r.bound(name, s, at); ok {
			return v
		}
	}
	if slices.Contains(builtinNames, name) {
		return symbol{[]string{name}, at, false}
	}
	return r.lookupWith(name, sc, as, at)
}

// bound returns what a scope itself binds a name to.
func (r *resolver) bound(name string, s *scope, at spot) (value, bool) {
	if s.entries != nil {
		entries := s.entriesOf(name)
		v, _ := r.attrOfSet(set{entries, s, s.up, nil}, name)
		return v, len(entries) > 0
	}
	if s.lambda == nil {
		return nil, false
	}
	if n := s.lambda.Name; n != nil && n.Name == name {
		if s.arg != nil {
			return s.arg, true
		}
		return symbol{[]string{name}, at, true}, true
	}
	if s.lambda.Pattern == nil {
		return nil, false
	}
	formal, ok := s.lambda.Pattern.Formal(name)
	if !ok {
		return nil, false
	}
	if s.arg != nil {
		if v, found := r.attr(s.arg, name); found == present {
			return v, true
		}
	}
	if isDefault(formal.Default) {
		return lazy{formal.Default, s}, true
	}
	return symbol{[]string{name}, at, s.up.inFunction()}, true
}

// isDefault reports whether a default stands for something: null and throw only say that
// the argument has to be given.
func isDefault(n nix.Node) bool {
	switch n := n.(type) {
	case nil:
		return false
	case *nix.Ident:
		return n.Name != "null"
	case *nix.Apply:
		f, ok := n.Func.(*nix.Ident)
		return !ok || f.Name != "throw" && f.Name != "abort"
	}
	return true
}

// inFunction reports whether a scope is that of a function's body.
func (s *scope) inFunction() bool {
	for ; s != nil; s = s.up {
		if s.lambda != nil {
			return true
		}
	}
	return false
}

// binds reports whether entries bind a name, to whatever.
func binds(entries []nix.Node, name string) bool {
	for _, e := range entries {
		switch e := e.(type) {
		case *nix.Binding:
			if first, ok := nix.AttrName(e.Path.Attrs[0]); ok && first == name {
				return true
			}
		case *nix.Inherit:
			if slices.Contains(e.Names(), name) {
				return true
			}
		}
	}
	return false
}

// lookupWith asks the scopes of with, the innermost first. One that is not read may have
// any name; of these the first that is likely to have this one counts.
func (r *resolver) lookupWith(name string, sc *scope, as role, at spot) value {
	var maybe []value
	doubtful := false
	for s := sc; s != nil; s = s.up {
		if s.with == nil {
			continue
		}
		of := r.force(r.eval(s.with, s.up, head))
		v, found := r.attr(of, name)
		if sym, ok := v.(symbol); ok && found == possible {
			sym.at = at
			v = sym
		}
		switch likely := r.likely(of, name, as); {
		case found == absent:
		case found == present || likely == present:
			if doubtful && as == alone {
				return unknown{at: at, why: "it may come from one with or from another"}
			}
			return v
		case likely == possible:
			maybe = append(maybe, v)
			doubtful = doubtful || !isLibrary(of)
		}
	}
	if len(maybe) > 0 {
		return maybe[0]
	}
	return symbol{[]string{name}, at, false}
}

// likely says whether a set that is known by its name alone has an attribute. Lists of
// people have people, and nothing that is called or selected from.
func (r *resolver) likely(of value, name string, as role) presence {
	sym, ok := of.(symbol)
	if !ok {
		return possible
	}
	switch {
	case isPeople(sym.path):
		if as == alone && !isStructure(name) {
			return present
		}
		return absent
	case isTeams(sym.path):
		if as != called && !isStructure(name) {
			return present
		}
		return absent
	case isLibrary(sym) && (name == "maintainers" || name == "teams" || name == "hm"):
		return present
	}
	return possible
}

func isStructure(name string) bool {
	switch name {
	case "lib", "maintainers", "teams", "hm", "stdenv", "pkgs", "licenses", "platforms":
		return true
	}
	return false
}

// isLibrary reports whether a value is lib, stdenv.lib, pkgs.lib or the like.
func isLibrary(v value) bool {
	sym, ok := v.(symbol)
	return ok && libraryName(sym.path[len(sym.path)-1])
}

func libraryName(name string) bool {
	return name == "hm" || strings.Contains(strings.ToLower(name), "lib")
}

// isPeople reports whether a path is that of the list of maintainers: lib.maintainers,
// stdenv.lib.maintainers, lib.hm.maintainers, or maintainers alone.
func isPeople(path []string) bool { return isTable(path, "maintainers") }

// isTeams reports the same of the list of teams.
func isTeams(path []string) bool { return isTable(path, "teams") }

func isTable(path []string, name string) bool {
	n := len(path)
	return n > 0 && path[n-1] == name && (n == 1 || libraryName(path[n-2]))
}
