package repo_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestACacheIsSharedOrOnesAlone(t *testing.T) {
	t.Parallel()
	g, dir := newGit(t), t.TempDir()
	one, two := g.Use(dir), g.TryUse(filepath.Join(dir, "x", ".."))
	if _, ok := g.TryAlone(dir); ok {
		t.Fatal("alone beside two others")
	}
	one()
	one() // a second time counts for nothing
	if _, ok := g.TryAlone(dir); ok {
		t.Fatal("alone beside another")
	}
	two()
	alone, ok := g.TryAlone(dir)
	if !ok {
		t.Fatal("not alone, although nobody is there")
	}
	if _, ok := g.TryAlone(dir); ok {
		t.Fatal("two are alone")
	}
	g.TryUse(dir)() // does not wait, and gives nothing free that is another's
	if _, ok := g.TryAlone(dir); ok {
		t.Fatal("a short look ended somebody's being alone")
	}
	other, ok := g.TryAlone(t.TempDir())
	if !ok {
		t.Fatal("somebody alone keeps others from another cache")
	}
	other()
	shared := make(chan func())
	go func() { shared <- g.Use(dir) }()
	select {
	case <-shared:
		t.Fatal("somebody came to one who is alone")
	case <-time.After(10 * time.Millisecond):
	}
	alone()
	(<-shared)()
}

func TestRebuildWaitsForTheLastUserAndKeepsNobodyOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	dir := b.cache.Dir()
	release := b.git.Use(dir)
	if err := os.Remove(filepath.Join(dir, "HEAD")); err != nil {
		t.Fatal(err)
	}
	_, err := b.git.OpenCache(t.Context(), dir)
	var damage *repo.DamagedError
	if !errors.As(err, &damage) {
		t.Fatalf("no DamagedError: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = b.git.Rebuild(ctx, damage)
	wantKind(t, err, forks.Retry)
	rebuilt := make(chan error, 1)
	go func() {
		_, err := b.git.Rebuild(t.Context(), damage)
		rebuilt <- err
	}()
	b.git.Use(dir)() // comes and goes meanwhile
	if _, err := os.Stat(filepath.Join(dir, "objects")); err != nil {
		t.Errorf("the cache went while it was in use: %v", err)
	}
	release()
	if err := <-rebuilt; err != nil {
		t.Error(err)
	}
}

func TestTheSameDamageIsRebuiltOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	dir := b.cache.Dir()
	if err := os.Remove(filepath.Join(dir, "HEAD")); err != nil {
		t.Fatal(err)
	}
	_, err := b.git.OpenCache(t.Context(), dir)
	var damage *repo.DamagedError
	if !errors.As(err, &damage) {
		t.Fatalf("no DamagedError: %v", err)
	}
	if b.cache, err = b.git.Rebuild(t.Context(), damage); err != nil {
		t.Fatal(err)
	}
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	b.fetch(t)
	if _, err = b.git.Rebuild(t.Context(), damage); err != nil {
		t.Fatal(err)
	}
	if !has(t, b.cache, one) {
		t.Error("what the first one fetched was thrown away by the second")
	}
}

// TestSeveralWorkInOneCacheAtOnce has several forks of one upstream fetch, read,
// plan, keep and push at the same time.
func TestSeveralWorkInOneCacheAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	base := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	const several, rounds = 5, 3
	var forkRepos []*repotest.Repo
	for i := range several {
		f := b.up.Fork(t, filepath.Join(t.TempDir(), fmt.Sprintf("fork%d.git", i)))
		f.SetRef(t, "old", base)
		forkRepos = append(forkRepos, f)
	}
	var mu sync.Mutex // of up, which is no part of the test
	pass := func(i int) error {
		cache, err := b.git.OpenCache(t.Context(), b.cache.Dir())
		if err != nil {
			return err
		}
		defer cache.Close()
		ns := fmt.Sprintf("refs/auxsync/f%d/", i)
		fork := remote(t, b.git, repo.Access{URL: forkRepos[i].Dir, Transports: localFiles})
		if err := fork.Fetch(t.Context(), cache, []repo.FetchSpec{{From: "refs/heads/*", To: ns + "heads/*"}}, nil); err != nil {
			return err
		}
		if err := b.remote(t).Fetch(t.Context(), cache, []repo.FetchSpec{{From: "refs/heads/main", To: ns + "upstream"}}, nil); err != nil {
			return err
		}
		if err := cache.Graph(t.Context()); err != nil {
			return err
		}
		refs, err := cache.Refs(t.Context(), ns)
		if err != nil {
			return err
		}
		tip := refs[forks.Ref(ns+"heads/main")]
		q, err := cache.Quarantine(t.Context())
		if err != nil {
			return err
		}
		defer q.Close()
		if _, err := q.MergeCommits(t.Context(), tip, refs[forks.Ref(ns+"upstream")]); err != nil {
			return err
		}
		next := commitOn(t, q, tip, fmt.Sprint("f", i), noise(2000+i))
		if err := q.Pack(t.Context(), []forks.Hash{next}, []forks.Hash{tip}); err != nil {
			return err
		}
		updates := []forks.RefUpdate{{Ref: "refs/heads/main", Old: tip, New: next}}
		if old := refs[forks.Ref(ns+"heads/old")]; !old.IsZero() {
			updates = append(updates, forks.RefUpdate{Ref: "refs/heads/old", Old: old}) // pruned by the next fetch
		}
		return fork.Push(t.Context(), cache, updates)
	}
	errs := make(chan error)
	for i := range several {
		go func() {
			var all []error
			for range rounds {
				release := b.git.Use(b.cache.Dir())
				all = append(all, pass(i))
				release()
				mu.Lock()
				b.up.Commit(t, "main", repotest.Ada, "more", files{"a": fmt.Sprint(i), "b": noise(i + 1)})
				mu.Unlock()
			}
			errs <- errors.Join(all...)
		}()
	}
	for range several {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	fsck(t, b.cache.Dir())
	nothingTemporary(t, b.cache.Dir())
	for _, f := range forkRepos {
		f.Fsck(t)
		if refs := f.Refs(t); !refs["refs/heads/old"].IsZero() {
			t.Error("a branch was not removed")
		}
	}
}
