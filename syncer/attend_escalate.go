package syncer

import (
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// clocks brings the clocks of all conflicts up to what is seen, and says when something
// comes of them next. It comes before wishes.
func (a *attendance) clocks(in pulls.ReconcileInput) {
	a.waiting, a.out.Next = map[forks.ProposalID]forks.Waiting{}, time.Time{}
	for _, t := range a.about {
		quietUntil := t.track.Quiet.Until(in.Now)
		a.next(quietUntil)
		for _, p := range t.state.Proposals {
			seen, found := in.Seen.Pulls[p.ID]
			was := in.Records[p.ID].Waiting
			if !found {
				a.waiting[p.ID] = was
				continue
			}
			is := a.steps(p).Wait(was, pulls.WaitInput{
				Given: pulls.GivenTo(p), Asked: len(having(p, seen, forks.PullRecord{})) > 0,
				Asks: decides(p) && seen.State == forks.PullOpen,
				Held: containsFold(seen.Labels, forks.HoldLabel), Paused: t.state.Paused != nil, Away: a.allAway(t.track, p, seen),
				Quiet: !quietUntil.IsZero(), Told: pulls.ToldStage(seen),
			}, in.Now)
			a.waiting[p.ID] = is
			if next := a.steps(p).Next(is); !next.Before(quietUntil) {
				a.next(next)
			}
		}
	}
}

// next notes a time at which something is to be done; zero for none.
func (a *attendance) next(at time.Time) {
	if !at.IsZero() && (a.out.Next.IsZero() || at.Before(a.out.Next)) {
		a.out.Next = at
	}
}

// steps are those of a conflict. The first one comes when half of the time is over for
// which it holds the branch back, if that is earlier than for any other.
func (*attendance) steps(p forks.Proposal) pulls.Steps {
	if p.Deadline.IsZero() || p.Given.IsZero() {
		return pulls.DefaultSteps()
	}
	return pulls.DefaultSteps().Halfway(p.Deadline.Sub(p.Given) - p.Rested)
}

// isParked reports whether the branch of a track goes on without a patch.
func isParked(s forks.State, id forks.PatchID) bool {
	p, found := patchOf(s, id)
	return found && p.Out != nil && p.Out.Outcome == forks.Parked
}

// stage is how far a conflict has come in waiting for a decision, see
// [pulls.StageRemind]: what is asked of people depends on it.
func (a *attendance) stage(_ aboutTrack, p forks.Proposal, record forks.PullRecord) int {
	if is, known := a.waiting[p.ID]; known {
		return is.Stage
	}
	return record.Waiting.Stage
}

// escalate adds to a wish what comes of waiting: labels and a reminder. Nobody is
// reminded while the clock stands still, and nothing is written for it in quiet hours.
func (a *attendance) escalate(t aboutTrack, c pulls.Case, w *pulls.Wish, in pulls.ReconcileInput) {
	p := c.Proposal
	stage := a.stage(t, p, in.Records[p.ID])
	w.Waiting = a.waiting[p.ID]
	w.Hush = !t.track.Quiet.Until(in.Now).IsZero()
	if pulls.Easy(c) { // also once it is over: it shows what is meant
		w.Labels = append(w.Labels, pulls.EasyLabel)
	}
	if decides(p) && stage >= pulls.StageDuty {
		w.Labels = append(w.Labels, pulls.DecisionLabel)
	}
	if !w.Waiting.Running() {
		return
	}
	r := pulls.Reminding{Stage: stage, Next: a.steps(p).Next(w.Waiting), Begun: w.Waiting.Begun}
	for _, name := range having(p, in.Seen.Pulls[p.ID], in.Records[p.ID]) {
		who := pulls.Asked{Login: name}
		if i := slices.IndexFunc(c.Asked, func(o pulls.Asked) bool { return strings.EqualFold(o.Login, name) }); i >= 0 {
			who = c.Asked[i]
		}
		r.With = append(r.With, who)
	}
	w.Reminder = pulls.Remind(c, r)
}

// long reports whether a conflict has waited until the last stage, and waits still.
func (a *attendance) long(p forks.Proposal) bool {
	is := a.waiting[p.ID]
	return is.Running() && is.Stage >= pulls.StageFirst
}

// decides reports whether a conflict waits for a decision, and not for a merge.
func decides(p forks.Proposal) bool { return p.Status == forks.Open || p.Status == forks.Unresolved }

// having names who has a conflict: who took it on, who is assigned, and who is to review
// it or was asked to.
func having(p forks.Proposal, seen forks.Pull, record forks.PullRecord) (names []string) {
	for _, name := range slices.Concat([]string{p.Claimed}, seen.Assignees, seen.Reviewers, record.Reviewers) {
		if name != "" && !containsFold(names, name) && (!containsFold(p.NotFor, name) || strings.EqualFold(name, p.Claimed)) {
			names = append(names, name)
		}
	}
	return names
}

// allAway reports whether all persons who have a conflict are away, and there are some.
func (a *attendance) allAway(t forks.Track, p forks.Proposal, seen forks.Pull) bool {
	roster, now := a.rosterOf(t.Fork), t.Quiet.Local(a.Clock.Now())
	persons := slices.DeleteFunc(having(p, forks.Pull{Assignees: seen.Assignees}, forks.PullRecord{}), func(name string) bool { return strings.Contains(name, "/") })
	return len(persons) > 0 && !slices.ContainsFunc(persons, func(name string) bool {
		_, away := roster.Away(name, now)
		return !away
	})
}
