package merge

// One merge goes through four steps, each in files of its own:
//
//  1. walk.go goes through the three trees side by side, takes what is decided by ids
//     alone, and notes what was deleted and added on each side.
//  2. moves.go, dirmoves.go: where that can matter, moved files are found, and moved
//     directories concluded from them.
//  3. rejoin.go brings the versions of a moved file together at one path.
//  4. settle.go decides each path that is left, from the deepest up, and assemble.go
//     writes the directories as they become complete.

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge/lines"
)

// The three inputs.
const (
	base = iota
	ours
	theirs
)

// other returns the other one of ours and theirs.
func other(side int) int { return ours + theirs - side }

// bit is the place of a side in a set of sides.
func bit(side int) uint8 { return 1 << side }

// entry is all that is known of a path that ids alone did not decide.
type entry struct {
	in    [3]version // what each input has here
	at    [3]string  // the path at which the input has it
	files uint8      // the inputs that have a file, link or submodule here
	dirs  uint8      // the inputs that have a directory here
	match uint8      // the inputs that have the same; none or two of them
	// clash says that a file of one input is in the way of another's directory.
	clash bool
	// disputed says that where the file is to be is itself in conflict.
	disputed bool
	aside    int // the side from which the directory could be taken whole
	clean    bool
	result   version // none for nothing; of a directory once that is complete
}

// drop takes away what stands here.
func (e *entry) drop() { e.clean, e.result = true, version{} }

// set notes the version of one input, found at path.
func (e *entry) set(side int, v version, path string) {
	e.in[side], e.at[side] = v, path
	e.files |= bit(side)
}

// clearButFiles forgets what inputs have that have no file here.
func (e *entry) clearButFiles() {
	e.match &^= e.dirs
	e.dirs = 0
	for side := range e.in {
		if e.files&bit(side) == 0 {
			e.in[side] = version{}
		}
	}
}

// merging is one merge on its way.
type merging struct {
	ctx    context.Context
	engine *Engine
	names  Names
	labels lines.Labels // behind markers
	depth  int          // of virtual merge bases: 0 for what people asked for

	trees     map[forks.Hash][]item
	entries   map[string]*entry
	folders   map[string]*folder // the directories that were walked; "" is the top
	sides     [3]moves           // of ours and theirs
	conflicts map[string]*entry
	said      map[string][]Message
	hunks     map[string]Conflict // without what [forks.ConflictFiles] finds
	unclean   bool                // beyond what conflicts say
	again     bool                // git walks a second time
	limitHit  int
	large     int // files that are too large to be merged by lines
}

// run merges three trees.
func (e *Engine) run(ctx context.Context, in Input, depth int) (Result, error) {
	m := &merging{ctx: ctx, engine: e, names: in.Names, labels: behindMarkers(in), depth: depth,
		trees: map[forks.Hash][]item{}, entries: map[string]*entry{}, folders: map[string]*folder{},
		conflicts: map[string]*entry{}, said: map[string][]Message{}, hunks: map[string]Conflict{}}
	if err := m.walk([3]forks.Hash{in.Base, in.Ours, in.Theirs}); err != nil {
		return Result{}, err
	}
	if !e.options.NoRenames {
		if err := m.findMoves(); err != nil {
			return Result{}, err
		}
	}
	tree, err := m.settleAll()
	if err != nil {
		return Result{}, err
	}
	return m.result(tree), nil
}

// result puts together what is told of a merge.
func (m *merging) result(tree forks.Hash) Result {
	r := Result{Tree: tree, Clean: !m.unclean && len(m.conflicts) == 0, LimitHit: m.limitHit, Large: m.large}
	for path, e := range m.conflicts {
		for side, v := range e.in {
			if e.files&bit(side) != 0 {
				r.Stages = append(r.Stages, Stage{path, forks.Stage{Stage: side + 1, Mode: v.mode, ID: v.id}})
			}
		}
	}
	slices.SortFunc(r.Stages, func(a, b Stage) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), a.Stage.Stage-b.Stage.Stage)
	})
	for _, path := range sortedKeys(m.said) {
		r.Messages = append(r.Messages, m.said[path]...)
	}
	r.Conflicts = m.asked(r)
	return r
}

