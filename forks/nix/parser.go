package nix

import "fmt"

// parser builds the tree by recursive descent. Its first failure is kept in err and
// ends the tokens, so that every loop ends and no function has to look at it; nodes
// made after that are thrown away by Parse.
type parser struct {
	src   string
	toks  []Token // at least one; the last is EOF or bad
	at    int
	end   int32  // of the token taken last
	why   *Error // of a bad token
	err   *Error
	deep  int // calls of expression functions in each other
	limit int // of deep, and of nodes in each other
}

// Parse reads a source. The error is an [Error]; with it there is no File.
func Parse(src []byte, l Limits) (*File, error) {
	l = l.effective()
	if len(src) > l.Size {
		err := newError("", 0, fmt.Sprintf("the file has %d bytes, and at most %d are read", len(src), l.Size))
		err.Limit = true
		return nil, err
	}
	text := string(src)
	toks, why := lex(text, l)
	p := &parser{src: text, toks: toks, why: why, limit: l.Depth}
	root := p.expr("an expression")
	p.expect(EOF, "after the whole expression")
	if p.err != nil {
		return nil, p.err
	}
	return &File{Root: root, text: text, tokens: toks, lines: lineStarts(text)}, nil
}

func (p *parser) tok() Tok { return p.toks[p.at].Tok }

// peek returns the kind of the token n after the present one.
func (p *parser) peek(n int) Tok { return p.toks[min(p.at+n, len(p.toks)-1)].Tok }

func (p *parser) start() int32 { return p.toks[p.at].Start }

// next takes a token and returns its text.
func (p *parser) next() string {
	t := p.toks[p.at]
	if p.at < len(p.toks)-1 {
		p.at++
	}
	p.end = t.End
	return p.src[t.Start:t.End]
}

// take takes a token if it is of this kind.
func (p *parser) take(t Tok) bool {
	if p.tok() != t || p.err != nil {
		return false
	}
	p.next()
	return true
}

// expect takes a token of this kind, or fails.
func (p *parser) expect(t Tok, where string) {
	if !p.take(t) {
		p.failExpected(fmt.Sprintf("%s %s", t, where))
	}
}

// failExpected fails with what should stand in the place of the present token.
func (p *parser) failExpected(what string) {
	t := p.toks[p.at]
	found := quoted(p.src[t.Start:t.End])
	switch {
	case t.Tok == bad && p.err == nil:
		p.stop(p.why)
		return
	case t.Tok == EOF:
		found = t.Tok.String()
	}
	p.fail(t.Start, fmt.Sprintf("expected %s, found %s", what, found))
}

// fail keeps the first failure and ends the tokens.
func (p *parser) fail(offset int32, message string) {
	if p.err == nil {
		p.stop(newError(p.src, int(offset), message))
	}
}

func (p *parser) stop(err *Error) {
	p.err = err
	p.toks, p.at = []Token{{Tok: EOF, Lead: p.end, Start: p.end, End: p.end}}, 0
}

// enter begins an expression inside another one; leave ends it.
func (p *parser) enter() {
	if p.deep++; p.deep > p.limit {
		p.failDepth()
	}
}

func (p *parser) leave() { p.deep-- }

func (p *parser) failDepth() {
	if p.err == nil {
		p.fail(p.start(), fmt.Sprintf("what stands here is nested more than %d levels deep", p.limit))
		p.err.Limit = true
	}
}

// span returns the span of the node that has these children, began at start and ends
// with the token taken last.
func (p *parser) span(start int32, children ...Node) span {
	var tall int32
	for _, c := range children {
		tall = max(tall, c.height())
	}
	if int(tall) >= p.limit {
		p.failDepth()
	}
	return span{start, p.end, tall + 1}
}

// ident takes a name.
func (p *parser) ident(what string) *Ident {
	if p.tok() != Word {
		p.failExpected(what)
	}
	start := p.start()
	name := p.next()
	return &Ident{p.span(start), name}
}
