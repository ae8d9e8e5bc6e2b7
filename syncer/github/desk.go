package github

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
)

// desk is where each request begins and each answer ends. It holds requests back as
// [Limits] says, and sorts answers: what goes on from here is either readable and
// GitHub's own word, or an error that says what is known. The client never sees
// limits, redirects or the server's errors, on which it has rules of its own.
type desk struct {
	next       http.RoundTripper
	limits     *Limits
	clock      clockwork.Clock
	api        *url.URL
	repository string // owner/name of the fork
}

// lostError says that a write was sent and that no answer tells what became of it.
type lostError struct{ err error }

func (e *lostError) Error() string { return e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

func (d *desk) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := d.admit(req); err != nil {
		return nil, err
	}
	resp, err := d.next.RoundTrip(req)
	if err != nil {
		return nil, d.broken(req, err)
	}
	return d.judge(req, resp, maxHops)
}

func (d *desk) admit(req *http.Request) error {
	if err := d.limits.open(); err != nil || reads(req) {
		return err
	}
	return d.limits.turn(req.Context())
}

// broken says what is known after an exchange without an answer.
func (d *desk) broken(req *http.Request, err error) error {
	var decided *forks.Problem
	if errors.As(err, &decided) {
		return err
	}
	var w *wireError
	if errors.As(err, &w) && w.sent && !reads(req) {
		return &lostError{err}
	}
	if ended := req.Context().Err(); ended != nil {
		return ended
	}
	if errors.Is(err, errTooLarge) {
		return forks.AskPerson("report this as a limit of auxsync", "%s %s: %w", req.Method, forks.Inert(req.URL.EscapedPath()), err)
	}
	return forks.RetryLater("", "%s does not answer: %w", d.api.Host, err)
}

// judge sorts an answer.
func (d *desk) judge(req *http.Request, resp *http.Response, hops int) (*http.Response, error) {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, d.broken(req, &wireError{sent: true, err: err})
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err := d.limits.heed(resp.StatusCode, resp.Header, messageOf(body)); err != nil {
		return nil, err
	}
	for _, known := range []string{"X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Limit", "Retry-After"} {
		resp.Header.Del(known)
	}
	switch status := resp.StatusCode; {
	case status >= 300 && status < 400 && reads(req):
		return d.follow(req, resp, hops)
	case status < 200 || status >= 300 && status < 400:
		return nil, &lostError{fmt.Errorf("it was answered with a redirect, which is not followed: %s", forks.Inert(resp.Status))}
	case status == http.StatusUnauthorized:
		return nil, unauthorized(body)
	case status >= 500:
		return nil, d.unusable(req, fmt.Errorf("the server answered %s", forks.Inert(resp.Status)))
	case !readable(status, body):
		return nil, d.unusable(req, fmt.Errorf("the answer %s cannot be read", forks.Inert(resp.Status)))
	}
	return resp, nil
}

// unusable is the error for an answer that says nothing.
func (d *desk) unusable(req *http.Request, err error) error {
	if !reads(req) {
		return &lostError{err}
	}
	return forks.RetryLater("", "%s %s: %w", req.Method, forks.Inert(req.URL.EscapedPath()), err)
}

// readable reports whether the body is one of the API. An empty one is, where there
// is nothing to say.
func readable(status int, body []byte) bool {
	if len(bytes.TrimSpace(body)) == 0 {
		return status == http.StatusNoContent || status >= 400
	}
	return json.Valid(body)
}

// messageOf returns the words of an answer that is no content, those about single
// fields at its end.
func messageOf(body []byte) string {
	var said struct {
		Message string            `json:"message"`
		Errors  []json.RawMessage `json:"errors"`
	}
	_ = json.Unmarshal(body, &said) // a list has no message
	words := said.Message
	for _, raw := range said.Errors {
		var one struct {
			Message string `json:"message"`
		}
		if json.Unmarshal(raw, &one) != nil {
			_ = json.Unmarshal(raw, &one.Message) // what is neither says nothing
		}
		if one.Message != "" {
			words += "; " + one.Message
		}
	}
	return words
}

func unauthorized(body []byte) error {
	said, next := messageOf(body), "renew the token, or the app's key, in the credential file"
	if strings.Contains(said, "claim") {
		next = "set this machine's clock: an app's requests carry the time"
	}
	return forks.AskPerson(next, "GitHub does not take the credential: %s", quoted(said))
}

// quoted shows words of GitHub's.
func quoted(said string) string { return forks.Clip(forks.Inert(said), 300) }

const maxHops = 3

// follow follows a redirect of a read on the same server. One to another server
// would take the credential there.
func (d *desk) follow(req *http.Request, resp *http.Response, hops int) (*http.Response, error) {
	to, err := resp.Location()
	switch {
	case err != nil || hops == 0:
		return nil, d.unusable(req, fmt.Errorf("the answer %s leads nowhere", forks.Inert(resp.Status)))
	case !sameOrigin(to, d.api):
		return nil, forks.AskPerson("check the address of GitHub's API", "%s %s: redirected to another server, %s, which is not followed",
			req.Method, forks.Inert(req.URL.EscapedPath()), forks.Inert(to.Host))
	}
	if id := d.moved(req, to); id != "" {
		return nil, d.renamed(req, id, hops)
	}
	onward := req.Clone(req.Context())
	onward.URL, onward.Host = to, ""
	again, err := d.next.RoundTrip(onward)
	if err != nil {
		return nil, d.broken(onward, err)
	}
	return d.judge(onward, again, hops-1)
}

var movedPath = regexp.MustCompile(`^(repositories/[0-9]+)(/|$)`)

// moved returns the path that a repository has by its id, if it is the fork's and
// its name leads there.
func (d *desk) moved(req *http.Request, to *url.URL) string {
	path, _ := strings.CutPrefix(req.URL.EscapedPath(), d.api.EscapedPath())
	if !strings.HasPrefix(path, "repos/") {
		return ""
	}
	by, _ := strings.CutPrefix(to.EscapedPath(), d.api.EscapedPath())
	if m := movedPath.FindStringSubmatch(by); m != nil {
		return m[1]
	}
	return ""
}

// renamed asks for a repository's new name, and is the error that tells it. An app
// may not ask for that as itself.
func (d *desk) renamed(req *http.Request, path string, hops int) error {
	const next = "write the new name into `url`"
	ask := req.Clone(req.Context())
	ask.URL, ask.Host = d.api.JoinPath(path), ""
	resp, err := d.next.RoundTrip(ask)
	if err == nil {
		resp, err = d.judge(ask, resp, hops-1)
	}
	var is struct {
		FullName string `json:"full_name"`
	}
	if err == nil {
		err = json.NewDecoder(resp.Body).Decode(&is)
	}
	var decided *forks.Problem
	switch {
	case errors.As(err, &decided) && decided.Kind == forks.Retry, req.Context().Err() != nil:
		return err
	case err != nil || is.FullName == "":
		return forks.AskPerson(next, "the repository %s has another name now", d.repository)
	}
	return forks.AskPerson(next, "the repository %s is now %s", d.repository, quoted(is.FullName))
}
