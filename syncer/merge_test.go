package syncer_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// ready makes a conflict on plain git whose fix branch a pass has judged to be settled.
func ready(t *testing.T) (*world, forks.Proposal) {
	t.Helper()
	w := newWorld(t, forks.Merging)
	w.fork.Commit(t, "main", repotest.Ada, "a: patch", map[string]string{"a.nix": lines("a", 1, 12, "5=mine")})
	if _, err := w.Adopt(t.Context(), w.track, syncer.Options{Who: "mona"}); err != nil {
		t.Fatal(err)
	}
	w.up.Commit(t, "main", repotest.Grace, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "5=theirs")})
	w.sync()
	p := w.only()
	w.fork.Commit(t, string(forks.FixRef("aux-main", p.ID)), repotest.Grace, "settle", map[string]string{
		"a.nix": lines("a", 1, 12, "5=both"), "AUXSYNC-CONFLICT.md": repotest.Delete})
	w.sync()
	if p = w.only(); p.Status != forks.Ready {
		t.Fatalf("it is %s", p.Status)
	}
	return w, p
}

func (w *world) merge(id forks.ProposalID) error {
	return w.Merge(w.t.(*testing.T).Context(), w.track, id, "mona")
}

func TestMergeMovesOntoToWhatWasJudged(t *testing.T) {
	t.Parallel()
	w, p := ready(t)
	onto, fix := string(forks.OntoRef("aux-main", p.ID)), string(forks.FixRef("aux-main", p.ID))
	tip := w.fork.Tip(t, fix)
	for range 2 { // the second time it stands
		if err := w.merge(p.ID); err != nil {
			t.Fatal(err)
		}
		if got := w.fork.Tip(t, onto); got != tip {
			t.Errorf("onto is at %s, want %s", got, tip)
		}
	}
	w.sync()
	if text, _ := w.fork.File(t, "main", "a.nix"); text != lines("a", 1, 12, "5=both") {
		t.Errorf("the branch has %q", text)
	}
	if err := w.merge(p.ID); forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), "is over") {
		t.Errorf("once it is over: %v", err)
	}
}

func TestMergeTakesNothingThatWasNotJudged(t *testing.T) {
	t.Parallel()
	w, p := ready(t)
	onto, fix := string(forks.OntoRef("aux-main", p.ID)), string(forks.FixRef("aux-main", p.ID))
	w.fork.Commit(t, fix, repotest.Grace, "one more", map[string]string{"a.nix": lines("a", 1, 12, "5=<<<<<<<")})
	if err := w.merge(p.ID); forks.KindOf(err) != forks.Retry || !strings.Contains(err.Error(), "pushed to its branches") {
		t.Errorf("%v", err)
	}
	if got := w.fork.Tip(t, onto); got != p.Onto {
		t.Errorf("onto was moved to %s", got)
	}
	if err := w.merge("c0000000000"); forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), "has no conflict c0000000000") {
		t.Errorf("one that does not exist: %v", err)
	}
}

func TestMergeOnPagesIsFoundToBeDoneWhereItsAnswerWasLost(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	p := w.proposal("hello")
	w.server.As("bob", fullName).EditFile(strings.TrimPrefix(string(forks.FixRef("aux-main", p.ID)), "refs/heads/"), "hello.nix", lines("hello", 1, 12, "3=mirror = both;"))
	w.pass()
	w.calm()
	w.server.FaultTimes(1, func(r *http.Request) bool { return r.Method == http.MethodPut }, githubtest.Fault{Kind: githubtest.DroppedAfter})
	err := w.syncer.Merge(t.Context(), w.track, p.ID, "mona")
	if forks.KindOf(err) != forks.Retry {
		t.Fatalf("%v; want that it is not known", err)
	}
	if open, _ := w.store.OpenForgeIntents(t.Context(), "pkgs"); len(open) != 1 {
		t.Errorf("%d intents are open", len(open))
	}
	w.attend()
	w.pass()
	w.calm()
	if open, _ := w.store.OpenForgeIntents(t.Context(), "pkgs"); len(open) != 0 {
		t.Errorf("%d intents are open", len(open))
	}
	if got := w.proposal("hello"); got.Taken == 0 {
		t.Errorf("it was not taken in: %+v", got)
	}
	if list := w.server.Pulls(fullName); len(list) != 1 || !list[0].Merged {
		t.Errorf("%+v", list)
	}
}
