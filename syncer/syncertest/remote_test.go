package syncertest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
	"github.com/auxolotl/auxsync/syncer/syncertest"
)

// both is one server on disk and in memory, with a cache of it.
type both struct {
	people  [2]people
	remotes [2]syncer.Remote
	caches  [2]syncer.Repository
	memory  *syncertest.Server
	real    *repotest.Repo
	commits []forks.Hash // a line of three, and one beside it
}

func newBoth(t *testing.T) *both {
	t.Helper()
	dir := t.TempDir()
	onDisk, err := repo.New(t.Context(), repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = onDisk.Close() })
	url, git := filepath.Join(dir, "fork.git"), syncertest.NewGit()
	b := &both{real: repotest.New(t, url), memory: git.NewServer(url)}
	b.people = [2]people{b.real, b.memory}
	for i, g := range []syncer.Git{syncer.OnDisk(onDisk), git} {
		var ids []forks.Hash
		for n := range 3 {
			ids = append(ids, b.people[i].Commit(t, "main", repotest.Ada, fmt.Sprint(n), map[string]string{"a": fmt.Sprint(n)}))
		}
		ids = append(ids, b.people[i].Build(t, repotest.Commit{Branch: "beside", Parents: ids[:1], Subject: "beside"})...)
		if b.commits = append(b.commits, ids...); !slices.Equal(b.commits[:4], ids) {
			t.Fatalf("other commits in memory: %v", b.commits)
		}
		var err error
		if b.remotes[i], err = g.Remote(repo.Access{URL: url, Transports: []string{"file"}}); err == nil {
			b.caches[i], err = g.OpenCache(t.Context(), filepath.Join(dir, "cache"))
		}
		if err == nil {
			err = b.remotes[i].Fetch(t.Context(), b.caches[i], []repo.FetchSpec{{From: "refs/heads/*", To: "refs/auxsync/all/*"}}, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b.commits = b.commits[:4]
	return b
}

// ended tells how a push ended, by what a pass makes of it.
func ended(err error) string {
	var lease *repo.LeaseError
	var refused *repo.RefusedError
	var missing *repo.MissingRefError
	switch {
	case err == nil:
		return "done"
	case errors.As(err, &lease):
		return fmt.Sprintf("lease lost, %v", forks.KindOf(err))
	case errors.As(err, &refused):
		return fmt.Sprintf("refused: %s, %v", refused.Reason, forks.KindOf(err))
	case errors.As(err, &missing):
		return "missing " + string(missing.Ref)
	}
	return "failed"
}

// agree has both do the same, and fails unless it ends alike and leaves the same refs.
func (b *both) agree(t *testing.T, what string, do func(i int) error) {
	t.Helper()
	var said [2]string
	var refs [2]map[forks.Ref]forks.Hash
	for i := range said {
		said[i] = ended(do(i))
		refs[i] = b.people[i].Refs(t)
		local, err := b.caches[i].Refs(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(refs[i], local)
	}
	if said[0] != said[1] || !maps.Equal(refs[0], refs[1]) {
		t.Fatalf("%s:\non disk   %s, %v\nin memory %s, %v", what, said[0], refs[0], said[1], refs[1])
	}
}

func (b *both) push(t *testing.T, updates []forks.RefUpdate) {
	t.Helper()
	b.agree(t, fmt.Sprintf("push %v", updates), func(i int) error {
		return b.remotes[i].Push(context.Background(), b.caches[i], updates)
	})
}

// drawPush draws updates whose leases hold more often than not.
func drawPush(t *rapid.T, now map[forks.Ref]forks.Hash, commits []forks.Hash) []forks.RefUpdate {
	names := []forks.Ref{"refs/heads/main", "refs/heads/x", "refs/auxsync/state/x", "refs/heads/x/y", "refs/heads/gone"}
	ids := append([]forks.Hash{{}}, commits...)
	var out []forks.RefUpdate
	for _, ref := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 3, rapid.ID).Draw(t, "refs") {
		u := forks.RefUpdate{Ref: ref, Old: now[ref], New: rapid.SampledFrom(ids).Draw(t, "new")}
		if rapid.IntRange(0, 5).Draw(t, "wrong lease") == 0 {
			u.Old = rapid.SampledFrom(ids).Draw(t, "old")
		}
		if u.Old.IsZero() && u.New.IsZero() {
			u.New = commits[0]
		}
		out = append(out, u)
	}
	return out
}

func TestPushesEndAsTheyDoWithGit(t *testing.T) {
	t.Parallel()
	for seed := range 8 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			b := newBoth(t)
			if b.memory.DenyRewinds = seed%4 == 1; b.memory.DenyRewinds {
				b.real.Git(t, "config", "receive.denyNonFastForwards", "true")
			}
			if b.memory.DenyDeletes = seed%4 == 2; b.memory.DenyDeletes {
				b.real.Git(t, "config", "receive.denyDeletes", "true")
			}
			for n := range 12 {
				now := b.memory.Refs(t)
				b.push(t, rapid.Custom(func(t *rapid.T) []forks.RefUpdate { return drawPush(t, now, b.commits) }).Example(100*seed+n))
			}
		})
	}
}

