package mergetest

import (
	"math/rand/v2"
)

// Random cases: a tree is drawn, then each side does a few things to it ([operations]).
// Both sides like the same few paths and directories, and sometimes do the same, so that
// what they do meets; a case is drawn from one of several profiles, each of which is about
// something.

// Profile is what a case is about.
type Profile uint8

// The profiles.
const (
	Mixed       Profile = iota // everything
	Texts                      // edits of few lines, line ends, binaries
	Renames                    // files that move, and others that come to where they went
	Directories                // directories that move, split and join
	Types                      // links, submodules, modes, files and directories in one place
	ByName                     // package sets: default.nix and package.nix over and over
	Odd                        // names that no one expects
	Profiles                   // how many there are
)

// String is the profile's name.
func (p Profile) String() string {
	return [...]string{"mixed", "texts", "renames", "directories", "types", "by-name", "odd", "profiles"}[p]
}

// ProfileOf is the profile that a seed stands for.
func ProfileOf(seed uint64) Profile { return Profile(seed % uint64(Profiles)) }

// SettingsOf are the settings that a seed stands for.
func SettingsOf(seed uint64) Settings {
	r := rand.New(rand.NewPCG(seed, 2))
	s := Settings{
		Style:            pick(r, []string{"merge", "diff3", "zdiff3"}),
		DirectoryRenames: pick(r, []string{"", "", "false", "true", "true", "conflict"}),
	}
	if r.IntN(24) == 0 {
		s.RenameLimit = 1 + r.IntN(3)
	}
	return s
}

// Random draws the case of a seed.
func Random(seed uint64) Case {
	profile := ProfileOf(seed)
	d := &draw{Rand: rand.New(rand.NewPCG(seed, 1)), profile: profile, seed: seed}
	base := d.base()
	d.choose(base)
	ours, theirs := d.plan()
	c := Case{Base: base, Ours: clone(base), Theirs: clone(base)}
	for _, does := range ours {
		does.do(d, c.Ours)
	}
	for _, does := range theirs {
		does.do(d, c.Theirs)
	}
	return c
}

// draw draws one case.
type draw struct {
	*rand.Rand
	profile Profile
	seed    uint64
	// What both sides like: paths and directories of the base, and places where things
	// go that need not exist.
	paths, dirs, places []string
}

// step is one operation with its own randomness: the same step does the same on both
// sides, as far as they still agree.
type step struct {
	operation operation
	seed      uint64
}

func (s step) do(d *draw, t Tree) {
	own := *d
	own.Rand = rand.New(rand.NewPCG(s.seed, 3))
	s.operation(&own, t)
}

// plan draws what each side does; some of it both do.
func (d *draw) plan() (ours, theirs []step) {
	table := operations(d.profile)
	list := func() (steps []step) {
		for range few(d.Rand) {
			steps = append(steps, step{table[d.IntN(len(table))], d.Uint64()})
		}
		return steps
	}
	ours, theirs = list(), list()
	if d.profile == Directories && d.IntN(3) > 0 {
		// What moved directories are about: one side moves, the other adds.
		moves, adds := []operation{moveDir, moveDir, movePart, splitDir, rootFiles, moveDirTwice}, []operation{addIn, addIn, moveIn}
		ours = append(ours, step{pick(d.Rand, moves), d.Uint64()})
		theirs = append(theirs, step{pick(d.Rand, adds), d.Uint64()})
		if d.IntN(4) == 0 {
			theirs = append(theirs, step{pick(d.Rand, moves), d.Uint64()})
		}
		if d.IntN(2) == 0 {
			ours, theirs = theirs, ours
		}
	}
	if len(ours) > 0 && d.IntN(3) == 0 {
		theirs = append(theirs, pick(d.Rand, ours))
	}
	return ours, theirs
}

// few is mostly 1 to 3, and sometimes as many as 10.
func few(r *rand.Rand) int {
	if r.IntN(8) == 0 {
		return r.IntN(11)
	}
	return 1 + r.IntN(3)
}

// base draws the tree that both sides begin with.
func (d *draw) base() Tree {
	t := Tree{}
	n := 1 + d.IntN(10)
	if d.IntN(4) == 0 {
		n = 1 + d.IntN(40)
	}
	dirs := []string{d.newDir(), d.newDir(), d.newDir()}
	for range n {
		path := d.newPath()
		if d.profile == Directories && d.IntN(4) > 0 {
			path = join(pick(d.Rand, dirs), d.fileName())
		}
		if _, taken := t[path]; !taken && !t.inTheWay(path) {
			t[path] = d.entry()
		}
	}
	return t
}

// choose draws what both sides will like.
func (d *draw) choose(base Tree) {
	for range 1 + d.IntN(3) {
		d.paths = append(d.paths, pick(d.Rand, base.Paths()))
		if dirs := base.dirs(); len(dirs) > 0 {
			d.dirs = append(d.dirs, pick(d.Rand, dirs))
		}
		d.places = append(d.places, d.newDir())
	}
}

// path draws a path that the tree has; "" if it has none.
func (d *draw) path(t Tree) string {
	if p := pick(d.Rand, d.paths); d.IntN(3) > 0 {
		if _, there := t[p]; there {
			return p
		}
	}
	if len(t) == 0 {
		return ""
	}
	return pick(d.Rand, t.Paths())
}

// file is path for a regular file.
func (d *draw) file(t Tree) string {
	for range 4 {
		if p := d.path(t); p != "" && t[p].isFile() {
			return p
		}
	}
	return ""
}

// dir draws a directory that the tree has; "" if it has none.
func (d *draw) dir(t Tree) string {
	dirs := t.dirs()
	if len(dirs) == 0 {
		return ""
	}
	if len(d.dirs) > 0 && d.IntN(4) > 0 {
		if p := pick(d.Rand, d.dirs); len(t.below(p)) > 0 {
			return p
		}
	}
	return pick(d.Rand, dirs)
}

// place draws where a directory may go: somewhere both sides know, somewhere new, where
// there is one already, below or above that, or the top.
func (d *draw) place(t Tree) string {
	switch d.IntN(10) {
	case 0:
		return ""
	case 1, 2, 3, 4:
		return pick(d.Rand, d.places)
	case 5:
		return d.dir(t)
	case 6:
		return join(d.dir(t), d.dirName())
	case 7:
		return parent(d.dir(t))
	}
	return d.newDir()
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// Changed draws a few things that happen to a tree; the tree itself stays.
func Changed(t Tree, seed uint64) Tree {
	d := &draw{Rand: rand.New(rand.NewPCG(seed, 4)), profile: ProfileOf(seed), seed: seed}
	t = clone(t)
	if len(t) == 0 {
		t.put("a", d.entry())
	}
	d.choose(t)
	steps, _ := d.plan()
	for _, does := range steps {
		does.do(d, t)
	}
	return t
}
