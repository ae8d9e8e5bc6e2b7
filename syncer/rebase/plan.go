package rebase

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/resolve"
)

// foldedLimit is the share of a fork's own commits, in percent, that adoption may
// fold without being asked to.
const foldedLimit = 20

// recordDays is how long an upstreamed or emptied patch stays on record.
const recordDays = 180

// Input is everything that a plan depends on, besides the objects themselves.
type Input struct {
	Track    forks.Track
	State    *forks.State // nil at first contact
	Fork     forks.Hash   // tip of the fork's branch
	Upstream forks.Hash   // tip of the followed branch, or the newest release
	// Releases of upstream in version order, oldest first, where the track follows
	// tags: nothing else of upstream is a base or a cause.
	Releases []Release
	// Retarget says that the upstream of Track is meant, although it does not have the
	// recorded base.
	Retarget bool
	// Onto, if set, is asked about in place of upstream: the plan says what would
	// become of the stack there, and moves nothing.
	Onto forks.Hash
	// Forms maps every commit that ever was a form of a patch to that patch.
	Forms map[forks.Hash]forks.PatchID
	// Source is the track whose stack this one carries; nil if it has its own.
	Source *Source
	Merged []Merged // proposals whose onto has moved
	Asked           // what people asked about patches
	// Back brings the track back to an earlier pass, GoOn ends that; a plan gets one of
	// them at most.
	Back *Back
	GoOn bool
	// Accept says that the fork's tip is meant as it is; nil if nobody said so.
	Accept *Acceptance
	// Others returns what the fork's other tracks have on record about people's decisions.
	// It is asked once at most, and only where a patch conflicts; nil knows of nothing.
	Others func() ([]forks.Resolution, error)
	// Learned are decisions that were found in the fork's history, to be put on record.
	Learned []forks.Resolution
	Live    []forks.Proposal
	Now     time.Time
	// NotBefore is when the base may move again by itself; zero means at once. What
	// a person pushed or decided does not wait.
	NotBefore time.Time
	Who       string // who asked, for the record of an adoption
	// AcceptFolded lets an adoption fold more than a fifth of the fork's commits.
	AcceptFolded bool
	ConflictFile forks.Path
	// Message, if set, is what becomes of the message of each commit that is written
	// anew. It must leave its own result as it is.
	Message func([]byte) []byte
	// ChooseSide settles all conflicts of a file with upstream's side or the patch's; see
	// [Planner.Command]. Inputs are the versions that were merged, base first if there is
	// one. The error says why it cannot be done.
	ChooseSide func(content []byte, upstream bool, inputs ...[]byte) ([]byte, error)
	// HasMarkers reports whether content has conflict markers that no input has.
	HasMarkers func(content []byte, inputs ...[]byte) bool
	// OnPick is told how far the stack has been replayed on upstream's tip; nil if
	// nobody wants to know. A plan does not depend on it.
	OnPick func(done, of int)
}

func (in Input) picked(done, of int) {
	if in.OnPick != nil {
		in.OnPick(done, of)
	}
}

// pass is the number of the pass that is planned.
func (in Input) pass() int {
	if in.State == nil {
		return 1
	}
	return in.State.Pass + 1
}

// Result is a plan without what proposals need, which is decided elsewhere: the
// caller adds these and finishes the state.
type Result struct {
	Plan   forks.Plan
	Wanted []forks.Conflict // conflicts that people have to be asked about
	// Holding has the patches of the branch whose conflicts keep the base back, or would
	// if they were not parked, in stack order.
	Holding  []forks.PatchID
	Verdicts []Verdict
	Undone   []Undone // what was taken back
	Arrived  []forks.Hash
	Forms    map[forks.Hash]forks.PatchID // new ones
	// Keeps lists commits that no branch will reach and that the state commit must.
	Keeps []forks.Hash
	// Own counts the fork's commits that are not merges, at first contact, and
	// Folded those of them that were folded.
	Own, Folded int

	// Picks are the merges on which rests what would be published or asked, in the order
	// in which they were made. BuildPair adds its own.
	Picks []forks.Pick

	known     *resolve.Memory    // of all tracks; nil until it is needed
	recalled  []forks.Version    // made in this pass of what people decided before
	copied    []forks.Resolution // what these use
	refusals  []refusal
	forgotten []revoked
	unused    map[int]string // why an item's conflict was not settled by what is known
	reopened  bool           // a version was taken back

	planner *Planner
	stack   *stack
	ahead   replayed
	in      Input
	from    map[forks.PatchID]forks.PatchID // which patch of the source is which here
	// rollback is what the new state says of one; turned tells that this pass begins or
	// ends it, so that the stack is no more what the fork's tip has.
	rollback *forks.Rollback
	turned   bool
	strayed  bool // the fork's tip lacks the recorded one, and a rollback takes it back
	foreign  bool // upstream does not have the base: the track is moved to another one
}

