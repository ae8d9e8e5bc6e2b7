package merge

// Each entry that is left is decided by which inputs have a file there:
//
//	the same in two of three   the third's, or what both sides have
//	both sides, other kinds    one of them, or both, get a name of their own
//	both sides                 their contents are merged
//	base and one side          deleted here, changed there: the changed one stays
//	one side                   added
//	base alone                 deleted by both
//
// Paths are settled from the deepest up, so that a file that a directory may be in the
// way of is settled when it is known whether anything is left in that directory.

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// settleAll decides every entry and returns the tree.
func (m *merging) settleAll() (forks.Hash, error) {
	paths := sortedKeys(m.entries)
	slices.SortFunc(paths, belowFirst)
	for _, path := range paths {
		if err := m.ctx.Err(); err != nil {
			return forks.Hash{}, err
		}
		e := m.entries[path]
		if m.folders[path] != nil {
			var err error
			if e.result, err = m.complete(path); err != nil {
				return forks.Hash{}, err
			}
		}
		if err := m.settle(path, e); err != nil {
			return forks.Hash{}, err
		}
	}
	top, err := m.complete("")
	if top.none() && err == nil {
		return m.engine.objects.Write("tree", nil)
	}
	return top.id, err
}

// belowFirst orders paths so that what is below a directory comes before it.
func belowFirst(a, b string) int {
	return cmp.Or(compareItems(asDir(b), asDir(a)), len(b)-len(a))
}

func asDir(path string) item { return item{path, version{mode: forks.ModeDir}} }

// settle decides one entry, its directory being complete.
func (m *merging) settle(path string, e *entry) error {
	if e.clean && e.dirs == 0 {
		m.record(path, e.result)
		return nil
	}
	fileOf := 0 // the side whose file had to give way
	if e.dirs != 0 {
		m.record(path, e.result)
		switch {
		case e.files == 0 || e.clean:
			return nil
		case e.result.none():
			e.clash = false
			e.clearButFiles()
		case e.files == bit(base) || m.unasked(path):
			e.files = 0 // nobody wants the file any more
			return nil
		default:
			path, e, fileOf = m.giveWay(path, e)
		}
	}
	at, err := m.decide(path, e, fileOf)
	if err != nil {
		return err
	}
	if !e.clean {
		m.conflicts[at] = e
	}
	m.record(at, e.result)
	return nil
}

// giveWay moves a file beside the directory of its name.
func (m *merging) giveWay(path string, e *entry) (string, *entry, int) {
	file := *e
	file.clearButFiles()
	file.result = version{}
	side := ours
	if e.dirs&bit(ours) != 0 {
		side = theirs
	}
	made := m.beside(path, side)
	m.entries[made] = &file
	m.say(saidFileDirectory, fmt.Sprintf("CONFLICT (file/directory): directory in the way of %s from %s; moving it to %s instead.", path, m.branch(side), made), made, path)
	e.files = 0
	return made, &file, side
}

// decide finds what becomes of an entry, and the path at which it does.
func (m *merging) decide(path string, e *entry, fileOf int) (string, error) {
	settled := !e.clash && !e.disputed
	both := e.files&(bit(ours)|bit(theirs)) == bit(ours)|bit(theirs)
	switch {
	case e.match != 0:
		e.result, e.clean = e.in[changer(e.match)], settled
		if e.result.none() {
			e.clean = true
		}
	case both && e.in[ours].kind() != e.in[theirs].kind():
		if m.depth > 0 {
			e.result, e.clean = e.in[base], false
			return path, nil
		}
		return m.separate(path, e), nil
	case both:
		return path, m.decideContent(path, e, fileOf)
	case e.files == bit(base)|bit(ours):
		m.decideModified(path, e, ours)
	case e.files == bit(base)|bit(theirs):
		m.decideModified(path, e, theirs)
	case e.files == bit(ours):
		e.result, e.clean = e.in[ours], settled
	case e.files == bit(theirs):
		e.result, e.clean = e.in[theirs], settled
	default:
		e.result, e.clean = version{}, !e.disputed
	}
	return path, nil
}

// changer is the side whose version is the result where two of three are the same.
func changer(match uint8) int {
	if match == bit(base)|bit(ours) {
		return theirs
	}
	return ours
}

// decideContent merges the contents of a file that both sides have.
func (m *merging) decideContent(path string, e *entry, fileOf int) error {
	c, err := m.mergeContent(path, e.in, e.at, 2*m.depth)
	if err != nil {
		return err
	}
	e.result, e.clean = c.version, c.clean && !e.clash && !e.disputed
	if c.clean && e.clash {
		e.files = bit(fileOf)
		e.in[fileOf] = c.version
	}
	if !c.clean {
		reason := "content"
		if e.files == bit(ours)|bit(theirs) {
			reason = "add/add"
		}
		if c.mode == forks.ModeSubmodule {
			reason = "submodule"
		}
		m.say(saidContents, fmt.Sprintf("CONFLICT (%s): Merge conflict in %s", reason, path), path)
	}
	return nil
}

// decideModified keeps what one side changed and the other deleted.
func (m *merging) decideModified(path string, e *entry, side int) {
	e.result, e.clean = e.in[side], false
	if m.depth > 0 {
		e.result = e.in[base]
	}
	if e.disputed && e.in[base].id == e.in[side].id {
		return // it was only moved, which was told
	}
	kept, gone := m.branch(side), m.branch(other(side))
	m.say(saidModifyDelete, fmt.Sprintf("CONFLICT (modify/delete): %s deleted in %s and modified in %s.  Version %s of %s left in tree.", path, gone, kept, kept, path), path)
}

// separate gives two things of different kinds places of their own: a regular file gets
// another name, or both things do if neither is one. It returns the place of ours.
func (m *merging) separate(path string, e *entry) string {
	moveOurs, moveTheirs := e.in[ours].isRegular(), false
	if !moveOurs {
		moveTheirs = e.in[theirs].isRegular()
		if !moveTheirs {
			moveOurs, moveTheirs = true, true
		}
	}
	a, b, told, count := path, path, []string{path}, "one"
	if moveOurs {
		a = m.beside(path, ours)
		told = append(told, a)
	}
	if moveTheirs {
		b = m.beside(path, theirs)
		told = append(told, b)
	}
	if moveOurs && moveTheirs {
		count = "both"
	}
	m.say(saidDistinct, fmt.Sprintf("CONFLICT (distinct types): %s had different types on each side; renamed %s of them so each can be recorded somewhere.", path, count), told...)

	second := *e
	e.keepOnly(ours)
	second.keepOnly(theirs)
	delete(m.entries, path)
	m.entries[a], m.entries[b] = e, &second
	m.conflicts[b] = &second
	m.record(b, second.result)
	return a
}

// keepOnly leaves one side in an entry, and the base if that is of the same kind.
func (e *entry) keepOnly(side int) {
	e.result, e.clean = e.in[side], false
	e.in[other(side)] = version{}
	e.files = bit(side)
	if e.in[base].kind() == e.result.kind() {
		e.files |= bit(base)
	} else {
		e.in[base] = version{}
	}
}
