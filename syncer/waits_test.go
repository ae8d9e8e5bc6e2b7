package syncer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

func TestAConflictThatWaitsHasNoPullRequestAndIsOnTheDashboard(t *testing.T) {
	t.Parallel()
	w := newMovingWorld(t, 0)
	w.track.Limits = forks.AskingLimits{Open: 1}
	w.bump("hello", "gnu")
	w.bump("other", "gnu")
	w.pass()
	w.calm()
	if n := len(w.server.Pulls(fullName)); n != 1 {
		t.Fatalf("%d pull requests are open, want 1", n)
	}
	var queued forks.Proposal
	for _, p := range w.state().Proposals {
		if p.Status == forks.Queued {
			queued = p
		}
	}
	if queued.Waits == nil || !queued.Onto.IsZero() {
		t.Fatalf("no conflict waits: %+v", w.state().Proposals)
	}
	board := w.server.Issues(fullName)[0].Body
	for _, part := range []string{"Not asked yet", string(queued.ID), "at most 1 are open at the same time"} {
		if !strings.Contains(board, part) {
			t.Errorf("the dashboard does not have %q:\n%s", part, board)
		}
	}
	// Its turn comes when there is room.
	w.track.Limits.Open = 2
	w.clock.Advance(time.Hour)
	w.pass()
	w.calm()
	if n := len(w.server.Pulls(fullName)); n != 2 {
		t.Errorf("%d pull requests are open, want 2", n)
	}
}
