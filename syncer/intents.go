package syncer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// settleIntents looks at the fork to find out what became of effects that were
// begun and whose end was not written down. A push is judged by its state ref:
// it is atomic, and nothing but a pass of this track moves that ref.
func (v *visit) settleIntents(ctx context.Context, q Quarantine, open []forks.Intent) error {
	for _, intent := range open {
		var updates []forks.RefUpdate
		if err := json.Unmarshal(intent.Payload, &updates); err != nil {
			return fmt.Errorf("read intent %d of %s: %w", intent.ID, v.track.Name, err)
		}
		status, note := v.explain(ctx, q, updates)
		if err := v.Store.SettleIntent(ctx, intent.ID, status, note); err != nil {
			return err
		}
		v.Log.Info("settled what an earlier run left open", zap.String("track", v.track.Name),
			zap.Int64("intent", intent.ID), zap.String("status", string(status)), zap.String("note", note))
		if status == forks.IntentUnexplained {
			return forks.AskPerson("compare "+string(v.track.StateRef())+" of the fork with the archive refs, and restore it",
				"the push of pass %d cannot be explained: %s", intent.Pass, note)
		}
	}
	return nil
}

// explain says what became of one push or deletion.
func (v *visit) explain(ctx context.Context, q Quarantine, updates []forks.RefUpdate) (forks.IntentStatus, string) {
	i := slices.IndexFunc(updates, func(u forks.RefUpdate) bool { return u.Ref == v.track.StateRef() })
	if i < 0 { // deletions are decided anew in any case
		for _, u := range updates {
			if v.found.ref(v.track, u.Ref) != u.New {
				return forks.IntentForgotten, string(u.Ref) + " still exists"
			}
		}
		return forks.IntentDone, "found to be done"
	}
	state := updates[i]
	now := v.found.state
	switch {
	case now == state.New:
		return forks.IntentDone, "found to be done"
	case now == state.Old:
		return forks.IntentForgotten, "nothing of it arrived"
	case now.IsZero():
		return forks.IntentUnexplained, "the state ref is gone"
	case v.contains(ctx, q, now, state.New):
		return forks.IntentDone, "found to be done, and a later pass has followed"
	case v.contains(ctx, q, now, state.Old):
		return forks.IntentForgotten, "another pass was made from the same state"
	}
	return forks.IntentUnexplained, "the state ref is at " + now.Short() + ", which knows neither side of the push"
}

// contains reports whether a commit has another one in its history; one that the
// cache does not have is in no history of it.
func (v *visit) contains(ctx context.Context, q Quarantine, whole, part forks.Hash) bool {
	if part.IsZero() {
		return false
	}
	ok, err := q.IsAncestor(ctx, part, whole)
	return err == nil && ok
}

// indexHistory records the chain of state commits that the store does not know,
// oldest first: after the database was lost, all of it.
func (v *visit) indexHistory(ctx context.Context, q Quarantine, newest *recorded) error {
	var chain []*recorded
	for r := newest; r != nil; {
		known, err := v.Store.Indexed(ctx, v.track.Fork, v.track.Name, r.commit)
		if err != nil {
			return err
		}
		if known {
			break
		}
		chain = append(chain, r)
		if r, err = v.previous(q, r); err != nil {
			return err
		}
	}
	for _, r := range slices.Backward(chain) {
		if err := v.Store.Index(ctx, v.track.Fork, v.track.Name, r.commit, r.state); err != nil {
			return fmt.Errorf("index pass %d of %s again: %w", r.state.Pass, v.track.Name, err)
		}
	}
	return nil
}

// previous returns the state commit before r, nil at the first: its first parent
// is then an ordinary commit, without a state.
func (v *visit) previous(q Quarantine, r *recorded) (*recorded, error) {
	if len(r.parents) == 0 || r.state.Pass <= 1 {
		return nil, nil
	}
	before, err := readState(q, r.parents[0])
	var problem *forks.Problem
	if errors.As(err, &problem) {
		v.Log.Warn("the history of the state ref ends early", zap.String("track", v.track.Name), zap.Error(err))
		return nil, nil
	}
	return before, err
}
