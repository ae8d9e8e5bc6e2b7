package syncer

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/rebase"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// held gathers what holding depends on, from a state.
func (v *visit) held(q Quarantine, s forks.State, holds func(forks.PatchID) bool) holdInput {
	return holdInput{
		now: v.now(), track: v.track, proposals: s.Proposals, lagging: s.Lagging, security: s.Security, holds: holds,
		says: func(id forks.PatchID) (time.Duration, bool) {
			i := slices.IndexFunc(s.Patches, func(p forks.Patch) bool { return p.ID == id })
			if i < 0 {
				return 0, false
			}
			_, raw, err := q.Object(s.Patches[i].Commit)
			if err != nil {
				return 0, false // the planner reads it, too, and says so
			}
			_, message, _ := bytes.Cut(raw, []byte("\n\n"))
			return forks.HoldOf(string(message))
		},
		given:    func(p forks.Proposal) time.Time { return v.givenAt(p.ID) },
		labelled: func(id forks.ProposalID) bool { return v.heard.records[id].Held },
	}
}

// givenAt is when an open conflict was given to somebody. Without pages it is once its
// branches are pushed. A pull request for which nobody was found has a label that gives
// it to everybody.
func (v *visit) givenAt(id forks.ProposalID) time.Time {
	r := v.heard.records[id]
	switch {
	case !hasPages(v.track), slices.Contains(r.Labels, labelNobody):
		return v.now()
	case r.Waiting.Begun.IsZero():
		return time.Time{}
	}
	return r.Waiting.Begun.UTC().Truncate(time.Second)
}

// given reports whether somebody has the conflict of a pull request.
func (h heard) given(id forks.ProposalID) bool { return handed(h.records[id]) }

func handed(r forks.PullRecord) bool {
	return !r.Waiting.Begun.IsZero() || slices.Contains(r.Labels, labelNobody)
}

// overdue parks the patches that have held the branch back for as long as they may. What a person parks is parked by that person.
func (v *visit) overdue(q Quarantine, in *rebase.Input) error {
	if in.State == nil {
		return nil
	}
	s := *in.State
	// One that came back and is not in the branch may hold it back, too: then it has a
	// deadline.
	holds := func(id forks.PatchID) bool {
		i := slices.IndexFunc(s.Patches, func(p forks.Patch) bool { return p.ID == id })
		if i < 0 || s.Patches[i].Out == nil {
			return i >= 0
		}
		return s.Patches[i].Out.Outcome == forks.Conflicted &&
			slices.ContainsFunc(s.Proposals, func(p forks.Proposal) bool { return p.About(id) && !p.Deadline.IsZero() })
	}
	// Those that the last pass found to hold the branch back: with a deadline, or in
	// nobody's hands yet.
	held := v.held(q, s, holds)
	held.proposals = slices.DeleteFunc(slices.Clone(s.Proposals), func(p forks.Proposal) bool {
		return p.Deadline.IsZero() && !p.Given.IsZero() && p.Held.IsZero()
	})
	for _, p := range holdUp(held).over {
		for _, id := range p.Patches() {
			if _, asked := in.Park[id]; asked || !holds(id) {
				continue
			}
			if in.Park == nil {
				in.Park = map[forks.PatchID]forks.Out{}
			}
			in.Park[id] = forks.Out{Outcome: forks.Parked, Rule: p.Rule, By: string(p.Rule), Reason: v.whyParked(s, p)}
		}
	}
	return nil
}

// whyParked says why a patch leaves the branch.
func (v *visit) whyParked(s forks.State, p forks.Proposal) string {
	what := "conflict " + string(p.ID) + " was asked about"
	switch who := v.with(p); {
	case p.Given.IsZero():
		what = "conflict " + string(p.ID) + " was found"
	case p.Number > 0 && who != "":
		what = fmt.Sprintf("pull request #%d was given to %s", p.Number, who)
	case p.Number > 0:
		what = fmt.Sprintf("pull request #%d was opened", p.Number)
	}
	since := foundAt(p)
	if !p.Given.IsZero() {
		since = p.Given
	}
	const goes = "; the branch goes on without it"
	switch p.Rule {
	case forks.RuleSecurity:
		return fmt.Sprintf("upstream's commit %s about security waits, and %s at %s%s", s.Security.Short(), what, when(since), goes)
	case forks.RuleLag:
		return fmt.Sprintf("the track was held back for %s in all, as long as max_lag permits, after %s at %s%s", forks.Span(v.track.MaxLag), what, when(since), goes)
	}
	return fmt.Sprintf("held for %s after %s%s", forks.Span(p.Deadline.Sub(since).Round(time.Minute)), what, goes)
}

