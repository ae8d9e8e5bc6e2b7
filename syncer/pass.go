package syncer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/prove"
	"github.com/auxolotl/auxsync/syncer/rebase"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// Sync makes one pass over an adopted track and applies what it decides.
//
// Errors: Retry if a remote cannot be reached or somebody else was faster each
// time; NeedsPerson if the track was not adopted or has to stop.
func (s *Syncer) Sync(ctx context.Context, t forks.Track, o Options) (Outcome, error) {
	return s.run(ctx, t, o, false)
}

// Adopt makes first contact with a fork: it finds base and stack, proves the law,
// and writes state and archive. The branch stays as it is.
func (s *Syncer) Adopt(ctx context.Context, t forks.Track, o Options) (Outcome, error) {
	return s.run(ctx, t, o, true)
}

// run repeats a pass until nobody was faster, and records how it ended.
func (s *Syncer) run(ctx context.Context, t forks.Track, o Options, adopt bool) (Outcome, error) {
	started := s.Clock.Now()
	v, err := s.open(t, o)
	if err != nil {
		return Outcome{}, err
	}
	v.started = started
	var out Outcome
	for retried := 0; ; retried++ {
		if out, err = v.tryOnce(ctx, adopt); err != nil && retried < attempts && faster(err) {
			s.Log.Info("somebody else was faster, beginning again", zap.String("track", t.Name), zap.Error(err))
			o.say("somebody pushed meanwhile: beginning again")
			continue
		}
		out.Retried = retried
		break
	}
	out.Took = s.Clock.Since(started)
	if recordErr := s.record(context.WithoutCancel(ctx), t, out, v.measured, started, err); err == nil {
		err = recordErr
	}
	if err == nil {
		err = stopped(t, out.Plan)
	}
	if err == nil {
		err = paused(t, o, out)
	}
	return out, err
}

// stopped is the error of a plan that stops its track, nil of any other.
func stopped(t forks.Track, p forks.Plan) error {
	if p.Stopped == nil {
		return nil
	}
	return &forks.Problem{Kind: forks.NeedsPerson, Err: fmt.Errorf("track %s stops: %s", t.Name, p.Stopped.Reason), Next: p.Stopped.Next}
}

// faster reports whether a push was refused because a ref had moved.
func faster(err error) bool {
	var lease *repo.LeaseError
	return errors.As(err, &lease)
}

// tryOnce opens the cache and makes the pass; a damaged cache is fetched anew,
// once.
func (v *visit) tryOnce(ctx context.Context, adopt bool) (Outcome, error) {
	path := CachePath(v.CacheDir, v.track.Upstream)
	for rebuilt := false; ; rebuilt = true {
		out, err := v.inCache(ctx, path, adopt)
		var damaged *repo.DamagedError
		if err == nil || rebuilt || !errors.As(err, &damaged) {
			return out, err
		}
		v.Log.Warn("the cache is damaged and is fetched again", zap.String("dir", path), zap.Error(err))
		v.opts.say("the cache is damaged: fetching it again")
		local, err := v.Git.Rebuild(ctx, damaged)
		if err != nil {
			return out, err
		}
		if err := local.Close(); err != nil {
			return out, err
		}
	}
}

// inCache makes one pass with the cache at path.
func (v *visit) inCache(ctx context.Context, path string, adopt bool) (out Outcome, err error) {
	defer v.Git.Use(path)()
	if v.local, err = v.Git.OpenCache(ctx, path); err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, v.local.Close()) }()
	if err := v.fetch(ctx); err != nil {
		return out, err
	}
	if err := v.fetchFormer(ctx); err != nil {
		return out, err
	}
	if err := v.hear(ctx); err != nil {
		return out, err
	}
	open, err := v.Store.OpenIntents(ctx, v.track.Fork, v.track.Name)
	if err != nil {
		return out, err
	}
	if last, err := v.Store.Fingerprint(ctx, v.track.Fork, v.track.Name); err != nil {
		return out, err
	} else if quiet, next := v.quiet(last); quiet && !adopt && len(open) == 0 && v.opts.Learn == "" {
		return Outcome{Quiet: true, Next: next}, nil
	}
	release, err := v.worker(ctx, v.opts)
	if err != nil {
		return out, err
	}
	defer release()
	if err := v.local.Graph(ctx); err != nil {
		v.Log.Warn("the commit-graph could not be written", zap.String("dir", v.local.Dir()), zap.Error(err))
	}
	q, err := v.local.Quarantine(ctx)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	if err := v.settleIntents(ctx, q, open); err != nil {
		return out, err
	}
	old, err := v.recorded(ctx, q)
	if err != nil {
		return out, err
	}
	d, err := v.decideIfNotPaused(ctx, q, old, adopt)
	if err != nil {
		return out, err
	}
	if v.Barrier != nil {
		if err := v.Barrier(); err != nil {
			return out, err
		}
	}
	if out, err = v.apply(ctx, q, old, d); err == nil {
		v.measured = v.measure(ctx, q, old, d)
	}
	return out, err
}

