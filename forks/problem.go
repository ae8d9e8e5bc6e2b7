package forks

import (
	"errors"
	"fmt"
	"time"
)

// Kind says who has to act on an error. There are three kinds and no more.
type Kind int

const (
	// Fatal ends the program with exit code 1; the service manager restarts it.
	Fatal Kind = iota
	// Retry passes by itself: the same call may succeed later.
	Retry
	// NeedsPerson stops one track, is told once, and waits for a decision.
	NeedsPerson
)

// Problem is an error whose kind was decided where its cause is known. Find it
// with [errors.As]. An error without a Problem in its chain is fatal.
type Problem struct {
	Kind      Kind
	Err       error     // what happened, to which thing
	Next      string    // the next step for a person; empty for a plain retry
	NotBefore time.Time // for Retry: the earliest sensible time; zero means at once
}

// Error gives the cause and, after a semicolon, the next step.
func (p *Problem) Error() string {
	if p.Next == "" {
		return p.Err.Error()
	}
	return p.Err.Error() + "; " + p.Next
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// AskPerson makes a problem that needs a person: what happened, and the next step.
func AskPerson(next, format string, args ...any) error {
	return &Problem{Kind: NeedsPerson, Err: fmt.Errorf(format, args...), Next: next}
}

// RetryLater makes a problem that passes by itself.
func RetryLater(next, format string, args ...any) error {
	return &Problem{Kind: Retry, Err: fmt.Errorf(format, args...), Next: next}
}

// KindOf returns the kind of the outermost [Problem] in err's chain, or Fatal.
func KindOf(err error) Kind {
	var p *Problem
	if errors.As(err, &p) {
		return p.Kind
	}
	return Fatal
}
