package pulls

import (
	"fmt"
	"slices"
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
	seen, found := ownComment(p.seen, purpose, own.ID)
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

func ownComment(seen forks.Pull, purpose string, id int64) (forks.PullComment, bool) {
	for _, c := range seen.Comments {
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
	case open && !p.rec.Closed && (isOver(status) || status == forks.Declined):
		p.do(Effect{Kind: DoEnd})
	}
}

// mergeApproved merges what somebody who may decide has approved as it is now. It must
// be shown as settled and ready first: a draft is refused. After a refusal it waits.
func (p *page) mergeApproved() {
	if !p.wish.ApproveMerges || !p.settled() || p.seen.Draft || p.seen.Status != forks.StatusSuccess || p.in.Now.Before(p.rec.MergeNotBefore) {
		return
	}
	by, ok := p.approvedBy()
	if !ok {
		return
	}
	p.do(Effect{Kind: DoEnd, Ending: forks.Ending{
		Merge: true, Head: p.seen.Head, For: by,
		Message: fmt.Sprintf("Settle conflict %s of %s\n\nApproved by %s.", p.wish.Proposal.ID, p.wish.Track, quiet(by, 100)),
	}})
}

// approvedBy finds somebody who may decide and whose verdict approves the head: the one
// who said so last. It finds nobody while one who may decide wants changes.
func (p *page) approvedBy() (login string, ok bool) {
	for _, review := range verdicts(p.seen, p.in.Seen.Me) {
		switch {
		case !p.maySettle(review.By):
		case review.Verdict == forks.ReviewChanges:
			return "", false
		case !ok && review.Verdict == forks.ReviewApproved && review.Commit == p.seen.Head:
			login, ok = review.By, true
		}
	}
	return login, ok
}

// verdicts has each person's latest review that is no mere comment, the newest first.
func verdicts(p forks.Pull, me string) []forks.PullReview {
	var list []forks.PullReview
	judged := map[string]bool{}
	for _, review := range slices.Backward(p.Reviews) {
		name := strings.ToLower(review.By)
		says := review.Verdict == forks.ReviewApproved || review.Verdict == forks.ReviewChanges || review.Verdict == forks.ReviewDismissed
		if says && !review.Mine && !review.Bot && !judged[name] && !strings.EqualFold(name, me) {
			judged[name] = true
			list = append(list, review)
		}
	}
	return list
}

// reopenEvery is how long auxsync waits at least before it opens one again that is
// closed again by somebody who may not decide, such as a bot.
const reopenEvery = time.Hour

// closedByOther reports whether it is closed, and not by auxsync: neither as what was
// over nor as what it was told to close.
func (p *page) closedByOther() bool {
	ours := p.rec.Closed || p.rec.Declined || p.seen.By != "" && strings.EqualFold(p.seen.By, p.in.Seen.Me)
	return p.seen.State == forks.PullClosed && !ours
}

// closedInVain reports whether somebody closed it who may not decide about the conflict.
func (p *page) closedInVain() bool {
	_, known := p.standing(p.seen.By)
	return p.closedByOther() && !p.seen.Foreign && known && !p.maySettle(p.seen.By) && !p.in.Now.Before(p.rec.Reopened.Add(reopenEvery))
}

// turned tells when a person closed a pull request without merging, opened it again, or
// merged one that was closed. was is its state at the last look, "" if there was none.
// Where it is not known who closed it, it was somebody who may: the forge lets few.
func (p *page) turned(was forks.PullState) {
	status, seen := p.wish.Proposal.Status, p.seen
	_, known := p.standing(seen.By)
	switch {
	case status.Live() && p.closedByOther() && was != forks.PullClosed:
		switch {
		case p.maySettle(seen.By) || seen.By == "" && !seen.Foreign:
			p.turn(forks.VerbDecline, "closed")
		case !known:
			p.rec.State = was // the next look tells
		}
	case status == forks.Declined && seen.State == forks.PullMerged && was != forks.PullMerged:
		p.turn(forks.VerbReopen, "reopened")
	case status == forks.Declined && seen.State == forks.PullOpen && was == forks.PullClosed && !seen.Foreign:
		p.rec.Closed = true // it was; what a person opened again stays open
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
