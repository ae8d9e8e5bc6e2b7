package merge_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/merge/lines"
	"github.com/auxolotl/auxsync/syncer/merge/mergetest"
)

// drawCase draws one of the random cases with its settings.
func drawCase(rt *rapid.T) (mergetest.Case, mergetest.Settings) {
	seed := rapid.Uint64().Draw(rt, "seed")
	return mergetest.Random(seed), mergetest.SettingsOf(seed)
}

// merged merges three trees by their ids.
func merged(rt *rapid.T, e *merge.Engine, base, ours, theirs forks.Hash) merge.Result {
	rt.Helper()
	r, err := e.Trees(context.Background(), merge.Input{Base: base, Ours: ours, Theirs: theirs,
		Names: merge.Names{Base: "base", Ours: "ours", Theirs: "theirs"}})
	if err != nil {
		rt.Fatalf("merge: %v", err)
	}
	return r
}

func TestAMergeWithNothingNewOnOneSideIsTheOtherSide(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c, settings := drawCase(rt)
		s := mergetest.NewStore()
		e := engine(s, settings)
		base, ours := s.Tree(c.Base), s.Tree(c.Ours)
		for _, r := range []merge.Result{merged(rt, e, base, ours, base), merged(rt, e, base, base, ours), merged(rt, e, base, ours, ours)} {
			if r.Tree != ours || !r.Clean || len(r.Stages)+len(r.Messages)+len(r.Conflicts) > 0 {
				rt.Fatalf("%s\nmerged to %+v", c, r)
			}
		}
	})
}

func TestACleanMergeIsTheSameFromBothSides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c, settings := drawCase(rt)
		s := mergetest.NewStore()
		e := engine(s, settings)
		base, ours, theirs := s.Tree(c.Base), s.Tree(c.Ours), s.Tree(c.Theirs)
		r, back := merged(rt, e, base, ours, theirs), merged(rt, e, base, theirs, ours)
		if r.Clean && back.Clean && r.Tree != back.Tree {
			rt.Fatalf("%s\nmerged to %+v\nand the other way around to %+v", c, r, back)
		}
	})
}

// TestAStackAndItsReverseGiveTheBase picks a stack of patches onto its own base, where it
// is itself, then each patch's reverse, newest first: what is left is the base.
func TestAStackAndItsReverseGiveTheBase(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := mergetest.NewStore()
		e := engine(s, mergetest.Settings{DirectoryRenames: "false"})
		first := mergetest.Random(rapid.Uint64().Draw(rt, "seed"))
		stack := []forks.Hash{s.Tree(first.Base), s.Tree(first.Ours)}
		for n := rapid.IntRange(0, 4).Draw(rt, "more"); n > 0; n-- {
			files, err := s.Files(stack[len(stack)-1])
			if err != nil {
				rt.Fatal(err)
			}
			stack = append(stack, s.Tree(mergetest.Changed(files, rapid.Uint64().Draw(rt, "patch"))))
		}
		tree := stack[0]
		for i := 1; i < len(stack); i++ {
			r := merged(rt, e, stack[i-1], tree, stack[i])
			if tree = r.Tree; !r.Clean || tree != stack[i] {
				rt.Fatalf("patch %d on its own parent: %+v", i, r)
			}
		}
		for i := len(stack) - 1; i > 0; i-- {
			r := merged(rt, e, stack[i], tree, stack[i-1])
			if tree = r.Tree; !r.Clean || tree != stack[i-1] {
				rt.Fatalf("reverse of patch %d: %+v", i, r)
			}
		}
	})
}

