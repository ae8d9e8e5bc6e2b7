package publish

import (
	"context"
	"errors"

	"github.com/auxolotl/auxsync/forks"
)

// Issues are a fork's issues on its forge.
type Issues interface {
	// PutReport makes title and body the text of the fork's one report issue, unless it shows
	// a later week, and returns its address. It looks for the issue each time, and opens it
	// only where there is none. Texts that people wrote around the report stay.
	PutReport(ctx context.Context, fork string, week forks.Week, title, body string) (url string, err error)
}

// Issue keeps one issue for each fork, which shows the newest report.
type Issue struct {
	of func(fork string) (Issues, error)
}

// NewIssue makes the sink. of gives a fork's issues, nil for a fork without; it is asked
// for each delivery, so that a config that changed is followed.
func NewIssue(of func(fork string) (Issues, error)) *Issue { return &Issue{of} }

// Name is "issue".
func (i *Issue) Name() string { return "issue" }

// Parts is one: the issue.
func (i *Issue) Parts() []string { return []string{""} }

// Deliver writes the report into the fork's issue, and returns the issue's address. Twice
// is the same as once. What the forge refuses needs a person.
func (i *Issue) Deliver(ctx context.Context, p Post, _ string, _ bool) (string, error) {
	fork := p.Report.Fork
	issues, err := i.of(fork)
	switch {
	case err != nil:
		return "", err
	case issues == nil:
		return "", forks.AskPerson("take the issue out of the places for reports, or keep the fork on GitHub", "fork %s: it has no issues to write the report into", forks.Inert(fork))
	}
	url, err := issues.PutReport(ctx, fork, p.Report.Week, forks.Inert(p.Title), string(p.Markdown))
	return url, asProblem(err)
}

// undelivered gives the errors of a forge a kind.
func asProblem(err error) error {
	var unknown *forks.UnknownOutcomeError
	var refused *forks.ForgeRefusedError
	var decided *forks.Problem
	switch {
	case errors.As(err, &decided):
		return err
	case errors.As(err, &refused):
		return forks.AskPerson("change the fork's issue or its settings on the forge so that it takes the report", "%w", err)
	case errors.As(err, &unknown):
		return forks.RetryLater("", "%w", err) // the next attempt looks first
	}
	return err
}
