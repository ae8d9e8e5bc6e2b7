package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
)

// talk is one exchange of questions with a forum, under one key.
type talk struct {
	*Discourse
	key forks.Secret
}

// reply is a forum's whole answer.
type reply struct {
	status   int
	location string
	wait     string // the header Retry-After
	body     []byte
}

// maxReply is the largest answer that is read.
const maxReply = 4 << 20

// ask makes a request, and returns an answer that says something about it: limits, outages
// and matters of rights are errors.
func (t *talk) ask(ctx context.Context, doing, method, path string, body []byte) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, method, t.base.String()+path, bytes.NewReader(body))
	if err != nil {
		return reply{}, fmt.Errorf("discourse: %w", err)
	}
	req.Header.Set("Api-Key", t.key.Reveal())
	req.Header.Set("Api-Username", t.config.User)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "auxsync")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := t.wire.RoundTrip(req)
	if err != nil {
		return reply{}, t.unanswered(ctx, doing, err)
	}
	defer func() { _ = resp.Body.Close() }()
	said := reply{status: resp.StatusCode, location: resp.Header.Get("Location"), wait: resp.Header.Get("Retry-After")}
	if said.body, err = io.ReadAll(io.LimitReader(resp.Body, maxReply+1)); err != nil {
		return reply{}, t.unanswered(ctx, doing, err)
	}
	if len(said.body) > maxReply {
		return reply{}, forks.RetryLater("", "discourse: %s: %s: the answer is larger than %d MiB", t.host(), doing, maxReply>>20)
	}
	return said, t.judge(doing, method, said)
}

// judge gives the error for an answer that is about the asking and not about the question.
func (t *talk) judge(doing, method string, said reply) error {
	switch {
	case said.status == http.StatusTooManyRequests || said.status >= 500:
		late := &forks.Problem{Kind: forks.Retry, Err: fmt.Errorf("discourse: %s: %s: the forum answered %d: %s", t.host(), doing, said.status, t.words(said))}
		if d := said.patience(t.config.Clock.Now()); d > 0 {
			late.NotBefore = t.config.Clock.Now().Add(d)
		}
		return late
	case said.status == http.StatusUnauthorized || said.status == http.StatusForbidden:
		return t.refused(doing, said, "check the API key, that it may write and read topics, and that its user may write in the category")
	case said.status == http.StatusNotFound && method == http.MethodPost:
		return t.refused(doing, said, "check `url` and the category, and that the API key may write topics")
	case said.status >= 300 && said.status < 400 && method == http.MethodPost:
		return forks.AskPerson("write the forum's own address into `url`", "discourse: %s: %s: the forum leads elsewhere, and the key does not go there", t.host(), doing)
	}
	return nil
}

// Waits that a forum may ask for. A forum that says 429 without more is left alone for a
// minute; none is waited for longer than a day.
const (
	leastWait = time.Minute
	mostWait  = 24 * time.Hour
)

// patience is how long a forum is to be left alone; 0 if it did not say.
func (r reply) patience(now time.Time) (d time.Duration) {
	var said struct {
		Extras struct {
			Seconds float64 `json:"wait_seconds"`
		} `json:"extras"`
	}
	_ = json.Unmarshal(r.body, &said) // then it does not say
	if n, err := strconv.ParseUint(r.wait, 10, 31); err == nil {
		d = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(r.wait); err == nil {
		d = at.Sub(now)
	}
	d = max(d, time.Duration(min(max(said.Extras.Seconds, 0), mostWait.Seconds())*float64(time.Second)))
	if r.status == http.StatusTooManyRequests && d <= 0 {
		d = leastWait
	}
	return min(max(d, 0), mostWait)
}

// unanswered explains a request without an answer. It may have been done.
func (t *talk) unanswered(ctx context.Context, doing string, err error) error {
	if ended := ctx.Err(); ended != nil {
		return forks.RetryLater("", "discourse: %s: %s: no answer in time: %w", t.host(), doing, ended)
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return forks.RetryLater("", "discourse: %s: %s: the forum does not answer: %s", t.host(), doing, t.clean(err.Error()))
}

// unexpected explains an answer that says nothing.
func (t *talk) unexpected(doing string, said reply) error {
	if said.status >= 400 {
		return t.refused(doing, said, "check `url` and the forum's settings")
	}
	return forks.RetryLater("", "discourse: %s: %s: the forum's answer (%d) cannot be read", t.host(), doing, said.status)
}

func (t *talk) refused(doing string, said reply, next string) error {
	return forks.AskPerson(next, "discourse: %s: %s: the forum refuses (%d): %s", t.host(), doing, said.status, t.words(said))
}

// words are a forum's own, for people.
func (t *talk) words(said reply) string {
	var list struct {
		Errors []string `json:"errors"`
	}
	if json.Unmarshal(said.body, &list) != nil || len(list.Errors) == 0 {
		return http.StatusText(said.status)
	}
	return t.clean(strings.Join(list.Errors, "; "))
}

// clean shows words of a server that knows the key.
func (t *talk) clean(words string) string {
	return quotedWords(strings.ReplaceAll(words, t.key.Reveal(), t.key.String()))
}

func quotedWords(s string) string { return forks.Clip(forks.Inert(s), 300) }

func (t *talk) host() string { return forks.Inert(t.base.Host) }

// Tries of a request, and the wait before the second; it doubles.
const (
	lookupTries = 3
	firstWait   = time.Second
)

// patient repeats what may be repeated at once: questions, and a creation of which nothing
// was sent. A creation whose end is not known is left to the next delivery, which looks
// first. It follows no redirect.
func patient(next http.RoundTripper, clock clockwork.Clock) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		waiting := firstWait
		return (&retryablehttp.RoundTripper{Client: &retryablehttp.Client{
			HTTPClient: &http.Client{
				Transport:     next,
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			},
			RetryMax: lookupTries - 1,
			CheckRetry: func(ctx context.Context, resp *http.Response, err error) (bool, error) {
				return ctx.Err() == nil && repeatable(req, resp, err), nil
			},
			// The client's own waits are by another clock.
			Backoff: func(time.Duration, time.Duration, int, *http.Response) time.Duration { return 0 },
			PrepareRetry: func(again *http.Request) error {
				d := waiting
				waiting *= 2
				return await(again.Context(), clock, d)
			},
			ErrorHandler: retryablehttp.PassthroughErrorHandler,
		}}).RoundTrip(req)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }

func repeatable(req *http.Request, resp *http.Response, err error) bool {
	var op *net.OpError
	switch {
	case req.Method == http.MethodGet && err == nil:
		return resp.StatusCode >= 500 && resp.Header.Get("Retry-After") == ""
	case req.Method == http.MethodGet:
		return true
	}
	return errors.As(err, &op) && op.Op == "dial"
}

// await waits by the clock.
func await(ctx context.Context, clock clockwork.Clock, d time.Duration) error {
	timer := clock.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.Chan():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
