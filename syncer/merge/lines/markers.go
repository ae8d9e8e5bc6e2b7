package lines

import "bytes"

// Writing a merge is copying: ours, with the pieces that come from theirs in their
// places, and conflicts between markers. A marker is a line, so a side that lacks its
// last newline gets one before it. Marker lines and such newlines end in CRLF if the
// first line of the base does and neither side objects: of a side counts the line before
// the conflict, or its first one, and it objects if it ends in LF. A side that cannot
// tell, as one without any line ending, does not object; a base that cannot tell means LF.

// markerSize is the length of a marker if options name none.
const markerSize = 7

// eol is how a line ends.
type eol uint8

const (
	unknown eol = iota
	lf
	crlf
)

// writer writes a merged text.
type writer struct {
	out  []byte
	in   *inputs
	opts Options
}

// write is the merged text.
func (in *inputs) write(pieces []piece, o Options) []byte {
	if o.MarkerSize <= 0 {
		o.MarkerSize = markerSize
	}
	w := writer{make([]byte, 0, in.size(pieces, o)), in, o}
	at := 0
	for _, p := range pieces {
		if p.origin == settled {
			continue
		}
		w.out = append(w.out, in.ours.bytes(Range{at, p.ours.Start})...)
		switch p.origin {
		case conflict:
			w.conflict(p)
		case fromOurs:
			w.out = append(w.out, in.ours.bytes(p.ours)...)
		case fromTheirs:
			w.out = append(w.out, in.theirs.bytes(p.theirs)...)
		case fromBoth:
			w.lines(&in.ours, p.ours, in.ending(p))
			w.out = append(w.out, in.theirs.bytes(p.theirs)...)
		}
		at = p.ours.End
	}
	w.out = append(w.out, in.ours.bytes(Range{at, in.ours.count()})...)
	return w.out
}

// size is room enough for the merged text, so that it is allocated once.
func (in *inputs) size(pieces []piece, o Options) int {
	n := len(in.ours.data)
	for _, p := range pieces {
		n += len(in.theirs.bytes(p.theirs))
		if p.origin == conflict {
			n += len(in.base.bytes(p.base)) + 4*(o.MarkerSize+5) +
				len(o.Labels.Base) + len(o.Labels.Ours) + len(o.Labels.Theirs)
		}
	}
	return n
}

// conflict writes both sides between markers, and the base where the style has it.
func (w *writer) conflict(p piece) {
	end := w.in.ending(p)
	w.marker('<', w.opts.Labels.Ours, end)
	w.lines(&w.in.ours, p.ours, end)
	if w.opts.Style != StyleMerge {
		w.marker('|', w.opts.Labels.Base, end)
		w.lines(&w.in.base, p.base, end)
	}
	w.marker('=', "", end)
	w.lines(&w.in.theirs, p.theirs, end)
	w.marker('>', w.opts.Labels.Theirs, end)
}

// marker writes one marker line.
func (w *writer) marker(sign byte, label string, end []byte) {
	for range w.opts.MarkerSize {
		w.out = append(w.out, sign)
	}
	if label != "" {
		w.out = append(w.out, ' ')
		w.out = append(w.out, label...)
	}
	w.out = append(w.out, end...)
}

// lines copies lines, and ends the last one if it is not.
func (w *writer) lines(t *text, r Range, end []byte) {
	w.out = append(w.out, t.bytes(r)...)
	if !r.empty() && w.out[len(w.out)-1] != '\n' {
		w.out = append(w.out, end...)
	}
}

// ending is what ends the lines that are added at a conflict.
func (in *inputs) ending(p piece) []byte {
	if in.base.ending(0) == crlf &&
		in.ours.ending(max(0, p.ours.Start-1)) != lf &&
		in.theirs.ending(max(0, p.theirs.Start-1)) != lf {
		return []byte("\r\n")
	}
	return newline
}

// ending is how a line ends; a last line without a newline is like the one before it.
func (t *text) ending(i int) eol {
	if t.count() == 0 {
		return unknown
	}
	line := t.line(i)
	if line[len(line)-1] != '\n' {
		if i == 0 {
			return unknown
		}
		line = t.line(i - 1)
	}
	if bytes.HasSuffix(line, []byte("\r\n")) {
		return crlf
	}
	return lf
}
