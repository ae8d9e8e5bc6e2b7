package nix

import "strings"

// lexer cuts a source into tokens. Nix needs no parser for that: which of its four
// modes holds follows from the tokens alone. Where several tokens could begin, the
// longest does: "a/b" is a path, "x:x" a URI.
type lexer struct {
	src   string
	at    int
	toks  []Token
	most  int // tokens
	modes []mode

	// Until these offsets what could begin a path or a URI's scheme has been looked
	// through, in vain. Without them "a.a.a.a…" would be looked through at each word.
	noPath, noURI int

	done bool   // an EOF or bad token is the last one
	why  *Error // of the bad token
}

type mode struct {
	kind modeKind
	at   int // of what opened it
}

type modeKind uint8

const (
	inCode modeKind = iota
	inString
	inIndented
	inPath
)

// lex returns the tokens of a source: the last is EOF, or bad with the reason.
func lex(src string, limits Limits) ([]Token, *Error) {
	l := &lexer{src: src, most: limits.Tokens, toks: make([]Token, 0, min(len(src)/4+16, limits.Tokens+1))}
	for !l.done {
		switch l.mode().kind {
		case inCode:
			l.code()
		case inString:
			l.stringPart()
		case inIndented:
			l.indentedPart()
		case inPath:
			l.pathPart()
		}
	}
	return l.toks, l.why
}

func (l *lexer) mode() mode {
	if len(l.modes) == 0 {
		return mode{}
	}
	return l.modes[len(l.modes)-1]
}

func (l *lexer) push(k modeKind) { l.modes = append(l.modes, mode{k, l.at}) }

func (l *lexer) pop() {
	if len(l.modes) > 0 {
		l.modes = l.modes[:len(l.modes)-1]
	}
}

// lead is where the trivia of the next token begins.
func (l *lexer) lead() int32 {
	if len(l.toks) == 0 {
		return 0
	}
	return l.toks[len(l.toks)-1].End
}

// emit adds the token from the present offset to end.
func (l *lexer) emit(t Tok, end int) {
	if len(l.toks) >= l.most {
		l.refuse(l.at, "the file has too many tokens")
		l.why.Limit = true
		return
	}
	l.toks = append(l.toks, Token{t, l.lead(), int32(l.at), int32(end)})
	l.at = end
	l.done = t == EOF
}

// refuse ends the tokens with a bad one; the reason is told of the offset at.
func (l *lexer) refuse(at int, message string) {
	l.toks = append(l.toks, Token{bad, l.lead(), int32(l.at), int32(l.at)})
	l.why = newError(l.src, at, message)
	l.done = true
}

// peek returns the byte n after the present one, or 0.
func (l *lexer) peek(n int) byte {
	if l.at+n < len(l.src) {
		return l.src[l.at+n]
	}
	return 0
}

// code emits the next token outside strings and paths.
func (l *lexer) code() {
	for {
		_, end := triviaAt(l.src, l.at)
		if end < 0 {
			l.refuse(l.at, `expected "*/" somewhere after the "/*" that begins here, found the end of the file`)
			return
		}
		if end == l.at {
			break
		}
		l.at = end
	}
	if l.at == len(l.src) {
		l.emit(EOF, l.at)
		return
	}
	if l.path() || l.uri() || l.word() || l.number() {
		return
	}
	l.symbol()
}

// path begins a path if one stands here.
func (l *lexer) path() bool {
	end := l.at
	switch c := l.src[l.at]; {
	case c == '~':
		end++
	case l.at < l.noPath || !isPathByte(c) && c != '/':
		return false
	default:
		for end < len(l.src) && isPathByte(l.src[end]) {
			end++
		}
	}
	rest := l.src[end:]
	if len(rest) < 2 || rest[0] != '/' || !isPathByte(rest[1]) && !strings.HasPrefix(rest[1:], "${") {
		l.noPath = max(l.noPath, end)
		return false
	}
	l.push(inPath)
	l.emit(PathStart, l.pathEnd(end))
	return true
}

// pathEnd returns where a token of a path ends that has begun before an offset or does
// there: names with a slash between two of them, and one slash more.
func (l *lexer) pathEnd(at int) int {
	for at < len(l.src) {
		switch {
		case isPathByte(l.src[at]):
			at++
		case l.src[at] != '/':
			return at
		case at+1 < len(l.src) && isPathByte(l.src[at+1]):
			at += 2
		default:
			return at + 1
		}
	}
	return at
}

// uri emits a URI without quotes if one stands here.
func (l *lexer) uri() bool {
	if l.at < l.noURI || !isLetter(l.src[l.at]) {
		return false
	}
	end := l.at
	for end < len(l.src) && isPathByte(l.src[end]) && l.src[end] != '_' {
		end++
	}
	if end+1 >= len(l.src) || l.src[end] != ':' || !isURIByte(l.src[end+1]) {
		l.noURI = end
		return false
	}
	for end++; end < len(l.src) && isURIByte(l.src[end]); {
		end++
	}
	l.emit(URILit, end)
	return true
}

// word emits an identifier or a keyword if one stands here.
func (l *lexer) word() bool {
	if c := l.src[l.at]; !isLetter(c) && c != '_' {
		return false
	}
	end := l.at + 1
	for end < len(l.src) && isWordByte(l.src[end]) {
		end++
	}
	l.emit(keyword(l.src[l.at:end]), end)
	return true
}

// number emits an integer or a float if one stands here. "1." is a float, "0." is none.
func (l *lexer) number() bool {
	c := l.src[l.at]
	whole := l.digits(l.at)
	end, t := whole, IntLit
	if whole < len(l.src) && l.src[whole] == '.' {
		fraction := l.digits(whole + 1)
		some := fraction > whole+1
		if '1' <= c && c <= '9' || some && (whole == l.at || whole == l.at+1) {
			end, t = l.exponent(fraction), FloatLit
		}
	}
	if end == l.at {
		return false
	}
	l.emit(t, end)
	return true
}

func (l *lexer) digits(at int) int {
	for at < len(l.src) && isDigit(l.src[at]) {
		at++
	}
	return at
}

func (l *lexer) exponent(at int) int {
	if at >= len(l.src) || l.src[at]|0x20 != 'e' {
		return at
	}
	begin := at + 1
	if begin < len(l.src) && (l.src[begin] == '+' || l.src[begin] == '-') {
		begin++
	}
	if end := l.digits(begin); end > begin {
		return end
	}
	return at
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

func isWordByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '_' || c == '\'' || c == '-'
}

func isPathByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '.' || c == '_' || c == '-' || c == '+'
}

func isURIByte(c byte) bool {
	return isLetter(c) || isDigit(c) || strings.IndexByte("%/?:@&=+$,-_.!~*'", c) >= 0
}
