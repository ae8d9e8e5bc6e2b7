package syncer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// otherStates reads the states of the fork's other tracks, by name, as their last passes
// left them on the fork. A track that is kept no more asks nothing; a state that cannot
// be read is its own track's trouble, not this one's.
func (v *visit) otherStates(q Quarantine) map[string]forks.State {
	var kept []string
	if v.Tracks != nil {
		kept = v.Tracks(v.track.Fork)
	}
	states := map[string]forks.State{}
	for _, name := range slices.Sorted(maps.Keys(v.found.others)) {
		if kept != nil && !slices.Contains(kept, name) {
			continue
		}
		r, err := readState(q, v.found.others[name])
		if err != nil {
			v.Log.Warn("what another track asks cannot be read", zap.String("fork", v.track.Fork), zap.String("track", name), zap.Error(err))
			continue
		}
		states[name] = r.state
	}
	return states
}

// crowd fills in what the fork's other tracks ask, where this pass may want to ask
// something itself, and returns their states.
func (v *visit) crowd(ctx context.Context, q Quarantine, result *rebase.Result, pin *pulls.Input) (map[string]forks.State, error) {
	pin.Limits, pin.Quiet = v.track.Limits, v.track.Quiet
	asked := func(c forks.Conflict) bool {
		return slices.ContainsFunc(pin.Recorded, func(p forks.Proposal) bool {
			return p.Status.Live() && p.About(c.Patch) || p.Status == forks.Declined && p.Patch == c.Patch && p.Conflict.Cause == c.Cause
		})
	}
	if !slices.ContainsFunc(pin.Wanted, func(c forks.Conflict) bool { return !asked(c) }) {
		return nil, nil
	}
	states := v.otherStates(q)
	for _, name := range slices.Sorted(maps.Keys(states)) {
		pin.Others.Add(name, states[name].Proposals)
	}
	if len(pin.Others.Asks) == 0 {
		return states, nil
	}
	// What is asked about is the conflict with its cause, whatever upstream did to the
	// files since.
	pin.Wanted = slices.Clone(pin.Wanted)
	for i, c := range pin.Wanted {
		if asked(c) {
			continue
		}
		pair, err := result.BuildPair(ctx, c, func(forks.Hash, []forks.ConflictFile, bool) []byte { return nil }, "")
		if err != nil {
			return nil, fmt.Errorf("compare the conflict of %s with those of other tracks: %w", c.Patch, err)
		}
		pin.Wanted[i].Files = pair.Files
	}
	return states, nil
}

// waitingFor lists the tracks on which the same conflict waits for the answer to one.
func waitingFor(states map[string]forks.State, track string, id forks.ProposalID, c forks.Conflict) (tracks []string) {
	content := c.ContentDigest()
	for _, name := range slices.Sorted(maps.Keys(states)) {
		if slices.ContainsFunc(states[name].Proposals, func(o forks.Proposal) bool {
			return o.Status == forks.Queued && o.Waits != nil && o.Waits.Reason == forks.WaitsElsewhere &&
				(o.Waits.Track == track && o.Waits.Proposal == id || content != "" && o.Conflict.ContentDigest() == content)
		}) {
			tracks = append(tracks, name)
		}
	}
	return tracks
}

// othersDigest identifies where the fork's other tracks stand.
func (f found) othersDigest() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(f.others)) {
		fmt.Fprintln(h, name, f.others[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// toWake lists the fork's other tracks whose last pass had to leave something until this
// one has moved.
func (s *Syncer) toWake(ctx context.Context, t forks.Track) (names []string, err error) {
	if s.Tracks == nil {
		return nil, nil
	}
	for _, name := range s.Tracks(t.Fork) {
		if name == t.Name {
			continue
		}
		last, err := s.Store.Fingerprint(ctx, t.Fork, name)
		if err != nil {
			return nil, err
		}
		if parseSeen(last).crowd != "" {
			names = append(names, name)
		}
	}
	return names, nil
}
