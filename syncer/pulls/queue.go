package pulls

import (
	"cmp"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Others is what the other tracks of a fork ask: the limits are the fork's.
type Others struct {
	Open   int         // how many of their conflicts are open
	Opened []time.Time // when those were opened that were opened last
	// Asks has the conflicts that they ask about, and those that were closed there
	// without an answer.
	Asks []Elsewhere
}

// Elsewhere is a conflict of another track of the fork.
type Elsewhere struct {
	Track    string
	Proposal forks.ProposalID
	Content  string // see [forks.Conflict.ContentDigest]
	Closed   bool   // without an answer
}

// Add counts what one more track asks.
func (o *Others) Add(track string, list []forks.Proposal) {
	for _, p := range list {
		if p.Status.Live() {
			o.Open++
		}
		if opens(list, p) {
			o.Opened = append(o.Opened, p.Opened)
		}
		if content := p.Conflict.ContentDigest(); (p.Status.Live() || p.Status == forks.Declined) && !p.Umbrella() && content != "" {
			o.Asks = append(o.Asks, Elsewhere{track, p.ID, content, p.Status == forks.Declined})
		}
	}
}

// opens reports whether a record counts as a conflict that was opened: a new round that
// went on from one that ended at that moment does not, for it is the same question.
func opens(list []forks.Proposal, p forks.Proposal) bool {
	return !p.Opened.IsZero() && !slices.ContainsFunc(list, func(q forks.Proposal) bool {
		return q.ID != p.ID && q.Patch == p.Patch && q.Conflict.Cause == p.Conflict.Cause && q.Round < p.Round && q.Closed.Equal(p.Opened)
	})
}

// candidate is a conflict that is to be asked about, in this pass or a later one.
type candidate struct {
	Build
	at    int       // of its record among the proposals; -1 if it has none yet
	since time.Time // when it was first to be asked about
	turn  bool      // nothing keeps it waiting: a person asked for it, or has just answered
	holds int       // how many patches are blocked by its patch
}

// candidates lists what is wanted and not asked about, in stack order.
func (d *decider) candidates() (list []candidate) {
	for _, b := range d.builds() {
		patch := b.Patch
		c := candidate{Build: b, at: -1, since: d.in.Now}
		if since, waited := d.since[patch]; waited {
			c.since = since
		}
		if at, waits := d.queued[patch]; waits {
			c.at, c.ID, c.Round = at, d.out.Proposals[at].ID, d.out.Proposals[at].Round
			c.turn = d.urged[c.ID]
		} else {
			d.name(&c.Build)
			c.turn = d.goesOn(c.Build)
		}
		for _, row := range d.in.Ledger {
			if row.Ahead == forks.Blocked && row.By == string(patch) {
				c.holds++
			}
		}
		list = append(list, c)
	}
	return list
}

// goesOn reports whether a round follows one that ends in this very pass: somebody has
// just answered, or asked for it.
func (d *decider) goesOn(b Build) bool {
	return b.Previous != "" || slices.ContainsFunc(d.out.Proposals, func(p forks.Proposal) bool {
		return p.About(b.Patch) && !p.Split && p.Conflict.Cause == b.Conflict.Cause && !p.Opened.IsZero() && p.Closed.Equal(d.in.Now)
	})
}

// openAll opens what may be opened and lets the rest wait. First comes what nothing keeps
// waiting. Of the others, who has waited longest has the first turn; of those that came
// together, the patch that holds back the most others, then the one that is lower in the
// stack.
func (d *decider) openAll() {
	list := d.candidates()
	turns := make([]int, len(list))
	for i := range turns {
		turns[i] = i
	}
	slices.SortStableFunc(turns, func(i, j int) int {
		if list[i].turn != list[j].turn {
			return map[bool]int{true: -1, false: 1}[list[i].turn]
		}
		return cmp.Or(list[i].since.Compare(list[j].since), cmp.Compare(list[j].holds, list[i].holds))
	})
	r := d.room()
	waits := make([]*forks.Waits, len(list))
	for _, i := range turns {
		waits[i] = r.admit(list[i])
	}
	for i, c := range list {
		if waits[i] == nil {
			d.open(c)
		} else {
			d.wait(c, *waits[i])
		}
	}
	d.leaveQueue(list)
}

// leaveQueue ends the records of conflicts that wait no more by themselves: others with
// the same cause have come, and one conflict is to ask about all of them.
func (d *decider) leaveQueue(list []candidate) {
	for patch, at := range d.queued {
		_, wanted := d.wanted[patch]
		taken := slices.ContainsFunc(list, func(c candidate) bool { return c.at == at })
		if p := &d.out.Proposals[at]; wanted && !taken && p.Status == forks.Queued {
			p.Status, p.Reason, p.Waits, p.Closed = forks.Withdrawn, "it is asked about together with others", nil, d.in.Now
		}
	}
}

// room is how much more may be asked.
type room struct {
	limits forks.AskingLimits
	quiet  forks.QuietHours
	now    time.Time
	asks   []Elsewhere
	open   int
	opened []time.Time // in the last day, oldest first, and then when each that waits has its turn
}

func (d *decider) room() *room {
	r := &room{limits: d.in.Limits, quiet: d.in.Quiet, now: d.in.Now, asks: d.in.Others.Asks, open: d.in.Others.Open}
	opened := slices.Clone(d.in.Others.Opened)
	for _, p := range d.out.Proposals {
		if p.Status.Live() {
			r.open++
		}
		if opens(d.out.Proposals, p) {
			opened = append(opened, p.Opened)
		}
	}
	for _, at := range opened {
		if at.After(r.now.Add(-day)) && !at.After(r.now) { // what a wrong clock wrote does not count
			r.opened = append(r.opened, at)
		}
	}
	slices.SortFunc(r.opened, time.Time.Compare)
	return r
}

// admit says what keeps a conflict waiting; nil if nothing does.
func (r *room) admit(c candidate) *forks.Waits {
	w := forks.Waits{Since: c.since}
	if c.turn {
		r.take(c, r.now)
		return nil
	}
	if other, asked := r.elsewhere(c.Conflict.ContentDigest()); asked {
		w.Reason, w.Track, w.Proposal, w.Closed = forks.WaitsElsewhere, other.Track, other.Proposal, other.Closed
		return &w
	}
	quiet := r.quiet.Until(r.now)
	switch {
	case r.limits.Open > 0 && r.open >= r.limits.Open:
		w.Reason, w.Limit = forks.WaitsOpen, r.limits.Open
	case r.limits.PerDay > 0 && len(r.opened) >= r.limits.PerDay:
		w.Reason, w.Limit, w.Until = forks.WaitsPerDay, r.limits.PerDay, r.next()
	case !quiet.IsZero():
		w.Reason, w.Until = forks.WaitsQuiet, quiet.UTC()
		r.take(c, quiet) // so that no more wait for that moment than may be opened then
	default:
		r.take(c, r.now)
		return nil
	}
	return &w
}

// take gives a conflict its turn. A round that goes on is no new question.
func (r *room) take(c candidate, at time.Time) {
	r.open++
	if !c.turn || c.at >= 0 {
		i, _ := slices.BinarySearchFunc(r.opened, at, time.Time.Compare)
		r.opened = slices.Insert(r.opened, i, at)
	}
}

// next books the next turn of those that a day does not have room for, outside the quiet
// hours.
func (r *room) next() time.Time {
	at := r.opened[len(r.opened)-r.limits.PerDay].Add(day)
	if end := r.quiet.Until(at); !end.IsZero() {
		at = end
	}
	r.opened = append(r.opened, at)
	return at.UTC()
}

// elsewhere finds the same conflict on another track: one that is open, else one that
// was closed without an answer.
func (r *room) elsewhere(content string) (found Elsewhere, ok bool) {
	for _, e := range r.asks {
		if content == "" || e.Content != content {
			continue
		}
		if !ok || found.Closed && !e.Closed {
			found, ok = e, true
		}
	}
	return found, ok
}

// wait records a conflict that is not asked about yet. It has no branches, and nobody's
// time counts.
func (d *decider) wait(c candidate, w forks.Waits) {
	text := w.Text()
	act := forks.ProposalAction{ID: c.ID, Patch: c.Patch, Action: forks.ActWait, Reason: text}
	if c.at < 0 {
		d.out.Proposals = append(d.out.Proposals, forks.Proposal{
			ID: c.ID, Patch: c.Patch, Round: c.Round, Status: forks.Queued, Reason: text, Conflict: c.Conflict, Waits: &w, Members: membersOf(c.Build),
		})
	} else {
		p := &d.out.Proposals[c.at]
		p.Reason, p.Waits, p.Members = text, &w, membersOf(c.Build)
	}
	d.out.Actions = append(d.out.Actions, act)
	if w.Closed {
		d.out.Questions = append(d.out.Questions, forks.Decision{
			Patch: c.Patch, Proposal: c.ID, Asked: w.Since,
			Question: text + ", so it is not asked again here: reopen it there, drop the patch by reverting it on this fork's branch, or ask here all the same with `auxsync retry " + string(c.ID) + "`",
		})
	}
}

// settleQueued decides about a conflict that was not asked about yet: it goes on waiting
// for as long as it is wanted.
func (d *decider) settleQueued(i int) forks.ProposalAction {
	p := &d.out.Proposals[i]
	act := forks.ProposalAction{ID: p.ID, Patch: p.Patch, Action: forks.ActWithdraw}
	why := d.unwanted(*p)
	if found := d.in.Found[p.ID]; why == "" && (!found.Onto.IsZero() || !found.Fix.IsZero()) {
		why = "somebody pushed branches of its name"
	}
	if p.Waits != nil {
		d.since[p.Patch] = p.Waits.Since
	}
	d.hearQueued(p, why)
	if why != "" {
		p.Status, p.Reason, p.Waits, p.Closed = forks.Withdrawn, why, nil, d.in.Now
		act.Reason = why
		return act
	}
	d.queued[p.Patch] = i
	if _, wanted := d.wanted[p.Patch]; wanted {
		return forks.ProposalAction{} // the queue says
	}
	act.Action, act.Reason = forks.ActWait, p.Reason
	return act
}

// hearQueued takes what people asked about a conflict that waits: whose it is, and that
// it is to be asked about now.
func (d *decider) hearQueued(p *forks.Proposal, why string) {
	for _, r := range d.in.Asked {
		switch {
		case r.Proposal != p.ID:
		case why != "":
			d.out.Answers[r.ID] = "nothing to do: " + why
		case r.Verb == forks.VerbMine || r.Verb == forks.VerbNotMine:
			d.out.Answers[r.ID] = whose(p, r)
		case r.Verb == forks.VerbRetry || r.Verb == forks.VerbReopen:
			_, wanted := d.wanted[p.Patch]
			d.urged[p.ID] = d.urged[p.ID] || wanted
			if d.out.Answers[r.ID] = "asked now, before its turn"; !wanted {
				d.out.Answers[r.ID] = "nothing to do: the patch needs another one that is missing"
			}
		default:
			d.out.Answers[r.ID] = notYet(*p)
		}
	}
}

// notYet answers a command that needs branches.
func notYet(p forks.Proposal) string {
	return "nothing to do: it is not asked yet (" + p.Reason + "); `retry` asks now"
}
