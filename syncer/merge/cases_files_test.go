package merge_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge/mergetest"
)

// long8000 is a file a whose first 8000 bytes end in head.
func long8000(head, rest string) string {
	return "a = " + strconv.Quote(strings.Repeat("x\n", 4000)[:8000-len(head)]+head+rest+"\n")
}

// TestFilesInConflict is about one path at a time: contents, modes, kinds of entries.
func TestFilesInConflict(t *testing.T) {
	t.Parallel()
	runCases(t, []handCase{
		{name: "changes apart from each other are both taken",
			base: "a = 1..9", ours: "a = x 2..9", theirs: "a = 1..8 y",
			files: "a"},
		{name: "changes that touch are in conflict",
			base: "a = 1..4", ours: "a = 1 x 3 4", theirs: "a = 1 2 y 4",
			says: "contents a", files: "a"},
		{name: "one line between them is enough",
			base: "a = 1..5", ours: "a = 1 x 3 4 5", theirs: "a = 1 2 3 y 5",
			files: "a"},
		{name: "the same change on both sides is no conflict",
			base: "a = 1..4", ours: "a = 1 x y 4", theirs: "a = 1 x y 4",
			files: "a"},
		{name: "a conflict shows only what differs",
			base: "a = 1..6", ours: "a = x 1 a b 4 5 6", theirs: "a = x 1 a c 4 5 6",
			says: "contents a", files: "a"},
		{name: "conflicts three lines apart are one",
			base: "a = 1..7", ours: "a = 1 x 3 4 5 y 7", theirs: "a = 1 v 3 4 5 w 7",
			says: "contents a", files: "a"},
		{name: "no newline at the end",
			base: `a = "1\n2"`, ours: `a = "1\n2\n"`, theirs: `a = "1\n3"`,
			says: "contents a", files: "a"},
		{name: "no newline at the end of either side in conflict, with bases",
			base: `a = "1\n2"`, ours: `a = "1\nx"`, theirs: `a = "1\ny"`, settings: style("diff3"),
			says: "contents a", files: "a"},
		{name: "carriage returns stay, and markers get them",
			base: `a = "1\r\n2\r\n3\r\n"`, ours: `a = "1\r\nx\r\n3\r\n"`, theirs: `a = "1\r\ny\r\n3\r\n"`,
			says: "contents a", files: "a"},
		{name: "the line ends of a whole file against an edit",
			base: `a = 1 2 3`, ours: `a = "1\r\n2\r\n3\r\n"`, theirs: `a = 1 x 3`,
			says: "contents a", files: "a"},
		{name: "both add the same", base: "", ours: "a = 1", theirs: "a = 1",
			files: "a"},
		{name: "both add, differently", base: "", ours: "a = 1 2 3", theirs: "a = 1 x 3",
			says: "contents a", files: "a"},
		{name: "both add, differently, in zdiff3", base: "", ours: "a = 1 2 3", theirs: "a = 1 x 3", settings: style("zdiff3"),
			says: "contents a", files: "a"},
		{name: "both add, one of them nothing: the other is taken", base: "", ours: "a = 1", theirs: "a =",
			files: "a"},
		{name: "deleted and changed", base: "a = 1", ours: "k = k", theirs: "a = 2",
			says: "modify/delete a", files: "a k"},
		{name: "deleted and made executable", base: "a = 1", ours: "k = k", theirs: "a* = 1",
			says: "modify/delete a", files: "a k"},
		{name: "deleted on both sides", base: "a = 1; k = k", ours: "k = k", theirs: "k = k",
			files: "k"},
		{name: "everything deleted", base: "a = 1", ours: "", theirs: "a = 1"},
		{name: "a NUL behind the first 8000 bytes makes no binary", base: long8000("1", "\x00"), ours: long8000("2", "\x00"), theirs: long8000("3", "\x00"),
			says: "contents a", files: "a"},
		{name: "a NUL behind the first 8000 bytes, changed apart", base: long8000("1", "\x00"), ours: strings.Replace(long8000("1", "\x00"), "x", "y", 1), theirs: long8000("2", "\x00"),
			files: "a"},
		{name: "a NUL just within the first 8000 bytes", base: long8000("1\x00", ""), ours: long8000("2\x00", ""), theirs: long8000("3\x00", ""),
			says: "binary a; contents a", files: "a"},
		{name: "large", base: "a = 1..40000", ours: "a = 1..19000 x 19002..40000", theirs: "a = 1..19002 y 19004..40000",
			files: "a"},
		{name: "large, in conflict", base: "a = 1..40000", ours: "a = 1..19000 x 19002..40000", theirs: "a = 1..19000 y 19002..40000",
			says: "contents a", files: "a"},
		{name: "binary on both sides", base: `a = "1\x00"`, ours: `a = "2\x00"`, theirs: `a = "3\x00"`,
			says: "binary a; contents a", files: "a"},
		{name: "binary on one side only", base: "a = 1 2 3", ours: "a = 1 x 3", theirs: `a = "1\n2\x00\n3\n"`,
			says: "binary a; contents a", files: "a"},
		{name: "binary, and one side is the base", base: `a = "1\x00"`, ours: `a = "1\x00"`, theirs: `a = "3\x00"`,
			files: "a"},
		{name: "binaries added on both sides", base: "", ours: `a = "2\x00"`, theirs: `a = "3\x00"`,
			says: "binary a; contents a", files: "a"},

		{name: "executable on one side, edited on the other",
			base: "a = 1..3", ours: "a* = 1..3", theirs: "a = 1 x 3",
			files: "a"},
		{name: "executable on both sides", base: "a = 1", ours: "a* = 1", theirs: "a* = 1",
			files: "a"},
		{name: "executable on both sides, edited on both in other places",
			base: "a = 1..9", ours: "a* = x 2..9", theirs: "a* = 1..8 y",
			files: "a"},
		{name: "added on both sides, executable on one", base: "", ours: "a* = 1", theirs: "a = 1",
			says: "contents a", files: "a"},
		{name: "added on both sides, executable on one, with other contents", base: "", ours: "a* = 1", theirs: "a = 2",
			says: "contents a", files: "a"},
		{name: "a mode each way: executable and link", base: "a = 1", ours: "a* = 1", theirs: "a@ = 1",
			says: "distinct modes a,a~ours", files: "a a~ours"},

		{name: "links to two places", base: "a@ = 1", ours: "a@ = 2", theirs: "a@ = 3",
			says: "contents a", files: "a"},
		{name: "links added to two places", base: "", ours: "a@ = 2", theirs: "a@ = 3",
			says: "contents a", files: "a"},
		{name: "a link changed, and deleted", base: "a@ = 1", ours: "a@ = 2", theirs: "k = k",
			says: "modify/delete a", files: "a k"},
		{name: "a link against a file, both new", base: "", ours: "a@ = 2", theirs: "a = 1",
			says: "distinct modes a,a~theirs", files: "a a~theirs"},
		{name: "a file against a link, both new", base: "", ours: "a = 1", theirs: "a@ = 2",
			says: "distinct modes a,a~ours", files: "a a~ours"},
		{name: "a file becomes a link, and is edited", base: "a = 1..3", ours: "a@ = 2", theirs: "a = 1 x 3",
			says: "distinct modes a,a~theirs", files: "a a~theirs"},
		{name: "a file becomes a link, and is not edited", base: "a = 1..3", ours: "a@ = 2", theirs: "a = 1..3",
			files: "a"},
		{name: "a link becomes a file, and links elsewhere", base: "a@ = 1", ours: "a = 1..3", theirs: "a@ = 2",
			says: "distinct modes a,a~ours", files: "a a~ours"},
		{name: "a file becomes a link on both sides", base: "a = 1..3", ours: "a@ = 2", theirs: "a@ = 3",
			says: "contents a", files: "a"},
	})
}

