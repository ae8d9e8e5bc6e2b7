package pulls

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Hunks finds the conflicts that a merge wrote into a file in diff3 style. Inputs are
// the versions that were merged: base, upstream's and the patch's, or the last two
// where there is no base; with fewer, a missing newline at the end of a side is not
// seen.
//
// A marker line that an input has too is taken for that input's own text: within one
// file a merge gives all its markers of a kind the same label, so they are either all
// among the inputs' lines or none is. What stays doubtful is an error: such a file is
// settled by hand.
func Hunks(content []byte, inputs ...[]byte) ([]Hunk, error) {
	explained := map[string]bool{}
	for _, input := range inputs {
		for line := range markerLines(input, false) {
			explained[line] = true
		}
	}
	r := hunkReader{explained: explained}
	for line := range bytes.Lines(content) {
		if err := r.read(string(line)); err != nil {
			return nil, err
		}
	}
	switch {
	case r.section != outside:
		return nil, fmt.Errorf("the conflict in line %d has no end: settle the file by hand", r.open.First)
	case len(r.hunks) == 0 && HasMarkers(content, inputs...):
		return nil, errors.New("the merge's conflict markers cannot be told from the file's own: settle the file by hand")
	}
	if n := len(r.hunks); n > 0 && r.hunks[n-1].Last == r.line {
		r.hunks[n-1].endAs(inputs)
	}
	return r.hunks, nil
}

// section is where in a conflict a line stands.
type section int

const (
	outside section = iota
	inOurs
	inBase
	inTheirs
)

type hunkReader struct {
	explained map[string]bool
	line      int
	section   section
	open      Hunk
	hunks     []Hunk
}

func (r *hunkReader) read(line string) error {
	r.line++
	switch marker := r.marker(line); {
	case marker == '<' && r.section == outside:
		r.open, r.section = Hunk{First: r.line}, inOurs
	case marker == '|' && r.section == inOurs:
		r.section = inBase
	case marker == '=' && r.section == inBase:
		r.section = inTheirs
	case marker == '>' && r.section == inTheirs:
		r.open.Last, r.section = r.line, outside
		r.hunks = append(r.hunks, r.open)
	case marker == '=' && r.section == inTheirs:
		return fmt.Errorf("line %d: which ======= divides the conflict that begins in line %d is not certain: settle the file by hand", r.line, r.open.First)
	case marker != 0 && marker != '=':
		return fmt.Errorf("line %d: a conflict marker out of place: settle the file by hand", r.line)
	case r.section == inOurs:
		r.open.Ours = append(r.open.Ours, line)
	case r.section == inBase:
		r.open.Base = append(r.open.Base, line)
	case r.section == inTheirs:
		r.open.Theirs = append(r.open.Theirs, line)
	}
	return nil
}

// marker returns the sign of a line that the merge may have written, else 0. For "="
// that is any such line: in the middle of a conflict exactly one can be the merge's.
func (r *hunkReader) marker(line string) byte {
	bare := strings.TrimRight(line, "\r\n")
	switch {
	case !isMarker([]byte(bare)):
		return 0
	case bare[0] == '=':
		if isSeparator([]byte(bare)) {
			return '='
		}
		return 0
	case r.explained[bare]:
		return 0
	}
	return bare[0]
}

// endAs takes away the newlines that a merge adds to sides that end without, so that
// the next marker begins a line. The hunk is the end of the file.
func (h *Hunk) endAs(inputs [][]byte) {
	switch len(inputs) {
	case 3:
		endAs(h.Base, inputs[0])
		endAs(h.Ours, inputs[1])
		endAs(h.Theirs, inputs[2])
	case 2:
		endAs(h.Ours, inputs[0])
		endAs(h.Theirs, inputs[1])
	}
}

func endAs(side []string, input []byte) {
	last := string(input[bytes.LastIndexByte(input, '\n')+1:])
	if last == "" || len(side) == 0 {
		return
	}
	if end := &side[len(side)-1]; *end == last+"\n" || *end == last+"\r\n" {
		*end = last
	}
}