// TestStagesTellWhatIsInConflict holds what a result says against itself: stages are
// sorted, of the three inputs, and there if and only if the merge is not clean.
func TestStagesTellWhatIsInConflict(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c, settings := drawCase(rt)
		s := mergetest.NewStore()
		r := merged(rt, engine(s, settings), s.Tree(c.Base), s.Tree(c.Ours), s.Tree(c.Theirs))
		sorted := slices.IsSortedFunc(r.Stages, func(a, b merge.Stage) int {
			return max(min(strings.Compare(a.Path, b.Path)*2+a.Stage.Stage-b.Stage.Stage, 1), -1)
		})
		if !sorted {
			rt.Errorf("stages are not sorted: %v", r.Stages)
		}
		if r.Clean && len(r.Stages) > 0 {
			rt.Errorf("clean, with %d stages", len(r.Stages))
		}
		if marked := strings.Contains(fmt.Sprint(r.Messages), "involved in collision"); (r.Clean && !marked) != (len(r.Conflicts) == 0) {
			rt.Errorf("clean %v, markers left %v, with %d conflicts", r.Clean, marked, len(r.Conflicts))
		}
		stages := 0
		for _, c := range r.Conflicts {
			stages += len(c.Stages)
			if c.Kind == "" || c.Kind == forks.OtherConflict {
				rt.Errorf("%q is in conflict, and nobody knows of what kind: %+v", c.Path, c)
			}
			checkHunks(rt, s, c)
		}
		if stages != len(r.Stages) {
			rt.Errorf("%d of %d stages are in conflicts", stages, len(r.Stages))
		}
		for _, m := range r.Messages {
			if len(m.Paths) == 0 || !strings.HasSuffix(m.Text, "\n") || m.Kind == "" {
				rt.Errorf("message %+v", m)
			}
		}
		if _, err := s.Files(r.Tree); err != nil {
			rt.Errorf("the tree of the result is not whole: %v", err)
		}
	})
}

// TestWhatIsWrittenIsSound merges many cases and lets git look at all objects.
func TestWhatIsWrittenIsSound(t *testing.T) {
	t.Parallel()
	s := mergetest.NewStore()
	for seed := range uint64(400) {
		c := mergetest.Random(seed)
		r, err := engine(s, mergetest.SettingsOf(seed)).Trees(context.Background(), input(s, c))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		s.Commit(fmt.Sprintf("result of %d", seed), r.Tree)
	}
	if id, damaged := s.Damaged(); damaged {
		t.Errorf("object %s was changed after it was read", id)
	}
	git := mergetest.NewGit(t, t.TempDir())
	git.Take(t, s)
	git.Fsck(t)
}

func input(s *mergetest.Store, c mergetest.Case) merge.Input {
	return merge.Input{Base: s.Tree(c.Base), Ours: s.Tree(c.Ours), Theirs: s.Tree(c.Theirs),
		Names: merge.Names{Base: "base", Ours: "ours", Theirs: "theirs"}}
}

// TestAMissingObjectIsAnError takes away, one by one, all that a merge reads.
func TestAMissingObjectIsAnError(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		s := mergetest.NewStore()
		e := engine(s, mergetest.SettingsOf(seed))
		in := input(s, mergetest.Random(seed))
		s.Reads()
		if _, err := e.Trees(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		for _, id := range s.Reads() {
			restore := s.Hide(id)
			r, err := e.Trees(context.Background(), in)
			restore()
			if missing, ok := errors.AsType[*mergetest.MissingError](err); !ok || missing.ID != id {
				t.Fatalf("seed %d: without %s: %+v, %v", seed, id, r, err)
			}
		}
	}
}

// TestAMissingFileIsAnErrorInEachRole names what is read in which role, so that a merge
// that reads less cannot hide it.
func TestAMissingFileIsAnErrorInEachRole(t *testing.T) {
	t.Parallel()
	c := mergetest.Case{Base: mergetest.Parse("d/a = 1..9; m = m1..9"), Ours: mergetest.Parse("d/a = x 2..9; n = m1..8 x"), Theirs: mergetest.Parse("d/a = 1..8 y; m = y m2..9")}
	for path, tree := range map[string]mergetest.Tree{"base d/a": c.Base, "ours d/a": c.Ours, "theirs d/a": c.Theirs, "base m": c.Base, "ours n": c.Ours, "theirs m": c.Theirs} {
		s := mergetest.NewStore()
		in := input(s, c)
		_, name, _ := strings.Cut(path, " ")
		id := s.Tree(mergetest.Tree{"x": tree[name]})
		blob, err := s.Entry(id, "x")
		if err != nil {
			t.Fatal(err)
		}
		s.Hide(blob)
		if r, err := merge.New(s, merge.Options{}).Trees(context.Background(), in); err == nil {
			t.Errorf("%s is missing: %+v", path, r)
		}
	}
	for role, tree := range map[string]mergetest.Tree{"base": c.Base, "ours": c.Ours, "theirs": c.Theirs} {
		s := mergetest.NewStore()
		in := input(s, c)
		s.Hide(s.Tree(mergetest.Tree{"a": tree["d/a"]}))
		if r, err := merge.New(s, merge.Options{}).Trees(context.Background(), in); err == nil {
			t.Errorf("directory d of %s is missing: %+v", role, r)
		}
	}
}

