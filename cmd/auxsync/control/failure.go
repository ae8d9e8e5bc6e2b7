package control

import (
	"errors"
	"net/http"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// FailureKind says who has to act on a failure: the kinds of [forks.Problem], and
// a wrong use.
type FailureKind string

// The kinds of failure.
const (
	FailureRetry       FailureKind = "retry"
	FailureNeedsPerson FailureKind = "needs person"
	FailureFatal       FailureKind = "fatal"
	FailureUsage       FailureKind = "usage"
)

// The program's exit codes that this package has to know.
const (
	codeFatal = 1
	codeUsage = 2 // a wrong use or a wrong config
	codeRetry = 4
)

// Failure is an error of the daemon as its client gets it: with the same text,
// the same [forks.KindOf] and the same exit code. Its text may quote others:
// escape it where it is shown.
type Failure struct {
	Kind    FailureKind `json:"kind"`
	Message string      `json:"message"` // what happened, to which thing
	Next    string      `json:"next"`    // the next step; empty if Message has it, or there is none
	Code    int         `json:"code"`    // exit code of a command that fails so
}

// Error gives the message and, after a semicolon, the next step.
func (f *Failure) Error() string {
	if f.Next == "" {
		return f.Message
	}
	return f.Message + "; " + f.Next
}

// ExitCode is the code that the program ends with.
func (f *Failure) ExitCode() int { return f.Code }

// Unwrap gives the problem that the kind stands for. A wrong use is none.
func (f *Failure) Unwrap() error {
	p := &forks.Problem{Err: errors.New(f.Message), Next: f.Next}
	switch f.Kind {
	case FailureRetry:
		p.Kind = forks.Retry
	case FailureNeedsPerson:
		p.Kind = forks.NeedsPerson
	case FailureFatal:
		p.Kind = forks.Fatal
	default:
		return nil
	}
	return p
}

// failureOf describes an error whose exit code is code.
func failureOf(err error, code int) *Failure {
	f := &Failure{Kind: FailureFatal, Message: err.Error(), Code: code}
	switch {
	case code == codeUsage:
		f.Kind = FailureUsage
	case forks.KindOf(err) == forks.NeedsPerson:
		f.Kind = FailureNeedsPerson
	case forks.KindOf(err) == forks.Retry:
		f.Kind = FailureRetry
	}
	var p *forks.Problem
	if !errors.As(err, &p) || p.Next == "" {
		return f
	}
	// The text of an error ends with the next step of its problem, unless it tells
	// of several.
	if message, ok := strings.CutSuffix(f.Message, "; "+p.Next); ok {
		f.Message, f.Next = message, p.Next
	} else if !strings.Contains(f.Message, p.Next) {
		f.Next = p.Next
	}
	return f
}

// status is the HTTP status that goes with a failure.
func (f *Failure) status() int {
	switch f.Kind {
	case FailureUsage:
		return http.StatusBadRequest
	case FailureNeedsPerson:
		return http.StatusConflict
	case FailureRetry:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// errorAnswer is the body of every answer that is an error.
type errorAnswer struct {
	Schema string `json:"schema"`
	Failure
}

// refusal is a wrong use of the protocol, with its HTTP status.
type refusal struct {
	status        int
	message, next string
	allow         string // the method to use instead, if that is what is wrong
}

func wrongUse(status int, message, next string) *refusal {
	return &refusal{status: status, message: message, next: next}
}

func (r *refusal) answer() errorAnswer {
	return errorAnswer{ErrorSchema, Failure{Kind: FailureUsage, Message: r.message, Next: r.next, Code: codeUsage}}
}
