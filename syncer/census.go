package syncer

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/rebase"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// Census asks what would become of a track's stack on another repository's tree: on
// ref of url, which is a branch, a tag, or a full ref name (a branch goes before a
// tag). Each row's Ahead is what the patch would be there; Published, and the base,
// are as they are now. Like [Syncer.Plan] it leaves nothing behind and needs no lock,
// and works for a track that was not adopted yet. The other repository is reached by
// the transports that the track allows, and never with the fork's credential.
//
// Errors: NeedsPerson if the other repository has no such ref, or the track stops.
func (s *Syncer) Census(ctx context.Context, t forks.Track, url, ref string, o Options) (out Outcome, err error) {
	started := s.Clock.Now()
	other, err := s.Git.Remote(repo.Access{URL: url, Transports: t.AllowTransports, ReadOnly: true})
	if err != nil {
		return out, fmt.Errorf("the repository to compare with: %w", err)
	}
	v, err := s.open(t, o)
	if err != nil {
		return out, err
	}
	err = v.aside(ctx, func(q Quarantine, old *recorded) error {
		onto, err := v.fetchOnto(ctx, other, ref)
		if err != nil {
			return err
		}
		in, err := v.input(q, old)
		if err != nil {
			return err
		}
		in.Onto, in.Merged = onto, nil // a census decides nothing
		v.opts.say(replaying)
		engine := v.merger(v.track.Merger, q)
		result, err := rebase.NewPlanner(q, engine, q).Plan(ctx, in)
		if err != nil {
			return err
		}
		v.warnOfLimits(engine)
		result.Plan.UpstreamTip = onto
		out = Outcome{Plan: result.Plan, Own: result.Own, Folded: result.Folded}
		return nil
	})
	if err != nil {
		return out, err
	}
	out.Took = s.Clock.Since(started)
	return out, stopped(t, out.Plan)
}

// ontoRef is where the commit that a census asks about is kept.
const ontoRef = "refs/auxsync-census"

// fetchOnto fetches what a census asks about.
func (v *visit) fetchOnto(ctx context.Context, other Remote, ref string) (forks.Hash, error) {
	names := []string{"refs/heads/" + ref, "refs/tags/" + ref}
	if strings.HasPrefix(ref, "refs/") {
		names = []string{ref}
	}
	if err := forks.CheckBranchName(strings.TrimPrefix(ref, "refs/")); err != nil {
		return forks.Hash{}, forks.AskPerson("name a branch or a tag", "what to compare with: %w", err)
	}
	v.opts.say("fetching " + other.URL())
	for _, name := range names {
		err := other.Fetch(ctx, v.local, []repo.FetchSpec{{From: name, To: ontoRef}}, nil)
		var missing *repo.MissingRefError
		if errors.As(err, &missing) {
			continue
		}
		if err != nil {
			return forks.Hash{}, err
		}
		commits, err := v.local.Commits(ctx, ontoRef)
		if err == nil && commits[ontoRef].IsZero() {
			err = forks.AskPerson("name a branch or a tag", "%s of %s is no commit", forks.Inert(name), other.URL())
		}
		return commits[ontoRef], err
	}
	refs, err := other.List(ctx, "refs/heads/")
	if err != nil {
		return forks.Hash{}, err
	}
	return forks.Hash{}, forks.AskPerson("name one that it has", "%s has no branch or tag %s (its branches: %s)",
		other.URL(), forks.Inert(ref), someNames(refs, "refs/heads/"))
}
