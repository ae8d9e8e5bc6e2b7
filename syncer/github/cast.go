package github

import (
	"strings"

	gh "github.com/google/go-github/v62/github"

	"github.com/auxolotl/auxsync/forks"
)

// ghost is how GitHub shows accounts that were deleted.
const ghost = "ghost"

// pullOf reads a pull request.
func (f *Forge) pullOf(g *gh.PullRequest, track string, id forks.ProposalID, me string) forks.Pull {
	p := forks.Pull{
		ID: id, Track: track, Number: g.GetNumber(), URL: g.GetHTMLURL(), Handle: g.GetNodeID(),
		State: forks.PullOpen, Draft: g.GetDraft(), Foreign: !mine(g.User, me),
		Head: hash(g.GetHead().GetSHA()), Base: hash(g.GetBase().GetSHA()),
		Title: g.GetTitle(), Body: g.GetBody(), Updated: g.GetUpdatedAt().UTC(),
		Labels: labelNames(g.Labels), Assignees: logins(g.Assignees), Reviewers: f.reviewers(g),
		Reviews: []forks.PullReview{}, Comments: []forks.PullComment{},
	}
	switch {
	case g.GetMerged() || g.MergedAt != nil:
		p.State, p.By = forks.PullMerged, g.GetMergedBy().GetLogin()
	case g.GetState() == "closed":
		p.State = forks.PullClosed
	}
	return p
}

// issueOf reads an issue, which is the dashboard.
func issueOf(g *gh.Issue, me string) forks.Pull {
	p := forks.Pull{
		Number: g.GetNumber(), URL: g.GetHTMLURL(), Handle: g.GetNodeID(), State: forks.PullOpen, Foreign: !mine(g.User, me),
		Title: g.GetTitle(), Body: g.GetBody(), Updated: g.GetUpdatedAt().UTC(),
		Labels: labelNames(g.Labels), Assignees: logins(g.Assignees), Reviewers: []string{},
		Reviews: []forks.PullReview{}, Comments: []forks.PullComment{},
	}
	if g.GetState() == "closed" {
		p.State, p.By = forks.PullClosed, g.GetClosedBy().GetLogin()
	}
	return p
}

func reviewOf(g *gh.PullRequestReview, me string) forks.PullReview {
	return forks.PullReview{
		ID: g.GetID(), By: author(g.User), Bot: bot(g.User), Mine: mine(g.User, me), Verdict: forks.ReviewVerdict(strings.ReplaceAll(strings.ToLower(g.GetState()), "_", " ")),
		Commit: hash(g.GetCommitID()), Body: g.GetBody(), At: g.GetSubmittedAt().UTC(),
	}
}

func commentOf(g *gh.IssueComment, me string) forks.PullComment {
	return forks.PullComment{
		ID: g.GetID(), By: author(g.User), Bot: bot(g.User), Mine: mine(g.User, me),
		Edited: !g.GetUpdatedAt().Equal(g.GetCreatedAt()),
		Body:   g.GetBody(), URL: g.GetHTMLURL(), At: g.GetCreatedAt().UTC(),
	}
}

// reviewers are who was asked and has not answered.
func (f *Forge) reviewers(g *gh.PullRequest) []string {
	asked := logins(g.RequestedReviewers)
	for _, t := range g.RequestedTeams {
		asked = append(asked, f.owner+"/"+t.GetSlug())
	}
	return asked
}

func author(u *gh.User) string {
	if u.GetLogin() == "" {
		return ghost
	}
	return u.GetLogin()
}

func bot(u *gh.User) bool {
	return u.GetType() == "Bot" || strings.HasSuffix(u.GetLogin(), "[bot]")
}

// hash reads an id that GitHub gave; it is zero if it is none.
func hash(s string) forks.Hash {
	h, err := forks.ParseHash(s)
	if err != nil {
		return forks.Hash{}
	}
	return h
}

func labelNames(labels []*gh.Label) []string {
	names := make([]string, 0, len(labels))
	for _, l := range labels {
		names = append(names, l.GetName())
	}
	return names
}

func logins(users []*gh.User) []string {
	names := make([]string, 0, len(users))
	for _, u := range users {
		names = append(names, u.GetLogin())
	}
	return names
}
