package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// maxAnswer is the largest body that is read.
const maxAnswer = 32 << 20

// errTooLarge is the cause where an answer is larger than is read.
var errTooLarge = fmt.Errorf("the answer is larger than %d MiB", maxAnswer>>20)

// wire makes one exchange: it sends a request and reads the whole answer, in a
// limited time. Whoever gets an answer from it has all of it.
type wire struct {
	next     http.RoundTripper
	patience time.Duration
	limit    int64
}

// wireError says that an exchange failed.
type wireError struct {
	sent bool // the request may have reached the server
	err  error
}

func (e *wireError) Error() string { return e.err.Error() }
func (e *wireError) Unwrap() error { return e.err }

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), w.patience)
	defer cancel()
	resp, err := w.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, &wireError{sent: !undialed(err), err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, w.limit+1))
	if err == nil && int64(len(body)) > w.limit {
		err = errTooLarge
	}
	if err != nil {
		return nil, &wireError{sent: true, err: err}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.Request = req
	return resp, nil
}

// undialed reports whether no connection came about, so that nothing was sent.
func undialed(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// Tries of a request, and the waits between them.
const (
	maxRetries = 3
	firstWait  = 500 * time.Millisecond
	maxWait    = 5 * time.Second
)

// retrying repeats what may be repeated: reads after a lost connection or a server's
// error, and writes of which nothing was sent.
type retrying struct {
	next  http.RoundTripper
	clock clockwork.Clock
}

// RoundTrip makes a client for each request, because the waits count its tries.
func (r *retrying) RoundTrip(req *http.Request) (*http.Response, error) {
	waiting := firstWait
	return (&retryablehttp.RoundTripper{Client: &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     r.next,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RetryMax: maxRetries,
		CheckRetry: func(ctx context.Context, resp *http.Response, err error) (bool, error) {
			return ctx.Err() == nil && repeatable(req, resp, err), nil
		},
		// The client's own waits are by another clock.
		Backoff: func(time.Duration, time.Duration, int, *http.Response) time.Duration { return 0 },
		PrepareRetry: func(again *http.Request) error {
			d := waiting
			waiting = min(2*waiting, maxWait)
			return wait(again.Context(), r.clock, d)
		},
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}}).RoundTrip(req)
}

// repeatable decides whether a request is sent again.
func repeatable(req *http.Request, resp *http.Response, err error) bool {
	var w *wireError
	if err != nil && (!errors.As(err, &w) || errors.Is(err, errTooLarge)) {
		return false
	}
	if harmless(req) {
		return err != nil || resp.StatusCode >= 500 && resp.Header.Get("Retry-After") == ""
	}
	return err != nil && !w.sent
}

// harmless reports whether a request can be repeated: it reads, or it asks for one
// more token.
func harmless(req *http.Request) bool { return reads(req) || mintsToken(req.URL.Path) }

func reads(req *http.Request) bool {
	return req.Method == http.MethodGet || req.Method == http.MethodHead
}

// logged tells of each request: no header, no query, no body.
type logged struct {
	next  http.RoundTripper
	log   *zap.Logger
	clock clockwork.Clock
}

func (l *logged) RoundTrip(req *http.Request) (*http.Response, error) {
	began := l.clock.Now()
	resp, err := l.next.RoundTrip(req)
	entry := l.log.Check(zap.DebugLevel, "request to GitHub")
	if entry == nil {
		return resp, err
	}
	fields := []zap.Field{
		zap.String("method", req.Method), zap.String("path", forks.Inert(req.URL.EscapedPath())),
		zap.Int64("ms", l.clock.Since(began).Milliseconds()),
	}
	if err != nil {
		fields = append(fields, zap.String("problem", forks.Inert(err.Error())))
	} else {
		fields = append(fields, zap.Int("status", resp.StatusCode))
	}
	entry.Write(fields...)
	return resp, err
}
