package nix

import (
	"math"
	"strconv"
	"strings"
)

// simpleAhead reports whether the present token begins something that can be an
// argument or an item of a list.
func (p *parser) simpleAhead() bool {
	switch p.tok() {
	case Word, IntLit, FloatLit, URILit, SearchPathLit, PathStart, StringOpen, IndentOpen,
		LeftBrace, LeftBracket, LeftParen, KeyRec:
		return true
	case KeyLet:
		return p.peek(1) == LeftBrace
	}
	return false
}

// selection reads a.b, a.b or c, and the older "a or", which calls a with "or".
func (p *parser) selection(what string) Node {
	start := p.start()
	of := p.simple(what)
	switch p.tok() {
	case Dot:
		p.next()
		n := &Select{Of: of, Path: p.attrPath("an attribute after '.'")}
		if p.take(KeyOr) {
			p.enter()
			n.Default = p.selection("a default after 'or'")
			p.leave()
		}
		n.span = p.span(start, n.Children()...)
		return n
	case KeyOr:
		at := p.start()
		arg := &Ident{Name: p.next()}
		arg.span = p.span(at)
		return &Apply{p.span(start, of, arg), of, []Node{arg}}
	}
	return of
}

// simple reads what needs no parentheses anywhere.
func (p *parser) simple(what string) Node {
	start := p.start()
	switch p.tok() {
	case Word:
		return p.ident("")
	case IntLit:
		return p.integer()
	case FloatLit:
		return p.float()
	case URILit:
		value := p.next()
		return &URI{p.span(start), value}
	case SearchPathLit:
		value := p.next()
		return &SearchPath{p.span(start), value[1 : len(value)-1]}
	case PathStart:
		return p.path()
	case StringOpen:
		return p.stringLit()
	case IndentOpen:
		return p.indentedLit()
	case LeftParen:
		p.next()
		inner := p.expr("an expression after '('")
		p.expect(RightParen, "after an expression in parentheses")
		return &Paren{p.span(start, inner), inner}
	case LeftBracket:
		return p.list()
	case LeftBrace:
		entries := p.bracedEntries()
		return &AttrSet{p.span(start, entries...), false, entries}
	case KeyRec:
		p.next()
		entries := p.bracedEntries()
		return &AttrSet{p.span(start, entries...), true, entries}
	case KeyLet:
		if p.peek(1) == LeftBrace {
			p.next()
			entries := p.bracedEntries()
			return &LegacyLet{p.span(start, entries...), entries}
		}
	}
	p.failExpected(what)
	return &Ident{span: p.span(start)}
}

func (p *parser) integer() Node {
	start := p.start()
	value, err := strconv.ParseInt(p.src[start:p.toks[p.at].End], 10, 64)
	if err != nil {
		p.fail(start, "an integer stands here that is too large for 64 bits")
	}
	p.next()
	return &Int{p.span(start), value}
}

// float reads a number that Nix can hold: neither infinite nor so small that digits
// are lost.
func (p *parser) float() Node {
	const smallestNormal = 0x1p-1022
	start := p.start()
	text := p.src[start:p.toks[p.at].End]
	value, err := strconv.ParseFloat(text, 64)
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	if err != nil || math.Abs(value) < smallestNormal && strings.ContainsAny(mantissa, "123456789") {
		p.fail(start, "a floating-point number stands here that is too large or too small for 64 bits")
	}
	p.next()
	return &Float{p.span(start), value}
}

func (p *parser) list() Node {
	start := p.start()
	p.next()
	var items []Node
	for p.simpleAhead() {
		p.enter()
		items = append(items, p.selection(""))
		p.leave()
	}
	if !p.take(RightBracket) {
		p.failExpected("an item of a list or ']'")
	}
	return &List{p.span(start, items...), items}
}

func (p *parser) stringLit() *String {
	start := p.start()
	p.next()
	parts := p.parts(StringText)
	p.expect(StringClose, "at the end of a string")
	return &String{p.span(start, parts...), parts}
}

func (p *parser) indentedLit() Node {
	start := p.start()
	p.next()
	parts := p.parts(IndentText)
	p.expect(IndentClose, "at the end of an indented string")
	return &IndentedString{p.span(start, parts...), parts}
}

// parts reads texts of this kind and interpolations up to something else.
func (p *parser) parts(text Tok) []Node {
	var parts []Node
	for {
		switch p.tok() {
		case text:
			parts = append(parts, p.text())
		case InterpOpen:
			parts = append(parts, p.interpolation())
		default:
			return parts
		}
	}
}

func (p *parser) text() Node {
	start := p.start()
	raw := p.next()
	return &Text{p.span(start), raw}
}

func (p *parser) interpolation() *Interpolation {
	start := p.start()
	p.next()
	expr := p.expr("an expression after '${'")
	p.expect(RightBrace, "at the end of an interpolation")
	return &Interpolation{p.span(start, expr), expr}
}

// path reads a path: what belongs to it follows without a gap. Two slashes in a row end
// a token, and Nix takes them only once before the first interpolation, if there is one.
func (p *parser) path() Node {
	start := p.start()
	parts := []Node{p.text()}
	if p.tok() == PathMore {
		parts = append(parts, p.text())
		if p.tok() != InterpOpen || p.start() != p.end {
			p.failExpected("'${' further on in a path that has two slashes in a row")
		}
	}
	for {
		switch {
		case p.tok() == PathMore:
			parts = append(parts, p.text())
		case p.tok() == InterpOpen && p.start() == p.end:
			parts = append(parts, p.interpolation())
		default:
			return &Path{p.span(start, parts...), parts}
		}
	}
}
