package syncer

import (
	"context"
	"errors"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
)

// Reach looks whether both remotes of a track answer, by one short exchange with
// each. The error is that of a fetch: Retry, or NeedsPerson if a remote refuses.
func (s *Syncer) Reach(ctx context.Context, t forks.Track) error {
	v, err := s.open(t, Options{})
	if err != nil {
		return err
	}
	if _, err := v.fork.Head(ctx); err != nil {
		return fmt.Errorf("reach fork %s: %w", t.Fork, err)
	}
	if _, err := v.up.Head(ctx); err != nil {
		return fmt.Errorf("reach upstream of fork %s: %w", t.Fork, err)
	}
	return nil
}

// Recover brings the store up to what the fork's state ref says, without a pass:
// every pass that the store does not know is indexed. The outcome's plan has the
// newest state.
func (s *Syncer) Recover(ctx context.Context, t forks.Track, o Options) (out Outcome, err error) {
	v, err := s.open(t, o)
	if err != nil {
		return out, err
	}
	path := CachePath(s.CacheDir, t.Upstream)
	defer s.Git.Use(path)()
	if v.local, err = s.Git.OpenCache(ctx, path); err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, v.local.Close()) }()
	o.say("fetching the fork " + v.fork.URL())
	if err := v.fetchFork(ctx); err != nil {
		return out, err
	}
	q, err := v.local.Quarantine(ctx)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	old, err := v.recorded(ctx, q)
	if err != nil {
		return out, err
	}
	if old == nil {
		return out, notAdopted(t)
	}
	o.say("writing its passes into the database")
	if err := v.indexHistory(ctx, q, old); err != nil {
		return out, err
	}
	out.State = old.commit
	out.Plan = forks.Plan{Track: t.Name, Pass: old.state.Pass, Base: forks.BaseMove{Old: old.state.Base, New: old.state.Base},
		UpstreamTip: old.state.UpstreamTip, ForkTip: old.state.Tip, CandidateTip: old.state.Tip, State: old.state}
	return out, nil
}

// notAdopted says that a track has no state yet, and what to do.
func notAdopted(t forks.Track) error {
	return &forks.Problem{Kind: forks.NeedsPerson, Err: &NotAdoptedError{Fork: t.Fork, Track: t.Name},
		Next: "look at `auxsync plan " + t.Name + "`, then run `auxsync adopt " + t.Name + "`"}
}
