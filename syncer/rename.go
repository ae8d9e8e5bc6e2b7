package syncer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// A track that has another name in the config is a new one to auxsync, with a branch that
// an earlier one kept. To adopt it anew would give its patches new ids and forget what
// people decided. So a person says once which track it was: then what the fork's refs have
// of that one moves to the new name, in one push, and the first pass goes on from there.

// fetchFormer fetches what the fork has of the track's former name.
func (v *visit) fetchFormer(ctx context.Context) error {
	if v.opts.RenamedFrom == "" {
		return nil
	}
	if !forks.ValidTrackName(v.opts.RenamedFrom) || v.opts.RenamedFrom == v.track.Name {
		return forks.AskPerson("name the track as the config had it before", "%q cannot be the former name of track %s", forks.Inert(v.opts.RenamedFrom), v.track.Name)
	}
	former := *v
	former.track.Name = v.opts.RenamedFrom
	if err := former.fetchFork(ctx); err != nil {
		return err
	}
	v.former = former.found
	return nil
}

// renamed is the decision of the pass that takes a track over under its new name: its
// state as it was, and each of its refs.
func (v *visit) renamed(q Quarantine) (decision, error) {
	t, from := v.track, v.opts.RenamedFrom
	was, err := readState(q, v.former.state)
	if err != nil {
		return decision{}, fmt.Errorf("%s of fork %s: %w", forks.StateRef(from), t.Fork, err)
	}
	switch {
	case was == nil:
		return decision{}, forks.AskPerson("name the track as the config had it before; those on record: "+v.recordedNames(), "the fork has no state of a track %s", from)
	case was.state.Branch != t.Branch:
		return decision{}, forks.AskPerson("rename the track first, and give it another branch later",
			"track %s kept the branch %s, and %s is to keep %s", from, forks.Inert(was.state.Branch), t.Name, t.Branch)
	}
	state := was.state
	state.Track, state.Pass, state.At, state.Writer, state.Ledger = t.Name, was.state.Pass+1, v.now(), v.Writer, []forks.Row{}
	state.Proposals = slices.Clone(state.Proposals)
	for i := range state.Proposals { // a pull request ends with its branches, and is opened anew
		state.Proposals[i].Number, state.Proposals[i].URL = 0, ""
	}
	d := decision{result: &rebase.Result{}, plan: forks.Plan{
		Track: t.Name, Pass: state.Pass, Base: forks.BaseMove{Old: state.Base, New: state.Base},
		UpstreamTip: state.UpstreamTip, ForkTip: v.found.branch, CandidateTip: v.found.branch, Hold: state.Hold, Stopped: state.Stopped, Paused: state.Paused, State: state,
	}}
	message := fmt.Sprintf("pass %d of %s: it was %s before", state.Pass, t.Name, from)
	if d.state, err = writeState(q, state, was.forms, []forks.Hash{was.commit}, message); err != nil {
		return decision{}, fmt.Errorf("write the state of %s: %w", t.Name, err)
	}
	d.plan.WouldPush = v.former.under(from, t.Name, d.state)
	return d, nil
}

// under lists what moves a track's refs to another name.
func (f found) under(from, to string, state forks.Hash) []forks.RefUpdate {
	push := []forks.RefUpdate{{Ref: forks.StateRef(to), New: state}, {Ref: forks.StateRef(from), Old: f.state}}
	move := func(a, b forks.Ref, id forks.Hash) {
		if !id.IsZero() {
			push = append(push, forks.RefUpdate{Ref: b, New: id}, forks.RefUpdate{Ref: a, Old: id})
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(f.archives)) {
		number := strings.TrimPrefix(string(ref), string(forks.ArchivePrefix(from)))
		move(ref, forks.ArchivePrefix(to)+forks.Ref(number), f.archives[ref])
	}
	for _, id := range slices.Sorted(maps.Keys(f.pairs)) {
		move(forks.OntoRef(from, id), forks.OntoRef(to, id), f.pairs[id].Onto)
		move(forks.FixRef(from, id), forks.FixRef(to, id), f.pairs[id].Fix)
	}
	return push
}

// states returns the tips of the fork's state refs, by track.
func (v *visit) states(ctx context.Context) (map[string]forks.Hash, error) {
	refs, err := v.local.Refs(ctx, v.at("state/"))
	if err != nil {
		return nil, err
	}
	out := map[string]forks.Hash{}
	for ref, id := range refs {
		out[strings.TrimPrefix(string(ref), v.at("state/"))] = id
	}
	return out, nil
}

// recordedNames lists the tracks that the fork has a state of.
func (v *visit) recordedNames() string {
	states, err := v.states(context.Background())
	if err != nil || len(states) == 0 {
		return "none"
	}
	names := slices.Sorted(maps.Keys(states))
	for i := range names {
		names[i] = forks.Clip(forks.Inert(names[i]), 40)
	}
	return forks.Clip(strings.Join(names, ", "), 400)
}

// keptByAnother refuses what would adopt a branch that is on record under another name.
func (v *visit) keptByAnother(ctx context.Context, q Quarantine) error {
	states, err := v.states(ctx)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(states)) {
		if name == v.track.Name || !forks.ValidTrackName(name) {
			continue
		}
		other, err := readState(q, states[name])
		if err != nil || other == nil || other.state.Branch != v.track.Branch {
			continue // another track's trouble is not this one's
		}
		return &forks.Problem{Kind: forks.NeedsPerson,
			Err: fmt.Errorf("%w; but the branch %s is on record as that of track %s, as of its pass %s",
				&NotAdoptedError{Fork: v.track.Fork, Track: v.track.Name}, v.track.Branch, name, strconv.Itoa(other.state.Pass)),
			Next: "if it was renamed: auxsync adopt " + v.track.Name + " --renamed-from " + name +
				"; to begin anew instead, without its ids and decisions: git push " + forks.ShellWord(v.track.URL) + " --delete " + string(forks.StateRef(name))}
	}
	return nil
}
