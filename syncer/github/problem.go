package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	gh "github.com/google/go-github/v62/github"

	"github.com/auxolotl/auxsync/forks"
)

// doing names a request for people, and the right that it needs.
type doing struct {
	what  string
	right string
}

// undone explains the error of a write: it gives one of the errors that an effect may
// give, or nil for nil.
func (d doing) undone(err error) error {
	var lost *lostError
	var decided *forks.Problem
	said, refused := answered(err)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &lost):
		return &forks.UnknownOutcomeError{Doing: d.what, Err: lost.err}
	case refused && said.status == http.StatusNotFound: // GitHub hides what may not be written
		return &forks.ForgeRefusedError{Doing: d.what, Said: fmt.Sprintf("%s (it is gone, or the credential does not have %s)", said.words, d.right)}
	case refused && !said.forbids():
		return &forks.ForgeRefusedError{Doing: d.what, Said: said.words}
	case refused, errors.As(err, &decided):
		return d.explained(err)
	}
	// It was cut short, or answered with something of another form.
	return &forks.UnknownOutcomeError{Doing: d.what, Err: plain(err)}
}

// unread explains the error of a read.
func (d doing) unread(err error) error {
	said, ok := answered(err)
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case ok && (said.status == http.StatusNotFound || said.status == http.StatusGone):
		return forks.AskPerson("check `url`, and that the credential is for this repository", "%s: GitHub does not find it: %s", d.what, quoted(said.words))
	case ok && !said.forbids():
		return forks.RetryLater("", "%s: GitHub answered %d: %s", d.what, said.status, quoted(said.words))
	}
	return d.explained(err)
}

// explained is for what read and write have in common.
func (d doing) explained(err error) error {
	if said, ok := answered(err); ok {
		return forks.AskPerson(said.remedy(d.right), "%s: GitHub does not allow it: %s", d.what, quoted(said.words))
	}
	var decided *forks.Problem
	if errors.As(err, &decided) {
		return fmt.Errorf("%s: %w", d.what, plain(err))
	}
	return forks.RetryLater("", "%s: %w", d.what, plain(err))
}

// later is the error of an effect that GitHub will take in a while.
func later(format string, args ...any) error {
	return &forks.LaterError{Err: forks.RetryLater("", format, args...)}
}

// plain takes off what the client wraps around an error: the address.
func plain(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// answer is what GitHub said where it refuses.
type answer struct {
	status int
	words  string
	accept string // the rights that would do, where GitHub names them
	errors []gh.Error
}

// answered finds GitHub's refusal in an error of the client.
func answered(err error) (answer, bool) {
	var e *gh.ErrorResponse
	if !errors.As(err, &e) || e.Response == nil {
		return answer{}, false
	}
	a := answer{status: e.Response.StatusCode, words: e.Message, accept: e.Response.Header.Get("X-Accepted-GitHub-Permissions"), errors: e.Errors}
	if a.words == "" {
		a.words = otherWords(e.Response.Body)
	}
	for _, one := range e.Errors {
		switch {
		case one.Message != "":
			a.words += "; " + one.Message
		case one.Field != "":
			a.words += "; " + one.Field + ": " + one.Code
		}
	}
	return a, true
}

// otherWords reads a refusal whose errors have a form that the client does not know.
func otherWords(body io.Reader) string {
	var said struct {
		Message string          `json:"message"`
		Errors  json.RawMessage `json:"errors"`
	}
	_ = json.NewDecoder(io.LimitReader(body, maxAnswer)).Decode(&said) // then there are no words
	if len(said.Errors) == 0 {
		return said.Message
	}
	return said.Message + "; " + string(said.Errors)
}

func (a answer) has(words string) bool {
	return strings.Contains(strings.ToLower(a.words), words)
}

// forbids reports whether it is a matter of rights, and not of what was asked.
func (a answer) forbids() bool {
	return a.status == http.StatusForbidden && !a.has("is locked")
}

// remedy says what a person does about a refusal.
func (a answer) remedy(right string) string {
	switch {
	case a.has("archived"):
		return "unarchive the repository, or take the fork out of the configuration"
	case a.has("suspended"):
		return "have the app's installation, or the account, unsuspended in GitHub's settings"
	case a.has("saml"):
		return "authorize the token for the organisation's single sign-on"
	case a.accept != "":
		return "give the credential this right in GitHub's settings: " + quoted(a.accept)
	}
	return "give the credential this right in GitHub's settings: " + right
}

// status returns the status of GitHub's refusal, or 0 if err is none.
func status(err error) int {
	a, _ := answered(err)
	return a.status
}
