package demo

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// PullProgram is auxsync as the story with pull requests uses it. It lives by the
// forge's clock. Each pass has a look at the forge before and after it.
type PullProgram interface {
	Program
	// References says what becomes of messages that notify people, from now on: one of
	// [forks.KeepReferences] and [forks.DefuseReferences].
	References(choice string) error
	// People prints who looks after the fork, and what waits with whom.
	People(ctx context.Context, w io.Writer) error
}

// RunPulls tells the story with the program and a forge on a new world, and checks each
// of its steps. The error names every expectation of a step that did not hold.
func RunPulls(ctx context.Context, out io.Writer, w *World, h *Hub, p PullProgram) error {
	s := &pullStory{story: &story{ctx: ctx, out: out, w: w, p: p, columns: seenColumns + 4, tappable: []string{harborPatch, loomPatch}}, hub: h, program: p, numbers: map[string]int{}}
	return s.tell([]step{
		{"A fork on a forge", s.theForge},
		{"First contact", s.contact},
		{"The first pass", s.firstPulls},
		{"Whom it asks", s.whom},
		{"Nothing new", s.quietLook},
		{"Bento taps", s.taps},
		{"An edit, a review, a comment, a no", s.otherWays},
		{"A pause", s.pause},
		{"The wrong moment", s.momentOfPulls},
		{"The account", s.accountOfPulls},
		{"The report", s.theReport},
	})
}

// pullStory is the state of the telling, with a forge.
type pullStory struct {
	*story
	hub     *Hub
	program PullProgram
	numbers map[string]int // of pull requests, by the patch's subject
	kept    int            // files of texts
}

func (s *pullStory) theForge() error {
	tip, err := s.branchTip(s.w.Branch)
	if err != nil {
		return err
	}
	s.tip = tip
	s.say("%s, nixpkgs in the small, with %d commits, and %s, a fork of it with %d commits of its own: on a GitHub that runs inside this process, on loopback, by the story's clock.",
		upstreamOnHub, s.w.UpstreamCommits(), forkOnHub, s.w.OwnCommits())
	s.say("auxsync is %s there. Dmitri may not push to the fork; the others may.", robot)
	s.say("What people see is printed without links, what is folded stays folded, and no more than a phone shows at once. The full texts are in the folder %s/.", Pages)
	s.check(s.w.UpstreamCommits() >= 60, "upstream has %d commits, want 60 or more", s.w.UpstreamCommits())
	return s.writePolicy()
}

func (s *pullStory) contact() error {
	_, err := s.p.Adopt(s.ctx)
	s.check(err != nil && forks.KindOf(err) == forks.NeedsPerson, "adoption does not ask about messages that notify people: %v", err)
	if err == nil {
		return nil
	}
	s.say("The message of one patch names somebody, and another page. Each rebase would write it anew, and notify them again. So auxsync asks first:")
	s.card(oneGlance, "Error: "+forks.Inert(err.Error()), "")
	for _, want := range []string{welcomeInit, "@rowan-a", `references = "keep"`} {
		s.check(strings.Contains(err.Error(), want), "the error does not say %q", want)
	}
	if err := s.program.References(forks.DefuseReferences); err != nil {
		return err
	}
	s.say("Ada writes `references = \"defuse\"` into the config, and adopts again.")
	if err := s.adoption(); err != nil {
		return err
	}
	s.check(s.writes() == 0, "adoption wrote to the forge")
	return nil
}

func (s *pullStory) firstPulls() error {
	plan, err := s.pass()
	if err != nil {
		return err
	}
	expected := s.w.Expect(Contact)
	s.checkRows(plan, expected)
	if err := s.checkAsked(plan, harborPatch, tarnPatch, loomPatch, mistlePatch); err != nil {
		return err
	}
	s.checkPulls(plan)
	if len(s.broken) > 0 {
		return nil // nobody could answer what is not asked
	}
	s.say("Four conflicts, four pull requests; the branch waits at upstream %s:", plan.Base.New.Short())
	for _, p := range s.hub.server.Pulls(forkOnHub) {
		s.list(p, fmt.Sprintf("%s, with %s; %s: %s", stageOf(p), strings.Join(p.Assignees, ", "), forks.StatusContext, s.status(p).State))
	}
	p := s.pull(harborPatch)
	s.say("What Bento sees first on his phone:")
	if err := s.showPull(p, oneScreen); err != nil {
		return err
	}
	reviews := s.hub.server.Reviews(forkOnHub, p.Number)
	s.check(len(reviews) == 1 && len(reviews[0].Comments) >= 2, "#%d has %d reviews with suggestions", p.Number, len(reviews))
	for _, r := range reviews {
		s.say("And below Files changed:")
		if err := s.showReview(p.Number, r); err != nil {
			return err
		}
	}
	s.say("The dashboard, an issue:")
	if err := s.showDashboard(oneScreen); err != nil {
		return err
	}
	s.checkDashboard("4 conflicts to decide")
	return s.checkPublished(plan, s.w.HoldPoint(harborPatch, tarnPatch, loomPatch, mistlePatch), without(expected, quillPatch))
}

func (s *pullStory) quietLook() error {
	before := s.writes()
	if err := s.quietPass(); err != nil {
		return err
	}
	s.check(s.writes() == before, "a quiet look wrote to the forge %d times", s.writes()-before)
	s.say("Nor is anything written on the forge.")
	return nil
}
