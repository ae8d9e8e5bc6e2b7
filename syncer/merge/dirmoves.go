package merge

// A directory was moved by a side if it is gone there and its files went elsewhere; it
// went where most of them did, and nowhere if two places have equally many. What the
// other side put into it, new or moved from elsewhere, goes there too, unless
//
//   - both sides moved the directory: then nothing follows either;
//   - the other side moved that place itself: one step is enough;
//   - something of the other side follows to the very place where the file is;
//   - something of that side is there already, or several files would meet there.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// concludeFolders finds the directories that exactly one side moved.
func (m *merging) concludeFolders() {
	for _, side := range []int{ours, theirs} {
		s := &m.sides[side]
		s.folder, s.nearest = map[string]string{}, map[string]string{}
		for _, dir := range sortedKeys(s.counts) {
			to, most, tie := "", 0, false
			for place, n := range s.counts[dir] {
				switch {
				case n > most:
					to, most, tie = place, n, false
				case n == most:
					tie = true
				}
			}
			switch {
			case most == 0:
			case tie:
				m.unclean = true
				m.say(saidDirSplit, fmt.Sprintf("CONFLICT (directory rename split): Unclear where to rename %s to; it was renamed to multiple other directories, with no destination getting a majority of the files.", dir), dir)
			default:
				s.folder[dir] = to
			}
		}
	}
	for dir := range m.sides[ours].folder {
		if _, both := m.sides[theirs].folder[dir]; both {
			delete(m.sides[ours].folder, dir)
			delete(m.sides[theirs].folder, dir)
		}
	}
}

// meeting is a place to which moved directories lead.
type meeting struct {
	files []string // that would come there, sorted
	told  bool     // that they cannot
}

// meet notes where files of each side would come with directories of the other.
func (m *merging) meet() {
	for _, side := range []int{ours, theirs} {
		s, there := &m.sides[side], &m.sides[other(side)]
		s.meetings = map[string]*meeting{}
		for _, mv := range s.found {
			if _, _, to, ok := there.follow(mv.to); ok {
				if s.meetings[to] == nil {
					s.meetings[to] = &meeting{}
				}
				s.meetings[to].files = append(s.meetings[to].files, mv.to)
			}
		}
		for _, at := range s.meetings {
			slices.Sort(at.files)
		}
	}
}

// withFolders lists what a side moved: its own moves, and its files that follow a
// directory of the other side.
func (m *merging) withFolders(side int) ([]move, error) {
	var moved []move
	for _, mv := range m.sides[side].found {
		to, follows, err := m.mayFollow(side, mv.to)
		if err != nil {
			return nil, err
		}
		if follows {
			if err := m.relocate(mv, to); err != nil {
				return nil, err
			}
			mv.to = to
		}
		if follows || !mv.isNew {
			moved = append(moved, mv)
		}
	}
	return moved, nil
}

// follow finds the nearest directory that path is in and that the side moved, and where
// path goes with it.
func (s *moves) follow(path string) (dir, place, to string, ok bool) {
	dir, _ = split(path)
	if dir = s.movedAt(dir); dir == "" {
		return "", "", "", false
	}
	place = s.folder[dir]
	return dir, place, join(place, path[len(dir)+1:]), true
}

// movedAt is dir, or the nearest one above it, that the side moved; "" for none. Each
// directory is looked up once, however many files are below it.
func (s *moves) movedAt(dir string) string {
	if dir == "" || len(s.folder) == 0 {
		return ""
	}
	if _, moved := s.folder[dir]; moved {
		return dir
	}
	at, known := s.nearest[dir]
	if !known {
		above, _ := split(dir)
		at = s.movedAt(above)
		s.nearest[dir] = at
	}
	return at
}

// mayFollow reports whether a file that a side has at path goes along with a directory
// that the other side moved, and where to; it tells what is in the way.
func (m *merging) mayFollow(side int, path string) (to string, ok bool, err error) {
	dir, place, to, ok := m.sides[other(side)].follow(path)
	if !ok || m.sides[other(side)].meetings[path] != nil {
		return "", false, nil
	}
	if _, moved := m.sides[side].folder[place]; moved {
		m.say(saidDirSkipped, fmt.Sprintf("WARNING: Avoiding applying %s -> %s rename to %s, because %s itself was renamed.", dir, place, path, place),
			dir, path, place)
		return "", false, nil
	}
	inWay, err := m.inWay(to, side)
	if err != nil {
		return "", false, err
	}
	meet := m.sides[side].meetings[to]
	switch {
	case meet.told:
	case inWay:
		meet.told = true
		m.say(saidDirInWay, fmt.Sprintf("CONFLICT (implicit dir rename): Existing file/dir at %s in the way of implicit directory rename(s) putting the following path(s) there: %s.", to, strings.Join(meet.files, ", ")),
			append([]string{to}, meet.files...)...)
	case len(meet.files) > 1:
		meet.told = true
		m.say(saidDirCollision, fmt.Sprintf("CONFLICT (implicit dir rename): Cannot map more than one path to %s; implicit directory renames tried to put these paths there: %s", to, strings.Join(meet.files, ", ")),
			append([]string{to}, meet.files...)...)
	default:
		return to, true, nil
	}
	m.unclean = true
	return "", false, nil
}

