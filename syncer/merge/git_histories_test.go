package merge_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/merge/mergetest"
)

// fixedHistories is how many histories that cross are tried without flags.
const fixedHistories = 300

// TestMergesOverSeveralBasesAreGits merges random histories that cross: two or three
// commits on a base, and two merges of them that go on from what one of them had.
func TestMergesOverSeveralBasesAreGits(t *testing.T) {
	t.Parallel()
	s := mergetest.NewStore()
	git := mergetest.NewGit(t, t.TempDir())
	n := max(fixedHistories, *long/10)
	from := uint64(0)
	if *long > 0 {
		from = *seed * 1_000_000_000
	}
	var questions []mergetest.Question
	for i := range uint64(n) {
		questions = append(questions, crossing(s, from+i))
	}
	noAnswer, differ := 0, 0
	for i, answer := range git.Ask(t, s, questions...) {
		q := questions[i]
		ours := historyAnswer(git, s, q)
		if answer.Aborted == "" && ours == answer.String() {
			continue
		}
		if answer.Aborted != "" || contradicts(t, git, s, q, answer) != "" {
			noAnswer++
			continue
		}
		if differ++; differ <= *shown {
			t.Errorf("seed %d: %+v\n%s\n%s", from+uint64(i), q.Settings, ancestry(t, s, git, q), told(t, git, s, q, answer, ours))
		}
	}
	if differ > 0 || noAnswer*50 > n {
		t.Errorf("of %d histories git has no answer to %d, and %d are not as git merges them", n, noAnswer, differ)
	}
}

// crossing draws a history that crosses. Every fifth has three bases, every seventh
// crosses twice, every third has commits of different dates.
func crossing(s *mergetest.Store, seed uint64) mergetest.Question {
	c := mergetest.Random(seed)
	commit := s.Commit
	if seed%3 == 0 {
		at := seed
		commit = func(subject string, tree forks.Hash, parents ...forks.Hash) forks.Hash {
			at = at*6364136223846793005 + 1442695040888963407
			return s.CommitAfter(1000*uint64(len(parents))+at>>54, subject, tree, parents...)
		}
	}
	base := commit("base", s.Tree(c.Base))
	tips := []forks.Hash{commit("left", s.Tree(c.Ours), base), commit("right", s.Tree(c.Theirs), base)}
	trees := []mergetest.Tree{c.Ours, c.Theirs}
	if seed%5 == 0 {
		trees = append(trees, mergetest.Changed(c.Base, seed))
		tips = append(tips, commit("middle", s.Tree(trees[2]), base))
	}
	rounds := 1
	if seed%7 == 0 {
		rounds = 2
	}
	for round := range uint64(rounds) {
		ours := mergetest.Changed(trees[(seed+round)%2], seed+10*round+1)
		theirs := mergetest.Changed(trees[(seed/2+round)%uint64(len(trees))], seed+10*round+2)
		next := []forks.Hash{commit(fmt.Sprint("ours ", round), s.Tree(ours), tips...), commit(fmt.Sprint("theirs ", round), s.Tree(theirs), tips...)}
		tips, trees = next, []mergetest.Tree{ours, theirs}
	}
	return mergetest.Question{Ours: tips[0], Theirs: tips[1], Settings: mergetest.SettingsOf(seed)}
}

func historyAnswer(git *mergetest.Git, s *mergetest.Store, q mergetest.Question) string {
	return written(engine(s, q.Settings).Commits(context.Background(), history{git}, q.Ours, q.Theirs,
		merge.Names{Ours: q.OursName(), Theirs: q.TheirsName()}, q.Unrelated))
}

// ancestry shows the trees of two commits and of their merge bases.
func ancestry(t *testing.T, s *mergetest.Store, git *mergetest.Git, q mergetest.Question) string {
	t.Helper()
	bases, err := git.MergeBases(q.Ours, q.Theirs)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, id := range append(bases, q.Ours, q.Theirs) {
		tree, err := s.TreeOf(id)
		if err != nil {
			t.Fatal(err)
		}
		files, err := s.Files(tree)
		if err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintf("commit %s:\n%s", shortened(q, id.String()), files)
	}
	return text
}