// decideIfNotPaused plans a pass. Of a paused track nothing is looked at: people pause
// one to do what a pass would stop at.
func (v *visit) decideIfNotPaused(ctx context.Context, q Quarantine, old *recorded, adopt bool) (decision, error) {
	answers := map[int64]string{}
	if old != nil && !adopt {
		if pause := v.resting(q, old.state, answers); pause != nil {
			d := v.rest(old.state, pause)
			d.answers = answers
			if err := v.finish(q, old, &d); err != nil {
				return decision{}, err
			}
			return d, prove.Ledger(old.state, d.plan, nil)
		}
	}
	if adopt && old == nil && v.opts.RenamedFrom != "" {
		return v.renamed(q)
	}
	if err := v.mayRun(ctx, q, old, adopt); err != nil {
		return decision{}, err
	}
	d, err := v.decide(ctx, q, old)
	if err == nil && adopt {
		err = undecided(v.track, d.plan.Pings)
	}
	return d, err
}

// recorded reads the track's state, nil if it has none, and checks that it is the
// one that this machine knows.
func (v *visit) recorded(ctx context.Context, q Quarantine) (*recorded, error) {
	old, err := v.readState(q)
	if err != nil {
		return nil, err
	}
	return old, v.agree(ctx, q, old)
}

// mayRun checks that the track is where the command expects it.
func (v *visit) mayRun(ctx context.Context, q Quarantine, old *recorded, adopt bool) error {
	t := v.track
	if old == nil {
		if err := v.keptByAnother(ctx, q); err != nil {
			return err
		}
	}
	switch {
	case v.found.branch.IsZero() && old == nil && adopt && v.opts.Create:
		return v.room(ctx)
	case v.found.branch.IsZero() && old == nil && !adopt && t.Pattern != "":
		// It was found, and nobody has decided on it: no fault.
		return &forks.Problem{Kind: forks.NeedsPerson, Err: &NotAdoptedError{Fork: t.Fork, Track: t.Name},
			Next: "if the fork is to have its branch, make it where upstream is now: auxsync adopt --create " + t.Name}
	case v.found.branch.IsZero() && old == nil:
		return v.noSuchBranch(ctx, v.fork, "the fork", t.Branch, "branch")
	case v.found.branch.IsZero():
		return forks.AskPerson("push it again: "+v.pushAgain(old.state),
			"branch %s of the fork was deleted; its last published tip is %s", t.Branch, old.state.Tip.Short())
	case old == nil && !adopt:
		return notAdopted(t)
	case old != nil && adopt:
		return forks.AskPerson("run `auxsync sync "+t.Name+"`", "track %s was adopted by %s at %s",
			t.Name, forks.Inert(old.state.Adopted.By), old.state.Adopted.At.Format(time.RFC3339))
	case old == nil:
		return v.room(ctx)
	}
	return nil
}

// pushAgain is the command that makes the branch anew, in any clone: the archive has
// its last tip.
func (v *visit) pushAgain(s forks.State) string {
	url, archive := forks.ShellWord(v.track.URL), ""
	for _, a := range s.Archives {
		if a.Tip == s.Tip {
			archive = "git fetch " + url + " " + string(forks.ArchiveRef(v.track.Name, a.Pass)) + " && "
		}
	}
	return archive + "git push " + url + " " + forks.ShellWord(s.Tip.String()+":"+string(v.track.BranchRef()))
}

// Plan decides what a pass would do and leaves nothing behind: no ref, row or
// object, neither in the remotes nor in state directory or cache. It fetches into
// a temporary repository that borrows the cache's objects if there are any.
//
// For a track that was not adopted yet it is the plan of the adoption. The plan of
// a track that has to stop comes with the error that a pass would return. Of a paused
// track it is what a pass would do once it is resumed.
func (s *Syncer) Plan(ctx context.Context, t forks.Track, o Options) (out Outcome, err error) {
	started := s.Clock.Now()
	v, err := s.open(t, o)
	if err != nil {
		return out, err
	}
	if err := v.hear(ctx); err != nil {
		return out, err
	}
	var d decision
	err = v.aside(ctx, func(q Quarantine, old *recorded) (err error) {
		if d, err = v.decide(ctx, q, old); err == nil && old != nil {
			d.plan.Paused = v.resting(q, old.state, map[int64]string{})
		}
		return err
	})
	if err != nil {
		return out, err
	}
	out = d.outcome()
	out.Took = s.Clock.Since(started)
	return out, stopped(t, d.plan)
}

