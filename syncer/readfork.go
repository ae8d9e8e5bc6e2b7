package syncer

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// ReadFork returns the states of all tracks of a fork, by track, from the fork's refs
// alone: without config, cache, credential and lock, for anybody. Only the newest
// state commits are fetched, and they are thrown away.
//
// What is returned was written by whoever may push to that fork.
//
// Errors: NeedsPerson if the repository has no state of auxsync, or a damaged one.
func (s *Syncer) ReadFork(ctx context.Context, url string, transports []string) (states map[string]*forks.State, err error) {
	fork, err := s.Git.Remote(repo.Access{URL: url, Transports: transports, ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("the fork: %w", err)
	}
	local, err := s.Git.Scratch(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, local.Close()) }()
	prefix := string(forks.StateRef(""))
	if err := fork.FetchShallow(ctx, local, []repo.FetchSpec{{From: prefix + "*", To: prefix + "*"}}); err != nil {
		// A shallow fetch of nothing is an error of its own, without a word.
		if refs, listErr := fork.List(ctx, prefix); listErr == nil && len(refs) == 0 {
			return nil, noState(fork)
		}
		return nil, fmt.Errorf("fetch the fork: %w", err)
	}
	refs, err := local.Refs(ctx, prefix)
	if err != nil {
		return nil, err
	}
	q, err := local.Quarantine(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	states = map[string]*forks.State{}
	for ref, id := range refs {
		track := strings.TrimPrefix(string(ref), prefix)
		if !forks.ValidTrackName(track) {
			continue // somebody else's
		}
		r, err := readState(q, id)
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", ref, fork.URL(), err)
		}
		states[track] = &r.state
	}
	if len(states) == 0 {
		return nil, noState(fork)
	}
	return states, nil
}

func noState(fork Remote) error {
	return forks.AskPerson("check the URL: a fork that auxsync keeps has refs below "+string(forks.StateRef("")), "%s has no state of auxsync", fork.URL())
}
