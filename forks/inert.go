package forks

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Inert returns s as one line that cannot act on what shows it: control and
// bidirectional characters, characters without a shape, spaces other than the
// plain one and bytes that are not UTF-8 become visible escapes such as \n,
// \x1b, \u202e and \xff. Every text from others passes through it before it
// reaches a terminal, a page or an error. It does not make text safe for
// Markdown, HTML or a shell: those have rules of their own on top.
func Inert(s string) string {
	if isInert(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case shown(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < utf8.RuneSelf:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += size
	}
	return b.String()
}

func isInert(s string) bool {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || !shown(r) {
			return false
		}
		i += size
	}
	return true
}

// shown reports whether r has a shape of its own and no effect beyond it.
func shown(r rune) bool {
	return unicode.IsPrint(r) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// Clip shortens s to at most width characters, the last of which is then "…".
func Clip(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	if width < 1 {
		return ""
	}
	n := 0
	for i := range s {
		if n++; n == width {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}
