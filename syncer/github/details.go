package github

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v62/github"

	"github.com/auxolotl/auxsync/forks"
)

// details are what a pull request or issue does not say itself.
type details struct {
	updated  time.Time  // of what they belong to, when they were read
	head     forks.Hash // of the pull request then
	read     time.Time
	by       string // who closed it without merging
	status   forks.StatusState
	reviews  []forks.PullReview
	comments []forks.PullComment
}

// settled is how long after its last change the details of a pull request are read
// again each time. GitHub tells that time in seconds, so that a second change may
// not show in it, and its clock and ours differ.
const settled = 2 * time.Minute

// detailed returns details that were read since the last change, or reads them. The
// head may be another one before the time of the change says so.
func (f *Forge) detailed(number int, updated time.Time, head forks.Hash, read func() (details, error)) (details, error) {
	f.mu.Lock()
	d, known := f.seen[number]
	f.mu.Unlock()
	if known && d.updated.Equal(updated) && d.head == head && d.read.Sub(updated) > settled {
		return d, nil
	}
	now := f.clock.Now()
	d, err := read()
	if err != nil {
		return details{}, err
	}
	d.updated, d.head, d.read = updated, head, now
	f.mu.Lock()
	f.seen[number] = d
	f.mu.Unlock()
	return d, nil
}

// forget has the details of a pull request read again: something may have been
// written to it. Number 0 forgets all.
func (f *Forge) forget(number int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if number == 0 {
		clear(f.seen)
		return
	}
	delete(f.seen, number)
}

// whole completes a pull request.
func (f *Forge) whole(ctx context.Context, known forks.KnownPull, found *gh.PullRequest, me string) (forks.Pull, error) {
	p := f.pullOf(found, known.Track, known.ID, me)
	d, err := f.detailed(p.Number, p.Updated, p.Head, func() (d details, err error) {
		if d.reviews, err = f.reviews(ctx, p.Number, me); err != nil {
			return details{}, err
		}
		if d.comments, err = f.comments(ctx, p.Number, me); err != nil {
			return details{}, err
		}
		switch p.State {
		case forks.PullOpen:
			d.status, err = f.statusOf(ctx, p.Head)
		case forks.PullClosed:
			d.by, err = f.closer(ctx, p.Number)
		}
		return d, err
	})
	if err != nil {
		return forks.Pull{}, err
	}
	p.Reviews, p.Comments, p.Status = slices.Clone(d.reviews), slices.Clone(d.comments), d.status
	if p.State == forks.PullClosed {
		p.By = d.by
	}
	return p, nil
}

func (f *Forge) reviews(ctx context.Context, number int, me string) ([]forks.PullReview, error) {
	list, err := pages(func(o gh.ListOptions) ([]*gh.PullRequestReview, *gh.Response, error) {
		return f.client.PullRequests.ListReviews(ctx, f.owner, f.repo, number, &o)
	})
	if err != nil {
		return nil, doing{fmt.Sprintf("list the reviews of pull request %d", number), "Pull requests: read"}.unread(err)
	}
	reviews := []forks.PullReview{}
	for _, r := range list {
		if r.GetState() != "PENDING" { // not sent yet
			reviews = append(reviews, reviewOf(r, me))
		}
	}
	slices.SortStableFunc(reviews, func(a, b forks.PullReview) int { return a.At.Compare(b.At) })
	return reviews, nil
}

func (f *Forge) comments(ctx context.Context, number int, me string) ([]forks.PullComment, error) {
	list, err := pages(func(o gh.ListOptions) ([]*gh.IssueComment, *gh.Response, error) {
		return f.client.Issues.ListComments(ctx, f.owner, f.repo, number, &gh.IssueListCommentsOptions{ListOptions: o})
	})
	if err != nil {
		return nil, doing{fmt.Sprintf("list the comments of %d", number), "Issues: read"}.unread(err)
	}
	comments := []forks.PullComment{}
	for _, c := range list {
		comment := commentOf(c, me)
		if commands(comment.Body) && c.GetReactions().GetTotalCount() > 0 {
			if comment.Acknowledged, err = f.reacted(ctx, comment.ID, me); err != nil {
				return nil, err
			}
		}
		comments = append(comments, comment)
	}
	slices.SortStableFunc(comments, func(a, b forks.PullComment) int { return a.At.Compare(b.At) })
	return comments, nil
}

// commands reports whether a comment may hold a command: in any case, after any kind
// of line end, as whoever reads commands takes them.
func commands(body string) bool {
	const name = "/auxsync"
	for line := range strings.FieldsFuncSeq(body, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if len(line) >= len(name) && strings.EqualFold(line[:len(name)], name) {
			return true
		}
	}
	return false
}

// reacted reports whether auxsync's own reaction stands on a comment.
func (f *Forge) reacted(ctx context.Context, comment int64, me string) (bool, error) {
	list, err := pages(func(o gh.ListOptions) ([]*gh.Reaction, *gh.Response, error) {
		return f.client.Reactions.ListIssueCommentReactions(ctx, f.owner, f.repo, comment, &o)
	})
	if status(err) == http.StatusNotFound {
		return false, nil // deleted meanwhile
	}
	own := slices.ContainsFunc(list, func(r *gh.Reaction) bool { return mine(r.User, me) })
	return own, doing{fmt.Sprintf("list the reactions on comment %d", comment), "Issues: read"}.unread(err)
}

// statusOf returns the state of auxsync's own status on a commit.
func (f *Forge) statusOf(ctx context.Context, commit forks.Hash) (forks.StatusState, error) {
	if commit.IsZero() {
		return "", nil
	}
	list, err := pages(func(o gh.ListOptions) ([]*gh.RepoStatus, *gh.Response, error) {
		combined, resp, err := f.client.Repositories.GetCombinedStatus(ctx, f.owner, f.repo, commit.String(), &o)
		if err != nil {
			return nil, resp, err
		}
		return combined.Statuses, resp, nil
	})
	if s := status(err); s == http.StatusNotFound || s == http.StatusUnprocessableEntity {
		return "", nil // the commit is gone
	}
	for _, s := range list {
		if s.GetContext() == forks.StatusContext {
			return forks.StatusState(s.GetState()), nil
		}
	}
	return "", doing{"read the status of commit " + commit.Short(), "Commit statuses: read"}.unread(err)
}

// closer returns who closed an issue or pull request, "" if that is not known.
func (f *Forge) closer(ctx context.Context, number int) (string, error) {
	issue, _, err := f.client.Issues.Get(ctx, f.owner, f.repo, number)
	if s := status(err); s == http.StatusNotFound || s == http.StatusGone {
		return "", nil
	}
	return issue.GetClosedBy().GetLogin(), doing{fmt.Sprintf("ask who closed pull request %d", number), "Issues: read"}.unread(err)
}
