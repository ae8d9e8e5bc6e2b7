package merge_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge/mergetest"
)

// Cases by hand: each says what a merge must make of it, git is asked whether that is so,
// and the engine is held against all that git says.

// handCase is one merge of trees, written as [mergetest.Parse] reads them.
type handCase struct {
	name               string
	base, ours, theirs string
	// says is what is in conflict, and what was moved along: "kind path" in the order of
	// the messages, "; " between them. A kind is git's, without the word CONFLICT and
	// its brackets. Empty is a clean merge.
	says string
	// files are the paths of the result; ours and theirs are what the sides are called.
	files    string
	settings mergetest.Settings
	names    [2]string
}

// commit is one commit of a history: its name, its parents' names, its tree. The last
// two commits of a history are merged.
type commit struct{ name, parents, tree string }

// historyCase is a merge of commits.
type historyCase struct {
	name      string
	commits   []commit
	says      string
	files     string
	settings  mergetest.Settings
	unrelated bool
}

// follow moves new files along with their directory, as merges of people often do.
func follow() mergetest.Settings { return mergetest.Settings{DirectoryRenames: "true"} }

func runCases(t *testing.T, cases []handCase) {
	t.Helper()
	s := mergetest.NewStore()
	git := mergetest.NewGit(t, t.TempDir())
	var questions []mergetest.Question
	for _, c := range cases {
		trees := mergetest.Case{Base: mergetest.Parse(c.base), Ours: mergetest.Parse(c.ours), Theirs: mergetest.Parse(c.theirs)}
		q := trees.Question(s, c.settings)
		q.Names = c.names
		questions = append(questions, q)
	}
	answers := git.Ask(t, s, questions...)
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			judge(t, git, s, questions[i], answers[i], c.says, c.files)
			if ours := ourAnswer(s, questions[i]); ours != answers[i].String() {
				t.Errorf("%+v\n%s", c.settings, told(t, git, s, questions[i], answers[i], ours))
			}
		})
	}
}

func runHistories(t *testing.T, cases []historyCase) {
	t.Helper()
	s := mergetest.NewStore()
	git := mergetest.NewGit(t, t.TempDir())
	var questions []mergetest.Question
	for _, c := range cases {
		ids := map[string]forks.Hash{}
		for _, made := range c.commits {
			var parents []forks.Hash
			for name := range strings.FieldsSeq(made.parents) {
				parents = append(parents, ids[name])
			}
			ids[made.name] = s.Commit(c.name+": "+made.name, s.Tree(mergetest.Parse(made.tree)), parents...)
		}
		n := len(c.commits)
		questions = append(questions, mergetest.Question{
			Ours: ids[c.commits[n-2].name], Theirs: ids[c.commits[n-1].name], Settings: c.settings, Unrelated: c.unrelated,
		})
	}
	answers := git.Ask(t, s, questions...)
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			q := questions[i]
			judge(t, git, s, q, answers[i], c.says, c.files)
			if ours := historyAnswer(git, s, q); ours != answers[i].String() {
				t.Errorf("%+v\n%s", c.settings, told(t, git, s, q, answers[i], ours))
			}
		})
	}
}

// history finds merge bases by asking git.
type history struct{ git *mergetest.Git }

func (h history) MergeBases(_ context.Context, one forks.Hash, others ...forks.Hash) ([]forks.Hash, error) {
	return h.git.MergeBases(one, others...)
}

// Abbreviate leaves the id as it is: git is asked with ids of all 40 digits, too.
func (h history) Abbreviate(_ context.Context, id forks.Hash) (string, error) {
	return id.String(), nil
}

// judge holds what the table says against what git says.
func judge(t *testing.T, git *mergetest.Git, s *mergetest.Store, q mergetest.Question, a mergetest.Answer, says, files string) {
	t.Helper()
	var list []string
	for _, m := range a.Messages {
		if m.Kind != "Auto-merging" {
			kind := strings.TrimLeft(strings.TrimPrefix(m.Kind, "CONFLICT"), " ")
			list = append(list, strings.Trim(kind, "()")+" "+strings.Join(m.Paths, ","))
		}
	}
	said := shortened(q, strings.Join(list, "; "))
	if said != says {
		t.Errorf("the table expects\n%q, git says\n%q", says, said)
	}
	if (says == "") != a.Clean() && a.Exit != 0 {
		t.Errorf("the table expects %q, git's exit code is %d", says, a.Exit)
	}
	git.Load(t, s, a.Tree)
	tree, err := s.Files(a.Tree)
	if err != nil {
		t.Fatal(err)
	}
	paths := tree.Paths()
	for i := range paths {
		paths[i] = shortened(q, paths[i])
	}
	slices.Sort(paths)
	if got := strings.Join(paths, " "); got != files {
		t.Errorf("the table expects the files\n%q, git leaves\n%q", files, got)
	}
}

// shortened calls the commits by their roles.
func shortened(q mergetest.Question, text string) string {
	return strings.NewReplacer(q.Ours.String(), "ours", q.Theirs.String(), "theirs", q.Base.String(), "base").Replace(text)
}

// told shows what git says and what we say, with the files where the trees differ.
func told(t *testing.T, git *mergetest.Git, s *mergetest.Store, q mergetest.Question, a mergetest.Answer, ours string) string {
	t.Helper()
	if a.Tree.IsZero() {
		return "git says:\n" + a.String() + "we say:\n" + ours
	}
	git.Load(t, s, a.Tree)
	gits, err := s.Files(a.Tree)
	if err != nil {
		t.Fatal(err)
	}
	text := "git says:\n" + a.String() + "in files\n" + gits.String() + "we say:\n" + ours
	if _, hex, ok := strings.Cut(ours, "tree "); ok {
		if id, err := forks.ParseHash(hex[:40]); err == nil && id != a.Tree {
			files, err := s.Files(id)
			if err != nil {
				t.Error(err)
			}
			text += "in files\n" + files.String()
		}
	}
	return shortened(q, text)
}

// Settings of single cases.

func style(name string) mergetest.Settings { return mergetest.Settings{Style: name} }
func stay() mergetest.Settings             { return mergetest.Settings{DirectoryRenames: "false"} }
func limited(limit int) mergetest.Settings { return mergetest.Settings{RenameLimit: limit} }
