package merge

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

// rawTree writes a tree of lines as they are.
func rawTree(t *testing.T, o objects, lines ...string) forks.Hash {
	t.Helper()
	var data []byte
	for _, line := range lines {
		data = append(data, line...)
	}
	id, err := o.Write("tree", data)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// isRefused fails unless nothing is known of a merge, and a person is told.
func isRefused(t *testing.T, what string, r Result, err error) {
	t.Helper()
	if !errors.Is(err, forks.ErrGaveUp) || forks.KindOf(err) != forks.NeedsPerson {
		t.Errorf("%s: clean %v, tree %s, error %v", what, r.Clean, r.Tree, err)
	}
}

// TestAnIDOfZerosIsNothingAndNoEmptyDirectory: git 2.39 ends itself over one, so that
// nobody would confirm a merge in which a directory had gone.
func TestAnIDOfZerosIsNothingAndNoEmptyDirectory(t *testing.T) {
	t.Parallel()
	o := objects{}
	blob, err := o.Write("blob", []byte("1\n"))
	if err != nil {
		t.Fatal(err)
	}
	file := "100644 z\x00" + string(blob[:])
	for _, mode := range []string{"40000", "100644", "120000", "160000"} {
		bad := rawTree(t, o, mode+" d\x00"+string(make([]byte, 20)))
		for role, in := range map[string]Input{
			"base":   {Base: bad, Ours: rawTree(t, o), Theirs: rawTree(t, o, file)},
			"ours":   {Base: rawTree(t, o), Ours: bad, Theirs: rawTree(t, o, file)},
			"theirs": {Base: rawTree(t, o), Ours: rawTree(t, o, file), Theirs: bad},
		} {
			r, err := New(o, Options{}).Trees(context.Background(), in)
			isRefused(t, mode+" in "+role, r, err)
		}
	}
}

func TestWhatIsBeyondTheBoundsOfTheEngineNeedsAPerson(t *testing.T) {
	t.Parallel()
	o := objects{}
	sides := func(make func(side string) forks.Hash) Input {
		return Input{Base: make("base"), Ours: make("ours"), Theirs: make("theirs")}
	}
	for what, in := range map[string]Input{
		"a tree that is not sorted": sides(func(side string) forks.Hash {
			return rawTree(t, o, "100644 b\x00"+fmt.Sprintf("%020s", side), "100644 a\x00"+fmt.Sprintf("%020s", side))
		}),
		"too many directories in each other": sides(func(side string) forks.Hash { return nested(t, o, deepest+1, 1, "d", side) }),
		"too many names":                     sides(func(side string) forks.Hash { return nested(t, o, 6, 10, "d", side) }),
	} {
		e := New(o, Options{})
		e.mostNames = 20_000
		r, err := e.Trees(context.Background(), in)
		isRefused(t, what, r, err)
	}
}

// TestATreeIsReadOnlyAsFarAsAMergeCouldUseIt: what a tree has more takes no memory.
func TestATreeIsReadOnlyAsFarAsAMergeCouldUseIt(t *testing.T) {
	t.Parallel()
	const id = "12345678901234567890"
	data := []byte("100644 a\x00" + id + "100644 b\x00" + id + "100644 c\x00" + id)
	for most, ok := range map[int]bool{2: false, 3: true, 4: true} {
		if items, err := parseTreeUpTo(most, data); (err == nil) != ok || cap(items) > 4 {
			t.Errorf("up to %d: %d entries, %v", most, len(items), err)
		}
	}
}
