package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	gh "github.com/google/go-github/v62/github"

	"github.com/auxolotl/auxsync/forks"
)

// Edit writes title and body.
func (f *Forge) Edit(ctx context.Context, _ int64, p forks.Pull, text forks.PullText) error {
	defer f.forget(p.Number)
	var title *string
	if text.Title != "" {
		title = &text.Title
	}
	var number int
	var err error
	d := doing{fmt.Sprintf("edit the text of %d", p.Number), "Pull requests: write"}
	if p.ID == "" {
		d.right = "Issues: write"
		var issue *gh.Issue
		issue, _, err = f.client.Issues.Edit(ctx, f.owner, f.repo, p.Number, &gh.IssueRequest{Title: title, Body: &text.Body})
		number = issue.GetNumber()
	} else {
		var pull *gh.PullRequest
		pull, _, err = f.client.PullRequests.Edit(ctx, f.owner, f.repo, p.Number, &gh.PullRequest{Title: title, Body: &text.Body})
		number = pull.GetNumber()
	}
	if err == nil && number != p.Number {
		err = errNotOurs
	}
	return d.undone(err)
}

// Label adds and removes labels. A label that the repository does not have is made by
// GitHub.
func (f *Forge) Label(ctx context.Context, _ int64, p forks.Pull, add, remove []string) error {
	defer f.forget(p.Number)
	d := doing{fmt.Sprintf("set the labels of %d", p.Number), "Issues: write"}
	if len(add) > 0 {
		if _, _, err := f.client.Issues.AddLabelsToIssue(ctx, f.owner, f.repo, p.Number, add); err != nil {
			return d.undone(err)
		}
	}
	for _, label := range remove {
		_, err := f.client.Issues.RemoveLabelForIssue(ctx, f.owner, f.repo, p.Number, url.PathEscape(label))
		if err != nil && status(err) != http.StatusNotFound { // then it is not there
			return d.undone(err)
		}
	}
	return nil
}

// maxDescription is how long GitHub lets the text of a status be.
const maxDescription = 140

// Status sets auxsync's status on a commit.
func (f *Forge) Status(ctx context.Context, _ int64, commit forks.Hash, state forks.StatusState, text string) error {
	defer f.forget(0) // it may be the head of any
	text = forks.Clip(text, maxDescription)
	set, _, err := f.client.Repositories.CreateStatus(ctx, f.owner, f.repo, commit.String(), &gh.RepoStatus{
		State: gh.String(string(state)), Context: gh.String(forks.StatusContext), Description: &text,
	})
	if err == nil && (set.GetContext() != forks.StatusContext || set.GetState() != string(state)) {
		err = errNotOurs
	}
	return doing{"set the status of commit " + commit.Short(), "Commit statuses: write"}.undone(err)
}

// Suggest writes a review with a comment on each of the changed places.
func (f *Forge) Suggest(ctx context.Context, _ int64, p forks.Pull, r forks.SuggestedReview) error {
	defer f.forget(p.Number)
	request := &gh.PullRequestReviewRequest{CommitID: gh.String(r.Commit.String()), Body: &r.Body, Event: gh.String("COMMENT")}
	for _, c := range r.Comments {
		comment := &gh.DraftReviewComment{Path: gh.String(string(c.Path)), Body: gh.String(c.Body), Line: gh.Int(c.Last), Side: gh.String("RIGHT")}
		if c.First < c.Last {
			comment.StartLine, comment.StartSide = gh.Int(c.First), gh.String("RIGHT")
		}
		request.Comments = append(request.Comments, comment)
	}
	review, _, err := f.client.PullRequests.CreateReview(ctx, f.owner, f.repo, p.Number, request)
	if err == nil && review.GetID() == 0 {
		err = errNotOurs
	}
	return doing{fmt.Sprintf("suggest changes in pull request %d", p.Number), "Pull requests: write"}.undone(err)
}

// Comment writes a comment, or edits the one with the given id if that is not 0.
func (f *Forge) Comment(ctx context.Context, _ int64, p forks.Pull, id int64, body string) (int64, error) {
	defer f.forget(p.Number)
	d := doing{fmt.Sprintf("comment on %d", p.Number), "Issues: write"}
	var written *gh.IssueComment
	var err error
	if id == 0 {
		written, _, err = f.client.Issues.CreateComment(ctx, f.owner, f.repo, p.Number, &gh.IssueComment{Body: &body})
	} else {
		d.what = fmt.Sprintf("edit comment %d on %d", id, p.Number)
		written, _, err = f.client.Issues.EditComment(ctx, f.owner, f.repo, id, &gh.IssueComment{Body: &body})
	}
	if err == nil && (written.GetID() == 0 || id != 0 && written.GetID() != id) {
		err = errNotOurs
	}
	return written.GetID(), d.undone(err)
}

// React acknowledges a comment.
func (f *Forge) React(ctx context.Context, _ int64, comment int64, r forks.Reaction) error {
	defer f.forgetComment(comment)
	given, _, err := f.client.Reactions.CreateIssueCommentReaction(ctx, f.owner, f.repo, comment, string(r))
	if err == nil && given.GetContent() != string(r) {
		err = errNotOurs
	}
	return doing{fmt.Sprintf("react to comment %d", comment), "Issues: write"}.undone(err)
}

// forgetComment forgets what has a comment: a reaction does not change its time.
func (f *Forge) forgetComment(id int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for number, d := range f.seen {
		if slices.ContainsFunc(d.comments, func(c forks.PullComment) bool { return c.ID == id }) {
			delete(f.seen, number)
		}
	}
}
