package syncertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// remote is a server as a pass sees it.
type remote struct {
	git    *Git
	access repo.Access
}

// URL implements [syncer.Remote].
func (r *remote) URL() string { return r.access.URL }

// server is who answers at the address.
func (r *remote) server(doing string) (*Server, error) {
	r.git.mu.Lock()
	s := r.git.servers[r.access.URL]
	r.git.mu.Unlock()
	if s == nil {
		return nil, forks.AskPerson("check the URL", "%s %s: repository not found", doing, r.access.URL)
	}
	if s.Away != nil {
		if err := s.Away(); err != nil {
			return nil, fmt.Errorf("%s %s: %w", doing, r.access.URL, err)
		}
	}
	return s, nil
}

// List implements [syncer.Remote].
func (r *remote) List(_ context.Context, prefixes ...string) (map[forks.Ref]forks.Hash, error) {
	s, err := r.server("list the refs of")
	if err != nil {
		return nil, err
	}
	refs := s.refs()
	maps.DeleteFunc(refs, func(ref forks.Ref, _ forks.Hash) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(string(ref), p) {
				return false
			}
		}
		return len(prefixes) > 0
	})
	return refs, nil
}

// Head implements [syncer.Remote].
func (r *remote) Head(context.Context) (branch string, err error) {
	s, err := r.server("ask for the HEAD of")
	if err != nil {
		return "", err
	}
	if _, ok := s.refs()[forks.BranchRef(headBranch)]; ok {
		return headBranch, nil
	}
	return "", nil
}

// Fetch implements [syncer.Remote].
func (r *remote) Fetch(ctx context.Context, into syncer.Repository, specs []repo.FetchSpec, _ io.Writer) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	to, ok := into.(*repository)
	if !ok {
		return fmt.Errorf("%s is no repository of this memory", into.Dir())
	}
	s, err := r.server("fetch")
	if err != nil {
		return err
	}
	refs := s.refs()
	for _, spec := range specs {
		if strings.Contains(spec.From, "*") != strings.Contains(spec.To, "*") {
			return fmt.Errorf("fetch spec %q:%q: one side is a pattern", spec.From, spec.To)
		}
		if _, there := refs[forks.Ref(spec.From)]; !there && !strings.Contains(spec.From, "*") {
			return &repo.MissingRefError{Ref: forks.Ref(spec.From), URL: r.access.URL}
		}
	}
	to.fetched(refs, specs)
	return nil
}

// fetched moves the refs that specs lead to.
func (r *repository) fetched(refs map[forks.Ref]forks.Hash, specs []repo.FetchSpec) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := map[forks.Ref]forks.Hash{}
	for _, spec := range specs {
		for ref, id := range refs {
			if middle, ok := starred(spec.From, string(ref)); ok {
				found[forks.Ref(strings.Replace(spec.To, "*", middle, 1))] = id
			}
		}
	}
	for _, spec := range specs {
		for ref := range r.refs {
			if _, ok := starred(spec.To, string(ref)); ok && found[ref].IsZero() {
				delete(r.refs, ref)
			}
		}
	}
	maps.Copy(r.refs, found)
}

// starred is what the star of a pattern stands for in a name; "" where there is none.
func starred(pattern, name string) (middle string, ok bool) {
	before, after, star := strings.Cut(pattern, "*")
	if !star {
		return "", pattern == name
	}
	middle, ok = strings.CutPrefix(name, before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(middle, after)
}

// FetchShallow implements [syncer.Remote]: here it costs nothing to have all.
func (r *remote) FetchShallow(ctx context.Context, into syncer.Repository, specs []repo.FetchSpec) error {
	return r.Fetch(ctx, into, specs, nil)
}

// Push implements [syncer.Remote].
func (r *remote) Push(ctx context.Context, _ syncer.Repository, updates []forks.RefUpdate) error {
	if r.access.ReadOnly {
		return fmt.Errorf("push to %s: it is followed, and never pushed to", r.access.URL)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(updates) == 0 {
		return nil
	}
	if err := r.sound(updates); err != nil {
		return fmt.Errorf("push to %s: %w", r.access.URL, err)
	}
	s, err := r.server("push to")
	if err != nil {
		return err
	}
	if s.BeforePush != nil {
		if err := s.BeforePush(updates); err != nil {
			return fmt.Errorf("push to %s: %w", r.access.URL, err)
		}
	}
	if err := s.take(updates); err != nil {
		return err
	}
	if s.AfterPush != nil {
		if err := s.AfterPush(updates); err != nil {
			return fmt.Errorf("push to %s: %w", r.access.URL, err)
		}
	}
	return nil
}

// sound refuses what git would not even send.
func (r *remote) sound(updates []forks.RefUpdate) error {
	seen := map[forks.Ref]bool{}
	for _, u := range updates {
		switch {
		case !strings.HasPrefix(string(u.Ref), "refs/"):
			return fmt.Errorf("%q is not a full ref name", u.Ref)
		case seen[u.Ref]:
			return fmt.Errorf("%s is moved twice", u.Ref)
		case u.Old.IsZero() && u.New.IsZero():
			return fmt.Errorf("%s is neither made nor removed", u.Ref)
		}
		seen[u.Ref] = true
		if u.New.IsZero() {
			continue
		}
		if _, err := r.git.view().object(u.New); err != nil {
			return &forks.Problem{Kind: forks.NeedsPerson, Next: "read what the remote said",
				Err: &repo.RefusedError{URL: r.access.URL, Ref: u.Ref, Reason: "refused", Lines: []string{err.Error()}}}
		}
	}
	return nil
}

// Probe implements [syncer.Remote].
func (r *remote) Probe(_ context.Context, rewind bool) error {
	s, err := r.server("try")
	if err != nil {
		return err
	}
	var missing []error
	if rewind && s.DenyRewinds {
		missing = append(missing, &repo.RightError{URL: r.access.URL, Right: repo.RightRewind, Err: errors.New(reasonRewind)})
	}
	if s.DenyDeletes {
		missing = append(missing, &repo.RightError{URL: r.access.URL, Right: repo.RightDelete, Err: errors.New(reasonDelete)})
	}
	if len(missing) == 0 {
		return nil
	}
	return &forks.Problem{Kind: forks.NeedsPerson, Err: errors.Join(missing...), Next: "give the credential the right"}
}
