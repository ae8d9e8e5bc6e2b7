package pulls

import (
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// span shows text from others inside a Markdown code span, where nothing in it
// has a meaning: no mention, no link, no markup. The fence is longer than any
// run of backticks inside, so the text cannot end it.
func span(s string, width int) string {
	s = forks.Clip(forks.Inert(s), width)
	if strings.TrimSpace(s) == "" {
		return "`(empty)`"
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	if strings.ContainsRune("` ", rune(s[0])) || strings.ContainsRune("` ", rune(s[len(s)-1])) {
		s = " " + s + " " // a code span loses one space on either side
	}
	return fence + s + fence
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

// quiet keeps text from others from notifying or linking anybody where there
// are no code spans: in a commit message, which forges read for mentions,
// references and closing words. A zero-width space breaks each of those.
func quiet(s string, width int) string {
	s = forks.Clip(forks.Inert(s), width)
	s = strings.NewReplacer("@", "@\u200b", "#", "#\u200b", "!", "!\u200b", "://", ":\u200b//").Replace(s)
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(s[i])
		if i >= 2 && strings.EqualFold(s[i-2:i+1], "GH-") {
			b.WriteString("\u200b")
		}
	}
	return b.String()
}