// TestSubmodules are entries whose history is elsewhere: they are compared by id alone.
func TestSubmodules(t *testing.T) {
	t.Parallel()
	runCases(t, []handCase{
		{name: "moved on by one side", base: "s% = 1", ours: "s% = 1", theirs: "s% = 2",
			files: "s"},
		{name: "moved to the same commit", base: "s% = 1", ours: "s% = 2", theirs: "s% = 2",
			files: "s"},
		{name: "moved to two commits", base: "s% = 1", ours: "s% = 2", theirs: "s% = 3",
			says: "submodule not initialized s; contents s", files: "s"},
		{name: "added on both sides", base: "", ours: "s% = 2", theirs: "s% = 3",
			says: "submodule not initialized s; contents s", files: "s"},
		{name: "added on both sides, the same", base: "", ours: "s% = 2", theirs: "s% = 2",
			files: "s"},
		{name: "moved on, and deleted", base: "s% = 1; k = k", ours: "s% = 2; k = k", theirs: "k = k",
			says: "modify/delete s", files: "k s"},
		{name: "deleted, and not moved on", base: "s% = 1; k = k", ours: "s% = 1; k = k", theirs: "k = k",
			files: "k"},
		{name: "against a file, both new", base: "k = k", ours: "s% = 2; k = k", theirs: "s = 1; k = k",
			says: "distinct modes s,s~theirs", files: "k s s~theirs"},
		{name: "against a file of the other side, both new", base: "k = k", ours: "s = 1; k = k", theirs: "s% = 2; k = k",
			says: "distinct modes s,s~ours", files: "k s s~ours"},
		{name: "against a link, both new", base: "k = k", ours: "s% = 2; k = k", theirs: "s@ = 1; k = k",
			says: "distinct modes s,s~ours,s~theirs", files: "k s~ours s~theirs"},
		{name: "against a directory, both new", base: "k = k", ours: "s% = 2; k = k", theirs: "s/a = 1; k = k",
			says: "file/directory s~ours,s", files: "k s/a s~ours"},
		{name: "against a directory of our side, both new", base: "k = k", ours: "s/a = 1; k = k", theirs: "s% = 2; k = k",
			says: "file/directory s~theirs,s", files: "k s/a s~theirs"},
		{name: "becomes a file, and moves on", base: "s% = 1", ours: "s = 1 2 3", theirs: "s% = 2",
			says: "distinct modes s,s~ours", files: "s s~ours"},
		{name: "becomes a directory, and moves on", base: "s% = 1", ours: "s/a = 1 2 3", theirs: "s% = 2",
			says: "file/directory s~theirs,s; modify/delete s~theirs", files: "s/a s~theirs"},
		{name: "a file becomes one, and is edited", base: "s = 1 2 3", ours: "s% = 1", theirs: "s = 1 x 3",
			says: "distinct modes s,s~theirs", files: "s s~theirs"},
		{name: "moved elsewhere in the tree", base: "s% = 1; k = k", ours: "t% = 1; k = k", theirs: "s% = 2; k = k",
			files: "k t"},
		{name: "in a directory that moved", base: "d/s% = 1; d/a = 1..9; d/b = b1..9", ours: "e/s% = 1; e/a = 1..9; e/b = b1..9",
			theirs: "d/s% = 2; d/a = 1..9; d/b = b1..9", settings: follow(),
			files: "e/a e/b e/s"},
		{name: "added to a directory that moved", base: "d/a = 1..9; d/b = b1..9", ours: "e/a = 1..9; e/b = b1..9",
			theirs: "d/s% = 2; d/a = 1..9; d/b = b1..9", settings: follow(),
			says: "Path updated due to directory rename e/s,d/s", files: "e/a e/b e/s"},
	})
}

