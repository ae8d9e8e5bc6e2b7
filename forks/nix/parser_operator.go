package nix

// What binds how tightly, from the loosest. Pipes are looser than all, and call of a
// function and selection tighter.
const (
	bindImplies = iota + 1
	bindOr
	bindAnd
	bindEqual
	bindCompare
	bindUpdate
	bindNot
	bindPlus
	bindTimes
	bindConcat
	bindHasAttr
	bindNegate
)

type associates uint8

const (
	toLeft associates = iota
	toRight
	toNone // "a == b == c" is an error
)

// binding returns how tightly an operator between two operands binds; 0 if the token
// is none.
func binding(t Tok) (int, associates) {
	switch t {
	case Implies:
		return bindImplies, toRight
	case Or:
		return bindOr, toLeft
	case And:
		return bindAnd, toLeft
	case Equal, NotEqual:
		return bindEqual, toNone
	case Less, LessEqual, Greater, GreaterEqual:
		return bindCompare, toNone
	case Update:
		return bindUpdate, toRight
	case Plus, Minus:
		return bindPlus, toLeft
	case Times, Slash:
		return bindTimes, toLeft
	case Concat:
		return bindConcat, toRight
	case Question:
		return bindHasAttr, toLeft
	}
	return 0, toLeft
}

// pipes reads operands joined by one kind of pipe: "|>" associates to the left, "<|"
// to the right, and they do not mix.
func (p *parser) pipes(what string) Node {
	start := p.start()
	left := p.operation(bindImplies, what)
	if p.tok() == PipeFrom {
		op := p.next()
		right := p.pipesFrom()
		return &Binary{p.span(start, left, right), op, left, right}
	}
	for p.tok() == PipeInto {
		op := p.next()
		right := p.operation(bindImplies, "an operand after '|>'")
		left = &Binary{p.span(start, left, right), op, left, right}
	}
	return left
}

func (p *parser) pipesFrom() Node {
	p.enter()
	defer p.leave()
	start := p.start()
	left := p.operation(bindImplies, "an operand after '<|'")
	if p.tok() != PipeFrom {
		return left
	}
	op := p.next()
	right := p.pipesFrom()
	return &Binary{p.span(start, left, right), op, left, right}
}

// operation reads operands joined by operators that bind at least as tightly as least.
func (p *parser) operation(least int, what string) Node {
	start := p.start()
	left := p.prefixed(what)
	for {
		bind, assoc := binding(p.tok())
		if bind == 0 || bind < least {
			return left
		}
		t, op := p.tok(), p.next()
		if t == Question {
			path := p.attrPath("an attribute after '?'")
			left = &HasAttr{p.span(start, left, path), left, path}
			continue
		}
		tighter := bind + 1
		if assoc == toRight {
			tighter = bind
		}
		right := p.operand(tighter, t)
		left = &Binary{p.span(start, left, right), op, left, right}
		if again, _ := binding(p.tok()); assoc == toNone && again == bind {
			p.failExpected("parentheses, since comparisons of one kind do not chain")
		}
	}
}

// operand reads what follows an operator.
func (p *parser) operand(least int, after Tok) Node {
	p.enter()
	defer p.leave()
	return p.operation(least, "an operand after "+after.String())
}

// prefixed reads an operand with the "!" and "-" before it.
func (p *parser) prefixed(what string) Node {
	start := p.start()
	t, least := p.tok(), bindNegate
	switch t {
	case Not:
		least = bindNot
	case Minus:
	default:
		return p.apply(what)
	}
	op := p.next()
	operand := p.operand(least, t)
	return &Unary{p.span(start, operand), op, operand}
}

// apply reads a function and its arguments.
func (p *parser) apply(what string) Node {
	start := p.start()
	first := p.selection(what)
	if !p.simpleAhead() {
		return first
	}
	n := &Apply{Func: first}
	for p.simpleAhead() {
		n.Args = append(n.Args, p.selection(""))
	}
	n.span = p.span(start, n.Children()...)
	return n
}
