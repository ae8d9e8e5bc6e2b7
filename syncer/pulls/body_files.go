package pulls

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Limits of what is shown of one hunk.
const (
	maxHunkLines = 30  // of each side
	maxHunkWidth = 200 // characters
)

// leftOut is room for the sentences that tell how much is left out of a file, and of
// all files.
const leftOut = 100

// filesIn shows the files and their hunks in at most room bytes: first as many files
// as fit, then as many hunks.
func (c Case) filesIn(room int) string {
	files := c.files()
	const heading = "\n## The files\n"
	room -= len(heading) + leftOut
	var names []string
	for _, f := range files {
		name := unmarked(c.fileLine(f))
		if len(name)+leftOut > room {
			break
		}
		room -= len(name) + leftOut
		names = append(names, name)
	}
	var b strings.Builder
	b.WriteString(heading)
	for i, name := range names {
		b.WriteString(name)
		omitted := 0
		for _, h := range files[i].Hunks {
			text := unmarked(h.shown())
			if len(text) > room {
				omitted++
				continue
			}
			room -= len(text)
			b.WriteString(text)
		}
		if omitted > 0 {
			fmt.Fprintf(&b, "\n… and %s more: see **Files changed**.\n", count(omitted, "hunk"))
		}
	}
	if n := len(files) - len(names); n > 0 {
		fmt.Fprintf(&b, "\n… and %s more: see **Files changed**.\n", count(n, "file"))
	}
	return b.String()
}

// fileLine names a file, what kind of conflict it has, and where it can be edited.
func (c Case) fileLine(f CaseFile) string {
	g := guideFor(f.ConflictFile)
	line := fmt.Sprintf("\n%s (%s): %s.", told(string(f.Path), maxPath), told(string(f.Kind), maxSubject), g.title)
	if len(f.Hunks) == 0 {
		line += " " + g.text
	}
	if url, ok := c.branchPage("edit", f.Path); ok && c.asks() && f.Content != nil {
		line += " [Edit it](" + url + ")"
	}
	return line + "\n"
}

// shown is a hunk as the file has it, with words for labels.
func (h Hunk) shown() string {
	crlf := true
	for _, side := range [][]string{h.Ours, h.Base, h.Theirs} {
		for _, line := range side {
			crlf = crlf && strings.HasSuffix(line, "\r\n")
		}
	}
	lines := []string{"<<<<<<< upstream has"}
	lines = append(lines, codeLines(h.Ours, crlf)...)
	lines = append(lines, "||||||| both began from")
	lines = append(lines, codeLines(h.Base, crlf)...)
	lines = append(lines, "=======")
	lines = append(lines, codeLines(h.Theirs, crlf)...)
	lines = append(lines, ">>>>>>> the patch has")
	return fmt.Sprintf("\nLines %d to %d:\n\n%s", h.First, h.Last, still(block("text", lines...)))
}

// codeLines makes lines of a file inert for a code block, where a tab does no harm. A
// carriage return at the end is seen unless all lines have it.
func codeLines(lines []string, crlf bool) []string {
	var shown []string
	for i, line := range lines {
		if i == maxHunkLines {
			return append(shown, fmt.Sprintf("… and %s more", count(len(lines)-i, "line")))
		}
		line = strings.TrimSuffix(line, "\n")
		if crlf {
			line = strings.TrimSuffix(line, "\r")
		}
		shown = append(shown, inertCode(forks.Clip(line, maxHunkWidth)))
	}
	return shown
}

func inertCode(line string) string {
	parts := strings.Split(line, "\t")
	for i, part := range parts {
		parts[i] = forks.Inert(part)
	}
	return strings.Join(parts, "\t")
}
