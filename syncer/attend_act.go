package syncer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/crash"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// act carries effects out. lost is the first answer that was lost: the next look says
// what became of it. err ends the visit. An effect that has to wait keeps those of its
// own proposal waiting, and no other's; one that is put off for its pace keeps all.
func (a *attendance) act(ctx context.Context, effects []pulls.Effect) (lost, err error) {
	unsure := map[forks.ProposalID]bool{}
	for _, e := range effects {
		if unsure[e.Proposal] || a.waits[e.Proposal] {
			continue // what follows may depend on it
		}
		err := a.effect(ctx, e)
		var unknown *forks.UnknownOutcomeError
		var paced *forks.PacedError
		var later *forks.LaterError
		switch {
		case err == nil:
			a.out.Effects++
		case errors.As(err, &unknown) && ctx.Err() == nil:
			a.Log.Info("an answer of the forge was lost; looking what became of it", zap.String("fork", a.fork), zap.Error(err))
			unsure[e.Proposal] = true
			lost = forks.RetryLater("", "%w", err)
		case errors.As(err, &paced):
			a.Log.Info("writes on the forge are put off", zap.String("fork", a.fork), zap.Time("until", paced.Until))
			a.paced, a.out.Waits = true, paced.Until
			return nil, nil
		case errors.As(err, &later):
			a.Log.Debug("not possible on the forge yet", zap.String("fork", a.fork), zap.String("conflict", string(e.Proposal)), zap.Error(err))
			a.waits[e.Proposal] = true
			if a.out.Waits.IsZero() {
				a.out.Waits = a.Clock.Now()
			}
		default:
			return nil, err
		}
	}
	return lost, nil
}

// effect is one effect: intent, call, record, settled. A refusal is remembered and is
// no error.
func (a *attendance) effect(ctx context.Context, e pulls.Effect) error {
	payload, err := json.Marshal(e)
	if err != nil {
		return err
	}
	track := a.trackOf[e.Proposal]
	id, err := a.Forges.OpenIntent(ctx, forks.Intent{Fork: a.fork, Track: track.Name, Kind: string(e.Kind), Payload: payload, Created: a.Clock.Now()})
	if err != nil {
		return fmt.Errorf("write down what is about to happen: %w", err)
	}
	crash.At("forge-" + string(e.Kind) + "-announced")
	done, err := e.Do(ctx, a.forge, id)
	crash.At("forge-" + string(e.Kind) + "-answered")
	// What is known now is written down, whatever ends meanwhile.
	held := context.WithoutCancel(ctx)
	var refused *forks.ForgeRefusedError
	var unknown *forks.UnknownOutcomeError
	switch {
	case err == nil:
		a.Log.Info("on the forge", zap.String("fork", a.fork), zap.String("conflict", string(e.Proposal)),
			zap.String("effect", string(e.Kind)), zap.Int("number", max(e.Number, done.Pull.Number)))
		if err := a.record(held, e, pulls.Record(a.recordOf(e), e, done)); err != nil {
			return err
		}
		return a.Forges.SettleIntent(held, id, forks.IntentDone, "")
	case errors.As(err, &unknown), ctx.Err() != nil:
		return err // the intent stays open
	case errors.As(err, &refused):
		a.Log.Warn("the forge refused", zap.String("fork", a.fork), zap.String("conflict", string(e.Proposal)), zap.Error(err))
		if err := a.record(held, e, pulls.RecordRefused(a.recordOf(e), e)); err != nil {
			return err
		}
		if err := a.Forges.AddEvent(held, forks.Event{Fork: a.fork, Track: a.eventTrack(e), At: a.Clock.Now(), Kind: "forge refused", Text: err.Error()}); err != nil {
			return err
		}
		return a.Forges.SettleIntent(held, id, forks.IntentForgotten, err.Error())
	}
	if failed := a.Forges.SettleIntent(held, id, forks.IntentForgotten, forks.Clip(err.Error(), 500)); failed != nil {
		return failed // of this machine: it is not to pass for a trouble of the forge
	}
	return err
}

// eventTrack names the track that an event about an effect belongs to: the first one
// for the dashboard.
func (a *attendance) eventTrack(e pulls.Effect) string {
	if t := a.trackOf[e.Proposal]; t.Name != "" || len(a.about) == 0 {
		return t.Name
	}
	return a.about[0].track.Name
}

func (a *attendance) recordOf(e pulls.Effect) forks.PullRecord {
	if e.Proposal == "" {
		return a.dashboard
	}
	return a.records[e.Proposal]
}

func (a *attendance) record(ctx context.Context, e pulls.Effect, r forks.PullRecord) error {
	if e.Proposal == "" {
		return a.keepDashboard(ctx, r)
	}
	return a.keep(ctx, e.Proposal, r)
}

// settle finds out, from what the forge shows, what became of effects whose answers
// were lost. Only what would double if it were repeated needs to be told apart: the
// rest is decided anew.
func (a *attendance) settle(ctx context.Context, seen forks.SeenPulls) error {
	open, err := a.Forges.OpenForgeIntents(ctx, a.fork)
	if err != nil {
		return err
	}
	for _, intent := range open {
		var e pulls.Effect
		if err := json.Unmarshal(intent.Payload, &e); err != nil {
			return fmt.Errorf("read intent %d of fork %s: %w", intent.ID, a.fork, err)
		}
		status, note := forks.IntentForgotten, "not done: decided anew"
		if done, ok := shows(seen, e); ok {
			status, note = forks.IntentDone, "found to be done"
			if err := a.record(ctx, e, pulls.Record(a.recordOf(e), e, done)); err != nil {
				return err
			}
		}
		if err := a.Forges.SettleIntent(ctx, intent.ID, status, note); err != nil {
			return err
		}
		a.Log.Info("settled what was left open on the forge", zap.String("fork", a.fork), zap.Int64("intent", intent.ID),
			zap.String("effect", string(e.Kind)), zap.String("status", string(status)))
	}
	return nil
}

// shows says whether the forge shows that an effect was done. Effects that repeat
// themselves without harm are not looked for.
func shows(seen forks.SeenPulls, e pulls.Effect) (pulls.Done, bool) {
	p, shown := seen.Pulls[e.Proposal]
	if e.Proposal == "" {
		if seen.Dashboard == nil {
			return pulls.Done{}, false
		}
		p, shown = *seen.Dashboard, true
	}
	switch e.Kind {
	case pulls.DoOpen:
		return pulls.Done{Pull: p}, shown && p.State != forks.PullClosed // that may be an earlier one
	case pulls.DoComment:
		i := slices.IndexFunc(p.Comments, func(c forks.PullComment) bool {
			return c.Mine && (e.Comment == 0 || c.ID == e.Comment) && sameText(c.Body, e.Body)
		})
		if i >= 0 {
			return pulls.Done{Comment: p.Comments[i].ID}, true
		}
	case pulls.DoSuggest:
		return pulls.Done{}, slices.ContainsFunc(p.Reviews, func(r forks.PullReview) bool {
			return r.Mine && e.Review != nil && r.Commit == e.Review.Commit
		})
	case pulls.DoStage: // else it would look like a person's doing, and stay for good
		return pulls.Done{}, shown && p.Draft != e.Ready
	case pulls.DoEnd:
		return pulls.Done{}, shown && (p.State == forks.PullOpen) == e.Ending.Reopen
	}
	return pulls.Done{}, false
}

// sameText compares texts as a forge may give them back: with other line ends.
func sameText(a, b string) bool {
	plain := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	return plain(a) == plain(b)
}
