package pulls

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// DashboardLabel is the label of a fork's dashboard.
const DashboardLabel = "auxsync-dashboard"

// Reconcile compares what the pull requests of a fork should be with what is
// remembered and with what the forge shows. It is a pure function of its input.
//
//   - What a person changed stays: a title, a label, a person assigned, a draft, a
//     pull request closed or opened again. A record says what was auxsync's own.
//   - A proposal has one pull request, one closing comment and one review with
//     suggestions, and a fork has one dashboard, also where answers or records were
//     lost: what the forge shows is looked at first.
//   - Once all effects are carried out and recorded, deciding again asks for those that
//     had to wait for them, and after at most four rounds for nothing.
//   - What a forge without pages can do, it does by itself: nothing is asked of it.
func Reconcile(in ReconcileInput) Reconciled {
	out := Reconciled{Records: map[forks.ProposalID]forks.PullRecord{}, DashboardRecord: cloneRecord(in.DashboardRecord)}
	for id, rec := range in.Records {
		out.Records[id] = cloneRecord(rec)
	}
	if !in.Traits.Pages {
		return out
	}
	var after []Effect
	served := map[forks.ProposalID]bool{}
	for _, w := range in.Wishes {
		id := w.Proposal.ID
		if served[id] {
			continue
		}
		served[id] = true
		seen, found := in.Seen.Pulls[id]
		p := &page{in: in, wish: w, rec: out.Records[id], seen: seen}
		if p.elsewhere() {
			p.rec = forks.PullRecord{}
			out.Records[id] = p.rec
		}
		if p.missing(found) {
			p.open(forks.Opening{Track: w.Track, ID: id, Title: w.Title})
			out.Effects = append(out.Effects, p.effects...)
			continue
		}
		if found {
			p.decide()
			out.Records[id] = p.rec
			after = append(after, p.effects...)
			out.Requests = append(out.Requests, p.requests...)
		}
	}
	if in.Dashboard != "" {
		p := &page{in: in, rec: out.DashboardRecord}
		first, then := p.dashboard()
		out.Effects, after = append(out.Effects, first...), append(after, then...)
		out.DashboardRecord = p.rec
		out.Requests = append(out.Requests, p.requests...)
	}
	out.Effects = append(out.Effects, after...)
	return out
}

// page is one pull request, or the dashboard, while it is decided about.
type page struct {
	in   ReconcileInput
	wish Wish // of the dashboard: empty
	rec  forks.PullRecord
	seen forks.Pull

	effects  []Effect
	requests []forks.Request
}

// do asks for an effect, unless the forge refused the same before.
func (p *page) do(e Effect) {
	e.Proposal, e.Pull, e.Number, e.Decided = p.wish.Proposal.ID, p.seen, p.seen.Number, p.in.Now
	if !slices.Contains(p.rec.Refused, e.digest()) {
		p.effects = append(p.effects, e)
	}
}

// elsewhere reports whether what is remembered is of another repository: the fork's
// address was changed. A repository that was renamed shows the same page still.
func (p *page) elsewhere() bool {
	if p.in.Repository == "" || p.rec.URL == "" || p.rec.URL == p.seen.URL {
		return false
	}
	m := recordedPage.FindStringSubmatch(p.rec.URL)
	return m != nil && !strings.EqualFold(m[1], p.in.Repository)
}

// recordedPage finds the owner/name in the address of a pull request or an issue.
var recordedPage = regexp.MustCompile(`/([^/]+/[^/]+)/(?:pull|issues)/[0-9]+$`)

// reopening opens again what somebody closed and what is asked all the same.
func (p *page) reopening() Effect {
	return Effect{Kind: DoEnd, Proposal: p.wish.Proposal.ID, Number: p.seen.Number, Ending: forks.Ending{Reopen: true}}
}

// stuck reports whether it is asked again, and the forge does not open it again.
func (p *page) stuck() bool {
	return p.rec.Declined && slices.Contains(p.rec.Refused, p.reopening().digest())
}

// missing reports whether a pull request has to be opened. One that was known and is
// not found is not replaced: there may never be two.
func (p *page) missing(found bool) bool {
	if p.wish.Quiet || p.wish.Hush || !p.wish.Proposal.Status.Live() {
		return false
	}
	if !found {
		return p.rec.Number == 0
	}
	return p.seen.State == forks.PullClosed && (p.stuck() || p.closedByStranger())
}

