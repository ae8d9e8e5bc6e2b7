//go:build !race

package syncer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// on looks on some days, an hour after the hour of the beginning, and tells what was
// written on the pull requests on each, such as "3: comment". The dashboard's sign of
// life does not count.
func (w *forgeWorld) on(days ...int) (written []string) {
	w.Helper()
	for _, day := range days {
		w.clock.Advance(forgeStartAt().Add(time.Duration(24*day+1) * time.Hour).Sub(w.clock.Now()))
		before := len(w.server.Requests())
		for range 4 {
			out := w.attend()
			if len(out.Due) > 0 {
				w.pass()
			} else if out.Effects == 0 {
				break
			}
		}
		for _, r := range w.server.Requests()[before:] {
			if r.Write && !strings.HasSuffix(r.Path, fmt.Sprintf("/issues/%d", w.server.Issues(fullName)[0].Number)) {
				written = append(written, fmt.Sprintf("%d: %s", day, told(r.Method, r.Path)))
			}
		}
	}
	return written
}

// told names a write by what it is.
func told(method, path string) string {
	switch {
	case strings.HasSuffix(path, "/comments"):
		return "comment"
	case strings.Contains(path, "/issues/comments/"):
		return "edit a comment"
	case strings.HasSuffix(path, "/assignees") && method == "DELETE":
		return "take off"
	case strings.HasSuffix(path, "/assignees"):
		return "assign"
	case strings.HasSuffix(path, "/requested_reviewers"):
		return "ask"
	case strings.Contains(path, "/labels"):
		return "label"
	case strings.Contains(path, "/pulls/"):
		return "text"
	}
	return method + " " + path
}

// reminders are the comments of the stages, by their stage.
func (w *forgeWorld) reminders() map[int]string {
	w.Helper()
	found := map[int]string{}
	for _, c := range w.server.Comments(fullName, w.pull("hello").Number) {
		for stage := 1; stage <= 4; stage++ {
			if strings.Contains(c.Body, fmt.Sprintf("<!-- auxsync:comment waits %d -->", stage)) {
				if found[stage] != "" {
					w.Errorf("stage %d has two comments", stage)
				}
				found[stage] = c.Body
			}
		}
	}
	return found
}

