package pulls

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// markerSize is the length of a conflict marker.
const markerSize = 7

// HasMarkers reports whether content still holds a conflict marker that none of
// the inputs explains: the versions of the file (base, upstream's, the patch's)
// that were merged.
//
// A marker is a line of exactly seven '<', '|', '=' or '>' and then a space, a
// carriage return or the end of the line. Each such line may occur as often as
// in the input that has it most often; once more is a marker, so a file that
// explains conflicts may keep its examples but not gain one. A line of seven '='
// counts on its own too, for people forget it, unless it underlines a heading: a
// line of seven letters, digits and spaces.
func HasMarkers(content []byte, inputs ...[]byte) bool {
	left := markerLines(content, true)
	if len(left) == 0 {
		return false
	}
	explained := map[string]int{}
	for _, input := range inputs {
		for line, n := range markerLines(input, false) {
			explained[line] = max(explained[line], n)
		}
	}
	for line, n := range left {
		if n > explained[line] {
			return true
		}
	}
	return false
}

// markerLines counts the lines that look like markers.
func markerLines(content []byte, skipHeadings bool) map[string]int {
	counts := map[string]int{}
	var above []byte
	for line := range bytes.Lines(content) {
		line = bytes.TrimRight(line, "\r\n")
		underline := skipHeadings && isSeparator(line) && isHeading(above)
		if isMarker(line) && !underline {
			counts[string(line)]++
		}
		above = line
	}
	return counts
}

// isMarker expects a line without its end.
func isMarker(line []byte) bool {
	if len(line) < markerSize {
		return false
	}
	switch line[0] {
	case '<', '|', '=', '>':
	default:
		return false
	}
	run := len(line) - len(bytes.TrimLeft(line, string(line[:1])))
	return run == markerSize && (len(line) == run || line[run] == ' ')
}

func isSeparator(line []byte) bool {
	return len(line) == markerSize && isMarker(line) && line[0] == '='
}

func isHeading(line []byte) bool {
	if utf8.RuneCount(line) != markerSize || line[0] == ' ' {
		return false
	}
	for _, r := range string(line) {
		if r != ' ' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return true
}
