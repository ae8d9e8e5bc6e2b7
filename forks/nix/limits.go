package nix

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits keeps what a stranger's file can cost within bounds. The time and memory that
// Parse takes grow with size and tokens, never faster. A field that is zero or less
// stands for its default.
type Limits struct {
	Size   int // bytes of source; 2 MiB by default, at most 1 GiB
	Tokens int // 1,000,000 by default
	Depth  int // nodes from the root down to a leaf; 1,000 by default, at most 100,000
}

func (l Limits) effective() Limits {
	pick := func(n, otherwise, most int) int {
		if n <= 0 {
			n = otherwise
		}
		return min(n, most)
	}
	return Limits{
		Size:   pick(l.Size, 2<<20, 1<<30),
		Tokens: pick(l.Tokens, 1_000_000, 1<<30),
		Depth:  pick(l.Depth, 1_000, 100_000),
	}
}

// An Error says in one sentence why a source is not read, and where. Its text is safe
// to show: what it quotes from the source is short, in ASCII and escaped.
type Error struct {
	Offset   int      // in bytes
	Position Position // of Offset
	Message  string   // what was expected, and what stands there
	Limit    bool     // a limit was met: the source may well be valid
}

// Error returns the position and the message.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Position, e.Message) }

// newError makes an Error; a line of a conflict marker is a cause that covers all others.
func newError(src string, offset int, message string) *Error {
	offset = min(offset, len(src))
	line := strings.LastIndexByte(src[:offset], '\n') + 1
	for _, marker := range []string{"<<<<<<<", "|||||||", "=======", ">>>>>>>"} {
		if strings.HasPrefix(src[line:], marker) {
			offset, message = line, "a conflict marker stands here, so the file is a merge that nobody finished"
		}
	}
	return &Error{
		Offset:   offset,
		Position: Position{Line: 1 + strings.Count(src[:line], "\n"), Column: 1 + offset - line},
		Message:  message,
	}
}

// quoted shows a piece of source in an error.
func quoted(s string) string {
	const most = 24
	s, _, more := strings.Cut(s, "\n")
	if len(s) > most {
		s, more = s[:most], true
		for i := 0; i < utf8.UTFMax && !utf8.ValidString(s); i++ { // a rune cut in two
			s = s[:len(s)-1]
		}
	}
	q := strconv.QuoteToASCII(s)
	if more {
		q += "…"
	}
	return q
}
