package github

import (
	"context"
	"errors"
	"net/http"
	"slices"

	gh "github.com/google/go-github/v62/github"

	"github.com/auxolotl/auxsync/forks"
)

// errNotOurs is the cause where an answer to a creation is about something else.
var errNotOurs = &lostError{errors.New("the answer does not show what was asked for")}

// Open opens a draft pull request from fix to onto, or an issue where o.ID is empty.
// Where the repository takes no drafts, it opens one that is none. One that is open
// already is returned as it is.
func (f *Forge) Open(ctx context.Context, _ int64, o forks.Opening) (forks.Pull, error) {
	me, err := f.myself(ctx)
	if err != nil {
		return forks.Pull{}, err
	}
	if o.ID == "" {
		return f.openIssue(ctx, o, me)
	}
	d := doing{"open a pull request for conflict " + string(o.ID), "Pull requests: write"}
	opened, err := f.create(ctx, o, f.takesDrafts())
	said, _ := answered(err)
	if said.status == http.StatusUnprocessableEntity && saysNoDrafts(said) {
		f.rememberNoDrafts()
		opened, err = f.create(ctx, o, false)
		said, _ = answered(err)
	}
	known := forks.KnownPull{Track: o.Track, ID: o.ID}
	switch {
	case said.has("a pull request already exists"):
		return f.existing(ctx, d, known, me)
	case err == nil && !f.fits(opened, known):
		return forks.Pull{}, d.undone(errNotOurs)
	case unseenBranch(said):
		return forks.Pull{}, later("%s: GitHub does not see its branches yet: %s", d.what, quoted(said.words))
	case err != nil:
		return forks.Pull{}, d.undone(err)
	}
	return f.pullOf(opened, o.Track, o.ID, me), nil
}

func (f *Forge) create(ctx context.Context, o forks.Opening, draft bool) (*gh.PullRequest, error) {
	fix, onto := branches(o.Track, o.ID)
	opened, _, err := f.client.PullRequests.Create(ctx, f.owner, f.repo, &gh.NewPullRequest{
		Title: &o.Title, Head: &fix, Base: &onto, Body: &o.Body, Draft: &draft,
	})
	return opened, err
}

// existing returns the pull request that stands in the way of another one.
func (f *Forge) existing(ctx context.Context, d doing, known forks.KnownPull, me string) (forks.Pull, error) {
	found, err := f.find(ctx, known, me)
	if err != nil {
		return forks.Pull{}, err
	}
	if found.GetState() != "open" {
		return forks.Pull{}, d.undone(errNotOurs)
	}
	return f.whole(ctx, known, found, me)
}

// unseenBranch reports whether a branch was not found that was pushed a moment ago.
func unseenBranch(said answer) bool {
	return said.status == http.StatusUnprocessableEntity && slices.ContainsFunc(said.errors, func(e gh.Error) bool {
		return (e.Field == "head" || e.Field == "base") && (e.Code == "invalid" || e.Code == "missing")
	})
}

func (f *Forge) takesDrafts() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.noDrafts
}

func saysNoDrafts(said answer) bool { return said.has("draft pull requests are not supported") }

func (f *Forge) rememberNoDrafts() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.noDrafts = true
}

func (f *Forge) openIssue(ctx context.Context, o forks.Opening, me string) (forks.Pull, error) {
	d := doing{"open the issue " + quoted(o.Title), "Issues: write"}
	switch open, err := f.dashboard(ctx, 0, me); {
	case err != nil:
		return forks.Pull{}, err
	case open != nil && open.State == forks.PullOpen:
		return *open, nil
	}
	request := &gh.IssueRequest{Title: &o.Title, Body: &o.Body}
	if len(o.Labels) > 0 {
		request.Labels = &o.Labels
	}
	opened, _, err := f.client.Issues.Create(ctx, f.owner, f.repo, request)
	if err == nil && (opened.GetNumber() < 1 || opened.GetTitle() != o.Title) {
		err = errNotOurs
	}
	if err != nil {
		return forks.Pull{}, d.undone(err)
	}
	return issueOf(opened, me), nil
}
