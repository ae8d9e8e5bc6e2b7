package pulls_test

import (
	"slices"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

func TestAConflictOfTenLinesOrFewerIsAGoodFirstOne(t *testing.T) {
	t.Parallel()
	numbered := func(n int, text string) []string { return slices.Repeat([]string{text + "\n"}, n) }
	file := func(kind forks.ConflictKind, hunks ...pulls.Hunk) pulls.CaseFile {
		return pulls.CaseFile{ConflictFile: forks.ConflictFile{Path: "a.nix", Kind: kind}, Hunks: hunks}
	}
	hunk := func(ours, theirs []string) pulls.Hunk { return pulls.Hunk{Ours: ours, Theirs: theirs} }
	five := hunk(numbered(5, "a"), numbered(5, "b"))
	for _, c := range []struct {
		name  string
		files []pulls.CaseFile
		want  bool
	}{
		{"one line on each side", []pulls.CaseFile{file(forks.Content, hunk(numbered(1, "a"), numbered(1, "b")))}, true},
		{"five and five", []pulls.CaseFile{file(forks.Content, five)}, true},
		{"five and six", []pulls.CaseFile{file(forks.Content, hunk(numbered(5, "a"), numbered(6, "b")))}, false},
		{"one side is empty", []pulls.CaseFile{file(forks.Content, hunk(nil, numbered(10, "b")))}, true},
		{"and the other has eleven", []pulls.CaseFile{file(forks.Content, hunk(numbered(11, "a"), nil))}, false},
		{"lines alike at both ends do not count", []pulls.CaseFile{file(forks.Content, hunk(
			slices.Concat(numbered(20, "x"), numbered(5, "a"), numbered(20, "y")), slices.Concat(numbered(20, "x"), numbered(5, "b"), numbered(20, "y"))))}, true},
		{"lines alike between them do", []pulls.CaseFile{file(forks.Content, hunk(
			slices.Concat(numbered(1, "a"), numbered(5, "x"), numbered(1, "b")), slices.Concat(numbered(1, "c"), numbered(5, "x"), numbered(1, "d"))))}, false},
		{"one side continues the other", []pulls.CaseFile{file(forks.Content, hunk(numbered(30, "a"), numbered(38, "a")))}, true},
		{"several hunks are added up", []pulls.CaseFile{file(forks.Content, five, hunk(nil, numbered(1, "b")))}, false},
		{"several files too", []pulls.CaseFile{file(forks.Content, five), file(forks.Content, hunk(nil, numbered(1, "b")))}, false},
		{"two small files", []pulls.CaseFile{file(forks.Content, hunk(nil, numbered(2, "b"))), file(forks.Content, hunk(nil, numbered(1, "b")))}, true},
		{"its hunks are not known", []pulls.CaseFile{file(forks.Content)}, false},
		{"those of one file are not", []pulls.CaseFile{file(forks.Content, hunk(nil, numbered(1, "b"))), file(forks.Content)}, false},
		{"another kind", []pulls.CaseFile{file(forks.AddAdd, five)}, false},
		{"another kind beside it", []pulls.CaseFile{file(forks.Content, five), file(forks.ModifyDelete)}, false},
		{"nothing could be read", nil, false},
	} {
		in := pulls.Case{Files: c.files}
		for _, f := range c.files {
			in.Conflict.Files = append(in.Conflict.Files, f.ConflictFile)
		}
		if c.files == nil {
			in.Conflict.Files = []forks.ConflictFile{{Path: "a.nix", Kind: forks.Content}}
		}
		if got := pulls.Easy(in); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
