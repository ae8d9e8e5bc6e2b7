package rebase

import (
	"context"
	"errors"

	"github.com/auxolotl/auxsync/forks"
)

// Learn returns what people decided in a merge commit of the fork's history where its two
// parents conflict, and in how many files they do. What upstream contains is upstream's
// side, as in a pick. A merge that the engine cannot make teaches nothing.
func (p *Planner) Learn(ctx context.Context, in Input, merge forks.Hash) (list []forks.Resolution, files int, err error) {
	m, err := p.commit(merge)
	if err != nil || len(m.parents) != 2 {
		return nil, 0, err
	}
	ours, theirs := m.parents[0], m.parents[1]
	first, err := p.hist.IsAncestor(ctx, ours, in.Upstream)
	if err != nil {
		return nil, 0, err
	}
	second, err := p.hist.IsAncestor(ctx, theirs, in.Upstream)
	if err != nil {
		return nil, 0, err
	}
	if second && !first {
		ours, theirs = theirs, ours
	}
	p.picks++
	merged, err := p.merger.MergeCommits(ctx, ours, theirs)
	if errors.Is(err, forks.ErrUnrelated) || errors.Is(err, forks.ErrGaveUp) {
		return nil, 0, nil
	}
	if err != nil || merged.Clean() {
		return nil, 0, err
	}
	conflicts, err := p.versions(merged)
	if err != nil {
		return nil, 0, err
	}
	list, err = p.decidedIn(in, merged, conflicts, m.tree)
	for i := range list {
		r := &list[i]
		r.ID = forks.NewResolutionID(in.Track.Name, forks.ProposalID(merge.String()), r.Key)
		r.Track, r.Learned, r.By, r.At, r.Refused = in.Track.Name, merge, oneLine(m.author.Name), m.authored.UTC(), []forks.PatchID{}
	}
	return list, len(conflicts), err
}
