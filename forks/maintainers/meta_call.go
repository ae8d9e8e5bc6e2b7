package maintainers

import (
	"regexp"

	"github.com/auxolotl/auxsync/forks/nix"
)

// A function by one of these names reads a file and calls what is in it.
var readsFile = regexp.MustCompile(`^(import|callTest|callLibs|handleTest\w*|runTest\w*|\w*[cC]allPackage\w*)$`)

// applySymbol calls a function that is known by its name alone.
func (r *resolver) applySymbol(f symbol, args []value) value {
	name := f.path[len(f.path)-1]
	if isOverride(name) && len(f.path) > 1 {
		of := symbol{f.path[:len(f.path)-1], f.at, f.local}
		return r.apply(r.overridden(of, name, args[0]), args[1:]...)
	}
	if readsFile.MatchString(name) {
		if v, ok := r.applyFile(name, args); ok {
			return v
		}
	}
	if v, rest, ok := r.applyKnown(name, f.at, args); ok {
		return r.apply(v, rest...)
	}
	return call{args, f.at}
}

// applyFile is import ./x.nix … and callPackage ./x.nix { … }, also with a function in
// place of the file.
func (r *resolver) applyFile(name string, args []value) (value, bool) {
	var v value
	switch what := r.force(args[0]).(type) {
	case place:
		v = r.imported(what.node, what.src)
	case function:
		if name != "import" {
			v = what
		}
	}
	if v == nil {
		return nil, false
	}
	if name != "import" && len(args) == 1 {
		return r.opened(v), true
	}
	return r.apply(v, args[1:]...), true
}

// opened calls a function without knowing its arguments, until it gives something else.
func (r *resolver) opened(v value) value {
	for range 4 {
		f, ok := r.force(v).(function)
		if !ok {
			break
		}
		v = r.eval(f.lambda.Body, &scope{up: f.scope, src: f.scope.src, lambda: f.lambda}, alone)
	}
	return v
}

// Functions that give one of their arguments, or what is as good here, by the number of
// arguments that they take: the last one is given.
var givesLast = map[string]int{
	"optionals": 2, "mkIf": 2, "mkForce": 1, "mkDefault": 1, "mkBefore": 1, "mkAfter": 1,
	"mkOverride": 2, "mkOrder": 2, "unique": 1, "reverseList": 1, "flatten": 1, "toList": 1,
	"id": 1, "warn": 2, "warnIf": 3, "throwIf": 3, "throwIfNot": 3, "assertMsg": 2, "seq": 2,
	"deepSeq": 2, "trace": 2, "traceVal": 1, "addErrorContext": 2, "hiPrio": 1, "lowPrio": 1,
	"setPrio": 2, "setName": 2, "appendToName": 2, "dontDistribute": 1, "hydraJob": 1,
	"extendDerivation": 3, "optionalAttrs": 2, "addMetaAttrs": 2, "enableDebugging": 1, "recurseIntoAttrs": 1,
}

// applyKnown calls a function of lib or builtins that this package knows. rest are the
// arguments that are left over.
func (r *resolver) applyKnown(name string, at spot, args []value) (v value, rest []value, ok bool) {
	if n, ok := givesLast[name]; ok && len(args) >= n {
		return args[n-1], args[n:], true
	}
	switch {
	case name == "throw" || name == "abort":
		return unknown{at: at, why: "evaluating it ends with an error"}, nil, true
	case name == "mkOption":
		return unknown{at: at, why: declares}, nil, true
	case name == "singleton":
		return elements{{value: args[0]}}, args[1:], true
	case name == "concatLists" || name == "mkMerge":
		return r.concatenated(args[0], at), args[1:], true
	case name == "attrValues":
		return r.attrValues(args[0], at), args[1:], true
	case len(args) < 2:
		return nil, nil, false
	}
	switch name {
	case "optional":
		return elements{{value: args[1]}}, args[2:], true
	case "makeOverridable":
		return r.apply(args[0], args[1]), args[2:], true
	case "recursiveUpdate":
		return merged{args[0], args[1], true}, args[2:], true
	case "removeAttrs":
		return r.removed(args[0], args[1], at), args[2:], true
	case "map":
		return r.mapped(args[0], args[1], at), args[2:], true
	}
	return nil, nil, false
}

// concatenated is lib.concatLists [ a b ], and mkMerge [ a b ].
func (r *resolver) concatenated(lists value, at spot) value {
	items, ok := r.force(lists).(elements)
	if !ok {
		return unknown{at: at, why: "the lists in it are not known here"}
	}
	var all joined
	for _, item := range items {
		all = append(all, item.value)
	}
	return all
}

// attrValues is lib.attrValues { inherit (lib.maintainers) a b; }.
func (r *resolver) attrValues(of value, at spot) value {
	s, ok := r.force(of).(set)
	if !ok || len(s.prefix) > 0 {
		return unknown{at: at, why: "the attributes of it are not known here"}
	}
	var values elements
	for _, e := range s.entries {
		switch e := e.(type) {
		case *nix.Binding:
			values = append(values, element{lazy{e.Value, s.inner}, spot{e.Value, s.inner.src}})
		case *nix.Inherit:
			for i, name := range e.Names() {
				v, _ := r.inherited(e, name, s.inner, s.outer)
				values = append(values, element{v, spot{e.Attrs[i], s.inner.src}})
			}
		}
	}
	return values
}

// removed is removeAttrs of names.
func (r *resolver) removed(of, names value, at spot) value {
	items, ok := r.force(names).(elements)
	if !ok {
		return unknown{at: at, why: "the names that it removes are not known here"}
	}
	w := without{of: of}
	for _, item := range items {
		name, ok := r.force(item.value).(text)
		if !ok {
			return unknown{at: at, why: "the names that it removes are not known here"}
		}
		w.names = append(w.names, string(name))
	}
	return w
}

// mapped is map f [ … ].
func (r *resolver) mapped(f, over value, at spot) value {
	items, ok := r.force(over).(elements)
	if !ok {
		return unknown{at: at, why: "the list that it goes over is not known here"}
	}
	mapped := make(elements, len(items))
	for i, item := range items {
		mapped[i] = element{r.apply(f, item.value), item.at}
	}
	return mapped
}

// unwrapped takes parentheses away.
func unwrapped(n nix.Node) nix.Node {
	for {
		p, ok := n.(*nix.Paren)
		if !ok {
			return n
		}
		n = p.Inner
	}
}
