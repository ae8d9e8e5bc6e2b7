package mergetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Contents: a file is of one of a few families whose members resemble each other, so that
// it is not obvious which file moved where; lines come from a small alphabet or are told
// apart by their number, so that diffs slide, and edits meet.

// entry draws what may stand at a path.
func (d *draw) entry() Entry {
	n := d.IntN(40)
	if d.profile == Types {
		n = d.IntN(12)
	}
	switch n {
	case 0:
		return Entry{forks.ModeSymlink, pick(d.Rand, []string{"a", "b", "../a", "d/f", "\xff"})}
	case 1:
		return submodule(d)
	case 2, 3:
		return Entry{forks.ModeExecutable, d.text()}
	}
	return Entry{forks.ModeRegular, d.text()}
}

func submodule(d *draw) Entry {
	return Entry{forks.ModeSubmodule, strings.Repeat(pick(d.Rand, []string{"1", "2", "3"}), 40)}
}

// text draws the content of a file.
func (d *draw) text() string {
	if d.profile == ByName && d.IntN(3) > 0 {
		return d.expression()
	}
	switch d.IntN(24) {
	case 0:
		return ""
	case 1:
		return d.line()
	case 2:
		return strings.TrimSuffix(d.lines(4), "\n")
	case 3:
		return strings.ReplaceAll(d.lines(8), "\n", "\r\n")
	case 4:
		return d.lines(4) + "\x00" + d.lines(4)
	case 5:
		return d.lines(4) + "\xff\xfe\x80\n" + d.lines(4)
	}
	if d.profile == Texts && d.IntN(2) == 0 {
		return d.lines(1 + d.IntN(60))
	}
	family := d.IntN(6)
	var b strings.Builder
	for i := range 4 + d.IntN(14) {
		if d.IntN(12) == 0 {
			b.WriteString(d.line())
			continue
		}
		fmt.Fprintf(&b, "line %d of family %d\n", i, family)
	}
	return b.String()
}

// lines draws up to n lines of a small alphabet.
func (d *draw) lines(n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(d.line())
	}
	return b.String()
}

func (d *draw) line() string {
	return pick(d.Rand, []string{"\n", "{\n", "}\n", "a\n", "b\n", "c\n", "  a\n", "  }\n", "a\r\n", "d\n", "e\n", "f\n"})
}

// expression draws a package as package sets have thousands of.
func (d *draw) expression() string {
	name := pick(d.Rand, []string{"hello", "curl", "jq", "zig"})
	return fmt.Sprintf(`{ lib, stdenv, fetchurl }:

stdenv.mkDerivation rec {
  pname = "%s";
  version = "%d.%d";
  src = fetchurl {
    url = "mirror://gnu/%s/${version}.tar.gz";
    hash = "sha256-%d";
  };
  meta = {
    license = lib.licenses.%s;
  };
}
`, name, d.IntN(2), d.IntN(3), name, d.IntN(4), pick(d.Rand, []string{"gpl3", "mit"}))
}

// edited changes a text: a little, or so much that it is hardly the same.
func (d *draw) edited(text string, changes int) string {
	lines := slices.Collect(strings.Lines(text))
	for range changes {
		at := d.IntN(len(lines) + 1)
		switch d.IntN(7) {
		case 0, 1: // another line
			if at < len(lines) {
				lines[at] = d.changed(lines[at])
			}
		case 2: // a new one
			lines = slices.Insert(lines, at, d.line())
		case 3: // several new ones
			lines = slices.Insert(lines, at, slices.Collect(strings.Lines(d.lines(1+d.IntN(4))))...)
		case 4: // a few gone
			lines = slices.Delete(lines, at, min(len(lines), at+1+d.IntN(3)))
		case 5: // a run that moves
			end := min(len(lines), at+1+d.IntN(4))
			run := slices.Clone(lines[at:end])
			lines = slices.Delete(lines, at, end)
			lines = slices.Insert(lines, d.IntN(len(lines)+1), run...)
		case 6: // a run that comes twice
			end := min(len(lines), at+1+d.IntN(4))
			lines = slices.Insert(lines, end, slices.Clone(lines[at:end])...)
		}
	}
	return strings.Join(lines, "")
}

func (d *draw) changed(line string) string {
	if d.IntN(2) == 0 {
		return d.line()
	}
	return fmt.Sprintf("%s %d\n", strings.TrimRight(line, "\r\n"), d.IntN(3))
}

// touched changes a text in a way that is about its ends of lines, or makes it binary.
func (d *draw) touched(text string) string {
	switch d.IntN(6) {
	case 0:
		return strings.TrimSuffix(text, "\n")
	case 1:
		return text + "\n"
	case 2:
		return strings.ReplaceAll(text, "\n", "\r\n")
	case 3:
		return strings.ReplaceAll(text, "\r\n", "\n")
	case 4:
		return text + "\x00" + d.line()
	}
	return strings.ReplaceAll(text, "  ", " ")
}
