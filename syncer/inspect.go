package syncer

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// Finding is one thing that a check of a track looked at.
type Finding struct {
	What string `json:"what"` // what was looked at, in a few words
	// Problem is what is wrong; empty if nothing is.
	Problem string `json:"problem"`
	Breaks  string `json:"breaks"` // what does not work because of it
	Next    string `json:"next"`   // what to do about it
}

// OK reports whether nothing is wrong.
func (f Finding) OK() bool { return f.Problem == "" }

// finding makes a finding of an error, nil for none.
func finding(what, breaks string, err error) Finding {
	f := Finding{What: what}
	if err == nil {
		return f
	}
	f.Problem, f.Breaks = err.Error(), breaks
	var p *forks.Problem
	if errors.As(err, &p) && p.Next != "" {
		f.Next = p.Next
		f.Problem = strings.TrimSuffix(f.Problem, "; "+p.Next)
	}
	return f
}

// Inspect looks at everything that a pass over a track needs to find on its two
// remotes, and changes nothing. What it finds wrong is a finding; the error is only
// that ctx has ended.
func (s *Syncer) Inspect(ctx context.Context, t forks.Track, o Options) ([]Finding, error) {
	v, err := s.open(t, o)
	if err != nil {
		return []Finding{finding("addresses", "nothing can be fetched", err)}, nil
	}
	o.say("looking at upstream " + v.up.URL())
	list := []Finding{v.inspectUpstream(ctx)}
	o.say("looking at the fork " + v.fork.URL())
	heads, err := v.fork.List(ctx, "refs/heads/")
	list = append(list, finding("the fork answers", "no pass of the track works", err))
	if err != nil {
		return list, ctx.Err()
	}
	list = append(list, v.inspectBranch(heads), finding("room for the branches of conflicts", "the first conflict cannot be shown", v.room(ctx)))
	return list, ctx.Err()
}

// InspectRights tries what may be done on a track's fork: it pushes a throw-away
// ref and deletes it again, and with history = "rewrite" moves it back in between.
// What it finds wrong is a finding; the error is only that ctx has ended.
func (s *Syncer) InspectRights(ctx context.Context, t forks.Track, o Options) ([]Finding, error) {
	v, err := s.open(t, o)
	if err != nil {
		return nil, nil // Inspect has told
	}
	o.say("trying to push to the fork " + v.fork.URL() + " and to delete again")
	rewind := t.History == forks.Rewrite
	list := rights(v.fork.Probe(ctx, rewind), rewind)
	return list, ctx.Err()
}

// inspectUpstream looks whether what the track follows is there.
func (v *visit) inspectUpstream(ctx context.Context) Finding {
	const breaks = "the track stays where it is"
	if pattern, tags := v.track.FollowsTags(); tags {
		refs, err := v.up.List(ctx, "refs/tags/")
		if err == nil && len(forks.Releases(pattern, shortNames(refs, "refs/tags/"))) == 0 {
			err = forks.AskPerson("correct `follow`", "upstream has no release that matches %s", v.track.Follow)
		}
		return finding("upstream has releases", breaks, err)
	}
	refs, err := v.up.List(ctx, string(v.track.FollowRef()))
	if err == nil && refs[v.track.FollowRef()].IsZero() {
		err = v.noSuchBranch(ctx, v.up, "upstream", v.track.Follow, "follow")
	}
	return finding("upstream has the branch "+v.track.Follow, breaks, err)
}

// inspectBranch looks whether the fork has the branch that the track publishes to.
func (v *visit) inspectBranch(heads map[forks.Ref]forks.Hash) Finding {
	var err error
	if heads[v.track.BranchRef()].IsZero() {
		err = forks.AskPerson("push it, correct `branch`, or make it where upstream is now: auxsync adopt --create "+v.track.Name,
			"the fork has no branch %s", v.track.Branch)
	}
	return finding("the fork has the branch "+v.track.Branch, "the track cannot be adopted", err)
}

// rights says what the rights that are missing break.
func rights(err error, rewind bool) []Finding {
	wanted := []struct {
		right        repo.Right
		what, breaks string
	}{
		{repo.RightPush, "pushing to the fork", "nothing can be published, no conflict can be shown"},
		{repo.RightDelete, "deleting what was pushed", "the branches of settled conflicts and old archives stay for ever"},
		{repo.RightRewind, "moving a ref back", `history = "rewrite" cannot publish; use "merging"`},
	}
	if !rewind {
		wanted = wanted[:2]
	}
	missing := rightErrors(err)
	var list []Finding
	for _, r := range wanted {
		i := slices.IndexFunc(missing, func(e *repo.RightError) bool { return e.Right == r.right })
		if i < 0 {
			list = append(list, Finding{What: r.what})
			continue
		}
		list = append(list, finding(r.what, r.breaks, missing[i]))
		if r.right == repo.RightPush {
			return list // the others could not be tried
		}
	}
	if err != nil && len(missing) == 0 {
		return []Finding{finding("trying a push", "it is not known whether anything can be published", err)}
	}
	return list
}

// rightErrors finds every right that is missing in an error.
func rightErrors(err error) []*repo.RightError {
	var found []*repo.RightError
	var walk func(error)
	walk = func(err error) {
		if right, ok := err.(*repo.RightError); ok {
			found = append(found, right)
			return
		}
		switch wrapped := err.(type) {
		case interface{ Unwrap() error }:
			walk(wrapped.Unwrap())
		case interface{ Unwrap() []error }:
			for _, e := range wrapped.Unwrap() {
				walk(e)
			}
		}
	}
	if err != nil {
		walk(err)
	}
	return found
}

// shortNames lists refs without their prefix.
func shortNames(refs map[forks.Ref]forks.Hash, prefix string) []string {
	var names []string
	for ref := range refs {
		names = append(names, strings.TrimPrefix(string(ref), prefix))
	}
	slices.Sort(names)
	return names
}