// Plan decides one pass: it explains the fork's tip, replays the stack on
// upstream's tip, finds the causes of what conflicts, chooses the base to publish
// and makes the candidate. It writes objects and nothing else.
//
// If the track has to stop, the plan says so and holds the old state with the
// reason. An error of kind NeedsPerson means that there is no track to stop yet.
func (p *Planner) Plan(ctx context.Context, in Input) (*Result, error) {
	in = in.withSource()
	p.message = in.Message
	r := &Result{planner: p, in: in, Forms: map[forks.Hash]forks.PatchID{}}
	ex, err := p.extract(ctx, in)
	if stop, err := asStop(err); err != nil {
		return nil, err
	} else if stop != nil && in.Back == nil {
		return r.stopped(*stop), nil
	} else if stop != nil {
		if ex, err = p.asRecorded(in); err != nil {
			return nil, err
		}
		descends, err := p.hist.IsAncestor(ctx, in.State.Tip, in.Fork)
		if err != nil {
			return nil, err
		}
		r.strayed = !descends
		r.Keeps = append(r.Keeps, in.Fork)
	}
	if in.State == nil && !in.AcceptFolded && ex.folded*100 > foldedLimit*ex.commits {
		return nil, forks.AskPerson("look at `adopt` with --accept-folded, or linearise the fork first",
			"%d of the fork's %d own commits do not replay on %s and would be folded into one patch (limit: %d %%)",
			ex.folded, ex.commits, ex.base.Short(), foldedLimit)
	}
	if err := r.inherit(&ex); err != nil {
		return nil, err
	}
	since, err := p.forkPoint(ctx, in, ex)
	if err != nil {
		return nil, err
	}
	if ex.rewritten {
		r.Keeps = append(r.Keeps, in.State.Tip)
	}
	if err := r.turn(ctx, &ex); err != nil {
		return nil, err
	}
	if in.Back != nil {
		since = ex.base
	}
	had, err := p.onUpstream(ctx, in, ex.base)
	if err != nil {
		return nil, err
	}
	r.foreign = !had
	chain, steps, err := p.road(ctx, in, ex.base, r.foreign)
	if err != nil {
		return nil, err
	}
	r.stack = newStack(ex.items, chain, steps, since)
	r.stack.source = in.Source
	r.Arrived, r.Own, r.Folded = ex.arrived, ex.commits, ex.folded
	r.stack.items = slices.Clone(ex.items)
	if err := r.undo(ctx, &ex); err != nil {
		return nil, err
	}
	if err := r.takeRevoked(ctx); err != nil {
		return nil, err
	}
	r.park() // answers are measured on a stack without what is left out
	if err := r.takeVerdicts(ctx, &ex); err != nil {
		return nil, err
	}
	r.park()
	return r, r.decide(ctx, ex)
}

// forkPoint is where the search for what upstream took begins: the base before this
// pass; at first contact, where the fork's oldest commit began.
func (p *Planner) forkPoint(ctx context.Context, in Input, ex extraction) (forks.Hash, error) {
	if in.State != nil {
		return in.State.Base, nil
	}
	if len(ex.arrived) == 0 {
		return ex.base, nil
	}
	oldest, err := p.commit(ex.arrived[0])
	if err != nil || len(oldest.parents) == 0 {
		return ex.base, err
	}
	contained, err := p.hist.IsAncestor(ctx, oldest.parents[0], ex.base)
	if err != nil || !contained {
		return ex.base, err
	}
	return oldest.parents[0], nil
}

// stopped is the result of a pass that stops its track: the state as it was, with
// the reason, and the unexplained tip kept reachable.
func (r *Result) stopped(stop forks.Stop) *Result {
	in := r.in
	state := *in.State
	if old := in.State.Stopped; old != nil && old.Tip == stop.Tip && old.Reason == stop.Reason {
		stop.At = old.At // told once
	}
	state.Stopped = &stop
	state.Ledger = []forks.Row{}
	r.Plan = forks.Plan{
		Track: in.Track.Name, Pass: in.pass(), Base: forks.BaseMove{Old: state.Base, New: state.Base},
		UpstreamTip: in.Upstream, ForkTip: in.Fork, CandidateTip: in.Fork, Stopped: &stop, State: state,
	}
	r.Plan.State.Pass = in.pass()
	r.Keeps = []forks.Hash{in.Fork, state.Tip}
	return r
}

// takeVerdicts evaluates merged proposals and enters their results into the stack.
func (r *Result) takeVerdicts(ctx context.Context, ex *extraction) error {
	for _, m := range r.in.Merged {
		verdicts, err := r.planner.harvestEach(ctx, r.in, r.stack, m)
		if err != nil {
			return fmt.Errorf("take in the resolution of %s: %w", m.Proposal.ID, err)
		}
		r.Verdicts = append(r.Verdicts, verdicts...)
		r.Keeps = append(r.Keeps, m.Tip)
		for _, v := range verdicts {
			i := slices.IndexFunc(r.stack.items, func(it item) bool { return it.patch.ID == v.Patch })
			if i < 0 {
				continue
			}
			switch patch := &r.stack.items[i].patch; v.Kind {
			case Taken:
				addVersion(patch, v.Version)
				r.Forms[v.Version.Commit] = patch.ID
				if r.stack.at[v.Version.Pin] == 0 { // valid on the base already
					if err := r.planner.takeOnBase(ctx, &r.stack.items[i], v.Version.Commit); err != nil {
						return err
					}
				}
			case NoDifference:
				r.drop(ex, i, v)
			}
		}
	}
	return nil
}

// takeOnBase puts a resolution in the place of a patch's form on the base. Where
// the patch stands there, because a person merged the cause into the branch before
// the resolution came, it does so only if it replays in that place: what the branch
// has is a person's work too.
func (p *Planner) takeOnBase(ctx context.Context, it *item, version forks.Hash) error {
	c, err := p.change(version)
	if err != nil {
		return err
	}
	if it.standing() && it.change != (change{}) {
		r, err := p.pick(ctx, c, it.change.from)
		if err != nil {
			return err
		}
		p.answered = append(p.answered, pickOf(it.patch, c, it.change.from, r))
		if !r.Clean() {
			return nil
		}
		it.change = c
	}
	it.form, it.patch.Commit = version, version
	return nil
}

// drop ends a patch by the decision of whoever merged its proposal without it. A
// decision holds at once: the branch is made anew without the patch.
func (r *Result) drop(ex *extraction, i int, v Verdict) {
	patch := r.stack.items[i].patch
	patch.End = &forks.End{Outcome: forks.Dropped, By: v.By, Reason: v.dropped(), Pass: r.in.pass(), At: r.in.Now}
	ex.ended = append(ex.ended, patch)
	r.stack.items = slices.Delete(slices.Clone(r.stack.items), i, i+1)
	clear(r.stack.blocked)
	clear(r.stack.took)
}

// decide replays the stack ahead and at the base it chooses, and writes down what
// becomes of every patch.
func (r *Result) decide(ctx context.Context, ex extraction) error {
	p, s := r.planner, r.stack
	standing, ahead, err := r.replays(ctx)
	if err != nil {
		return err
	}
	base, err := r.chooseBase(ctx, ex, ahead, standing)
	if err != nil {
		return err
	}
	published := ahead
	if base.pos != s.tip() {
		if published, err = p.replay(ctx, s, base.pos); err != nil {
			return err
		}
	}
	undecided(ahead, published)
	published = s.setAside(published)
	c, err := r.candidate(ctx, ex, published)
	if err != nil {
		return err
	}
	r.ahead = ahead
	r.rests(ex, published, c)
	rows, err := r.rows(ctx, ahead, published, c)
	if err != nil {
		return err
	}
	if !r.looksOnly() {
		r.Wanted, r.Holding = base.conflicts, base.holding
	}
	in := r.in
	behind, err := r.behind(ctx, base.pos)
	if err != nil {
		return err
	}
	r.Plan = forks.Plan{
		Track: in.Track.Name, Pass: in.pass(), UpstreamTip: in.Upstream, ForkTip: in.Fork,
		Base: forks.BaseMove{New: s.chain[base.pos]}, CandidateTip: c.tip, Behind: behind,
		Conflicts: base.conflicts, Outcomes: append(rows, ex.rows...),
	}
	for _, ended := range ex.ended {
		r.Plan.Outcomes = append(r.Plan.Outcomes, endedRow(ended))
	}
	if in.State != nil {
		r.Plan.Base.Old = in.State.Base
	}
	r.Plan.Hold = r.hold(base)
	if err := r.newState(ctx, ex, ahead, published, c); err != nil {
		return err
	}
	r.tellUndone()
	return nil
}

// behind counts what of upstream is not in the base: commits of the first-parent
// chain, or releases where the track follows these.
func (r *Result) behind(ctx context.Context, pos int) (int, error) {
	s := r.stack
	_, tags := r.in.Track.FollowsTags()
	if pos >= s.steps || tags && r.in.Onto.IsZero() {
		return s.tip() - pos, nil
	}
	ahead, err := r.planner.hist.FirstParents(ctx, s.chain[pos], s.chain[s.tip()])
	return len(ahead), err
}

// stuck notes which items conflict on the present base: these wait for no other
// patch, wherever upstream has gone.
func (s *stack) stuck(standing replayed) {
	for i, pl := range standing.picks {
		for q := range i {
			if pl.outcome == forks.Conflicted {
				s.blocked[[2]int{i, q}] = false
			}
		}
	}
}

// undecided keeps a patch that people are asked about from ending meanwhile: where
// it is empty at the published base, but conflicts at upstream's tip, it is left
// out until they have decided.
func undecided(ahead, published replayed) {
	for i := range published.picks {
		if ahead.picks[i].outcome == forks.Conflicted && published.picks[i].outcome == forks.Emptied {
			published.picks[i].outcome, published.picks[i].files = forks.Conflicted, ahead.picks[i].files
		}
	}
}

// endedRow is the ledger row of a patch that left the stack before the replay.
func endedRow(patch forks.Patch) forks.Row {
	return forks.Row{Patch: patch.ID, Subject: patch.Subject, Author: patch.Author, Old: patch.Commit,
		Ahead: patch.End.Outcome, Published: patch.End.Outcome, By: patch.End.By, Reason: patch.End.Reason}
}
