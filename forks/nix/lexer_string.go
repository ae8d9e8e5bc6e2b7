package nix

import "strings"

// stringPart emits the text up to the string's next interpolation or its end, and
// then that.
func (l *lexer) stringPart() {
	for at := l.at; at < len(l.src); at++ {
		switch l.src[at] {
		case '\\':
			at++
		case '"':
			if l.text(StringText, at) {
				l.pop()
				l.emit(StringClose, at+1)
			}
			return
		case '$':
			if at+1 < len(l.src) && l.src[at+1] == '{' {
				if l.text(StringText, at) {
					l.interpolation()
				}
				return
			}
			if at+1 < len(l.src) && l.src[at+1] == '$' { // "$${" interpolates nothing
				at++
			}
		}
	}
	l.refuse(l.mode().at, `expected a '"' that ends the string which begins here, found the end of the file`)
}

// indentedPart does the same for an indented string.
func (l *lexer) indentedPart() {
	for at := l.at; at < len(l.src); {
		size, what := indentedAt(l.src[at:])
		switch what {
		case indentedEnd:
			if l.text(IndentText, at) {
				l.pop()
				l.emit(IndentClose, at+2)
			}
			return
		case indentedInterp:
			if l.text(IndentText, at) {
				l.interpolation()
			}
			return
		}
		at += size
	}
	l.refuse(l.mode().at, "expected a \"''\" that ends the indented string which begins here, found the end of the file")
}

// What may begin at an offset of an indented string.
type indentedWhat uint8

const (
	indentedPlain  indentedWhat = iota // one byte, or a '$' and a byte that it shields
	indentedSingle                     // a '$' or '\'' that a quote or dollar follows
	indentedEscape                     // ''$ or ''' or ''\ and a byte
	indentedInterp                     // ${
	indentedEnd                        // ''
)

// indentedAt tells what the text s, which is not empty, of an indented string begins
// with, and the size of that.
func indentedAt(s string) (size int, what indentedWhat) {
	var next byte
	if len(s) > 1 {
		next = s[1]
	}
	switch s[0] {
	case '$':
		switch {
		case next == '{':
			return 2, indentedInterp
		case next == '$':
			return 2, indentedPlain
		case next == '\'' || len(s) == 1:
			return 1, indentedSingle
		}
	case '\'':
		switch {
		case next == '\'' && len(s) > 2 && (s[2] == '$' || s[2] == '\''):
			return 3, indentedEscape
		case next == '\'' && len(s) > 3 && s[2] == '\\':
			return 4, indentedEscape
		case next == '\'':
			return 2, indentedEnd
		case next == '$' || len(s) == 1:
			return 1, indentedSingle
		}
	}
	return 1, indentedPlain
}

// text emits the text up to an offset, if there is some; false refuses it.
func (l *lexer) text(t Tok, end int) bool {
	if zero := strings.IndexByte(l.src[l.at:end], 0); zero >= 0 {
		l.refuse(l.at+zero, "a string holds a zero byte, which Nix does not accept")
		return false
	}
	if end > l.at {
		l.emit(t, end)
	}
	return !l.done
}

// pathPart goes on with a path, or ends it. A path never ends with a slash.
func (l *lexer) pathPart() {
	if strings.HasPrefix(l.src[l.at:], "${") {
		l.interpolation()
		return
	}
	if end := l.pathEnd(l.at); end > l.at {
		l.emit(PathMore, end)
		return
	}
	if l.src[l.at-1] == '/' {
		l.refuse(l.at-1, "a path ends with a slash here, which Nix does not accept")
		return
	}
	l.pop()
}
