//go:build !race

package syncer_test

import (
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestLatestOpensAnotherPullRequestWithWhatWasDone(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	first, was := w.pull("hello"), w.proposal("hello")
	w.ready("mirror = both;")
	work := w.fork.Tip(t, first.Head)
	w.up.Commit(t, "main", repotest.Grace, "readme", files{"README": "hello\n"})
	w.server.As("ada", fullName).Comment(first.Number, "/auxsync latest because upstream is further")
	w.calm()
	second, p := w.pull("hello"), w.proposal("hello")
	if second.Number == first.Number || !second.Open || second.Draft || w.resolved(second) != "success" || p.Round != 2 || p.Status != forks.Ready {
		t.Errorf("round %d is %s: #%d, open %t, draft %t, status %q", p.Round, p.Status, second.Number, second.Open, second.Draft, w.resolved(second))
	}
	for _, part := range []string{"What was done before", "of the earlier round " + string(was.ID), work.String(), "asked on a newer commit of upstream"} {
		if !strings.Contains(second.Body, part) {
			t.Errorf("the body lacks %q:\n%s", part, second.Body)
		}
	}
	if closing := w.commentsWith(first.Number, "<!-- auxsync:comment closing -->"); len(closing) != 1 || !strings.Contains(closing[0], "goes on as conflict `"+string(p.ID)+"`") {
		t.Errorf("the closing comments are %q", closing)
	}
	if who := strings.TrimSpace(w.fork.Git(t, "log", "-1", "--format=%an", second.Head)); who != "bob" {
		t.Errorf("what was carried over is by %s", who)
	}
	w.settled()
	w.server.As("bob", fullName).Merge(second.Number, "squash")
	w.moved()
	w.settledWith(second.Number, "mirror = both;")
	if _, there := w.fork.File(t, "main", "README"); !there {
		t.Error("the branch is not on upstream's newest commit")
	}
}

func TestMarkersTwiceInARowKeepWhatWasDone(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	bob := w.server.As("bob", fullName)
	for round := 1; round <= 2; round++ {
		p := w.pull("hello")
		bob.EditFile(p.Head, "notes.txt", strings.Repeat("a note\n", round))
		w.calm()
		bob.MarkReady(p.Number)
		bob.Merge(p.Number, "squash")
		bob.EditFile(p.Head, "late.txt", strings.Repeat("late\n", round))
		w.moved()
		next, prop := w.pull("hello"), w.proposal("hello")
		if next.Number == p.Number || !next.Open || prop.Round != round+1 || prop.Carry == nil || prop.Carry.Tip.IsZero() {
			t.Fatalf("round %d: #%d, open %t, carry %+v", prop.Round, next.Number, next.Open, prop.Carry)
		}
		for path, want := range (files{"notes.txt": strings.Repeat("a note\n", round), "late.txt": strings.Repeat("late\n", round)}) {
			if got, _ := w.fork.File(t, next.Head, path); got != want {
				t.Errorf("round %d has %q at %s", prop.Round, got, path)
			}
		}
	}
	w.settled()
	w.server.As("ada", fullName).Comment(w.pull("hello").Number, "/auxsync keep ours")
	w.calm()
	w.settledWith(w.pull("hello").Number, "mirror = aux;")
}
