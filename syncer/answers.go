package syncer

import (
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// noteAnswers writes into a plan's proposals which pass took an answer in, and which
// one published it. reached tells whether the published base has a commit of upstream.
func noteAnswers(old forks.State, p *forks.Plan, reached func(forks.Hash) (bool, error)) error {
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
		if now.Taken == 0 || now.Published > 0 || now.Undone != nil {
			continue
		}
		published, err := publishes(*p, *now, reached)
		if err != nil {
			return err
		}
		if published {
			now.Published = p.Pass
		}
	}
	p.State.Proposals = list
	return nil
}

// publishes reports whether the branch that a plan leads to carries the answer: the
// patch stands in it in that form, which is used from its pin on, or has left the stack
// by it. Of an umbrella that holds for each patch that it settled.
func publishes(p forks.Plan, answered forks.Proposal, reached func(forks.Hash) (bool, error)) (bool, error) {
	for _, patch := range p.State.Patches {
		if !answered.About(patch.ID) {
			continue
		}
		i := slices.IndexFunc(patch.Versions, func(v forks.Version) bool { return v.Proposal == answered.ID })
		if i < 0 && answered.Umbrella() {
			continue // asked about again by another one
		}
		if i < 0 || patch.Out != nil {
			return false, nil
		}
		if there, err := reached(patch.Versions[i].Pin); err != nil || !there {
			return false, err
		}
	}
	return true, nil // it has ended
}
