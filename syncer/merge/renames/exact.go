package renames

import (
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// Exact renames: each destination, in order, takes the first unused source of the same
// id, but rather one of the same basename. Regular files match whatever their exec bit;
// a symlink or a submodule matches only its own kind.

// twin is what equal files have in common.
type twin struct {
	id   forks.Hash
	mode forks.Mode
}

func twinOf(f File) twin {
	if regular(f.Mode) {
		f.Mode = forks.ModeRegular
	}
	return twin{f.ID, f.Mode}
}

// maxTwins bounds how many sources of one id a destination looks at before it takes the
// best so far; it is git's bound, and shows where a basename would only match later.
const maxTwins = 100

func (s *search) pairExact() {
	twins := map[twin][]int{}
	for i, f := range s.gone {
		twins[twinOf(f)] = append(twins[twinOf(f)], i)
	}
	if turned(len(s.gone)) {
		for _, list := range twins {
			slices.Reverse(list)
		}
	}
	for d, f := range s.fresh {
		list := twins[twinOf(f)]
		at := s.chooseTwin(list, f)
		if at == none {
			continue
		}
		s.pair(list[at], d, MaxScore)
		// The chosen one is near the front: close the gap from there.
		copy(list[1:at+1], list[:at])
		twins[twinOf(f)] = list[1:]
	}
}

// chooseTwin returns the position in list of the best source for dest, or none.
func (s *search) chooseTwin(list []int, dest File) int {
	if len(list) == 0 {
		return none
	}
	for at, i := range list[:min(len(list), maxTwins)] {
		if basename(s.gone[i].Path) == basename(dest.Path) {
			return at
		}
	}
	return 0
}
