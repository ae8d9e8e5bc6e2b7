package merge

// The walk goes through three trees side by side, name by name, and opens a directory
// only where ids leave something to decide:
//
//   - Where all three agree the entry is taken; so is a file that one side left alone,
//     or that both changed alike.
//   - A directory that one side left alone could be taken from the other side as a
//     whole, but it may hold what the other side moved there. It is put aside; after
//     the walk it is opened if any file that matters is missing on that other side, and
//     taken whole if not.
//   - Whatever else there is becomes an entry, and is noted as deleted or added on the
//     sides on which it was.
//
// A directory that one side removed, and in which the other side added a file, needs to
// be followed where it went: the file may have to go there too. For that all files of
// it must be found again, also those that nobody changed.

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge/renames"
)

// followed in a walk's remover means that somebody added files in a directory that is
// gone on the other side: everything below it has to be found again.
const followed uint8 = 7

// aside is a directory that is perhaps not walked.
type aside struct {
	dir     string
	trees   [3]forks.Hash
	remover uint8
}

// walker goes through directories.
type walker struct {
	*merging
	// aside and mayPut are, by side, the directories that were put aside, and whether
	// more may be.
	aside  [3][]aside
	mayPut [3]bool
	names  int // that were met
	room   int // for how many more names there is memory
}

// walk makes entries of three trees.
func (m *merging) walk(trees [3]forks.Hash) error {
	for side := range m.sides {
		m.sides[side] = moves{needs: map[string]renames.Need{}, dirs: map[string]renames.DirNeed{}}
	}
	w := &walker{merging: m, mayPut: [3]bool{ours: true, theirs: true}, room: m.engine.mostNames}
	if err := w.folder(aside{"", trees, 0}); err != nil {
		return err
	}
	atFirst := w.names
	for _, side := range []int{ours, theirs} {
		w.mayPut[side] = false
		whole := len(m.sides[side].needs) == 0
		for _, d := range inMapOrder(w.aside[side]) {
			if whole {
				m.takeWhole(d.dir, side)
				continue
			}
			m.entries[d.dir].match &= m.entries[d.dir].files
			if err := w.folder(d); err != nil {
				return err
			}
		}
	}
	m.again = atFirst > 0 && w.names/atFirst >= worthAgain
	return nil
}

// inMapOrder puts directories in the order in which git opens them: where a file was
// copied to several of them, it decides which copy counts as the moved file.
func inMapOrder(dirs []aside) []aside {
	at, names := map[string]aside{}, make([]string, len(dirs))
	for i, d := range dirs {
		at[d.dir], names[i] = d, d.dir
	}
	for i, name := range renames.MapOrder(names) {
		dirs[i] = at[name]
	}
	return dirs
}

// Git walks a second time, when it knows what was moved, if putting directories aside
// then saves this many times the work. There it takes them whole.
const worthAgain = 3

// unasked reports whether git, walking again, takes the directory at path or one above
// it whole: then it never sees the file in its way that the other side left alone.
func (m *merging) unasked(path string) bool {
	if !m.again {
		return false
	}
	for ; path != ""; path, _ = split(path) {
		if e := m.entries[path]; e != nil && e.aside != 0 && !m.sides[e.aside].targets[path] {
			return true
		}
	}
	return false
}

// takeWhole decides a directory for the side that changed it.
func (m *merging) takeWhole(dir string, side int) {
	e := m.entries[dir]
	e.result, e.clean, e.match = e.in[side], true, 0
}

// folder walks one directory. Its remover is the set of the one side that still has
// it, where the other has removed it or one above it.
func (w *walker) folder(d aside) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if strings.Count(d.dir, "/") >= deepest {
		return refused(fmt.Errorf("%.60q… has more than %d directories above it, which is as deep as git looks", d.dir, deepest))
	}
	var lists [3][]item
	for side, id := range d.trees {
		items, err := w.tree(id)
		if err != nil {
			return err
		}
		lists[side] = items
	}
	f := &folder{}
	w.folders[d.dir] = f
	if d.remover == bit(ours) || d.remover == bit(theirs) {
		eachName(lists, func(_ string, in [3]version) error {
			if filesOf(in) == d.remover {
				d.remover = followed
			}
			return nil
		})
	}
	return eachName(lists, func(name string, in [3]version) error { return w.name(d, f, name, in) })
}

const (
	// deepest is how many directories may be in each other: git's core.maxTreeDepth.
	deepest = 2048
	// mostNames bounds the memory of a merge, which is less than 1 GiB for so many: a few
	// small trees can name more files than any machine can hold.
	mostNames = 2_000_000
	// perName is the bytes of a path that are no more than one name costs.
	perName = 256
)

