package nix

// AttrName returns the name of one attribute of a path; ok is false if it is known
// only by evaluating.
func AttrName(attr Node) (name string, ok bool) {
	switch a := attr.(type) {
	case *Ident:
		return a.Name, true
	case *String:
		return a.Value()
	case *Interpolation:
		return Constant(a.Expr)
	}
	return "", false
}

// Names returns the names of a path: foo."bar" gives foo and bar. It returns ok = false
// if one of them is known only by evaluating.
func (n *AttrPath) Names() (names []string, ok bool) {
	names = make([]string, len(n.Attrs))
	for i, a := range n.Attrs {
		if names[i], ok = AttrName(a); !ok {
			return nil, false
		}
	}
	return names, true
}

// Names returns the names that are inherited, in the order of the source.
func (n *Inherit) Names() []string {
	names := make([]string, len(n.Attrs))
	for i, a := range n.Attrs {
		names[i], _ = AttrName(a)
	}
	return names
}

// Formal returns the argument of this name; ok is false if the pattern has none.
func (n *Pattern) Formal(name string) (formal *Formal, ok bool) {
	for _, f := range n.Formals {
		if f.Name.Name == name {
			return f, true
		}
	}
	return nil, false
}
