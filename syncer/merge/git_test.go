package merge_test

import (
	"context"
	"flag"
	"fmt"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/merge/lines"
	"github.com/auxolotl/auxsync/syncer/merge/mergetest"
)

// With -long fresh cases are tried, as many as it says, from -seed:
// `go test ./syncer/merge -run Gits -long 100000 -seed 7`.
var (
	long  = flag.Int("long", 0, "number of fresh random cases to try, beside the fixed ones")
	shown = flag.Int("shown", 5, "how many cases that are not as git merges them are made small and shown")
	seed  = flag.Uint64("seed", 1, "where fresh random cases begin, in steps of a thousand million")
)

// Cases that are tried without flags; git answers a batch at a time.
const (
	fixedCases = 2000
	batch      = 2000
)

// TestMergesAreGits merges random cases and asks git to do the same: the verdict, the
// tree, the stages and the messages are equal.
func TestMergesAreGits(t *testing.T) {
	t.Parallel()
	tried, noAnswer := compare(t, 0, fixedCases)
	for from := 0; from < *long; from += batch {
		n, a := compare(t, *seed*1_000_000_000+uint64(from), min(batch, *long-from))
		tried, noAnswer = tried+n, noAnswer+a
	}
	t.Logf("%d cases; git has no answer to %d of them", tried, noAnswer)
	if noAnswer*100 > tried {
		t.Errorf("git has no answer to %d of %d cases", noAnswer, tried)
	}
}

func compare(t *testing.T, from uint64, n int) (tried, noAnswer int) {
	t.Helper()
	s := mergetest.NewStore()
	git := mergetest.NewGit(t, t.TempDir())
	questions := make([]mergetest.Question, n)
	for i := range questions {
		questions[i] = mergetest.Random(from+uint64(i)).Question(s, mergetest.SettingsOf(from+uint64(i)))
	}
	differ := 0
	for i, answer := range git.Ask(t, s, questions...) {
		if answer.Aborted != "" {
			noAnswer++
			continue
		}
		if answer.String() == ourAnswer(s, questions[i]) {
			continue
		}
		if contradicts(t, git, s, questions[i], answer) != "" {
			noAnswer++
			continue
		}
		if differ++; differ <= *shown {
			seed := from + uint64(i)
			t.Errorf("seed %d\n%s", seed, disagreement(t, mergetest.Random(seed), mergetest.SettingsOf(seed)))
		}
	}
	if differ > 0 {
		t.Errorf("%d of %d cases from seed %d are not as git merges them", differ, n, from)
	}
	return n, noAnswer
}

// contradicts says what is impossible in git's answer, if anything is.
func contradicts(t *testing.T, git *mergetest.Git, s *mergetest.Store, q mergetest.Question, a mergetest.Answer) string {
	t.Helper()
	if bad := mergetest.Contradiction(a, nil, nil, nil); bad != "" || a.Refused != "" {
		return bad // its tree may not even be readable
	}
	git.Load(t, s, a.Tree)
	var trees [3]mergetest.Tree
	for i, id := range []forks.Hash{q.Ours, q.Theirs, a.Tree} {
		tree := id
		if i < 2 {
			var err error
			if tree, err = s.TreeOf(id); err != nil {
				t.Fatal(err)
			}
		}
		files, err := s.Files(tree)
		if err != nil {
			t.Fatal(err)
		}
		trees[i] = files
	}
	return mergetest.Contradiction(a, trees[0], trees[1], trees[2])
}

// ourAnswer is what the engine says to a question, as git would write it.
func ourAnswer(s *mergetest.Store, q mergetest.Question) string {
	result, err := engine(s, q.Settings).Trees(context.Background(), merge.Input{
		Base: q.Trees[0], Ours: q.Trees[1], Theirs: q.Trees[2],
		Names: merge.Names{Base: q.Base.String(), Ours: q.OursName(), Theirs: q.TheirsName()},
	})
	return written(result, err)
}

// written is a result as git would write it.
func written(r merge.Result, err error) string {
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	a := mergetest.Answer{Tree: r.Tree, LimitHit: r.LimitHit}
	if !r.Clean {
		a.Exit = 1
	}
	for _, s := range r.Stages {
		a.Stages = append(a.Stages, mergetest.Stage(s))
	}
	for _, m := range r.Messages {
		a.Messages = append(a.Messages, mergetest.Message(m))
	}
	return a.String()
}

func engine(s merge.Objects, settings mergetest.Settings) *merge.Engine {
	o := merge.Options{RenameLimit: settings.RenameLimit}
	o.Style = map[string]lines.Style{"diff3": lines.StyleDiff3, "zdiff3": lines.StyleZdiff3}[settings.Style]
	o.DirectoryRenames = map[string]merge.DirectoryRenames{
		"false": merge.DirectoryRenamesIgnore, "true": merge.DirectoryRenamesFollow,
	}[settings.DirectoryRenames]
	return merge.New(s, o)
}

// disagreement shows a case in which git and the engine differ, made small: what each of
// them says, and the files on which they differ.
func disagreement(t *testing.T, c mergetest.Case, settings mergetest.Settings) string {
	t.Helper()
	s := mergetest.NewStore()
	git := mergetest.NewGit(t, t.TempDir())
	differ := func(c mergetest.Case) bool {
		q := c.Question(s, settings)
		answer := git.Ask(t, s, q)[0]
		return answer.Aborted == "" && answer.String() != ourAnswer(s, q) && contradicts(t, git, s, q, answer) == ""
	}
	if !differ(c) {
		return "it is equal when it is tried again"
	}
	c = mergetest.Shrink(c, differ)
	q := c.Question(s, settings)
	answer := git.Ask(t, s, q)[0]
	return fmt.Sprintf("%+v\n%s%s", settings, c, told(t, git, s, q, answer, ourAnswer(s, q)))
}
