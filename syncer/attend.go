package syncer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// AttendOptions are the wishes of whoever attends to a forge.
type AttendOptions struct {
	// Describe tells what the dashboard says of a track beside its state; nil says
	// nothing.
	Describe func(forks.Track) pulls.DashboardTrack
	// Say is told what happens; nil says nothing.
	Say func(forks.Progress)
}

// Attended is what came of it.
type Attended struct {
	// Due names the tracks that should have a pass now: somebody asked for something,
	// merged, or there is a number to write down.
	Due []string
	// Effects counts what was done on the forge.
	Effects int
	// Waits is when a further visit may do what this one had to leave; zero if it left
	// nothing.
	Waits time.Time
	// Next is when quiet hours end, or when the next stage of a conflict that waits for a
	// decision begins; zero if nothing of that is to come.
	Next time.Time
}

// rounds bounds how often one visit looks again at what it has done: once for what
// was opened, once for what was then written, and once for an answer that was lost.
const rounds = 6

// mostResults is how many requests of a fork are looked through for results that
// nobody was told of on the page: more than people make between two visits.
const mostResults = 200

// Attend brings the pull requests of a fork to what the states of its tracks want,
// and takes in what people said on them. It needs the forge and no remote; fetching
// and rebasing go on without it. tracks are all of one fork; nothing else is done in
// that fork meanwhile. On a forge without pages it does nothing.
//
// Errors: Retry where the forge cannot be reached or wants to be left alone, with
// the time; NeedsPerson where a right is missing. What was wanted is wanted still.
func (s *Syncer) Attend(ctx context.Context, tracks []forks.Track, o AttendOptions) (Attended, error) {
	if len(tracks) == 0 || s.Forge == nil {
		return Attended{}, nil
	}
	forge, err := s.Forge(tracks[0])
	if err != nil || forge == nil || !forge.Traits().Pages {
		return Attended{}, err
	}
	a := &attendance{Syncer: s, forge: forge, fork: tracks[0].Fork, opts: o, waits: map[forks.ProposalID]bool{}}
	if err := a.mayAsk(ctx); err != nil {
		return Attended{}, err
	}
	err = a.visit(ctx, tracks)
	slices.Sort(a.out.Due)
	a.out.Due = slices.Compact(a.out.Due)
	return a.out, a.remember(ctx, err)
}

// attendance is one visit to a fork's forge.
type attendance struct {
	*Syncer
	forge pulls.Forge
	fork  string
	opts  AttendOptions
	about []aboutTrack
	out   Attended
	waits map[forks.ProposalID]bool // what has an effect that a later visit is to try
	paced bool                      // nothing more is written in this visit
	// waiting has the clocks of the conflicts, as they are since the last look.
	waiting map[forks.ProposalID]forks.Waiting

	seen      map[forks.ProposalID]forks.Pull // at the last look
	records   map[forks.ProposalID]forks.PullRecord
	trackOf   map[forks.ProposalID]forks.Track
	dashboard forks.PullRecord
	elsewhere []forks.WaitingWith                     // with whom conflicts wait in all forks, as the visit began
	chosen    map[forks.ProposalID]maintainers.Chosen // who is asked, as of the last look
}

// aboutTrack is a track with its state and what is told of its conflicts.
type aboutTrack struct {
	track forks.Track
	state forks.State
	told  map[forks.ProposalID]told
}

func (t aboutTrack) adopted() bool { return t.state.Pass > 0 }

// mayAsk refuses while the forge wants to be left alone. A time that no forge could
// have named was written by a clock that was wrong.
func (a *attendance) mayAsk(ctx context.Context) error {
	until, why, err := a.Forges.ForgeNotBefore(ctx, a.fork)
	if wait := until.Sub(a.Clock.Now()); err != nil || wait <= 0 || wait > believed {
		return err
	}
	return &forks.Problem{Kind: forks.Retry, NotBefore: until,
		Err: fmt.Errorf("the forge of fork %s is left alone until %s: %s", a.fork, until.UTC().Format(time.RFC3339), why)}
}

// remember keeps the time before which a forge does not want to be asked again.
func (a *attendance) remember(ctx context.Context, err error) error {
	var p *forks.Problem
	if !errors.As(err, &p) || p.Kind != forks.Retry || p.NotBefore.IsZero() {
		return err
	}
	until := p.NotBefore
	if most := a.Clock.Now().Add(believed); until.After(most) {
		until = most
	}
	return errors.Join(err, a.Forges.SetForgeNotBefore(context.WithoutCancel(ctx), a.fork, until, forks.Clip(p.Err.Error(), 300)))
}

// visit looks, decides and acts until nothing is left to do.
func (a *attendance) visit(ctx context.Context, tracks []forks.Track) error {
	if err := a.gather(ctx, tracks); err != nil {
		return err
	}
	if !slices.ContainsFunc(a.about, aboutTrack.adopted) {
		return nil // nothing is written to a fork before a person says so
	}
	var lost error
	for range rounds {
		in, err := a.look(ctx)
		if err != nil {
			return err
		}
		decided := pulls.Reconcile(in)
		if err := a.note(ctx, decided); err != nil {
			return err
		}
		effects := slices.DeleteFunc(decided.Effects, func(e pulls.Effect) bool { return a.waits[e.Proposal] })
		if len(effects) == 0 {
			return a.finish(ctx, in.Wishes)
		}
		if lost, err = a.act(ctx, effects); err != nil || a.paced {
			return err
		}
	}
	return lost
}

