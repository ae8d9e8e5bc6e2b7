package syncer

import (
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// This file decides how long conflicts hold a branch back. It is pure.
//
//   - hold_for counts for each conflict by itself, from the moment it was given to
//     somebody: its deadline. A patch can say another time, and the label `hold` stops it.
//     A deadline does not fall into quiet hours: it waits for their end.
//   - max_lag counts for all conflicts of a track together, from the moment the oldest of
//     them was given to somebody, or was found if none has been given to anybody. Nothing
//     puts it off.
//   - security_hold_for counts instead of hold_for where that is longer, once a commit
//     about security waits; also where nobody was asked yet. A patch that says "never",
//     and one with the label, wait all the same.
//
// While nothing of this is changed by people, a deadline only ever comes nearer.

// holdInput is what holding depends on.
type holdInput struct {
	now   time.Time
	track forks.Track
	// proposals as they are recorded, and lagging of the state.
	proposals []forks.Proposal
	lagging   time.Time
	// holds says whose conflicts keep the base back, or would if they were not parked.
	holds func(forks.PatchID) bool
	// parked are those of them whose time is over already.
	parked map[forks.PatchID]forks.Out
	// security waits upstream; zero if no such commit does.
	security forks.Hash
	// says is how long the conflicts of a patch hold, in its own words.
	says func(forks.PatchID) (time.Duration, bool)
	// given is when an open conflict was given to somebody; zero if it was not.
	given func(forks.Proposal) time.Time
	// labelled reports whether the label `hold` is on a conflict's page.
	labelled func(forks.ProposalID) bool
}

// holdResult is what comes of it.
type holdResult struct {
	proposals []forks.Proposal // with their deadlines
	lagging   time.Time
	over      []forks.Proposal // whose patches are parked from now on
	// next is when something comes of it although nothing moves; zero if nothing does.
	next time.Time
}

// holdUp brings all deadlines up to now.
func holdUp(in holdInput) holdResult {
	out := holdResult{proposals: slices.Clone(in.proposals)}
	for i := range out.proposals {
		in.give(&out.proposals[i])
	}
	var since time.Time
	out.lagging, since = in.lag(out.proposals)
	for i := range out.proposals {
		p := &out.proposals[i]
		if in.waits(*p) && !in.isParked(*p) {
			in.deadline(p, since)
			in.remind(p)
		} else { // what is parked holds nothing back, in the pass that parks it, too
			p.Deadline, p.Rule = time.Time{}, ""
		}
		switch end := in.end(*p, since); {
		case end.IsZero():
		case !end.After(in.now):
			out.over = append(out.over, in.byRule(*p))
			if !in.isParked(*p) {
				out.next = in.now
			}
		default:
			out.next = earlier(out.next, end)
			out.next = earlier(out.next, in.reminds(*p))
		}
	}
	return out
}

// earlier is the earlier of two times; zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// waits reports whether a conflict keeps the base back, or would. One that was closed
// without an answer does, too.
func (in holdInput) waits(p forks.Proposal) bool {
	return (p.Status.Pending() || p.Status == forks.Declined) && slices.ContainsFunc(p.Patches(), in.holds)
}

func (in holdInput) isParked(p forks.Proposal) bool {
	return !slices.ContainsFunc(p.Patches(), func(id forks.PatchID) bool {
		_, parked := in.parked[id]
		return in.holds(id) && !parked
	})
}

// give notes when a conflict was given to somebody, and for how long the label stopped
// its deadline.
func (in holdInput) give(p *forks.Proposal) {
	if p.Status.Live() && p.Given.IsZero() {
		if p.Given = in.given(*p); p.Given.After(in.now) {
			p.Given = in.now
		}
	}
	switch held := p.Status.Live() && in.labelled(p.ID); {
	case held && p.Held.IsZero():
		p.Held = in.now
	case !held && !p.Held.IsZero():
		p.Rested, p.Held = p.Rested+max(0, in.now.Sub(p.Held)), time.Time{}
	}
}

// lag returns since when the branch is held back: as it is recorded, and as max_lag
// counts it.
func (in holdInput) lag(list []forks.Proposal) (lagging, since time.Time) {
	var given, found time.Time
	any := false
	for _, p := range list {
		if !in.waits(p) || in.isParked(p) {
			continue
		}
		any = true
		given, found = earlier(given, p.Given), earlier(found, foundAt(p))
	}
	switch {
	case !any:
		return time.Time{}, time.Time{}
	case !in.lagging.IsZero():
		return in.lagging, in.lagging
	case !given.IsZero():
		return given, given
	}
	return time.Time{}, found
}

// hold is how long a conflict may hold the branch back. One about several patches does as
// long as the most patient of them.
func (in holdInput) hold(p forks.Proposal) time.Duration {
	longest := time.Duration(-1)
	for _, id := range p.Patches() {
		d, says := in.says(id)
		if !says {
			d = in.track.HoldFor
		}
		longest = max(longest, d)
	}
	return longest
}

// deadline sets the deadline of a conflict that was given to somebody.
func (in holdInput) deadline(p *forks.Proposal, since time.Time) {
	was, by := p.Deadline, p.Rule
	p.Deadline, p.Rule = time.Time{}, ""
	sooner := func(at time.Time, rule forks.Rule) {
		if !at.IsZero() && (p.Deadline.IsZero() || at.Before(p.Deadline)) {
			p.Deadline, p.Rule = at, rule
		}
	}
	hold := in.hold(*p)
	if !p.Given.IsZero() && p.Held.IsZero() && hold != forks.Never {
		sooner(in.awake(after(p.Given, hold, p.Rested)), forks.RuleHold)
		if by == forks.RuleSecurity {
			sooner(was, forks.RuleSecurity) // told is told
		}
		if in.hurries(hold) {
			sooner(after(p.Given, in.track.SecurityHoldFor, p.Rested), forks.RuleSecurity)
		}
	}
	if !p.Given.IsZero() {
		sooner(in.lagEnd(since), forks.RuleLag)
	}
}

// hurries reports whether a commit about security waits for a conflict that would hold
// longer than that permits.
func (in holdInput) hurries(hold time.Duration) bool {
	return !in.security.IsZero() && in.track.SecurityHoldFor < hold
}

// lagEnd is when max_lag is over; zero if it never is.
func (in holdInput) lagEnd(since time.Time) time.Time {
	if since.IsZero() || in.track.MaxLag == forks.Never {
		return time.Time{}
	}
	return after(since, in.track.MaxLag)
}

// end is when the branch goes on without the patch: the deadline; where there is none,
// because nobody has the conflict yet, what bounds all conflicts.
func (in holdInput) end(p forks.Proposal, since time.Time) time.Time {
	switch {
	case !in.waits(p):
		return time.Time{}
	case !p.Deadline.IsZero() || !p.Given.IsZero():
		return p.Deadline
	}
	end := in.lagEnd(since)
	if hold := in.hold(p); hold != forks.Never && in.hurries(hold) && !foundAt(p).IsZero() {
		end = earlier(end, after(foundAt(p), in.track.SecurityHoldFor))
	}
	return end
}

// after adds spans to a time; one that does not end gives no time.
func after(at time.Time, spans ...time.Duration) time.Time {
	for _, d := range spans {
		if d == forks.Never {
			return time.Time{}
		}
		at = at.Add(d)
	}
	return at
}

// awake is a time, or the end of the quiet hours in which it lies.
func (in holdInput) awake(at time.Time) time.Time {
	if until := in.track.Quiet.Until(at); !until.IsZero() {
		return until
	}
	return at
}

// leastReminded is the shortest time to a deadline in which people are reminded halfway.
const leastReminded = time.Hour

// reminder is when people are told that half of their time is over; zero if they were, or
// are not.
func (in holdInput) reminder(p forks.Proposal) time.Time {
	whole := p.Deadline.Sub(p.Given)
	if p.Reminded || p.Deadline.IsZero() || p.Given.IsZero() || whole < leastReminded {
		return time.Time{}
	}
	at := in.awake(p.Given.Add(whole / 2).UTC().Truncate(time.Second))
	if !at.Before(p.Deadline) {
		return time.Time{}
	}
	return at
}

// reminds is when the next pass has to remind people; zero if none has.
func (in holdInput) reminds(p forks.Proposal) time.Time {
	at := in.reminder(p)
	if at.IsZero() || at.After(in.now) {
		return at
	}
	return in.track.Quiet.Until(in.now) // that is why nobody was reminded yet
}

// byRule names the rule by which a patch leaves where nobody has its conflict yet.
func (in holdInput) byRule(p forks.Proposal) forks.Proposal {
	if p.Rule == "" {
		p.Rule = forks.RuleLag
		if in.hurries(in.hold(p)) {
			p.Rule = forks.RuleSecurity
		}
	}
	return p
}

// remind notes that half of the time is over. Nobody is reminded in quiet hours.
func (in holdInput) remind(p *forks.Proposal) {
	at := in.reminder(*p)
	if !at.IsZero() && !at.After(in.now) && in.now.Before(p.Deadline) && in.track.Quiet.Until(in.now).IsZero() {
		p.Reminded = true
	}
}

// foundAt is when a conflict was first to be asked about, zero where that is not known.
func foundAt(p forks.Proposal) time.Time {
	if p.Waits != nil {
		return p.Waits.Since
	}
	return p.Opened
}
