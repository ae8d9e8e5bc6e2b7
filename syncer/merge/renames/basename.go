package renames

import "strings"

// Renames by basename: most moved files keep their name. A source whose basename no
// other source has is compared with the destination whose basename no other destination
// has, and with that one alone; so that this is safe, both must be more alike than
// [MinScore] asks (basenameScore). A name that several files have (default.nix) does not
// tell which is meant; there the exact renames out of the same directory say where it
// went, and the file of that name there is compared.
//
// Uniqueness counts all sources that are not in a pair yet, needed or not; only needed
// ones are compared.

// basenameScore is half way between [MinScore] and [MaxScore].
const basenameScore = MinScore + (MaxScore-MinScore)/2

func (s *search) pairByBasename() error {
	from := uniqueBasenames(len(s.sources), func(n int) (string, int) { i := s.sources[n]; return s.gone[i].Path, i })
	open := s.openDests()
	to := uniqueBasenames(len(open), func(n int) (string, int) { d := open[n]; return s.fresh[d].Path, d })
	guesses := s.dirs.guesses()
	paths := map[string]int{}
	if len(guesses) > 0 {
		for d, f := range s.fresh {
			paths[f.Path] = d
		}
	}
	for _, i := range s.sources {
		if s.need(i) == NotNeeded {
			continue
		}
		dir, base := split(s.gone[i].Path)
		d, known := to[base]
		if !known {
			continue
		}
		if d == none || from[base] == none {
			guess, is := guesses[dir]
			if !is {
				continue
			}
			if d, is = paths[guess+"/"+base]; !is {
				continue
			}
		}
		if s.origin[d] != none {
			continue
		}
		score, err := s.texts.score(s.gone[i], s.fresh[d], basenameScore)
		if err != nil {
			return err
		}
		if score >= basenameScore {
			s.pair(i, d, score)
		}
	}
	return nil
}

// uniqueBasenames maps each basename to the only file that has it, or to none if
// several do.
func uniqueBasenames(n int, file func(n int) (path string, index int)) map[string]int {
	unique := make(map[string]int, n)
	for k := range n {
		path, index := file(k)
		base := basename(path)
		if _, taken := unique[base]; taken {
			index = none
		}
		unique[base] = index
	}
	return unique
}

// openDests lists the destinations without a source.
func (s *search) openDests() []int {
	open := make([]int, 0, s.open)
	for d, i := range s.origin {
		if i == none {
			open = append(open, d)
		}
	}
	return open
}

// split divides a path; the top is "".
func split(path string) (dir, base string) {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}

func dirname(path string) string {
	dir, _ := split(path)
	return dir
}

func basename(path string) string {
	_, base := split(path)
	return base
}
