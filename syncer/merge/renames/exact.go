package renames

import (
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// Exact renames: each destination, in order, takes the first unused source of the same
// id, but rather one of the same basename. Regular files match whatever their exec bit;
// a symlink or a submodule matches only its own kind.

// maxTwins bounds how many sources of one id a destination looks at before it takes the
// best so far; it is git's bound, and shows where a basename would only match later.
const maxTwins = 100

func (s *search) pairExact() {
	twins := map[forks.Hash][]int{}
	for i, f := range s.gone {
		twins[f.ID] = append(twins[f.ID], i)
	}
	if turned(len(s.gone)) {
		for _, list := range twins {
			slices.Reverse(list)
		}
	}
	for d, f := range s.fresh {
		list := twins[f.ID]
		at := s.chooseTwin(list, f)
		if at == none {
			continue
		}
		s.pair(list[at], d, MaxScore)
		// The chosen one is near the front: close the gap from there.
		copy(list[1:at+1], list[:at])
		twins[f.ID] = list[1:]
	}
}

// chooseTwin returns the position in list of the best source for dest, or none.
func (s *search) chooseTwin(list []int, dest File) int {
	best, looked := none, 0
	for at, i := range list {
		from := s.gone[i]
		if from.Mode != dest.Mode && !(regular(from.Mode) && regular(dest.Mode)) {
			continue
		}
		if basename(from.Path) == basename(dest.Path) {
			return at
		}
		if best == none {
			best = at
		}
		if looked++; looked == maxTwins {
			break
		}
	}
	return best
}
