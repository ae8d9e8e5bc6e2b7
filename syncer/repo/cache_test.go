package repo_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestACacheIsMadeOnceAndOpenedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	b.fetch(t)
	again, err := newGit(t).OpenCache(t.Context(), b.cache.Dir())
	if err != nil {
		t.Fatal(err)
	}
	refs, err := again.Refs(t.Context(), "refs/auxsync/up/")
	if err != nil || !maps.Equal(refs, map[forks.Ref]forks.Hash{"refs/auxsync/up/main": one}) {
		t.Errorf("refs %v, error %v", refs, err)
	}
	none, err := again.Refs(t.Context(), "refs/auxsync/u")
	if err != nil || len(none) != 0 {
		t.Errorf("half a name lists %v, error %v", none, err)
	}
}

func TestAFolderThatHoldsSomethingElseIsLeftAlone(t *testing.T) {
	t.Parallel()
	g, dir := newGit(t), t.TempDir()
	precious := filepath.Join(dir, "precious")
	overwriteNew(t, precious)
	_, err := g.OpenCache(t.Context(), dir)
	wantKind(t, err, forks.NeedsPerson)
	_, err = g.Rebuild(t.Context(), &repo.DamagedError{Dir: dir})
	wantKind(t, err, forks.NeedsPerson)
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}

func overwriteNew(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestADamagedCacheIsSaidToBeOneAndCanBeRebuilt(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(dir string) error{
		"no HEAD":    func(dir string) error { return os.Remove(filepath.Join(dir, "HEAD")) },
		"no config":  func(dir string) error { return os.Remove(filepath.Join(dir, "config")) },
		"no objects": func(dir string) error { return os.RemoveAll(filepath.Join(dir, "objects")) },
		"no refs":    func(dir string) error { return os.RemoveAll(filepath.Join(dir, "refs")) },
		"HEAD is garbage": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "HEAD"), []byte("\x00\x01"), 0o644)
		},
		"config is garbage": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "config"), []byte("[core\n"), 0o644)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
			b.fetch(t)
			if err := damage(b.cache.Dir()); err != nil {
				t.Fatal(err)
			}
			_, err := b.git.OpenCache(t.Context(), b.cache.Dir())
			var damaged *repo.DamagedError
			if !errors.As(err, &damaged) || damaged.Dir != b.cache.Dir() {
				t.Fatalf("no DamagedError: %v", err)
			}
			b.cache, err = b.git.Rebuild(t.Context(), damaged)
			if err != nil {
				t.Fatal(err)
			}
			if kind, _, err := b.quarantine(t).Object(one); err != nil || kind != "commit" {
				t.Errorf("%s, error %v", kind, err)
			}
		})
	}
}

func TestOpenCacheSweepsOnlyWhatIsOlderThanTheProcess(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	b.fetch(t)
	dir := b.cache.Dir()
	before := listing(t, dir)
	leftovers := []string{
		"objects/pack/tmp_pack_x", "objects/pack/tmp_idx_x", "objects/ab/tmp_obj_x", "packed-refs.lock", "config.lock",
		"refs/auxsync/up/main.lock", "objects/info/commit-graphs/commit-graph-chain.lock", "quarantine-1/objects/ab/cd", "objects/pack/.tmp-1-pack-x",
	}
	for _, path := range leftovers {
		overwriteNew(t, filepath.Join(dir, path))
	}
	started := time.Now()
	old := started.Add(-time.Hour)
	for _, path := range append(leftovers, "quarantine-1") {
		if err := os.Chtimes(filepath.Join(dir, path), old, old); err != nil {
			t.Fatal(err)
		}
	}
	open := func(started time.Time) map[string]int64 {
		cache, err := newGitWith(t, repo.Options{Started: started}).OpenCache(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		return listing(t, cache.Dir())
	}
	if got := open(started.Add(-2 * time.Hour)); len(got) != len(before)+len(leftovers) {
		t.Errorf("what is younger than the process was swept: %v", got)
	}
	if got := open(started); !maps.Equal(got, before) {
		t.Errorf("after the sweep: %v, want %v", got, before)
	}
	b.fetch(t)
}

func TestAScratchBorrowsFromTheCacheAndLeavesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": ten, "big": noise(1 << 20)})
	b.fetch(t)
	before := listing(t, b.cache.Dir())
	two := b.up.Commit(t, "main", repotest.Ada, "two", files{"a": "0\n" + ten})

	scratch, err := b.git.Scratch(t.Context(), b.cache)
	if err != nil {
		t.Fatal(err)
	}
	fetchAll(t, b.remote(t), scratch)
	var size int64
	for _, n := range listing(t, scratch.Dir()) {
		size += n
	}
	if size > 1<<19 {
		t.Errorf("the scratch repository fetched %d bytes that the cache has", size)
	}
	refs, err := scratch.Refs(t.Context(), "")
	if err != nil || !maps.Equal(refs, map[forks.Ref]forks.Hash{"refs/auxsync/up/main": two}) {
		t.Errorf("refs %v, error %v", refs, err)
	}
	q := quarantine(t, scratch)
	for _, id := range []forks.Hash{one, two} {
		if kind, _, err := q.Object(id); err != nil || kind != "commit" {
			t.Errorf("%s: %s, error %v", id, kind, err)
		}
	}
	theirs := commitOn(t, q, one, "c", "c\n")
	merged, err := q.MergeCommits(t.Context(), two, theirs)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Pack(t.Context(), []forks.Hash{theirs}, nil); err != nil {
		t.Error(err)
	}
	if merged.Tree.IsZero() {
		t.Error("no tree")
	}
	if err := scratch.Graph(t.Context()); err != nil {
		t.Error(err)
	}
	if err := scratch.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(scratch.Dir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the scratch repository is still there: %v", err)
	}
	if after := listing(t, b.cache.Dir()); !maps.Equal(before, after) {
		t.Errorf("the cache changed: %v, was %v", after, before)
	}
}

func TestAScratchWithoutACacheFetchesAll(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	scratch, err := b.git.Scratch(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer scratch.Close()
	fetchAll(t, b.remote(t), scratch)
	if kind, _, err := quarantine(t, scratch).Object(one); err != nil || kind != "commit" {
		t.Errorf("%s, error %v", kind, err)
	}
}

func TestAPathWithAColonAndAQuote(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	cache, err := b.git.OpenCache(t.Context(), filepath.Join(t.TempDir(), `a:b "c" \d`+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	fetchAll(t, b.remote(t), cache)
	q := quarantine(t, cache)
	list, err := q.NewCommits(t.Context(), commitOn(t, q, one, "x", "x"))
	if err != nil || len(list) != 2 {
		t.Errorf("%v, error %v", list, err)
	}
	if err := cache.Graph(t.Context()); err != nil && !strings.Contains(err.Error(), "none") {
		t.Error(err)
	}
}
