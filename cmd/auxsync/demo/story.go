package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Program is auxsync as the story uses it: one track, set up for the world's
// two repositories. Each call is one pass; the plan is the one that was applied,
// with Plan.State as what the state ref holds now.
type Program interface {
	// Adopt makes first contact.
	Adopt(ctx context.Context) (forks.Plan, error)
	// Sync makes one pass.
	Sync(ctx context.Context) (forks.Plan, error)
	// SyncWith makes one pass and calls meanwhile once, between its fetch and its
	// push. If the push is refused for what meanwhile did, the pass either begins
	// again by itself or gives up with an error of the kind [forks.Retry].
	SyncWith(ctx context.Context, meanwhile func() error) (forks.Plan, error)
	// Ledger prints what became of every patch in a pass, in the program's own way.
	Ledger(w io.Writer, p forks.Plan) error
	// Report makes the report of the week in which the story happens, and keeps it for
	// whoever the story is told to.
	Report(ctx context.Context) (Kept, error)
}

// Run tells the story with the program on a new world, and checks each of its
// steps. The error names every expectation of a step that did not hold.
func Run(ctx context.Context, out io.Writer, w *World, p Program) error {
	s := &story{ctx: ctx, out: out, w: w, p: p}
	return s.tell([]step{
		{"Two repositories", s.theWorld},
		{"First contact", s.adoption},
		{"The first pass", s.firstPass},
		{"Nothing new", s.quietPass},
		{"Bento settles harbor", s.oneAnswer},
		{"Two more answers", s.twoAnswers},
		{"The wrong moment", s.wrongMoment},
		{"The account", s.account},
		{"The report", s.theReport},
	})
}

// step is one chapter of a story.
type step struct {
	title string
	tell  func() error
}

// tell tells a story step by step. The first that does not hold ends it.
func (s *story) tell(steps []step) error {
	for i, step := range steps {
		fmt.Fprintf(s.out, "\n%d. %s\n", i+1, step.title)
		err := mishaps(step.tell)
		if err := errors.Join(append(s.broken, err)...); err != nil {
			return fmt.Errorf("demo, step %d (%s): %w", i+1, step.title, err)
		}
	}
	_, err := fmt.Fprintf(s.out, "\nAll %d expectations held.\n", s.held)
	return err
}

// story is the state of the telling.
type story struct {
	ctx context.Context
	out io.Writer
	w   *World
	p   Program

	columns int // of a paragraph; 0: as it is written

	tip   forks.Hash                  // the fork's branch after the last pass
	asked map[string]forks.ProposalID // open conflicts, by the patch's subject
	last  forks.Plan                  // of the last pass that published

	// tappable are the subjects of patches whose conflicts suggestions settle whole: on
	// such a branch no file says what is asked for.
	tappable []string

	held   int
	broken []error // expectations of this step that did not hold
}

// say prints one paragraph of the story.
func (s *story) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if s.columns > 0 {
		text = strings.Join(wrapped(text, s.columns), "\n")
	}
	fmt.Fprintf(s.out, "   %s\n", strings.ReplaceAll(text, "\n", "\n   "))
}

// quote prints a line that is not the story's own.
func (s *story) quote(text string) { fmt.Fprintf(s.out, "     %s\n", text) }

// typed shows what a person typed.
func (s *story) typed(p Pushed) {
	for _, command := range p.Typed {
		fmt.Fprintf(s.out, "     %s$ %s\n", firstName(p.By), command)
	}
}

func firstName(p forks.Person) string {
	name, _, _ := strings.Cut(p.Name, " ")
	return strings.ToLower(name)
}

func (s *story) theWorld() error {
	tip, err := s.branchTip(s.w.Branch)
	if err != nil {
		return err
	}
	s.tip = tip
	authors := map[forks.Person]bool{}
	for _, e := range s.w.Expect(Contact) {
		authors[e.Author] = true
	}
	s.say("In %s:", s.w.Dir)
	s.say("%s, nixpkgs in the small, with %d commits on %s, and\n%s, with %d commits of its own by %d people on %s. They began from an older\nupstream, merged a newer one once by hand, and then had other things to do.",
		filepath.Base(s.w.UpstreamDir), s.w.UpstreamCommits(), s.w.Follow,
		filepath.Base(s.w.ForkDir), s.w.OwnCommits(), len(authors), s.w.Branch)
	s.check(s.w.UpstreamCommits() >= 60, "upstream has %d commits, want 60 or more", s.w.UpstreamCommits())
	return nil
}

func (s *story) adoption() error {
	plan, err := s.p.Adopt(s.ctx)
	if err != nil {
		return err
	}
	s.checkAdopted(plan)
	s.say("The stack: %d patches on upstream %s. Put back on that commit they give the fork's\ntree again, byte for byte.", len(plan.State.Patches), plan.State.Base.Short())
	s.say("Two commits about lanternfs do not fit there: Caro settled them by hand when she merged\nupstream. Her merge carries both now, under her name.")
	return s.checkBranch(s.tip)
}

func (s *story) firstPass() error {
	plan, err := s.p.Sync(s.ctx)
	if err != nil {
		return err
	}
	expected := s.w.Expect(Contact)
	s.checkRows(plan, expected)
	if err := s.checkAsked(plan, harborPatch, tarnPatch, loomPatch, mistlePatch); err != nil {
		return err
	}
	s.say("What upstream's %d new commits did to the patches:", len(s.w.upstream.between(s.w.upstream.tips[Merged], s.w.upstream.tips[Contact])))
	for _, e := range expected {
		if e.InStack() {
			fmt.Fprintf(s.out, "     %-11s %s%s\n", e.Ahead, e.Subject, s.because(e))
		}
	}
	s.say("Four conflicts, four pairs of branches, each standing on the one commit that caused it.\nThe branch goes as far as all is clean, to upstream %s, and waits there.", plan.Base.New.Short())
	return s.checkPublished(plan, s.w.HoldPoint(harborPatch, tarnPatch, loomPatch, mistlePatch),
		without(expected, quillPatch))
}

func (s *story) quietPass() error {
	before, err := s.refs()
	if err != nil {
		return err
	}
	plan, err := s.p.Sync(s.ctx)
	if err != nil {
		return err
	}
	after, err := s.refs()
	if err != nil {
		return err
	}
	s.check(len(plan.WouldPush) == 0, "a quiet pass pushes %d refs", len(plan.WouldPush))
	s.check(before == after, "a quiet pass moved refs of the fork")
	s.say("Upstream is where it was, nobody has answered. A pass looks, and leaves no ref touched.")
	return nil
}

func (s *story) oneAnswer() error {
	pushed, err := s.answer(harborPatch, Answer{
		By: s.w.cast.bento, Subject: "harbor: go to 4.2.0, keep the mirror", Settle: upstreamSide,
	})
	if err != nil {
		return err
	}
	s.say("The fork has 4.1.1, upstream went to 4.2.0. Version and hashes belong together, so Bento\ntakes all of upstream's, and keeps the mirror:")
	s.typed(pushed)
	plan, err := s.p.Sync(s.ctx)
	if err != nil {
		return err
	}
	s.checkOutcome(plan, harborPatch, both(forks.Resolved))
	s.checkOutcome(plan, harborAddress, both(forks.Kept, forks.Adapted))
	for _, subject := range []string{tarnPatch, loomPatch, mistlePatch} {
		s.checkOutcome(plan, subject, outcomes{ahead: []forks.Outcome{forks.Conflicted}, published: []forks.Outcome{forks.Kept}})
	}
	if err := s.checkAsked(plan, tarnPatch, loomPatch, mistlePatch); err != nil {
		return err
	}
	s.say("The next pass takes it in, and Esme's patch that had to wait for it applies again.\nThe branch moves on to upstream %s; three questions are open.", plan.Base.New.Short())
	return s.checkPublished(plan, s.w.HoldPoint(tarnPatch, loomPatch, mistlePatch),
		without(s.w.Expect(Contact), quillPatch))
}

func (s *story) twoAnswers() error {
	loom, err := s.answer(loomPatch, Answer{
		By: s.w.cast.esme, Subject: "loom: take upstream's package, keep the patterns",
		Settle: upstreamLoomWithPatterns, Way: Squash,
	})
	if err != nil {
		return err
	}
	tarn, err := s.answer(tarnPatch, Answer{
		By: s.w.cast.dmitri, Subject: "tarn: 2.0 finds our configuration by itself", Settle: deleted, Way: FastForward,
	})
	if err != nil {
		return err
	}
	s.say("Upstream packaged loom as well. Esme takes theirs, keeps the patterns, and squashes:")
	s.typed(loom)
	s.say("tarn moved to by-name and was rewritten in one commit: git sees a file that is gone, and\na patch to it that other tools lose without a word. Dmitri reads the new tarn, finds that\nit needs no patch, and lets the old file go. That is an answer too:")
	s.typed(tarn)
	plan, err := s.p.Sync(s.ctx)
	if err != nil {
		return err
	}
	s.checkOutcome(plan, loomPatch, both(forks.Resolved))
	s.checkOutcome(plan, tarnPatch, both(forks.Dropped))
	s.checkOutcome(plan, jiqPatch, both(forks.Emptied))
	s.checkOutcome(plan, mistlePatch, outcomes{ahead: []forks.Outcome{forks.Conflicted}, published: []forks.Outcome{forks.Kept}})
	if err := s.checkAsked(plan, mistlePatch); err != nil {
		return err
	}
	s.say("Both are taken in, the second as a decision with Dmitri's name on it. The branch moves\non to upstream %s.", plan.Base.New.Short())
	return s.checkPublished(plan, s.w.HoldPoint(mistlePatch), without(s.w.Expect(Contact), quillPatch, jiqPatch, tarnPatch))
}

