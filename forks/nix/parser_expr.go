package nix

// expr reads an expression of any kind; what names it in an error.
func (p *parser) expr(what string) Node {
	p.enter()
	defer p.leave()
	switch p.tok() {
	case Word:
		if next := p.peek(1); next == Colon || next == At {
			return p.lambda()
		}
	case LeftBrace:
		if p.patternAhead() {
			return p.lambda()
		}
	case KeyLet:
		if p.peek(1) != LeftBrace {
			return p.let()
		}
	case KeyWith:
		return p.with()
	case KeyAssert:
		return p.assert()
	case KeyIf:
		return p.conditional()
	}
	return p.pipes(what)
}

func (p *parser) let() Node {
	start := p.start()
	p.next()
	entries := p.entries(KeyIn)
	for _, e := range entries {
		if b, ok := e.(*Binding); ok && p.err == nil {
			if _, static := AttrName(b.Path.Attrs[0]); !static {
				p.fail(b.start, "expected a name that is known without evaluating: let takes no other, found an interpolation")
			}
		}
	}
	p.expect(KeyIn, "after the bindings of let")
	body := p.expr("an expression after 'in'")
	return &Let{p.span(start, append(entries[:len(entries):len(entries)], body)...), entries, body}
}

func (p *parser) with() Node {
	start := p.start()
	p.next()
	scope := p.expr("an expression after 'with'")
	p.expect(Semicolon, "after the scope of with")
	body := p.expr("an expression after 'with …;'")
	return &With{p.span(start, scope, body), scope, body}
}

func (p *parser) assert() Node {
	start := p.start()
	p.next()
	condition := p.expr("a condition after 'assert'")
	p.expect(Semicolon, "after the condition of assert")
	body := p.expr("an expression after 'assert …;'")
	return &Assert{p.span(start, condition, body), condition, body}
}

func (p *parser) conditional() Node {
	start := p.start()
	p.next()
	condition := p.expr("a condition after 'if'")
	p.expect(KeyThen, "after the condition of if")
	yes := p.expr("an expression after 'then'")
	p.expect(KeyElse, "after the first branch of if")
	no := p.expr("an expression after 'else'")
	return &If{p.span(start, condition, yes, no), condition, yes, no}
}

// patternAhead reports whether the brace here begins a function's pattern, not a set:
// three tokens tell.
func (p *parser) patternAhead() bool {
	switch p.peek(1) {
	case Ellipsis:
		return true
	case RightBrace:
		return p.peek(2) == Colon || p.peek(2) == At
	case Word:
		next := p.peek(2)
		return next == Comma || next == Question || next == RightBrace
	}
	return false
}

func (p *parser) lambda() Node {
	start := p.start()
	n := &Lambda{}
	if p.tok() == Word {
		n.Name = p.ident("")
		if p.take(At) {
			n.Pattern = p.pattern()
		}
	} else {
		n.Pattern = p.pattern()
		if p.take(At) {
			n.Name = p.ident("a name for all arguments after '@'")
		}
	}
	p.expect(Colon, "after the argument of a function")
	n.Body = p.expr("the body of a function")
	n.span = p.span(start, n.Children()...)
	return n
}

func (p *parser) pattern() *Pattern {
	start := p.start()
	p.expect(LeftBrace, "at the start of a function's pattern")
	n := &Pattern{}
	for p.tok() != RightBrace && p.err == nil {
		if p.take(Ellipsis) {
			n.Ellipsis = true
			break
		}
		n.Formals = append(n.Formals, p.formal())
		if !p.take(Comma) {
			break
		}
	}
	switch {
	case n.Ellipsis || p.tok() == RightBrace:
		p.expect(RightBrace, "at the end of a function's pattern")
	default:
		p.failExpected("',' or '}' after an argument of a function's pattern")
	}
	n.span = p.span(start, n.Children()...)
	return n
}

func (p *parser) formal() *Formal {
	start := p.start()
	n := &Formal{Name: p.ident("the name of an argument, '...' or '}' in a function's pattern")}
	if p.take(Question) {
		n.Default = p.expr("a default after '?'")
	}
	n.span = p.span(start, n.Children()...)
	return n
}
