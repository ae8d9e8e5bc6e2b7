package syncer

import (
	"bytes"
	"slices"

	"github.com/auxolotl/auxsync/forks/maintainers"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// sides are the versions of a file that a merge was made of; nil where there is none.
type sides struct {
	upstream, parent, fork []byte
}

// stage is the version that git numbers so: the base, ours and theirs of a pick.
func (s *sides) stage(n int) *[]byte {
	switch n {
	case 1:
		return &s.parent
	case 2:
		return &s.upstream
	}
	return &s.fork
}

// sideLines says which lines of each side the conflicts of a file are about, in the
// order of the hunks. Around them the merged file has what the merge made of both sides,
// so its lines are counted only to choose between places where a side has the same lines
// twice. Where a side has no lines in a conflict, those around the place are meant.
func sideLines(hunks []pulls.Hunk, in sides) (upstream, parent, fork []maintainers.Lines) {
	sides := [...]*sideReader{newSideReader(in.upstream), newSideReader(in.parent), newSideReader(in.fork)}
	line := 1 // of the merged file, the first that is not looked at
	for _, h := range hunks {
		between := h.First - line
		for i, lines := range [...][]string{h.Ours, h.Base, h.Theirs} {
			sides[i].take(between, lines)
		}
		line = h.Last + 1
	}
	return sides[0].found, sides[1].found, sides[2].found
}

// sideReader finds the lines of hunks in one side, from its beginning to its end.
type sideReader struct {
	lines []string
	next  int // the first line that no hunk before has, from 0
	found []maintainers.Lines
}

func newSideReader(side []byte) *sideReader {
	r := &sideReader{}
	for line := range bytes.Lines(side) {
		r.lines = append(r.lines, string(line))
	}
	return r
}

// take finds the lines of a hunk that comes about so many lines after the one before.
func (r *sideReader) take(between int, hunk []string) {
	if len(r.lines) == 0 {
		return // there is no such side
	}
	near := min(r.next+between, len(r.lines))
	at := near
	if len(hunk) > 0 {
		if best := r.nearest(near, hunk); best >= 0 {
			at = best
		}
	}
	first, last := at+1, at+len(hunk)
	if len(hunk) == 0 {
		first, last = at, at+1
	}
	r.found = append(r.found, maintainers.Lines{First: max(1, min(first, len(r.lines))), Last: max(1, min(last, len(r.lines)))})
	r.next = min(at+len(hunk), len(r.lines))
}

// nearest is where the side has the lines of a hunk, nearest to a place; -1 for nowhere.
func (r *sideReader) nearest(near int, hunk []string) int {
	best := -1
	for at := r.next; at+len(hunk) <= len(r.lines); at++ {
		if !slices.Equal(r.lines[at:at+len(hunk)], hunk) {
			continue
		}
		if best < 0 || abs(at-near) < abs(best-near) {
			best = at
		}
		if at > near {
			break
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }
