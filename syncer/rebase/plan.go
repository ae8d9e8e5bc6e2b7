package rebase

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
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
	Upstream forks.Hash   // tip of the followed branch
	// Forms maps every commit that ever was a form of a patch to that patch.
	Forms  map[forks.Hash]forks.PatchID
	Merged []Merged // proposals whose onto has moved
	Live   []forks.Proposal
	Now    time.Time
	Who    string // who asked, for the record of an adoption
	// AcceptFolded lets an adoption fold more than a fifth of the fork's commits.
	AcceptFolded bool
	ConflictFile forks.Path
	// HasMarkers reports whether content has conflict markers that no input has.
	HasMarkers func(content []byte, inputs ...[]byte) bool
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
	Plan     forks.Plan
	Wanted   []forks.Conflict // conflicts that people have to be asked about
	Verdicts []Verdict
	Arrived  []forks.Hash
	Forms    map[forks.Hash]forks.PatchID // new ones
	// Keeps lists commits that no branch will reach and that the state commit must.
	Keeps []forks.Hash
	// Own counts the fork's commits that are not merges, at first contact, and
	// Folded those of them that were folded.
	Own, Folded int

	planner *Planner
	stack   *stack
	in      Input
}

// Plan decides one pass: it explains the fork's tip, replays the stack on
// upstream's tip, finds the causes of what conflicts, chooses the base to publish
// and makes the candidate. It writes objects and nothing else.
//
// If the track has to stop, the plan says so and holds the old state with the
// reason. An error of kind NeedsPerson means that there is no track to stop yet.
func (p *Planner) Plan(ctx context.Context, in Input) (*Result, error) {
	r := &Result{planner: p, in: in, Forms: map[forks.Hash]forks.PatchID{}}
	ex, err := p.extract(ctx, in)
	if stop, err := asStop(err); err != nil {
		return nil, err
	} else if stop != nil {
		return r.stopped(*stop), nil
	}
	if in.State == nil && !in.AcceptFolded && ex.folded*100 > foldedLimit*ex.commits {
		return nil, forks.AskPerson("look at `adopt` with --accept-folded, or linearise the fork first",
			"%d of the fork's %d own commits do not replay on %s and would be folded into one patch (limit: %d %%)",
			ex.folded, ex.commits, ex.base.Short(), foldedLimit)
	}
	chain, err := p.hist.FirstParents(ctx, ex.base, in.Upstream)
	if err != nil {
		return nil, err
	}
	chain = append(chain, ex.base)
	slices.Reverse(chain)
	since, err := p.forkPoint(ctx, in, ex)
	if err != nil {
		return nil, err
	}
	r.stack = newStack(ex.items, chain, since)
	r.Arrived, r.Own, r.Folded = ex.arrived, ex.commits, ex.folded
	if err := r.takeVerdicts(ctx, &ex); err != nil {
		return nil, err
	}
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
		v, err := r.planner.harvest(ctx, r.in, r.stack, m)
		if err != nil {
			return fmt.Errorf("take in the resolution of %s: %w", m.Proposal.ID, err)
		}
		r.Verdicts = append(r.Verdicts, v)
		r.Keeps = append(r.Keeps, m.Tip)
		i := slices.IndexFunc(r.stack.items, func(it item) bool { return it.patch.ID == v.Patch })
		if i < 0 {
			continue
		}
		switch patch := &r.stack.items[i].patch; v.Kind {
		case Taken:
			if len(patch.Versions) == 0 {
				patch.Versions = []forks.Version{{Commit: patch.Commit, By: patch.Author.Name, At: patch.AuthorDate}}
			}
			patch.Versions = append(slices.Clone(patch.Versions), v.Version)
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
		if err != nil || !r.Clean() {
			return err
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
	patch.End = &forks.End{Outcome: forks.Dropped, By: v.By, Reason: "merged " + string(v.Proposal) + " without the patch's change", Pass: r.in.pass(), At: r.in.Now}
	ex.ended = append(ex.ended, patch)
	r.stack.items = slices.Delete(slices.Clone(r.stack.items), i, i+1)
	clear(r.stack.blocked)
	clear(r.stack.took)
}

// decide replays the stack ahead and at the base it chooses, and writes down what
// becomes of every patch.
func (r *Result) decide(ctx context.Context, ex extraction) error {
	p, s := r.planner, r.stack
	standing, err := p.replay(ctx, s, 0)
	if err != nil {
		return err
	}
	s.stuck(standing)
	ahead, err := p.replay(ctx, s, s.tip())
	if err != nil {
		return err
	}
	base, conflicts, err := r.chooseBase(ctx, ex, ahead, standing)
	if err != nil {
		return err
	}
	if r.in.State == nil {
		base = 0 // adoption takes the branch as it is and moves nothing
	}
	published := ahead
	if base != s.tip() {
		if published, err = p.replay(ctx, s, base); err != nil {
			return err
		}
	}
	undecided(ahead, published)
	c, err := r.candidate(ctx, ex, published)
	if err != nil {
		return err
	}
	rows, err := r.rows(ctx, ahead, published, c)
	if err != nil {
		return err
	}
	if r.in.State != nil {
		r.Wanted = conflicts
	}
	in := r.in
	r.Plan = forks.Plan{
		Track: in.Track.Name, Pass: in.pass(), UpstreamTip: in.Upstream, ForkTip: in.Fork,
		Base: forks.BaseMove{New: s.chain[base]}, CandidateTip: c.tip, Behind: s.tip() - base,
		Conflicts: conflicts, Outcomes: append(rows, ex.rows...),
	}
	for _, ended := range ex.ended {
		r.Plan.Outcomes = append(r.Plan.Outcomes, endedRow(ended))
	}
	if in.State != nil {
		r.Plan.Base.Old = in.State.Base
	}
	r.Plan.Hold = r.hold(base, conflicts)
	return r.newState(ctx, ex, ahead, published, c)
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

// hold says why the base stays behind upstream's tip.
func (r *Result) hold(base int, conflicts []forks.Conflict) *forks.Hold {
	if base == r.stack.tip() {
		return nil
	}
	reason := fmt.Sprintf("%d conflicts wait for a decision", len(conflicts))
	if len(conflicts) == 1 {
		reason = "one conflict waits for a decision"
	}
	return &forks.Hold{Commit: r.stack.chain[base], Reason: reason}
}

// chooseBase returns the position of the newest upstream commit on which
// everything that is not left out is clean, and the conflicts at upstream's tip.
func (r *Result) chooseBase(ctx context.Context, ex extraction, ahead, standing replayed) (int, []forks.Conflict, error) {
	p, s := r.planner, r.stack
	base := s.tip()
	var conflicts []forks.Conflict
	var older []int // conflicts that exist on the base already and are new
	for i, pl := range ahead.picks {
		if pl.outcome != forks.Conflicted {
			continue
		}
		c, pos, err := p.conflict(ctx, s, i, pl)
		if err != nil {
			return 0, nil, fmt.Errorf("find the cause of %s: %w", s.items[i].patch.ID, err)
		}
		if pos == 0 && !r.asked(&c) {
			if err := r.olderCause(i, &c, ex.ended); err != nil {
				return 0, nil, err
			}
			older = append(older, len(conflicts))
		}
		conflicts = append(conflicts, c)
		if pos > 0 && standing.holds(i) {
			base = min(base, pos-1)
		}
	}
	for base > 0 {
		at, err := p.replay(ctx, s, base)
		if err != nil {
			return 0, nil, err
		}
		next, err := r.stepBack(ctx, at, standing)
		if err != nil {
			return 0, nil, err
		}
		if next == base {
			break
		}
		base = next
	}
	for _, k := range older { // what is out on the base is asked about on the base
		conflicts[k].Cause, conflicts[k].Inner = s.chain[base], forks.Hash{}
		if err := p.describeCause(ctx, s, &conflicts[k]); err != nil {
			return 0, nil, err
		}
	}
	return base, conflicts, nil
}

// holds reports, of the replay on the present base, whether a conflict of item i
// keeps the base back: one that is left out there already does not.
func (r replayed) holds(i int) bool {
	return r.picks[i].in() || r.picks[i].outcome == forks.Emptied
}

// stepBack returns the position itself if everything that holds is clean there,
// else the newest position before the cause of something that is not.
func (r *Result) stepBack(ctx context.Context, at, standing replayed) (int, error) {
	next := at.pos
	for i, pl := range at.picks {
		if !standing.holds(i) || pl.outcome != forks.Conflicted && pl.outcome != forks.Blocked {
			continue
		}
		pos, err := r.planner.cause(ctx, r.stack, i, at.pos)
		if err != nil {
			return 0, err
		}
		// A patch that is blocked may be clean for the scan, which ignores what is
		// missing: then one step back is all that is known.
		next = min(next, max(0, min(pos, at.pos)-1))
	}
	return next, nil
}

// asked describes a conflict that exists on the base already by the proposal that
// asks about it, and reports whether there is one. An answer that is taken in now
// is the end of its proposal.
func (r *Result) asked(c *forks.Conflict) bool {
	for _, prop := range r.in.Live {
		ended := slices.ContainsFunc(r.Verdicts, func(v Verdict) bool {
			return v.Proposal == prop.ID && (v.Kind == Taken || v.Kind == NoDifference)
		})
		if prop.Patch == c.Patch && !ended {
			files := c.Files
			*c = prop.Conflict
			c.Files = files
			return true
		}
	}
	return false
}

// olderCause names the cause of a conflict that exists on the base already and is
// not asked about: an earlier patch that ended and that this one was written on.
func (r *Result) olderCause(i int, c *forks.Conflict, ended []forks.Patch) error {
	mine, err := r.planner.itemPaths(r.stack, i)
	if err != nil {
		return err
	}
	if r.in.State != nil {
		ended = slices.Concat(r.in.State.Ended, ended)
	}
	for _, patch := range slices.Backward(ended) {
		did, err := r.planner.change(patch.Commit)
		if err != nil {
			return err
		}
		files, err := r.planner.changed(did)
		if err != nil {
			return err
		}
		if share(mine, paths(files)) {
			c.CausePatch = patch.ID
			return nil
		}
	}
	return nil
}
