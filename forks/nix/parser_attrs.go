package nix

// bracedEntries reads "{ … }" of a set.
func (p *parser) bracedEntries() []Node {
	p.expect(LeftBrace, "at the start of an attribute set")
	entries := p.entries(RightBrace)
	p.expect(RightBrace, "at the end of an attribute set")
	return entries
}

// entries reads bindings and inherits up to the token that ends them.
func (p *parser) entries(end Tok) []Node {
	var entries []Node
	for p.err == nil && p.tok() != end {
		switch p.tok() {
		case KeyInherit:
			entries = append(entries, p.inherit())
		case Word, KeyOr, StringOpen, InterpOpen:
			entries = append(entries, p.bindingEntry())
		default:
			p.failExpected("a binding, 'inherit' or " + end.String())
		}
	}
	return entries
}

func (p *parser) bindingEntry() Node {
	start := p.start()
	path := p.attrPath("the name of an attribute")
	if !p.take(Equals) {
		p.failExpected("'=' or '.' after the name of an attribute")
	}
	value := p.expr("a value after '='")
	p.expect(Semicolon, "after the value of an attribute")
	return &Binding{p.span(start, path, value), path, value}
}

func (p *parser) inherit() Node {
	start := p.start()
	p.next()
	n := &Inherit{}
	if p.take(LeftParen) {
		n.From = p.expr("an expression after 'inherit ('")
		p.expect(RightParen, "after the source of inherit")
	}
	for p.attrAhead() {
		attr := p.attr("")
		if _, static := AttrName(attr); !static && p.err == nil {
			p.fail(int32(attr.Range().Start), "expected a name that is known without evaluating: inherit takes no other, found an interpolation")
		}
		n.Attrs = append(n.Attrs, attr)
	}
	if !p.take(Semicolon) {
		p.failExpected("a name or ';' after 'inherit'")
	}
	n.span = p.span(start, n.Children()...)
	return n
}

// attrPath reads a.b.c.
func (p *parser) attrPath(what string) *AttrPath {
	start := p.start()
	attrs := []Node{p.attr(what)}
	for p.take(Dot) {
		attrs = append(attrs, p.attr("an attribute after '.'"))
	}
	return &AttrPath{p.span(start, attrs...), attrs}
}

func (p *parser) attrAhead() bool {
	switch p.tok() {
	case Word, KeyOr, StringOpen, InterpOpen:
		return true
	}
	return false
}

// attr reads one name of an attribute path.
func (p *parser) attr(what string) Node {
	switch p.tok() {
	case StringOpen:
		return p.stringLit()
	case InterpOpen:
		return p.interpolation()
	case KeyOr:
		start := p.start()
		name := p.next()
		return &Ident{p.span(start), name}
	}
	return p.ident(what)
}
