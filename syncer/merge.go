package syncer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// Merge merges the fix branch of a conflict into its onto branch, for who, as the last
// pass has judged it: that pass has just been made. The next one takes the answer in.
// Nothing else is done in the fork meanwhile.
//
// Errors: NeedsPerson where the conflict is not settled, is over, or rests with its
// track; Retry where somebody pushed since the pass, or the forge cannot be asked.
func (s *Syncer) Merge(ctx context.Context, t forks.Track, id forks.ProposalID, who string) error {
	p, tip, err := s.settled(ctx, t, id)
	if err != nil {
		return err
	}
	merge := func(forge pulls.Forge) error { return s.mergeOn(ctx, forge, t, p, tip, who) }
	if s.Forge != nil {
		forge, err := s.Forge(t)
		if err != nil {
			return err
		}
		if forge != nil {
			return merge(forge)
		}
	}
	return s.plain(ctx, t, merge)
}

// settled reads a conflict that waits to be merged, and the tip of fix that was
// judged; it says why another one does not.
func (s *Syncer) settled(ctx context.Context, t forks.Track, id forks.ProposalID) (p forks.Proposal, tip forks.Hash, err error) {
	known := false
	var rests *forks.Pause
	err = s.reading(ctx, t, func(v *visit, q Quarantine) error {
		if err := v.readFork(ctx, true); err != nil {
			return err
		}
		r, err := v.readState(q)
		if err != nil || r == nil {
			return err
		}
		rests = r.state.Paused
		for _, other := range r.state.Proposals {
			if other.ID == id {
				p, tip, known = other, v.found.pairs[id].Fix, true
			}
		}
		return nil
	})
	explain := "see `auxsync explain " + string(id) + "`"
	switch {
	case err != nil:
		return p, tip, fmt.Errorf("read the conflicts of %s: %w", t.Name, err)
	case rests != nil:
		return p, tip, &forks.Problem{Kind: forks.NeedsPerson, Err: &PausedError{t.Name, *rests}, Next: rests.End(t.Name, t.URL)}
	case !known:
		return p, tip, forks.AskPerson("see `auxsync conflicts`", "track %s has no conflict %s any more", t.Name, id)
	case p.Status == forks.Ready && !tip.IsZero():
		return p, tip, nil
	case p.Status.Live():
		return p, tip, forks.AskPerson(explain+" for how", "conflict %s is not settled yet: its fix branch is to be settled first", id)
	case p.Status == forks.Declined:
		return p, tip, forks.AskPerson("ask again with `auxsync retry "+string(id)+"`", "conflict %s was closed without an answer", id)
	}
	return p, tip, forks.AskPerson(explain, "conflict %s is over, there is nothing to merge", id)
}

// mergeOn merges on a forge what still stands there as it was judged. The intent is
// left open where the answer was lost: the next look at the pages says what became of
// it. Plain git needs none, for the branches tell the next pass.
func (s *Syncer) mergeOn(ctx context.Context, forge pulls.Forge, t forks.Track, p forks.Proposal, tip forks.Hash, who string) error {
	seen, err := forge.Look(ctx, forks.PullQuestion{Pulls: []forks.KnownPull{{Track: t.Name, ID: p.ID, Number: p.Number, Onto: p.Onto}}})
	if err != nil {
		return fmt.Errorf("look at conflict %s: %w", p.ID, err)
	}
	pull, there := seen.Pulls[p.ID]
	switch again := "make another pass and try again"; {
	case !there:
		return forks.RetryLater(again, "conflict %s has no pull request yet", p.ID)
	case pull.State == forks.PullMerged:
		return nil
	case pull.State != forks.PullOpen || pull.Head != tip || pull.Base != p.Onto:
		return forks.RetryLater(again, "somebody closed conflict %s, or pushed to its branches, since it was looked at", p.ID)
	}
	e := pulls.Effect{Kind: pulls.DoEnd, Proposal: p.ID, Pull: pull, Number: pull.Number, Ending: forks.Ending{Merge: true, Head: tip, For: who,
		Message: fmt.Sprintf("Settle conflict %s of %s\n\nMerged for %s.", p.ID, t.Name, pulls.Defuse([]byte(forks.Clip(forks.Inert(who), 100))))}}
	if err := s.end(ctx, forge, t, e); err != nil {
		var unknown *forks.UnknownOutcomeError
		var refused *forks.ForgeRefusedError
		switch {
		case errors.As(err, &unknown):
			return forks.RetryLater("the next pass finds out", "%w", err)
		case errors.As(err, &refused):
			return forks.AskPerson("look at it, and merge it there", "%w", err)
		}
		return err
	}
	s.Log.Info("merged", zap.String("fork", t.Fork), zap.String("track", t.Name), zap.String("conflict", string(p.ID)), zap.String("who", forks.Inert(who)))
	return s.Store.AddEvent(context.WithoutCancel(ctx), forks.Event{Fork: t.Fork, Track: t.Name, At: s.Clock.Now(), Kind: "merged",
		Text: fmt.Sprintf("conflict %s was merged by %s", p.ID, who)})
}

// end carries out the end of a conflict, on a forge with pages between an intent and
// what became of it.
func (s *Syncer) end(ctx context.Context, forge pulls.Forge, t forks.Track, e pulls.Effect) error {
	if !forge.Traits().Pages {
		return forge.End(ctx, 0, e.Pull, e.Ending)
	}
	payload, err := json.Marshal(e)
	if err != nil {
		return err
	}
	id, err := s.Forges.OpenIntent(ctx, forks.Intent{Fork: t.Fork, Track: t.Name, Kind: string(e.Kind), Payload: payload, Created: s.Clock.Now()})
	if err != nil {
		return fmt.Errorf("write down what is about to happen: %w", err)
	}
	err = forge.End(ctx, id, e.Pull, e.Ending)
	var unknown *forks.UnknownOutcomeError
	switch {
	case errors.As(err, &unknown), err != nil && ctx.Err() != nil:
		return err // the intent stays open
	case err != nil:
		return errors.Join(err, s.Forges.SettleIntent(context.WithoutCancel(ctx), id, forks.IntentForgotten, forks.Clip(err.Error(), 500)))
	}
	held := context.WithoutCancel(ctx) // what is known now is written down
	records, err := s.Forges.PullRecords(held, t.Fork, t.Name)
	if err != nil {
		return err
	}
	if err := s.Forges.SetPullRecord(held, t.Fork, t.Name, e.Proposal, pulls.Record(records[e.Proposal], e, pulls.Done{})); err != nil {
		return err
	}
	return s.Forges.SettleIntent(held, id, forks.IntentDone, "")
}
