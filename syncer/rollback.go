package syncer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// turning is what a pass does with a track as a whole: it goes back, goes on from where
// it went back to, or takes a branch that a person rewrote. Of several wishes the last
// counts.
type turning struct {
	verb    forks.Verb
	request int64
}

// turn enters into a plan's input what people asked of the track as a whole, but for its
// pause, and answers what cannot be done.
func (v *visit) turn(ctx context.Context, q Quarantine, old *recorded, in *rebase.Input, answers map[int64]string) (turning, error) {
	var does turning
	for _, r := range v.heard.requests {
		if r.Proposal != "" || r.Patch != "" {
			continue
		}
		var wish turning
		var refused string
		var err error
		switch {
		case r.Verb == forks.VerbRollback:
			wish, refused, err = v.turnBack(ctx, q, old, in, r)
		case r.Verb == forks.VerbAccept:
			wish, refused = v.accept(old.state, in, r)
		case goesOn(r, answers) && old.state.Rollback != nil:
			wish = turning{r.Verb, r.ID}
			in.Back, in.GoOn = nil, true
		default:
			continue
		}
		if err != nil {
			return does, err
		}
		if refused != "" {
			answers[r.ID] = refused
			continue
		}
		if does.request != 0 {
			answers[does.request] = "nothing was done: a later request takes its place"
		}
		does = wish
	}
	return does, nil
}

// notPaused answers who resumes a track that rests not.
const notPaused = "nothing to do: it is not paused"

// goesOn reports whether a request asks to end a rollback: one that has ended a pause
// has done its work.
func goesOn(r forks.Request, answers map[int64]string) bool {
	answer, answered := answers[r.ID]
	return r.Verb == forks.VerbResume && (!answered || answer == notPaused) || r.Verb == forks.VerbUndo && !answered
}

// turnBack looks for the pass that is asked for.
func (v *visit) turnBack(ctx context.Context, q Quarantine, old *recorded, in *rebase.Input, r forks.Request) (does turning, refused string, err error) {
	n, err := strconv.Atoi(r.Arg)
	if err != nil || n < 1 {
		return does, fmt.Sprintf("refused: %q is no number of a pass; %s", forks.Clip(forks.Inert(r.Arg), 20), v.passes()), nil
	}
	then, err := v.passState(q, old, n)
	if err != nil {
		return does, "", err
	}
	if then == nil {
		return does, fmt.Sprintf("refused: there is no pass %d on record; %s", n, v.passes()), nil
	}
	switch back := old.state.Rollback; {
	case back != nil && back.Pass == n && old.state.Stopped == nil:
		return does, fmt.Sprintf("nothing to do: it is rolled back to pass %d already, by %s", n, forks.Clip(forks.Inert(back.By), 80)), nil
	case back == nil && then.state.Tip == v.found.branch && then.state.Base == old.state.Base:
		return does, fmt.Sprintf("nothing to do: the branch is as pass %d left it; to keep it there: auxsync pause %s", n, v.track.Name), nil
	}
	kept, err := v.keptTip(ctx, q, then.state.Tip)
	if err != nil {
		return does, "", err
	}
	if !kept {
		return does, fmt.Sprintf("refused: what pass %d left is not kept any more; %s", n, v.passes()), nil
	}
	if ok, err := v.standsOn(ctx, q, in, then.state.Base); err != nil || !ok {
		return does, fmt.Sprintf("refused: pass %d stood on %s, which is not part of upstream's %s now", n, then.state.Base.Short(), v.track.Follow), err
	}
	in.Back, in.GoOn = &rebase.Back{Pass: n, State: then.state, By: r.Who, Because: r.Because}, false
	return turning{r.Verb, r.ID}, "", nil
}

// passState returns what a pass left, nil if the state ref does not know it.
func (v *visit) passState(q Quarantine, r *recorded, pass int) (_ *recorded, err error) {
	for r != nil && r.state.Pass > pass {
		if r, err = v.previous(q, r); err != nil {
			return nil, fmt.Errorf("look for pass %d of %s: %w", pass, v.track.Name, err)
		}
	}
	if r == nil || r.state.Pass != pass {
		return nil, nil
	}
	return r, nil
}

