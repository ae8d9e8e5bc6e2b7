package syncer

import (
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

func TestWhatIsToldIsKeptWithinBoundsAndDroppedWithItsTrack(t *testing.T) {
	t.Parallel()
	tell := func(track string, sizes map[forks.ProposalID]int) aboutTrack {
		a := aboutTrack{track: forks.Track{Fork: "aux", Name: track}, told: map[forks.ProposalID]told{}}
		for id, size := range sizes {
			a.state.Proposals = append(a.state.Proposals, forks.Proposal{ID: id, Fix: forks.Hash{1}})
			a.told[id] = told{message: "m", files: []pulls.CaseFile{{Content: make([]byte, size-1)}}}
		}
		return a
	}
	r := newRetold(100)
	kept := func(track string) int { return len(r.of(trackKey{"aux", track})) }
	keep := func(a aboutTrack) { r.keep(keyOf(a.track), a) }
	keep(tell("main", map[forks.ProposalID]int{"a": 40, "b": 40, "c": 40}))
	keep(tell("rel", map[forks.ProposalID]int{"d": 20}))
	if kept("main") != 2 || kept("rel") != 1 || r.size != 100 {
		t.Errorf("%d and %d conflicts of %d bytes are kept", kept("main"), kept("rel"), r.size)
	}
	keep(tell("main", map[forks.ProposalID]int{"b": 60})) // a and c are over
	if kept("main") != 1 || r.size != 80 {
		t.Errorf("%d conflicts of %d bytes are kept after two are over", kept("main"), r.size)
	}
	r.only("nix", nil)
	r.only("aux", []forks.Track{{Fork: "aux", Name: "rel"}})
	if kept("main") != 0 || kept("rel") != 1 || r.size != 20 {
		t.Errorf("%d conflicts of a track that is gone, %d bytes", kept("main"), r.size)
	}
	keep(tell("rel", nil))
	if len(r.tracks) != 0 || r.size != 0 {
		t.Errorf("%d tracks, %d bytes", len(r.tracks), r.size)
	}
}
