package pulls

import (
	"bytes"
	"strings"
)

// Side is what a conflict is settled with.
type Side string

// The sides of a hunk.
const (
	Ours   Side = "ours"   // what upstream has, with the patches before this one: "take upstream"
	Theirs Side = "theirs" // what the patch has: "keep ours"
	Both   Side = "both"   // upstream's lines, then the patch's
)

// Choose settles all conflicts of a file with one side, as git merge-file does with
// --ours, --theirs and --union. Hunks are those that [Hunks]
// found in the content. The rest of the file stays as it is, byte for byte.
func Choose(content []byte, hunks []Hunk, side Side) []byte {
	return chooseEach(content, hunks, func(int) Side { return side })
}

// chooseEach settles the conflict with index i with pick(i).
func chooseEach(content []byte, hunks []Hunk, pick func(i int) Side) []byte {
	out := make([]byte, 0, len(content))
	line, next := 0, 0
	crlf := false
	for text := range bytes.Lines(content) {
		line++
		if next == len(hunks) || line < hunks[next].First {
			out = append(out, text...)
			continue
		}
		if line == hunks[next].First {
			crlf = bytes.HasSuffix(text, []byte("\r\n"))
		}
		if line == hunks[next].Last {
			for _, chosen := range hunks[next].lines(pick(next), crlf) {
				out = append(out, chosen...)
			}
			next++
		}
	}
	return out
}

// lines are those of one side. Where both are taken and the first ends without a
// newline it gets one, of the file's kind, also if nothing follows: as git does.
func (h Hunk) lines(side Side, crlf bool) []string {
	switch side {
	case Ours:
		return h.Ours
	case Theirs:
		return h.Theirs
	}
	both := append(append([]string{}, h.Ours...), h.Theirs...)
	if n := len(h.Ours); n > 0 && !strings.HasSuffix(both[n-1], "\n") {
		both[n-1] += newline(crlf)
	}
	return both
}

func newline(crlf bool) string {
	if crlf {
		return "\r\n"
	}
	return "\n"
}