// with names who has a conflict, "" if that is not known.
func (v *visit) with(p forks.Proposal) string {
	who := cmp.Or(p.Claimed, strings.Join(v.heard.records[p.ID].Assigned, ", "))
	return forks.Clip(forks.Inert(who), 100)
}

// when is a time as reasons and texts have it.
func when(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 MST") }

// holdBack finds out how long the conflicts of a plan hold the branch back, and writes it
// down.
func (v *visit) holdBack(ctx context.Context, q Quarantine, in rebase.Input, decided *pulls.Result, d *decision) error {
	s := &d.plan.State
	s.Proposals, s.Lagging = decided.Proposals, in.State.Lagging
	holding := d.result.Holding
	held := v.held(q, *s, func(id forks.PatchID) bool { return slices.Contains(holding, id) })
	held.parked = in.Park
	waiting := slices.ContainsFunc(holding, func(id forks.PatchID) bool { _, parked := in.Park[id]; return !parked })
	var security forks.UpstreamCommit
	if waiting {
		var err error
		if security, err = v.securityWaits(ctx, q, d.plan); err != nil {
			return err
		}
	}
	held.security = security.Commit
	up := holdUp(held)
	decided.Proposals, s.Proposals = up.proposals, up.proposals
	s.Lagging, s.Security, d.next = up.lagging, security.Commit, up.next
	d.sayUntil(held, up)
	d.news = append(d.news, comings(*in.State, d.plan)...)
	d.news = append(d.news, reminders(*in.State, *s)...)
	if !security.Commit.IsZero() && in.State.Security != security.Commit {
		d.news = append(d.news, held.alarm(security, up))
	}
	return nil
}

// securityWaits finds the oldest commit about security between the base that a plan
// chooses and upstream's tip.
func (v *visit) securityWaits(ctx context.Context, q Quarantine, p forks.Plan) (forks.UpstreamCommit, error) {
	finder, err := newFinder(v.track, v.now())
	if err != nil {
		return forks.UpstreamCommit{}, err
	}
	err = q.Log(ctx, p.Base.New, v.found.upstream, forks.MaxTakenListed, repo.LogReader{Commit: func(c repo.Logged) error {
		finder.look(c)
		return nil
	}})
	if err != nil {
		return forks.UpstreamCommit{}, fmt.Errorf("look for what is about security upstream: %w", err)
	}
	found, _ := finder.list()
	if len(found) == 0 {
		return forks.UpstreamCommit{}, nil
	}
	return found[0], nil
}

// sayUntil adds to the reason of a hold how long it lasts.
func (d *decision) sayUntil(in holdInput, up holdResult) {
	var first time.Time
	waiting := 0
	for _, p := range up.proposals {
		if in.waits(p) && !in.isParked(p) {
			first = earlier(first, p.Deadline)
			waiting++
		}
	}
	if d.plan.Hold == nil || first.IsZero() {
		return
	}
	hold, which := *d.plan.Hold, ""
	if waiting > 1 {
		which = " the first"
	}
	hold.Reason += "," + which + " until " + when(first) + "; then the branch goes on without its patch"
	d.plan.Hold, d.plan.State.Hold = &hold, &hold
}

// alarm tells of a commit about security that waits, and for what.
func (in holdInput) alarm(c forks.UpstreamCommit, up holdResult) news {
	text := fmt.Sprintf("upstream's %s (%s), which is about security, waits", c.Commit.Short(), forks.Clip(forks.Inert(c.Subject), 200))
	for _, p := range up.proposals {
		switch {
		case !in.waits(p) || in.isParked(p):
		case in.hold(p) == forks.Never:
			text += fmt.Sprintf("; for %s, which is to be held for ever: somebody has to decide about conflict %s now", p.Patch, p.ID)
		case !p.Held.IsZero():
			text += fmt.Sprintf("; for %s, whose conflict %s has the label hold", p.Patch, p.ID)
		case p.Rule == forks.RuleSecurity:
			text += fmt.Sprintf("; for %s until %s, then the branch goes on without it", p.Patch, when(p.Deadline))
		}
	}
	return news{"security waits", text}
}
