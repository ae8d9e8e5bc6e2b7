package nix

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// symbol emits a token that is neither word, number nor path, and enters and leaves
// strings, interpolations and braces.
func (l *lexer) symbol() {
	switch l.src[l.at] {
	case '"':
		l.push(inString)
		l.emit(StringOpen, l.at+1)
		return
	case '\'':
		if l.peek(1) == '\'' {
			l.push(inIndented)
			l.emit(IndentOpen, l.indentOpenEnd())
			return
		}
	case '{':
		l.push(inCode)
		l.emit(LeftBrace, l.at+1)
		return
	case '}':
		l.pop()
		l.emit(RightBrace, l.at+1)
		return
	case '$':
		if l.peek(1) == '{' {
			l.interpolation()
			return
		}
	case '<':
		if end := l.searchPathEnd(); end > 0 {
			l.emit(SearchPathLit, end)
			return
		}
	}
	if t, size := operator(l.src[l.at], l.peek(1), l.peek(2)); size > 0 {
		l.emit(t, l.at+size)
		return
	}
	l.refuseByte()
}

func (l *lexer) interpolation() {
	l.push(inCode)
	l.emit(InterpOpen, l.at+2)
}

// indentOpenEnd returns the end of the two quotes here, with the rest of their line if
// that is only spaces: it is no part of the string.
func (l *lexer) indentOpenEnd() int {
	end := l.at + 2
	for end < len(l.src) && l.src[end] == ' ' {
		end++
	}
	if end < len(l.src) && l.src[end] == '\n' {
		return end + 1
	}
	return l.at + 2
}

// searchPathEnd returns the end of "<a/b>" if one stands here, else 0.
func (l *lexer) searchPathEnd() int {
	at := l.at + 1
	for {
		begin := at
		for at < len(l.src) && isPathByte(l.src[at]) {
			at++
		}
		if at == begin || at == len(l.src) {
			return 0
		}
		switch l.src[at] {
		case '>':
			return at + 1
		case '/':
			at++
		default:
			return 0
		}
	}
}

// operator returns the token that begins with these bytes and its size; 0 if none does.
func operator(a, b, c byte) (Tok, int) {
	switch {
	case a == '.' && b == '.' && c == '.':
		return Ellipsis, 3
	case a == '=' && b == '=':
		return Equal, 2
	case a == '!' && b == '=':
		return NotEqual, 2
	case a == '<' && b == '=':
		return LessEqual, 2
	case a == '<' && b == '|':
		return PipeFrom, 2
	case a == '>' && b == '=':
		return GreaterEqual, 2
	case a == '&' && b == '&':
		return And, 2
	case a == '|' && b == '|':
		return Or, 2
	case a == '|' && b == '>':
		return PipeInto, 2
	case a == '-' && b == '>':
		return Implies, 2
	case a == '/' && b == '/':
		return Update, 2
	case a == '+' && b == '+':
		return Concat, 2
	}
	switch a {
	case '[':
		return LeftBracket, 1
	case ']':
		return RightBracket, 1
	case '(':
		return LeftParen, 1
	case ')':
		return RightParen, 1
	case '=':
		return Equals, 1
	case ';':
		return Semicolon, 1
	case ':':
		return Colon, 1
	case ',':
		return Comma, 1
	case '.':
		return Dot, 1
	case '@':
		return At, 1
	case '?':
		return Question, 1
	case '!':
		return Not, 1
	case '+':
		return Plus, 1
	case '-':
		return Minus, 1
	case '*':
		return Times, 1
	case '/':
		return Slash, 1
	case '<':
		return Less, 1
	case '>':
		return Greater, 1
	}
	return bad, 0
}

// refuseByte refuses what begins no token.
func (l *lexer) refuseByte() {
	rest := l.src[l.at:]
	switch {
	case l.at == 0 && strings.HasPrefix(rest, "\ufeff"):
		l.refuse(l.at, "the file begins with a byte order mark, which Nix does not accept")
	case rest[0] == 0:
		l.refuse(l.at, "a zero byte stands here, so this is no text")
	default:
		_, size := utf8.DecodeRuneInString(rest)
		l.refuse(l.at, fmt.Sprintf("%s begins nothing that Nix has outside strings and comments", quoted(rest[:size])))
	}
}
