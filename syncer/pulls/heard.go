package pulls

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Hearing is one page whose comments are read: a proposal's pull request, or the
// dashboard, which has no proposal and no track.
type Hearing struct {
	Me        string // auxsync's own login
	Track     string
	Proposal  forks.Proposal
	Tracks    []string // of the fork
	Seen      forks.Pull
	Answered  []int64
	MayClaim  []string                  // who may take the conflict on though they may not push
	Standings map[string]forks.Standing // by lower-case login
}

// Answer is what becomes of one comment that holds commands: they are taken together,
// or none is.
type Answer struct {
	Comment  int64
	By       string          // its author, as the forge spells it
	Stranger bool            // who may decide nothing here, whatever they write
	Requests []forks.Request // without Fork
	// Refusal says in one sentence, as Markdown, why nothing was taken; "" if it was. It
	// holds nothing of the comment but its author, inert.
	Refusal string
}

// Heard reads the comments that nobody has answered, oldest first. Those of bots and
// auxsync's own are passed over, and so are those of people of whom it is not known
// what they may do: they are heard once it is.
func Heard(h Hearing) []Answer {
	var list []Answer
	for _, c := range h.Seen.Comments {
		if !waits(c, h.Me, h.Answered) {
			continue
		}
		commands := ParseCommands(c.Body)
		st, known := h.Standings[strings.ToLower(c.By)]
		if len(commands) == 0 || st.Bot || !known && !h.assigned(c.By) {
			continue
		}
		list = append(list, h.answer(c, commands, st))
	}
	return list
}

// waits reports whether a comment of somebody else has had no answer yet.
func waits(c forks.PullComment, me string, answered []int64) bool {
	return !c.Mine && !c.Bot && !c.Acknowledged && c.By != "" && !strings.EqualFold(c.By, me) && !slices.Contains(answered, c.ID)
}

func (h Hearing) assigned(login string) bool {
	return h.Proposal.ID != "" && has(h.Seen.Assignees, login)
}

// mayClaim reports whether somebody may take the conflict on without being assigned yet.
func (h Hearing) mayClaim(login string, st forks.Standing) bool {
	return h.Proposal.ID != "" && (st.Write || st.Assignable && has(h.MayClaim, login))
}

// answer takes all commands of a comment, or none.
func (h Hearing) answer(c forks.PullComment, commands []Command, st forks.Standing) Answer {
	a := Answer{Comment: c.ID, By: c.By, Stranger: !st.Write && !h.assigned(c.By) && !h.mayClaim(c.By, st)}
	refuse := func(why string) Answer {
		a.Requests, a.Refusal = nil, fmt.Sprintf("%s: nothing was done, because %s.", span(c.By, 100), why)
		return a
	}
	if c.Edited {
		return refuse("the comment was edited: write the command again in a new comment")
	}
	for _, command := range commands {
		if why := h.refusal(command, c.By, st); why != "" {
			return refuse(why)
		}
		for _, track := range h.tracks(command) {
			a.Requests = append(a.Requests, h.request(c, command, track, st, len(a.Requests)))
		}
	}
	return a
}

// refusal says why a command cannot be taken from somebody, "" if it can.
func (h Hearing) refusal(c Command, by string, st forks.Standing) string {
	use, _ := forks.CommandOf(c.Verb)
	onDashboard := h.Proposal.ID == ""
	switch {
	case c.Err != "":
		return c.Err
	case onDashboard && use.Places&forks.OnDashboard == 0:
		return "`" + string(c.Verb) + "` is about one conflict: write it on its pull request; here there are " + verbList(forks.OnDashboard)
	case !onDashboard && use.Places&forks.OnConflict == 0:
		return "`" + string(c.Verb) + "` is about a track: write it on the dashboard"
	case onDashboard && use.Names && c.Track == "":
		return "`" + string(c.Verb) + "` needs the name of a track here"
	case onDashboard, !use.About.Has(forks.AboutConflict):
		return h.refusalOfTrack(c, st)
	case c.Track != "" && c.Track != h.Track:
		return "here `" + string(c.Verb) + "` is about this pull request and not about another track"
	case isOver(h.Proposal.Status) && c.Verb != forks.VerbUndo:
		return "this conflict is over"
	case use.Right == forks.AskedMay && !h.assigned(by) && !h.mayClaim(by, st):
		return "taking a conflict on is for who may be asked about it, and for who may push to this repository"
	case use.Right == forks.AskedMay, h.assigned(by), st.Write:
		return ""
	}
	return "`" + string(c.Verb) + "` is for who is assigned here and for who may push to this repository"
}

