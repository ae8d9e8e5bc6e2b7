package syncer

import (
	"context"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
)

// policyVersions is how many versions of a policy are looked at in search of one
// that is good.
const policyVersions = 50

// PolicyVersion is one version of policy.toml on a fork's policy branch.
type PolicyVersion struct {
	Commit forks.Hash
	Text   []byte // nil if the commit has no policy.toml
}

// Policies hands the versions of a fork's policy to look, the newest first, until
// it returns false; there is none without a policy branch. It reads the cache as
// the last pass of any track of the fork left it, and asks no remote. Where the cache
// has nothing of the fork, known is false: whether it has a policy is not known then.
func (s *Syncer) Policies(ctx context.Context, t forks.Track, look func(PolicyVersion) (more bool)) (known bool, err error) {
	err = s.reading(ctx, t, func(v *visit, q Quarantine) error {
		refs, err := v.local.Refs(ctx, v.at(""))
		if err != nil {
			return err
		}
		known = len(refs) > 0
		tip := refs[forks.Ref(v.at("heads/"+forks.PolicyBranch))]
		if tip.IsZero() {
			return nil
		}
		versions, err := q.NewestFirstParents(ctx, tip, policyVersions)
		if err != nil {
			return fmt.Errorf("read the policy of fork %s: %w", t.Fork, err)
		}
		for _, commit := range versions {
			text, err := fileAt(q, commit, forks.PolicyFile)
			if err != nil {
				return fmt.Errorf("read the policy of fork %s at %s: %w", t.Fork, commit.Short(), err)
			}
			if !look(PolicyVersion{commit, text}) {
				return nil
			}
		}
		return nil
	})
	return known, err
}
