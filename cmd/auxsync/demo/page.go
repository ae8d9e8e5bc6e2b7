package demo

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	hiddenPattern = regexp.MustCompile(`(?s)<!--.*?-->\n?`)
	foldedPattern = regexp.MustCompile(`(?s)<details>\s*<summary>(.*?)</summary>.*?</details>`)
	linkPattern   = regexp.MustCompile(`\[([^\]]*)\]\(https?://[^)]*\)`)
	rulePattern   = regexp.MustCompile(`^\|[-|]+\|$`)
)

// rendered gives the lines that somebody sees of a Markdown text on a screen of some
// columns: what is hidden is not there, and what is folded is one line.
func rendered(markdown string, columns int) []string {
	text := strings.ReplaceAll(markdown, "\r\n", "\n")
	text = foldedPattern.ReplaceAllString(hiddenPattern.ReplaceAllString(text, ""), "▸ $1")
	var lines []string
	fence, mark := "", ""
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence != "" && ticks == line && len(ticks) >= len(fence):
			fence = ""
		case fence != "":
			lines = append(lines, clipped(mark+line, columns))
		case len(ticks) >= 3:
			fence, mark = ticks, "    "
			if strings.TrimSpace(line[len(ticks):]) == "suggestion" {
				mark = "  + "
			}
		case rulePattern.MatchString(line):
		case line == "" && len(lines) > 0 && lines[len(lines)-1] == "":
		default:
			lines = append(lines, wrapped(inline(line), columns)...)
		}
	}
	return lines
}

// inline is a line outside of code as it is seen.
func inline(line string) string {
	line = linkPattern.ReplaceAllString(strings.ReplaceAll(line, "**", ""), "$1")
	if heading := strings.TrimLeft(line, "#"); heading != line && strings.HasPrefix(heading, " ") {
		return "──" + heading
	}
	if cells, table := strings.CutPrefix(line, "| "); table {
		return "- " + strings.ReplaceAll(strings.TrimSuffix(cells, " |"), " | ", ": ")
	}
	return line
}

// wrapped breaks a line between words. What follows in a list stands below its text.
func wrapped(line string, columns int) []string {
	indent := ""
	if strings.HasPrefix(line, "- ") {
		indent = "  "
	}
	var lines []string
	now := ""
	for word := range strings.FieldsSeq(line) {
		switch {
		case now == "":
			now = word
		case utf8.RuneCountInString(now)+1+utf8.RuneCountInString(word) > columns:
			lines, now = append(lines, now), indent+word
		default:
			now += " " + word
		}
	}
	return append(lines, now)
}

func clipped(line string, columns int) string {
	if r := []rune(line); len(r) > columns {
		return string(r[:columns-1]) + "…"
	}
	return line
}
