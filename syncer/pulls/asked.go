package pulls

import (
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Commands is what people asked about a track's conflicts, sorted.
type Commands struct {
	// Settle has those that settle a conflict: a commit is to be made of each, and judged
	// as if somebody had merged it. There is at most one for a conflict.
	Settle []forks.Request
	// Others are for [Input.Asked].
	Others []forks.Request
	// Answers says in a sentence what came of those that ask for nothing any more, by
	// id. A request that is nowhere waits for the next pass.
	Answers map[int64]string
}

// settles reports whether a verb settles a conflict by itself.
func settles(v forks.Verb) bool {
	use, _ := forks.CommandOf(v)
	return use.Settles
}

// SortCommands sorts what people asked, oldest first. What was merged meanwhile is
// judged first; a command waits for that.
func SortCommands(recorded []forks.Proposal, found map[forks.ProposalID]forks.Pair, asked []forks.Request) Commands {
	c := Commands{Answers: map[int64]string{}}
	chosen := map[forks.ProposalID]bool{}
	for _, r := range asked {
		i := slices.IndexFunc(recorded, func(p forks.Proposal) bool { return p.ID == r.Proposal })
		switch {
		case i < 0:
			c.Answers[r.ID] = "nothing to do: this track has no conflict " + forks.Clip(forks.Inert(string(r.Proposal)), 20)
		case !settles(r.Verb):
			c.Others = append(c.Others, r)
		case recorded[i].Status == forks.Queued:
			c.Answers[r.ID] = notYet(recorded[i])
		case !recorded[i].Status.Live() && recorded[i].Status != forks.Declined:
			c.Answers[r.ID] = over(recorded, recorded[i])
		case chosen[r.Proposal], unjudged(recorded[i], found[r.Proposal]):
		default:
			chosen[r.Proposal] = true
			c.Settle = append(c.Settle, r)
		}
	}
	return c
}

// unjudged reports whether a proposal was merged and nobody has looked into that yet.
func unjudged(p forks.Proposal, found forks.Pair) bool {
	return p.Status != forks.Unresolved && observe(p, found).Sight == Merged
}

// over answers a request about a proposal that asks nothing any more.
func over(recorded []forks.Proposal, p forks.Proposal) string {
	i := slices.IndexFunc(recorded, func(q forks.Proposal) bool {
		return q.ID != p.ID && q.Status.Live() && slices.ContainsFunc(p.Patches(), q.About) && q.Conflict.Cause == p.Conflict.Cause
	})
	if i >= 0 {
		return "nothing to do: it is asked again as " + string(recorded[i].ID) + ", say it there"
	}
	return "nothing to do: the conflict is settled already"
}

// turn is what requests about one proposal come to: it is to be open, or it is not.
type turn struct {
	open    bool
	by      forks.Request // who said so last
	request int64         // 0: nobody did
	no      string        // who declined it last, whatever was said after that
	split   *forks.Request
	latest  forks.Request // who wants it on upstream's newest commit; zero if nobody does
}

// hear takes what people asked about a proposal, in their order: whose it is, and
// whether it is to be open. Merged says that it has an answer, which stands; closed
// that it lost a branch.
func (d *decider) hear(p *forks.Proposal, merged, closed bool) turn {
	was := p.Status
	t := turn{open: was.Live() && !closed}
	for _, r := range d.in.Asked {
		if r.Proposal != p.ID {
			continue
		}
		switch {
		case r.Verb == forks.VerbLatest && d.mayRenew(*p, r, &t, merged):
		case merged && d.in.Verdicts[p.ID].Verb == "":
			d.out.Answers[r.ID] = "nothing to do: it is merged already"
		case merged || !was.Live() && was != forks.Declined:
			d.out.Answers[r.ID] = over(d.in.Recorded, *p)
		case r.Verb == forks.VerbMine || r.Verb == forks.VerbNotMine:
			d.out.Answers[r.ID] = whose(p, r)
		case r.Verb == forks.VerbSplit:
			d.out.Answers[r.ID] = splitting(*p, t.open)
			if p.Umbrella() && t.open {
				t.split = &r
			}
		case r.Verb == forks.VerbDecline && (t.open || was.Live() && t.request == 0):
			t = turn{by: r, request: r.ID, no: r.Who}
			if was == forks.Declined {
				p.ClosedBy = r.Who // whatever its branches say
			}
			d.out.Answers[r.ID] = "closed without merging: it is not asked again"
		case r.Verb == forks.VerbDecline:
			d.out.Answers[r.ID] = "nothing to do: it is closed already"
			if was == forks.Declined && p.ClosedBy == "" {
				p.ClosedBy = r.Who // its branches say nothing any more
			}
		case !t.open: // retry, reopen
			t = turn{open: true, by: r, request: r.ID, no: t.no}
			d.out.Answers[r.ID] = "asked again"
		case r.Verb == forks.VerbRetry:
			d.out.Answers[r.ID] = "looked at it again"
		default:
			d.out.Answers[r.ID] = "nothing to do: it is open"
		}
	}
	return t
}

// whose notes that a proposal is somebody's, or is not.
func whose(p *forks.Proposal, r forks.Request) string {
	isHim := func(login string) bool { return strings.EqualFold(login, r.Who) }
	refused := slices.ContainsFunc(p.NotFor, isHim)
	switch {
	case r.Who == "":
		return "nothing to do: it does not say whose it is"
	case r.Verb == forks.VerbMine && isHim(p.Claimed) && !refused, r.Verb == forks.VerbNotMine && refused && !isHim(p.Claimed):
		return "nothing to do: that is known"
	case r.Verb == forks.VerbMine:
		p.Claimed, p.NotFor = r.Who, slices.DeleteFunc(slices.Clone(p.NotFor), isHim)
		return "it is yours now"
	}
	if isHim(p.Claimed) {
		p.Claimed = ""
	}
	if !refused {
		p.NotFor = append(slices.Clone(p.NotFor), r.Who)
	}
	return "it is not yours; somebody else is asked"
}

// decline records the no of somebody who closed a pull request.
func (d *decider) decline(p *forks.Proposal, r forks.Request) (forks.ActionKind, string) {
	p.Status, p.ClosedBy = forks.Declined, r.Who
	p.Reason = "closed without merging by " + name(r.Who) + because(r.Because)
	return forks.ActDecline, p.Reason
}

// askAgain takes back a no because somebody asks to: on the same branches if they
// are there or it was merged meanwhile, else in a new round.
func (d *decider) askAgain(p *forks.Proposal, o Observation, t turn) (forks.ActionKind, string) {
	by := "asked again by " + name(t.by.Who) + because(t.by.Because)
	why := d.unwanted(*p)
	switch {
	case d.liveOf(*p) != "":
		d.out.Answers[t.request] = "nothing to do: " + why
	case !o.Found.Onto.IsZero() && (!o.Found.Fix.IsZero() || o.Found.Onto != p.Onto): // the latter is merged
		if d.reopen(p); why != "" {
			d.out.Answers[t.request] = "nothing to do: " + why
			return forks.ActWithdraw, p.Reason
		}
		return forks.ActOpen, by
	case why != "":
		d.out.Answers[t.request] = "nothing to do: " + why
	default:
		p.Status, p.Reason = forks.Withdrawn, by+" in a new round"
		return forks.ActNewRound, p.Reason
	}
	if o.Sight == Closed {
		p.ClosedBy = t.no
		return d.closed(p, o)
	}
	return d.settled(p, o)
}

// because appends a person's reason, if there is one.
func because(text string) string {
	if text == "" {
		return ""
	}
	return ": " + forks.Clip(forks.Inert(text), 200)
}
