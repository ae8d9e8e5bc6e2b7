package syncer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// Branches lists the branches of a track's upstream whose names begin with what the
// track's pattern has before its star, sorted. It costs one short exchange.
//
// Errors are those of a fetch: Retry, or NeedsPerson if the remote refuses.
func (s *Syncer) Branches(ctx context.Context, pattern forks.Track) ([]string, error) {
	up, err := s.Git.Remote(repo.Access{URL: pattern.Upstream, Transports: pattern.AllowTransports, ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("upstream of %s: %w", pattern.Name, err)
	}
	const heads = "refs/heads/"
	fixed, _, _ := strings.Cut(pattern.Follow, "*")
	refs, err := up.List(ctx, heads+fixed)
	if err != nil {
		return nil, fmt.Errorf("list the branches of upstream of %s: %w", pattern.Name, err)
	}
	var names []string
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		names = append(names, strings.TrimPrefix(string(ref), heads))
	}
	return names, nil
}
