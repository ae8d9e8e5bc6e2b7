package github

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	gh "github.com/google/go-github/v62/github"

	"github.com/auxolotl/auxsync/forks"
)

// ReportLabel is the label that a report's issue is opened with, and found by.
const ReportLabel = "auxsync-report"

// A report stands in its issue between two lines. The first also says which fork and week
// it is of.
const (
	reportOpens  = "<!-- auxsync:report "
	reportCloses = "<!-- /auxsync:report -->"
)

// What GitHub takes, in characters.
const (
	maxIssueTitle = 256
	maxIssueBody  = 65_536
)

// PutReport makes title and body the text of the fork's one report issue, and returns the
// issue's address. It looks for the issue first, each time: after an outcome that was not
// known, call it again. The issue is the one with [ReportLabel], open or closed, else an
// open one without; auxsync opened it, and its text has the report's first line. There is
// one for each name of a fork. An issue that shows a later week is left as it is.
//
// What people wrote before and after the report stays; so does the issue's state. One that
// they closed is kept up to date, closed. What GitHub would not take needs a person.
func (f *Forge) PutReport(ctx context.Context, fork string, week forks.Week, title, body string) (string, error) {
	me, err := f.myself(ctx)
	if err != nil {
		return "", err
	}
	found, err := f.findReport(ctx, fork, me)
	if err != nil {
		return "", err
	}
	section := reportSection(fork, week, body)
	if title = forks.Clip(title, maxIssueTitle); found == nil {
		return f.openReport(ctx, title, section)
	}
	was := readReport(found.GetBody(), fork)
	// A week that has not come yet was not written by auxsync, and stops nothing.
	if soon := forks.WeekAt(f.clock.Now(), time.UTC).Add(1); week.Before(was.week) && !soon.Before(was.week) {
		return found.GetHTMLURL(), nil
	}
	whole := was.before + section + was.after
	if whole == found.GetBody() && title == found.GetTitle() {
		return found.GetHTMLURL(), nil
	}
	return f.editReport(ctx, found, title, whole)
}

func (f *Forge) findReport(ctx context.Context, fork, me string) (*gh.Issue, error) {
	look := doing{"look for the issue with the report", "Issues: read"}
	labelled, err := f.issues(ctx, &gh.IssueListByRepoOptions{State: "all", Creator: me, Labels: []string{ReportLabel}})
	if err != nil {
		return nil, look.unread(err)
	}
	if best := bestReport(labelled, fork, me); best != nil {
		return best, nil
	}
	// Somebody may have taken the label away.
	open, err := f.issues(ctx, &gh.IssueListByRepoOptions{State: "open", Creator: me})
	if err != nil {
		return nil, look.unread(err)
	}
	return bestReport(open, fork, me), nil
}

// bestReport returns the oldest of a fork's report issues, those that are open first.
func bestReport(list []*gh.Issue, fork, me string) (best *gh.Issue) {
	for _, i := range list {
		if i.GetNumber() < 1 || i.IsPullRequest() || !mine(i.User, me) || isDashboard(i, me) || !strings.Contains(i.GetBody(), reportOpens+fork+" ") {
			continue
		}
		open, was := i.GetState() == "open", best.GetState() == "open"
		if best == nil || open && !was || open == was && i.GetNumber() < best.GetNumber() {
			best = i
		}
	}
	return best
}

func (f *Forge) openReport(ctx context.Context, title, body string) (string, error) {
	d := doing{"open the issue for the report", "Issues: write"}
	if err := fitsIssue(d, body); err != nil {
		return "", err
	}
	opened, _, err := f.client.Issues.Create(ctx, f.owner, f.repo, &gh.IssueRequest{Title: &title, Body: &body, Labels: &[]string{ReportLabel}})
	if err == nil && (opened.GetNumber() < 1 || opened.GetTitle() != title) {
		err = errNotOurs
	}
	if err != nil {
		return "", f.unput(d, err)
	}
	return opened.GetHTMLURL(), nil
}

func (f *Forge) editReport(ctx context.Context, issue *gh.Issue, title, body string) (string, error) {
	number := issue.GetNumber()
	d := doing{fmt.Sprintf("write the report into issue %d", number), "Issues: write"}
	if err := fitsIssue(d, body); err != nil {
		return "", err
	}
	edited, _, err := f.client.Issues.Edit(ctx, f.owner, f.repo, number, &gh.IssueRequest{Title: &title, Body: &body})
	if err == nil && edited.GetNumber() != number {
		err = errNotOurs
	}
	if err != nil {
		return "", f.unput(d, err)
	}
	return issue.GetHTMLURL(), nil
}

// unput explains the error of a write.
func (f *Forge) unput(d doing, err error) error {
	if status(err) == http.StatusGone {
		return forks.AskPerson("turn issues on in the settings of "+f.owner+"/"+f.repo+", or take the issue out of the places for reports",
			"%s: issues are disabled there", d.what)
	}
	return d.undone(err)
}

func fitsIssue(d doing, body string) error {
	if n := utf8.RuneCountInString(body); n > maxIssueBody {
		return forks.AskPerson("shorten what stands around the report in that issue", "%s: its text would have %d characters, and GitHub takes %d", d.what, n, maxIssueBody)
	}
	return nil
}

// reportSection is a report between its lines. What looks like one of auxsync's own lines
// in the report is none.
func reportSection(fork string, week forks.Week, body string) string {
	body = strings.NewReplacer("<!-- auxsync:", "&lt;!-- auxsync:", "<!-- /auxsync:", "&lt;!-- /auxsync:").Replace(strings.TrimSpace(body))
	return reportOpens + fork + " " + week.String() + " -->\n\n" + body + "\n\n" + reportCloses
}

// standingReport is a report as it stands in an issue, and what stands around it.
type standingReport struct {
	week          forks.Week // zero if it cannot be read
	before, after string
}

// readReport finds the report in the text of an issue. Where its last line is gone,
// everything below the first is the report.
func readReport(body, fork string) (r standingReport) {
	before, rest, _ := strings.Cut(body, reportOpens+fork+" ")
	r.before = before
	week, rest, _ := strings.Cut(rest, " -->")
	if w, err := forks.ParseWeek(week); err == nil {
		r.week = w
	}
	_, r.after, _ = strings.Cut(rest, reportCloses)
	return r
}
