package publish

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// The real clock's times are compared by how long the machine runs, as long as they say
// that: whoever sets the clock would not be noticed.
func TestThatTheRealClockWasSetIsNoticed(t *testing.T) {
	t.Parallel()
	p := New(Setup{Clock: clockwork.NewRealClock(), Log: zap.NewNop()})
	if r := p.round(); r.now != r.now.Round(0) {
		t.Errorf("a round begins at %s", r.now)
	}
	if _, err := p.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, got := range []time.Time{p.steady.since, p.steady.seen, p.steady.expected} {
		if got != got.Round(0) {
			t.Errorf("remembered is %s", got)
		}
	}
}

func TestReportsThatCannotBeMadeNeitherKeepTheOthersNorTheProcessor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(t, "2026-11-18 12:00"))
	w.since = at(t, "2026-08-03 12:00")
	w.board("nix", "files")
	p := w.start(0)
	asked := 0
	p.publisher.Make = func(ctx context.Context, fork string, week forks.Week) (weekly.Report, error) {
		asked++
		if week.Number < 42 {
			return weekly.Report{}, errors.New("malformed row")
		}
		return p.make(ctx, fork, week)
	}
	p.run(2 * time.Hour)
	if len(w.reports) != 5 { // weeks 42 to 46
		t.Errorf("%d reports are made", len(w.reports))
	}
	// Ten that fail, some eight times in an hour.
	if asked > 100 {
		t.Errorf("within two hours it was tried %d times to make a report", asked)
	}
}

func TestAReportThatCannotBeMadeIsToldThoughTheProcessStartsAgainAndAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(t, "2026-11-18 12:00"))
	w.board("nix", "files")
	w.noMake = errors.New("malformed row")
	for range 16 {
		w.start(0).run(11 * time.Hour) // to Wednesday
	}
	if n := w.told(alarmKind); n != 1 {
		t.Errorf("told %d times: %+v", n, w.events)
	}
}

func TestAPublicationByHandDoesNotWaitForEachRecipientOfADeadServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(t, "2026-11-18 12:00"))
	var all []string
	for i := range 20 {
		all = append(all, fmt.Sprintf("p%d@example.org", i))
	}
	mail := w.board("nix", "mail", all...)
	mail.fails = func(string) error {
		w.clock.Advance(maxAttempt)
		return errors.New("no answer in time")
	}
	p := w.start(0)
	w.clock.Advance(5 * day)
	got, err := p.publisher.Publish(t.Context(), "nix", week(t, "2026-W47"))
	if err != nil || len(got) != len(all) || mail.tries != 1 {
		t.Errorf("%d places are told of, and %d were tried: %v", len(got), mail.tries, err)
	}
	for _, row := range got {
		if row.Status == forks.DeliveryDone {
			t.Errorf("%+v", row)
		}
	}
}
