package demo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

// settledTree is the tree of the fork's branch at the end of the story, however people
// gave their answers.
const settledTree = "eb9660fe4a72996d91158899039237e47a2907cd"

// pass makes a pass at the story's present time.
func (s *pullStory) pass() (forks.Plan, error) {
	s.hub.catchUp()
	return s.p.Sync(s.ctx)
}

// pull finds the pull request of a patch.
func (s *pullStory) pull(subject string) githubtest.Pull {
	for _, p := range s.hub.server.Pulls(forkOnHub) {
		if p.Number == s.numbers[subject] {
			return p
		}
	}
	s.check(false, "no pull request is about %q", subject)
	return githubtest.Pull{}
}

// checkPulls expects one pull request for each open conflict, over its pair of
// branches, given to whom it should be, and none beside.
func (s *pullStory) checkPulls(plan forks.Plan) {
	pulls := s.hub.server.Pulls(forkOnHub)
	s.check(len(pulls) == len(s.asked), "%d pull requests were opened, want %d", len(pulls), len(s.asked))
	for _, g := range s.w.whoIsAsked() {
		subject, id := g.subject, s.asked[g.subject]
		for _, p := range pulls {
			if p.Head == s.branchOf("fix", id) && p.Base == s.branchOf("onto", id) {
				s.numbers[subject] = p.Number
			}
		}
		p := s.pull(subject)
		s.check(p.Open && p.Draft, "#%d is %s, want a draft", p.Number, stageOf(p))
		s.check(s.status(p).State == string(forks.StatusFailure), "#%d has status %q", p.Number, s.status(p).State)
		s.check(slices.Equal(p.Assignees, []string{g.to}), "#%d asks %q, want %s", p.Number, p.Assignees, g.to)
		s.check(strings.Join(p.TeamReviewers, " ") == g.team, "#%d asks teams %q, want %q", p.Number, p.TeamReviewers, g.team)
		i := slices.IndexFunc(plan.State.Proposals, func(o forks.Proposal) bool { return o.ID == id })
		s.check(i >= 0 && plan.State.Proposals[i].Number == p.Number, "the state does not know that %s is #%d", id, p.Number)
	}
}

// checkStage expects a pull request to be at a stage, such as "ready".
func (s *pullStory) checkStage(subject, want string) {
	p := s.pull(subject)
	s.check(stageOf(p) == want, "#%d is %s, want %s", p.Number, stageOf(p), want)
}

// checkReaction expects auxsync's reaction on a comment.
func (s *pullStory) checkReaction(number int, comment int64) {
	for _, c := range s.hub.server.Comments(forkOnHub, number) {
		if c.ID == comment {
			s.check(slices.Contains(c.Reactions, githubtest.Reaction{Author: robot, Content: string(forks.Accepted)}),
				"the command %q on #%d was not acknowledged", c.Body, number)
		}
	}
}

// checkLast expects the last comment on a page to be auxsync's, and to say something.
func (s *pullStory) checkLast(subject, want string) {
	p := s.pull(subject)
	own := s.ownComments(p.Number)
	s.check(len(own) == 1 && strings.Contains(own[0].Body, want), "on #%d auxsync commented %d times, want one comment with %q", p.Number, len(own), want)
}

func (s *pullStory) ownComments(number int) []githubtest.Comment {
	return slices.DeleteFunc(s.hub.server.Comments(forkOnHub, number), func(c githubtest.Comment) bool { return c.Author != robot })
}

// dashboard finds the fork's dashboard. There is one, and no other issue.
func (s *pullStory) dashboard() (githubtest.Issue, bool) {
	list := s.hub.server.Issues(forkOnHub)
	s.check(len(list) == 1 && list[0].Open, "the fork has %d issues, want its dashboard", len(list))
	if len(list) == 0 {
		return githubtest.Issue{}, false
	}
	return list[0], true
}

// checkDashboard expects the dashboard to say something.
func (s *pullStory) checkDashboard(want string) {
	i, _ := s.dashboard()
	s.check(strings.Contains(i.Body, want), "the dashboard does not say %q", want)
}

// writes counts what was changed on the forge by its API.
func (s *pullStory) writes() int {
	n := 0
	for _, r := range s.hub.server.Requests() {
		if r.Write && !r.Git {
			n++
		}
	}
	return n
}

// checkNotified expects that nobody was notified but those whom auxsync asked, and that
// nothing was written on pages outside the fork. It returns whom auxsync notified.
//
// Upstream's own commits count references: their messages name numbers, which in the
// fork mean the fork's.
func (s *pullStory) checkNotified() []string {
	var told, wrong []string
	for _, n := range s.hub.server.Notified() {
		page := n.Kind == "reference"
		switch {
		case page && strings.HasPrefix(n.Target, forkOnHub+"#") && !strings.Contains(welcomeThanks, n.Target):
		case !page && slices.Contains(s.w.named(), n.Target):
			told = append(told, n.Target)
		default:
			wrong = append(wrong, fmt.Sprintf("%s of %s in %s, by %s", n.Kind, n.Target, n.Where, n.By))
		}
	}
	s.check(len(wrong) == 0, "notified without being asked: %s", strings.Join(wrong, "; "))
	slices.Sort(told)
	told = slices.Compact(told)
	s.check(slices.Equal(told, s.w.named()), "notified were %q, want %q", told, s.w.named())
	return told
}

// checkUpstreamUntouched expects that nothing was written to upstream.
func (s *pullStory) checkUpstreamUntouched() {
	wrote := slices.ContainsFunc(s.hub.server.Requests(), func(r githubtest.Request) bool {
		return r.Write && strings.Contains(r.Path, upstreamOnHub)
	})
	s.check(!wrote, "upstream was written to")
}

// checkTree expects the branch to be what the story ends with, file by file.
func (s *story) checkTree() error {
	tree, err := s.inFork("rev-parse", "refs/heads/"+s.w.Branch+"^{tree}")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	s.check(tree == settledTree, "the tree of %s is %s, want %s", s.w.Branch, tree, settledTree)
	return nil
}
