package pulls

import (
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Input is everything that a decision depends on.
type Input struct {
	Track string
	Now   time.Time

	// Wanted has the conflicts to ask about, in stack order: one for each patch
	// that conflicts at upstream's tip and is not blocked there.
	Wanted []forks.Conflict
	// Ledger gives the reason where a conflict is not wanted any more.
	Ledger []forks.Row

	Recorded []forks.Proposal
	// Upstream is upstream's newest commit, or its newest release: what [forks.VerbLatest]
	// asks for.
	Upstream forks.Hash
	// Found has every pair of branches under the track's proposal prefix.
	Found map[forks.ProposalID]forks.Pair

	// Verdicts has one entry for each proposal observed as [Merged], and for each that
	// a command settles: see [Commands.Settle].
	Verdicts map[forks.ProposalID]Verdict
	// Asked has what people asked besides, oldest first: see [Commands.Others].
	Asked []forks.Request
	// Settled has the proposals whose fix branch, as it is in Found, a person touched and that has
	// neither markers nor the conflict file any more.
	Settled map[forks.ProposalID]bool
	// Safe has the tips in Found that stay reachable from the fork's branch or
	// state without the proposals' branches, in the state that this pass pushes.
	Safe map[forks.Hash]bool

	// Limits bound how much is asked, counted together with what Others ask; in Quiet
	// hours nothing is opened. What may not be opened yet is recorded as [forks.Queued].
	Limits forks.AskingLimits
	Quiet  forks.QuietHours
	Others Others
	// Together lists wanted conflicts that one proposal can ask about: all patches of a
	// list have one cause, and no two of them share a path.
	Together [][]forks.PatchID
}

// Result is a decision: what the caller records, does and shows.
type Result struct {
	// Proposals has all records: those of Input in their order, then new ones.
	Proposals []forks.Proposal
	// Actions has one entry for each record that is live, changes, is declined
	// and still in conflict, or has branches to delete.
	Actions []forks.ProposalAction
	// Builds has the pairs to build, in the order of their new records.
	Builds []Build
	// Cleanup deletes branches. It is applied after the state that holds
	// Proposals has arrived, each with its lease.
	Cleanup []forks.RefUpdate
	// Keeps has the tips of people's commits in rounds that end: the state that holds
	// Proposals has to keep them reachable, for Cleanup may delete their branches.
	Keeps []forks.Hash
	// Questions are asked for as long as they are returned.
	Questions []forks.Decision
	// Answers says in a sentence what came of each request of [Input.Asked], by id.
	Answers map[int64]string
}

// Build is a pair of branches that has to be built and pushed. Its record in
// [Result.Proposals] has no tips until [Result.Built].
type Build struct {
	ID       forks.ProposalID
	Patch    forks.PatchID
	Round    int
	Conflict forks.Conflict
	// Previous is set for a new round: the one that ends. Start is set where that was
	// merged with markers inside: fix then starts from its tree, a person's commit that
	// must stay reachable, and onto may be that of Previous.
	Previous forks.ProposalID
	Start    forks.Hash
	// Members has the conflicts of an umbrella, in stack order, Conflict being the first.
	Members []forks.Conflict
	// Work is the tip of what people have done in the previous round, which is carried
	// over if it can be; zero if there is nothing.
	Work forks.Hash
}

// Built completes the record of a build with the tips to push and the form of
// the patch that fix presents. It reports whether there is such a record.
func (r *Result) Built(id forks.ProposalID, tips forks.Pair, picked forks.Hash) bool {
	for i := range r.Proposals {
		if r.Proposals[i].ID == id {
			p := &r.Proposals[i]
			p.Onto, p.Fix, p.Picked = tips.Onto, tips.Fix, picked
			return true
		}
	}
	return false
}

// PairRefs returns the updates that create a proposal's two branches, which
// must not exist.
func PairRefs(track string, p forks.Proposal) []forks.RefUpdate {
	return []forks.RefUpdate{
		{Ref: forks.OntoRef(track, p.ID), New: p.Onto},
		{Ref: forks.FixRef(track, p.ID), New: p.Begins()},
	}
}

// Decide settles every recorded proposal and opens what is wanted and was not
// asked yet. It is a pure function of its input.
func Decide(in Input) Result {
	d := decider{
		in:     in,
		wanted: map[forks.PatchID]forks.Conflict{},
		rows:   map[forks.PatchID]forks.Row{},
		live:   map[forks.PatchID]forks.ProposalID{},
		again:  map[forks.PatchID]Build{},
		queued: map[forks.PatchID]int{},
		since:  map[forks.PatchID]time.Time{},
		urged:  map[forks.ProposalID]bool{},
		out:    Result{Answers: map[int64]string{}},
	}
	for _, c := range in.Wanted {
		if _, double := d.wanted[c.Patch]; !double {
			d.wanted[c.Patch] = c
			d.order = append(d.order, c.Patch)
		}
	}
	for _, row := range in.Ledger {
		d.rows[row.Patch] = row
	}
	d.settleAll()
	d.openAll()
	return d.out
}

// decider collects a decision.
type decider struct {
	in     Input
	wanted map[forks.PatchID]forks.Conflict
	order  []forks.PatchID // patches to open for, in order
	rows   map[forks.PatchID]forks.Row
	live   map[forks.PatchID]forks.ProposalID
	again  map[forks.PatchID]Build // new rounds
	queued map[forks.PatchID]int   // the record of what waits and is wanted still
	since  map[forks.PatchID]time.Time
	urged  map[forks.ProposalID]bool // what waits and people asked for
	out    Result
}

// settleAll decides about every recorded proposal. The live ones come first, so
// that one is reopened only where no other is live, and those that wait last; the
// result keeps the order of the records.
func (d *decider) settleAll() {
	actions := make([]forks.ProposalAction, len(d.in.Recorded))
	d.out.Proposals = append([]forks.Proposal{}, d.in.Recorded...)
	for _, live := range []bool{true, false} {
		for i, was := range d.in.Recorded {
			switch p := &d.out.Proposals[i]; {
			case was.Status.Live() != live || was.Status == forks.Queued:
			case was.Status == forks.Cleaned:
				d.hear(p, false, false)
			default:
				actions[i] = d.settle(p)
			}
		}
	}
	for i, was := range d.in.Recorded {
		if was.Status == forks.Queued {
			actions[i] = d.settleQueued(i)
		}
	}
	for i, p := range d.out.Proposals {
		d.clean(p, d.in.Found[p.ID])
		d.ask(p)
		if actions[i].Action != "" {
			d.out.Actions = append(d.out.Actions, actions[i])
		}
	}
}

// settle decides about one recorded proposal.
func (d *decider) settle(p *forks.Proposal) forks.ProposalAction {
	o := observe(*p, d.in.Found[p.ID])
	was := p.Status
	p.Touched = o.Touched
	act := forks.ProposalAction{ID: p.ID, Patch: p.Patch}
	_, judged := d.in.Verdicts[p.ID]
	merged := o.Sight == Merged || judged && (was.Live() || was == forks.Declined)
	turn := d.hear(p, merged, o.Sight == Closed)
	if was == forks.Declined {
		o = observe(*p, d.in.Found[p.ID])
	}
	open := was.Live() && o.Sight != Closed
	switch {
	case turn.latest.ID != 0:
		act.Action, act.Reason = d.latest(p, o, turn.latest)
	case merged:
		act.Action, act.Reason = d.merged(p, o)
	case turn.split != nil:
		act.Action, act.Reason = d.split(p, *turn.split)
	case turn.open && !open:
		act.Action, act.Reason = d.askAgain(p, o, turn)
	case was.Live() && !turn.open && turn.request != 0:
		act.Action, act.Reason = d.decline(p, turn.by)
	case o.Sight == Closed:
		act.Action, act.Reason = d.closed(p, o)
	case open:
		act.Action, act.Reason = d.unanswered(p, o)
	default:
		act.Action, act.Reason = d.settled(p, o)
	}
	if p.Status.Live() {
		for _, patch := range p.Patches() {
			d.live[patch] = p.ID
		}
	} else if was.Live() || was == forks.Declined && p.Status != was {
		p.Closed = d.in.Now
	}
	return act
}

// merged acts on the caller's verdict. Without one it leaves everything as it is.
func (d *decider) merged(p *forks.Proposal, o Observation) (forks.ActionKind, string) {
	v, judged := d.in.Verdicts[p.ID]
	if !judged {
		return forks.ActKeep, "merged, not judged yet"
	}
	if p.Umbrella() && v.partly() {
		return d.partly(p, o, v)
	}
	switch v.Kind {
	case Taken, NoDifference:
		p.Status, p.Reason, p.ClosedBy = forks.Harvested, v.reason(*p), v.By
		return forks.ActHarvest, p.Reason
	}
	if why := d.unwanted(*p); why != "" {
		p.Status, p.Reason = forks.Withdrawn, why+"; "+v.reason(*p)
		return forks.ActWithdraw, p.Reason
	}
	if v.Kind == Markers {
		return d.newRound(p, o.Found.Onto, v.reason(*p))
	}
	again := p.Status == forks.Unresolved && p.Reason == v.reason(*p)
	p.Status, p.Reason = forks.Unresolved, v.reason(*p)
	if again {
		return forks.ActKeep, p.Reason
	}
	return forks.ActAsk, p.Reason
}

// newRound ends p and asks again, beginning with what the person merged.
func (d *decider) newRound(p *forks.Proposal, start forks.Hash, why string) (forks.ActionKind, string) {
	for _, patch := range p.Patches() {
		d.askOn(*p, patch, start)
	}
	p.Status, p.Reason = forks.Withdrawn, why+": asked again in a new round"
	return forks.ActNewRound, p.Reason
}

// askOn asks about a patch of a proposal that ends in a new round, which begins with start.
func (d *decider) askOn(p forks.Proposal, patch forks.PatchID, start forks.Hash) {
	conflict, wanted := d.wanted[patch]
	if !wanted { // the patch is blocked, and the conflict is still p's
		conflict = p.ConflictOf(patch)
		d.order = append(d.order, patch)
	}
	b := Build{Patch: patch, Conflict: conflict, Previous: p.ID, Start: start}
	if !p.Umbrella() {
		b.Conflict.Pin = p.Conflict.Pin // the old onto stands there
		if fix := d.in.Found[p.ID].Fix; fix != p.Fix && fix != start {
			b.Work = d.keep(fix)
		}
	}
	d.again[patch] = b
}

// closed records a person's no, also where the conflict went away meanwhile.
func (d *decider) closed(p *forks.Proposal, o Observation) (forks.ActionKind, string) {
	p.Status = forks.Declined
	switch {
	case o.Found.Onto.IsZero() && o.Found.Fix.IsZero():
		p.Reason = "both branches were deleted without merging"
	case o.Found.Fix.IsZero():
		p.Reason = "the fix branch was deleted without merging"
	default:
		p.Reason = "the onto branch was deleted without merging"
	}
	return forks.ActDecline, p.Reason
}

// unanswered keeps what is still wanted and withdraws the rest.
func (d *decider) unanswered(p *forks.Proposal, o Observation) (forks.ActionKind, string) {
	if why := d.unwanted(*p); why != "" {
		p.Status, p.Reason = forks.Withdrawn, why
		d.carryOn(p, o)
		return forks.ActWithdraw, why
	}
	was := p.Status
	p.Status, p.Reason, p.Settled = forks.Open, d.fewer(*p), forks.Hash{}
	if o.Sight == FixTouched {
		p.Reason = "a person works on it"
		if d.in.Settled[p.ID] {
			p.Status, p.Reason, p.Settled = forks.Ready, "settled, waits to be merged", o.Found.Fix
		}
	}
	if p.Status == forks.Ready && was != forks.Ready {
		return forks.ActReady, p.Reason
	}
	return forks.ActKeep, p.Reason
}

// settled follows the branches of a proposal that is over.
func (d *decider) settled(p *forks.Proposal, o Observation) (forks.ActionKind, string) {
	asked := d.wants(*p)
	if o.Sight == Reopened && asked && d.liveOf(*p) == "" {
		return d.reopen(p)
	}
	if p.Status == forks.Declined {
		switch { // the record stays: it is what keeps the conflict from being asked again
		case asked:
			return forks.ActDecline, p.Reason
		case d.deletes(*p, o.Found):
			return forks.ActClean, "deletes its branches"
		}
		return "", ""
	}
	switch {
	case o.Sight == Gone:
		p.Status = forks.Cleaned
		return forks.ActClean, "its branches are gone"
	case d.deletes(*p, o.Found):
		return forks.ActClean, "deletes its branches"
	}
	p.Status = forks.Cleaned
	return forks.ActClean, "what is left of its branches holds a person's commits and stays"
}

// reopen takes back a no. What was pushed may be merged already: the next pass
// judges that.
func (d *decider) reopen(p *forks.Proposal) (forks.ActionKind, string) {
	p.Status, p.Reason, p.Closed, p.ClosedBy = forks.Open, "", time.Time{}, ""
	if o := observe(*p, d.in.Found[p.ID]); o.Sight != Merged {
		d.unanswered(p, o)
	}
	return forks.ActOpen, "its branches were pushed again"
}

// name gives a build its round and id.
func (d *decider) name(b *Build) {
	b.Round = 1
	for _, p := range d.out.Proposals {
		if p.About(b.Patch) && p.Conflict.Cause == b.Conflict.Cause {
			b.Round = max(b.Round, p.Round+1)
		}
	}
	b.ID = forks.NewProposalID(d.in.Track, b.Patch, b.Conflict.AskedOn(), b.Round)
	for d.taken(b.ID) {
		b.Round++
		b.ID = forks.NewProposalID(d.in.Track, b.Patch, b.Conflict.AskedOn(), b.Round)
	}
}

// open asks about a conflict.
func (d *decider) open(c candidate) {
	b, reason := c.Build, opening(c.Build)
	p := forks.Proposal{
		ID: b.ID, Patch: b.Patch, Round: b.Round, Follows: b.Previous, Status: forks.Open,
		Conflict: b.Conflict, Opened: d.in.Now, Members: membersOf(b),
	}
	for _, patch := range p.Patches() {
		d.live[patch] = b.ID
	}
	if c.at < 0 {
		d.out.Proposals = append(d.out.Proposals, p)
	} else {
		waited := d.out.Proposals[c.at]
		p.Claimed, p.NotFor = waited.Claimed, waited.NotFor
		d.out.Proposals[c.at] = p
		reason += "; it has waited for its turn"
	}
	d.out.Builds = append(d.out.Builds, b)
	d.out.Actions = append(d.out.Actions, forks.ProposalAction{ID: b.ID, Patch: b.Patch, Action: forks.ActOpen, Reason: reason})
}

// taken reports whether an id is that of another proposal, or of branches that no record
// explains.
func (d *decider) taken(id forks.ProposalID) bool {
	found := d.in.Found[id]
	return !found.Onto.IsZero() || !found.Fix.IsZero() ||
		slices.ContainsFunc(d.out.Proposals, func(p forks.Proposal) bool { return p.ID == id })
}

func (d *decider) declined(patch forks.PatchID, pin forks.Hash) bool {
	for _, p := range d.out.Proposals {
		if p.Status == forks.Declined && p.About(patch) && p.Conflict.Cause == pin {
			return true
		}
	}
	return false
}
