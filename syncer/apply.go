package syncer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/crash"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// apply carries a decision out, in an order that survives a crash at any point:
// objects durable in the cache, intent durable in the store, one atomic push, a
// look at what arrived, and only then the index and the cleaning up.
func (v *visit) apply(ctx context.Context, q Quarantine, old *recorded, d decision) (Outcome, error) {
	out := d.outcome()
	if err := v.indexHistory(ctx, q, old); err != nil {
		return out, err
	}
	// What people push from here on is for the next pass, also where the look at what
	// arrived finds it already.
	expected := v.found.after(v.track, d.plan.WouldPush)
	if len(d.plan.WouldPush) > 0 {
		if err := v.publish(ctx, q, d, &out); err != nil {
			return out, err
		}
	}
	if out.Written {
		if err := v.tellTurn(ctx, old, d.plan); err != nil {
			return out, err
		}
	}
	if err := v.take(ctx, d, &out); err != nil {
		return out, err
	}
	if d.plan.Paused == nil {
		if err := v.cleanUp(ctx, q, &d.plan); err != nil {
			return out, err
		}
	}
	expected = expected.after(v.track, d.plan.Cleanup)
	next := sooner(wakes(d.plan.State), d.next)
	seen := v.seen(expected, d.plan, next)
	out.Next = next
	if d.plan.Base.Old.IsZero() || d.plan.Stopped != nil || d.plan.Paused != nil {
		// An adoption only looked: the first pass is still to come. A track that is
		// stopped or paused is not quiet: every pass says why.
		seen = ""
	}
	if err := v.Store.SetFingerprint(ctx, v.track.Fork, v.track.Name, seen); err != nil {
		return out, err
	}
	if !out.Written {
		return out, nil
	}
	var err error
	out.Wakes, err = v.toWake(ctx, v.track)
	return out, err
}

// grace is how long a publication that has begun goes on after it was told to end.
const grace = 7 * time.Second

// finishing returns a context that outlives ctx by grace: a push that has begun is
// better seen to its end than looked into by the next start.
func (v *visit) finishing(ctx context.Context) (context.Context, context.CancelFunc) {
	held, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		late := v.Clock.AfterFunc(grace, cancel)
		context.AfterFunc(held, func() { late.Stop() })
	})
	return held, func() { stop(); cancel() }
}

// publish pushes what the plan would push, as one, looks that it arrived, and writes
// it into the index.
func (v *visit) publish(ctx context.Context, q Quarantine, d decision, out *Outcome) error {
	v.opts.say("publishing")
	crash.At("planned")
	if err := q.Pack(ctx, tips(d.plan.WouldPush), v.known()); err != nil {
		return fmt.Errorf("keep the new objects: %w", err)
	}
	crash.At("packed")
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("publish pass %d of %s: %w", d.plan.Pass, v.track.Name, context.Cause(ctx))
	}
	ctx, done := v.finishing(ctx)
	defer done()
	if err := v.effect(ctx, "push", d.plan.Pass, d.plan.WouldPush); err != nil {
		err = v.inTheWay(ctx, err)
		return fmt.Errorf("publish pass %d of %s: %w", d.plan.Pass, v.track.Name, err)
	}
	v.Log.Info("published", zap.String("fork", v.track.Fork), zap.String("track", v.track.Name), zap.Int("pass", d.plan.Pass),
		zap.Stringer("base", d.plan.Base.New), zap.Stringer("tip", d.plan.CandidateTip))
	out.Written, out.State = true, d.state
	if err := v.Store.Index(ctx, v.track.Fork, v.track.Name, d.state, d.plan.State); err != nil {
		return fmt.Errorf("index pass %d of %s: %w", d.plan.Pass, v.track.Name, err)
	}
	crash.At("indexed")
	return v.tellEvents(ctx, d)
}

// tips lists the ids that updates set.
func tips(updates []forks.RefUpdate) []forks.Hash {
	var out []forks.Hash
	for _, u := range updates {
		if !u.New.IsZero() {
			out = append(out, u.New)
		}
	}
	return out
}

// known lists what the cache and the fork both have.
func (v *visit) known() []forks.Hash {
	out := []forks.Hash{v.found.upstream, v.found.branch, v.found.state}
	for _, ref := range slices.Sorted(maps.Keys(v.found.archives)) {
		out = append(out, v.found.archives[ref])
	}
	for _, id := range slices.Sorted(maps.Keys(v.found.pairs)) {
		out = append(out, v.found.pairs[id].Onto, v.found.pairs[id].Fix)
	}
	return slices.DeleteFunc(out, forks.Hash.IsZero)
}