// TestAnObjectOfAnotherKindIsAnError puts blobs where trees belong.
func TestAnObjectOfAnotherKindIsAnError(t *testing.T) {
	t.Parallel()
	s := mergetest.NewStore()
	in := input(s, mergetest.Case{Base: mergetest.Parse("a = 1"), Ours: mergetest.Parse("a = 2"), Theirs: mergetest.Parse("a = 3")})
	blob, err := s.Write("blob", []byte("100644 a\x00"))
	if err != nil {
		t.Fatal(err)
	}
	malformed, err := s.Write("tree", []byte("100644 a\x00too short"))
	if err != nil {
		t.Fatal(err)
	}
	slash, err := s.Write("tree", append([]byte("100644 a/b\x00"), in.Ours[:]...))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []forks.Hash{blob, malformed, slash} {
		for role, to := range map[string]func(*merge.Input){
			"base": func(in *merge.Input) { in.Base = bad }, "ours": func(in *merge.Input) { in.Ours = bad }, "theirs": func(in *merge.Input) { in.Theirs = bad },
		} {
			changed := in
			to(&changed)
			if r, err := merge.New(s, merge.Options{}).Trees(context.Background(), changed); err == nil {
				t.Errorf("%s is no tree: %+v", role, r)
			}
		}
	}
}

// TestMergesAtTheSameTimeAreTheSame merges the same cases on one engine in several
// goroutines.
// checkHunks sees that the lines of a conflict are lines of its blobs.
func checkHunks(rt *rapid.T, s *mergetest.Store, c merge.Conflict) {
	var count [3]int
	for side, id := range c.Blobs {
		if id.IsZero() {
			continue
		}
		_, text, err := s.Object(id)
		if err != nil {
			rt.Fatal(err)
		}
		count[side] = len(slices.Collect(bytes.Lines(text)))
	}
	for _, h := range c.Hunks {
		for side, r := range []lines.Range{h.Base, h.Ours, h.Theirs} {
			if r.Start > r.End || r.End > count[side] {
				rt.Errorf("%q: lines %v of %d", c.Path, r, count[side])
			}
		}
	}
}

func TestMergesAtTheSameTimeAreTheSame(t *testing.T) {
	t.Parallel()
	s := mergetest.NewStore()
	e := engine(s, mergetest.Settings{Style: "diff3"})
	inputs := make([]merge.Input, 100)
	for i := range inputs {
		inputs[i] = input(s, mergetest.Random(uint64(i)))
	}
	results := make([][]string, 4)
	var group sync.WaitGroup
	for g := range results {
		group.Go(func() {
			results[g] = make([]string, len(inputs))
			for k := range inputs {
				i := (k*7 + g*25) % len(inputs)
				results[g][i] = written(e.Trees(context.Background(), inputs[i]))
			}
		})
	}
	group.Wait()
	for g, list := range results {
		if !slices.Equal(list, results[0]) {
			t.Errorf("goroutine %d got something else", g)
		}
	}
}