// deep is a hundred directories in each other.
var deep = strings.Repeat("d/", 100)

// TestFilesAgainstDirectories are names that are a file for one side and a directory for
// the other.
func TestFilesAgainstDirectories(t *testing.T) {
	t.Parallel()
	runCases(t, []handCase{
		{name: "a new file, a new directory", base: "k = k", ours: "k = k; p = 1", theirs: "k = k; p/x = 2",
			says: "file/directory p~ours,p", files: "k p/x p~ours"},
		{name: "a new directory, a new file", base: "k = k", ours: "k = k; p/x = 1", theirs: "k = k; p = 2",
			says: "file/directory p~theirs,p", files: "k p/x p~theirs"},
		{name: "the name that would be made up is taken", base: "k = k", ours: "p/x = 1", theirs: "p = 2; p~topic = 3", names: [2]string{"main1", "topic"},
			says: "file/directory p~topic_0,p", files: "p/x p~topic p~topic_0"},
		{name: "and the next one too", base: "k = k", ours: "p/x = 1; p~fix_0 = 4", theirs: "p = 2; p~fix/x = 3", names: [2]string{"main2", "fix"},
			says: "file/directory p~fix_1,p", files: "p/x p~fix/x p~fix_0 p~fix_1"},
		{name: "a label with slashes makes a flat name", base: "k = k", ours: "p/x = 1", theirs: "p = 2", names: [2]string{"main", "people/ada/fix"},
			says: "file/directory p~people_ada_fix,p", files: "p/x p~people_ada_fix"},
		{name: "a file is edited where its name becomes a directory", base: "p = 1..9", ours: "p = 1..8 x", theirs: "p/x = new",
			says: "file/directory p~ours,p; modify/delete p~ours", files: "p/x p~ours"},
		{name: "a file moves into a directory of its name and is edited", base: "p = 1..9", ours: "p = 1..8 x", theirs: "p/p = 1..9",
			files: "p/p"},
		{name: "a directory makes way for a file and is edited", base: "p/x = 1..9; k = k", ours: "p/x = 1..8 x; k = k", theirs: "p = new; k = k",
			says: "modify/delete p/x; file/directory p~theirs,p", files: "k p/x p~theirs"},
		{name: "a directory makes way for a file and is not edited", base: "p/x = 1..9; k = k", ours: "p/x = 1..9; k = k", theirs: "p = new; k = k",
			files: "k p"},
		{name: "a directory makes way for a file and gets another", base: "p/x = 1..9; k = k", ours: "p/x = 1..9; p/y = 2; k = k", theirs: "p = new; k = k",
			says: "file/directory p~theirs,p", files: "k p/y p~theirs"},
		{name: "a link where the other has a directory", base: "k = k", ours: "p@ = k", theirs: "p/x = 1",
			says: "file/directory p~ours,p", files: "p/x p~ours"},
		{name: "a file moves to where the other has a directory", base: "a = 1..9; k = k", ours: "p = 1..9; k = k", theirs: "a = 1..9; p/x = 1; k = k",
			says: "file/directory p~ours,p", files: "k p/x p~ours"},
		{name: "a file moves into a directory that is a file for the other", base: "a = 1..9; k = k", ours: "p/a = 1..9; k = k", theirs: "a = 1..9; p = 1; k = k",
			says: "file/directory p~theirs,p", files: "k p/a p~theirs"},
		{name: "and is edited", base: "a = 1..9; k = k", ours: "p/a = 1..9; k = k", theirs: "a = 1..8 x; p = 1; k = k",
			says: "file/directory p~theirs,p", files: "k p/a p~theirs"},
		{name: "deleted below, changed, and a file on top", base: "p/x = 1; k = k", ours: "p = 1 2; k = k", theirs: "p/x = 2; k = k",
			says: "contents p", files: "k p"},
		{name: "names around the slash", base: "k = k", ours: "p = 1; p. = 1; p- = 1; p0 = 1", theirs: "p/x = 2; p.x = 2; p-/x = 2; p0 = 2",
			says: "file/directory p-~ours,p-; contents p0; file/directory p~ours,p", files: "p-/x p-~ours p. p.x p/x p0 p~ours"},
		{name: "a link becomes a directory, next to little else: git walks once", base: "d/t@ = k; m = 1", ours: "d/t/a = new", theirs: "d/t@ = k",
			says: "file/directory d/t~theirs,d/t", files: "d/t/a"},
		{name: "a link becomes a directory, next to more: git walks again", base: "d/t@ = k; m = 1", ours: "d/t/a = new; d/ts/b = 2", theirs: "d/t@ = k",
			files: "d/t/a d/ts/b"},
		{name: "the other way around: git walks once", base: "d/t@ = k; m = 1", ours: "d/t@ = k", theirs: "d/t/a = new",
			says: "file/directory d/t~ours,d/t", files: "d/t/a"},
		{name: "the other way around, next to more: git walks again", base: "d/t@ = k; m = 1", ours: "d/t@ = k", theirs: "d/t/a = new; d/ts/b = 2",
			files: "d/t/a d/ts/b"},
		{name: "a file moves into a directory of its name, and another one that matters does: git walks again", base: "d/e/a = 4; d/e/b = 4; d/e/c = ; f/a = 1..9",
			ours: "d/e/a = 4; d/e/b = 4; d/e/c = ", theirs: "d/e/a = 4; d/e/b/a = 1..9; d/e/b/new = 4; d/e/c = ", settings: stay(),
			says: "rename/delete d/e/b/a,f/a; file/directory d/e/b~ours,d/e/b", files: "d/e/a d/e/b/a d/e/b/new d/e/c"},
		{name: "the same with the sides exchanged", base: "d/e/a = 4; d/e/b = 4; d/e/c = ; f/a = 1..9",
			theirs: "d/e/a = 4; d/e/b = 4; d/e/c = ", ours: "d/e/a = 4; d/e/b/a = 1..9; d/e/b/new = 4; d/e/c = ", settings: stay(),
			says: "rename/delete d/e/b/a,f/a; file/directory d/e/b~theirs,d/e/b", files: "d/e/a d/e/b/a d/e/b/new d/e/c"},
		{name: "a hundred directories deep", base: deep + "a = 1..9; k = k", ours: deep + "b = 1..9; k = k", theirs: deep + "a = 1..8 x; k = k",
			files: deep + "b k"},
		{name: "a hundred directories deep, in conflict", base: deep + "a = 1..9; k = k", ours: deep + "b = y 2..9; k = k", theirs: deep + "a = x 2..9; k = k",
			says: "contents " + deep + "b", files: deep + "b k"},
		{name: "deep below", base: "k = k", ours: "a/b/c/d = 1", theirs: "a/b/c/d/e/f = 2; a/b/c.x = 3",
			says: "file/directory a/b/c/d~ours,a/b/c/d", files: "a/b/c.x a/b/c/d/e/f a/b/c/d~ours"},
	})
}

