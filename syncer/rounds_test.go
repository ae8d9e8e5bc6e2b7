package syncer_test

import (
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// touched is a world with one open conflict, to whose fix branch a person has pushed work,
// and where upstream has gone on.
func touched(t *testing.T, on func(*world), file, content string) (w *world, p forks.Proposal, work forks.Hash) {
	t.Helper()
	w = conflicted(t, on)
	w.bump("a")
	w.sync()
	p = w.only()
	work = w.fork.Commit(t, fixOf(p), repotest.Ada, "half way", files{file: content})
	w.bump("f")
	return w, p, work
}

func fixOf(p forks.Proposal) string {
	return strings.TrimPrefix(string(forks.FixRef("aux-main", p.ID)), "refs/heads/")
}

// gc lets the fork throw away what no ref reaches, and checks that a commit is not among
// that.
func (w *world) gc(id forks.Hash) {
	w.t.Helper()
	w.fork.Git(w.t, "reflog", "expire", "--expire=now", "--all")
	w.fork.Git(w.t, "gc", "--quiet", "--prune=now")
	if got := strings.TrimSpace(w.fork.Git(w.t, "cat-file", "-t", id.String())); got != "commit" {
		w.t.Errorf("%s is %s", id, got)
	}
}

func TestACommitThatComesBetweenTheLookAndTheDeletionStays(t *testing.T) {
	t.Parallel()
	for name, on := range map[string]func(*world){"git": onGit, "github": onGitHub} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p, work := touched(t, on, "d.nix", "mine\n")
			w.ask(forks.VerbLatest, p.ID, "mona", "")
			var late forks.Hash
			w.barrier = func() error {
				if late.IsZero() {
					late = w.fork.Commit(t, fixOf(p), repotest.Ada, "and on", files{"d.nix": "mine too\n"})
				}
				return nil
			}
			w.sync()
			if got := w.fork.Tip(t, fixOf(p)); got != late {
				t.Errorf("fix is at %s, want the late %s", got, late)
			}
			w.sync()
			w.gc(late)
			w.gc(work)
			if got := w.fork.Tip(t, fixOf(p)); got != late {
				t.Errorf("a pass later fix is at %s, want the late %s", got, late)
			}
		})
	}
}

func TestNoDeletionLosesAPersonsCommit(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]struct {
		do    func(w *world, p forks.Proposal)
		stays bool // the branch, for nothing else has the commit
	}{
		"a new round": {func(w *world, p forks.Proposal) { w.ask(forks.VerbLatest, p.ID, "mona", "") }, false},
		"a command":   {func(w *world, p forks.Proposal) { w.ask(forks.VerbKeepOurs, p.ID, "mona", "") }, false},
		"a decline":   {func(w *world, p forks.Proposal) { w.ask(forks.VerbDecline, p.ID, "mona", "") }, true},
		"another cause": {func(w *world, _ forks.Proposal) {
			w.up.Commit(w.t, "main", repotest.Grace, "a: as it was", files{"a.nix": lines("a", 1, 12)})
			w.up.Commit(w.t, "main", repotest.Grace, "a: again", files{"a.nix": lines("a", 1, 12, "5=again;")})
		}, false},
		"upstream took it back": {func(w *world, _ forks.Proposal) {
			w.up.Commit(w.t, "main", repotest.Grace, "a: as it was", files{"a.nix": lines("a", 1, 12)})
		}, true},
		"a merge with markers": {func(w *world, p forks.Proposal) {
			w.fork.SetRef(w.t, strings.TrimPrefix(string(forks.OntoRef("aux-main", p.ID)), "refs/heads/"), p.Fix)
		}, false},
		"a merge without the patch": {func(w *world, p forks.Proposal) {
			onto := strings.TrimPrefix(string(forks.OntoRef("aux-main", p.ID)), "refs/heads/")
			w.fork.Build(w.t, repotest.Commit{Branch: onto, Subject: "drop", Parents: []forks.Hash{p.Onto}, Tree: w.fork.Tree(w.t, p.Onto)})
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p, work := touched(t, onGit, "d.nix", "mine\n")
			end.do(w, p)
			for range 3 {
				w.sync()
			}
			if _, there := w.fork.Refs(t)[forks.FixRef("aux-main", p.ID)]; there != end.stays {
				t.Errorf("the branch is there: %t", there)
			}
			w.forgetful()
			w.bump("c")
			w.sync()
			w.gc(work)
		})
	}
}

