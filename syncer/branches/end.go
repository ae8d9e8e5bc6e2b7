package branches

import (
	"context"
	"errors"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
)

// End merges by moving onto to e.Head, or closes by removing fix, as the conflict file
// tells people to do. Both are about the tips that p was seen with. It is merged
// already if onto was moved from there or contains e.Head, and closed already if a
// branch is gone; the other of the two is then refused.
//
// It is refused, too, if fix is at another tip by now, and if a merge is no
// fast-forward, which is for a person to make. The branches that an end leaves behind
// are removed by the pass that takes it in. Nothing is opened again here: a person pushes
// the branches.
func (f *Forge) End(ctx context.Context, _ int64, p forks.Pull, e forks.Ending) error {
	verb, decide := "close", f.toClose
	if e.Merge {
		verb, decide = "merge", f.toMerge
	}
	if p.ID == "" {
		return noPages(verb + " an issue")
	}
	if e.Reopen {
		return noPages("open a conflict again")
	}
	doing := fmt.Sprintf("%s %s of %s", verb, p.ID, p.Track)
	now, err := f.pair(ctx, p.Track, p.ID)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	updates, err := decide(ctx, doing, p, e, now)
	if err != nil || len(updates) == 0 {
		return err
	}
	return outcome(doing, f.remote.Push(ctx, updates))
}

// toMerge returns the updates of a merge; none if it is merged.
func (f *Forge) toMerge(ctx context.Context, doing string, p forks.Pull, e forks.Ending, now forks.Pair) ([]forks.RefUpdate, error) {
	onto, fix := forks.OntoRef(p.Track, p.ID), forks.FixRef(p.Track, p.ID)
	switch {
	case now.Onto.IsZero():
		return nil, refused(doing, "it was closed: %s is gone", onto)
	case now.Onto != p.Base, p.State == forks.PullMerged:
		return nil, nil
	case now.Fix.IsZero():
		return nil, refused(doing, "it was closed: %s is gone", fix)
	case now.Fix != e.Head:
		return nil, refused(doing, "%s was pushed to: it is at %s, not at %s", fix, now.Fix, e.Head)
	}
	if forward, err := f.remote.Contains(ctx, e.Head, now.Onto); err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	} else if !forward {
		return nil, f.notForward(ctx, doing, p, now)
	}
	return []forks.RefUpdate{
		{Ref: onto, Old: now.Onto, New: e.Head},
		{Ref: fix, Old: e.Head, New: e.Head}, // so that a push to fix holds the merge back
	}, nil
}

// notForward returns nil if what a fast-forward would bring is merged already.
func (f *Forge) notForward(ctx context.Context, doing string, p forks.Pull, now forks.Pair) error {
	merged, err := f.remote.Contains(ctx, now.Onto, now.Fix)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", doing, err)
	case !merged:
		return refused(doing, "%s does not contain %s, so a person has to merge it",
			forks.FixRef(p.Track, p.ID), forks.OntoRef(p.Track, p.ID))
	}
	return nil
}

// toClose returns the update that closes; none if it is closed.
func (f *Forge) toClose(_ context.Context, doing string, p forks.Pull, _ forks.Ending, now forks.Pair) ([]forks.RefUpdate, error) {
	onto, fix := forks.OntoRef(p.Track, p.ID), forks.FixRef(p.Track, p.ID)
	switch {
	case now.Onto.IsZero():
		return nil, nil
	case now.Onto == now.Fix:
		return nil, refused(doing, "it was merged")
	case now.Onto != p.Base:
		return nil, refused(doing, "%s was pushed to: it is at %s, not at %s", onto, now.Onto, p.Base)
	case now.Fix.IsZero():
		return nil, nil
	case now.Fix != p.Head:
		return nil, refused(doing, "%s was pushed to: it is at %s, not at %s", fix, now.Fix, p.Head)
	}
	return []forks.RefUpdate{{Ref: fix, Old: now.Fix}}, nil
}

// outcome gives the error of a push the meaning that a forge's errors have.
func outcome(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.As(err, new(*forks.ForgeRefusedError)), forks.KindOf(err) == forks.NeedsPerson:
		return fmt.Errorf("%s: %w", doing, err)
	default:
		return &forks.UnknownOutcomeError{Doing: doing, Err: err}
	}
}
