package pulls

import (
	"fmt"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// status keeps auxsync's commit status on the head that is seen.
func (p *page) status() {
	state, words := forks.StatusFailure, "waits for somebody to settle the conflict"
	if p.settled() {
		state, words = forks.StatusSuccess, "settled, waits to be merged"
	}
	switch {
	case p.seen.Head.IsZero():
	case p.seen.Status == state:
		p.rec.Status, p.rec.StatusOn = state, p.seen.Head
	default:
		p.do(Effect{Kind: DoStatus, Commit: p.seen.Head, Status: state, Words: words})
	}
}

// suggest writes the review with suggestions, once, while the head is what auxsync
// pushed.
func (p *page) suggest() {
	w := p.wish
	if w.Review == nil || w.Proposal.Status != forks.Open || !p.rec.Suggested.IsZero() ||
		p.seen.Head.IsZero() || p.seen.Head != w.Proposal.Fix || w.Review.Commit != p.seen.Head {
		return
	}
	for _, review := range p.seen.Reviews {
		if review.Mine && review.Commit == p.seen.Head {
			p.rec.Suggested = p.seen.Head
			return
		}
	}
	p.do(Effect{Kind: DoSuggest, Review: w.Review})
}

// closing says how it ended, in one comment.
func (p *page) closing() {
	if p.wish.Closing != "" {
		p.comment("closing", p.wish.Closing)
	}
}

// comment writes auxsync's own comment for something, or edits it where the text is
// new. One that a person deleted or changed stays so.
func (p *page) comment(purpose, text string) {
	body := strings.TrimRight(text, "\n") + "\n\n" + commentMark(purpose)
	own, known := p.rec.Comments[purpose]
	seen, found := p.ownComment(purpose, own.ID)
	switch {
	case !found && known:
		return
	case !found:
		p.do(Effect{Kind: DoComment, For: purpose, Body: body})
	case Digest(seen.Body) == Digest(body):
		p.remember(purpose, seen.ID, body)
	case known && own.Body == Digest(body):
		return
	default:
		p.do(Effect{Kind: DoComment, For: purpose, Comment: seen.ID, Body: body})
	}
}

// commentMark names what a comment is for, unseen: so it is found where its answer or
// its record was lost.
func commentMark(purpose string) string { return "<!-- auxsync:comment " + purpose + " -->" }

func (p *page) ownComment(purpose string, id int64) (forks.PullComment, bool) {
	for _, c := range p.seen.Comments {
		if c.Mine && (id != 0 && c.ID == id || id == 0 && strings.HasSuffix(strings.TrimSpace(c.Body), commentMark(purpose))) {
			return c, true
		}
	}
	return forks.PullComment{}, false
}

func (p *page) remember(purpose string, id int64, body string) {
	p.rec = Record(p.rec, Effect{Kind: DoComment, For: purpose, Body: body}, Done{Comment: id})
}

// end merges what was approved, and closes what is over, once: a person may open it
// again.
func (p *page) end() {
	status, open := p.wish.Proposal.Status, p.seen.State == forks.PullOpen
	switch {
	case open && status == forks.Ready:
		p.mergeApproved()
	case open && isOver(status) && !p.rec.Closed:
		p.do(Effect{Kind: DoEnd})
	}
}

// mergeApproved merges what somebody who may decide has approved as it is now. It must
// be shown as settled and ready first: a draft is refused, and a refusal is final.
func (p *page) mergeApproved() {
	if !p.wish.ApproveMerges || !p.settled() || p.seen.Draft || p.seen.Status != forks.StatusSuccess || p.seen.Head.IsZero() {
		return
	}
	by, ok := p.approvedBy()
	if !ok {
		return
	}
	p.do(Effect{Kind: DoEnd, Ending: forks.Ending{
		Merge: true, Head: p.seen.Head,
		Message: fmt.Sprintf("Settle conflict %s of %s\n\nApproved by %s.", p.wish.Proposal.ID, p.wish.Track, quiet(by, 100)),
	}})
}

// approvedBy finds somebody who may decide, and whose latest review approves the head.
func (p *page) approvedBy() (login string, ok bool) {
	judged := map[string]bool{}
	for i := len(p.seen.Reviews) - 1; i >= 0; i-- {
		review := p.seen.Reviews[i]
		name := strings.ToLower(review.By)
		if review.Mine || review.Bot || judged[name] || strings.EqualFold(name, p.in.Seen.Me) {
			continue
		}
		judged[name] = true
		if review.Approves && review.Commit == p.seen.Head && p.maySettle(review.By) {
			return review.By, true
		}
	}
	return "", false
}

// turned tells when a person closed a pull request without merging, or opened it
// again. was is its state at the last look, "" if there was none.
func (p *page) turned(was forks.PullState) {
	status, seen := p.wish.Proposal.Status, p.seen
	switch {
	case status.Live() && seen.State == forks.PullClosed:
		ours := p.rec.Closed || p.rec.Declined || seen.By != "" && strings.EqualFold(seen.By, p.in.Seen.Me)
		if !ours && (!seen.Foreign || p.maySettle(seen.By)) {
			p.turn(forks.VerbDecline, "closed")
		}
	case status == forks.Declined && seen.State == forks.PullOpen && was == forks.PullClosed && !seen.Foreign:
		p.turn(forks.VerbReopen, "reopened")
	}
}

func (p *page) turn(verb forks.Verb, what string) {
	p.requests = append(p.requests, forks.Request{
		Track: p.wish.Track, Proposal: p.wish.Proposal.ID, Verb: verb, Who: p.seen.By, At: p.turnedAt(),
		Source: fmt.Sprintf("pull %d %s %d", p.seen.Number, what, p.turnedAt().Unix()), URL: p.seen.URL,
	})
}

// turnedAt is the best that is known of when it happened.
func (p *page) turnedAt() time.Time {
	if p.seen.Updated.IsZero() {
		return p.in.Now
	}
	return p.seen.Updated
}
