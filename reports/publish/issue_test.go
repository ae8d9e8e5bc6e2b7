package publish_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/publish"
)

var (
	_ publish.Sink = (*publish.Mail)(nil)
	_ publish.Sink = (*publish.Discourse)(nil)
	_ publish.Sink = (*publish.Issue)(nil)
)

// desk keeps what it was given, and gives an error.
type desk struct {
	given []string
	err   error
}

func (d *desk) PutReport(_ context.Context, fork string, week forks.Week, title, body string) (string, error) {
	d.given = []string{fork, week.String(), title, body}
	if d.err != nil {
		return "", d.err
	}
	return "https://example.org/issues/1", nil
}

func TestAReportGoesToTheIssueOfItsFork(t *testing.T) {
	t.Parallel()
	d := &desk{}
	var asked string
	i := publish.NewIssue(func(fork string) (publish.Issues, error) { asked = fork; return d, nil })
	p := aPost()
	p.Title += "\x1b"
	ref, err := i.Deliver(ctx, p, "", false)
	if err != nil || ref != "https://example.org/issues/1" || i.Name() != "issue" || !slices.Equal(i.Parts(), []string{""}) {
		t.Errorf("%s %v", ref, err)
	}
	if asked != "nixpkgs" || !slices.Equal(d.given, []string{"nixpkgs", "2026-W47", aPost().Title + `\x1b`, string(p.Markdown)}) {
		t.Errorf("%s %q", asked, d.given)
	}
}

func TestWhatAForgeSaysOfAReportHasAKind(t *testing.T) {
	t.Parallel()
	until := made.Add(time.Hour)
	for want, err := range map[string]error{
		"person": &forks.ForgeRefusedError{Doing: "edit issue 1", Said: "no"},
		"retry":  &forks.UnknownOutcomeError{Doing: "open an issue", Err: errors.New("cut")},
		"nil":    nil,
		"plain":  errors.New("what is this"),
	} {
		d := &desk{err: err}
		_, got := publish.NewIssue(func(string) (publish.Issues, error) { return d, nil }).Deliver(ctx, aPost(), "", true)
		if kindOf(got) != want || !errors.Is(got, err) {
			t.Errorf("%v became %s: %v", err, kindOf(got), got)
		}
	}
	d := &desk{err: &forks.Problem{Kind: forks.Retry, Err: &forks.PacedError{Until: until}, NotBefore: until}}
	_, got := publish.NewIssue(func(string) (publish.Issues, error) { return d, nil }).Deliver(ctx, aPost(), "", true)
	var p *forks.Problem
	if !errors.As(got, &p) || !p.NotBefore.Equal(until) {
		t.Errorf("the time is lost: %v", got)
	}
}

func TestAForkWithoutIssuesNeedsAPerson(t *testing.T) {
	t.Parallel()
	_, err := publish.NewIssue(func(string) (publish.Issues, error) { return nil, nil }).Deliver(ctx, aPost(), "", false)
	if kindOf(err) != "person" {
		t.Errorf("%v", err)
	}
	_, err = publish.NewIssue(func(string) (publish.Issues, error) { return nil, forks.RetryLater("", "busy") }).Deliver(ctx, aPost(), "", false)
	if kindOf(err) != "retry" {
		t.Errorf("%v", err)
	}
}
