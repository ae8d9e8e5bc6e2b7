package pulls

import "github.com/auxolotl/auxsync/forks"

// EasyLabel marks a conflict with which somebody can begin who has never settled one.
const EasyLabel = "good first conflict"

// maxEasy is how many lines may differ in such a conflict, both sides counted.
const maxEasy = 10

// Easy reports whether a conflict is small and can be seen as a whole: every file
// conflicts in its content alone, all its hunks are known, and in all of them together
// at most ten lines differ. Lines with which both sides of a hunk begin or end alike do
// not count.
func Easy(c Case) bool {
	if len(c.Files) == 0 || len(c.Files) != len(c.Conflict.Files) {
		return false
	}
	lines := 0
	for _, f := range c.Files {
		if f.Kind != forks.Content || len(f.Hunks) == 0 {
			return false
		}
		for _, h := range f.Hunks {
			lines += differing(h.Ours, h.Theirs)
		}
	}
	return lines <= maxEasy
}

// differing counts the lines of both sides between their common beginning and end.
func differing(a, b []string) int {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return len(a) + len(b)
}
