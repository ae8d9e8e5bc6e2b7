package weekly

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// codeSpan shows a text from others in a code span, where nothing in it has a meaning: no
// mention, link, reference or markup. The fence is longer than any run of backticks inside.
func codeSpan(s string, width int) string {
	s = brief(s, width)
	if strings.TrimSpace(s) == "" {
		return "`(empty)`"
	}
	fence := strings.Repeat("`", backticks(s)+1)
	if strings.ContainsRune("` ", rune(s[0])) || strings.ContainsRune("` ", rune(s[len(s)-1])) {
		s = " " + s + " " // a code span loses one space on either side
	}
	return fence + s + fence
}

// backticks is the length of the longest run of them.
func backticks(s string) int {
	longest, run := 0, 0
	for _, c := range []byte(s) {
		if c == '`' {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	return longest
}

// noWidth is a space without width: it breaks what a forge or a forum would act on, and is
// not seen.
const noWidth = "\u200b"

// prose writes a sentence that may quote others into Markdown, where it reads as it is: no
// markup, and nothing that notifies, links or refers. It begins nothing but text, also at
// the start of a line.
func prose(s string, width int) string {
	s = strings.TrimSpace(brief(s, width))
	if s == "" {
		return "(empty)"
	}
	var b strings.Builder
	digits := true // all before are, so what follows may make it an item of a list
	for i := range len(s) {
		c := s[i]
		first := i == 0 && strings.IndexByte("-+=:>", c) >= 0
		numbered := i > 0 && digits && (c == '.' || c == ')')
		if first || numbered || strings.IndexByte("\\`*_[]<&|~$#", c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
		digits = digits && '0' <= c && c <= '9'
		if acts(s[:i+1], s[i+1:]) {
			b.WriteString(noWidth)
		}
	}
	return b.String()
}

// acts reports whether a forge or a forum may act on before and after if they stand
// together: mentions, numbers of issues, short forms of them, addresses.
func acts(before, after string) bool {
	if after == "" || after[0] == ' ' {
		return false
	}
	next, _ := utf8.DecodeRuneInString(after)
	switch before[len(before)-1] {
	case '@', '#':
		return true
	case '!':
		return isDigit(after[0])
	case ':':
		return len(before) < 2 || !isDigit(before[len(before)-2]) || !isDigit(after[0])
	case '.':
		return unicode.IsLetter(next) // a host's name, to a forum that links bare ones
	case '-':
		return isDigit(after[0]) && len(before) > 2 && strings.EqualFold(before[len(before)-3:], "gh-")
	}
	return false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// fenced shows lines of others in a code block, which they cannot end.
func fenced(language string, lines []string) string {
	text := strings.Join(lines, "\n")
	fence := strings.Repeat("`", max(3, backticks(text)+1))
	return fence + language + "\n" + text + "\n" + fence + "\n"
}

// referredPattern matches addresses into whose pages GitHub writes who links them.
var referredPattern = regexp.MustCompile(`^https://(?:www\.)?github\.com(/[^/]+/[^/]+/(?:pull|pulls|issues|commit|commits|compare|discussions)/.*)$`)

// link links text, which is Markdown, where the address may be linked. GitHub's own pages
// are reached by its redirect: a report leaves no mention of itself there.
func link(text, raw string) string {
	address := linkable(raw)
	if address == "" {
		return text
	}
	if m := referredPattern.FindStringSubmatch(address); m != nil {
		address = "https://redirect.github.com" + m[1]
	}
	return "[" + text + "](" + address + ")"
}
