package merge_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/merge/lines"
	"github.com/auxolotl/auxsync/syncer/merge/mergetest"
)

// TestAConflictHasAllThatPeopleAreShown: the kind, path and stages of each, and the lines
// that it is about with the files whose lines they are.
func TestAConflictHasAllThatPeopleAreShown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, base, ours, theirs, want string }{
		{"clean", "a = 1..9", "a = x 2..9", "a = 1..8 y", ""},
		{"two places of one file", "a = 1..9", "a = x 2..8 x", "a = y 2..8 y",
			`content a 123: "1\n" "x\n" "y\n", "9\n" "x\n" "y\n"`},
		{"both add", "k = k", "a = 1 x; k = k", "a = 1 y; k = k",
			`add/add a 23: "" "x\n" "y\n"`},
		{"no lines, and lines", "a = 1; b = 2", "b = 3", "a = 2; b = 4",
			`modify/delete a 13; content b 123: "2\n" "3\n" "4\n"`},
		{"moved by ours", "a = 1..9", "b = 1..8 x", "a = 1..8 y",
			`content b 123: "9\n" "x\n" "y\n"`},
		{"moved to two places", "a = 1..9", "b = 1..8 x", "c = 1..8 y",
			`rename/rename a 1: "9\n" "x\n" "y\n"; rename/rename b 2; rename/rename c 3`},
		{"a binary", `a = "1\x00"`, `a = "2\x00"`, `a = "3\x00"`,
			"binary a 123"},
		{"called clean, with markers", "e/a = 1..9", "a = 1..9 10", `a = ""; e/a = other`,
			`rename/add a ; rename/add e/a : "1\n2\n3\n4\n5\n6\n7\n8\n9\n" "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n" "other\n"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := mergetest.NewStore()
			r, err := merge.New(s, merge.Options{}).Trees(t.Context(), input(s, mergetest.Case{
				Base: mergetest.Parse(c.base), Ours: mergetest.Parse(c.ours), Theirs: mergetest.Parse(c.theirs)}))
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			for _, c := range r.Conflicts {
				told = append(told, toldOf(t, s, c))
			}
			if got := strings.Join(told, "; "); got != c.want {
				t.Errorf("conflicts\n%s, want\n%s", got, c.want)
			}
		})
	}
}

// toldOf writes a conflict on one line.
func toldOf(t *testing.T, s *mergetest.Store, c merge.Conflict) string {
	t.Helper()
	text := fmt.Sprintf("%s %s ", c.Kind, c.Path)
	for _, st := range c.Stages {
		text += fmt.Sprint(st.Stage)
	}
	for i, h := range c.Hunks {
		text += ":,"[min(i, 1):][:1]
		for side, r := range []lines.Range{h.Base, h.Ours, h.Theirs} {
			var of []string
			if c.Blobs[side] != (forks.Hash{}) {
				_, data, err := s.Object(c.Blobs[side])
				if err != nil {
					t.Fatal(err)
				}
				of = strings.SplitAfter(string(data), "\n")
			}
			text += fmt.Sprintf(" %q", strings.Join(of[r.Start:r.End], ""))
		}
	}
	return text
}
