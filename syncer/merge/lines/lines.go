package lines

// Style is how a conflict is shown.
type Style uint8

// The styles of conflict markers; they are git's.
const (
	StyleMerge  Style = iota // ours and theirs
	StyleDiff3               // and the base between them
	StyleZdiff3              // and the base, common lines at the ends moved out
)

// Favor decides what conflicts.
type Favor uint8

// The ways to decide a conflict.
const (
	FavorNone Favor = iota
	FavorOurs
	FavorTheirs
	FavorUnion // both, ours first
)

// Labels stand behind the markers; an empty one leaves the marker alone.
type Labels struct{ Base, Ours, Theirs string }

// Options say how to merge.
type Options struct {
	Style      Style
	Favor      Favor
	Labels     Labels
	MarkerSize int // zero is 7
}

// Range is lines Start up to but not including End, counted from 0.
type Range struct{ Start, End int }

// Hunk is one conflict as it is shown: ours and theirs are the lines between markers.
// In StyleMerge a conflict may be shown as several, without the lines that both sides
// wrote alike; each of them has the base lines of the whole. Where several are shown as
// one, it has the base lines from the first to the last.
type Hunk struct{ Base, Ours, Theirs Range }

// Result is a merged text. With conflicts it holds markers. Where a side is favored
// there are none.
type Result struct {
	Content   []byte
	Conflicts []Hunk
}

// Change is a run of lines of a that is another run in b; one of them may be empty, and
// then stands before the line that it names.
type Change struct{ A, B Range }
