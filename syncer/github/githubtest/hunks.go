package githubtest

import (
	"fmt"
	"strings"
)

// hunk is a part of a difference, with the lines that can be commented on.
type hunk struct {
	left, right map[int]bool
	text        string
}

// hunks reads the difference of one path between what base and head have in common
// and head; nil if the path does not differ.
func (r *repository) hunks(base, head, path string) []*hunk {
	out, _ := r.run(nil, "", "diff", "--no-renames", base+"..."+head, "--", ":(literal)"+path)
	var found []*hunk
	var h *hunk
	var left, right int
	for line := range strings.Lines(out) {
		switch {
		case strings.HasPrefix(line, "@@ "):
			h = &hunk{left: map[int]bool{}, right: map[int]bool{}}
			found = append(found, h)
			left, right = starts(line)
		case h == nil || strings.HasPrefix(line, "\\"):
			continue
		case line[0] == '+':
			h.right[right] = true
			right++
		case line[0] == '-':
			h.left[left] = true
			left++
		default:
			h.left[left], h.right[right] = true, true
			left, right = left+1, right+1
		}
		h.text += line
	}
	return found
}

// starts reads "@@ -l,n +r,m @@".
func starts(line string) (left, right int) {
	fields := strings.Fields(line)
	_, _ = fmt.Sscanf(fields[1], "-%d", &left)
	_, _ = fmt.Sscanf(fields[2], "+%d", &right)
	return left, right
}

// hunkOf finds the hunk that shows a line; nil if none does.
func hunkOf(hunks []*hunk, side string, line int) *hunk {
	for _, h := range hunks {
		if side == "LEFT" && h.left[line] || side == "RIGHT" && h.right[line] {
			return h
		}
	}
	return nil
}
