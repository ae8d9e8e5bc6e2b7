package nix

// Children gives none, as for all that stands alone.
func (*Ident) Children() []Node      { return nil }
func (*Int) Children() []Node        { return nil }
func (*Float) Children() []Node      { return nil }
func (*URI) Children() []Node        { return nil }
func (*SearchPath) Children() []Node { return nil }
func (*Text) Children() []Node       { return nil }

// Children gives the parts, items, entries or attributes.
func (n *String) Children() []Node         { return n.Parts }
func (n *IndentedString) Children() []Node { return n.Parts }
func (n *Path) Children() []Node           { return n.Parts }
func (n *List) Children() []Node           { return n.Items }
func (n *AttrSet) Children() []Node        { return n.Entries }
func (n *LegacyLet) Children() []Node      { return n.Entries }
func (n *AttrPath) Children() []Node       { return n.Attrs }

// Children gives what the node is made of.
func (n *Interpolation) Children() []Node { return []Node{n.Expr} }
func (n *Binding) Children() []Node       { return []Node{n.Path, n.Value} }
func (n *Apply) Children() []Node         { return prepend(n.Func, n.Args) }
func (n *With) Children() []Node          { return []Node{n.Scope, n.Body} }
func (n *Let) Children() []Node           { return append(n.Entries[:len(n.Entries):len(n.Entries)], n.Body) }
func (n *Assert) Children() []Node        { return []Node{n.Condition, n.Body} }
func (n *If) Children() []Node            { return []Node{n.Condition, n.Then, n.Else} }
func (n *HasAttr) Children() []Node       { return []Node{n.Of, n.Path} }
func (n *Binary) Children() []Node        { return []Node{n.Left, n.Right} }
func (n *Unary) Children() []Node         { return []Node{n.Operand} }
func (n *Paren) Children() []Node         { return []Node{n.Inner} }

// Children gives the source, if there is one, and the attributes.
func (n *Inherit) Children() []Node {
	if n.From == nil {
		return n.Attrs
	}
	return prepend(n.From, n.Attrs)
}

// Children gives name, pattern and body; the pattern is first where it is written first.
func (n *Lambda) Children() []Node {
	switch {
	case n.Pattern == nil:
		return []Node{n.Name, n.Body}
	case n.Name == nil:
		return []Node{n.Pattern, n.Body}
	case n.Pattern.start < n.Name.start:
		return []Node{n.Pattern, n.Name, n.Body}
	}
	return []Node{n.Name, n.Pattern, n.Body}
}

// Children gives the arguments.
func (n *Pattern) Children() []Node {
	nodes := make([]Node, len(n.Formals))
	for i, f := range n.Formals {
		nodes[i] = f
	}
	return nodes
}

// Children gives the name, and the default if there is one.
func (n *Formal) Children() []Node {
	if n.Default == nil {
		return []Node{n.Name}
	}
	return []Node{n.Name, n.Default}
}

// Children gives what is selected from, the path, and the default if there is one.
func (n *Select) Children() []Node {
	if n.Default == nil {
		return []Node{n.Of, n.Path}
	}
	return []Node{n.Of, n.Path, n.Default}
}

func prepend(first Node, rest []Node) []Node {
	return append(append(make([]Node, 0, len(rest)+1), first), rest...)
}