func TestWhatCannotBeCarriedOverIsNamed(t *testing.T) {
	t.Parallel()
	for name, on := range map[string]func(*world){"git": onGit, "github": onGitHub} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p, work := touched(t, on, "f.nix", lines("f", 1, 12, "1=mine;"))
			w.ask(forks.VerbLatest, p.ID, "mona", "")
			w.sync()
			next := w.only()
			if next.Carry == nil || next.Carry.Work != work || !next.Carry.Tip.IsZero() || !strings.Contains(next.Carry.Because, "does not apply") || next.Touched {
				t.Errorf("the new round is %+v, with %+v", next, next.Carry)
			}
			if got := w.fork.Tip(t, fixOf(next)); got != next.Fix {
				t.Errorf("fix is at %s, want %s", got, next.Fix)
			}
			w.gc(work)
		})
	}
}

func TestARoundThatBeginsWithAPersonsCommitsCanBeCarriedOn(t *testing.T) {
	t.Parallel()
	w, p, _ := touched(t, onGit, "d.nix", "mine\n")
	for round := 2; round <= 3; round++ {
		w.bump("c")
		w.ask(forks.VerbLatest, p.ID, "mona", "")
		w.sync()
		next := w.only()
		if next.Round != round || next.Follows != p.ID || next.Carry == nil || next.Carry.Commits != round-1 || next.Status != forks.Open {
			t.Fatalf("round %d is %+v with %+v", round, next, next.Carry)
		}
		if text, _ := w.fork.File(t, fixOf(next), pulls.ConflictFileName); !strings.Contains(text, "What was done before") {
			t.Errorf("the conflict file says\n%s", text)
		}
		p = next
		w.fork.Commit(t, fixOf(p), repotest.Ada, "and on", files{"e2.nix": strings.Repeat("more\n", round)})
	}
	// Merged with markers, it begins with all of that, and what came after the merge.
	onto := strings.TrimPrefix(string(forks.OntoRef("aux-main", p.ID)), "refs/heads/")
	w.fork.SetRef(t, onto, w.fork.Tip(t, fixOf(p)))
	late := w.fork.Commit(t, fixOf(p), repotest.Grace, "late", files{"e3.nix": "late\n"})
	w.sync()
	next := w.only()
	if next.Round != 4 || next.Carry == nil || next.Carry.Commits != 1 || next.Conflict.Pin != p.Conflict.Pin {
		t.Fatalf("after markers it is %+v with %+v", next, next.Carry)
	}
	for path, want := range (files{"d.nix": "mine\n", "e2.nix": strings.Repeat("more\n", 3), "e3.nix": "late\n"}) {
		if got, _ := w.fork.File(t, fixOf(next), path); got != want {
			t.Errorf("%s of the new round is %q", path, got)
		}
	}
	w.gc(late)
	// And once more.
	w.fork.SetRef(t, strings.TrimPrefix(string(forks.OntoRef("aux-main", next.ID)), "refs/heads/"), w.fork.Tip(t, fixOf(next)))
	w.sync()
	last := w.only()
	if last.Round != 5 || last.Carry != nil {
		t.Errorf("after markers again it is %+v with %+v", last, last.Carry)
	}
	if got, _ := w.fork.File(t, fixOf(last), "e3.nix"); got != "late\n" {
		t.Errorf("e3.nix of the last round is %q", got)
	}
}