// asked are the conflicts of a result, which has the rest.
func (m *merging) asked(r Result) (list []Conflict) {
	said := make([]forks.MergeMessage, len(r.Messages))
	for i, s := range r.Messages {
		said[i] = forks.MergeMessage(s)
	}
	if r.Clean && !forks.MarkersLeft(said) || m.depth > 0 {
		return nil
	}
	stages := map[string][]forks.Stage{}
	for _, s := range r.Stages {
		stages[s.Path] = append(stages[s.Path], s.Stage)
	}
	for _, f := range forks.ConflictFiles(stages, said) {
		c := m.hunks[string(f.Path)]
		c.ConflictFile = f
		list = append(list, c)
	}
	return list
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// branch is what a side is called.
func (m *merging) branch(side int) string {
	if side == ours {
		return m.names.Ours
	}
	return m.names.Theirs
}

// say notes a message; those of virtual merge bases are nobody's business.
func (m *merging) say(kind, text string, paths ...string) {
	if m.depth > 0 {
		return
	}
	m.said[paths[0]] = append(m.said[paths[0]], Message{Paths: paths, Kind: kind, Text: text + "\n"})
}

// The kinds of messages, in git's words.
const (
	saidMerging          = "Auto-merging"
	saidContents         = "CONFLICT (contents)"
	saidBinary           = "CONFLICT (binary)"
	saidFileDirectory    = "CONFLICT (file/directory)"
	saidDistinct         = "CONFLICT (distinct modes)"
	saidModifyDelete     = "CONFLICT (modify/delete)"
	saidRenameRename     = "CONFLICT (rename/rename)"
	saidRenameCollides   = "CONFLICT (rename involved in collision)"
	saidRenameDelete     = "CONFLICT (rename/delete)"
	saidDirSuggested     = "CONFLICT (directory rename suggested)"
	saidDirApplied       = "Path updated due to directory rename"
	saidDirSkipped       = "Directory rename skipped since directory was renamed on both sides"
	saidDirInWay         = "CONFLICT (file in way of directory rename)"
	saidDirCollision     = "CONFLICT(directory rename collision)"
	saidDirSplit         = "CONFLICT(directory rename unclear split)"
	saidSubmoduleUnknown = "CONFLICT (submodule not initialized)"
)

// beside makes up a name for what cannot stay at path: "path~branch", with a number
// behind it where that is taken.
func (m *merging) beside(path string, side int) string {
	name := path + "~" + strings.ReplaceAll(m.branch(side), "/", "_")
	made := name
	for n := 0; m.taken(made); n++ {
		made = name + "_" + strconv.Itoa(n)
	}
	return made
}

// taken reports whether some input has something at path.
func (m *merging) taken(path string) bool {
	if _, ok := m.entries[path]; ok {
		return true
	}
	dir, name := split(path)
	f := m.folders[dir]
	return f != nil && !f.find(name).none()
}

// split cuts a path into its directory, "" for the top, and its name.
func split(path string) (dir, name string) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path
	}
	return path[:i], path[i+1:]
}

// join is the path of a name in a directory.
func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// errImpossible is a state that no merge can be in.
var errImpossible = errors.New("merge: this cannot be; report it with the three trees")

// behindMarkers are the labels of an input, with names for those that are empty.
func behindMarkers(in Input) lines.Labels {
	l := in.Labels
	return lines.Labels{Base: cmp.Or(l.Base, in.Names.Base), Ours: cmp.Or(l.Ours, in.Names.Ours), Theirs: cmp.Or(l.Theirs, in.Names.Theirs)}
}