// firstLine is that of the dashboard.
func (w *forgeWorld) firstLine() string {
	w.Helper()
	_, text, _ := strings.Cut(w.server.Issues(fullName)[0].Body, "<!-- auxsync:dashboard -->\n\n")
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// expect compares what was written on some days.
func (w *forgeWorld) expect(got []string, want ...string) {
	w.Helper()
	if !slices.Equal(got, want) {
		w.Errorf("written were\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestAConflictThatWaitsIsBroughtUpOnceAtEachStageAndElseLeftAlone(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	w.moved() // its number is written down
	if out := w.attend(); out.Next.Sub(forgeStartAt()).Round(time.Hour) != 72*time.Hour || !out.Waits.IsZero() {
		t.Errorf("the next stage is foretold for %s, waits until %s", out.Next, out.Waits)
	}
	w.expect(w.on(1, 2, 3), "3: comment")
	if text := w.reminders()[1]; !strings.HasPrefix(text, "@ada: this waits for a decision, and it is with you.") ||
		!strings.Contains(text, "on 2026-06-08, others are asked") || strings.Contains(text, "core") {
		t.Errorf("the first reminder is\n%s", text)
	}
	w.restart()
	w.expect(w.on(4, 6, 7), "7: comment")
	if text := w.reminders()[2]; !strings.Contains(text, "It is with @ada and @auxolotl/core; one of you is enough.") || !strings.Contains(text, "2026-06-15") {
		t.Errorf("the second reminder is\n%s", text)
	}
	w.expect(w.on(13))
	w.restart()
	w.expect(w.on(14), "14: label", "14: text", "14: comment")
	if p := w.pull("hello"); !slices.Contains(p.Labels, pulls.DecisionLabel) {
		t.Errorf("the labels are %v", p.Labels)
	}
	w.expect(w.on(20))
	if line := w.firstLine(); !strings.HasPrefix(line, "**1 conflict to decide.**") {
		t.Errorf("the dashboard begins with %q", line)
	}
	w.expect(w.on(21), "21: edit a comment")
	if line := w.firstLine(); !strings.HasPrefix(line, "**1 conflict has waited for a decision for more than three weeks.** **1 conflict to decide.**") {
		t.Errorf("the dashboard begins with %q", line)
	}
	if text := w.reminders()[3]; !strings.Contains(text, "There are no further reminders") || len(w.reminders()) != 3 {
		t.Errorf("%d reminders, the third is\n%s", len(w.reminders()), text)
	}
	w.expect(w.on(22, 40))
	if out := w.attend(); !out.Next.IsZero() {
		t.Errorf("something is foretold for %s", out.Next)
	}
	w.server.As("ada", fullName).Comment(w.pull("hello").Number, "/auxsync take upstream")
	w.calm()
	if p := w.pull("hello"); p.Open || slices.Contains(p.Labels, pulls.DecisionLabel) {
		t.Errorf("decided, it is open %t with labels %v", p.Open, p.Labels)
	}
	if line := w.firstLine(); !strings.HasPrefix(line, "**Nothing waits") {
		t.Errorf("the dashboard begins with %q", line)
	}
	w.settled()
}

func TestTheHoldLabelStopsTheClockUntilItIsTakenOff(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	w.moved()
	w.expect(w.on(3), "3: comment")
	w.server.As("bob", fullName).Label(w.pull("hello").Number, "Hold")
	w.expect(w.on(4, 13))
	if out := w.attend(); !out.Next.IsZero() {
		t.Errorf("held, and something is foretold for %s", out.Next)
	}
	w.restart()
	w.server.As("bob", fullName).Unlabel(w.pull("hello").Number, "Hold")
	// The label was seen on day 4 and was seen to be gone on day 14.
	w.expect(w.on(14, 16), "14: edit a comment")
	if text := w.reminders()[1]; !strings.Contains(text, "on 2026-06-18, others") {
		t.Errorf("the first reminder says\n%s", text)
	}
	w.expect(w.on(17), "17: comment")
}

func TestAPausedTrackStopsTheClock(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	w.moved()
	w.expect(w.on(2))
	w.server.As("bob", fullName).Comment(w.pull("hello").Number, "/auxsync pause because of the release")
	w.calm()
	w.expect(w.on(9))
	w.server.As("bob", fullName).Comment(w.pull("hello").Number, "/auxsync resume")
	w.calm()
	w.expect(w.on(10), "10: comment")
}

func TestWhoeverIsGivenTheConflictHasTheWholeTime(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	w.moved()
	number := w.pull("hello").Number
	w.expect(w.on(3, 7), "3: comment", "7: comment")
	w.server.As("ada", fullName).Comment(number, "/auxsync not mine")
	w.calm()
	if p := w.pull("hello"); len(p.Assignees) != 0 {
		t.Fatalf("the assignees are %v", p.Assignees)
	}
	w.expect(w.on(8))
	w.server.As("bob", fullName).Comment(number, "/auxsync mine")
	w.calm()
	if p := w.pull("hello"); !slices.Equal(p.Assignees, []string{"bob"}) {
		t.Fatalf("the assignees are %v", p.Assignees)
	}
	w.expect(w.on(11, 12), "12: edit a comment") // the comment of that stage is there
	if text := w.reminders()[1]; !strings.HasPrefix(text, "`bob`: this waits") || strings.Contains(text, "ada") {
		t.Errorf("the first reminder is\n%s", text)
	}
	w.expect(w.on(15, 16), "16: edit a comment")
	if text := w.reminders()[2]; !strings.Contains(text, "It is with `bob` and @auxolotl/core") {
		t.Errorf("the second reminder is\n%s", text)
	}
	w.settled()
}

func TestNobodyIsRemindedWhileTheOneWhoHasItIsAway(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	w.moved()
	first := forks.DayOf(forgeStartAt())
	w.roster = forks.Roster{Limits: w.roster.Limits, People: map[string]forks.Resident{
		"ada": {Login: "ada", Away: []forks.DayRange{{First: first, Last: forks.DayOf(forgeStartAt().AddDate(0, 0, 9))}}}}}
	w.calm()
	w.expect(w.on(3, 7, 10, 12, 13), "10: text", "13: comment") // the text tells who is away
}

func TestInQuietHoursNothingIsOpenedAndNobodyIsReminded(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.track.Quiet = forks.QuietHours{Ranges: []forks.QuietRange{{First: 9 * 60, Last: 17 * 60}}} // it is noon
	end := forgeStartAt().Add(5 * time.Hour)
	if out := w.attend(); len(w.server.Pulls(fullName)) != 0 || !out.Next.Equal(end) {
		t.Errorf("%d pull requests, and it goes on at %s", len(w.server.Pulls(fullName)), out.Next)
	}
	w.clock.Advance(5 * time.Hour)
	w.calm()
	w.moved()
	if p := w.pull("hello"); !slices.Equal(p.Assignees, []string{"ada"}) {
		t.Errorf("the assignees are %v", p.Assignees)
	}
	w.track.Quiet.Ranges[0] = forks.QuietRange{First: 16 * 60, Last: 22 * 60} // it begins at 17:00
	w.expect(w.on(3))
	w.clock.Advance(5 * time.Hour)
	w.calm()
	if out := w.attend(); !out.Next.Equal(forgeStartAt().Add(3*24*time.Hour+10*time.Hour)) || len(w.reminders()) != 0 {
		t.Errorf("%d reminders, and it goes on at %s", len(w.reminders()), out.Next)
	}
	w.server.As("bob", fullName).Comment(w.pull("hello").Number, "/auxsync what")
	if out := w.attend(); out.Effects == 0 {
		t.Error("a command in quiet hours has no answer")
	}
	w.clock.Advance(5 * time.Hour)
	w.calm()
	if n := len(w.reminders()); n != 1 {
		t.Errorf("%d reminders", n)
	}
}

func TestALostDatabaseRepeatsNoStage(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	w.moved()
	w.expect(w.on(3, 7, 8), "3: comment", "7: comment")
	w.forget()
	// It goes on as if the second stage had begun now, and says so.
	w.expect(w.on(9, 15), "9: edit a comment")
	w.expect(w.on(16), "16: label", "16: text", "16: comment")
	if n := len(w.reminders()); n != 3 {
		t.Errorf("%d reminders", n)
	}
	w.settled()
}

func TestAnswersThatAreLostRepeatNoReminder(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	w.moved()
	w.dies = func(write string) bool { return write == "POST /issues/N/comments" }
	w.clock.Advance(3 * 24 * time.Hour)
	if _, err := w.tryAttend(); err == nil && w.ctx.Err() == nil {
		t.Fatal("no reminder was sent")
	}
	w.dies = nil
	w.restart()
	w.moved()
	if n := len(w.reminders()); n != 1 {
		t.Errorf("%d reminders", n)
	}
	w.expect(w.on(6))
	w.settled()
}

func TestAClockThatIsAYearAheadBringsUpOneStageADay(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	w.moved()
	w.clock.Advance(365 * 24 * time.Hour)
	for stage := 1; stage <= 4; stage++ {
		w.calm()
		w.clock.Advance(time.Hour)
		w.calm()
		if n := len(w.reminders()); n != min(stage, 3) {
			t.Errorf("%d reminders, want those of stage %d", n, stage)
		}
		w.clock.Advance(23 * time.Hour)
	}
}

func TestAllLabelsAreKnown(t *testing.T) {
	t.Parallel()
	want := []string{"auxsync", "needs-maintainer", "good first conflict", "needs-decision", "hold", "auxsync-dashboard"}
	if got := syncer.Labels(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