// gather reads the states of the tracks, what is told of their conflicts, and what is
// remembered of their pull requests.
func (a *attendance) gather(ctx context.Context, tracks []forks.Track) (err error) {
	a.records, a.trackOf = map[forks.ProposalID]forks.PullRecord{}, map[forks.ProposalID]forks.Track{}
	if a.dashboard, err = a.Forges.DashboardRecord(ctx, a.fork); err != nil {
		return err
	}
	if a.elsewhere, err = a.Forges.Waiting(ctx); err != nil {
		return err
	}
	a.retold.only(a.fork, tracks)
	for _, t := range tracks {
		records, err := a.Forges.PullRecords(ctx, t.Fork, t.Name)
		if err != nil {
			return err
		}
		about, err := a.read(ctx, t, records)
		if err != nil {
			return fmt.Errorf("read the conflicts of %s: %w", t.Name, err)
		}
		a.about = append(a.about, about)
		for _, p := range about.state.Proposals {
			a.trackOf[p.ID] = t
			if r, known := records[p.ID]; known {
				a.records[p.ID] = r
			}
		}
	}
	return nil
}

// look asks the forge, and settles what an earlier visit left open.
func (a *attendance) look(ctx context.Context) (pulls.ReconcileInput, error) {
	q := forks.PullQuestion{DashboardNumber: a.dashboard.Number}
	in := pulls.ReconcileInput{Traits: a.forge.Traits(), Records: maps.Clone(a.records), DashboardRecord: a.dashboard, Now: a.Clock.Now()}
	for _, t := range a.about {
		in.Tracks, in.Repository = append(in.Tracks, t.track.Name), t.track.GitHub.Owner+"/"+t.track.GitHub.Repo
		q.Dashboard = q.Dashboard || t.track.GitHub.Dashboard
		for _, p := range t.state.Proposals {
			if a.watched(p) {
				q.Pulls = append(q.Pulls, forks.KnownPull{Track: t.track.Name, ID: p.ID, Number: a.records[p.ID].Number, Onto: p.Onto})
			}
		}
	}
	if len(q.Pulls) == 0 && !q.Dashboard {
		return in, nil
	}
	var err error
	if in.Seen, err = a.forge.Look(ctx, q); err != nil {
		return in, fmt.Errorf("look at the pull requests of fork %s: %w", a.fork, err)
	}
	a.seen = in.Seen.Pulls
	if err := a.settle(ctx, in.Seen); err != nil {
		return in, err
	}
	in.Records, in.DashboardRecord = maps.Clone(a.records), a.dashboard
	if in.Standings, err = a.standings(ctx, in); err != nil {
		return in, err
	}
	if in.Results, err = a.Forges.RecentRequests(ctx, a.fork, mostResults); err != nil {
		return in, err
	}
	a.clocks(in)
	if err = a.choose(ctx, in); err != nil {
		return in, err
	}
	a.wishes(&in)
	return in, nil
}

// watched reports whether a proposal's pull request may still change. One that is over
// and told is not looked at again, unless people may open it again.
func (a *attendance) watched(p forks.Proposal) bool {
	if p.Status == forks.Queued || p.Status != forks.Declined && p.Onto.IsZero() && a.records[p.ID].Number == 0 {
		return false // nothing was asked
	}
	return p.Status.Live() || p.Status == forks.Declined || !a.records[p.ID].Told
}

// standings asks what the people may do whose words on pages are to be judged.
func (a *attendance) standings(ctx context.Context, in pulls.ReconcileInput) (map[string]forks.Standing, error) {
	out := map[string]forks.Standing{}
	for _, name := range pulls.Names(in) {
		st, err := a.forge.Standing(ctx, forks.Account{Login: name})
		if err != nil {
			return nil, err // it says about whom
		}
		out[name] = st
	}
	return out, nil
}

// note keeps what was seen, and what people asked for.
func (a *attendance) note(ctx context.Context, d pulls.Reconciled) error {
	for _, r := range d.Requests {
		r.Fork = a.fork
		if r.At.IsZero() {
			r.At = a.Clock.Now()
		}
		added, err := a.Forges.AddRequest(ctx, r)
		if err != nil {
			return err
		}
		if added {
			a.out.Due = append(a.out.Due, r.Track)
			a.Log.Info("somebody asked", zap.String("fork", r.Fork), zap.String("track", r.Track), zap.String("conflict", string(r.Proposal)),
				zap.String("verb", string(r.Verb)), zap.String("who", forks.Inert(r.Who)))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(d.Records)) {
		if err := a.keep(ctx, id, d.Records[id]); err != nil {
			return err
		}
	}
	return a.keepDashboard(ctx, d.DashboardRecord)
}

// keep writes a record down, if it is another than before.
func (a *attendance) keep(ctx context.Context, id forks.ProposalID, r forks.PullRecord) error {
	was, known := a.records[id]
	if known && was.Equal(r) {
		return nil
	}
	if was.Number != r.Number || was.State != forks.PullMerged && r.State == forks.PullMerged || was.Held != r.Held || handed(was) != handed(r) {
		a.out.Due = append(a.out.Due, a.trackOf[id].Name)
	}
	a.records[id] = r
	return a.Forges.SetPullRecord(ctx, a.fork, a.trackOf[id].Name, id, r)
}

func (a *attendance) keepDashboard(ctx context.Context, r forks.PullRecord) error {
	if a.dashboard.Equal(r) {
		return nil
	}
	a.dashboard = r
	return a.Forges.SetDashboardRecord(ctx, a.fork, r)
}

// finish remembers which proposals are over and told: they are not looked at again.
func (a *attendance) finish(ctx context.Context, wishes []pulls.Wish) error {
	for _, w := range wishes {
		r := a.records[w.Proposal.ID]
		if !w.Final || a.waits[w.Proposal.ID] || r.Number > 0 && r.State == forks.PullOpen {
			continue
		}
		r.Told = true
		if err := a.keep(ctx, w.Proposal.ID, r); err != nil {
			return err
		}
	}
	return nil
}
