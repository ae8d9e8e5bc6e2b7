package maintainers

import (
	"strings"

	"github.com/auxolotl/auxsync/forks/nix"
)

// A site is an expression that says, directly, whom a package has: a set that binds meta,
// or maintainers for a builder, or a call of something that does.
type site struct {
	expr  nix.Node
	scope *scope
	form  siteForm
	attr  string   // that is meta: "meta", or "extraMeta" for a builder
	read  *reading // once it was asked for
}

type siteForm uint8

const (
	bindsMeta   siteForm = iota // { meta = …; }, { meta.maintainers = …; }
	bindsPeople                 // { maintainers = …; }
	callsHere                   // f { … }, with an f of this file
	callsFile                   // callPackage ./f.nix { }
)

// A pack is a package of a file: the whole expression that sites are the value of, and
// the name that it is bound to.
type pack struct {
	node   nix.Node
	name   string
	shared bool // bound by let: the file may use it for several packages
	sites  []*site
}

// An index knows the packages of a file. What a site says flows outwards, as a value
// does: from a set to the call that it is an argument of, to the function around it and
// on, until it is bound to a name.
type index struct {
	src   *source
	flows map[nix.Node][]*site
	packs []*pack
}

// A state is what is known around a node on the way down.
type state struct {
	meta   bool // the value of meta: not a package of its own
	schema bool // options are declared here
	body   bool // what let, with or a function gives
}

func newIndex(src *source) *index {
	ix := &index{src: src, flows: map[nix.Node][]*site{}}
	sc := &scope{src: src}
	ix.end(src.file.Root, "", false, ix.walk(src.file.Root, sc, state{body: true}))
	return ix
}

// end notes that a value goes no further outwards.
func (ix *index) end(n nix.Node, name string, shared bool, sites []*site) {
	if len(sites) > 0 {
		ix.packs = append(ix.packs, &pack{n, name, shared, sites})
	}
}

// apart walks what does not flow into the value around it.
func (ix *index) apart(sc *scope, st state, nodes ...nix.Node) {
	for _, n := range nodes {
		ix.end(n, "", false, ix.walk(n, sc, state{schema: st.schema}))
	}
}

// walk returns the sites that flow out of a node, and keeps them.
func (ix *index) walk(n nix.Node, sc *scope, st state) []*site {
	sites := ix.sitesOf(n, sc, st)
	if len(sites) > 0 {
		ix.flows[n] = sites
	}
	return sites
}

func (ix *index) sitesOf(n nix.Node, sc *scope, st state) []*site {
	inner := state{meta: st.meta, schema: st.schema}
	body := state{meta: st.meta, schema: st.schema, body: true}
	switch n := n.(type) {
	case *nix.AttrSet:
		return ix.set(n, sc, st)
	case *nix.Paren:
		return ix.walk(n.Inner, sc, st)
	case *nix.Assert:
		ix.apart(sc, st, n.Condition)
		return ix.walk(n.Body, sc, body)
	case *nix.With:
		ix.apart(sc, st, n.Scope)
		next, scoped := entered(n, sc)
		return ix.walk(next, scoped, body)
	case *nix.Let:
		next, scoped := entered(n, sc)
		ix.entries(n.Entries, scoped, st, true)
		return ix.walk(next, scoped, body)
	case *nix.LegacyLet:
		ix.entries(n.Entries, &scope{up: sc, src: sc.src, entries: n.Entries}, st, true)
		return nil
	case *nix.If:
		ix.apart(sc, st, n.Condition)
		return append(ix.walk(n.Then, sc, body), ix.walk(n.Else, sc, body)...)
	case *nix.Lambda:
		return ix.lambda(n, &scope{up: sc, src: sc.src, lambda: n}, body)
	case *nix.Apply:
		return ix.apply(n, sc, inner)
	case *nix.Select:
		sites := ix.walk(n.Of, sc, inner)
		if len(sites) == 1 && sites[0].form == callsFile && sites[0].expr == unwrapped(n.Of) {
			return []*site{{expr: n, scope: sc, form: callsFile, attr: "meta"}} // one package of several
		}
		return sites
	case *nix.Binary:
		if n.Op == "//" || n.Op == "|>" || n.Op == "<|" {
			return append(ix.walk(n.Left, sc, inner), ix.walk(n.Right, sc, inner)...)
		}
	case *nix.Ident:
		if st.body && !st.meta && boundLocally(n.Name, sc) != nil {
			return []*site{{expr: n, scope: sc, form: callsHere, attr: "meta"}}
		}
		return nil
	}
	ix.apart(sc, st, n.Children()...)
	return nil
}

// set walks an attribute set, and makes it a site if it binds meta or maintainers.
func (ix *index) set(n *nix.AttrSet, sc *scope, st state) []*site {
	flowing := ix.entries(n.Entries, innerOf(n, sc), st, false)
	if st.meta || st.schema {
		return flowing
	}
	switch {
	case binds(n.Entries, "meta"):
		return append(flowing, &site{expr: n, scope: sc, form: bindsMeta, attr: "meta"})
	case binds(n.Entries, "extraMeta"):
		return append(flowing, &site{expr: n, scope: sc, form: bindsMeta, attr: "extraMeta"})
	case binds(n.Entries, "maintainers"):
		return append(flowing, &site{expr: n, scope: sc, form: bindsPeople})
	}
	return flowing
}