// name decides one name of a directory, or makes an entry of it.
func (w *walker) name(d aside, f *folder, name string, in [3]version) error {
	w.names++
	if w.room -= 1 + (len(d.dir)+len(name))/perName; w.room < 0 {
		return refused(fmt.Errorf("more than %d files and directories differ, or stand beside such, or fewer with long names", w.engine.mostNames))
	}
	match, files, dirs := matching(in), filesOf(in), dirsOf(in)
	switch {
	case match == 7:
		f.add(item{name, in[base]})
		return nil
	case files == 7 && match == bit(base)|bit(ours):
		f.add(item{name, in[theirs]})
		return nil
	case files == 7 && match != 0: // theirs is the base's, or ours is
		f.add(item{name, in[ours]})
		return nil
	}
	path := join(d.dir, name)
	remover := w.note(d, path, in, files, dirs, match)
	e := &entry{in: in, at: [3]string{path, path, path}, files: files, dirs: dirs, match: match, clash: files != 0 && dirs != 0}
	w.entries[path] = e
	if dirs == 0 {
		return nil
	}
	below := aside{dir: path, remover: remover}
	for side, v := range in {
		if v.isDir() {
			below.trees[side] = v.id
		}
	}
	changer := 0
	switch match {
	case bit(base) | bit(ours):
		changer = theirs
	case bit(base) | bit(theirs):
		changer = ours
	}
	if files == 0 && (dirs == bit(ours) || dirs == bit(theirs)) {
		changer = int(dirs / 2)
	}
	if changer != 0 && remover != followed {
		e.aside = changer
		if w.mayPut[changer] {
			w.aside[changer] = append(w.aside[changer], below)
			return nil
		}
	}
	e.match &= files
	return w.folder(below)
}

// note tells the sides what they deleted and added, and returns the remover for what is
// below path.
func (w *walker) note(d aside, path string, in [3]version, files, dirs, match uint8) (remover uint8) {
	remover = d.remover
	if gone := 7 &^ dirs; dirs&bit(base) != 0 && gone != 0 {
		if remover != followed && dirs != bit(base) {
			remover = dirs &^ bit(base)
		}
		need := renames.DirNotNeeded
		if remover == followed {
			need = renames.DirForAncestor
		}
		for _, side := range []int{ours, theirs} {
			if gone&bit(side) != 0 {
				w.sides[side].dirs[path] = need
			}
		}
	}
	if remover == followed && (files == bit(ours) || files == bit(theirs)) {
		w.sides[other(int(files/2))].dirs[d.dir] = renames.DirForSelf
	}
	if files == 0 || files == 7 {
		return remover
	}
	for _, side := range []int{ours, theirs} {
		s := &w.sides[side]
		switch has := files&bit(side) != 0; {
		case files&bit(base) != 0 && !has:
			s.gone = append(s.gone, renames.File{Path: path, Mode: in[base].mode, ID: in[base].id})
			if match&files == 0 {
				s.needs[path] = renames.ForContent
			} else if remover == followed {
				s.needs[path] = renames.ForLocation
			}
		case files&bit(base) == 0 && has:
			s.added = append(s.added, renames.File{Path: path, Mode: in[side].mode, ID: in[side].id})
		}
	}
	return remover
}

// matching returns the set of inputs that have the same here: all, two, or none. What
// two sides both do not have does not match.
func matching(in [3]version) uint8 {
	same := func(a, b int) bool { return !in[a].none() && in[a] == in[b] }
	switch o, t := same(base, ours), same(base, theirs); {
	case o && t:
		return 7
	case o:
		return bit(base) | bit(ours)
	case t:
		return bit(base) | bit(theirs)
	case same(ours, theirs):
		return bit(ours) | bit(theirs)
	}
	return 0
}

func filesOf(in [3]version) (set uint8) {
	for side, v := range in {
		if !v.none() && !v.isDir() {
			set |= bit(side)
		}
	}
	return set
}

func dirsOf(in [3]version) (set uint8) {
	for side, v := range in {
		if v.isDir() {
			set |= bit(side)
		}
	}
	return set
}

// eachName calls do for each name that one of three trees has. The least of the three
// next names comes first, as bytes: in a tree a directory stands where its name would
// with a slash behind it, so its name may be met in one tree before its place in
// another. As git does, it is told when it is met.
func eachName(lists [3][]item, do func(name string, in [3]version) error) error {
	var early [3]map[string]bool // directories that were told before their place
	for {
		var least *item
		for i := range lists {
			for len(lists[i]) > 0 && early[i][lists[i][0].name] {
				lists[i] = lists[i][1:]
			}
			if len(lists[i]) > 0 && (least == nil || lists[i][0].name < least.name) {
				least = &lists[i][0]
			}
		}
		if least == nil {
			return nil
		}
		name := least.name
		var in [3]version
		for i, list := range lists {
			if len(list) > 0 && list[0].name == name {
				in[i], lists[i] = list[0].version, list[1:]
				continue
			}
			for _, it := range list {
				if !strings.HasPrefix(it.name, name) {
					break
				}
				if it.name == name {
					in[i] = it.version
					if early[i] == nil {
						early[i] = map[string]bool{}
					}
					early[i][name] = true
					break
				}
			}
		}
		if err := do(name, in); err != nil {
			return err
		}
	}
}
