package demo

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// taps is the way of a phone: suggestions and a button.
func (s *pullStory) taps() error {
	bento, p := s.w.cast.bento, s.pull(harborPatch)
	for _, r := range s.hub.server.Reviews(forkOnHub, p.Number) {
		for _, c := range r.Comments {
			if strings.HasPrefix(c.Body, "**Take upstream's**") {
				s.does(bento, "taps Commit suggestion on #%d: upstream's lines %d to %d", p.Number, c.StartLine, c.Line)
				if err := s.made(bento, "", s.hub.as(bento).AcceptSuggestion(c.ID)); err != nil {
					return err
				}
			}
		}
	}
	if _, err := s.pass(); err != nil {
		return err
	}
	p = s.pull(harborPatch)
	s.checkStage(harborPatch, "ready")
	s.check(s.status(p).State == string(forks.StatusSuccess), "#%d has status %q", p.Number, s.status(p).State)
	s.say("The next look finds no marker left, and makes it ready:")
	if err := s.showPull(p, oneGlance); err != nil {
		return err
	}
	s.does(bento, "taps Squash and merge")
	s.hub.as(bento).Merge(p.Number, "squash")
	plan, err := s.pass()
	if err != nil {
		return err
	}
	s.checkStage(harborPatch, "merged by bento")
	s.checkOutcome(plan, harborPatch, both(forks.Resolved))
	s.checkOutcome(plan, harborAddress, both(forks.Kept, forks.Adapted))
	if err := s.checkAsked(plan, tarnPatch, loomPatch, mistlePatch); err != nil {
		return err
	}
	s.checkLast(harborPatch, "Thanks to `bento`")
	s.say("The pass takes it in, and Esme's patch that had to wait for it applies again. The\nbranch moves on to upstream %s.", plan.Base.New.Short())
	if err := s.showLast(p.Number); err != nil {
		return err
	}
	return s.checkPublished(plan, s.w.HoldPoint(tarnPatch, loomPatch, mistlePatch), without(s.w.Expect(Contact), quillPatch))
}

// otherWays are an edit with an approval, a handing on with a command, and a no.
func (s *pullStory) otherWays() error {
	c := s.w.cast
	tarn, loom, mistle := s.pull(tarnPatch), s.pull(loomPatch), s.pull(mistlePatch)

	handed := s.comments(c.noor, tarn.Number, "/auxsync not mine")
	if err := s.edits(c.esme, loom.Head, byName("loom"), upstreamLoomWithPatterns); err != nil {
		return err
	}
	s.does(c.caro, "closes #%d, about mistle: upstream no longer has it", mistle.Number)
	s.hub.as(c.caro).Close(mistle.Number)
	plan, err := s.pass()
	if err != nil {
		return err
	}
	s.checkReaction(tarn.Number, handed)
	s.check(fmt.Sprint(s.pull(tarnPatch).Assignees) == "[dmitri]", "#%d is with %q, want dmitri", tarn.Number, s.pull(tarnPatch).Assignees)
	s.checkStage(loomPatch, "ready")
	s.checkStage(mistlePatch, "closed")
	p, _ := patchOf(plan.State, mistlePatch)
	s.check(p.End == nil, "a no has ended the patch of mistle")
	s.check(len(plan.State.Decisions) == 1, "%d decisions are asked for, want one", len(plan.State.Decisions))
	s.checkSays(tarnPatch, "said that it is not theirs")
	s.say("Noor is not asked why: the next of SIG cli is asked instead.")
	if err := s.showAsked(s.pull(tarnPatch), true); err != nil {
		return err
	}
	s.say("The edit is found settled. The no is a no: nobody is asked again, the patch is\nnot lost, and the dashboard keeps the question:")
	if err := s.showLast(mistle.Number); err != nil {
		return err
	}
	if err := s.showDashboard(oneScreen); err != nil {
		return err
	}

	s.does(c.caro, "approves #%d", loom.Number)
	s.hub.as(c.caro).Review(loom.Number, "APPROVE", "Theirs, and our patterns: good.")
	command := s.comments(c.dmitri, tarn.Number, "/auxsync take upstream because tarn 2.0 finds our configuration by itself")
	if plan, err = s.pass(); err != nil {
		return err
	}
	s.checkReaction(tarn.Number, command)
	s.checkStage(loomPatch, "merged by "+robot)
	s.checkStage(tarnPatch, "closed")
	s.checkOutcome(plan, loomPatch, both(forks.Resolved))
	woven, _ := patchOf(plan.State, loomPatch)
	s.check(len(woven.Versions) > 0 && woven.Versions[len(woven.Versions)-1].By == "caro", "loom was not resolved by who approved: %+v", woven.Versions)
	s.checkOutcome(plan, tarnPatch, both(forks.Dropped))
	s.checkOutcome(plan, jiqPatch, both(forks.Emptied))
	s.say("An approval merges what is settled. Dmitri may not push, but #%d is his: upstream's\nside leaves nothing of that patch, so it is dropped, in his name and for his reason:", tarn.Number)
	for _, n := range []int{loom.Number, tarn.Number} {
		if err := s.showLast(n); err != nil {
			return err
		}
	}
	if err := s.checkAsked(plan); err != nil {
		return err
	}
	return s.checkPublished(plan, s.w.HoldPoint(mistlePatch), without(s.w.Expect(Contact), quillPatch, jiqPatch, tarnPatch))
}

