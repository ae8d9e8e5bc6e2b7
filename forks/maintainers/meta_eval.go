package maintainers

import (
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks/nix"
)

// What one question may cost.
const (
	stepsPerList = 4_000 // for one list of a package
	metaDepth    = 250
	metaFiles    = 20
)

const tooMuch = "finding out would take too many steps"

// A resolver finds out, for one question, what expressions are without evaluating them.
type resolver struct {
	cache *Cache
	tree  Tree
	files map[string]readFile
	read  int
	fault error // of the tree; ends the question
	steps int
	depth int
}

// enter counts a step; without it being true nothing more is to be done.
func (r *resolver) enter() bool {
	if r.steps >= stepsPerList || r.depth >= metaDepth || r.fault != nil {
		return false
	}
	r.steps++
	r.depth++
	return true
}

func (r *resolver) leave() { r.depth-- }

// eval returns what an expression is.
func (r *resolver) eval(n nix.Node, sc *scope, as role) value {
	at := spot{n, sc.src}
	if !r.enter() {
		return unknown{at: at, why: tooMuch}
	}
	defer r.leave()
	switch n := n.(type) {
	case *nix.Ident:
		return r.lookup(n.Name, sc, as, at)
	case *nix.Select:
		return r.selected(n, len(n.Path.Attrs), sc)
	case *nix.AttrSet:
		return setOf(n, sc)
	case *nix.LegacyLet:
		inner := &scope{up: sc, src: sc.src, entries: n.Entries}
		v, _ := r.attrOfSet(set{n.Entries, inner, sc, nil}, "body")
		return v
	case *nix.List:
		items := make(elements, len(n.Items))
		for i, item := range n.Items {
			items[i] = element{lazy{item, sc}, spot{item, sc.src}}
		}
		return items
	case *nix.Lambda:
		return function{n, sc}
	case *nix.Path:
		return place{n, sc.src}
	case *nix.Apply:
		return r.evalApply(n, sc)
	case *nix.Binary:
		return r.evalBinary(n, sc)
	case *nix.Paren:
		return r.eval(n.Inner, sc, as)
	case *nix.Assert:
		return r.eval(n.Body, sc, as)
	case *nix.With, *nix.Let:
		body, inner := entered(n, sc)
		return r.eval(body, inner, as)
	case *nix.If:
		return either{lazy{n.Then, sc}, lazy{n.Else, sc}}
	}
	if s, ok := nix.Constant(n); ok {
		return text(s)
	}
	return unknown{at: at, why: "it is a " + n.Kind().String()}
}

// entered returns the body of a let or with, and its scope.
func entered(n nix.Node, sc *scope) (nix.Node, *scope) {
	switch n := n.(type) {
	case *nix.Let:
		return n.Body, &scope{up: sc, src: sc.src, entries: n.Entries}
	case *nix.With:
		return n.Body, &scope{up: sc, src: sc.src, with: n.Scope}
	}
	return n, sc
}

// setOf returns an attribute set; a recursive one is a scope too.
func setOf(n *nix.AttrSet, sc *scope) set {
	return set{n.Entries, innerOf(n, sc), sc, nil}
}

func innerOf(n *nix.AttrSet, sc *scope) *scope {
	if !n.Rec {
		return sc
	}
	return &scope{up: sc, src: sc.src, entries: n.Entries}
}

// selected returns what the first names of a selection give.
func (r *resolver) selected(n *nix.Select, names int, sc *scope) value {
	at := spot{n, sc.src}
	v := r.eval(n.Of, sc, head)
	for _, a := range n.Path.Attrs[:names] {
		name, ok := r.attrName(a, sc)
		if !ok {
			return unknown{at: at, why: "a name in it is known only by evaluating"}
		}
		next, found := r.attr(v, name)
		if found == absent {
			if n.Default != nil {
				return r.eval(n.Default, sc, alone)
			}
			return nil // evaluating it would fail, so nobody does
		}
		v = next
	}
	if sym, ok := r.force(v).(symbol); ok {
		sym.at = at
		return sym
	}
	return v
}

// attrName returns the name of an attribute, also of one that a constant gives.
func (r *resolver) attrName(a nix.Node, sc *scope) (string, bool) {
	if name, ok := nix.AttrName(a); ok {
		return name, true
	}
	if i, ok := a.(*nix.Interpolation); ok {
		t, ok := r.force(r.eval(i.Expr, sc, alone)).(text)
		return string(t), ok
	}
	return "", false
}

func (r *resolver) evalBinary(n *nix.Binary, sc *scope) value {
	switch n.Op {
	case "++":
		return joined{lazy{n.Left, sc}, lazy{n.Right, sc}}
	case "//":
		return merged{lazy{n.Left, sc}, lazy{n.Right, sc}, false}
	case "|>":
		return r.apply(r.eval(n.Right, sc, called), lazy{n.Left, sc})
	case "<|":
		return r.apply(r.eval(n.Left, sc, called), lazy{n.Right, sc})
	}
	return unknown{at: spot{n, sc.src}, why: "it is computed with " + n.Op}
}

func (r *resolver) evalApply(n *nix.Apply, sc *scope) value {
	args := make([]value, len(n.Args))
	for i, a := range n.Args {
		args[i] = lazy{a, sc}
	}
	v := r.apply(r.eval(n.Func, sc, called), args...)
	if c, ok := v.(call); ok {
		c.at = spot{n, sc.src}
		return c
	}
	return v
}

// apply calls a value with arguments.
func (r *resolver) apply(f value, args ...value) value {
	for len(args) > 0 {
		if !r.enter() {
			return unknown{why: tooMuch}
		}
		defer r.leave()
		switch g := r.force(f).(type) {
		case function:
			inner := &scope{up: g.scope, src: g.scope.src, lambda: g.lambda, arg: args[0]}
			f, args = r.eval(g.lambda.Body, inner, alone), args[1:]
		case symbol:
			return r.applySymbol(g, args)
		case method:
			f, args = r.overridden(g.of, g.name, args[0]), args[1:]
		case call:
			return call{slices.Concat(g.args, args), g.at}
		case unknown:
			if g.refused {
				return g
			}
			return call{args, g.at}
		default:
			return call{args: args}
		}
	}
	return f
}

func isOverride(name string) bool {
	return strings.HasPrefix(name, "override") && !strings.HasSuffix(name, "Scope")
}

// overridden is what x.overrideAttrs f gives. x.override changes arguments, and leaves
// what is asked of here alone.
func (r *resolver) overridden(of value, name string, arg value) value {
	if name == "override" {
		return of
	}
	arg = r.force(arg)
	for i := 0; i < 2; i++ { // old: { … }, or final: old: { … }
		if f, ok := arg.(function); ok {
			if g, ok := f.lambda.Body.(*nix.Lambda); ok && i == 0 {
				arg = function{g, &scope{up: f.scope, src: f.scope.src, lambda: f.lambda}}
				continue
			}
			arg = r.force(r.apply(f, of))
		}
		break
	}
	return merged{of, arg, false}
}