func (s *story) wrongMoment() error {
	if err := s.w.AdvanceUpstream(s.ctx, Later); err != nil {
		return err
	}
	mistle, err := s.answer(mistlePatch, Answer{By: s.w.cast.ada, Subject: "mistle: stays, SIG CLI reads its letters with it", Settle: asItIs})
	if err != nil {
		return err
	}
	s.say("Upstream removed mistle, and has gone on meanwhile. Ada wants to keep it:")
	s.typed(mistle)
	plan, err := s.interrupted()
	if err != nil {
		return err
	}
	s.checkOutcome(plan, mistlePatch, both(forks.Resolved))
	return nil
}

// interrupted is a pass during which Noor pushes to the branch. After it all is clean.
func (s *story) interrupted() (forks.Plan, error) {
	var noor Pushed
	calls := 0
	plan, err := s.p.SyncWith(s.ctx, func() error {
		calls++
		var err error
		noor, err = s.w.PushToBranch(s.ctx, s.w.cast.noor, s.w.Branch, helloSubject, helloText, map[string]Settle{byName("hello"): greetFromAux})
		return err
	})
	s.check(calls == 1, "the person pushed %d times during the pass, want once", calls)
	s.say("A pass fetches all that and builds its candidate. Before it can push, Noor does:")
	s.typed(noor)
	if err != nil && forks.KindOf(err) == forks.Retry && calls == 1 {
		if err := s.checkBranch(noor.Commits[0]); err != nil {
			return plan, err
		}
		plan, err = s.p.Sync(s.ctx)
	}
	if err != nil {
		return plan, err
	}
	s.checkOutcome(plan, helloSubject, both(forks.Kept, forks.Adapted))
	if err := s.checkAsked(plan); err != nil {
		return plan, err
	}
	s.say("The lease refuses: nothing of that candidate goes out, not a ref moves. The pass begins\nagain, now with Noor's commit as a patch of its own. All is clean, nobody is waited for:\nthe branch stands on upstream's tip, %s.", plan.Base.New.Short())
	s.last = plan
	s.check(len(noor.Commits) == 1 && s.isAncestor(noor.Commits[0], plan.CandidateTip), "Noor's commit is not in the branch")
	hello := Expectation{Subject: helloSubject, Text: helloText, Paths: []forks.Path{forks.Path(byName("hello"))}}
	return plan, s.checkPublished(plan, s.w.HoldPoint(), append(without(s.w.Expect(Later), quillPatch, jiqPatch, tarnPatch), hello))
}

func (s *story) account() error {
	before := s.tip
	if _, err := s.p.Sync(s.ctx); err != nil {
		return err
	}
	if err := s.checkBranch(before); err != nil {
		return err
	}
	for subject, outcome := range map[string]forks.Outcome{quillPatch: forks.Upstreamed, jiqPatch: forks.Emptied, tarnPatch: forks.Dropped} {
		p, _ := patchOf(s.last.State, subject)
		s.check(p.End != nil && p.End.Outcome == outcome, "%q has not ended as %s", subject, outcome)
	}
	for _, e := range without(s.w.Expect(Later), quillPatch, jiqPatch, tarnPatch) {
		if e.InStack() {
			p, ok := patchOf(s.last.State, e.Subject)
			s.check(ok && p.Out == nil && p.End == nil, "%q is not in the stack", e.Subject)
		}
	}
	helpers, err := s.inFork("for-each-ref", "refs/heads/auxsync/"+s.w.Track+"/")
	if err != nil {
		return err
	}
	s.check(helpers == "", "helper branches are left: %s", helpers)
	upstream, err := s.w.onServer(s.w.UpstreamDir).run(s.ctx, "for-each-ref", "--format=%(objectname) %(refname)")
	if err != nil {
		return err
	}
	s.check(upstream == s.w.UpstreamTip(Later).String()+" refs/heads/"+s.w.Follow, "somebody pushed to upstream: %s", upstream)
	s.say("What became of every patch:")
	if err := s.ledger(); err != nil {
		return err
	}
	lost, err := s.w.Lost(s.ctx)
	if err != nil {
		return err
	}
	s.check(len(lost) == 0, "lost: %s", strings.Join(lost, "; "))
	s.say("After git gc --prune=now on the fork all %d commits that people made are still reachable,\nand so is each word of their changes. Nothing was lost.", len(s.w.made()))
	return nil
}

// ledger shows what became of every patch: in the program's own words, or where there is
// less room in one line each.
func (s *story) ledger() error {
	if s.columns == 0 {
		return s.p.Ledger(s.out, s.last)
	}
	for _, row := range s.last.Outcomes {
		fmt.Fprintf(s.out, "     %-11s %s\n", row.Published, row.Subject)
	}
	return nil
}