// TestAMergeEndsWithItsContext sees that nobody waits for a merge that no one wants.
func TestAMergeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := mergetest.NewStore()
	in := input(s, mergetest.Case{Base: mergetest.Parse("a = 1..9"), Ours: mergetest.Parse("b = 1..8 x"), Theirs: mergetest.Parse("a = y 2..9")})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if r, err := merge.New(s, merge.Options{}).Trees(ctx, in); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestNothingIsLostToWhatIsMovedAlong has no oracle: git 2.39 has not looked into the
// directory to which a file is moved along, or deletes the file in its way, and loses one.
func TestNothingIsLostToWhatIsMovedAlong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, base, ours, theirs, files, inConflict string }{
		{"a file in a directory that nobody changed", "d/s/a = 1..9; e/s/t/k = k", "e/a = 1..9; e/s/t/k = k", "d/s/a = 1..9; d/s/s/t/k = n; d/s/new = n; e/s/t/k = k",
			"d/s/s/t/k = n; e/a = 1..9; e/new = n; e/s/t/k = k", "directory rename d/s/s/t/k; directory rename e/s/t/k"},
		{"below a file that is deleted", "d/j = 1..9; e/a = k", "d/a/i = i; d/j = 1..9; d/new = n; e/a = k", "e/j = 1..9",
			"e/a/i = i; e/a~theirs = k; e/j = 1..9; e/new = n", "file/directory e/a; file/directory e/a~theirs"},
	} {
		s := mergetest.NewStore()
		in := input(s, mergetest.Case{Base: mergetest.Parse(c.base), Ours: mergetest.Parse(c.ours), Theirs: mergetest.Parse(c.theirs)})
		r, err := merge.New(s, merge.Options{DirectoryRenames: merge.DirectoryRenamesFollow}).Trees(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		files, err := s.Files(r.Tree)
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(files, mergetest.Parse(c.files)) {
			t.Errorf("%s: files\n%s", c.name, files)
		}
		var told []string
		for _, conflict := range r.Conflicts {
			told = append(told, fmt.Sprint(conflict.Kind, " ", conflict.Path))
		}
		if got := strings.Join(told, "; "); r.Clean || got != c.inConflict {
			t.Errorf("%s: clean %v, in conflict\n%s, want\n%s", c.name, r.Clean, got, c.inConflict)
		}
	}
}

// TestMovesAreNotLookedForWhenToldSo has no oracle: git 2.39 looks for them in any case.
func TestMovesAreNotLookedForWhenToldSo(t *testing.T) {
	t.Parallel()
	s := mergetest.NewStore()
	in := input(s, mergetest.Case{Base: mergetest.Parse("a = 1..9"), Ours: mergetest.Parse("b = 1..9"), Theirs: mergetest.Parse("a = 1..8 x")})
	r, err := merge.New(s, merge.Options{NoRenames: true}).Trees(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	files, err := s.Files(r.Tree)
	if err != nil {
		t.Fatal(err)
	}
	if want := mergetest.Parse("a = 1..8 x; b = 1..9"); r.Clean || !maps.Equal(files, want) {
		t.Errorf("clean %v, files\n%s, want\n%s", r.Clean, files, want)
	}
	if len(r.Messages) != 1 || r.Messages[0].Kind != "CONFLICT (modify/delete)" {
		t.Errorf("messages %+v", r.Messages)
	}
}

// TestTheZeroIDIsTheEmptyTree leaves out each input.
func TestTheZeroIDIsTheEmptyTree(t *testing.T) {
	t.Parallel()
	s := mergetest.NewStore()
	whole := input(s, mergetest.Case{Ours: mergetest.Parse("a = 1"), Theirs: mergetest.Parse("b = 2")})
	zero := whole
	zero.Base = forks.Hash{}
	e := merge.New(s, merge.Options{})
	want := written(e.Trees(context.Background(), whole))
	if got := written(e.Trees(context.Background(), zero)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, err := e.Trees(context.Background(), merge.Input{}); err != nil || !got.Clean {
		t.Errorf("nothing at all: %+v, %v", got, err)
	} else if _, data, err := s.Object(got.Tree); err != nil || !bytes.Equal(data, nil) {
		t.Errorf("nothing at all: %q, %v", data, err)
	}
}
