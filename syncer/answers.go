package syncer

import (
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// noteAnswers writes into a plan's proposals which pass took an answer in, and which
// one published it.
func noteAnswers(old forks.State, p *forks.Plan) {
	before := map[forks.ProposalID]forks.ProposalStatus{}
	for _, was := range old.Proposals {
		before[was.ID] = was.Status
	}
	list := slices.Clone(p.State.Proposals)
	for i := range list {
		now := &list[i]
		if now.Status == forks.Harvested && before[now.ID] != forks.Harvested && now.Taken == 0 {
			now.Taken = p.Pass
		}
		if now.Taken > 0 && now.Published == 0 && publishes(*p, *now) {
			now.Published = p.Pass
		}
	}
	p.State.Proposals = list
}

// publishes reports whether the branch that a plan leads to carries the answer: the
// patch stands in it, or has left the stack by it.
func publishes(p forks.Plan, answered forks.Proposal) bool {
	for _, patch := range p.State.Patches {
		if patch.ID == answered.Patch {
			return patch.Out == nil && slices.ContainsFunc(patch.Versions, func(v forks.Version) bool { return v.Proposal == answered.ID })
		}
	}
	return true // it has ended
}