// TestModesOfOldHistories: early git wrote files with more permissions than it does now.
// Where a directory is opened they become today's; one that is taken whole stays.
func TestModesOfOldHistories(t *testing.T) {
	t.Parallel()
	old := func(text string) mergetest.Tree {
		tree := mergetest.Parse(text)
		for path, e := range tree {
			if e.Mode == forks.ModeRegular {
				tree[path] = mergetest.Entry{Mode: 0o100664, Content: e.Content}
			}
		}
		return tree
	}
	s := mergetest.NewStore()
	git := mergetest.NewGit(t, t.TempDir())
	var questions []mergetest.Question
	for _, c := range []mergetest.Case{
		{Base: old("d/a = 1; d/b = 1"), Ours: old("d/a = 2; d/b = 1"), Theirs: old("d/a = 1; d/b = 2")},
		{Base: old("d/a = 1; d/b = 1"), Ours: old("d/a = 1; d/b = 1; c = 1"), Theirs: old("d/a = 1; d/b = 1; e = 1")},
		{Base: old("d/a = 1; d/b = 1"), Ours: mergetest.Parse("d/a = 1; d/b = 1"), Theirs: old("d/a = 1; d/b = 2")},
		{Base: old("d/a = 1..9; k = k"), Ours: old("d/b = 1..9; k = k"), Theirs: mergetest.Parse("d/a* = 1..9; k = k")},
		{Base: old("d/a = 1; k = k"), Ours: old("d/a = 2; k = k"), Theirs: mergetest.Parse("d/a = 3; k = k")},
	} {
		questions = append(questions, c.Question(s, mergetest.Settings{}))
	}
	for i, answer := range git.Ask(t, s, questions...) {
		if ours := ourAnswer(s, questions[i]); ours != answer.String() {
			t.Errorf("case %d:\n%s", i, told(t, git, s, questions[i], answer, ours))
		}
	}
}
