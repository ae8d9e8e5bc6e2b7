package pulls

import (
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// span shows text from others inside a Markdown code span, where nothing in it
// has a meaning: no mention, no link, no markup. The fence is longer than any
// run of backticks inside, so the text cannot end it.
func span(s string, width int) string {
	s = inertClip(s, width)
	if strings.TrimSpace(s) == "" {
		return "`(empty)`"
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	if strings.ContainsRune("` ", rune(s[0])) || strings.ContainsRune("` ", rune(s[len(s)-1])) {
		s = " " + s + " " // a code span loses one space on either side
	}
	return fence + s + fence
}

// inertClip makes text inert and clips it. Of a long text only the beginning is read.
func inertClip(s string, width int) string {
	n := 0
	for i := range s {
		if n++; n > width+1 {
			s = s[:i]
			break
		}
	}
	return forks.Clip(forks.Inert(s), width)
}

// block shows lines in a fenced code block, which they cannot end either. The
// lines must be inert.
func block(language string, lines ...string) string {
	text := strings.Join(lines, "\n")
	fence := strings.Repeat("`", max(3, longestRun(text)+1))
	return fence + language + "\n" + text + "\n" + fence + "\n"
}

func longestRun(s string) int {
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

// pathspec quotes a path for the git commands that read patterns. It follows
// "--", so a leading '-' is no option.
func pathspec(p forks.Path) string {
	s := string(p)
	if strings.HasPrefix(s, ":") || strings.ContainsAny(s, `*?[\`) {
		s = ":(literal)" + s
	}
	return forks.ShellWord(s)
}

// zeroWidth is a space without width: it breaks what a forge would act on, and is
// not seen.
const zeroWidth = "\u200b"

// quiet keeps text from others from notifying or linking anybody where there are no
// code spans: in a commit message, which forges read for mentions, references,
// addresses and closing words.
func quiet(s string, width int) string { return hushed(s, width, "") }

// plain is quiet that keeps text from being markup, too: for a title.
func plain(s string, width int) string { return hushed(s, width, "<&]") }

// hushed breaks what would be loud, and what ends in one of more.
func hushed(s string, width int, more string) string {
	s = inertClip(s, width)
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(s[i])
		if loud(s[:i+1], s[i+1:]) || strings.IndexByte(more, s[i]) >= 0 {
			b.WriteString(zeroWidth)
		}
	}
	return string(Defuse([]byte(b.String())))
}

// loud reports whether before and after must not stand together.
func loud(before, after string) bool {
	switch before[len(before)-1] {
	case '@', '#', '!':
		return true
	case ':':
		return strings.HasPrefix(after, "//")
	case '-':
		return endsInFold(before, "gh-")
	case 'w', 'W':
		return endsInFold(before, "www") && strings.HasPrefix(after, ".")
	}
	return false
}

func endsInFold(s, end string) bool {
	return len(s) >= len(end) && strings.EqualFold(s[len(s)-len(end):], end)
}