// pause is a pause and its end, both asked for on the dashboard.
func (s *pullStory) pause() error {
	i, _ := s.dashboard()
	said := s.comments(s.w.cast.caro, i.Number, "/auxsync pause because the build farm moves house")
	plan, err := s.pass()
	if err != nil {
		return err
	}
	s.checkReaction(i.Number, said)
	s.check(plan.State.Paused != nil && plan.State.Paused.By == "caro", "the track is not paused")
	s.checkDashboard("**Paused** by `caro`")
	s.say("The dashboard says so:")
	s.card(oneGlance, s.lineOf("**Paused**"), "")
	if err := s.w.AdvanceUpstream(s.ctx, Later); err != nil {
		return err
	}
	s.say("Upstream goes on meanwhile. A pass that somebody asks for does not:")
	_, err = s.pass()
	s.check(err != nil && forks.KindOf(err) == forks.NeedsPerson, "a pass of a paused track: %v", err)
	if err != nil {
		s.card(oneGlance, "Error: "+err.Error(), "")
	}
	if err := s.checkBranch(s.tip); err != nil {
		return err
	}
	said = s.comments(s.w.cast.caro, i.Number, "/auxsync resume")
	if plan, err = s.pass(); err != nil {
		return err
	}
	s.checkReaction(i.Number, said)
	s.check(plan.State.Paused == nil, "the track is paused still")
	s.say("It goes on. The branch waits for nothing but mistle, at upstream %s.", plan.Base.New.Short())
	return s.checkBranch(s.tip)
}

// momentOfPulls is an answer to a question that was closed, and a push at the wrong
// moment.
func (s *pullStory) momentOfPulls() error {
	ada, p := s.w.cast.ada, s.pull(mistlePatch)
	s.does(ada, "opens #%d again", p.Number)
	s.hub.as(ada).Reopen(p.Number)
	s.comments(ada, p.Number, "/auxsync keep ours because SIG CLI reads its letters with it")
	s.hub.catchUp()
	plan, err := s.interrupted()
	if err != nil {
		return err
	}
	s.checkOutcome(plan, mistlePatch, both(forks.Resolved))
	s.checkStage(mistlePatch, "closed")
	s.checkLast(mistlePatch, "Thanks to `ada`")
	return s.showLast(p.Number)
}

func (s *pullStory) accountOfPulls() error {
	if err := s.account(); err != nil {
		return err
	}
	if err := s.checkTree(); err != nil {
		return err
	}
	s.say("And on the forge:")
	for _, p := range s.hub.server.Pulls(forkOnHub) {
		s.check(!p.Open, "#%d is open still", p.Number)
		s.list(p, stageOf(p))
	}
	s.check(len(s.hub.server.Pulls(forkOnHub)) == len(s.numbers), "more than one pull request was opened for a conflict")
	s.checkDashboard("Nothing waits")
	if err := s.showDashboard(oneScreen); err != nil {
		return err
	}
	told := s.checkNotified()
	s.checkUpstreamUntouched()
	s.say("auxsync notified %s: whom it asked, and nobody else. Upstream was read, and never written to.", strings.Join(told, ", "))
	return nil
}

// lineOf is the line of the dashboard that says something.
func (s *pullStory) lineOf(text string) string {
	i, _ := s.dashboard()
	for line := range strings.Lines(i.Body) {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}

// comments writes a comment as a person, and shows it.
func (s *pullStory) comments(p forks.Person, number int, text string) int64 {
	s.does(p, "comments on #%d: %s", number, text)
	return s.hub.as(p).Comment(number, text)
}

// edits changes a file of a branch in the web editor.
func (s *pullStory) edits(p forks.Person, branch, path string, settle Settle) error {
	text, err := s.inFork("show", branch+":"+path)
	if err != nil {
		return err
	}
	text, _ = settle(path, text+"\n")
	s.does(p, "edits %s on %s in the browser: upstream's package with the fork's patterns", path, branch)
	return s.made(p, "The workshop of SIG Home", s.hub.as(p).EditFile(branch, path, text))
}

// made remembers a commit that somebody made in the browser. Text is something that it
// says, "" for nothing of its own.
func (s *pullStory) made(by forks.Person, text, commit string) error {
	id, err := forks.ParseHash(commit)
	s.w.pushed = append(s.w.pushed, Pushed{By: by, Commits: []forks.Hash{id}, Text: text})
	return err
}
