package renames

import (
	"maps"
)

// Where directories went: each pair is a vote that its old directory became its new one,
// and as long as the last names of both agree, one for the directories above:
//
//	a/b/c/f → x/b/c/f   votes a/b/c → x/b/c, a/b → x/b, and a → x
//	a/b/c/f → x/y/c/f   votes a/b/c → x/y/c and a/b → x/y, no further
//
// Only directories that are gone can have become others, so the way up ends at the first
// one that is not. It also ends at one that is [DirNotNeeded], after its own vote if it
// is the file's own directory: none above it is needed then. Directories above the
// file's own are counted only if they are [DirForSelf].
//
// The majority decides. So where the leader is ahead by more than all files that could
// still vote, the directory is settled: it counts as [DirForAncestor] from then on, and
// sources that were only needed for settled directories are not searched for.

// directories are the votes.
type directories struct {
	needs map[string]DirNeed
	votes map[string]*votes // by old directory
}

func newDirectories(needs map[string]DirNeed) *directories {
	if needs == nil {
		return nil
	}
	return &directories{needs: maps.Clone(needs), votes: map[string]*votes{}}
}

// votes are those for one old directory.
type votes struct {
	of    map[string]int // by new directory
	order []string       // new directories as they first came up
}

// count takes in that a file moved.
func (d *directories) count(from, to string) {
	if d == nil {
		return
	}
	was, is := dirname(from), dirname(to)
	for own := true; ; own = false {
		need, gone := d.needs[was]
		if !gone {
			return
		}
		if own || need == DirForSelf {
			d.vote(was, is)
		}
		if need == DirNotNeeded || was == "" || is == "" || basename(was) != basename(is) {
			return
		}
		was, is = dirname(was), dirname(is)
	}
}

func (d *directories) vote(was, is string) {
	v := d.votes[was]
	if v == nil {
		v = &votes{of: map[string]int{}}
		d.votes[was] = v
	}
	if v.of[is]++; v.of[is] == 1 {
		v.order = append(v.order, is)
	}
}

// guesses says for each directory where most of its files went so far.
func (d *directories) guesses() map[string]string {
	if d == nil {
		return nil
	}
	best := make(map[string]string, len(d.votes))
	for was, v := range d.votes {
		best[was] = v.leader()
	}
	return best
}

// leader is the new directory with most votes; of several the first in git's map.
func (v *votes) leader() string {
	best, most := "", 0
	for _, is := range MapOrder(v.order) {
		if n := v.of[is]; n > most {
			best, most = is, n
		}
	}
	return best
}

// settled reports whether open more votes cannot change the leader.
func (v *votes) settled(open int) bool {
	first, second := 0, 0
	for _, n := range v.of {
		if n >= first {
			first, second = n, first
		} else if n > second {
			second = n
		}
	}
	return first > second+open
}

// dropSettled drops the sources that would only vote where all is settled.
func (s *search) dropSettled() {
	if s.dirs == nil || s.needs == nil {
		return
	}
	open := map[string]int{}
	for _, i := range s.sources {
		s.dirs.upwards(s.gone[i].Path, func(dir string, _ DirNeed) bool {
			if dir != "" {
				open[dir]++
			}
			return true
		})
	}
	for dir, v := range s.dirs.votes {
		if s.dirs.needs[dir] == DirForSelf && v.settled(open[dir]) {
			s.dirs.needs[dir] = DirForAncestor
		}
	}
	s.keepSources(func(i int) bool {
		return s.need(i) != ForLocation || s.dirs.wants(s.gone[i].Path)
	})
}

// wants reports whether a directory above the file is not settled.
func (d *directories) wants(path string) bool {
	wanted := false
	d.upwards(path, func(_ string, need DirNeed) bool {
		wanted = need == DirForSelf
		return !wanted
	})
	return wanted
}

// upwards calls do for the directories above path, nearest first, up to the first that
// is not needed, or until do returns false.
func (d *directories) upwards(path string, do func(dir string, need DirNeed) bool) {
	for path != "" {
		path = dirname(path)
		need := d.needs[path]
		if need == DirNotNeeded || !do(path, need) {
			return
		}
	}
}

// answer returns the votes of directories that are needed.
func (d *directories) answer() map[string]map[string]int {
	if d == nil {
		return nil
	}
	counts := map[string]map[string]int{}
	for was, v := range d.votes {
		if d.needs[was] != DirNotNeeded {
			counts[was] = v.of
		}
	}
	return counts
}
