package publish

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

const day = 24 * time.Hour

func TestAReportIsMadeOnMondayAndBroughtToAllPlaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(t, "2026-11-18 12:00"))
	files, mail := w.board("nix", "files"), w.board("nix", "mail", "core@example.org", "ada@example.org")
	p := w.start(0)
	p.run(4*day + 12*time.Hour + 59*time.Minute) // Monday, 00:59
	if len(w.reports) != 0 {
		t.Fatalf("there are %d reports before the week is over", len(w.reports))
	}
	p.run(2 * time.Minute)
	want := []forks.Week{week(t, "2026-W47")}
	for _, b := range []*board{files, mail} {
		for _, part := range b.parts {
			if !slices.Equal(b.got[part], want) {
				t.Errorf("%s %q has %v, want %v", b.name, part, b.got[part], want)
			}
		}
	}
	if len(w.events) != 0 {
		t.Errorf("events: %+v", w.events)
	}
}

func TestEveryWeekIsReportedAfterALongRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(t, "2026-01-07 12:00"))
	files := w.board("nix", "files")
	w.start(0).run(14 * day)
	w.clock.Advance(20 * 7 * day)
	w.start(0).run(2 * time.Hour)
	var want []forks.Week
	for n := 2; n <= 23; n++ {
		want = append(want, forks.Week{Year: 2026, Number: n})
	}
	if got := files.got[""]; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPlacesOfAnOldInstallationGetTheLastFourWeeks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(t, "2026-11-25 12:00"))
	w.since = at(t, "2026-01-07 12:00")
	mail := w.board("nix", "mail", "core@example.org")
	w.start(0).run(2 * time.Hour)
	if got := mail.got["core@example.org"]; len(got) != 4 || got[0] != week(t, "2026-W44") || len(w.reports) != 46 {
		t.Errorf("the place has %v of %d reports", got, len(w.reports))
	}
}

func TestAPlaceThatIsAddedBeginsWithTheNewestReport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(t, "2026-01-07 12:00"))
	w.board("nix", "files")
	p := w.start(0)
	p.run(50 * day)
	forum := w.board("nix", "discourse")
	p.use()
	p.run(time.Hour)
	if got := forum.got[""]; !slices.Equal(got, []forks.Week{week(t, "2026-W08")}) {
		t.Errorf("it has %v", got)
	}
	p.run(14 * day)
	if got := forum.got[""]; len(got) != 3 {
		t.Errorf("two weeks later it has %v", got)
	}
}

func TestADeadPlaceNeitherKeepsNorRepeatsTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(t, "2026-01-07 12:00"))
	files, mail := w.board("nix", "files"), w.board("nix", "mail", "core@example.org", "ada@example.org")
	dead := true
	mail.fails = func(part string) error {
		if dead && part == "core@example.org" {
			return errors.New("451 core@example.org: later")
		}
		return nil
	}
	p := w.start(0)
	p.run(100 * day)
	if got := files.got[""]; len(got) != 14 {
		t.Errorf("files has %v", got)
	}
	if got := mail.got["ada@example.org"]; len(got) != 14 {
		t.Errorf("the other recipient has %v", got)
	}
	if w.told(alarmKind) != 0 {
		t.Errorf("there is an alarm though the reports arrived elsewhere: %+v", w.events)
	}
	givenUp := w.told("report given up")
	if givenUp < 5 || givenUp > 7 {
		t.Errorf("%d were given up, want one for each two weeks", givenUp)
	}
	for _, e := range w.events {
		if strings.Contains(e.Text, "core@") {
			t.Errorf("the event names who gets mail: %s", e.Text)
		}
	}
	late, err := p.publisher.Undelivered(context.Background(), "nix")
	if err != nil || len(late) == 0 || !strings.Contains(late[0], "1 of 2 places of mail") || strings.Contains(strings.Join(late, " "), "@") {
		t.Errorf("got %q, %v", late, err)
	}
	dead = false
	p.run(7 * time.Hour)
	if got := mail.got["core@example.org"]; len(got) != 14-givenUp {
		t.Errorf("after the repair it has %v of 14, and %d were given up", got, givenUp)
	}
	if got := mail.got["ada@example.org"]; len(got) != 14 {
		t.Errorf("the other recipient has %v", got)
	}
}

func TestAttemptsGoOnForTwoWeeksLessAndLessOften(t *testing.T) {
	t.Parallel()
	var whole time.Duration
	for n := 1; n < maxTries; n++ {
		if n > 1 && backoff(n) < backoff(n-1) || backoff(n) > 6*time.Hour {
			t.Errorf("the %d. pause is %s", n, backoff(n))
		}
		whole += backoff(n)
	}
	if backoff(1) != time.Minute || backoff(1000) != 6*time.Hour || whole < 14*day || whole > 15*day {
		t.Errorf("the first pause is %s, the last one %s, and all are %s", backoff(1), backoff(1000), whole)
	}
}

func TestWhatNeedsAPersonIsToldOnceAndTriedAgainWithANewConfig(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(t, "2026-11-18 12:00"))
	w.board("nix", "files")
	mail := w.board("nix", "mail", "core@example.org")
	refused := true
	mail.fails = func(string) error {
		if refused {
			return forks.AskPerson("look at it", "550 <CORE@example.org> is unknown")
		}
		return nil
	}
	p := w.start(0)
	p.run(6 * day)
	if mail.tries != 1 || w.told("report given up") != 1 {
		t.Fatalf("%d attempts, told %d times", mail.tries, w.told("report given up"))
	}
	if text := w.events[0].Text; !strings.Contains(text, "550 <…> is unknown; look at it") {
		t.Errorf("told is %q", text)
	}
	for range 5 { // a process that starts again and again asks no more often than each few minutes
		p = w.start(0)
		p.round()
	}
	if mail.tries != 2 || w.told("report given up") != 1 {
		t.Errorf("%d attempts, told %d times", mail.tries, w.told("report given up"))
	}
	refused = false
	p.use()
	p.run(10 * time.Minute)
	if got := mail.got["core@example.org"]; len(got) != 1 {
		t.Errorf("after the repair it has %v", got)
	}
}

func TestAWeekThatArrivedNowhereForADayIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(t, "2026-11-18 12:00"))
	for _, name := range []string{"files", "mail"} {
		w.board("nix", name).fails = func(string) error { return errors.New("no space") }
	}
	p := w.start(0)
	p.run(5*day + 12*time.Hour)
	if n := w.told(alarmKind); n != 0 {
		t.Fatalf("%d alarms before a day is over", n)
	}
	p.run(2 * time.Hour)
	if n := w.told(alarmKind); n != 1 {
		t.Fatalf("%d alarms after a day", n)
	}
	for range 20 {
		p = w.start(0)
		p.run(12 * time.Hour)
	}
	if n := w.told(alarmKind); n != 2 { // of week 48 too
		t.Errorf("%d alarms of two weeks", n)
	}
}

func TestAReportThatCannotBeMadeIsToldAndKeepsNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(t, "2026-11-18 12:00"))
	files := w.board("nix", "files")
	w.noMake = errors.New("malformed row")
	p := w.start(0)
	p.run(6*day + 13*time.Hour)
	if n := w.told(alarmKind); n != 1 || !strings.Contains(w.events[0].Text, "2026-W47 cannot be made: malformed row") {
		t.Errorf("told is %+v", w.events)
	}
	w.noMake = nil
	p.run(7 * time.Hour)
	if len(files.got[""]) != 1 || w.told(alarmKind) != 1 {
		t.Errorf("files has %v, and there are %d alarms", files.got[""], w.told(alarmKind))
	}
}

func TestPlaceMayAskToBeLeftAlone(t *testing.T) {
	t.Parallel()
	now := at(t, "2026-11-23 12:00")
	for _, c := range []struct{ ask, want time.Duration }{{0, time.Minute}, {time.Hour, time.Hour}, {1000 * day, day}} {
		got := settled(forks.Delivery{Tries: 1}, "", &forks.Problem{Kind: forks.Retry, Err: errors.New("limit"), NotBefore: now.Add(c.ask)}, now)
		if got.Status != forks.DeliveryFailed || got.NotBefore.Sub(now) != c.want {
			t.Errorf("%s: got %+v", c.ask, got)
		}
	}
}

func TestPublishBringsAWeekAtOnceToWhereItIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(t, "2026-11-02 12:00"))
	files, mail := w.board("nix", "files"), w.board("nix", "mail", "core@example.org")
	refused := true
	mail.fails = func(string) error {
		if refused {
			return forks.AskPerson("look at it", "550")
		}
		return nil
	}
	p := w.start(0)
	p.run(10 * day)
	refused = false
	got, err := p.publisher.Publish(context.Background(), "nix", week(t, "2026-W45"))
	if err != nil || len(got) != 2 || got[0].Status != forks.DeliveryDone || got[1].Status != forks.DeliveryDone {
		t.Errorf("got %+v, %v", got, err)
	}
	if len(files.got[""]) != 1 || files.tries != 1 || len(mail.got["core@example.org"]) != 1 {
		t.Errorf("files has %v after %d attempts, mail %v", files.got, files.tries, mail.got)
	}
	for text, want := range map[string]string{"2026-W46": "not over", "2026-W44": "nothing is on record"} {
		if _, err := p.publisher.Publish(context.Background(), "nix", week(t, text)); err == nil || forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", text, err)
		}
	}
	w.clock.Advance(4*day + 12*time.Hour) // Monday 00:00: the daemon would wait for an hour
	if got, err := p.publisher.Publish(context.Background(), "nix", week(t, "2026-W46")); err != nil || len(got) != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
	p.run(day)
	if len(files.got[""]) != 2 || len(mail.got["core@example.org"]) != 2 || w.made != 2 {
		t.Errorf("files has %v, mail %v", files.got, mail.got)
	}
}

func TestAWrongClockMakesNoReports(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(t, "2026-11-18 12:00"))
	files := w.board("nix", "files")
	p := w.start(0)
	p.run(2 * day)
	w.leap(1000 * day)
	p.run(50 * time.Minute)
	p = w.start(0)
	p.run(50 * time.Minute)
	w.leap(-1000 * day)
	p.run(2 * day)
	if len(w.reports) != 0 {
		t.Fatalf("%d reports of weeks that have not been", len(w.reports))
	}
	p.run(7 * day)
	w.leap(-20 * day)
	p.run(3 * day)
	w.leap(20 * day)
	p.run(7 * day)
	if got := files.got[""]; len(got) != 3 || w.made != 3 {
		t.Errorf("files has %v, and %d reports were made", got, w.made)
	}
}

func TestAWeekThatWasGivenUpDoesNotComeAfterANewerOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at(t, "2026-11-18 12:00"))
	mail := w.board("nix", "mail", "core@example.org")
	mail.fails = func(string) error { return forks.AskPerson("look at it", "550") }
	p := w.start(0)
	p.run(7 * day)
	mail.fails = nil
	p.run(7 * day)
	p.use()
	p.run(day)
	if got := mail.got["core@example.org"]; !slices.Equal(got, []forks.Week{week(t, "2026-W48")}) {
		t.Errorf("it has %v", got)
	}
}
