package syncer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/prove"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// road is what of the upstreams a track follows.
type road struct {
	tips     []forks.Hash // of the branch, one of each upstream that has it, or of the releases
	releases map[forks.Hash]string
	tags     bool
	trouble  string // why there is none
	onChain  map[forks.Hash]bool
}

// road fetches what a track follows, once.
func (v *stranger) road(ctx context.Context, follow string) (road, error) {
	if r, known := v.roads[follow]; known {
		return r, nil
	}
	r := road{releases: map[forks.Hash]string{}, onChain: map[forks.Hash]bool{}}
	pattern, tags := forks.Track{Follow: follow}.FollowsTags()
	r.tags = tags
	for i, up := range v.ups {
		from, to := string(forks.BranchRef(follow)), upstreamsPlace+strconv.Itoa(len(v.roads))+"/"+strconv.Itoa(i)+"/"
		spec := repo.FetchSpec{From: from, To: to + "tip"}
		if tags {
			spec = repo.FetchSpec{From: "refs/tags/" + pattern, To: to + pattern}
		}
		v.say("fetching " + forks.Inert(follow) + " of upstream " + up.URL())
		err := up.Fetch(ctx, v.local, []repo.FetchSpec{spec}, v.o.Fetched)
		var missing *repo.MissingRefError
		var problem *forks.Problem
		switch {
		case errors.As(err, &missing):
			continue
		case errors.As(err, &problem):
			return r, fmt.Errorf("fetch upstream: %w", err)
		case err != nil && ctx.Err() != nil:
			return r, context.Cause(ctx)
		case err != nil: // it is no name of a branch or tag
			continue
		}
		commits, err := v.local.Commits(ctx, to)
		if err != nil {
			return r, err
		}
		names := map[string]forks.Hash{}
		for ref, id := range commits {
			names[strings.TrimPrefix(string(ref), to)] = id
		}
		if !tags {
			r.tips = append(r.tips, names["tip"])
			continue
		}
		var list []string
		for name := range names {
			list = append(list, name)
		}
		for _, tag := range forks.Releases(pattern, list) {
			r.tips = append(r.tips, names[tag])
			r.releases[names[tag]] = tag
		}
	}
	if len(r.tips) == 0 {
		r.trouble = fmt.Sprintf("and upstream has nothing to follow as %q", forks.Clip(forks.Inert(follow), 100))
	}
	v.roads[follow] = r
	return r, nil
}

// Commit implements [prove.Evidence].
func (v *stranger) Commit(id forks.Hash) (prove.Commit, bool, error) {
	if c, known := v.commits[id]; known {
		if c == nil {
			return prove.Commit{}, false, nil
		}
		return *c, true, nil
	}
	c, err := v.readCommit(id)
	if err != nil {
		return prove.Commit{}, false, err
	}
	v.commits[id] = c
	if c == nil {
		return prove.Commit{}, false, nil
	}
	return *c, true, nil
}

// readCommit reads a commit; nil if there is none, or none that can be read.
func (v *stranger) readCommit(id forks.Hash) (*prove.Commit, error) {
	if id.IsZero() {
		return nil, nil
	}
	kind, raw, err := v.q.Object(id)
	var missing *repo.MissingObjectError
	var damaged *repo.DamagedError
	switch {
	case errors.As(err, &missing), errors.As(err, &damaged), err == nil && kind != "commit":
		return nil, nil
	case err != nil:
		return nil, err
	}
	tree, parents, err := commitLinks(raw)
	if err != nil || tree.IsZero() {
		return nil, nil
	}
	head, message, _ := strings.Cut(string(raw), "\n\n")
	c := &prove.Commit{Tree: tree, Parents: parents, Message: message}
	for line := range strings.Lines(head) {
		if author, ok := strings.CutPrefix(line, "author "); ok {
			c.Author = strings.TrimSuffix(author, "\n")
			break
		}
	}
	return c, nil
}

// Contains implements [prove.Evidence].
func (v *stranger) Contains(ctx context.Context, whole, part forks.Hash) (bool, error) {
	return v.q.IsAncestor(ctx, part, whole)
}

// OnUpstream implements [prove.Evidence].
func (v *stranger) OnUpstream(ctx context.Context, follow string, base forks.Hash) (string, error) {
	r, err := v.road(ctx, follow)
	if err != nil || r.trouble != "" {
		return r.trouble, err
	}
	if r.tags {
		if r.releases[base] == "" {
			return "which is no release of upstream that matches " + forks.Inert(follow), nil
		}
		return "", nil
	}
	on, known := r.onChain[base]
	for _, tip := range r.tips {
		if known || on {
			break
		}
		if on, err = v.onChain(ctx, tip, base); err != nil {
			return "", err
		}
	}
	r.onChain[base] = on
	if !on {
		return "which is not on the first-parent chain of upstream's " + forks.Inert(follow), nil
	}
	return "", nil
}

// onChain reports whether a commit is on a tip's first-parent chain.
func (v *stranger) onChain(ctx context.Context, tip, base forks.Hash) (bool, error) {
	above, err := v.q.FirstParents(ctx, base, tip)
	if err != nil || len(above) == 0 {
		return tip == base, err
	}
	oldest, ok, err := v.Commit(above[len(above)-1])
	return ok && len(oldest.Parents) > 0 && oldest.Parents[0] == base, err
}

// InUpstream implements [prove.Evidence].
func (v *stranger) InUpstream(ctx context.Context, follow string, id forks.Hash) (bool, error) {
	r, err := v.road(ctx, follow)
	if err != nil {
		return false, err
	}
	if _, ok, err := v.Commit(id); err != nil || !ok {
		return false, err
	}
	for i := range r.tips {
		if in, err := v.q.IsAncestor(ctx, id, r.tips[len(r.tips)-1-i]); err != nil || in {
			return in, err
		}
	}
	return false, nil
}

// New implements [prove.Evidence].
func (v *stranger) New(ctx context.Context, tip forks.Hash, not ...forks.Hash) ([]forks.CommitInfo, error) {
	return v.q.NewCommits(ctx, tip, not...)
}

// Merge implements [prove.Evidence].
func (v *stranger) Merge(ctx context.Context, base, ours, theirs forks.Hash) (forks.MergeResult, error) {
	return v.merger(forks.OwnMerger, v.q).Merge(ctx, base, ours, theirs)
}

// Unreachable implements [prove.Evidence].
func (v *stranger) Unreachable(ctx context.Context, ids []forks.Hash) ([]forks.Hash, error) {
	var gone, here []forks.Hash
	for _, id := range ids {
		if _, ok, err := v.Commit(id); err != nil {
			return nil, err
		} else if ok {
			here = append(here, id)
		} else {
			gone = append(gone, id)
		}
	}
	outside, err := v.q.Outside(ctx, here, v.refs)
	return append(gone, outside...), err
}

var _ prove.Evidence = (*stranger)(nil)
