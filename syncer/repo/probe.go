package repo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Where a probe makes its ref, and its branch. No track's name has a dot.
const (
	probeRefs     = "refs/auxsync/probe/"
	probeBranches = "refs/heads/auxsync/probe."
)

// cleanUpTime is how long a probe that was interrupted may take to remove its ref.
const cleanUpTime = 30 * time.Second

// Right is something that a remote lets us do.
type Right string

// The rights that a probe tries, in this order.
const (
	RightFetch  Right = "fetch"
	RightPush   Right = "push"
	RightRewind Right = "rewind"
	RightDelete Right = "delete"
)

// RightError says which right is missing.
type RightError struct {
	URL   string
	Right Right
	Err   error // of the attempt
}

// Error names the right, the remote and what came of the attempt.
func (e *RightError) Error() string {
	return fmt.Sprintf("%s does not let us %s: %v", e.URL, e.Right, e.Err)
}

// Unwrap returns what came of the attempt.
func (e *RightError) Unwrap() error { return e.Err }

// Probe tries what a pass needs: it lists the remote's refs, makes a ref below
// refs/auxsync/probe/ with an empty commit, and deletes it. If rewind is asked for,
// a branch auxsync/probe.<hex> goes with it and is moved back by one commit in
// between: most remotes have rules of that kind for branches alone. Each step is
// one atomic push with leases. Nothing stays there unless the deletion is what
// fails; the error names the refs then.
//
// Each right that is missing is a [*RightError] inside the error, which has the
// kind of the first failure: a remote that is away for now is a Retry. A rule for
// one branch, such as its protection, is not found out this way.
func (r *Remote) Probe(ctx context.Context, rewind bool) (err error) {
	if r.access.ReadOnly {
		return fmt.Errorf("probe %s: it is followed, and never pushed to", r.at.shown)
	}
	if _, err := r.List(ctx, probeRefs); err != nil {
		return r.missing(RightFetch, err)
	}
	scratch, err := r.git.Scratch(ctx, nil)
	if err != nil {
		return fmt.Errorf("probe %s: %w", r.at.shown, err)
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	one, two, err := scratch.twoCommits(ctx)
	if err != nil {
		return fmt.Errorf("probe %s: %w", r.at.shown, err)
	}
	name := make([]byte, 8)
	_, _ = rand.Read(name) // never fails
	branch := forks.Ref(probeBranches + hex.EncodeToString(name))
	made := []forks.RefUpdate{{Ref: forks.Ref(probeRefs + hex.EncodeToString(name)), New: two}}
	if rewind {
		made = append(made, forks.RefUpdate{Ref: branch, New: two})
	}
	if err := r.Push(ctx, scratch, made); err != nil {
		return errors.Join(r.missing(RightPush, err), r.unprobe(ctx, scratch, made, err))
	}
	var errs []error
	if rewind {
		if err := r.Push(ctx, scratch, []forks.RefUpdate{{Ref: branch, Old: two, New: one}}); err != nil {
			errs = append(errs, r.missing(RightRewind, err))
		}
	}
	errs = append(errs, r.unprobe(ctx, scratch, made, nil))
	return errors.Join(errs...)
}

// missing wraps the failure of an attempt; the kind stays.
func (r *Remote) missing(right Right, err error) error {
	return &RightError{URL: r.at.shown, Right: right, Err: err}
}

// unprobe removes what a probe made, wherever it is, also after the end of ctx. If
// making it has failed, it is looked for only where it may have arrived all the
// same: because the exchange broke off.
func (r *Remote) unprobe(ctx context.Context, scratch *Repository, made []forks.RefUpdate, failed error) error {
	if forks.KindOf(failed) == forks.NeedsPerson || errors.As(failed, new(*LeaseError)) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	var names []string
	for _, u := range made {
		names = append(names, string(u.Ref))
	}
	refs, err := r.List(ctx, names...)
	if err == nil {
		var gone []forks.RefUpdate
		for _, u := range made {
			if at := refs[u.Ref]; !at.IsZero() {
				gone = append(gone, forks.RefUpdate{Ref: u.Ref, Old: at})
			}
		}
		err = r.Push(ctx, scratch, gone)
	}
	if err != nil {
		return r.missing(RightDelete, fmt.Errorf("%s may be left there, to be removed by hand: %w", strings.Join(names, " and "), err))
	}
	return nil
}

// twoCommits makes a commit of the empty tree and one on top.
func (r *Repository) twoCommits(ctx context.Context) (one, two forks.Hash, err error) {
	q, err := r.Quarantine(ctx)
	if err != nil {
		return one, two, err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	tree, err := q.Write("tree", nil)
	if err != nil {
		return one, two, err
	}
	commit := func(parents ...forks.Hash) (forks.Hash, error) {
		var b strings.Builder
		fmt.Fprintf(&b, "tree %s\n", tree)
		for _, p := range parents {
			fmt.Fprintf(&b, "parent %s\n", p)
		}
		who := fmt.Sprintf("auxsync <auxsync@localhost> %d +0000", r.git.clock.Now().Unix())
		fmt.Fprintf(&b, "author %s\ncommitter %s\n\ntry what auxsync may do here; this may be removed\n", who, who)
		return q.Write("commit", []byte(b.String()))
	}
	if one, err = commit(); err != nil {
		return one, two, err
	}
	if two, err = commit(one); err != nil {
		return one, two, err
	}
	return one, two, q.Pack(ctx, []forks.Hash{two}, nil)
}
