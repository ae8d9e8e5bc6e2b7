package github

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
)

// Pace says how fast an account writes. What is zero is a default that stays below
// GitHub's own limits: 80 in a minute and 500 in an hour.
type Pace struct {
	Every     time.Duration // between two writes; 1 s
	PerMinute int           // 60
	PerHour   int           // 400
	// Longest is how long a write waits for its turn before it is put off; 5 s.
	Longest time.Duration
}

// Limits keeps the requests of one account within what GitHub takes: it paces
// writes, and sends nothing before the time that GitHub named.
type Limits struct {
	clock clockwork.Clock
	pace  Pace

	mu        sync.Mutex
	notBefore time.Time
	because   string
	repeats   int         // refusals in a row that named no time
	turns     []time.Time // of writes, also of those that wait; ascending
	left, of  int         // requests of the hour, as the last answer told them; of is 0 before it
}

// Left tells how many requests GitHub leaves the account for this hour, and of how many,
// by its last answer; ok is false before that.
func (l *Limits) Left() (left, of int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.left, l.of, l.of > 0
}

// NewLimits makes limits for one account.
func NewLimits(clock clockwork.Clock, pace Pace) *Limits {
	if pace.Every == 0 {
		pace.Every = time.Second
	}
	if pace.PerMinute == 0 {
		pace.PerMinute = 60
	}
	if pace.PerHour == 0 {
		pace.PerHour = 400
	}
	if pace.Longest == 0 {
		pace.Longest = 5 * time.Second
	}
	return &Limits{clock: clock, pace: pace}
}

// open returns nil if a request may be sent now.
func (l *Limits) open() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	if l.notBefore.After(now.Add(senseless)) {
		l.notBefore = time.Time{} // it was set by a clock that was wrong
	}
	if now.Before(l.notBefore) {
		return putOff(l.notBefore, l.because)
	}
	return nil
}

func putOff(until time.Time, because string) error {
	return &forks.Problem{Kind: forks.Retry, Err: fmt.Errorf("%s: nothing is sent before %s", because, until.UTC().Format(time.RFC3339)), NotBefore: until}
}

// turn waits until a write may be sent, or says when to try again: by a
// [forks.PacedError] where that is not GitHub's word but the pace.
func (l *Limits) turn(ctx context.Context) error {
	l.mu.Lock()
	now := l.clock.Now()
	at := l.next(now)
	if at.Sub(now) > l.pace.Longest {
		l.mu.Unlock()
		return &forks.Problem{Kind: forks.Retry, Err: &forks.PacedError{Until: at}, NotBefore: at}
	}
	l.turns = append(l.turns, at)
	l.mu.Unlock()
	if err := wait(ctx, l.clock, at.Sub(now)); err != nil {
		return err
	}
	return l.open()
}

// next returns the earliest time of another write, and forgets those that no longer
// count. The caller holds mu.
func (l *Limits) next(now time.Time) time.Time {
	for len(l.turns) > 0 && now.Sub(l.turns[0]) >= time.Hour {
		l.turns = l.turns[1:]
	}
	at := now
	for _, rule := range []struct {
		writes int
		span   time.Duration
	}{{1, l.pace.Every}, {l.pace.PerMinute, time.Minute}, {l.pace.PerHour, time.Hour}} {
		if n := len(l.turns); n >= rule.writes {
			if free := l.turns[n-rule.writes].Add(rule.span); free.After(at) {
				at = free
			}
		}
	}
	return at
}

// Waits where GitHub names none, or a senseless one.
const (
	shortestWait = time.Minute
	longestWait  = time.Hour
	senseless    = 24 * time.Hour
)

// heed learns from an answer. It returns an error if the answer is that there were
// too many requests.
func (l *Limits) heed(status int, header http.Header, message string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	spent := header.Get("X-RateLimit-Remaining") == "0"
	l.note(header)
	theirs := clockOf(header, now)
	after, named := retryAfter(header, theirs)
	reset := now.Add(resetOf(header, theirs).Sub(theirs))
	if !tooMany(status, named, spent, message) {
		if status < 300 {
			l.repeats = 0
		}
		if spent {
			l.close(reset, "the account's requests for this hour are used up")
		}
		return nil
	}
	until := reset
	switch {
	case named:
		until = now.Add(max(after, time.Second))
	case !spent || !until.After(now):
		until = now.Add(min(shortestWait<<min(l.repeats, 10), longestWait))
		l.repeats++
	}
	l.close(until, "GitHub limits the account's requests")
	return putOff(l.notBefore, l.because)
}

// note keeps what an answer told of the hour's requests. The caller holds mu.
func (l *Limits) note(header http.Header) {
	left, err := strconv.Atoi(header.Get("X-RateLimit-Remaining"))
	of, ofErr := strconv.Atoi(header.Get("X-RateLimit-Limit"))
	if err == nil && ofErr == nil && left >= 0 && of > 0 {
		l.left, l.of = min(left, of), of
	}
}

// close lets nothing pass before a time. The caller holds mu.
func (l *Limits) close(until time.Time, because string) {
	if latest := l.clock.Now().Add(senseless); until.After(latest) {
		until = latest
	}
	if until.After(l.notBefore) {
		l.notBefore, l.because = until, because
	}
}

func tooMany(status int, named, spent bool, message string) bool {
	switch status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusForbidden:
		message = strings.ToLower(message)
		return named || spent || strings.Contains(message, "rate limit") || strings.Contains(message, "abuse detection")
	case http.StatusUnprocessableEntity:
		return strings.Contains(strings.ToLower(message), "was submitted too quickly")
	}
	return false
}

// clockOf reads what time it is for GitHub, which the times that it names are by; it is
// now if that is not said.
func clockOf(header http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		return date
	}
	return now
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(header http.Header, now time.Time) (d time.Duration, named bool) {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return date.Sub(now), true
	}
	return 0, false
}

// resetOf reads when there are requests again; it is now if that is not said.
func resetOf(header http.Header, now time.Time) time.Time {
	seconds, err := strconv.ParseInt(header.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil {
		return now
	}
	return time.Unix(seconds, 0).UTC()
}
