package syncer

import (
	"sync"

	"github.com/auxolotl/auxsync/forks"
)

// mostRetold bounds what is kept in memory of conflicts, in bytes of their files and
// messages. What does not fit is read anew at each visit.
const mostRetold = 64 << 20

// retold keeps what was told of conflicts, so that a visit at which nothing has
// changed reads no file of theirs. It is safe for concurrent use.
type retold struct {
	most int

	mu     sync.Mutex
	size   int
	tracks map[trackKey]map[forks.ProposalID]retelling
	states map[trackKey]*recorded // as they were read last; nobody writes to them
}

// retelling is what was told of a conflict, with the commits that it was read from.
type retelling struct {
	fix, picked forks.Hash
	told        told
}

func newRetold(most int) retold {
	return retold{most: most, tracks: map[trackKey]map[forks.ProposalID]retelling{}, states: map[trackKey]*recorded{}}
}

// of returns what is kept of a track. It is not written to any more.
func (r *retold) of(k trackKey) map[forks.ProposalID]retelling {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tracks[k]
}

// state returns the state that a state commit of a track holds, if that was the last
// one that was read.
func (r *retold) state(k trackKey, commit forks.Hash) *recorded {
	r.mu.Lock()
	defer r.mu.Unlock()
	if was := r.states[k]; was != nil && was.commit == commit {
		return was
	}
	return nil
}

// keepState keeps the state that was read last.
func (r *retold) keepState(k trackKey, state *recorded) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.states[k] = state
}

// keep replaces what is kept of a track. A conflict without a branch has nothing to
// be read.
func (r *retold) keep(k trackKey, about aboutTrack) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(k)
	list := map[forks.ProposalID]retelling{}
	for _, p := range about.state.Proposals {
		t, shown := about.told[p.ID]
		if _, twice := list[p.ID]; !shown || twice || p.Fix.IsZero() || r.size+t.size() > r.most {
			continue
		}
		list[p.ID] = retelling{p.Fix, p.Picked, t}
		r.size += t.size()
	}
	if len(list) > 0 {
		r.tracks[k] = list
	}
}

// only drops what is kept of other tracks of a fork.
func (r *retold) only(fork string, tracks []forks.Track) {
	r.mu.Lock()
	defer r.mu.Unlock()
	there := map[trackKey]bool{}
	for _, t := range tracks {
		there[keyOf(t)] = true
	}
	for k := range r.tracks {
		if k.fork == fork && !there[k] {
			r.drop(k)
		}
	}
	for k := range r.states {
		if k.fork == fork && !there[k] {
			delete(r.states, k)
		}
	}
}

// drop forgets a track. Its caller holds mu.
func (r *retold) drop(k trackKey) {
	for _, was := range r.tracks[k] {
		r.size -= was.told.size()
	}
	delete(r.tracks, k)
}

// size is about how much memory it takes.
func (t told) size() int {
	n := len(t.message)
	for _, f := range t.files {
		n += len(f.Content)
	}
	const step = 200 // about what one weighs
	n += step * (len(t.who.found.Candidates) + len(t.who.found.Trace))
	return n
}
