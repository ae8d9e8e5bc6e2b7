package resolve

import (
	"bytes"
	"slices"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge/lines"
)

// hunk is one conflict within a file: the lines that stand against each other.
type hunk struct{ base, ours, theirs []byte }

// text is a merged file: between[0], the first hunk, between[1], … There is one more
// stretch between hunks than there are hunks.
type text struct {
	hunks   []hunk
	between [][]byte
}

// text merges the versions by line. It is not ok where the file is no text, or has no
// hunk: then the conflict is not about lines.
func (c Conflict) text() (text, bool) {
	if c.File.Kind != forks.Content && c.File.Kind != forks.AddAdd || c.Ours == nil || c.Theirs == nil {
		return text{}, false
	}
	for _, s := range c.File.Stages {
		if s.Mode != forks.ModeRegular && s.Mode != forks.ModeExecutable {
			return text{}, false
		}
	}
	for _, content := range c.inputs() {
		if !lines.Mergeable(content) {
			return text{}, false
		}
	}
	// No input has these lines: they would have to hold their own digest.
	label := digest(append(c.inputs(), []byte("label")))
	merged := lines.Merge(c.Base, c.Ours, c.Theirs, lines.Options{
		Style: lines.StyleDiff3, Labels: lines.Labels{Base: label, Ours: label, Theirs: label},
	})
	if len(merged.Conflicts) == 0 {
		return text{}, false
	}
	t := text{between: stretches(merged.Content, label)}
	base, ours, theirs := slices.Collect(bytes.Lines(c.Base)), slices.Collect(bytes.Lines(c.Ours)), slices.Collect(bytes.Lines(c.Theirs))
	for _, h := range merged.Conflicts {
		t.hunks = append(t.hunks, hunk{of(base, h.Base), of(ours, h.Ours), of(theirs, h.Theirs)})
	}
	return t, len(t.between) == len(t.hunks)+1
}

// of joins the lines of a range.
func of(list [][]byte, r lines.Range) []byte {
	return bytes.Join(list[r.Start:r.End], nil)
}

// stretches cuts out of a merged file what stands between the markers of its hunks.
func stretches(content []byte, label string) [][]byte {
	out := [][]byte{{}}
	begins, ends := []byte("<<<<<<< "+label), []byte(">>>>>>> "+label)
	inside := false
	for line := range bytes.Lines(content) {
		switch {
		case bytes.HasPrefix(line, begins):
			inside = true
		case bytes.HasPrefix(line, ends):
			inside, out = false, append(out, []byte{})
		case !inside:
			out[len(out)-1] = append(out[len(out)-1], line...)
		}
	}
	return out
}

// parts says what a file has in the place of each hunk. It is not ok unless all the rest
// is as it was merged, and there is one way to see it.
func (t text) parts(file []byte) (parts [][]byte, ok bool) {
	n := len(t.hunks)
	first, last := t.between[0], t.between[n]
	if len(file) < len(first)+len(last) || !bytes.HasPrefix(file, first) || !bytes.HasSuffix(file, last) {
		return nil, false
	}
	rest := file[len(first) : len(file)-len(last)]
	for _, stretch := range t.between[1:n] {
		at := onlyAt(rest, stretch)
		if at < 0 {
			return nil, false
		}
		parts = append(parts, rest[:at])
		rest = rest[at+len(stretch):]
	}
	parts = append(parts, rest)
	again, ok := t.with(parts)
	return parts, ok && bytes.Equal(again, file)
}

// onlyAt returns where whole lines stand within others, -1 unless that is one place.
func onlyAt(within, stretch []byte) int {
	if len(stretch) == 0 {
		return -1
	}
	found := -1
	for at := 0; at <= len(within)-len(stretch); {
		i := bytes.Index(within[at:], stretch)
		if i < 0 {
			break
		}
		i += at
		if i == 0 || within[i-1] == '\n' {
			if found >= 0 {
				return -1
			}
			found = i
		}
		at = i + 1
	}
	return found
}

// with writes the file with parts in the place of its hunks. It is not ok where a part
// that something follows does not end its last line.
func (t text) with(parts [][]byte) (file []byte, ok bool) {
	file = append(file, t.between[0]...)
	for i, part := range parts {
		after := t.between[i+1]
		follows := len(after) > 0 || i+1 < len(parts)
		if follows && len(part) > 0 && part[len(part)-1] != '\n' {
			return nil, false
		}
		file = append(append(file, part...), after...)
	}
	return file, true
}
