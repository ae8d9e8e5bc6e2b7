package syncer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/crash"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// heard is what people asked of a track, and what is known of its pull requests.
type heard struct {
	requests []forks.Request // those that no pass has taken, oldest first
	records  map[forks.ProposalID]forks.PullRecord
	later    map[int64]bool // requests that this pass leaves to the next one
}

// hear reads what people asked; without a store nobody can have.
func (v *visit) hear(ctx context.Context) (err error) {
	if v.Store == nil {
		return nil
	}
	if v.heard.requests, err = v.Store.Requests(ctx, v.track.Fork, v.track.Name); err != nil {
		return err
	}
	v.heard.records, err = v.Store.PullRecords(ctx, v.track.Fork, v.track.Name)
	return err
}

// digest identifies the numbers and addresses of pull requests, and what their clocks
// depend on.
func (h heard) digest() string {
	sum := sha256.New()
	for _, id := range slices.Sorted(maps.Keys(h.records)) {
		fmt.Fprintf(sum, "%q %d %q %v %v\n", id, h.records[id].Number, h.records[id].URL, h.given(id), h.records[id].Held)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// numbered returns proposals with number and address of their pull requests.
func (h heard) numbered(list []forks.Proposal) []forks.Proposal {
	list = slices.Clone(list)
	for i := range list {
		if r := h.records[list[i].ID]; r.Number > 0 {
			list[i].Number, list[i].URL = r.Number, r.URL
		}
	}
	return list
}

// mergedBy is who merged a pull request, as the forge says, or had auxsync merge it; ""
// if that is not known.
func (h heard) mergedBy(id forks.ProposalID) string {
	if r := h.records[id]; r.State == forks.PullMerged {
		return cmp.Or(r.For, r.By)
	}
	return ""
}

// rest is the decision of a pass over a paused track: nothing moves, and the state
// says so.
func (v *visit) rest(old forks.State, paused *forks.Pause) decision {
	state := old
	state.Pass, state.At, state.Writer = old.Pass+1, v.now(), v.Writer
	state.Ledger = []forks.Row{}
	state.Paused, state.Proposals = paused, v.heard.numbered(old.Proposals)
	return decision{result: &rebase.Result{}, plan: forks.Plan{
		Track: v.track.Name, Pass: state.Pass, Base: forks.BaseMove{Old: old.Base, New: old.Base},
		UpstreamTip: v.found.upstream, ForkTip: v.found.branch, CandidateTip: v.found.branch, Paused: paused, State: state,
	}}
}

// now is the time that a pass writes down.
func (v *visit) now() time.Time { return v.Clock.Now().UTC().Truncate(time.Second) }

// obey enters into a plan's input what people asked: commands that settle a conflict as
// if somebody had merged, and what is about patches or the track. It returns the others,
// which are decided with the conflicts.
func (v *visit) obey(planner *rebase.Planner, in *rebase.Input, answers map[int64]string) (others []forks.Request, err error) {
	var asked []forks.Request
	v.heard.later = map[int64]bool{}
	patches := patchWishes{in: in, track: v.track.Name, answers: answers, later: v.heard.later}
	for _, r := range v.heard.requests {
		use, _ := forks.CommandOf(r.Verb)
		switch {
		case r.Verb == forks.VerbPause, r.Verb == forks.VerbRetry && r.OfTrack():
		case !r.Verb.Known():
			answers[r.ID] = "nothing to do: auxsync does not know this command"
		case r.OfTrack() && use.About.Has(forks.AboutTrack):
			// The others are about the track's pause, or where it stands: see turn.
			if r.Verb == forks.VerbRevoke {
				in.Revoke = append(in.Revoke, r)
			}
		case use.About.Has(forks.AboutPatch):
			if more, ok := patches.take(r); ok {
				asked = append(asked, more)
			}
		case r.Proposal == "":
			answers[r.ID] = "nothing to do: it names no conflict"
		default:
			asked = append(asked, r)
		}
	}
	c := pulls.SortCommands(in.State.Proposals, v.found.pairs, asked)
	maps.Copy(answers, c.Answers)
	for _, r := range c.Settle {
		i := slices.IndexFunc(in.State.Proposals, func(p forks.Proposal) bool { return p.ID == r.Proposal })
		prop := in.State.Proposals[i]
		tip, refused, err := planner.Command(*in, prop, r.Verb, r.Who)
		if err != nil {
			return nil, fmt.Errorf("%s on conflict %s: %w", r.Verb, prop.ID, err)
		}
		if refused != "" {
			answers[r.ID] = "refused: " + refused
			continue
		}
		in.Merged = slices.DeleteFunc(in.Merged, func(m rebase.Merged) bool { return m.Proposal.ID == prop.ID })
		in.Merged = append(in.Merged, rebase.Merged{Proposal: prop, Tip: tip, By: r.Who, Verb: r.Verb, Because: r.Because})
	}
	return c.Others, nil
}

// answer says what came of the requests that a pass has carried out.
func (v *visit) answer(decided pulls.Result, verdicts map[forks.ProposalID]pulls.Verdict, answers map[int64]string) {
	maps.Copy(answers, decided.Answers)
	for _, r := range v.heard.requests {
		verdict, judged := verdicts[r.Proposal]
		_, answered := answers[r.ID]
		if judged && !answered && verdict.Verb == r.Verb && verdict.Verb != "" && v.first(r) {
			answers[r.ID] = verdict.Answer()
		}
	}
}

// first reports whether a request is the oldest of its kind about its conflict: that
// is the one which was carried out.
func (v *visit) first(r forks.Request) bool {
	i := slices.IndexFunc(v.heard.requests, func(o forks.Request) bool { return o.Proposal == r.Proposal && o.Verb == r.Verb })
	return v.heard.requests[i].ID == r.ID
}

// lookedAgain answers those who only asked for a pass of the track.
func (v *visit) lookedAgain(p forks.Plan, answers map[int64]string) {
	for _, r := range v.heard.requests {
		if r.Verb == forks.VerbRetry && r.Proposal == "" {
			answers[r.ID] = "looked at it again"
			if p.Stopped != nil {
				answers[r.ID] += "; the track is stopped still"
			}
		}
	}
}

// take notes the requests that a pass has answered, once the state that carries their
// effect stands on the fork. A request that is taken again by a later pass, because
// this one was interrupted, finds that nothing is left to do.
func (v *visit) take(ctx context.Context, d decision, out *Outcome) error {
	for _, r := range v.heard.requests {
		result, ok := d.answers[r.ID]
		if !ok {
			continue
		}
		crash.At("answering")
		if err := v.Store.TakeRequest(ctx, r.ID, d.plan.Pass, result); err != nil {
			return fmt.Errorf("take request %d of %s: %w", r.ID, v.track.Name, err)
		}
		out.Taken = append(out.Taken, forks.RequestRecord{Request: r, Pass: d.plan.Pass, Taken: v.Clock.Now(), Result: result})
	}
	return nil
}
