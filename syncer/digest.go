package syncer

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// measured is what a pass that was applied found out for those who read about it later.
type measured struct {
	upstreamTime time.Time
	digest       *forks.Digest
}

// measure looks at what a pass has done. The pass stands whatever happens here: what
// cannot be found out is left out, with a warning.
func (v *visit) measure(ctx context.Context, q Quarantine, old *recorded, d decision) measured {
	var m measured
	r := digester{visit: v, q: q, plan: d.plan, now: v.started}
	if old != nil {
		r.old = &old.state
	}
	tip, err := q.Committed(v.found.upstream)
	if err == nil {
		m.upstreamTime = between(time.Unix(0, 0), tip, r.now)
		m.digest, err = r.digest(ctx)
	}
	if err != nil && ctx.Err() == nil {
		v.Log.Warn("what the pass did is recorded without its details", zap.String("fork", v.track.Fork), zap.String("track", v.track.Name),
			zap.Int("pass", d.plan.Pass), zap.Error(err))
	}
	return m
}

// digester makes the digest of one pass.
type digester struct {
	*visit
	q    Quarantine
	old  *forks.State // before the pass; nil at adoption
	plan forks.Plan
	now  time.Time // when the pass began
}

func (r *digester) digest(ctx context.Context) (*forks.Digest, error) {
	finder, err := newFinder(r.track, r.now)
	if err != nil {
		return nil, err
	}
	d := &forks.Digest{}
	if err := r.lacks(ctx, finder, d); err != nil {
		return nil, fmt.Errorf("what the branch lacks: %w", err)
	}
	if d.Taken, err = r.taken(ctx); err != nil {
		return nil, fmt.Errorf("what was taken in: %w", err)
	}
	if err := r.changed(ctx, d); err != nil {
		return nil, fmt.Errorf("how the patches changed: %w", err)
	}
	if d.Divergence, err = r.divergence(ctx); err != nil {
		return nil, fmt.Errorf("how far the branch is from its base: %w", err)
	}
	return d, nil
}

// lacks finds what upstream has beyond the base on which the pass left the branch.
func (r *digester) lacks(ctx context.Context, security *finder, d *forks.Digest) error {
	base, tip := r.plan.State.Base, r.found.upstream
	chain, err := r.q.FirstParents(ctx, base, tip)
	if err != nil || len(chain) == 0 {
		return err
	}
	d.Lacks = len(chain)
	begun, err := r.q.Committed(base)
	if err != nil {
		return err
	}
	first, err := r.q.Committed(chain[len(chain)-1])
	if err != nil {
		return err
	}
	// What follows the base did not come before it, whatever its commit says.
	d.LacksSince = between(begun, first, r.now)
	err = r.q.Log(ctx, base, tip, forks.MaxTakenListed, repo.LogReader{Commit: func(c repo.Logged) error {
		security.look(c)
		return nil
	}})
	d.Security, d.MoreSecurity = security.list()
	return err
}

// divergence counts how far the branch is from its base, if one of them has moved.
func (r *digester) divergence(ctx context.Context) (*forks.Divergence, error) {
	s := r.plan.State
	if r.old != nil && r.old.Base == s.Base && r.old.Tip == s.Tip {
		return nil, nil
	}
	files, added, removed, err := r.q.CountLines(ctx, s.Base, s.Tip)
	if err != nil {
		return nil, err
	}
	return &forks.Divergence{Files: files, Added: added, Removed: removed}, nil
}

// between is at, or the bound that it is beyond; late counts before early.
func between(early, at, late time.Time) time.Time {
	if at.Before(early) {
		at = early
	}
	if at.After(late) {
		at = late
	}
	return at.UTC()
}
