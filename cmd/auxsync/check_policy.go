package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
)

// policyReview is what is worth a look in the policies, with what they say where config
// names no file for them.
type policyReview struct {
	Schema string       `json:"schema"`
	Values []shownValue `json:"values"`
	Notes  []string     `json:"notes"`
}

// reviewed adds what is worth a look in the policies to a check. Whoever has the cache
// and the database looks; where they cannot be asked, that is no mistake in the config.
func (a *app) reviewed(ctx context.Context, r *checkResult) error {
	review, err := a.review(ctx)
	switch {
	case ctx.Err() != nil:
		return err
	case err != nil:
		r.Notes = append(r.Notes, "what is worth a look in the policies is not known: "+err.Error())
		return nil
	}
	r.Values, r.Notes = append(r.Values, review.Values...), append(r.Notes, review.Notes...)
	return nil
}

func (a *app) review(ctx context.Context) (review *policyReview, err error) {
	k, err := a.keeper(ctx, toRead)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	return ask[policyReview](ctx, k, control.Request{Verb: verbReview}, func(forks.Progress) {})
}

// reviewPolicies looks through the policy of every fork.
func (s *session) reviewPolicies(ctx context.Context) (any, error) {
	s.latestPolicies(ctx)
	review := policyReview{Schema: "auxsync.policies/1", Values: []shownValue{}, Notes: []string{}}
	for _, t := range onePerFork(s.catalog.current()) {
		policy, name := s.catalog.policy(t.Fork), "policy.toml of "+t.Fork
		if t.Policy != "" {
			name = t.Policy
			var err error
			if policy, err = forks.LoadPolicy(t.Policy); err != nil {
				continue // the check has told
			}
		} else {
			for _, e := range policy.Show() {
				review.Values = append(review.Values, shownValue{"policy of " + t.Fork + ": " + e.Key, e.Value, e.From})
			}
			if trouble := s.catalog.policyTrouble(t.Fork); trouble != "" {
				review.Notes = append(review.Notes, name+": "+trouble)
			}
		}
		advice := policy.Advice(t.Quiet.Local(s.clock.Now()))
		if t.Forge == forks.ForgeGitHub {
			advice = append(advice, policy.ForeignTeams(t.GitHub.Owner)...)
		}
		unmatched, err := s.unmatched(ctx, t.Fork, policy)
		if err != nil {
			review.Notes = append(review.Notes, fmt.Sprintf("%s: which of its patterns match a file is not known: %v", name, err))
		}
		advice = append(advice, unmatched...)
		slices.SortStableFunc(advice, func(a, b forks.ConfigProblem) int { return a.Line - b.Line })
		for _, p := range advice {
			p.File = name
			review.Notes = append(review.Notes, p.String())
		}
	}
	return review, ctx.Err()
}

// lookTime is how long the files of a fork are looked through in search of what patterns
// match.
const lookTime = 30 * time.Second

// unmatched tells the patterns of a policy that match no file that any track of the fork
// has published, as far as the cache has all of them.
func (s *session) unmatched(ctx context.Context, fork string, policy *forks.Policy) ([]forks.ConfigProblem, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, lookTime, fmt.Errorf("there was no time for that after %s", lookTime))
	defer cancel()
	left := policy.Patterns()
	tracks, _ := s.catalog.tracks()
	for _, t := range tracks {
		if t.Fork != fork || len(left) == 0 {
			continue
		}
		known, err := s.syncer.Published(ctx, t,
			func(folder string) bool {
				return slices.ContainsFunc(left, func(pattern string) bool { return forks.MayMatchBelow(pattern, folder) })
			},
			func(path string) bool {
				left = slices.DeleteFunc(left, func(pattern string) bool { return forks.MatchPath(pattern, path) })
				return len(left) > 0
			})
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case err != nil:
			return nil, err
		case !known:
			return nil, nil // a pass has to fetch it first
		}
	}
	return policy.Unmatched(left), nil
}
