package rebase

import (
	"context"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// This file lays out the road ahead of a base: the commits of upstream that may be
// the next base, or a cause. It is upstream's first-parent chain, commit by commit.
// There are three exceptions, in which the road has steps: between one and the next
// lies more than one commit, and the next need not even contain the one before it.
//
//   - A track that follows tags has the releases, in version order.
//   - A track that is moved to another upstream begins on a base that is not part of
//     it: the first step is the new upstream's tip as it was first seen.
//   - A what-if census has the one commit that it asks about.

// Release is a tag of upstream with the commit that it stands for.
type Release struct {
	Tag    string // without refs/tags/
	Commit forks.Hash
}

// road returns the base and what lies ahead of it, oldest first, and how many steps
// it begins with.
func (p *Planner) road(ctx context.Context, in Input, base forks.Hash, foreign bool) (chain []forks.Hash, steps int, err error) {
	_, tags := in.Track.FollowsTags()
	switch {
	case !in.Onto.IsZero():
		return []forks.Hash{base, in.Onto}, 1, nil
	case foreign:
		return p.foreignRoad(ctx, in, base)
	case tags:
		chain = append([]forks.Hash{base}, releasesAfter(in.Releases, base)...)
		return chain, len(chain) - 1, nil
	}
	ahead, err := p.hist.FirstParents(ctx, base, in.Upstream)
	slices.Reverse(ahead)
	return append([]forks.Hash{base}, ahead...), 0, err
}

// releasesAfter lists the commits of the releases that follow the one at base, each
// once, in its newest place.
func releasesAfter(releases []Release, base forks.Hash) []forks.Hash {
	var out []forks.Hash
	for _, r := range slices.Backward(releases) {
		if r.Commit == base {
			break
		}
		if !slices.Contains(out, r.Commit) {
			out = append(out, r.Commit)
		}
	}
	slices.Reverse(out)
	return out
}

// foreignRoad is the road from a base that upstream does not have: one step to the
// oldest commit of upstream that people were asked about, and on from there; if they
// were asked about none, to upstream's tip.
func (p *Planner) foreignRoad(ctx context.Context, in Input, base forks.Hash) ([]forks.Hash, int, error) {
	first, err := p.firstAsked(ctx, in, base)
	if err != nil || first.IsZero() || first == in.Upstream {
		return []forks.Hash{base, in.Upstream}, 1, err
	}
	if _, tags := in.Track.FollowsTags(); tags {
		chain := append([]forks.Hash{base, first}, releasesAfter(in.Releases, first)...)
		return chain, len(chain) - 1, nil
	}
	ahead, err := p.hist.FirstParents(ctx, first, in.Upstream)
	slices.Reverse(ahead)
	return append([]forks.Hash{base, first}, ahead...), 1, err
}

// firstAsked returns the oldest commit of upstream, not contained in base, that a
// conflict or a resolution is pinned at; zero if there is none.
func (p *Planner) firstAsked(ctx context.Context, in Input, base forks.Hash) (forks.Hash, error) {
	var pins []forks.Hash
	for _, prop := range in.State.Proposals {
		pins = append(pins, prop.Conflict.AskedOn())
	}
	for _, patch := range in.State.Patches {
		for _, v := range patch.Versions {
			pins = append(pins, v.Pin)
		}
	}
	var first forks.Hash
	for _, pin := range distinct(pins) {
		theirs, err := p.onUpstream(ctx, in, pin)
		if err != nil || !theirs {
			if err != nil {
				return first, err
			}
			continue
		}
		if had, err := p.hist.IsAncestor(ctx, pin, base); err != nil || had {
			if err != nil {
				return first, err
			}
			continue
		}
		if first.IsZero() {
			first = pin
			continue
		}
		older, err := p.before(ctx, in, pin, first)
		if err != nil {
			return first, err
		}
		if older {
			first = pin
		}
	}
	return first, nil
}

// before reports whether a comes before b on upstream.
func (p *Planner) before(ctx context.Context, in Input, a, b forks.Hash) (bool, error) {
	if _, tags := in.Track.FollowsTags(); tags {
		return slices.Contains(releasesAfter(in.Releases, a), b), nil
	}
	return p.hist.IsAncestor(ctx, a, b)
}

// onUpstream reports whether a commit can be a base: it is a release, or upstream's
// tip contains it.
func (p *Planner) onUpstream(ctx context.Context, in Input, id forks.Hash) (bool, error) {
	if _, tags := in.Track.FollowsTags(); tags {
		return in.releaseAt(id) != "", nil
	}
	return p.hist.IsAncestor(ctx, id, in.Upstream)
}

// releaseAt returns the newest tag of a commit, "" if it has none.
func (in Input) releaseAt(id forks.Hash) string {
	for _, r := range slices.Backward(in.Releases) {
		if r.Commit == id {
			return r.Tag
		}
	}
	return ""
}

// newestUpstream returns the newest commit of upstream that could be a base and that
// tip contains, zero if it contains none.
func (p *Planner) newestUpstream(ctx context.Context, in Input, tip forks.Hash) (forks.Hash, error) {
	if _, tags := in.Track.FollowsTags(); !tags {
		return p.newestContained(ctx, in.Upstream, tip)
	}
	for _, r := range slices.Backward(in.Releases) {
		if had, err := p.hist.IsAncestor(ctx, r.Commit, tip); err != nil || had {
			return r.Commit, err
		}
	}
	return forks.Hash{}, nil
}

// newestOn returns the newest commit of the road that tip contains, zero if it
// contains none after position from.
func (p *Planner) newestOn(ctx context.Context, in Input, s *stack, tip forks.Hash, from int) (forks.Hash, error) {
	if _, tags := in.Track.FollowsTags(); !tags {
		return p.newestContained(ctx, in.Upstream, tip)
	}
	for pos := s.tip(); pos > from; pos-- {
		if had, err := p.hist.IsAncestor(ctx, s.chain[pos], tip); err != nil || had {
			return s.chain[pos], err
		}
	}
	return forks.Hash{}, nil
}

// mayStand checks that the recorded base is still part of upstream. It need not be
// while the track is moved to another upstream on purpose.
func (p *Planner) mayStand(ctx context.Context, in Input) error {
	s, t := in.State, in.Track
	ok, err := p.onUpstream(ctx, in, s.Base)
	if err != nil || ok || in.retargets() {
		return err
	}
	_, tags := t.FollowsTags()
	switch {
	case s.Follow != t.Follow || s.Upstream != t.Upstream && !forks.SameRepository(s.Upstream, t.Upstream):
		return in.stopf("if the change of upstream is meant: auxsync retarget "+t.Name+" --upstream "+forks.ShellWord(t.Upstream)+"; else set upstream and follow back in the configuration",
			"the base %s is not part of %s of %s, which the track is to follow now", s.Base.Short(), t.Follow, t.Upstream)
	case tags:
		return in.lostRelease()
	}
	return in.stopf("ask upstream what happened; the track goes on once "+t.Follow+" contains that commit again; to go on from what it has now: auxsync accept "+t.Name,
		"upstream's %s no longer contains the base %s: upstream was force-pushed", t.Follow, s.Base.Short())
}

// lostRelease is the stop of a track whose base is a release no more.
func (in Input) lostRelease() error {
	s := in.State
	name := s.Release
	if name == "" {
		return in.stopf("set follow to a pattern that has it", "no tag that matches %s is at the base %s any more", in.Track.Follow, s.Base.Short())
	}
	next := "ask upstream what happened; the track goes on once tag " + name + " is at that commit again"
	if i := slices.IndexFunc(in.Releases, func(r Release) bool { return r.Tag == name }); i >= 0 {
		return in.stopf(next, "upstream moved tag %s, the base of the track, from %s to %s", name, s.Base.Short(), in.Releases[i].Commit.Short())
	}
	return in.stopf(next, "upstream's tag %s, the base of the track at %s, is gone or no longer matches %s", name, s.Base.Short(), in.Track.Follow)
}

// retargets reports whether a person has said that the track moves to the upstream
// of the configuration: now, or in an earlier pass.
func (in Input) retargets() bool {
	if in.State == nil {
		return false
	}
	asked := in.State.Retarget
	return in.Retarget || in.Accept != nil || asked != nil && asked.Upstream == in.Track.Upstream && asked.Follow == in.Track.Follow
}

// retarget is what the new state says about a change of upstream: nothing once a base
// of it is published.
func (r *Result) retarget(pos int) *forks.Retarget {
	in := r.in
	if !r.foreign || pos > 0 {
		return nil
	}
	if asked := in.State.Retarget; asked != nil && asked.Upstream == in.Track.Upstream && asked.Follow == in.Track.Follow {
		return asked
	}
	return &forks.Retarget{Upstream: in.Track.Upstream, Follow: in.Track.Follow, By: in.Who, At: in.Now}
}
