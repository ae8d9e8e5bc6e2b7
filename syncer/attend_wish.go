package syncer

import (
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// The labels that auxsync sets.
const (
	labelOurs   = "auxsync"
	labelNobody = "needs-maintainer"
)

// Labels lists the labels that auxsync sets, and the one that it heeds.
func Labels() []string {
	return []string{labelOurs, labelNobody, pulls.EasyLabel, pulls.DecisionLabel, forks.HoldLabel, pulls.DashboardLabel}
}

// wishes says what each pull request should be, and the dashboard.
func (a *attendance) wishes(in *pulls.ReconcileInput) {
	for _, t := range a.about {
		for _, p := range t.state.Proposals {
			if a.watched(p) {
				in.Wishes = append(in.Wishes, a.wish(t, p, in))
			}
		}
	}
	if len(a.about) == 0 || !a.about[0].track.GitHub.Dashboard {
		return
	}
	d := pulls.DashboardInput{Fork: a.fork, Heartbeat: a.Clock.Now().UTC().Truncate(time.Hour)}
	for _, t := range a.about {
		d.Tracks = append(d.Tracks, a.standingOf(t))
	}
	in.Dashboard, in.DashboardTitle = pulls.DashboardBody(d), pulls.DashboardTitle(a.fork)
}

// standingOf is a track as the dashboard shows it.
func (a *attendance) standingOf(t aboutTrack) pulls.DashboardTrack {
	d := pulls.DashboardTrack{Track: t.track.Name, Branch: t.track.Branch, Follow: t.track.Follow}
	if a.opts.Describe != nil {
		d = a.opts.Describe(t.track)
	}
	d.Paused, d.Decisions, d.URL = t.state.Paused, t.state.Decisions, t.track.URL
	for _, p := range t.state.Proposals {
		if p.Status == forks.Queued {
			d.Waiting = append(d.Waiting, a.waitingOf(t, p))
		}
		if !p.Status.Live() && p.Status != forks.Declined {
			continue
		}
		r := a.records[p.ID]
		d.Conflicts = append(d.Conflicts, pulls.DashboardConflict{Number: r.Number, URL: r.URL, Title: pulls.Title(a.caseOf(t, p)),
			Since: p.Opened, Declined: p.Status == forks.Declined, Long: a.long(p), With: a.waitsWith(p), Deadline: p.Deadline, Parked: isParked(t.state, p.Patch)})
	}
	return d
}

// waitsWith names who has the decision: never as late, only as asked, or assigned by
// somebody.
func (a *attendance) waitsWith(p forks.Proposal) []string {
	if p.Claimed != "" {
		return []string{p.Claimed}
	}
	r := a.records[p.ID]
	assigned := r.Assigned
	if seen, found := a.seen[p.ID]; found {
		assigned = seen.Assignees
	}
	return withoutAll(slices.Concat(assigned, r.Reviewers), p.NotFor)
}

// wish is what one pull request should be.
func (a *attendance) wish(t aboutTrack, p forks.Proposal, in *pulls.ReconcileInput) pulls.Wish {
	chosen := a.chosen[p.ID]
	c := a.caseOf(t, p)
	c.Asked, c.Met = askedOf(chosen)
	c.Plain = chosen.Plain
	w := pulls.Wish{
		Track: t.track.Name, Proposal: p, Title: pulls.Title(c), Text: pulls.Body(c),
		Labels: []string{labelOurs}, People: chosen.People, NotFor: p.NotFor, MayClaim: a.mayClaim(t, p, in.Standings),
		Closing: pulls.Closing(c), ApproveMerges: t.track.GitHub.ApproveMerges, Quiet: t.state.Paused != nil,
	}
	if p.Status.Live() && chosen.Nobody && p.Claimed == "" {
		w.Labels = append(w.Labels, labelNobody)
	}
	if p.Status.Live() {
		w.Review = pulls.Suggestions(c, p.Fix)
	}
	a.escalate(t, c, &w, *in)
	w.Final = !p.Status.Live() && p.Status != forks.Declined && (p.Status == forks.Withdrawn || p.Taken == 0 || p.Published > 0)
	return w
}

// caseOf gathers what people are told of a conflict.
func (a *attendance) caseOf(t aboutTrack, p forks.Proposal) pulls.Case {
	told, patch := t.told[p.ID], forks.Patch{Subject: string(p.Patch)}
	if found, ok := patchOf(t.state, p.Patch); ok {
		patch = found
	}
	c := pulls.Case{
		Note: pulls.Note{
			Track: t.track.Name, Branch: t.track.Branch, Fork: t.track.URL, Upstream: t.track.Upstream, Follow: t.track.Follow,
			ID: p.ID, Onto: p.Onto, Subject: patch.Subject, Author: patch.Author, Message: told.message, Conflict: p.Conflict, Carry: p.Carry,
		},
		Proposal: p, Files: told.files, Shorter: told.shorter, Reads: a.Reads, ApproveMerges: t.track.GitHub.ApproveMerges,
		UpstreamPage: page(t.track.Upstream), ForkPage: page(t.track.URL),
	}
	c.Deadline = p.Deadline
	if patch.Out != nil && patch.Out.Outcome == forks.Parked {
		c.Parked = patch.Out
	}
	c.Earlier = pulls.EarlierOf(t.state.Proposals, p)
	c.AlsoFor = a.alsoFor(t.track.Name, p)
	if i := slices.IndexFunc(t.state.Proposals, func(q forks.Proposal) bool { return q.Follows == p.ID }); i >= 0 {
		c.Next = t.state.Proposals[i].ID
	}
	for _, m := range p.Members {
		c.Members = append(c.Members, memberNote(t, p, m))
	}
	if p.Taken > 0 {
		c.Taken = pulls.Publication{Pass: p.Taken, At: p.Closed}
	}
	if p.Published > 0 {
		c.Published = pulls.Publication{Pass: p.Published}
		if patch.End == nil {
			c.Published.Commit = patch.Commit
		}
	}
	return c
}

// page is the web page of a repository whose address is that of the web, "" of others.
func page(address string) string {
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		return strings.TrimSuffix(strings.TrimSuffix(address, "/"), ".git")
	}
	return ""
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(o string) bool { return strings.EqualFold(o, s) })
}

func withoutAll(list, out []string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return containsFold(out, s) })
}