// effect moves refs of the fork: intent, push, read back, result. An intent whose
// end is not known stays open; the next pass looks at the remote.
func (v *visit) effect(ctx context.Context, kind string, pass int, updates []forks.RefUpdate) error {
	payload, err := json.Marshal(updates)
	if err != nil {
		return err
	}
	id, err := v.Store.OpenIntent(ctx, forks.Intent{Fork: v.track.Fork, Track: v.track.Name, Kind: kind, Pass: pass,
		Payload: payload, Created: v.Clock.Now()})
	if err != nil {
		return fmt.Errorf("write down what is about to happen: %w", err)
	}
	crash.At(kind + "-intended")
	err = v.fork.Push(ctx, v.local, updates)
	crash.At(kind + "-pushed")
	if nothingArrived(err) {
		return errors.Join(err, v.Store.SettleIntent(ctx, id, forks.IntentForgotten, err.Error()))
	}
	if err != nil {
		return err // it may have arrived
	}
	if err := v.fetchFork(ctx); err != nil {
		return fmt.Errorf("look at what arrived: %w", err)
	}
	if ref, ok := v.arrived(updates); !ok {
		return forks.RetryLater("", "%s of %s is not what was pushed: somebody moved it at once", ref, v.fork.URL())
	}
	if err := v.Store.SettleIntent(ctx, id, forks.IntentDone, ""); err != nil {
		return err
	}
	crash.At(kind + "-settled")
	return nil
}

// nothingArrived reports whether a push is known to have moved nothing.
func nothingArrived(err error) bool {
	var lease *repo.LeaseError
	var refused *repo.RefusedError
	return errors.As(err, &lease) || errors.As(err, &refused)
}

// arrived compares what was pushed with what a fetch found. The branch may be
// ahead already: people push at any time.
func (v *visit) arrived(updates []forks.RefUpdate) (forks.Ref, bool) {
	for _, u := range updates {
		if u.Ref != v.track.BranchRef() && v.found.ref(v.track, u.Ref) != u.New {
			return u.Ref, false
		}
	}
	return "", true
}

// ref returns where a ref of the fork was found.
func (f found) ref(t forks.Track, ref forks.Ref) forks.Hash {
	switch ref {
	case t.BranchRef():
		return f.branch
	case t.StateRef():
		return f.state
	}
	for id, pair := range f.pairs {
		switch ref {
		case forks.OntoRef(t.Name, id):
			return pair.Onto
		case forks.FixRef(t.Name, id):
			return pair.Fix
		}
	}
	return f.archives[ref]
}

// cleanUp deletes the branches of settled proposals and archives beyond their
// time, once the state that makes them superfluous stands on the fork.
func (v *visit) cleanUp(ctx context.Context, q Quarantine, p *forks.Plan) error {
	old, err := v.oldArchives(ctx, q, *p)
	if err != nil {
		return err
	}
	p.Cleanup = append(p.Cleanup, old...)
	// A branch that moved since it was seen is not deleted; the next pass decides
	// about it anew.
	p.Cleanup = slices.DeleteFunc(p.Cleanup, func(u forks.RefUpdate) bool { return v.found.ref(v.track, u.Ref) != u.Old })
	if len(p.Cleanup) == 0 {
		return nil
	}
	v.opts.say("cleaning up")
	if err := v.effect(ctx, "delete", p.Pass, p.Cleanup); err != nil {
		return fmt.Errorf("clean up after pass %d of %s: %w", p.Pass, v.track.Name, err)
	}
	return nil
}

// tellEvents adds to the history what people may want to read there.
func (v *visit) tellEvents(ctx context.Context, d decision) error {
	p := d.plan
	add := func(kind, text string) error {
		return v.Store.AddEvent(ctx, forks.Event{Fork: v.track.Fork, Track: v.track.Name, Pass: p.Pass, At: p.State.At, Kind: kind, Text: text})
	}
	switch {
	case p.Stopped != nil, p.Paused != nil:
		return nil // a change of condition, which the loop tells once
	case p.Base.Old.IsZero():
		if err := add("adopted", "adopted by "+forks.Inert(p.State.Adopted.By)); err != nil {
			return err
		}
	case p.Publishes():
		if err := add("published", fmt.Sprintf("%s on %s", p.CandidateTip.Short(), p.Base.New.Short())); err != nil {
			return err
		}
	}
	for _, t := range d.news {
		if err := add(t.kind, t.text); err != nil {
			return err
		}
	}
	for _, a := range p.Proposals {
		if a.Action == forks.ActKeep || a.Action == forks.ActWait && !begins(p.State, a.ID) {
			continue
		}
		if err := add("conflict "+string(a.Action), string(a.ID)+" of "+string(a.Patch)+": "+a.Reason); err != nil {
			return err
		}
	}
	return nil
}