// decision is a complete plan with what is needed to apply it.
type decision struct {
	result *rebase.Result
	plan   forks.Plan
	state  forks.Hash // the state commit; zero if nothing changed
	// answers says in a sentence what came of each request that the pass takes, by id.
	answers map[int64]string
	// news is what people may want to know beside what the plan shows.
	news []news
	// next is when the track is due although nothing moves; zero if it is not.
	next    time.Time
	learned *Learned // nil unless a history was learned from
}

func (d decision) outcome() Outcome {
	return Outcome{Plan: d.plan, Own: d.result.Own, Folded: d.result.Folded, Next: d.next, Learned: d.learned}
}

// decide plans a pass: what is merged, what becomes of the stack, what is asked,
// what would be pushed. The plan is proved before it is returned.
func (v *visit) decide(ctx context.Context, q Quarantine, old *recorded) (decision, error) {
	v.opts.say(replaying)
	engine := v.merger(v.track.Merger, q)
	planner := rebase.NewPlanner(q, engine, q)
	in, err := v.input(q, old)
	if err != nil {
		return decision{}, err
	}
	answers := map[int64]string{}
	var others []forks.Request
	var turns turning
	if old != nil {
		v.resting(q, old.state, answers)
		if turns, err = v.turn(ctx, q, old, &in, answers); err != nil {
			return decision{}, err
		}
		if others, err = v.obey(planner, &in, answers); err != nil {
			return decision{}, err
		}
	}
	if err := v.overdue(q, &in); err != nil {
		return decision{}, err
	}
	var learned *Learned
	if v.opts.Learn != "" && old != nil {
		if learned, err = v.learn(ctx, q, planner, in); err != nil {
			return decision{}, err
		}
		in.Learned = learned.Found
	}
	creates := old == nil && v.found.branch.IsZero()
	if creates {
		in.Fork = v.found.upstream // where the branch begins
	}
	result, err := planner.Plan(ctx, in)
	if err != nil {
		return decision{}, err
	}
	v.warnOfLimits(engine)
	d := decision{result: result, plan: result.Plan, answers: answers, learned: learned}
	d.plan.State.Writer, d.plan.State.Paused = v.Writer, nil
	if creates {
		d.plan.ForkTip = forks.Hash{}
	}
	if d.plan.Stopped == nil && old != nil {
		if err := v.propose(ctx, q, planner, in, others, &d); err != nil {
			return decision{}, err
		}
	}
	v.answerRevoked(in, d.plan, answers)
	if old != nil {
		v.answerTurn(turns, old.state, d.plan, answers)
	}
	if v.lookedAgain(d.plan, answers); old == nil {
		d.plan.Pings, d.answers = pings(v.track, result), nil
	}
	if err := v.crossCheck(ctx, q, d); err != nil {
		return decision{}, err
	}
	if err := v.finish(q, old, &d); err != nil {
		return decision{}, err
	}
	v.Log.Debug("planned", zap.String("track", v.track.Name), zap.Int("pass", d.plan.Pass), zap.Int("picks", planner.Picks()))
	if d.plan.Stopped != nil {
		return d, nil
	}
	var before forks.State
	if old != nil {
		before = old.state
	}
	return d, prove.Ledger(before, d.plan, result.Arrived)
}

// record writes down how a run ended. The database is an index: what it misses is
// read from the fork's state again.
func (s *Syncer) record(ctx context.Context, t forks.Track, out Outcome, m measured, started time.Time, failed error) error {
	p := out.Plan
	r := forks.PassRecord{
		Fork: t.Fork, Track: t.Name, Number: p.Pass, OldBase: p.Base.Old, NewBase: p.Base.New,
		OldTip: p.ForkTip, NewTip: p.CandidateTip, UpstreamTip: p.UpstreamTip, Behind: p.Behind,
		UpstreamTime: m.upstreamTime, Digest: m.digest, Started: started, Seconds: out.Took.Seconds(), Outcome: forks.PassUnchanged,
	}
	switch {
	case failed != nil:
		r.Outcome, r.Error, r.Digest = forks.PassFailed, failed.Error(), nil
	case out.Quiet:
		r.Outcome = forks.PassQuiet
	case p.Stopped != nil:
		r.Outcome, r.Error, r.StateCommit = forks.PassStopped, p.Stopped.Reason, out.State
	case out.Written && p.Publishes():
		r.Outcome, r.StateCommit = forks.PassPublished, out.State
	case out.Written:
		r.Outcome, r.StateCommit = forks.PassState, out.State
	}
	if _, err := s.Store.RecordPass(ctx, r); err != nil {
		return fmt.Errorf("record pass of %s: %w", t.Name, err)
	}
	return nil
}
