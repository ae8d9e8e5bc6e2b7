package merge

// A file that one side moved is found by comparing what is gone from its tree with what
// is new in it (package renames). That is done on a side only if something there
// matters: a file that the other side changed or removed too is gone, or a directory has
// to be followed. From the files that moved, moved directories are concluded, and new
// files go along with them.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/syncer/merge/renames"
)

// RenameLimit is what [Options] have if they do not say another one; it is git's.
const RenameLimit = 7000

// moves is what one side moved.
type moves struct {
	gone, added []renames.File // as the walk met them
	needs       map[string]renames.Need
	dirs        map[string]renames.DirNeed

	found   []move // in the order of added
	counts  map[string]map[string]int
	folder  map[string]string // moved directories: from, to
	nearest map[string]string // of directories that were asked for: the moved one they are in
	targets map[string]bool   // directories into which went what matters, and those above
	// meetings are the places to which files of the side would follow directories of the
	// other.
	meetings map[string]*meeting
}

// move is a file that came to a new place on one side: it was moved there, or it is new
// and its directory was moved by the other side.
type move struct {
	from, to string // from is to for a new file, as it was added
	side     int
	isNew    bool
}

// matters reports whether any moved file of the side could make a difference.
func (s *moves) matters() bool { return len(s.gone)+len(s.added) > 0 && len(s.needs) > 0 }

// findMoves finds what both sides moved and brings it together.
func (m *merging) findMoves() error {
	if !m.sides[ours].matters() && !m.sides[theirs].matters() {
		return nil
	}
	for _, side := range []int{ours, theirs} {
		if err := m.detect(side); err != nil {
			return err
		}
	}
	if m.depth == 0 && m.engine.options.DirectoryRenames != DirectoryRenamesIgnore {
		m.concludeFolders()
	}
	m.meet()
	var all []move
	for _, side := range []int{ours, theirs} {
		moved, err := m.withFolders(side)
		if err != nil {
			return err
		}
		all = append(all, moved...)
	}
	slices.SortStableFunc(all, func(a, b move) int { return strings.Compare(a.from, b.from) })
	return m.rejoin(all)
}

// detect finds the files that a side moved, and lists them among those it added.
func (m *merging) detect(side int) error {
	s := &m.sides[side]
	from := map[string]string{}
	if s.matters() {
		limit := m.engine.options.RenameLimit
		if limit == 0 {
			limit = RenameLimit
		}
		answer, err := renames.Find(m.ctx, m, renames.Question{Gone: s.gone, New: s.added, Needs: s.needs, Dirs: s.dirs, Limit: limit})
		if err != nil {
			return fmt.Errorf("merge: find moved files: %w", err)
		}
		s.targets = map[string]bool{}
		for _, p := range answer.Pairs {
			_, matters := s.needs[p.From.Path]
			if !matters && m.again {
				continue // git, walking again, knows only of those that matter
			}
			from[p.To.Path] = p.From.Path
			if !matters {
				continue
			}
			for dir, _ := split(p.To.Path); dir != "" && !s.targets[dir]; dir, _ = split(dir) {
				s.targets[dir] = true
			}
		}
		s.counts = answer.Counts
		m.limitHit = max(m.limitHit, answer.LimitHit)
	}
	for _, f := range s.added {
		if source, ok := from[f.Path]; ok {
			s.found = append(s.found, move{source, f.Path, side, false})
		} else {
			s.found = append(s.found, move{f.Path, f.Path, side, true})
		}
	}
	return nil
}
