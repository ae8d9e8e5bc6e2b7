package main

import (
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestPicksAreDrawnWithinTheHistoryAndTheSameAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seed, n, picks := rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 300).Draw(t, "n"), rapid.IntRange(0, 60).Draw(t, "picks")
		pairs := drawPicks(rand.New(rand.NewPCG(seed, 0)), n, picks)
		if n >= 2 && len(pairs) != picks || n < 2 && len(pairs) > 0 {
			t.Fatalf("%d pairs of %d commits, want %d", len(pairs), n, picks)
		}
		for _, p := range pairs {
			if p[0] == p[1] || min(p[0], p[1]) < 0 || max(p[0], p[1]) >= n {
				t.Fatalf("pair %v of %d commits", p, n)
			}
		}
		if again := drawPicks(rand.New(rand.NewPCG(seed, 0)), n, picks); !slices.Equal(pairs, again) {
			t.Fatalf("the same seed draws %v and %v", pairs, again)
		}
	})
}

func TestHalfOfThePicksAreNearBy(t *testing.T) {
	t.Parallel()
	const n = 100_000
	near := 0
	pairs := drawPicks(rand.New(rand.NewPCG(1, 0)), n, 2000)
	for _, p := range pairs {
		if apart := max(p[0]-p[1], p[1]-p[0]); apart < 1000 {
			near++
		}
	}
	if near < 300 || near > 900 {
		t.Errorf("%d of %d picks are less than 1,000 of %d commits apart", near, len(pairs), n)
	}
}

func TestMergesAreDrawnOnceAndAllOfThemIfThereAreFew(t *testing.T) {
	t.Parallel()
	var merged []forks.Hash
	for i := range 20 {
		merged = append(merged, forks.Hash{byte(i + 1)})
	}
	for _, want := range []int{5, 20, 50} {
		seen := map[forks.Hash]bool{}
		for i, c := range drawCases(3, nil, merged, 10, want) {
			if !c.merge || seen[c.commit] || c.n != i {
				t.Errorf("case %d: %+v, seen: %v", i, c, seen[c.commit])
			}
			seen[c.commit] = true
		}
		if len(seen) != min(want, 20) {
			t.Errorf("%d merges are drawn of 20, want %d", len(seen), want)
		}
	}
}

func TestEachAspectOfAMergeIsCompared(t *testing.T) {
	t.Parallel()
	id := func(n byte) forks.Hash { return forks.Hash{n} }
	stage := func(path string, n int, of byte) forks.Stage {
		return forks.Stage{Stage: n, Mode: forks.ModeRegular, ID: id(of)}
	}
	clash := forks.MergeMessage{Paths: []string{"a"}, Kind: "CONFLICT (contents)", Text: "CONFLICT (content): a\n"}
	auto := forks.MergeMessage{Paths: []string{"a"}, Kind: "Auto-merging", Text: "Auto-merging a\n"}
	git := repo.MergeAnswer{Tree: id(1), Exit: 1, Stages: []repo.PathStage{{Path: "a", Stage: stage("a", 2, 5)}}, Messages: []forks.MergeMessage{auto, clash}}
	own := func(change func(*merge.Result)) merge.Result {
		r := merge.Result{Tree: id(1), Stages: []merge.Stage{{Path: "a", Stage: stage("a", 2, 5)}}, Messages: []merge.Message{merge.Message(auto), merge.Message(clash)}}
		change(&r)
		return r
	}
	clean := repo.MergeAnswer{Tree: id(1)}
	for _, c := range []struct {
		name  string
		git   repo.MergeAnswer
		own   merge.Result
		want  []string
		grave bool
	}{
		{"equal conflicts", git, own(func(*merge.Result) {}), nil, false},
		{"equal clean trees", clean, merge.Result{Tree: id(1), Clean: true}, nil, false},
		{"another verdict", clean, merge.Result{Tree: id(1)}, []string{aspectVerdict}, true},
		{"another clean tree", clean, merge.Result{Tree: id(2), Clean: true}, []string{aspectTree}, true},
		{"other markers", git, own(func(r *merge.Result) { r.Tree = id(2) }), []string{aspectMarkers}, false},
		{"another stage", git, own(func(r *merge.Result) { r.Stages[0].ID = id(6) }), []string{aspectStages}, false},
		{"another mode", git, own(func(r *merge.Result) { r.Stages[0].Mode = forks.ModeSymlink }), []string{aspectStages}, false},
		{"a stage more", git, own(func(r *merge.Result) { r.Stages = append(r.Stages, merge.Stage{Path: "a", Stage: stage("a", 3, 7)}) }), []string{aspectStages}, false},
		{"another path", git, own(func(r *merge.Result) { r.Stages[0].Path = "b" }), []string{aspectPaths, aspectStages}, false},
		{"a path of a message more", git, own(func(r *merge.Result) { r.Messages[1].Paths = []string{"a", "b"} }), []string{aspectPaths, aspectMessages}, false},
		{"another order of messages", git, own(func(r *merge.Result) { slices.Reverse(r.Messages) }), []string{aspectMessages}, false},
		{"a message less", git, own(func(r *merge.Result) { r.Messages = r.Messages[1:] }), []string{aspectMessages}, false},
		{"another text", git, own(func(r *merge.Result) { r.Messages[0].Text = "x\n" }), []string{aspectMessages}, false},
	} {
		var made comparison
		made.compare(c.git, c.own)
		if !slices.Equal(made.differs, c.want) || made.grave() != c.grave || len(made.details) != len(c.want) {
			t.Errorf("%s: differs in %v (grave: %v), want %v (%v); details %q", c.name, made.differs, made.grave(), c.want, c.grave, made.details)
		}
		tally := &corpusTally{NotComparable: map[string]int{}, Kinds: map[string]share{}}
		tally.add(made)
		if tally.agrees() == c.grave || (tally.Everything.Equal == 1) != (c.want == nil) {
			t.Errorf("%s: tally %+v", c.name, tally)
		}
	}
}