// entries walks the values of a set or let. Of those only that of "config", the settings
// of a module, flows on.
func (ix *index) entries(entries []nix.Node, sc *scope, st state, shared bool) (flowing []*site) {
	for _, e := range entries {
		switch e := e.(type) {
		case *nix.Inherit:
			if e.From != nil {
				ix.apart(sc, st, e.From)
			}
		case *nix.Binding:
			first, _ := nix.AttrName(e.Path.Attrs[0])
			next := state{meta: first == "meta" || first == "extraMeta", schema: st.schema || first == "options"}
			sites := ix.walk(e.Value, sc, next)
			if len(sites) > 0 {
				ix.flows[e] = sites // its name is a part of what it binds
			}
			if first == "config" && !shared {
				flowing = append(flowing, sites...)
				continue
			}
			name, _ := nix.AttrName(e.Path.Attrs[len(e.Path.Attrs)-1])
			ix.end(e.Value, name, shared, sites)
		}
	}
	return flowing
}

func (ix *index) lambda(n *nix.Lambda, sc *scope, st state) []*site {
	if n.Pattern != nil {
		for _, f := range n.Pattern.Formals {
			if f.Default != nil {
				ix.apart(sc, st, f.Default)
			}
		}
	}
	return ix.walk(n.Body, sc, st)
}

// apply walks a call. What flows into it flows out, and a call of something that is
// defined in this file or in another one may say more.
func (ix *index) apply(n *nix.Apply, sc *scope, st state) []*site {
	sites := ix.walk(n.Func, sc, st)
	for _, a := range n.Args {
		if f, ok := unwrapped(a).(*nix.Lambda); ok {
			sites = append(sites, ix.argument(f, argumentOf(n, sc), sc, st)...)
			continue
		}
		sites = append(sites, ix.walk(a, sc, st)...)
	}
	if form, ok := saysMore(n, sc); ok && !st.meta && !st.schema {
		sites = append(sites, &site{expr: n, scope: sc, form: form, attr: "meta"})
	}
	return sites
}

// argument walks a function that stands in a call, with what the call hands to it. Of two
// in one another, final: old: …, the inner one has it.
func (ix *index) argument(f *nix.Lambda, arg value, sc *scope, st state) []*site {
	bound := &scope{up: sc, src: sc.src, lambda: f, arg: arg}
	body := state{meta: st.meta, schema: st.schema, body: true}
	g, ok := f.Body.(*nix.Lambda)
	if ok {
		bound.arg = nil
		ix.flows[f] = ix.argument(g, arg, bound, st)
	} else {
		ix.flows[f] = ix.lambda(f, bound, body)
	}
	return ix.flows[f]
}

// argumentOf returns what a function that stands in a call is called with, as far as it
// is known: old in x.overrideAttrs (old: …), finalAttrs in mkDerivation (finalAttrs: …).
func argumentOf(n *nix.Apply, sc *scope) value {
	switch f := unwrapped(n.Func).(type) {
	case *nix.Ident:
		if isBuilder(f.Name) {
			return lazy{n, sc}
		}
	case *nix.Select:
		last, _ := nix.AttrName(f.Path.Attrs[len(f.Path.Attrs)-1])
		switch {
		case isOverride(last):
			return part{f, len(f.Path.Attrs) - 1, sc}
		case isBuilder(last):
			return lazy{n, sc}
		}
	}
	return nil
}

func isBuilder(name string) bool {
	return strings.HasPrefix(name, "mk") || strings.HasPrefix(name, "build")
}

// saysMore reports whether a call is one of a function of this file, or of another file.
func saysMore(n *nix.Apply, sc *scope) (form siteForm, ok bool) {
	name := ""
	f := unwrapped(n.Func)
	switch f := f.(type) {
	case *nix.Ident:
		name = f.Name
	case *nix.Select:
		name, _ = nix.AttrName(f.Path.Attrs[len(f.Path.Attrs)-1])
	}
	if p, ok := unwrapped(n.Args[0]).(*nix.Path); ok && readsFile.MatchString(name) {
		_, inTree := relative(p, sc.src.path)
		return callsFile, inTree
	}
	if _, ok := f.(*nix.Ident); ok {
		switch boundLocally(name, sc).(type) {
		case *nix.Lambda, *nix.Apply, *nix.With, *nix.Let:
			return callsHere, true
		}
	}
	return 0, false
}

// boundLocally returns the value that a let or a recursive set around gives a name, nil
// if it is an argument or not bound.
func boundLocally(name string, sc *scope) nix.Node {
	for s := sc; s != nil; s = s.up {
		if s.lambda != nil {
			if s.lambda.Name != nil && s.lambda.Name.Name == name {
				return nil
			}
			if s.lambda.Pattern != nil {
				if _, ok := s.lambda.Pattern.Formal(name); ok {
					return nil
				}
			}
		}
		if entries := s.entriesOf(name); len(entries) > 0 {
			if b, ok := entries[0].(*nix.Binding); ok && len(b.Path.Attrs) == 1 {
				return unwrapped(b.Value)
			}
			return nil
		}
	}
	return nil
}