// refusalOfTrack is about a command for tracks.
func (h Hearing) refusalOfTrack(c Command, st forks.Standing) string {
	switch {
	case !st.Write:
		return "`" + string(c.Verb) + "` is for who may push to this repository"
	case c.Track != "" && c.Track != h.Track && !slices.Contains(h.Tracks, c.Track):
		return "this fork has no track of that name"
	}
	return ""
}

// isOver is true of a conflict that nothing can be asked about any more.
func isOver(s forks.ProposalStatus) bool {
	return s == forks.Harvested || s == forks.Withdrawn || s == forks.Cleaned
}

// tracks are those that a command is for.
func (h Hearing) tracks(c Command) []string {
	switch {
	case c.Track != "":
		return []string{c.Track}
	case h.Proposal.ID != "":
		return []string{h.Track}
	}
	return h.Tracks
}

// request is one of a comment's requests. Each has a source of its own: one source
// asks once.
func (h Hearing) request(c forks.PullComment, command Command, track string, st forks.Standing, n int) forks.Request {
	r := forks.Request{
		Track: track, Verb: command.Verb, Arg: command.Arg, Who: c.By, Because: command.Because, At: c.At,
		Source: fmt.Sprintf("comment %d", c.ID), URL: c.URL,
	}
	if use, _ := forks.CommandOf(command.Verb); use.About.Has(forks.AboutConflict) {
		r.Proposal = h.Proposal.ID
	}
	if st.Login != "" {
		r.Who = st.Login
	}
	if n > 0 {
		r.Source += fmt.Sprintf(" part %d", n+1)
	}
	return r
}

// hear answers the comments of a page: first in words, then by reactions.
func (p *page) hear() {
	var reactions []Effect
	react := func(comment int64, r forks.Reaction) {
		reactions = append(reactions, Effect{Kind: DoReact, Comment: comment, Reaction: r})
	}
	for _, id := range slices.Clone(p.rec.Taken) {
		if p.acknowledged(id) {
			p.rec = answered(p.rec, id)
			continue
		}
		react(id, forks.Accepted)
	}
	strangers := map[string]bool{}
	for _, a := range p.heard() {
		if a.Stranger {
			who := strings.ToLower(a.By)
			if !strangers[who] && p.toStranger(a) {
				strangers[who] = true // their other comments wait until this is done
				react(a.Comment, forks.Refused)
			}
			continue
		}
		purpose := fmt.Sprintf("refused %d", a.Comment)
		told := p.told(purpose)
		if a.Refusal == "" && !told {
			p.take(a)
			react(a.Comment, forks.Accepted)
			continue
		}
		if !told {
			p.comment(purpose, a.Refusal)
		}
		react(a.Comment, forks.Refused)
	}
	for _, e := range reactions {
		p.do(e)
	}
}

// toStranger tells somebody once on each page that they may decide nothing there, and
// acknowledges one comment of theirs; after that they have no answer, whatever they
// write. It reports whether this comment is the one.
func (p *page) toStranger(a Answer) bool {
	purpose := "refused by " + Digest(strings.ToLower(a.By))[:12]
	told := p.told(purpose)
	if told && p.answeredBefore(a.By) {
		p.rec = answered(p.rec, a.Comment)
		return false
	}
	if !told {
		p.comment(purpose, a.Refusal)
	}
	return true
}

