package merge

import (
	"context"
	"crypto/sha1"
	"fmt"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

// objects is a store that counts nothing and checks nothing.
type objects map[forks.Hash]struct {
	kind string
	data []byte
}

func (o objects) Object(id forks.Hash) (string, []byte, error) {
	found, ok := o[id]
	if !ok {
		return "", nil, fmt.Errorf("object %s is missing", id)
	}
	return found.kind, found.data, nil
}

func (o objects) Write(kind string, data []byte) (forks.Hash, error) {
	id := forks.Hash(sha1.Sum(fmt.Appendf(nil, "%s %d\x00%s", kind, len(data), data)))
	o[id] = struct {
		kind string
		data []byte
	}{kind, append([]byte(nil), data...)}
	return id, nil
}

// nested is as many directories in each other as it says, each with width names for the
// same one below it; file is what is in the lowest.
func nested(t *testing.T, o objects, depth, width int, name, file string) forks.Hash {
	t.Helper()
	blob, err := o.Write("blob", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	below := version{forks.ModeRegular, blob}
	for range depth + 1 {
		var items []item
		for i := range width {
			items = append(items, item{fmt.Sprint(name, i), below})
		}
		data, err := encodeTree(items)
		if err != nil {
			t.Fatal(err)
		}
		if below.id, err = o.Write("tree", data); err != nil {
			t.Fatal(err)
		}
		below.mode = forks.ModeDir
	}
	return below.id
}

// TestDirectoriesAreNotEntered beyond the depth that git has in newer versions.
func TestDirectoriesAreNotEnteredTooDeep(t *testing.T) {
	t.Parallel()
	for depth, deep := range map[int]bool{deepest: false, deepest + 1: true} {
		o := objects{}
		in := Input{Base: nested(t, o, depth, 1, "d", "1"), Ours: nested(t, o, depth, 1, "d", "2"), Theirs: nested(t, o, depth, 1, "d", "3")}
		r, err := New(o, Options{}).Trees(context.Background(), in)
		if (err != nil) != deep || err == nil && len(r.Stages) != 3 {
			t.Errorf("%d directories: %d stages, error %.200v", depth, len(r.Stages), err)
		}
	}
}

// TestAFewTreesThatNameTooMuchAreAnError: ten trees of ten names each are ten thousand
// million files.
func TestAFewTreesThatNameTooMuchAreAnError(t *testing.T) {
	t.Parallel()
	for what, shape := range map[string]struct {
		depth, width int
		name         string
	}{
		"many names": {9, 10, "d"},
		"long names": {200, 1, strings.Repeat("long", 4096)},
	} {
		o := objects{}
		trees := [3]forks.Hash{}
		for side := range trees {
			trees[side] = nested(t, o, shape.depth, shape.width, shape.name, fmt.Sprint(side))
		}
		e := New(o, Options{})
		e.mostNames = 20_000
		_, err := e.Trees(context.Background(), Input{Base: trees[base], Ours: trees[ours], Theirs: trees[theirs]})
		if err == nil || !strings.Contains(err.Error(), "more than 20000") {
			t.Errorf("%s: error %v", what, err)
		}
		same, err := e.Trees(context.Background(), Input{Base: trees[base], Ours: trees[base], Theirs: trees[theirs]})
		if err != nil || same.Tree != trees[theirs] {
			t.Errorf("%s, where nothing has to be opened: %v, %v", what, same.Tree, err)
		}
	}
}

// ladder is a history in levels of three commits, each of which merges the three below.
type ladder struct {
	levels map[forks.Hash]int
	ids    [][]forks.Hash
	asked  int
}

func (l *ladder) MergeBases(_ context.Context, one forks.Hash, _ ...forks.Hash) ([]forks.Hash, error) {
	if l.asked++; l.asked > 1000 {
		return nil, fmt.Errorf("asked for merge bases again and again")
	}
	if level := l.levels[one]; level > 0 {
		return append([]forks.Hash(nil), l.ids[level-1]...), nil
	}
	return nil, nil
}

func (l *ladder) Abbreviate(_ context.Context, id forks.Hash) (string, error) { return id.Short(), nil }

// TestBasesThatCrossManyTimesAreMergedOnce: without that, thirty levels would be a
// thousand million merges.
func TestBasesThatCrossManyTimesAreMergedOnce(t *testing.T) {
	t.Parallel()
	o := objects{}
	l := &ladder{levels: map[forks.Hash]int{}}
	for level := range 30 {
		l.ids = append(l.ids, nil)
		for i := range 3 {
			tree := nested(t, o, 0, 1, "a", fmt.Sprintf("1\n2\n3\n4 of %d\n5\n", i))
			id, err := o.Write("commit", fmt.Appendf(nil, "tree %s\n\n%d of level %d\n", tree, i, level))
			if err != nil {
				t.Fatal(err)
			}
			l.levels[id], l.ids[level] = level, append(l.ids[level], id)
		}
	}
	top := l.ids[29]
	r, err := New(o, Options{}).Commits(context.Background(), l, top[0], top[1], Names{Ours: "ours", Theirs: "theirs"}, false)
	if err != nil || r.Clean {
		t.Errorf("%+v, %v", r, err)
	}
}