// inWay reports whether a side has something at path already.
func (m *merging) inWay(path string, side int) (bool, error) {
	if e, ok := m.entries[path]; ok {
		return e.clean || (e.files|e.dirs)&bit(side) != 0, nil
	}
	return m.wholeHas(path)
}

// relocate brings the entry of a file to the place that its directory was moved to, and
// tells.
func (m *merging) relocate(mv move, to string) error {
	e := m.entries[mv.to]
	if e == nil || e.files != bit(ours) && e.files != bit(theirs) {
		return fmt.Errorf("%w: %q moves with its directory", errImpossible, mv.to)
	}
	if e.dirs == 0 {
		delete(m.entries, mv.to)
	} else {
		e = m.leaveFolder(e)
	}
	if err := m.makeFolders(to, e.files); err != nil {
		return err
	}
	at := m.entries[to]
	if at == nil {
		m.entries[to] = e
		at = e
	} else {
		at.set(mv.side, e.in[mv.side], e.at[mv.side])
		at.clash = at.clash || at.dirs != 0
	}
	m.sayRelocated(mv, to)
	at.disputed = at.disputed || m.engine.options.DirectoryRenames == DirectoryRenamesConflict
	return nil
}

func (m *merging) sayRelocated(mv move, to string) {
	here, there := m.branch(mv.side), m.branch(other(mv.side))
	what := fmt.Sprintf("%s added in %s", mv.to, here)
	if !mv.isNew {
		what = fmt.Sprintf("%s renamed to %s in %s,", mv.from, mv.to, here)
	}
	what += " inside a directory that was renamed in " + there
	if m.engine.options.DirectoryRenames == DirectoryRenamesFollow {
		m.say(saidDirApplied, fmt.Sprintf("Path updated: %s; moving it to %s.", what, to), to, mv.to)
		return
	}
	m.say(saidDirSuggested, fmt.Sprintf("CONFLICT (file location): %s, suggesting it should perhaps be moved to %s.", what, to), to, mv.to)
}

// leaveFolder takes the file out of an entry at which some input has a directory, and
// returns it as an entry of its own.
func (m *merging) leaveFolder(e *entry) *entry {
	file := *e
	file.clearButFiles()
	file.match, file.clash = 0, false
	e.files, e.clean = 0, true
	for side := range e.in {
		if e.dirs&bit(side) == 0 {
			e.in[side] = version{}
		}
	}
	return &file
}

// makeFolders makes sure that the directories above path can take it: one that no input
// has is made, one that was taken whole is opened.
func (m *merging) makeFolders(path string, sides uint8) error {
	dir, _ := split(path)
	if m.folders[dir] != nil {
		return nil
	}
	if err := m.makeFolders(dir, sides); err != nil {
		return err
	}
	f := &folder{}
	above, name := split(dir)
	m.folders[dir] = f
	e := m.entries[dir]
	if e == nil {
		e = &entry{at: [3]string{dir, dir, dir}}
		m.entries[dir] = e
		if v := m.folders[above].takeBack(name); !v.none() {
			e.in, e.result = [3]version{v, v, v}, v
			if e.files, e.match = 7, bit(ours)|bit(theirs); v.isDir() {
				e.files, e.match = 0, 0
			}
		}
	}
	if e.result.isDir() {
		items, err := m.tree(e.result.id)
		if err != nil {
			return err
		}
		f.items = slices.Clone(items)
	}
	e.dirs |= sides
	e.clash = e.files != 0
	e.clean, e.result = false, version{}
	return nil
}

// wholeHas reports whether path exists in a directory that was taken whole.
func (m *merging) wholeHas(path string) (bool, error) {
	dir, name := split(path)
	if m.folders[dir] != nil {
		return m.taken(path), nil
	}
	items, err := m.wholeItems(dir)
	return !find(items, name).none(), err
}

// wholeItems lists what is in a directory that was taken whole, or is in such a one.
func (m *merging) wholeItems(dir string) ([]item, error) {
	if e := m.entries[dir]; e != nil {
		return m.tree(e.treeID())
	}
	above, name := split(dir)
	var v version
	if f := m.folders[above]; f != nil {
		v = f.find(name)
	} else {
		items, err := m.wholeItems(above)
		if err != nil {
			return nil, err
		}
		v = find(items, name)
	}
	if !v.isDir() {
		return nil, nil
	}
	return m.tree(v.id)
}

// treeID is the tree of a directory that was taken whole, else zero.
func (e *entry) treeID() forks.Hash {
	if e.result.isDir() {
		return e.result.id
	}
	return forks.Hash{}
}
