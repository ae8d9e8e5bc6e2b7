package lines_test

import (
	"fmt"

	"github.com/auxolotl/auxsync/syncer/merge/lines"
)

func ExampleMerge() {
	base := []byte("a\nb\nc\nd\n")
	ours := []byte("a\nours\nc\nd\n")
	theirs := []byte("a\ntheirs\nc\nD\n")
	got := lines.Merge(base, ours, theirs, lines.Options{
		Style:  lines.StyleDiff3,
		Labels: lines.Labels{Base: "old", Ours: "main", Theirs: "topic"},
	})
	fmt.Print(string(got.Content), got.Conflicts)
	// Output:
	// a
	// <<<<<<< main
	// ours
	// ||||||| old
	// b
	// =======
	// theirs
	// >>>>>>> topic
	// c
	// D
	// [{{1 2} {1 2} {1 2}}]
}
