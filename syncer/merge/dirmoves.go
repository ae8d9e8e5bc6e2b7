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
		s.folder = map[string]string{}
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
		s, folders := &m.sides[side], m.sides[other(side)].folder
		s.meetings = map[string]*meeting{}
		for _, mv := range s.found {
			if _, _, to, ok := follow(folders, mv.to); ok {
				if s.meetings[to] == nil {
					s.meetings[to] = &meeting{}
				}
				s.meetings[to].files = append(s.meetings[to].files, mv.to)
			}
		}
		for _, at := range s.meetings {
			slices.Sort(at.files)
			at.files = slices.Compact(at.files)
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

// follow finds the nearest moved directory that path is in, and where path goes with it.
func follow(folders map[string]string, path string) (dir, place, to string, ok bool) {
	if len(folders) == 0 {
		return "", "", "", false
	}
	for dir, _ = split(path); dir != ""; dir, _ = split(dir) {
		if place, ok = folders[dir]; ok {
			return dir, place, join(place, path[len(dir)+1:]), true
		}
	}
	return "", "", "", false
}

// mayFollow reports whether a file that a side has at path goes along with a directory
// that the other side moved, and where to; it tells what is in the way.
func (m *merging) mayFollow(side int, path string) (to string, ok bool, err error) {
	dir, place, to, ok := follow(m.sides[other(side)].folder, path)
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
	files := strings.Join(meet.files, ", ")
	switch {
	case meet.told:
	case inWay:
		meet.told = true
		m.say(saidDirInWay, fmt.Sprintf("CONFLICT (implicit dir rename): Existing file/dir at %s in the way of implicit directory rename(s) putting the following path(s) there: %s.", to, files),
			append([]string{to}, meet.files...)...)
	case len(meet.files) > 1:
		meet.told = true
		m.say(saidDirCollision, fmt.Sprintf("CONFLICT (implicit dir rename): Cannot map more than one path to %s; implicit directory renames tried to put these paths there: %s", to, files),
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
	m.folders[dir] = f
	e := m.entries[dir]
	if e == nil {
		e = &entry{at: [3]string{dir, dir, dir}}
		m.entries[dir] = e
		if v := m.takeBack(dir); !v.none() {
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

// takeBack takes a name out of those that were decided in its directory, and returns
// what stood there.
func (m *merging) takeBack(path string) version {
	dir, name := split(path)
	f := m.folders[dir]
	i := slices.IndexFunc(f.items, func(it item) bool { return it.name == name })
	if i < 0 {
		return version{}
	}
	v := f.items[i].version
	f.items = slices.Delete(f.items, i, i+1)
	return v
}

// wholeHas reports whether path exists in a directory that was taken whole.
func (m *merging) wholeHas(path string) (bool, error) {
	dir, name := split(path)
	if m.folders[dir] != nil {
		return m.taken(path), nil
	}
	items, err := m.wholeItems(dir)
	return slices.ContainsFunc(items, func(it item) bool { return it.name == name }), err
}

// wholeItems lists what is in a directory that was taken whole, or is in such a one.
func (m *merging) wholeItems(dir string) ([]item, error) {
	if e := m.entries[dir]; e != nil {
		return m.tree(e.treeID())
	}
	above, name := split(dir)
	f, items := m.folders[above], []item(nil)
	if f != nil {
		items = f.items
	} else {
		var err error
		if items, err = m.wholeItems(above); err != nil {
			return nil, err
		}
	}
	for _, it := range items {
		if it.name == name && it.isDir() {
			return m.tree(it.id)
		}
	}
	return nil, nil
}

// treeID is the tree of a directory that was taken whole, else zero.
func (e *entry) treeID() forks.Hash {
	if e.result.isDir() {
		return e.result.id
	}
	return forks.Hash{}
}
