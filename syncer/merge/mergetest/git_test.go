package mergetest_test

import (
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/syncer/merge/mergetest"
)

func TestGitIsAskedForWhatTheCaseSays(t *testing.T) {
	t.Parallel()
	s := mergetest.NewStore()
	git := mergetest.NewGit(t, t.TempDir())
	c := mergetest.Case{Base: mergetest.Parse("a = 1 2 3"), Ours: mergetest.Parse("a = 1 x 3"), Theirs: mergetest.Parse("a = 1 y 3")}
	q := c.Question(s, mergetest.Settings{Style: "diff3"})
	named := q
	named.Names = [2]string{"main", "topic"}
	answers := git.Ask(t, s, q, named)
	if a := answers[0]; a.Exit != 1 || a.Clean() || len(a.Stages) != 3 || len(a.Messages) != 2 {
		t.Errorf("%s", a)
	}
	git.Load(t, s, answers[1].Tree)
	files, err := s.Files(answers[1].Tree)
	if err != nil {
		t.Fatal(err)
	}
	want := "1\n<<<<<<< main\nx\n||||||| " + q.Base.String() + "\n2\n=======\ny\n>>>>>>> topic\n3\n"
	if got := files["a"].Content; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestHistoriesThatHaveNothingInCommonAreRefused(t *testing.T) {
	t.Parallel()
	s := mergetest.NewStore()
	git := mergetest.NewGit(t, t.TempDir())
	q := mergetest.Question{Ours: s.Commit("ours", s.Tree(mergetest.Parse("a = 1"))), Theirs: s.Commit("theirs", s.Tree(mergetest.Parse("b = 1")))}
	allowed := q
	allowed.Unrelated = true
	answers := git.Ask(t, s, q, allowed)
	if !strings.Contains(answers[0].Refused, "unrelated") || answers[1].Refused != "" || !answers[1].Clean() {
		t.Errorf("%v", answers)
	}
	if bases, err := git.MergeBases(q.Ours, q.Theirs); err != nil || len(bases) > 0 {
		t.Errorf("bases %v, %v", bases, err)
	}
}

// TestAnswersThatContradictThemselves repeats what git 2.39 does: it loses a file.
func TestAnswersThatContradictThemselves(t *testing.T) {
	t.Parallel()
	a := mergetest.Answer{}
	both := mergetest.Parse("kept = 1; lost = 1")
	if mergetest.Contradiction(a, both, both, mergetest.Parse("kept = 1")) == "" {
		t.Error("a file that is on both sides may be gone")
	}
	if bad := mergetest.Contradiction(a, both, both, both); bad != "" {
		t.Error(bad)
	}
	a.Stages = []mergetest.Stage{{Path: "kept/below"}}
	a.Stages[0].Stage.Stage, a.Stages[0].Mode = 2, 0o100644
	if mergetest.Contradiction(a, nil, nil, both) == "" {
		t.Error("a file may be below a file")
	}
	moved := mergetest.Answer{Messages: []mergetest.Message{{Paths: []string{"kept/below", "x"}, Kind: "Path updated due to directory rename"}}}
	if mergetest.Contradiction(moved, nil, nil, mergetest.Parse("x = 1")) == "" {
		t.Error("a file may be moved to nowhere")
	}
	moved.Messages = append(moved.Messages, mergetest.Message{Paths: []string{"kept/below"}, Kind: "CONFLICT (modify/delete)", Text: "more about it"})
	if bad := mergetest.Contradiction(moved, nil, nil, mergetest.Parse("x = 1")); bad != "" {
		t.Error(bad)
	}
	if mergetest.Contradiction(moved, nil, nil, both) == "" {
		t.Error("a file may be moved below a file")
	}
	a.Stages[0] = mergetest.Stage{Path: "x"}
	if mergetest.Contradiction(a, nil, nil, nil) == "" {
		t.Error("an entry may have mode 0")
	}
}

func TestShrinkKeepsWhatFails(t *testing.T) {
	t.Parallel()
	fails := func(c mergetest.Case) bool { return strings.Contains(c.Ours["d/a"].Content, "x\n") }
	c := mergetest.Case{Base: mergetest.Parse("d/a = 1..9; b = 1"), Ours: mergetest.Parse("d/a = 1..4 x 5; c = 2"), Theirs: mergetest.Parse("d/a = 1..3")}
	small := mergetest.Shrink(c, fails)
	if want := (mergetest.Case{Ours: mergetest.Parse("d/a = x")}); small.String() != want.String() {
		t.Errorf("%s", small)
	}
}
