//go:build !race

package syncer_test

import (
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

func TestAHeadThatNoPassHasJudgedIsNotMerged(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	w.ready("mirror = both;")
	p := w.pull("hello")
	bob := w.server.As("bob", fullName)
	// bob goes on, and has markers again; the pass fetches the fork and then fails.
	bob.EditFile(p.Head, "hello.nix", "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n")
	broken := w.track
	broken.Follow = "no-such-branch"
	if _, err := w.syncer.Sync(w.ctx, broken, syncer.Options{Who: "ada"}); err == nil {
		t.Fatal("a pass without upstream succeeds")
	}
	bob.Review(p.Number, "APPROVE", "")
	w.attend()
	w.attend()
	if now := w.pull("hello"); !now.Open || w.resolved(now) != "failure" {
		t.Errorf("it is open %t, with status %q", now.Open, w.resolved(now))
	}
}

func TestAnApprovalSurvivesTheApproversNextComment(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	w.ready("mirror = both;")
	p := w.pull("hello")
	bob := w.server.As("bob", fullName)
	bob.Review(p.Number, "APPROVE", "")
	bob.Review(p.Number, "COMMENT", "thanks all")
	w.calm()
	w.settledWith(p.Number, "mirror = both;")
}

func TestWhoMayNotWriteAndWasNotAskedSettlesNothingAlone(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.server.AddUser("mallory", githubtest.User)
	w.server.AddOrgMember(owner, "mallory") // may be assigned
	w.calm()
	n := w.pull("hello").Number
	for _, command := range []string{"/auxsync mine", "/auxsync drop"} {
		w.server.As("mallory", fullName).Comment(n, command)
		w.moved()
	}
	if p := w.proposal("hello"); p.Status != forks.Open || p.Claimed != "" {
		t.Errorf("it is %s, claimed by %q: %s", p.Status, p.Claimed, p.Reason)
	}
}

func TestTwentyCommandsOfAStrangerHaveOneAnswer(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	n := w.pull("hello").Number
	before := len(w.server.Comments(fullName, n))
	for range 20 {
		w.server.As("eve", fullName).Comment(n, "/auxsync drop")
	}
	w.calm()
	if got := len(w.server.Comments(fullName, n)) - before - 20; got != 1 {
		t.Errorf("%d answers", got)
	}
}

func TestWithoutTheDatabaseWhatPeopleChangedStays(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	p := w.pull("hello")
	bob := w.server.As("bob", fullName)
	bob.EditTitle(p.Number, "hello: which mirror?")
	for _, label := range p.Labels {
		bob.Unlabel(p.Number, label)
	}
	bob.Unassign(p.Number, "ada")
	w.forget()
	w.calm()
	if now := w.pull("hello"); now.Title != "hello: which mirror?" || len(now.Labels)+len(now.Assignees) != 0 {
		t.Errorf("title %q, labels %v, assignees %v", now.Title, now.Labels, now.Assignees)
	}
}
