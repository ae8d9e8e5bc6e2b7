package merge

import (
	"bytes"
	"context"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge/lines"
)

// Objects reads and writes git objects; both may be called by several goroutines.
type Objects interface {
	// Object returns kind ("commit", "tree", "blob", "tag") and contents, which must
	// not be changed. A missing object is an error.
	Object(id forks.Hash) (kind string, data []byte, err error)
	// Write stores an object, so that Object finds it, and returns its id.
	Write(kind string, data []byte) (forks.Hash, error)
}

// Options say how an engine merges. The zero value is what git does without any
// settings.
type Options struct {
	// Style is how conflicts in files are shown.
	Style lines.Style
	// Favor decides what would conflict within a file for one side, as -X ours does.
	Favor lines.Favor
	// NoRenames takes a moved file for one that is deleted and another that is new.
	NoRenames bool
	// DirectoryRenames says what becomes of new files in a directory that the other
	// side moved.
	DirectoryRenames DirectoryRenames
	// RenameLimit bounds the search for files that were moved and edited: where the
	// square root of sources times destinations is larger, there is none, and
	// [Result].LimitHit tells. Zero is [RenameLimit].
	RenameLimit int
	// Attributes may treat single paths in another way; nil treats none.
	Attributes Attributes
}

// DirectoryRenames says what becomes of a new file in a directory that the other side
// moved elsewhere.
type DirectoryRenames uint8

// The ways to treat new files in moved directories; they are git's.
const (
	DirectoryRenamesConflict DirectoryRenames = iota // moved along, and a conflict
	DirectoryRenamesFollow                           // moved along
	DirectoryRenamesIgnore                           // left where they were added
)

// Attributes tells how single paths are merged. Only the debug command uses it, to
// follow the repository it stands in.
type Attributes interface {
	// Attribute is asked for each path whose contents are merged.
	Attribute(ctx context.Context, path string) (Attribute, error)
}

// Attribute is how one path is merged.
type Attribute struct {
	Driver     Driver
	MarkerSize int // of conflict markers; zero is 7
}

// Driver is a way to merge the contents of a file.
type Driver uint8

// The drivers that git has built in.
const (
	DriverText   Driver = iota // by lines, unless the bytes say that it is binary
	DriverBinary               // never by lines
	DriverUnion                // by lines, both sides where they conflict
)

// Names are what the inputs are called: in messages, behind conflict markers, and in
// names that have to be made up ("path~ours").
type Names struct{ Base, Ours, Theirs string }

// Input is one three-way merge. The ids are those of trees; a zero id is the empty tree.
type Input struct {
	Base, Ours, Theirs forks.Hash
	Names              Names
	// Labels stand behind conflict markers in place of Names; an empty one is the name.
	Labels lines.Labels
}

// Result is what a merge gives.
type Result struct {
	// Tree always exists: with conflicts it holds markers or the surviving side.
	Tree forks.Hash
	// Clean is git's verdict. See [forks.MarkersLeft] for where a merge is in conflict all
	// the same.
	Clean bool
	// Stages are the inputs of each path that is in conflict, sorted by path and stage.
	Stages []Stage
	// Messages say what was done and what was in the way, in git's words and order: by
	// the path that a message is about, and for one path as they came up.
	Messages []Message
	// Conflicts are what people are asked about, one for each path, sorted by path. There
	// are none if and only if the merge is clean and has left no markers.
	Conflicts []Conflict
	// LimitHit is the RenameLimit that would have been needed; zero if it did not matter.
	LimitHit int
	// Large is how many files were merged like binaries because they are too large to be
	// merged by lines ([lines.TooLarge]).
	Large int
}

// Stage is one input of a path that is in conflict.
type Stage struct {
	Path string
	forks.Stage
}

// Message is one sentence about one or more paths.
type Message struct {
	Paths []string // the first is the one that it is told under
	Kind  string   // git's stable name, such as "CONFLICT (contents)" or "Auto-merging"
	Text  string   // ends in a newline
}

// Conflict is one path that is in conflict: of what kind, with which stages, and what is
// said of it. Of the paths of a file that was moved each has a conflict of its own.
type Conflict struct {
	forks.ConflictFile
	// Hunks are the lines that are in conflict, as markers show them; none if the lines are
	// not what it is about. They count the lines of the blobs that were merged, which are
	// those of the stages unless files were moved.
	Hunks []lines.Hunk
	// Blobs are the base's, ours and theirs of the Hunks; that of the base is zero for
	// files that have none in common.
	Blobs [3]forks.Hash
}

// ErrUnrelated says that two commits have no ancestor in common.
var ErrUnrelated = forks.ErrUnrelated

// Engine merges trees. It keeps nothing between merges and is safe for concurrent use.
type Engine struct {
	objects   Objects
	options   Options
	mostNames int
}

// New returns an engine over objects.
func New(objects Objects, o Options) *Engine {
	return &Engine{objects: objects, options: o, mostNames: mostNames}
}

// Trees merges three trees. What it makes is written to the objects. The same input
// gives the same result. A missing or unreadable object is an error, never a conflict;
// what is malformed, or beyond the bounds of an engine, is [forks.ErrGaveUp] and needs a
// person.
func (e *Engine) Trees(ctx context.Context, in Input) (Result, error) { return e.run(ctx, in, 0) }

// History finds the merge bases of commits.
type History interface {
	// MergeBases lists the best common ancestors of one commit and of what all others
	// together contain, in git's order (`git merge-base --all one others...`); none if
	// the histories are unrelated.
	MergeBases(ctx context.Context, one forks.Hash, others ...forks.Hash) ([]forks.Hash, error)
	// Abbreviate shortens the id of a commit as far as it stays the only one of its
	// beginning (`git rev-parse --short`).
	Abbreviate(ctx context.Context, id forks.Hash) (string, error)
}

// Commits merges two commits over their own merge bases; several are merged into a
// virtual one first. Where Names.Base is empty the base is called what git calls it.
// Without a common ancestor it is [ErrUnrelated], or with unrelated a merge over the
// empty tree.
func (e *Engine) Commits(ctx context.Context, h History, a, b forks.Hash, names Names, unrelated bool) (Result, error) {
	bases, err := h.MergeBases(ctx, a, b)
	if err != nil {
		return Result{}, fmt.Errorf("merge: bases of %s and %s: %w", a, b, err)
	}
	if len(bases) == 0 && !unrelated {
		return Result{}, fmt.Errorf("merge %s and %s: %w", a.Short(), b.Short(), ErrUnrelated)
	}
	c := &commitMerge{engine: e, history: h, merged: map[string]ancestor{}}
	one, err := c.ancestor(a)
	if err != nil {
		return Result{}, err
	}
	two, err := c.ancestor(b)
	if err != nil {
		return Result{}, err
	}
	return c.merge(ctx, bases, one, two, names, 0)
}

// treeOf returns the tree of a commit.
func (e *Engine) treeOf(commit forks.Hash) (forks.Hash, error) {
	kind, data, err := e.objects.Object(commit)
	if err != nil {
		return forks.Hash{}, fmt.Errorf("merge: read commit: %w", err)
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	hex, ok := bytes.CutPrefix(line, []byte("tree "))
	if kind != "commit" || !ok {
		return forks.Hash{}, fmt.Errorf("merge: object %s is a %s, want a commit", commit, kind)
	}
	tree, err := forks.ParseHash(string(hex))
	if err != nil {
		return tree, fmt.Errorf("merge: commit %s: its tree: %w", commit, err)
	}
	return tree, nil
}
