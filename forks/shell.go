package forks

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// ShellWord quotes one word for bash and zsh. What is not plain printable text is
// written as octal escapes, so that the command stays on one line and can be
// read and copied whatever the bytes are.
func ShellWord(s string) string {
	plain := s != "" && s[0] != '=' && strings.IndexFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_./:@%+,=-", r))
	}) < 0
	if plain {
		return s
	}
	if Inert(s) == s {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := 0; i < len(s); {
		_, size := utf8.DecodeRuneInString(s[i:])
		part := s[i : i+size]
		switch {
		case part == "'" || part == `\`:
			b.WriteString(`\` + part)
		case Inert(part) == part:
			b.WriteString(part)
		default:
			for _, c := range []byte(part) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		}
		i += size
	}
	b.WriteString("'")
	return b.String()
}
