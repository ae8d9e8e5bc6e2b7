package main

import (
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// crissCross builds sides that merged each other, so that two later tips have several
// best ancestors in common: each of the first versions of all sides. A side is its files
// before it merged, those its merge came to, and those of its tip.
func crissCross(t *testing.T, s *standIn, name string, base map[string]string, sides ...[3]map[string]string) {
	t.Helper()
	start := s.Build(t, repotest.Commit{Branch: name, Subject: name, Files: base})[0]
	var before []forks.Hash
	branch := func(i int) string { return name + "-" + string(rune('a'+i)) }
	for i, side := range sides {
		before = append(before, s.Build(t, repotest.Commit{Branch: branch(i), Parents: []forks.Hash{start}, Subject: branch(i), Files: side[0]})...)
	}
	for i, side := range sides {
		if i > 1 {
			break // the others are only merged
		}
		parents := []forks.Hash{before[i]}
		for j, other := range before {
			if j != i {
				parents = append(parents, other)
			}
		}
		s.Build(t,
			repotest.Commit{Branch: branch(i), Parents: parents, Subject: "merge them all into " + branch(i), Files: side[1]},
			repotest.Commit{Branch: branch(i), Subject: "tip of " + branch(i), Files: side[2]})
	}
}

func buildCrissCrosses(t *testing.T, s *standIn) []string {
	t.Helper()
	type f = map[string]string
	edit := func(n int, text string) string { return someLines(20, map[int]string{n: text}) }
	two := func(a, b string) string { return someLines(20, map[int]string{4: a, 14: b}) }
	start := f{"f": someLines(20, nil), "g": someLines(9, nil)}
	crissCross(t, s, "clean", start,
		[3]f{{"f": edit(4, "a\n")}, {"f": two("a\n", "b\n")}, {"g": "of a\n" + someLines(9, nil)}},
		[3]f{{"f": edit(14, "b\n")}, {"f": two("a\n", "b\n")}, {"f": two("a\n", "b again\n")}})
	crissCross(t, s, "same-line", start, // the virtual base has markers, and so have those of the tips
		[3]f{{"f": edit(4, "a\n")}, {"f": edit(4, "a won\n")}, {"f": edit(4, "a at last\n")}},
		[3]f{{"f": edit(4, "b\n")}, {"f": edit(4, "b won\n")}, {"f": edit(4, "b at last\n")}})
	crissCross(t, s, "resolved", start,
		[3]f{{"f": edit(4, "a\n")}, {"f": edit(4, "both\n")}, {"f": two("both\n", "more\n")}},
		[3]f{{"f": edit(4, "b\n")}, {"f": edit(4, "both\n")}, {"g": "of b\n" + someLines(9, nil)}})
	crissCross(t, s, "deleted", start,
		[3]f{{"f": edit(4, "a\n")}, {"f": edit(4, "a\n")}, {"f": two("a\n", "more\n")}},
		[3]f{{"f": repotest.Delete}, {"f": edit(5, "b\n")}, {"f": edit(5, "b again\n")}})
	crissCross(t, s, "moved", start,
		[3]f{{"f": repotest.Delete, "to-a": someLines(20, nil)}, {"f": repotest.Delete, "to-a": edit(4, "a\n")}, {"to-a": two("a\n", "more\n")}},
		[3]f{{"f": repotest.Delete, "to-b": someLines(20, nil)}, {"f": repotest.Delete, "to-b": edit(4, "b\n")}, {"to-b": two("b\n", "less\n")}})
	crissCross(t, s, "added", start,
		[3]f{{"new": "a\n"}, {"new": "a\nb\n"}, {"new": "a\nb\nc\n"}},
		[3]f{{"new": "b\n"}, {"new": "b\na\n"}, {"new": "b\na\nc\n"}})
	crissCross(t, s, "folder", start,
		[3]f{{"x": "a file\n"}, {"x": "a file\n"}, {"x": "still a file\n"}},
		[3]f{{"x/y": "in it\n"}, {"x/y": "in it\n"}, {"x/y": "in it still\n"}})
	crissCross(t, s, "three", start,
		[3]f{{"f": edit(4, "a\n")}, {"f": edit(4, "a won\n")}, {"f": two("a won\n", "a too\n")}},
		[3]f{{"f": edit(4, "b\n")}, {"f": edit(4, "b won\n")}, {"f": two("b won\n", "b too\n")}},
		[3]f{{"f": edit(4, "c\n"), "g": "of c\n"}})
	return []string{"clean", "same-line", "resolved", "deleted", "moved", "added", "folder", "three"}
}

// Where histories crossed the base is a merge of its own: all of what is told of it is
// git's, whatever is shown between the markers.
func TestMergeTreeOfCrossedHistoriesIsGits(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	names := buildCrissCrosses(t, s)
	for _, style := range []string{"merge", "diff3", "zdiff3"} {
		s.Git(t, "config", "merge.conflictStyle", style)
		for _, name := range names {
			plain := s.sameToTheLetter(t, name+"-a", name+"-b")
			if want := map[bool]int{true: exitDone, false: exitConflict}[name == "clean" || name == "resolved"]; plain.exit != want {
				t.Errorf("%s: exit %d, want %d", name, plain.exit, want)
			}
			if style == "diff3" {
				s.sameToTheLetter(t, "-z", "--messages", name+"-b", name+"-a")
			}
		}
	}
	if bases := s.git(t, "", "merge-base", "--all", "three-a", "three-b"); len(bases.stdout) != 3*41 {
		t.Errorf("%+v, want three", bases)
	}
	s.Fsck(t)
}

// sameToTheLetter is same for what goes to standard error too.
func (s *standIn) sameToTheLetter(t *testing.T, args ...string) ran {
	t.Helper()
	ours := s.same(t, "", args...)
	if git := s.git(t, "", append([]string{"merge-tree", "--write-tree"}, args...)...); ours.stderr != git.stderr {
		t.Errorf("merge-tree %q: %q, git %q", args, ours.stderr, git.stderr)
	}
	return ours
}
