package reports

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/auxolotl/auxsync/forks"
)

// Width is how many columns a report fills at most.
const Width = 100

// Style is how a report looks.
type Style struct {
	// Color marks headings and outcomes with the colours of a terminal.
	Color bool
}

// tone is the weight of a text.
type tone string

const (
	plain tone = ""
	bold  tone = "\x1b[1m"
	faint tone = "\x1b[2m"
	good  tone = "\x1b[32m"
	warn  tone = "\x1b[33m"
	bad   tone = "\x1b[31m"
)

// cell is one field of a table. Its text is inert.
type cell struct {
	text string
	tone tone
}

// page collects a report before it is written at once.
type page struct {
	b     strings.Builder
	style Style
}

func (p *page) writeTo(w io.Writer) error {
	_, err := io.WriteString(w, p.b.String())
	return err
}

func (p *page) toned(t tone, s string) string {
	if t == plain || !p.style.Color {
		return s
	}
	return string(t) + s + "\x1b[0m"
}

// heading begins a part, after an empty line unless it is the first.
func (p *page) heading(format string, args ...any) {
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
	for _, line := range wrap(fmt.Sprintf(format, args...), Width) {
		p.b.WriteString(p.toned(bold, line) + "\n")
	}
}

// text writes a wrapped paragraph. Its arguments must be inert.
func (p *page) text(indent int, format string, args ...any) {
	for _, line := range wrap(fmt.Sprintf(format, args...), Width-indent) {
		p.b.WriteString(strings.Repeat(" ", indent) + line + "\n")
	}
}

// field is a name and what stands for it; its text is wrapped beside the name.
type field struct{ name, text string }

// nextStep names the field that says what to do.
const nextStep = "next step"

// fields writes names and texts in two aligned columns, leaving out empty texts.
func (p *page) fields(list ...field) {
	widest := 0
	for _, f := range list {
		if f.text != "" {
			widest = max(widest, columns(f.name))
		}
	}
	for _, f := range list {
		if f.text == "" {
			continue
		}
		name, lines := f.name, wrap(f.text, Width-widest-4)
		if f.name == nextStep && strings.Contains(f.text, "git ") {
			lines = []string{f.text} // a command, which people copy
		}
		for _, line := range lines {
			p.b.WriteString("  " + pad(name, widest) + "  " + line + "\n")
			name = ""
		}
	}
}

// row is a line of a table and the note below it, if there is one.
type row struct {
	cells []cell
	note  string
}

// table writes aligned columns. The last one is cut to what is left of the
// width, the others are as wide as their widest cell. A note begins below the
// second column.
func (p *page) table(head []string, rows []row) {
	widths := make([]int, len(head))
	for i, h := range head {
		widths[i] = columns(h)
	}
	for _, r := range rows {
		for i, c := range r.cells {
			widths[i] = max(widths[i], columns(c.text))
		}
	}
	used := 2
	for _, w := range widths[:len(widths)-1] {
		used += w + 2
	}
	widths[len(widths)-1] = max(Width-used, 10)

	cells := make([]cell, len(head))
	for i, h := range head {
		cells[i] = cell{h, faint}
	}
	p.tableLine(widths, cells)
	for _, r := range rows {
		p.tableLine(widths, r.cells)
		p.text(widths[0]+4, "%s", r.note)
	}
}

func (p *page) tableLine(widths []int, cells []cell) {
	var line strings.Builder
	for i, c := range cells {
		line.WriteString("  ")
		text := fit(c.text, widths[i])
		if i < len(cells)-1 {
			line.WriteString(p.toned(c.tone, text) + strings.Repeat(" ", widths[i]-columns(text)))
		} else {
			line.WriteString(p.toned(c.tone, text))
		}
	}
	p.b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
}

// wrap breaks text into lines of at most width columns, between words where it
// can. A word that is too long by itself is cut into pieces.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		for columns(word) > width {
			head := cut(word, width)
			if line != "" {
				lines, line = append(lines, line), ""
			}
			lines, word = append(lines, head), word[len(head):]
		}
		switch {
		case word == "":
		case line == "":
			line = word
		case columns(line)+1+columns(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

func pad(s string, width int) string { return s + strings.Repeat(" ", max(0, width-columns(s))) }

// fit shortens s to width columns, the last of which is then "…".
func fit(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	return strings.TrimRight(cut(s, width-1), " ") + "…"
}

// cut returns as much of the beginning of s as fits, one character at least.
func cut(s string, width int) string {
	used := 0
	for i, r := range s {
		used += runeColumns(r)
		if used > width && i > 0 {
			return s[:i]
		}
	}
	return s
}

// columns tells how wide inert text is in a terminal.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

// runeColumns knows the wide blocks of East Asian writing and of emoji, and
// marks that take no room.
func runeColumns(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff,
		r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6,
		r >= 0x1f300 && r <= 0x1f64f, r >= 0x1f680 && r <= 0x1f6ff, r >= 0x1f900 && r <= 0x1f9ff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

// inert shows text from others, shortened to width columns.
func inert(s string, width int) string { return fit(forks.Inert(s), width) }