func TestLeasesAndRules(t *testing.T) {
	t.Parallel()
	b := newBoth(t)
	c := b.commits
	for _, updates := range [][]forks.RefUpdate{
		{{Ref: "refs/heads/main", Old: c[1], New: c[0]}},                                                                   // a wrong lease
		{{Ref: "refs/heads/main", Old: c[1], New: c[2]}},                                                                   // but it is there already
		{{Ref: "refs/heads/new", New: c[0]}, {Ref: "refs/heads/main", Old: c[0], New: c[3]}},                               // one takes the other along
		{{Ref: "refs/heads/new", New: c[0]}, {Ref: "refs/heads/main", Old: c[2], New: c[3]}},                               // sideways
		{{Ref: "refs/heads/new", New: c[1]}},                                                                               // must not exist
		{{Ref: "refs/heads/new/below", New: c[1]}},                                                                         // below another one
		{{Ref: "refs/heads/new", Old: c[0]}, {Ref: "refs/auxsync/archive/x/1", New: c[2]}},                                 // a deletion
		{{Ref: "refs/heads/new", Old: c[0]}},                                                                               // of what is gone
		{{Ref: "refs/heads/new", New: c[1]}, {Ref: "refs/heads/new", New: c[2]}},                                           // twice
		{{Ref: "refs/heads/new"}},                                                                                          // nothing
		{{Ref: "main", New: c[1]}},                                                                                         // no full name
		{{Ref: "refs/heads/main", Old: c[3], New: forks.Hash{1}}, {Ref: "refs/auxsync/archive/x/1", Old: c[2], New: c[0]}}, // nobody has it
	} {
		b.push(t, updates)
	}
	b.memory.DenyRewinds, b.memory.DenyDeletes = true, true
	b.real.Git(t, "config", "receive.denyNonFastForwards", "true")
	b.real.Git(t, "config", "receive.denyDeletes", "true")
	b.push(t, []forks.RefUpdate{{Ref: "refs/heads/main", Old: c[3], New: c[0]}, {Ref: "refs/heads/more", New: c[0]}})
	b.push(t, []forks.RefUpdate{{Ref: "refs/heads/main", Old: c[3]}})
	for _, s := range b.remotes {
		heads, err := s.List(t.Context(), "refs/heads/")
		if head, headErr := s.Head(t.Context()); err != nil || headErr != nil || head != "main" || len(heads) != 2 {
			t.Errorf("HEAD %q, %v; %v, %v", head, headErr, heads, err)
		}
	}
}

func TestFetchBringsWhatThereIsAndForgetsWhatIsNot(t *testing.T) {
	t.Parallel()
	b := newBoth(t)
	set := func(ref string, id forks.Hash) {
		for _, p := range b.people {
			p.SetRef(t, ref, id)
		}
	}
	fetch := func(specs ...repo.FetchSpec) {
		t.Helper()
		b.agree(t, fmt.Sprintf("fetch %v", specs), func(i int) error {
			return b.remotes[i].Fetch(context.Background(), b.caches[i], specs, nil)
		})
	}
	main := repo.FetchSpec{From: "refs/heads/main", To: "refs/auxsync/f/heads/main"}
	states := repo.FetchSpec{From: "refs/auxsync/state/*", To: "refs/auxsync/f/state/*"}
	policy := repo.FetchSpec{From: "refs/heads/auxsync/policy*", To: "refs/auxsync/f/heads/auxsync/policy*"}
	set("refs/auxsync/state/a", b.commits[0])
	set("refs/auxsync/state/a.b/c", b.commits[1])
	set("auxsync/policy", b.commits[2])
	set("auxsync/policy-x/onto", b.commits[2])
	fetch(main, states, policy)
	set("refs/auxsync/state/a", forks.Hash{})
	set("auxsync/policy", forks.Hash{})
	set("main", b.commits[3])
	fetch(main, states, policy)
	fetch(main, states, repo.FetchSpec{From: "refs/heads/none", To: "refs/auxsync/f/heads/none"})
	set("main", forks.Hash{})
	fetch(states, main)
	fetch(states)
	fetch(repo.FetchSpec{From: "refs/heads/*", To: "refs/auxsync/f/one"})
	fetch()
}

func TestAnUpstreamIsNeverPushedTo(t *testing.T) {
	t.Parallel()
	git := syncertest.NewGit()
	s := git.NewServer("https://example.org/up.git")
	id := s.Commit(t, "main", repotest.Ada, "one", map[string]string{"a": "1"})
	r, err := git.Remote(repo.Access{URL: s.URL(), ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Push(t.Context(), nil, []forks.RefUpdate{{Ref: "refs/heads/x", New: id}}); err == nil || len(s.Refs(t)) != 1 {
		t.Errorf("%v, %v", err, s.Refs(t))
	}
}
