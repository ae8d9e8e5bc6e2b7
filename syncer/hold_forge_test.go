//go:build !race

package syncer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// holds has the track hold its branch back for as long as by default, from the first pass
// after this one.
func (w *forgeWorld) holds() {
	w.track.HoldFor, w.track.MaxLag, w.track.SecurityHoldFor = 72*time.Hour, 96*time.Hour, 0
}

// hour goes on to an hour after the pull request was given to somebody, makes the pass
// that is due then, and looks.
func (w *forgeWorld) hour(begun time.Time, n int) {
	w.Helper()
	w.clock.Advance(begun.Add(time.Duration(n) * time.Hour).Sub(w.clock.Now()))
	w.pass()
	w.calm()
}

func TestAPullRequestIsHeldFromWhenItIsGivenRemindedHalfwayAndParked(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.holds()
	w.pass()
	if p := w.proposal("hello"); !p.Given.IsZero() || !p.Deadline.IsZero() {
		t.Fatalf("before anybody has it: given %s, deadline %s", p.Given, p.Deadline)
	}
	w.calm()
	w.moved()
	out := w.pass()
	p := w.proposal("hello")
	if p.Given.IsZero() || !p.Deadline.Equal(p.Given.Add(72*time.Hour)) || p.Rule != forks.RuleHold {
		t.Fatalf("given %s, deadline %s by %q", p.Given, p.Deadline, p.Rule)
	}
	if !out.Next.Equal(p.Given.Add(36 * time.Hour)) {
		t.Errorf("the track is due at %s, want half of the time", out.Next)
	}
	if hold := w.state().Hold; hold == nil || !strings.Contains(hold.Reason, "until "+p.Deadline.Format("2006-01-02 15:04")) {
		t.Errorf("the track waits: %+v", hold)
	}
	w.calm()
	deadline := p.Deadline.Format("2006-01-02 15:04 UTC")
	if body := w.pull("hello").Body; !strings.Contains(body, "waits for an answer until "+deadline+"; then the branch goes on without this patch") {
		t.Errorf("the text does not say until when the branch waits:\n%s", body)
	}

	w.hour(p.Given, 35)
	if list := w.reminders(); len(list) != 0 {
		t.Errorf("reminded before half of the time: %v", list)
	}
	w.hour(p.Given, 37)
	if text := w.reminders()[1]; !strings.Contains(text, "@ada: this waits") || !strings.Contains(text, ", at "+deadline+", ") || !strings.Contains(text, "goes on without this patch") {
		t.Errorf("the reminder is\n%s", text)
	}
	if !w.proposal("hello").Reminded {
		t.Error("the state does not say that people were reminded")
	}

	w.hour(p.Given, 73)
	s := w.state()
	if out := s.Patches[0].Out; out == nil || out.Outcome != forks.Parked || out.Rule != forks.RuleHold || !strings.Contains(out.Reason, "held for 72h after pull request #") || !strings.Contains(out.Reason, "was given to ada") {
		t.Errorf("the patch is out: %+v", out)
	}
	if !w.proposal("hello").Status.Live() || !w.pull("hello").Open {
		t.Error("the pull request does not ask any more")
	}
	if list := w.reminders(); len(list) != 1 || !strings.Contains(list[1], "goes on without this patch since") {
		t.Errorf("at the end %d reminders, the first is\n%s", len(list), list[1])
	}
	if !strings.Contains(w.server.Issues(fullName)[0].Body, "the branch goes on without it") {
		t.Error("the dashboard does not tell of it")
	}

	w.server.As("ada", fullName).Comment(w.pull("hello").Number, "/auxsync take upstream")
	w.calm()
	if s := w.state(); len(s.Patches) > 0 && s.Patches[0].Out != nil {
		t.Errorf("answered, the patch is out still: %+v", s.Patches[0].Out)
	}
}

func TestTheHoldLabelPutsTheDeadlineOffButNotMaxLag(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.holds()
	w.calm()
	w.moved()
	w.pass()
	given := w.proposal("hello").Given
	w.server.As("bob", fullName).Label(w.pull("hello").Number, "Hold")
	w.hour(given, 10)
	if p := w.proposal("hello"); p.Rule != forks.RuleLag || !p.Deadline.Equal(given.Add(96*time.Hour)) {
		t.Errorf("held: deadline %s by %q", p.Deadline, p.Rule)
	}
	w.hour(given, 73)
	if out := w.state().Patches[0].Out; out != nil {
		t.Errorf("parked though it is held: %+v", out)
	}
	w.hour(given, 97)
	if out := w.state().Patches[0].Out; out == nil || out.Rule != forks.RuleLag {
		t.Errorf("after max_lag: %+v", out)
	}
}
