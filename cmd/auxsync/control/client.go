package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
)

// ErrNoDaemon says that nobody listens on the control socket: there is no file, or
// only one that a daemon left behind.
var ErrNoDaemon = errors.New("no auxsync daemon is running")

// How long a client waits for the beginning of an answer. What follows may pause
// for [silence].
const (
	helloWait  = 20 * time.Second // longer than the service manager waits with a restart
	answerWait = time.Minute
	noHurry    = 0 // as long as its context lasts
)

// maxAnswer bounds an answer, or an event of a stream, in bytes.
const maxAnswer = 256 << 20

// Client asks a daemon. It may be used by many goroutines at once, and holds
// nothing open between two requests. Its methods return, beside what their
// comments say: [ErrNoDaemon]; a [*Failure], which is the daemon's own answer; a
// [forks.Problem].
type Client struct {
	path  string
	clock clockwork.Clock
	http  *http.Client
}

// Dial finds the daemon that listens on the socket at path, and says hello to it.
// It wraps [ErrNoDaemon] if there is none. A user who may not connect and a daemon
// of another protocol need a person; a daemon that does not answer within five
// seconds is to be tried later.
func Dial(ctx context.Context, path string, clock clockwork.Clock) (*Client, error) {
	c := &Client{path: path, clock: clock}
	c.http = &http.Client{
		Transport: &http.Transport{
			DialContext:            c.connect,
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if _, err := c.Hello(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Client) connect(ctx context.Context, _, _ string) (conn net.Conn, err error) {
	err = reach(c.path, func(address string) error {
		conn, err = new(net.Dialer).DialContext(ctx, "unix", address)
		return err
	})
	return conn, err
}

// Hello asks the daemon who it is.
func (c *Client) Hello(ctx context.Context) (Hello, error) {
	var h Hello
	err := c.get(ctx, "/v1/hello", helloWait, &h)
	var f *Failure
	switch {
	case errors.As(err, &f) && f.Kind == FailureUsage:
		return Hello{}, c.otherVersion(f.Message)
	case err != nil:
		return Hello{}, err
	case h.Schema != ControlSchema:
		return Hello{}, c.otherVersion(fmt.Sprintf("it speaks %s, and this program %q", quoted(h.Schema), ControlSchema))
	}
	return h, nil
}

func (c *Client) otherVersion(what string) error {
	return forks.AskPerson("use the auxsync program of the daemon's own version; after an upgrade restart the daemon",
		"the daemon on %s speaks another version of the control protocol: %s", c.path, what)
}

// Tracks returns what the daemon knows about all its tracks, or about the one that
// name names.
func (c *Client) Tracks(ctx context.Context, name string) ([]View, error) {
	path := "/v1/tracks"
	if name != "" {
		path += "?" + nameQuery(name)
	}
	var a tracksAnswer
	if err := c.get(ctx, path, answerWait, &a); err != nil {
		return nil, err
	}
	return a.Tracks, nil
}

// get asks for one JSON value. Keys that it does not know are left out: a newer
// daemon of the same protocol may tell more.
func (c *Client) get(ctx context.Context, path string, wait time.Duration, into any) error {
	a, err := c.ask(ctx, http.MethodGet, path, nil, wait)
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
		// A daemon that was about to end closed the door; the next one opens it.
		a, err = c.ask(ctx, http.MethodGet, path, nil, wait)
	}
	if err != nil {
		return err
	}
	defer a.close()
	body, err := io.ReadAll(io.LimitReader(a.body, maxAnswer))
	if err != nil {
		return a.lost(err, "it answered", "it was only asked for what it knows")
	}
	if err := json.Unmarshal(body, into); err != nil {
		return c.notUnderstood(err)
	}
	return nil
}

// notUnderstood is for an answer that came whole and makes no sense.
func (c *Client) notUnderstood(err error) error {
	// The next step of a problem with a state file would mislead here.
	var p *forks.Problem
	if errors.As(err, &p) {
		err = p.Err
	}
	return forks.AskPerson("use the auxsync program of the daemon's own version, and see what listens there with `ss -xlp`",
		"what answers on %s is not understood: %w", c.path, err)
}

// answer is an answer with the status for success.
type answer struct {
	client *Client
	caller context.Context // of the one who asked
	ctx    context.Context // ends too when the daemon falls silent
	cancel context.CancelCauseFunc
	resp   *http.Response
	body   *watchedBody
}

// close ends the exchange. Before the end of an answer that tells the daemon to
// give up.
func (a *answer) close() {
	a.cancel(nil)
	_ = a.resp.Body.Close()
}

// ask sends a request and returns the answer as soon as it begins, which may take
// as long as wait.
func (c *Client) ask(caller context.Context, method, path string, body []byte, wait time.Duration) (*answer, error) {
	ctx, cancel := context.WithCancelCause(caller)
	a := &answer{client: c, caller: caller, ctx: ctx, cancel: cancel}
	r, err := http.NewRequestWithContext(ctx, method, "http://auxsync"+path, bytes.NewReader(body))
	if err != nil {
		cancel(nil)
		return nil, fmt.Errorf("ask the daemon on %s: %w", c.path, err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if wait != noHurry {
		defer c.clock.AfterFunc(wait, func() { cancel(c.silent()) }).Stop()
	}
	a.resp, err = c.http.Do(r)
	if err != nil {
		err = c.unreachable(a, err)
		cancel(nil)
		return nil, err
	}
	a.body = watch(ctx, a.resp.Body, c.clock, func() { cancel(c.silent()) })
	if a.resp.StatusCode != http.StatusOK {
		defer a.close()
		return nil, c.refused(a)
	}
	return a, nil
}

// refused reads an answer that is an error.
func (c *Client) refused(a *answer) error {
	var e errorAnswer
	body, err := io.ReadAll(io.LimitReader(a.body, maxBody))
	if err == nil {
		err = json.Unmarshal(body, &e)
	}
	if err != nil || e.Message == "" {
		return c.notUnderstood(fmt.Errorf("it answers with the status %d", a.resp.StatusCode))
	}
	if a.resp.StatusCode == http.StatusNotFound {
		e.Kind = FailureUsage // a daemon of another version may say it in its own way
	}
	return e.Failure.received()
}

// received makes sure that a failure from elsewhere fails.
func (f *Failure) received() error {
	if f.Code < 1 || f.Code > 125 {
		f.Code = codeFatal
	}
	return f
}

// unreachable explains why there is no answer at all.
func (c *Client) unreachable(a *answer, err error) error {
	switch {
	case a.caller.Err() != nil:
		return fmt.Errorf("ask the daemon on %s: %w", c.path, context.Cause(a.caller))
	case a.ctx.Err() != nil:
		return context.Cause(a.ctx)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w: nobody listens on %s", ErrNoDaemon, c.path)
	case errors.Is(err, fs.ErrPermission):
		return denied(c.path)
	case errors.Is(err, syscall.EAGAIN):
		return c.silent()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return a.lost(err, "it was asked", "it did not answer")
	}
	return c.notUnderstood(cause(err))
}

// silent is for a daemon that is there and says nothing.
func (c *Client) silent() error {
	return forks.RetryLater("see `systemctl status auxsync`", "the daemon does not answer on %s", c.path)
}

// lost explains why an answer ends too early: while tells what the daemon did, and
// outcome what that means.
func (a *answer) lost(err error, while, outcome string) error {
	switch {
	case a.caller.Err() != nil:
		return fmt.Errorf("stop waiting for the daemon, while %s: %w", while, context.Cause(a.caller))
	case a.ctx.Err() != nil:
		return forks.RetryLater("see `systemctl status auxsync`", "the daemon on %s fell silent while %s; %s", a.client.path, while, outcome)
	}
	return forks.RetryLater("see `systemctl status auxsync`, and ask again", "the daemon went away while %s (%w); %s", while, cause(err), outcome)
}
