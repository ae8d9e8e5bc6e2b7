package renames

import (
	"cmp"
	"slices"
)

// The matrix: every destination left is compared with every source left and keeps the
// best few candidates. All candidates together are then sorted, best first, and taken
// greedily. Fewer candidates than sources keep memory linear; the price, which git pays
// too, is that a destination whose candidates were all taken goes without.

// maxCandidates is how many sources a destination keeps.
const maxCandidates = 4

// limitHit returns the limit that the matrix would need if it is too large, else zero.
func (s *search) limitHit() int {
	if s.limit <= 0 || uint64(s.open)*uint64(len(s.sources)) <= uint64(s.limit)*uint64(s.limit) {
		return 0
	}
	return max(s.open, len(s.sources))
}

// candidate is a possible pair.
type candidate struct {
	source, dest int
	score        int
	sameName     bool // of the same basename, which decides between equal scores
}

// better orders candidates, best first.
func better(a, b candidate) int {
	if c := cmp.Compare(b.score, a.score); c != 0 || a.sameName == b.sameName {
		return c
	}
	if a.sameName {
		return -1
	}
	return 1
}

func (s *search) pairBySimilarity() error {
	if s.open == 0 || len(s.sources) == 0 {
		return nil
	}
	all := make([]candidate, 0, s.open*min(maxCandidates, len(s.sources)))
	for _, d := range s.openDests() {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		var err error
		if all, err = s.appendCandidates(all, d); err != nil {
			return err
		}
	}
	slices.SortStableFunc(all, better)
	for _, c := range all {
		if c.score < MinScore {
			break
		}
		if s.origin[c.dest] == none && !s.placed[c.source] {
			s.pair(c.source, c.dest, c.score)
		}
	}
	return nil
}

// appendCandidates appends the best sources for one destination. A newcomer takes the
// place of the worst so far if it is better, and of several worst that of the first: the
// places decide between equals later.
func (s *search) appendCandidates(all []candidate, dest int) ([]candidate, error) {
	start := len(all)
	row := s.texts.openRow(s.fresh[dest], MinScore)
	defer row.close()
	base := basename(s.fresh[dest].Path)
	for _, i := range s.sources {
		score, err := row.score(s.gone[i])
		if err != nil {
			return nil, err
		}
		c := candidate{source: i, dest: dest, score: score, sameName: basename(s.gone[i].Path) == base}
		if len(all)-start < maxCandidates {
			all = append(all, c)
			continue
		}
		kept := all[start:]
		worst := 0
		for k := 1; k < len(kept); k++ {
			if better(kept[k], kept[worst]) > 0 {
				worst = k
			}
		}
		if better(c, kept[worst]) < 0 {
			kept[worst] = c
		}
	}
	return all, nil
}
