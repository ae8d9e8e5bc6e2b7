package merge

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge/lines"
)

// flat writes a tree of files.
func (o objects) flat(t *testing.T, files map[string]string) forks.Hash {
	t.Helper()
	var items []item
	for name, text := range files {
		id, err := o.Write("blob", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, item{name, version{forks.ModeRegular, id}})
	}
	data, err := encodeTree(items)
	if err != nil {
		t.Fatal(err)
	}
	id, err := o.Write("tree", data)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// many is n files of ten lines; in each, line is the last one.
func many(name string, n int, line string) map[string]string {
	files := map[string]string{}
	for i := range n {
		text := ""
		for k := range 9 {
			text += fmt.Sprintln("line", k, "of", i)
		}
		files[fmt.Sprint(name, i)] = text + line
	}
	return files
}

// linear is a history in which each two commits have the first as their base.
type linear struct{ base forks.Hash }

func (l linear) MergeBases(context.Context, forks.Hash, ...forks.Hash) ([]forks.Hash, error) {
	return []forks.Hash{l.base}, nil
}

// TestAMergerTellsWhatItsMergesRanInto, and how many of them did.
func TestAMergerTellsWhatItsMergesRanInto(t *testing.T) {
	t.Parallel()
	o := objects{}
	commit := func(tree forks.Hash) forks.Hash {
		id, err := o.Write("commit", fmt.Appendf(nil, "tree %s\n\n", tree))
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	base, edited := o.flat(t, many("a", 3, "base\n")), o.flat(t, many("a", 3, "edited\n"))
	m := NewMerger(o, linear{commit(base)})
	m.engine.options.RenameLimit = 2
	try := func(what string, clean bool, want Limits, merge func() (forks.MergeResult, error)) {
		t.Helper()
		r, err := merge()
		if err != nil || r.Clean() != clean {
			t.Errorf("%s: %+v, %v", what, r, err)
		}
		if got := m.Limits(); got != want {
			t.Errorf("%s: limits %+v, want %+v", what, got, want)
		}
	}
	trees := func(base, ours, theirs forks.Hash) func() (forks.MergeResult, error) {
		return func() (forks.MergeResult, error) { return m.Merge(t.Context(), base, ours, theirs) }
	}
	few := func(name, line string) forks.Hash { return o.flat(t, many(name, 2, line)) }
	try("two files", false, Limits{}, trees(few("a", "base\n"), few("b", "moved\n"), few("a", "base\nedited\n")))
	try("three files", false, Limits{Renames: 1, RenameLimit: 3}, trees(base, o.flat(t, many("b", 3, "moved\n")), edited))
	try("five files", false, Limits{Renames: 2, RenameLimit: 5}, trees(base, o.flat(t, many("b", 5, "moved\n")), edited))
	four := commit(o.flat(t, many("b", 4, "moved\n")))
	try("commits", false, Limits{Renames: 3, RenameLimit: 5}, func() (forks.MergeResult, error) {
		return m.MergeCommits(t.Context(), four, commit(edited))
	})
	long := func(head string) forks.Hash {
		return o.flat(t, map[string]string{"long": head + string(bytes.Repeat([]byte("\n"), lines.MaxLines+1)), "too": head + string(bytes.Repeat([]byte("\n"), lines.MaxLines+1))})
	}
	try("long files", false, Limits{Renames: 3, RenameLimit: 5, Large: 1}, trees(long("1"), long("2"), long("3")))
	binary := func(head string) forks.Hash { return o.flat(t, map[string]string{"a": head + "\x00"}) }
	try("a binary", false, Limits{Renames: 3, RenameLimit: 5, Large: 1}, trees(binary("1"), binary("2"), binary("3")))
}
