package branches

import (
	"context"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
)

// Remote is a fork's repository, wherever it is.
type Remote interface {
	// List returns the refs whose full names begin with one of prefixes, as they are
	// now.
	List(ctx context.Context, prefixes ...string) (map[forks.Ref]forks.Hash, error)
	// Contains reports whether the commit whole is the commit part, or has it among its
	// ancestors. Both are tips of helper branches that List returned. Afterwards Push can
	// push either.
	Contains(ctx context.Context, whole, part forks.Hash) (bool, error)
	// Push moves all refs or none, each if it is at Old. An update from a commit to the
	// same one moves nothing, and holds the others back unless the ref is there. Nothing
	// has moved if the error is a [forks.ForgeRefusedError], as for a ref that is not at
	// Old, or a [forks.Problem] that needs a person; after any other it may have.
	Push(ctx context.Context, updates []forks.RefUpdate) error
}

// Config is what a forge on plain git works with.
type Config struct {
	Remote Remote
	// Fork and Upstream are the addresses of the two repositories.
	Fork, Upstream string
}

// Forge keeps the proposals of one fork as branches of it. It is safe for concurrent
// use if its Remote is.
type Forge struct{ remote Remote }

// New returns the forge of a fork. It needs a person if the fork's address is that of
// its upstream, or if either is none: nothing is ever pushed to an upstream.
func New(c Config) (*Forge, error) {
	for _, a := range []struct{ what, address string }{{"fork", c.Fork}, {"upstream", c.Upstream}} {
		if _, err := forks.Transport(a.address); err != nil {
			return nil, forks.AskPerson("correct the address", "the address of the %s %w", a.what, err)
		}
	}
	if forks.SameRepository(c.Fork, c.Upstream) {
		return nil, forks.AskPerson("set url to the fork's own repository",
			"the fork %s has the address of its upstream, to which nothing is pushed", forks.Inert(c.Fork))
	}
	return &Forge{remote: c.Remote}, nil
}

// Traits says that there are no pages.
func (f *Forge) Traits() forks.ForgeTraits { return forks.ForgeTraits{} }

// Standing finds nobody: plain git knows no logins, and so lets nobody do anything by
// one. Who pushes has shown that they may.
func (f *Forge) Standing(_ context.Context, who forks.Account) (forks.Standing, error) {
	return forks.Standing{Login: who.Login}, nil
}

// Look returns a pull for each proposal of which a branch is there, by one listing of
// the fork's refs. There is never a dashboard.
func (f *Forge) Look(ctx context.Context, q forks.PullQuestion) (forks.SeenPulls, error) {
	seen := forks.SeenPulls{Pulls: map[forks.ProposalID]forks.Pull{}}
	if len(q.Pulls) == 0 {
		return seen, ctx.Err()
	}
	var prefixes []string
	for _, k := range q.Pulls {
		prefixes = append(prefixes, string(forks.OntoRef(k.Track, k.ID)), string(forks.FixRef(k.Track, k.ID)))
	}
	refs, err := f.remote.List(ctx, prefixes...)
	if err != nil {
		return forks.SeenPulls{}, fmt.Errorf("look for the branches of pull requests: %w", err)
	}
	for _, k := range q.Pulls {
		if pair := pairOf(refs, k.Track, k.ID); pair != (forks.Pair{}) {
			seen.Pulls[k.ID] = pull(k, pair)
		}
	}
	return seen, nil
}

// Open returns the pull request whose pair of branches is there. It makes none: the
// pair is pushed with the state.
func (f *Forge) Open(ctx context.Context, _ int64, o forks.Opening) (forks.Pull, error) {
	if o.ID == "" {
		return forks.Pull{}, noPages("open an issue")
	}
	doing := fmt.Sprintf("open %s of %s", o.ID, o.Track)
	pair, err := f.pair(ctx, o.Track, o.ID)
	if err != nil {
		return forks.Pull{}, fmt.Errorf("%s: %w", doing, err)
	}
	p := pull(forks.KnownPull{Track: o.Track, ID: o.ID}, pair)
	switch {
	case pair.Onto.IsZero():
		return forks.Pull{}, refused(doing, "the fork has no %s", forks.OntoRef(o.Track, o.ID))
	case pair.Fix.IsZero():
		return forks.Pull{}, refused(doing, "the fork has no %s", forks.FixRef(o.Track, o.ID))
	case p.State == forks.PullMerged:
		return forks.Pull{}, refused(doing, "both branches are at %s", pair.Fix)
	}
	return p, nil
}

// pair reads the two branches of a proposal.
func (f *Forge) pair(ctx context.Context, track string, id forks.ProposalID) (forks.Pair, error) {
	refs, err := f.remote.List(ctx, string(forks.OntoRef(track, id)), string(forks.FixRef(track, id)))
	return pairOf(refs, track, id), err
}

// pairOf picks a proposal's branches out of refs.
func pairOf(refs map[forks.Ref]forks.Hash, track string, id forks.ProposalID) forks.Pair {
	return forks.Pair{Onto: refs[forks.OntoRef(track, id)], Fix: refs[forks.FixRef(track, id)]}
}

// pull says what a pair of branches tells of a proposal.
func pull(k forks.KnownPull, pair forks.Pair) forks.Pull {
	return forks.Pull{ID: k.ID, Track: k.Track, State: state(pair, k.Onto), Head: pair.Fix, Base: pair.Onto}
}

// state takes onto as it was pushed, zero if that is not known.
func state(pair forks.Pair, pushed forks.Hash) forks.PullState {
	switch {
	case pair.Onto.IsZero():
		return forks.PullClosed
	case pair.Onto == pair.Fix, !pushed.IsZero() && pair.Onto != pushed:
		return forks.PullMerged
	case pair.Fix.IsZero():
		return forks.PullClosed
	default:
		return forks.PullOpen
	}
}

func refused(doing, format string, args ...any) error {
	return &forks.ForgeRefusedError{Doing: doing, Said: fmt.Sprintf(format, args...)}
}
