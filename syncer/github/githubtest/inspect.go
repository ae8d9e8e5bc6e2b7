package githubtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Request is one that reached the API or git. It holds no credential.
type Request struct {
	Method, Path, Query string
	Status              int
	Write               bool // it asked for a change
	Git                 bool
}

// Issue is what an issue or pull request looks like.
type Issue struct {
	Number              int
	Title, Body, Author string
	Open                bool
	Labels, Assignees   []string
	CreatedAt           time.Time
	UpdatedAt           time.Time
	Reactions           []Reaction
}

// Pull is what a pull request looks like.
type Pull struct {
	Issue
	Draft, Merged            bool
	Head, Base               string // branches
	HeadSHA, BaseSHA         string
	MergeSHA, MergedBy       string
	Reviewers, TeamReviewers []string // who is asked and has not answered
}

// Comment is a comment on an issue or pull request.
type Comment struct {
	ID                   int64
	Author, Body         string
	CreatedAt, UpdatedAt time.Time
	Reactions            []Reaction
}

// Reaction is what somebody thinks of a text.
type Reaction struct{ Author, Content string }

// Review is a submitted review with its comments on lines.
type Review struct {
	ID                          int64
	Author, Body, State, Commit string
	Comments                    []LineComment
}

// LineComment is a comment on lines of the difference; StartLine 0 is one line.
type LineComment struct {
	ID                       int64
	Author, Body, Path, Side string
	StartLine, Line          int
	Accepted                 bool // its suggestion was committed
}

// Status is a commit's status; of each context the last counts.
type Status struct{ Context, State, Description, Target, Creator string }

// Requests returns what was asked for so far, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Notified returns whom and what texts and requests reached so far.
func (s *Server) Notified() []Notification {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.notified)
}

// Violations returns what no careful client does and what the server itself got
// wrong. The test fails at its end if there are any.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// TakeViolations returns the violations and forgets them: for tests that expect some.
func (s *Server) TakeViolations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.violations
	s.violations = nil
	return found
}

func complaint(found []string) string {
	const shown = 20
	rest := ""
	if len(found) > shown {
		rest = fmt.Sprintf("\n… and %d more", len(found)-shown)
		found = found[:shown]
	}
	return "requests that GitHub would not have taken, or answers it would not have given:\n" + strings.Join(found, "\n") + rest
}

// Pulls returns all pull requests of "owner/name", by number.
func (s *Server) Pulls(repo string) []Pull {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.mustRepo(repo)
	s.follow(r)
	var found []Pull
	for _, i := range r.items {
		if i.pull == nil {
			continue
		}
		p := i.pull
		v := Pull{
			Issue: seen(i), Draft: p.draft, Merged: !p.merged.IsZero(), Head: p.head, Base: p.base, HeadSHA: p.headSHA, BaseSHA: p.baseSHA,
			MergeSHA: p.mergeSHA, Reviewers: logins(p.requested),
		}
		if p.mergedBy != nil {
			v.MergedBy = p.mergedBy.login
		}
		for _, t := range p.teams {
			v.TeamReviewers = append(v.TeamReviewers, t.slug)
		}
		found = append(found, v)
	}
	return found
}

// Issues returns all issues that are no pull requests, by number.
func (s *Server) Issues(repo string) []Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Issue
	for _, i := range s.mustRepo(repo).items {
		if i.pull == nil {
			found = append(found, seen(i))
		}
	}
	return found
}

func seen(i *issue) Issue {
	v := Issue{
		Number: i.number, Title: i.title, Body: i.body, Author: i.author.login, Open: i.open, Assignees: logins(i.assignees),
		CreatedAt: i.created, UpdatedAt: i.updated, Reactions: reacted(i.reactions),
	}
	for _, l := range i.labels {
		v.Labels = append(v.Labels, l.name)
	}
	return v
}

func logins(accounts []*account) []string {
	var out []string
	for _, a := range accounts {
		out = append(out, a.login)
	}
	return out
}

func reacted(all []*reaction) []Reaction {
	var out []Reaction
	for _, r := range all {
		out = append(out, Reaction{r.author.login, r.content})
	}
	return out
}

// Comments returns the comments on an issue or pull request, oldest first.
func (s *Server) Comments(repo string, number int) []Comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Comment
	for _, m := range s.mustItem(repo, number).comments {
		found = append(found, Comment{m.id, m.author.login, m.body, m.created, m.updated, reacted(m.reactions)})
	}
	return found
}

// Reviews returns the reviews of a pull request, oldest first.
func (s *Server) Reviews(repo string, number int) []Review {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.mustItem(repo, number).pull
	if p == nil {
		return nil
	}
	var found []Review
	for _, r := range p.reviews {
		v := Review{ID: r.id, Author: r.author.login, Body: r.body, State: r.state, Commit: r.commit}
		for _, l := range p.lines {
			if l.review == r {
				v.Comments = append(v.Comments, LineComment{l.id, l.author.login, l.body, l.path, l.side, l.start, l.line, l.accepted})
			}
		}
		found = append(found, v)
	}
	return found
}

// Statuses returns the statuses of a commit, the last of each context.
func (s *Server) Statuses(repo, sha string) []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Status
	for _, st := range s.mustRepo(repo).latest(sha) {
		found = append(found, Status{st.context, st.state, st.description, st.target, st.creator.login})
	}
	return found
}

// RepoLabels returns the names of the labels that the repository has.
func (s *Server) RepoLabels(repo string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, l := range s.mustRepo(repo).labels {
		names = append(names, l.name)
	}
	return names
}

func (s *Server) mustItem(repo string, number int) *issue {
	i := s.mustRepo(repo).item(number)
	if i == nil {
		s.t.Fatalf("%s has no #%d", repo, number)
	}
	return i
}