// answeredBefore reports whether a comment of somebody had an answer.
func (p *page) answeredBefore(login string) bool {
	return slices.ContainsFunc(p.seen.Comments, func(c forks.PullComment) bool {
		return strings.EqualFold(c.By, login) && (c.Acknowledged || slices.Contains(p.rec.Answered, c.ID))
	})
}

// acknowledged reports whether nothing has to be shown on a comment any more.
func (p *page) acknowledged(comment int64) bool {
	i := slices.IndexFunc(p.seen.Comments, func(c forks.PullComment) bool { return c.ID == comment })
	return i < 0 || p.seen.Comments[i].Acknowledged
}

func (p *page) heard() []Answer {
	return Heard(Hearing{
		Me: p.in.Seen.Me, Track: p.wish.Track, Proposal: p.wish.Proposal, Tracks: p.in.Tracks, Seen: p.seen,
		Answered: slices.Concat(p.rec.Answered, p.rec.Taken), MayClaim: p.wish.MayClaim, Standings: p.in.Standings,
	})
}

// told reports whether auxsync's comment for something was written, and remembers it
// if the record was lost.
func (p *page) told(purpose string) bool {
	if _, known := p.rec.Comments[purpose]; known {
		return true
	}
	own, found := ownComment(p.seen, purpose, 0)
	if found {
		p.remember(purpose, own.ID, own.Body)
	}
	return found
}

// take passes on what a comment asks for. Who takes a conflict on may be assigned to it
// again, whoever took them off. What is closed and to be asked again is opened again,
// also where a pass takes both in at once.
func (p *page) take(a Answer) {
	p.rec.Taken = append(slices.Clip(p.rec.Taken), a.Comment)
	for _, r := range a.Requests {
		if r.Verb == forks.VerbMine && !has(p.seen.Assignees, r.Who) {
			p.rec.Assignees = without(p.rec.Assignees, []string{r.Who})
		}
		again := r.Verb == forks.VerbRetry || r.Verb == forks.VerbUndo && !isOver(p.wish.Proposal.Status)
		if again && p.wish.Proposal.ID != "" && p.seen.State == forks.PullClosed {
			p.rec.Declined = true
		}
	}
	p.requests = append(p.requests, a.Requests...)
}

// Names lists, in lower case and in order, whose standing [Reconcile] needs: who wrote
// commands that wait, who approves a head or wants changes, and who closed it. It reads
// what is seen and remembered, and no wish.
func Names(in ReconcileInput) []string {
	var list []string
	note := func(login string) {
		if login != "" && !strings.EqualFold(login, in.Seen.Me) {
			list = append(list, strings.ToLower(login))
		}
	}
	comments := func(p forks.Pull, rec forks.PullRecord) {
		for _, c := range p.Comments {
			if waits(c, in.Seen.Me, slices.Concat(rec.Answered, rec.Taken)) && len(ParseCommands(c.Body)) > 0 {
				note(c.By)
			}
		}
	}
	for id, p := range in.Seen.Pulls {
		comments(p, in.Records[id])
		for _, r := range verdicts(p, in.Seen.Me) {
			approves := r.Verdict == forks.ReviewApproved && r.Commit == p.Head
			if approvable(p, in.Seen.Me) && (approves || r.Verdict == forks.ReviewChanges) {
				note(r.By)
			}
		}
		if rec := in.Records[id]; p.State == forks.PullClosed && (p.Foreign || !rec.Closed && !rec.Declined) {
			note(p.By)
		}
	}
	if in.Seen.Dashboard != nil {
		comments(*in.Seen.Dashboard, in.DashboardRecord)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// approvable reports whether it matters who approves: while it is open, and where
// auxsync merged it for somebody.
func approvable(p forks.Pull, me string) bool {
	return p.State == forks.PullOpen || p.State == forks.PullMerged && strings.EqualFold(p.By, me)
}
