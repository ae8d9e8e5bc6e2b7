package syncer

import (
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// answerRevoked says what came of each request to revoke a resolution, once the plan that
// takes them is made.
func (v *visit) answerRevoked(in rebase.Input, p forks.Plan, answers map[int64]string) {
	if p.Stopped != nil || in.State == nil {
		return
	}
	for _, r := range in.Revoke {
		is := func(k forks.Resolution) bool { return string(k.ID) == r.Arg }
		i := slices.IndexFunc(in.State.Resolutions, is)
		switch {
		case i < 0:
			answers[r.ID] = "nothing to do: this track has no resolution " + forks.Clip(forks.Inert(r.Arg), 40)
		case in.State.Resolutions[i].Revoked != nil:
			answers[r.ID] = "nothing to do: it was revoked by " + forks.Clip(forks.Inert(in.State.Resolutions[i].Revoked.By), 80)
		default:
			answers[r.ID] = revokedWith(*in.State, in.State.Resolutions[i])
		}
	}
}

// revokedWith says what a revoked resolution took along.
func revokedWith(before forks.State, k forks.Resolution) string {
	switch n := len(Leaving(before, k)); n {
	case 0:
		return "revoked: it is not used again; nothing rested on it"
	case 1:
		return "revoked: it is not used again; one patch rested on it"
	default:
		return fmt.Sprintf("revoked: it is not used again; %d patches rested on it", n)
	}
}

// Leaving lists the patches of a state that have a version which rests on a resolution:
// with it, these versions go, and what they settled is asked about again.
func Leaving(s forks.State, k forks.Resolution) []forks.Patch {
	var out []forks.Patch
	for _, p := range s.Patches {
		if slices.ContainsFunc(p.Versions, func(v forks.Version) bool { return rebase.Rests(p, v, k) }) {
			out = append(out, p)
		}
	}
	return out
}