// closedByStranger is true of a pull request that was opened by somebody else, and
// closed by somebody who may not decide about the conflict: anybody may open one
// between two branches, and close it again, which says nothing.
func (p *page) closedByStranger() bool {
	if !p.seen.Foreign {
		return false
	}
	_, known := p.standing(p.seen.By)
	return (known || p.seen.By == "") && !p.maySettle(p.seen.By)
}

// open asks for a new one. Its mark says that nobody and nothing was added yet.
func (p *page) open(o forks.Opening) {
	fresh := *p
	fresh.rec = forks.PullRecord{}
	o.Body = fresh.region()
	p.seen = forks.Pull{} // what was found is another one
	p.do(Effect{Kind: DoOpen, Opening: o, Region: Digest(o.Body)})
}

// decide is everything about a pull request that exists.
func (p *page) decide() {
	p.observe()
	p.rec.Waiting = p.wish.Waiting
	p.rec.Held = slices.ContainsFunc(p.seen.Labels, func(label string) bool { return strings.EqualFold(label, forks.HoldLabel) })
	writes := !p.wish.Quiet
	if writes {
		p.shape()
	}
	p.hear()
	p.results()
	if writes {
		p.end()
	}
}

// shape brings the pull request to what it should be. One that a person closed while
// its conflict is open waits for a pass to take that in; once it is asked again after
// that, or where whoever closed it may not decide, it is opened again.
func (p *page) shape() {
	live, open := p.wish.Proposal.Status.Live(), p.seen.State == forks.PullOpen
	if live && (p.rec.Declined || p.closedInVain()) {
		p.do(p.reopening())
		return
	}
	if live && open {
		p.status()
		p.people()
	}
	if !live || p.seen.State != forks.PullClosed {
		p.labels()
	}
	if live && open {
		p.suggest()
	}
	if live && p.seen.State != forks.PullClosed {
		p.text(p.wish.Title)
	}
	if live && open {
		p.stage()
		p.remind()
	}
	if !live {
		p.closing()
	}
}

// observe takes what is seen into the record, and what it says about a person's will.
func (p *page) observe() {
	was := p.rec.State
	if p.rec.Number != p.seen.Number {
		p.adopt()
		was = ""
	}
	if p.rec.Head != p.seen.Head {
		p.rec.MergeRefusals, p.rec.MergeNotBefore = 0, time.Time{}
	}
	seen, by := p.seen, p.decidedBy()
	p.rec.URL, p.rec.State, p.rec.By, p.rec.Updated, p.rec.Head = seen.URL, seen.State, by, seen.Updated, seen.Head
	p.rec.Assigned = slices.Clone(seen.Assignees)
	if seen.State == forks.PullClosed && isOver(p.wish.Proposal.Status) { // also where the answer to closing it was lost
		p.rec.Closed = true
	} else if seen.State == forks.PullOpen && p.wish.Proposal.Status.Live() {
		p.rec.Closed = false // to close it would mean something anew
	}
	p.rec.Declined = seen.State == forks.PullClosed && (p.rec.Declined || p.wish.Proposal.Status == forks.Declined)
	p.turned(was)
}

// decidedBy is who merged or closed it. Where auxsync merged what was approved, that is
// who approved it.
func (p *page) decidedBy() string {
	if p.seen.State != forks.PullMerged || !strings.EqualFold(p.seen.By, p.in.Seen.Me) {
		return p.seen.By
	}
	if by, ok := p.approvedBy(); ok {
		return by
	}
	return p.seen.By
}

// adopt begins the record of a pull request that is there already: auxsync opened it
// and the answer or the record was lost, or a person opened it. The mark in its body
// says what auxsync set before. What it has of the wishes counts as set once, see labels
// and people.
func (p *page) adopt() {
	p.rec = begin(p.rec, p.seen)
	if mark, ok := p.marked(); ok {
		p.rec.Title, p.rec.Labels, p.rec.Assignees, p.rec.Reviewers = mark.Title, mark.Labels, mark.Assignees, mark.Reviewers
	}
	p.rec.Assignees = with(p.rec.Assignees, common(p.seen.Assignees, p.wish.NotFor))
	p.rec.Reviewers = with(p.rec.Reviewers, common(p.seen.Reviewers, p.wish.NotFor))
}

// standing says what somebody may do. known is false of somebody who was not looked up.
func (p *page) standing(login string) (st forks.Standing, known bool) {
	st, known = p.in.Standings[strings.ToLower(login)]
	return st, known
}

// maySettle reports whether somebody may decide about this conflict: who is assigned
// to it, and who may push.
func (p *page) maySettle(login string) bool {
	if login == "" {
		return false
	}
	st, _ := p.standing(login)
	return !st.Bot && (st.Write || has(p.seen.Assignees, login))
}
