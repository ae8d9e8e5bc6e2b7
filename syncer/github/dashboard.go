package github

import (
	"context"
	"net/http"
	"slices"
	"strings"

	gh "github.com/google/go-github/v62/github"

	"github.com/auxolotl/auxsync/forks"
)

// How the dashboard is found again: by its number, else by its label, else among the
// issues that auxsync opened. Its text must have the marker.
const (
	DashboardMarker = "<!-- auxsync:dashboard -->"
	DashboardLabel  = "auxsync-dashboard"
)

// dashboard returns the fork's dashboard: the one of that number while it is open,
// else the oldest that is open, else the newest that is closed; nil for none.
func (f *Forge) dashboard(ctx context.Context, number int, me string) (*forks.Pull, error) {
	found, err := f.findDashboard(ctx, number, me)
	if err != nil || found == nil {
		return nil, err
	}
	p := issueOf(found, me)
	d, err := f.detailed(p.Number, p.Updated, forks.Hash{}, func() (d details, err error) {
		d.comments, err = f.comments(ctx, p.Number, me)
		if err == nil && p.State == forks.PullClosed && p.By == "" {
			d.by, err = f.closer(ctx, p.Number)
		}
		return d, err
	})
	if err != nil {
		return nil, err
	}
	p.Comments = slices.Clone(d.comments)
	if p.By == "" {
		p.By = d.by
	}
	return &p, nil
}

func (f *Forge) findDashboard(ctx context.Context, number int, me string) (*gh.Issue, error) {
	look := doing{"look for the dashboard", "Issues: read"}
	if number > 0 {
		issue, _, err := f.client.Issues.Get(ctx, f.owner, f.repo, number)
		s := status(err)
		if err != nil && s != http.StatusNotFound && s != http.StatusGone {
			return nil, look.unread(err)
		}
		if err == nil && isDashboard(issue, me) && issue.GetState() == "open" {
			return issue, nil
		}
	}
	labelled, err := f.issues(ctx, &gh.IssueListByRepoOptions{State: "all", Creator: me, Labels: []string{DashboardLabel}})
	if err != nil {
		return nil, look.unread(err)
	}
	best := bestDashboard(labelled, me)
	if best != nil && best.GetState() == "open" {
		return best, nil
	}
	// Somebody may have taken the label away.
	open, err := f.issues(ctx, &gh.IssueListByRepoOptions{State: "open", Creator: me})
	if err != nil {
		return nil, look.unread(err)
	}
	if other := bestDashboard(open, me); other != nil {
		return other, nil
	}
	return best, nil
}

// issues lists issues; there are none where they are turned off, as they are by
// default in a fork.
func (f *Forge) issues(ctx context.Context, which *gh.IssueListByRepoOptions) ([]*gh.Issue, error) {
	list, err := pages(func(o gh.ListOptions) ([]*gh.Issue, *gh.Response, error) {
		which.ListOptions = o
		return f.client.Issues.ListByRepo(ctx, f.owner, f.repo, which)
	})
	if status(err) == http.StatusGone {
		return nil, nil
	}
	return list, err
}

// isDashboard reports whether an issue is a dashboard that auxsync wrote.
func isDashboard(i *gh.Issue, me string) bool {
	return i.GetNumber() > 0 && !i.IsPullRequest() && mine(i.User, me) && strings.Contains(i.GetBody(), DashboardMarker)
}

// bestDashboard returns the oldest that is open, else the newest that is closed.
func bestDashboard(list []*gh.Issue, me string) (best *gh.Issue) {
	for _, i := range list {
		if !isDashboard(i, me) {
			continue
		}
		open, was := i.GetState() == "open", best.GetState() == "open"
		switch {
		case best == nil, open && !was, open == was && open == (i.GetNumber() < best.GetNumber()):
			best = i
		}
	}
	return best
}
