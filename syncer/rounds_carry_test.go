package syncer_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

var firstHunk = regexp.MustCompile(`(?s)<<<<<<< .*?>>>>>>> [^\n]*\n`)

// settleFirst puts a line in the place of the first hunk of a.nix that is in conflict.
func (w *world) settleFirst(p forks.Proposal, line string) string {
	w.t.Helper()
	text, _ := w.fork.File(w.t, fixOf(p), "a.nix")
	at := firstHunk.FindStringIndex(text)
	if at == nil {
		w.t.Fatalf("there is no conflict in\n%s", text)
	}
	return text[:at[0]] + line + "\n" + text[at[1]:]
}

func TestACommitThatSettlesOneHunkIsCarriedToAnotherCause(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	w.fork.Commit(t, "main", repotest.Grace, "a: fork change", files{"a.nix": lines("a", 1, 12, "2=fork;", "10=fork too;")})
	w.adopt()
	both := files{"a.nix": lines("a", 1, 12, "2=up;", "10=up too;")}
	w.up.Commit(t, "main", repotest.Ada, "a: both", both)
	w.sync()
	p := w.only()
	w.fork.Commit(t, fixOf(p), repotest.Ada, "the first of the two", files{"a.nix": w.settleFirst(p, "fork and up;")})
	w.up.Commit(t, "main", repotest.Ada, "a: as it was", files{"a.nix": lines("a", 1, 12)})
	cause := w.up.Commit(t, "main", repotest.Ada, "a: both again", both)
	w.sync()
	next := w.only()
	if next.Conflict.Cause != cause || next.Round != 1 || next.Follows != p.ID || next.Carry == nil || next.Carry.Commits != 1 || next.Carry.Because != "" {
		t.Fatalf("it is %+v with %+v", next, next.Carry)
	}
	text, _ := w.fork.File(t, fixOf(next), "a.nix")
	if strings.Count(text, "<<<<<<<") != 1 || !strings.Contains(text, "<<<<<<< upstream "+cause.Short()+" (a: both again)\n") || !strings.Contains(text, "fork and up;\n") {
		t.Errorf("fix has\n%s", text)
	}
	if text, _ := w.fork.File(t, fixOf(next), pulls.ConflictFileName); !strings.Contains(text, string(next.ID)) {
		t.Errorf("the conflict file is that of another conflict:\n%s", text)
	}
}

func TestWhatNobodyHasSeenIsNotSettledByWhatIsCarriedOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	w.fork.Commit(t, "main", repotest.Grace, "a, b: fork change", files{"a.nix": lines("a", 1, 12, "2=fork;"), "b.nix": lines("b", 1, 12, "2=fork;")})
	w.adopt()
	w.up.Commit(t, "main", repotest.Ada, "a: two", files{"a.nix": lines("a", 1, 12, "2=up;")})
	w.sync()
	p := w.only()
	w.fork.Commit(t, fixOf(p), repotest.Ada, "done", files{"a.nix": w.settleFirst(p, "fork and up;"), pulls.ConflictFileName: repotest.Delete})
	w.sync()
	if got := w.only().Status; got != forks.Ready {
		t.Fatalf("it is %s", got)
	}
	w.up.Commit(t, "main", repotest.Ada, "b: gone", files{"b.nix": repotest.Delete})
	w.ask(forks.VerbLatest, p.ID, "mona", "")
	w.sync()
	next := w.only()
	if next.Status != forks.Open || next.Carry == nil || next.Carry.Commits != 1 || len(next.Conflict.Files) != 2 {
		t.Errorf("it is %+v with %+v", next, next.Carry)
	}
	if text, _ := w.fork.File(t, fixOf(next), pulls.ConflictFileName); !strings.Contains(text, "b.nix") {
		t.Errorf("nothing says what has to be settled: %q", text)
	}
	if text, _ := w.fork.File(t, fixOf(next), "a.nix"); !strings.Contains(text, "fork and up;\n") || strings.Contains(text, "<<<<<<<") {
		t.Errorf("a.nix is\n%s", text)
	}
	w.sync()
	if got := w.only().Status; got != forks.Open {
		t.Errorf("a pass later it is %s", got)
	}
}

func TestAMergeThatGitMakesByItselfIsPassedOverAndAnotherEndsTheCarrying(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		more    files // in the merge, beyond what git does
		commits int
		because string
	}{
		"by itself": {nil, 2, ""},
		"by hand":   {files{"b.nix": "by hand\n"}, 0, "holds work of its own"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p, _ := touched(t, onGit, "d.nix", "mine\n")
			merged := files{"f.nix": lines("f", 1, 12, "5=two;")}
			for path, text := range c.more {
				merged[path] = text
			}
			w.fork.Git(t, "fetch", "--quiet", w.up.Dir, "main:refs/heads/upstream-main")
			w.fork.Merge(t, fixOf(p), repotest.Ada, "merge upstream", w.up.Tip(t, "main"), merged)
			w.fork.Git(t, "update-ref", "-d", "refs/heads/upstream-main")
			work := w.fork.Commit(t, fixOf(p), repotest.Ada, "and on", files{"d.nix": "mine\nand on\n"})
			w.ask(forks.VerbLatest, p.ID, "mona", "")
			w.sync()
			next := w.only()
			if next.Carry == nil || next.Carry.Tip.IsZero() != (c.commits == 0) || next.Carry.Work != work || !strings.Contains(next.Carry.Because, c.because) {
				t.Fatalf("it is %+v with %+v", next, next.Carry)
			}
			if c.commits > 0 && next.Carry.Commits != c.commits {
				t.Errorf("%d commits are carried over", next.Carry.Commits)
			}
		})
	}
}

func TestAnAnswerBesideTheFixBranchIsCarriedOverFromOnto(t *testing.T) {
	t.Parallel()
	w := conflicted(t, onGit)
	w.bump("a")
	w.sync()
	p := w.only()
	onto := strings.TrimPrefix(string(forks.OntoRef("aux-main", p.ID)), "refs/heads/")
	work := w.fork.Commit(t, onto, repotest.Ada, "squashed, with more", files{"a.nix": lines("a", 1, 12, "5=both;", "11=fork too;"), "d.nix": "mine\n"})
	w.sync()
	if got := w.only().Status; got != forks.Unresolved {
		t.Fatalf("it is %s", got)
	}
	newest := w.bump("f")
	w.ask(forks.VerbLatest, p.ID, "mona", "")
	w.sync()
	next := w.only()
	if next.Carry == nil || next.Carry.Commits != 1 || next.Carry.Work != work || next.Status != forks.Ready || next.Conflict.Pin != newest {
		t.Fatalf("it is %+v with %+v", next, next.Carry)
	}
	if got := strings.TrimSpace(w.fork.Git(t, "rev-parse", fixOf(next)+"~1")); got != next.Onto.String() {
		t.Errorf("what is carried over stands on %s, want onto", got)
	}
	w.gc(work)
	// Put right there, it is an answer.
	w.fork.Commit(t, fixOf(next), repotest.Ada, "without d", files{"d.nix": lines("d", 1, 12)})
	w.fork.SetRef(t, strings.TrimPrefix(string(forks.OntoRef("aux-main", next.ID)), "refs/heads/"), w.fork.Tip(t, fixOf(next)))
	w.sync()
	if text, _ := w.fork.File(t, "main", "a.nix"); text != lines("a", 1, 12, "5=both;", "11=fork too;") || len(w.open()) > 0 {
		t.Errorf("%d are open, and the branch has\n%s", len(w.open()), text)
	}
	w.settledForGood()
}
