package mergetest

import (
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// operation is something that happens to a tree. Where it finds nothing to do, it does
// nothing.
type operation func(d *draw, t Tree)

// operations lists what happens in a profile, often as often as it happens.
func operations(p Profile) []operation {
	some := []operation{edit, edit, edit, add, add, remove, move, moveEdited, moveDir, addIn, retype, chmod, empty}
	switch p {
	case Texts:
		return []operation{edit, edit, edit, edit, edit, editHeavily, touch, addSame, add, moveEdited, copyFile, empty, remove}
	case Renames:
		return append(some, move, move, moveEdited, moveEdited, moveEdited, moveOnto, moveOnto, swap, cycle, copyFile, remove, addSame, edit, editHeavily)
	case Directories:
		return append(some, moveDir, moveDir, moveDir, moveDir, movePart, movePart, splitDir, moveDirTwice, rootFiles, swapDirs, removeDir, addIn, addIn, addIn, addIn, moveIn, moveIn, move, moveEdited)
	case Types:
		return append(some, retype, retype, chmod, fileToDir, fileToDir, dirToFile, dirToFile, addSame, moveOnto, moveDir)
	case ByName:
		return []operation{edit, edit, edit, editHeavily, add, remove, move, moveEdited, toByName, toByName, toByName, moveDir, movePart, addIn, swap, copyFile, splitDir}
	case Odd:
		return append(some, moveOnto, fileToDir, dirToFile, addSame, swap)
	}
	return append(some, touch, editHeavily, copyFile, moveOnto, swap, cycle, movePart, splitDir, moveDirTwice, rootFiles, swapDirs,
		removeDir, addIn, moveIn, fileToDir, dirToFile, addSame, toByName)
}

func edit(d *draw, t Tree) {
	if p := d.file(t); p != "" {
		t[p] = Entry{t[p].Mode, d.edited(t[p].Content, 1+d.IntN(2))}
	}
}

func editHeavily(d *draw, t Tree) {
	if p := d.file(t); p != "" {
		t[p] = Entry{t[p].Mode, d.edited(t[p].Content, 3+d.IntN(8))}
	}
}

func touch(d *draw, t Tree) {
	if p := d.file(t); p != "" {
		t[p] = Entry{t[p].Mode, d.touched(t[p].Content)}
	}
}

func empty(d *draw, t Tree) {
	if p := d.file(t); p != "" && d.IntN(3) == 0 {
		t[p] = Entry{t[p].Mode, ""}
	}
}

func add(d *draw, t Tree) { t.put(d.newPath(), d.entry()) }

// addSame adds at a place that both sides know.
func addSame(d *draw, t Tree) { t.put(join(pick(d.Rand, d.places), "same"), d.entry()) }

// addIn adds to a directory that there is: the other side may have moved it.
func addIn(d *draw, t Tree) {
	dir := d.dir(t)
	if d.IntN(6) == 0 {
		dir = join(dir, d.dirName())
	}
	for range 1 + d.IntN(2) {
		if path := join(dir, pick(d.Rand, []string{"new", "new2", d.fileName()})); !t.inTheWay(path) {
			t.put(path, d.entry())
		}
	}
}

// moveIn moves a file into a directory that there is.
func moveIn(d *draw, t Tree) {
	if p := d.path(t); p != "" {
		relocate(t, p, join(d.dir(t), pick(d.Rand, []string{basename(p), "new", d.fileName()})))
	}
}

func remove(d *draw, t Tree) { delete(t, d.path(t)) }

func removeDir(d *draw, t Tree) {
	for _, p := range t.below(d.dir(t)) {
		delete(t, p)
	}
}

// target draws where a file may move: another name, another directory, or both.
func (d *draw) target(t Tree, p string) string {
	switch d.IntN(4) {
	case 0:
		return join(parent(p), d.fileName())
	case 1, 2:
		return join(d.place(t), basename(p))
	}
	return join(d.place(t), d.fileName())
}

// relocate moves one entry; what is in the way of where it goes is lost.
func relocate(t Tree, from, to string) {
	e := t[from]
	delete(t, from)
	t.put(to, e)
}

func move(d *draw, t Tree) {
	if p := d.path(t); p != "" {
		relocate(t, p, d.target(t, p))
	}
}

func moveEdited(d *draw, t Tree) {
	p := d.file(t)
	if p == "" {
		return
	}
	to := d.target(t, p)
	relocate(t, p, to)
	changes := 1 + d.IntN(3)
	if d.IntN(5) == 0 {
		changes = 4 + d.IntN(8)
	}
	t[to] = Entry{t[to].Mode, d.edited(t[to].Content, changes)}
}

// moveOnto moves a file to where another one is, or to a place that both sides know.
func moveOnto(d *draw, t Tree) {
	p := d.path(t)
	if p == "" {
		return
	}
	to := join(pick(d.Rand, d.places), "same")
	if d.IntN(2) == 0 {
		to = d.path(t)
	}
	relocate(t, p, to)
}

func copyFile(d *draw, t Tree) {
	if p := d.file(t); p != "" {
		t.put(d.target(t, p), Entry{t[p].Mode, d.edited(t[p].Content, d.IntN(3))})
	}
}

func swap(d *draw, t Tree) {
	if p, q := d.path(t), d.path(t); p != "" {
		t[p], t[q] = t[q], t[p]
	}
}

func cycle(d *draw, t Tree) {
	if p, q, r := d.path(t), d.path(t), d.path(t); p != "" && p != q && q != r && p != r {
		t[p], t[q], t[r] = t[q], t[r], t[p]
	}
}

// relocateDir moves what is in a directory and whatever keep does not hold back.
func relocateDir(t Tree, from, to string, keep func(path string) bool) {
	moved := Tree{}
	for _, p := range t.below(from) {
		if keep == nil || !keep(p) {
			moved[join(to, strings.TrimPrefix(p[len(from):], "/"))] = t[p]
			delete(t, p)
		}
	}
	for _, p := range moved.Paths() {
		t.put(p, moved[p])
	}
}

func moveDir(d *draw, t Tree) {
	if dir := d.dir(t); dir != "" {
		relocateDir(t, dir, d.place(t), nil)
		if d.IntN(3) == 0 {
			edit(d, t)
		}
	}
}

// movePart moves most of a directory.
func movePart(d *draw, t Tree) {
	if dir := d.dir(t); dir != "" {
		relocateDir(t, dir, d.place(t), func(string) bool { return d.IntN(4) == 0 })
	}
}

// splitDir moves some of a directory to one place and the rest to another.
func splitDir(d *draw, t Tree) {
	if dir := d.dir(t); dir != "" {
		relocateDir(t, dir, d.place(t), func(string) bool { return d.IntN(2) == 0 })
		relocateDir(t, dir, d.place(t), nil)
	}
}

// moveDirTwice moves a directory to where the other side may just be moving away.
func moveDirTwice(d *draw, t Tree) {
	from, to := d.dir(t), d.dir(t)
	if from != "" && from != to {
		relocateDir(t, from, to, nil)
		if d.IntN(2) == 0 {
			relocateDir(t, to, d.place(t), nil)
		}
	}
}

// rootFiles moves the files of the top into a directory.
func rootFiles(d *draw, t Tree) {
	to := d.newDir()
	relocateDir(t, "", to, func(p string) bool { return parent(p) != "" || d.IntN(8) == 0 })
}

func swapDirs(d *draw, t Tree) {
	p, q := d.dir(t), d.dir(t)
	if p == "" || p == q || strings.HasPrefix(p, q+"/") || strings.HasPrefix(q, p+"/") {
		return
	}
	const between = "between"
	relocateDir(t, p, between, nil)
	relocateDir(t, q, p, nil)
	relocateDir(t, between, q, nil)
}

// retype makes a file a link, a submodule or a file again.
func retype(d *draw, t Tree) {
	p := d.path(t)
	if p == "" {
		return
	}
	switch d.IntN(4) {
	case 0:
		t[p] = Entry{forks.ModeSymlink, pick(d.Rand, []string{"a", "b", "c"})}
	case 1:
		t[p] = submodule(d)
	case 2:
		t[p] = Entry{forks.ModeRegular, d.text()}
	case 3: // a link that says what the file said
		if e := t[p]; e.isFile() && e.Content != "" && len(e.Content) < 400 && !strings.Contains(e.Content, "\x00") {
			t[p] = Entry{forks.ModeSymlink, e.Content}
		}
	}
}

func chmod(d *draw, t Tree) {
	p := d.file(t)
	if p == "" {
		return
	}
	e := t[p]
	e.Mode ^= forks.ModeRegular ^ forks.ModeExecutable
	if d.IntN(3) == 0 {
		e.Content = d.edited(e.Content, 1)
	}
	t[p] = e
}

// fileToDir makes a file a directory, mostly with the file in it.
func fileToDir(d *draw, t Tree) {
	p := d.path(t)
	if p == "" {
		return
	}
	if d.IntN(3) == 0 {
		t.put(join(p, d.fileName()), d.entry())
		return
	}
	relocate(t, p, join(p, d.fileName()))
}

// dirToFile puts a file where a directory was: a new one, or one that was elsewhere.
func dirToFile(d *draw, t Tree) {
	dir := d.dir(t)
	if dir == "" {
		return
	}
	if below := t.below(dir); d.IntN(2) == 0 {
		relocate(t, pick(d.Rand, below), dir)
		return
	}
	t.put(dir, d.entry())
}

// toByName moves packages to where they are found by their name.
func toByName(d *draw, t Tree) {
	nix := slices.DeleteFunc(t.Paths(), func(p string) bool {
		return !strings.HasSuffix(p, "default.nix") || parent(p) == "" || !t[p].isFile()
	})
	for _, p := range nix {
		if d.IntN(3) == 0 {
			continue
		}
		to := join(byName(basename(parent(p))), "package.nix")
		relocate(t, p, to)
		if d.IntN(2) == 0 {
			t[to] = Entry{t[to].Mode, d.edited(t[to].Content, 1)}
		}
	}
}
