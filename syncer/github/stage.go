package github

import (
	"context"
	"fmt"
	"net/http"

	gh "github.com/google/go-github/v62/github"

	"github.com/auxolotl/auxsync/forks"
)

// The only two things that GitHub does in GraphQL alone.
const (
	toReady = `mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { number isDraft } } }`
	toDraft = `mutation($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { pullRequest { number isDraft } } }`
)

// mutation is a request in GraphQL.
type mutation struct {
	Query     string            `json:"query"`
	Variables map[string]string `json:"variables"`
}

// mutated is its answer.
type mutated struct {
	Data map[string]*struct {
		PullRequest struct {
			Number  int  `json:"number"`
			IsDraft bool `json:"isDraft"`
		} `json:"pullRequest"`
	} `json:"data"`
	Errors []struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	} `json:"errors"`
}

// Stage makes a pull request ready for review, or a draft. Where the repository takes
// no drafts there is nothing to do. It looks first, so that it only ever names a pull
// request of the fork, and changes nothing that is as it should be.
func (f *Forge) Stage(ctx context.Context, _ int64, p forks.Pull, ready bool) error {
	d := doing{fmt.Sprintf("make pull request %d a draft", p.Number), "Pull requests: write"}
	query := toDraft
	if ready {
		query, d.what = toReady, fmt.Sprintf("make pull request %d ready for review", p.Number)
	} else if !f.takesDrafts() {
		return nil
	}
	now, err := f.pull(ctx, p.Number)
	switch {
	case err != nil:
		return err
	case !f.fits(now, forks.KnownPull{Track: p.Track, ID: p.ID}):
		return &forks.ForgeRefusedError{Doing: d.what, Said: "it is not the pull request of conflict " + string(p.ID)}
	case now.GetDraft() == !ready:
		return nil
	case now.GetState() != "open":
		return &forks.ForgeRefusedError{Doing: d.what, Said: "it is closed"}
	}
	defer f.forget(p.Number)
	req, err := f.client.NewRequest(http.MethodPost, f.graphQL, mutation{query, map[string]string{"id": now.GetNodeID()}})
	if err != nil {
		return err
	}
	var done mutated
	if _, err := f.client.Do(ctx, req, &done); err != nil {
		return d.undone(err)
	}
	return f.staged(d, p.Number, ready, done)
}

// staged reads the answer of a mutation, which is 200 also where it is a refusal.
func (f *Forge) staged(d doing, number int, ready bool, done mutated) error {
	if len(done.Errors) > 0 {
		e := done.Errors[0]
		said := answer{status: http.StatusUnprocessableEntity, words: e.Message}
		switch {
		case saysNoDrafts(said) && !ready:
			f.rememberNoDrafts()
			return nil
		case e.Type == "RATE_LIMITED":
			return f.limits.heed(http.StatusTooManyRequests, http.Header{}, e.Message)
		case e.Type == "FORBIDDEN":
			return forks.AskPerson(said.remedy(d.right), "%s: GitHub does not allow it: %s", d.what, quoted(e.Message))
		}
		return &forks.ForgeRefusedError{Doing: d.what, Said: e.Message}
	}
	for _, one := range done.Data {
		if one != nil && one.PullRequest.Number == number && one.PullRequest.IsDraft == !ready {
			return nil
		}
	}
	return d.undone(errNotOurs)
}

// End merges, closes, or opens again. What has ended so already, or is open, is done.
func (f *Forge) End(ctx context.Context, _ int64, p forks.Pull, e forks.Ending) error {
	defer f.forget(p.Number)
	if e.Merge {
		return f.merge(ctx, p, e)
	}
	d, wanted := doing{fmt.Sprintf("close %d", p.Number), "Pull requests: write"}, "closed"
	if e.Reopen {
		d.what, wanted = fmt.Sprintf("open %d again", p.Number), "open"
	}
	var state string
	var err error
	if p.ID == "" {
		d.right = "Issues: write"
		var issue *gh.Issue
		issue, _, err = f.client.Issues.Edit(ctx, f.owner, f.repo, p.Number, &gh.IssueRequest{State: &wanted})
		state = issue.GetState()
	} else {
		var pull *gh.PullRequest
		pull, _, err = f.client.PullRequests.Edit(ctx, f.owner, f.repo, p.Number, &gh.PullRequest{State: &wanted})
		state = pull.GetState()
		if status(err) == http.StatusUnprocessableEntity {
			if now, look := f.pull(ctx, p.Number); look == nil && now.GetState() == wanted {
				return nil
			}
		}
	}
	if err == nil && state != wanted {
		err = errNotOurs
	}
	return d.undone(err)
}

// merge merges, with a merge commit or, where the repository has none, squashed, or
// else rebased. Most reasons against it pass without anybody asking for it again: a
// check ends, a review is given, the base is looked at anew.
func (f *Forge) merge(ctx context.Context, p forks.Pull, e forks.Ending) error {
	d := doing{fmt.Sprintf("merge pull request %d", p.Number), "Contents: write"}
	var err error
	for _, method := range []string{"merge", "squash", "rebase"} {
		var result *gh.PullRequestMergeResult
		result, _, err = f.client.PullRequests.Merge(ctx, f.owner, f.repo, p.Number, e.Message, &gh.PullRequestOptions{SHA: e.Head.String(), MergeMethod: method})
		if err == nil && !result.GetMerged() {
			err = errNotOurs
		}
		if said, _ := answered(err); said.status != http.StatusMethodNotAllowed || !said.has(noButton) {
			break
		}
	}
	said, refused := answered(err)
	if !refused || said.status == http.StatusForbidden {
		return d.undone(err)
	}
	now, look := f.pull(ctx, p.Number)
	switch {
	case look != nil:
		return look
	case now.GetMerged():
		return nil
	case said.status == http.StatusMethodNotAllowed && now.GetState() == "open" && passes(said, now):
		return later("%s: GitHub does not do it yet: %s", d.what, quoted(said.words))
	}
	return d.undone(err)
}

// noButton is how GitHub says that a repository does not have a way of merging.
const noButton = "not allowed on this repository"

// passes reports whether a reason against merging an open pull request passes by
// itself. A conflict does not, nor do the repository's settings.
func passes(said answer, now *gh.PullRequest) bool {
	conflicting := now.Mergeable != nil && !*now.Mergeable
	return said.has("base branch was modified") || !conflicting && !said.has(noButton)
}