func TestTallyCountsEachCaseOnce(t *testing.T) {
	t.Parallel()
	tally := &corpusTally{NotComparable: map[string]int{}, Kinds: map[string]share{}}
	for _, c := range []comparison{
		{gitClean: true, clean: true},
		{kinds: []string{"CONFLICT (contents)"}},
		{gitClean: true, differs: []string{aspectVerdict}},
		{clean: true, differs: []string{aspectVerdict}},
		{failed: "it fell over"},
		{gaveUp: true},
		{skipped: "git: an object is missing", corpusCase: corpusCase{merge: true}},
	} {
		tally.add(c)
	}
	if sum := tally.Clean + tally.Conflict + tally.OnlyGitClean + tally.OnlyOwnClean + tally.EngineFailed; sum != 5 || tally.Compared != 5 || tally.Done != 7 ||
		tally.GitGaveUp != 1 || tally.NotComparable["git: an object is missing"] != 1 || tally.Merges != 1 || tally.Picks != 6 {
		t.Errorf("tally %+v", tally)
	}
	if want := (share{2, 5}); tally.Verdicts != want || tally.agrees() {
		t.Errorf("verdicts %v, want %v", tally.Verdicts, want)
	}
	if got := percent(share{99_999, 100_000}); got != "99.99" {
		t.Errorf("99,999 of 100,000 are shown as %s %%", got)
	}
}

func TestReasonsHaveNoIDs(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("0123456789", 4)
	for err, want := range map[error]string{
		&repo.MissingObjectError{ID: forks.Hash{1}}:                                "an object is missing",
		&repo.GitError{Stderr: "fatal: unable to read blob object " + id}:          "an object is missing",
		&repo.GitError{Stderr: "fatal: the tree " + id + " is odd\x1b\nand so on"}: `fatal: the tree … is odd\x1b`,
	} {
		if got := reason(err); got != want {
			t.Errorf("%v: reason %q, want %q", err, got, want)
		}
	}
}

func TestTheCommandForGitShowsTheCaseAndWritesNothing(t *testing.T) {
	t.Parallel()
	r := repotest.New(t, filepath.Join(t.TempDir(), "it's a lab.git"))
	base := r.Commit(t, "main", repotest.Ada, "base", map[string]string{"f": "1\n2\n3\n"})
	r.SetRef(t, "side", base)
	ours := r.Commit(t, "main", repotest.Ada, "ours", map[string]string{"f": "1\nours\n3\n"})
	theirs := r.Commit(t, "side", repotest.Ada, "theirs", map[string]string{"f": "1\ntheirs\n3\n"})
	before := r.Git(t, "count-objects", "-v")
	for _, c := range []corpusCase{
		{merge: true, ours: ours, theirs: theirs},
		{base: r.Tree(t, base), ours: r.Tree(t, ours), theirs: r.Tree(t, theirs)},
	} {
		auxsync, git := c.reproduce(r.Dir)
		cmd := exec.CommandContext(t.Context(), "sh", "-c", git)
		cmd.Env = append(repotest.Env(), "TMPDIR="+t.TempDir())
		out, err := cmd.CombinedOutput()
		if failure, ok := err.(*exec.ExitError); !ok || failure.ExitCode() != 1 || !strings.Contains(string(out), "CONFLICT (content): Merge conflict in f") {
			t.Errorf("%s\n%v\n%s", git, err, out)
		}
		if !strings.Contains(auxsync, "auxsync debug merge-tree ") || strings.Contains(auxsync, "\n") {
			t.Errorf("the other command is %s", auxsync)
		}
	}
	if after := r.Git(t, "count-objects", "-v"); !reflect.DeepEqual(before, after) {
		t.Errorf("objects after:\n%s\nbefore:\n%s", after, before)
	}
}
