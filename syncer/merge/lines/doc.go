// Package lines compares and merges texts by their lines, exactly as git does when it
// merges: histogram diff, changes slid into place, zealous three-way merge.
//
// A text is cut into lines with their newlines; only the last may lack one. Lines are
// equal if their bytes are. Each distinct line gets a number (intern.go), two pairs of
// texts are compared (histogram.go, and where nothing is rare discard.go and myers.go),
// the changes are moved to where they say the same but line up best (slide.go), both
// lists of changes are walked together (merge.go), conflicts are made smaller
// (zealous.go), and the result is written (markers.go).
//
// # Invariants
//
//   - [Merge] and [Diff] are pure: the same input gives the same result, inputs are not
//     changed, nothing is kept. They are safe for concurrent use.
//   - Applying the changes of Diff(a, b) to a gives b. Changes are in order, and a line
//     that did not change is between any two.
//   - Merge(b, o, b) is o, Merge(b, b, t) is t, Merge(b, o, o) is o. A merge without
//     conflicts is the same with the sides exchanged.
//   - Each [Hunk] lies within the inputs; hunks are in order and do not overlap in ours
//     and theirs. In the base they may: hunks that were one conflict before it was
//     refined all have its base.
//   - What Merge writes beside lines of the inputs are markers, and newlines that a last
//     line before a marker or another side lacks.
//   - Work is bounded as in git: a search that gets expensive settles for less than the
//     shortest script, and an anchor is looked for among 64 places at most. Nothing
//     recurses. A text of n lines that all have their own place costs n a round, and a
//     round at least one line; the worst known inputs cost the square of that.
//
// # Example
//
// Both sides rewrote the second line, and one of them the fourth:
//
//	base := []byte("a\nb\nc\nd\n")
//	ours := []byte("a\nours\nc\nd\n")
//	theirs := []byte("a\ntheirs\nc\nD\n")
//	got := lines.Merge(base, ours, theirs, lines.Options{
//		Style:  lines.StyleDiff3,
//		Labels: lines.Labels{Base: "old", Ours: "main", Theirs: "topic"},
//	})
//
// got.Content is
//
//	a
//	<<<<<<< main
//	ours
//	||||||| old
//	b
//	=======
//	theirs
//	>>>>>>> topic
//	c
//	D
//
// and got.Conflicts has one hunk, of line 1 up to 2 in all three inputs.
//
// # Agreement with git
//
// The tests hold both comparisons and merges, their markers in each style included, against
// the installed git on thousands of texts with fixed seeds; with -long on fresh ones too.
//
// In one case there is nothing to agree with. git spreads the lines of a region over a
// table, and gives up if more than 64 different ones fall into one place of it. That
// takes a text that was made for it. git then says "Failed to execute internal merge"
// and ends with status 128; here the lines are compared as any others.
package lines
