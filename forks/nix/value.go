package nix

import "strings"

// Constant returns the text that a string, indented string or URI stands for, in
// parentheses too; ok is false for all else, and where a string interpolates.
func Constant(n Node) (value string, ok bool) {
	switch n := n.(type) {
	case *String:
		return n.Value()
	case *IndentedString:
		return n.Value()
	case *URI:
		return n.Value, true
	case *Paren:
		return Constant(n.Inner)
	}
	return "", false
}

// Value returns the string with its escapes resolved; ok is false if it interpolates.
func (n *String) Value() (value string, ok bool) {
	raw, ok := onlyText(n.Parts)
	return unescape(raw), ok
}

// Value returns the string with its escapes resolved and its indentation stripped, as
// Nix does; ok is false if it interpolates.
func (n *IndentedString) Value() (value string, ok bool) {
	raw, ok := onlyText(n.Parts)
	return stripped(indentedPieces(raw)), ok
}

// onlyText returns the text of a string that has no other part.
func onlyText(parts []Node) (raw string, ok bool) {
	if len(parts) == 0 {
		return "", true
	}
	if t, ok := parts[0].(*Text); ok && len(parts) == 1 {
		return t.Raw, true
	}
	return "", false
}

// unescape resolves the escapes of "…"; there, Nix reads the end of a line as "\n"
// whatever its bytes are.
func unescape(raw string) string {
	if strings.IndexByte(raw, '\\') < 0 && strings.IndexByte(raw, '\r') < 0 {
		return raw
	}
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '\\' && i+1 < len(raw):
			i++
			b.WriteByte(escaped(raw[i]))
		case c == '\r':
			b.WriteByte('\n')
			if i+1 < len(raw) && raw[i+1] == '\n' {
				i++
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// escaped returns what a byte after a backslash stands for.
func escaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// A piece of an indented string: only spaces in plain text are indentation.
type piece struct {
	text  string
	plain bool
}

// indentedPieces cuts the raw text of an indented string and resolves its escapes.
func indentedPieces(raw string) []piece {
	var pieces []piece
	begin := 0
	for at := 0; at < len(raw); {
		size, what := indentedAt(raw[at:])
		if what == indentedPlain {
			at += size
			continue
		}
		if at > begin {
			pieces = append(pieces, piece{raw[begin:at], true})
		}
		pieces = append(pieces, piece{indentedText(raw[at:at+size], what), false})
		at += size
		begin = at
	}
	if begin < len(raw) {
		pieces = append(pieces, piece{raw[begin:], true})
	}
	return pieces
}

func indentedText(s string, what indentedWhat) string {
	switch {
	case what == indentedSingle:
		return s
	case s[2] == '\\':
		return string([]byte{escaped(s[3])})
	case s[2] == '$':
		return "$"
	}
	return "''"
}

// stripped joins pieces without the spaces that all lines begin with. Lines of nothing
// but spaces do not count, and the last line goes if it is one.
func stripped(pieces []piece) string {
	indent := indentation(pieces)
	var b strings.Builder
	lineStart, dropped := true, 0
	for i, p := range pieces {
		begin := b.Len()
		for j := 0; j < len(p.text); j++ {
			c := p.text[j]
			switch {
			case !lineStart:
				lineStart = c == '\n'
			case c == ' ':
				if dropped++; dropped <= indent {
					continue
				}
			default:
				lineStart, dropped = c == '\n', 0
			}
			b.WriteByte(c)
		}
		if i == len(pieces)-1 {
			all := b.String()
			if end := strings.LastIndexByte(all[begin:], '\n'); end >= 0 && strings.Trim(all[begin+end+1:], " ") == "" {
				return all[:begin+end+1]
			}
		}
	}
	return b.String()
}

// indentation returns the fewest spaces that a line begins with.
func indentation(pieces []piece) int {
	const none = 1_000_000
	fewest, spaces, lineStart := none, 0, true
	for _, p := range pieces {
		if !p.plain {
			if lineStart {
				fewest, lineStart = min(fewest, spaces), false
			}
			continue
		}
		for j := 0; j < len(p.text); j++ {
			switch c := p.text[j]; {
			case c == '\n':
				lineStart, spaces = true, 0
			case !lineStart:
			case c == ' ':
				spaces++
			default:
				fewest, lineStart = min(fewest, spaces), false
			}
		}
	}
	return fewest
}
