package renames

import (
	"cmp"
	"context"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// Find goes from what is cheap and certain to what is costly: equal ids (exact.go), then
// files that kept a name nobody else has (basename.go), then everything left against
// everything left (inexact.go). Each step takes the sources and destinations that the
// steps before left over, and no pair is ever taken back. What the pairs say about
// directories (directories.go) decides along the way which sources still matter.

// Blobs reads the contents of files. An implementation that also has
//
//	Size(id forks.Hash) (int64, error)
//
// is asked for sizes first, and many contents are then never read.
type Blobs interface {
	// Blob returns the contents of a blob, which must not be changed. A missing one is an
	// error.
	Blob(id forks.Hash) ([]byte, error)
}

// File is a file of a tree.
type File struct {
	Path string
	Mode forks.Mode
	ID   forks.Hash
}

// Need says for what it matters where a source went.
type Need uint8

// The needs.
const (
	NotNeeded   Need = iota // an exact rename is told, none is searched for
	ForContent              // the other side changed the file
	ForLocation             // only to know where its directory went
)

// DirNeed says for what it matters where a directory went.
type DirNeed uint8

// The needs of directories.
const (
	DirNotNeeded   DirNeed = iota // gone, but nobody asks
	DirForAncestor                // only because it counts for one above it
	DirForSelf                    // the other side added files right in it
)

// Question is one side of a merge. The order of Gone and New decides between files that
// are equally good. A plain diff has them sorted by path; a merge in the order in which
// git comes across them, which is another one: see the package's documentation.
type Question struct {
	Gone []File // files of the base that the side does not have
	New  []File // files of the side that the base does not have
	// Needs says why each source matters, by path; those without one are [NotNeeded].
	// A nil map needs all of them, as in a plain diff. If none is needed nothing is
	// searched for, not even equal ids.
	Needs map[string]Need
	// Dirs are the directories of the base that are gone on the side, with why it
	// matters where they went, those that are [DirNotNeeded] included: they still help
	// to guess where a file went. Nil in a plain diff.
	Dirs map[string]DirNeed
	// Limit: where sources times destinations exceed its square, files that were also
	// edited are not searched for. Zero is none.
	Limit int
}

// Pair is a moved file. Score is how similar both are, up to [MaxScore].
type Pair struct {
	From, To File
	Score    int
}

// Scores of similarity, as git counts.
const (
	MaxScore = 60000
	MinScore = 30000 // 50 %
)

// Answer is what was found.
type Answer struct {
	Pairs []Pair // sorted by To.Path
	// Counts says for each directory of [Question].Dirs that is needed how many files
	// went where: old directory, new directory, files. The top is "". Where a majority
	// was certain early, counting stopped, and the numbers are lower than the files.
	Counts map[string]map[string]int
	// LimitHit is the limit that would have been needed; zero if it did not matter.
	LimitHit int
}

// Find finds the moved files of one side. A blob that cannot be read is an error, and so
// is a ctx that is done; Find then has no answer.
func Find(ctx context.Context, blobs Blobs, q Question) (Answer, error) {
	s := newSearch(ctx, blobs, q)
	if !s.any() {
		return Answer{}, nil
	}
	s.pairExact()
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	s.keepSources(func(i int) bool { return !s.placed[i] })
	if err := s.pairByBasename(); err != nil {
		return Answer{}, err
	}
	s.keepSources(func(i int) bool { return !s.placed[i] && s.need(i) != NotNeeded })
	s.dropSettled()
	hit := s.limitHit()
	if hit == 0 {
		if err := s.pairBySimilarity(); err != nil {
			return Answer{}, err
		}
	}
	return Answer{Pairs: s.pairs(), Counts: s.dirs.answer(), LimitHit: hit}, nil
}

// search is one run of Find. Sources and destinations are named by their index.
type search struct {
	ctx   context.Context
	texts *texts
	limit int
	needs map[string]Need
	dirs  *directories // nil if nobody asks where directories went

	gone    []File
	placed  []bool // by source: it is in a pair
	sources []int  // those that later steps look at, ascending

	fresh  []File
	origin []int // by destination: its source, or none
	score  []int // by destination with a source
	open   int   // destinations without a source
}

// none is the origin of a destination without a source.
const none = -1

func newSearch(ctx context.Context, blobs Blobs, q Question) *search {
	s := &search{
		ctx: ctx, texts: newTexts(ctx, blobs), limit: q.Limit, needs: q.Needs, dirs: newDirectories(q.Dirs),
		gone: withoutEmpty(q.Gone), fresh: withoutEmpty(q.New),
	}
	s.placed = make([]bool, len(s.gone))
	s.sources = make([]int, len(s.gone))
	for i := range s.sources {
		s.sources[i] = i
	}
	s.open = len(s.fresh)
	s.origin = make([]int, len(s.fresh))
	for i := range s.origin {
		s.origin[i] = none
	}
	s.score = make([]int, len(s.fresh))
	return s
}

// withoutEmpty drops empty files: they are alike everywhere, and say nothing.
func withoutEmpty(files []File) []File {
	kept := make([]File, 0, len(files))
	for _, f := range files {
		if f.ID != emptyBlob {
			kept = append(kept, f)
		}
	}
	return kept
}

// emptyBlob is the id of a blob without contents.
var emptyBlob = forks.Hash{
	0xe6, 0x9d, 0xe2, 0x9b, 0xb2, 0xd1, 0xd6, 0x43, 0x4b, 0x8b,
	0x29, 0xae, 0x77, 0x5a, 0xd8, 0xc2, 0xe4, 0x8c, 0x53, 0x91,
}

// any reports whether there is something to find.
func (s *search) any() bool {
	if len(s.gone) == 0 || len(s.fresh) == 0 {
		return false
	}
	if s.needs == nil {
		return true
	}
	for _, n := range s.needs {
		if n != NotNeeded {
			return true
		}
	}
	return false
}

func (s *search) need(source int) Need {
	if s.needs == nil {
		return ForContent
	}
	return s.needs[s.gone[source].Path]
}

// pair records that a file moved.
func (s *search) pair(source, dest, score int) {
	s.placed[source] = true
	s.origin[dest], s.score[dest] = source, score
	s.open--
	s.dirs.count(s.gone[source].Path, s.fresh[dest].Path)
}

// keepSources leaves the later steps only those sources that keep holds for.
func (s *search) keepSources(keep func(source int) bool) {
	left := s.sources[:0]
	for _, i := range s.sources {
		if keep(i) {
			left = append(left, i)
		}
	}
	s.sources = left
}

func (s *search) pairs() []Pair {
	found := make([]Pair, 0, len(s.fresh)-s.open)
	for d, i := range s.origin {
		if i != none {
			found = append(found, Pair{From: s.gone[i], To: s.fresh[d], Score: s.score[d]})
		}
	}
	slices.SortFunc(found, func(a, b Pair) int { return cmp.Compare(a.To.Path, b.To.Path) })
	return found
}

func regular(m forks.Mode) bool { return m&0o170000 == 0o100000 }
