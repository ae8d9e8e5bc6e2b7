package pulls

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// Pings lists what in a commit message would notify somebody or refer to something on
// a forge, each once, in order: @name, @org/team, #n, owner/repo#n, GH-n, addresses of
// issues and pull requests, with the closing word before it if there is one. In doubt
// something is listed. E-mail addresses are not.
func Pings(message string) []string {
	var found []string
	for _, p := range pings([]byte(message)) {
		if text := message[p.start:p.end]; !slices.Contains(found, text) {
			found = append(found, text)
		}
	}
	return found
}

// Defuse breaks all that [Pings] lists with spaces of no width (U+200B), and leaves
// every other byte as it is. A message without any comes back as it is.
func Defuse(message []byte) []byte {
	var out []byte
	done := 0
	for _, p := range pings(message) {
		out = append(append(out, message[done:p.at]...), zeroWidth...)
		done = p.at
	}
	if done == 0 {
		return message
	}
	return append(out, message[done:]...)
}

// ping is one place that a forge would act on. It is broken by a character before at.
type ping struct{ start, at, end int }

var (
	closingPattern = regexp.MustCompile(`(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]+$`)
	repoPattern    = regexp.MustCompile(`(?:[A-Za-z0-9][A-Za-z0-9-]*/)?[A-Za-z0-9_.-]+$`)
	mentionPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*(?:/[A-Za-z0-9_.-]*[A-Za-z0-9_-])?`)
	pagePattern    = regexp.MustCompile(`(?i)(?:https?://[a-z0-9.-]+|(?:[a-z0-9-]+\.)+[a-z]+)(?::[0-9]+)?/[a-z0-9_.-]+/[a-z0-9_./-]+/(?:issues|pulls?|discussions|merge_requests)/$`)
)

// farthestBack is how far before a number its repository or closing word is looked for.
const farthestBack = 400

// pings finds each place by the character behind which it is broken. What is put in
// there is neither a letter nor a digit, so breaking one makes no new one.
func pings(m []byte) []ping {
	var found []ping
	for i, c := range m {
		var p ping
		ok := false
		switch c {
		case '@':
			p, ok = mention(m, i)
		case '#':
			p, ok = numbered(m, i, repoPattern)
		case '-':
			p, ok = shorthand(m, i)
		case '/':
			p, ok = pageOf(m, i)
		}
		if ok {
			found = append(found, p)
		}
	}
	return found
}

// mention is @name or @org/team; a letter before it makes it part of an address.
func mention(m []byte, i int) (ping, bool) {
	name := mentionPattern.Find(m[i+1:])
	if name == nil || i > 0 && isWord(m[i-1]) {
		return ping{}, false
	}
	return ping{i, i + 1, i + 1 + len(name)}, true
}

// numbered is a number behind m[i], with what before ends in before m[i].
func numbered(m []byte, i int, before *regexp.Regexp) (ping, bool) {
	end := i + 1
	for end < len(m) && '0' <= m[end] && m[end] <= '9' {
		end++
	}
	if end == i+1 || end < len(m) && isWord(m[end]) {
		return ping{}, false
	}
	start := i
	if loc := before.FindIndex(m[max(0, i-farthestBack):i]); loc != nil {
		start = max(0, i-farthestBack) + loc[0]
	}
	if loc := closingPattern.FindIndex(m[max(0, start-farthestBack):start]); loc != nil {
		start = max(0, start-farthestBack) + loc[0]
	}
	return ping{start, i + 1, end}, true
}

var shorthandPattern = regexp.MustCompile(`(?i)gh$`)

// shorthand is GH-n.
func shorthand(m []byte, i int) (ping, bool) {
	if i < 2 || !strings.EqualFold(string(m[i-2:i]), "gh") || i > 2 && isWord(m[i-3]) {
		return ping{}, false
	}
	return numbered(m, i, shorthandPattern)
}

// pageOf is the address of an issue or a pull request, with or without its scheme.
func pageOf(m []byte, i int) (ping, bool) {
	if i+1 == len(m) || m[i+1] < '0' || '9' < m[i+1] {
		return ping{}, false
	}
	from := max(0, i+1-farthestBack)
	loc := pagePattern.FindIndex(m[from : i+1])
	if loc == nil {
		return ping{}, false
	}
	end := i + 1 + len(m[i+1:]) - len(bytes.TrimLeft(m[i+1:], "0123456789"))
	p := ping{from + loc[0], i + 1, end}
	if loc := closingPattern.FindIndex(m[max(0, p.start-farthestBack):p.start]); loc != nil {
		p.start = max(0, p.start-farthestBack) + loc[0]
	}
	return p, true
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