// keptTip reports whether some ref of the fork keeps a published tip.
func (v *visit) keptTip(ctx context.Context, q Quarantine, tip forks.Hash) (bool, error) {
	for _, archived := range v.found.archives {
		if archived == tip {
			return true, nil
		}
	}
	if _, _, err := q.Object(tip); err != nil {
		return false, nil // it can be no part of what was fetched
	}
	for _, whole := range []forks.Hash{v.found.branch, v.found.state} {
		if ok, err := q.IsAncestor(ctx, tip, whole); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

// standsOn reports whether a base of an earlier pass can be one again.
func (v *visit) standsOn(ctx context.Context, q Quarantine, in *rebase.Input, base forks.Hash) (bool, error) {
	if _, tags := v.track.FollowsTags(); tags {
		return slices.ContainsFunc(in.Releases, func(r rebase.Release) bool { return r.Commit == base }), nil
	}
	return q.IsAncestor(ctx, base, in.Upstream)
}

// mostPasses is how many spans of passes are named.
const mostPasses = 8

// passes names the passes whose tips have archives, the newest first.
func (v *visit) passes() string {
	var numbers []int
	for ref := range maps.Keys(v.found.archives) {
		if n, err := strconv.Atoi(strings.TrimPrefix(string(ref), string(forks.ArchivePrefix(v.track.Name)))); err == nil {
			numbers = append(numbers, n)
		}
	}
	if len(numbers) == 0 {
		return "no pass can be had"
	}
	slices.SortFunc(numbers, func(a, b int) int { return b - a })
	var spans []string
	for i := 0; i < len(numbers) && len(spans) < mostPasses; {
		k := i
		for k+1 < len(numbers) && numbers[k+1] == numbers[k]-1 {
			k++
		}
		span := strconv.Itoa(numbers[k])
		if k > i {
			span += "-" + strconv.Itoa(numbers[i])
		}
		spans = append(spans, span)
		i = k + 1
	}
	return "these passes can be had: " + strings.Join(spans, ", ")
}

// answerTurn says what came of a turning.
func (v *visit) answerTurn(does turning, before forks.State, p forks.Plan, answers map[int64]string) {
	if does.request == 0 {
		return
	}
	var text string
	switch {
	case p.Stopped != nil:
		text = "not done: the track is stopped: " + p.Stopped.Reason
	case does.verb == forks.VerbAccept:
		text = accepted(before, p)
	case does.verb == forks.VerbRollback:
		text = fmt.Sprintf("rolled back to pass %d, on %s; it stays there until: auxsync resume %s", p.State.Rollback.Pass, p.Base.New.Short(), v.track.Name)
		if n := parkedBack(p.State); n > 0 {
			text += "; parked until then: " + strconv.Itoa(n)
		}
	default:
		text = fmt.Sprintf("it goes on from pass %d, to which %s had rolled it back", before.Rollback.Pass, forks.Clip(forks.Inert(before.Rollback.By), 80))
	}
	answers[does.request] = text
}

// parkedBack counts the patches that a rollback parked.
func parkedBack(s forks.State) (n int) {
	for _, patch := range s.Patches {
		if patch.Out != nil && patch.Out.Rule == forks.RuleRollback {
			n++
		}
	}
	return n
}

// tellTurn adds to the history that a track was rolled back, or goes on.
func (v *visit) tellTurn(ctx context.Context, old *recorded, p forks.Plan) error {
	if old == nil || p.Stopped != nil || p.Paused != nil {
		return nil
	}
	event := forks.Event{Fork: v.track.Fork, Track: v.track.Name, Pass: p.Pass, At: p.State.At}
	switch was, is := old.state.Rollback, p.State.Rollback; {
	case is != nil && (was == nil || was.Pass != is.Pass):
		event.Kind, event.Text = "rolled back", fmt.Sprintf("to pass %d by %s", is.Pass, forks.Clip(forks.Inert(is.By), 80))
		if is.Because != "" {
			event.Text += " because " + forks.Clip(forks.Inert(is.Because), 200)
		}
	case was != nil && is == nil:
		event.Kind, event.Text = "goes on", fmt.Sprintf("from pass %d", was.Pass)
	default:
		return nil
	}
	if err := v.Store.AddEvent(ctx, event); err != nil {
		return errors.Join(errors.New("write down that the track was turned"), err)
	}
	return nil
}
