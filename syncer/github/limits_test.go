package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// leap is a clock that jumps to the end of every wait.
type leap struct{ *clockwork.FakeClock }

func (l leap) NewTimer(d time.Duration) clockwork.Timer {
	timer := l.FakeClock.NewTimer(d)
	l.Advance(d)
	return timer
}

func notBefore(t *testing.T, err error) time.Time {
	t.Helper()
	var p *forks.Problem
	if !errors.As(err, &p) || p.Kind != forks.Retry || p.NotBefore.IsZero() {
		t.Fatalf("no problem with a time: %v", err)
	}
	return p.NotBefore
}

func TestWritesNeverExceedThePace(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		clock := leap{clockwork.NewFakeClock()}
		pace := Pace{Every: time.Second, PerMinute: rapid.IntRange(1, 20).Draw(t, "a minute"), PerHour: rapid.IntRange(1, 60).Draw(t, "an hour")}
		l := NewLimits(clock, pace)
		var sent []time.Time
		for range rapid.IntRange(1, 200).Draw(t, "tries") {
			clock.Advance(time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second)
			before := clock.Now()
			err := l.turn(context.Background())
			if waited := clock.Since(before); waited > 5*time.Second {
				t.Fatalf("a write waited %s", waited)
			}
			var p *forks.Problem
			if errors.As(err, &p) && !p.NotBefore.After(clock.Now()) {
				t.Fatalf("put off to %s, which is past", p.NotBefore)
			}
			if err == nil {
				sent = append(sent, clock.Now())
			}
		}
		for i := range sent {
			for _, rule := range []struct {
				n    int
				span time.Duration
			}{{1, time.Second}, {pace.PerMinute, time.Minute}, {pace.PerHour, time.Hour}} {
				if i >= rule.n && sent[i].Sub(sent[i-rule.n]) < rule.span {
					t.Fatalf("%d writes in %s", rule.n+1, sent[i].Sub(sent[i-rule.n]))
				}
			}
		}
	})
}

func TestWhatGitHubSaysOfLimitsIsHeeded(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	in := func(d time.Duration) string { return fmt.Sprint(clock.Now().Add(d).Unix()) }
	for name, c := range map[string]struct {
		status  int
		header  http.Header
		message string
		want    time.Duration // 0: it is no limit
	}{
		"429 alone":                 {429, nil, "", time.Minute},
		"429 with seconds":          {429, http.Header{"Retry-After": {"3600"}}, "", time.Hour},
		"403 with seconds":          {403, http.Header{"Retry-After": {"7"}}, "", 7 * time.Second},
		"403 with a date":           {403, http.Header{"Retry-After": {clock.Now().Add(time.Hour).UTC().Format(http.TimeFormat)}}, "", time.Hour},
		"seconds without end":       {429, http.Header{"Retry-After": {"999999999"}}, "", 24 * time.Hour},
		"403, nothing remains":      {403, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {in(30 * time.Minute)}}, "", 30 * time.Minute},
		"nothing remains, no reset": {403, http.Header{"X-Ratelimit-Remaining": {"0"}}, "", time.Minute},
		"a reset that is past":      {403, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"1"}}, "", time.Minute},
		"403 in words":              {403, nil, "You have exceeded a secondary rate limit.", time.Minute},
		"422, sent too quickly":     {422, nil, "Validation Failed; was submitted too quickly", time.Minute},
		"422 for another reason":    {422, nil, "Validation Failed; body is too long", 0},
		"by GitHub's own clock": {403, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {in(-1000 * time.Hour)},
			"Date": {clock.Now().Add(-1000*time.Hour - 20*time.Minute).UTC().Format(http.TimeFormat)}}, "", 20 * time.Minute},
		"403 for another reason":      {403, http.Header{"X-Ratelimit-Remaining": {"9"}}, "Resource not accessible", 0},
		"404 with a header":           {404, http.Header{"Retry-After": {"9"}}, "", 0},
		"a time that cannot be a one": {429, http.Header{"Retry-After": {"-1"}}, "", time.Minute},
	} {
		l := NewLimits(clock, Pace{})
		err := l.heed(c.status, c.header, c.message)
		if c.want == 0 {
			if err != nil || l.open() != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if got := notBefore(t, err).Sub(clock.Now()).Round(time.Second); got != c.want {
			t.Errorf("%s: wait %s, want %s", name, got, c.want)
		}
		if l.open() == nil {
			t.Errorf("%s: the next request would be sent", name)
		}
	}
}

func TestLimitsWithoutATimeWaitLongerEachTimeUntilOneSucceeds(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	l := NewLimits(clock, Pace{})
	for _, minutes := range []int{1, 2, 4, 8, 16, 32, 60, 60} {
		until := notBefore(t, l.heed(429, http.Header{}, ""))
		if got := until.Sub(clock.Now()); got != time.Duration(minutes)*time.Minute {
			t.Errorf("wait %s, want %d minutes", got, minutes)
		}
		clock.Advance(until.Sub(clock.Now()))
		if err := l.open(); err != nil {
			t.Errorf("after the wait: %v", err)
		}
	}
	if err := l.heed(200, http.Header{}, ""); err != nil {
		t.Fatal(err)
	}
	if got := notBefore(t, l.heed(429, http.Header{}, "")).Sub(clock.Now()); got != time.Minute {
		t.Errorf("after a success: wait %s", got)
	}
}

func TestTheLastRequestOfAnHourClosesTheGate(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	l := NewLimits(clock, Pace{})
	reset := clock.Now().Add(20 * time.Minute)
	if err := l.heed(200, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {fmt.Sprint(reset.Unix())}}, ""); err != nil {
		t.Fatal(err)
	}
	if got := notBefore(t, l.open()); !got.Equal(reset.Truncate(time.Second)) {
		t.Errorf("until %s, want %s", got, reset)
	}
	clock.Advance(20 * time.Minute)
	if err := l.open(); err != nil {
		t.Error(err)
	}
}

func TestAWriteThatAuxsyncPutsOffItselfIsToldFromALimitOfGitHub(t *testing.T) {
	t.Parallel()
	l := NewLimits(leap{clockwork.NewFakeClock()}, Pace{PerMinute: 1})
	if err := l.turn(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := (doing{"comment on 1", "Issues: write"}).undone(l.turn(t.Context()))
	var paced *forks.PacedError
	if !errors.As(err, &paced) || !paced.Until.Equal(notBefore(t, err)) {
		t.Errorf("our own pace: %v", err)
	}
	if err := l.open(); err != nil {
		t.Errorf("a read is held back by it: %v", err)
	}
	if err := l.heed(429, http.Header{}, ""); errors.As(err, &paced) {
		t.Errorf("a limit of GitHub: %v", err)
	}
	if err := l.turn(t.Context()); err == nil || l.open() == nil {
		t.Errorf("a write after GitHub's limit: %v", err)
	}
}

func TestATimeThatWasSetByAWrongClockIsNotBelieved(t *testing.T) {
	t.Parallel()
	right := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	l := NewLimits(clockwork.NewFakeClockAt(right.AddDate(2, 0, 0)), Pace{})
	until := notBefore(t, l.heed(429, http.Header{"Retry-After": {"60"}}, ""))
	l.clock = clockwork.NewFakeClockAt(until.Add(-23 * time.Hour))
	if l.open() == nil {
		t.Error("a time within a day is not believed")
	}
	l.clock = clockwork.NewFakeClockAt(right)
	if err := l.open(); err != nil {
		t.Errorf("after the clock was set right: %v", err)
	}
}
