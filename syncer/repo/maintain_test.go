package repo_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// maintain has the cache alone and maintains it.
func maintain(t *testing.T, b *bench, o repo.MaintainOptions) repo.Maintained {
	t.Helper()
	release, ok := b.git.TryAlone(b.cache.Dir())
	if !ok {
		t.Fatal("the cache is in use")
	}
	defer release()
	done, err := b.cache.Maintain(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// newTimedBench is a bench whose git has a clock that only moves when told.
func newTimedBench(t *testing.T, o repo.Options) (*bench, *clockwork.FakeClock) {
	t.Helper()
	clock := clockwork.NewFakeClockAt(time.Now())
	o.Clock = clock
	dir := t.TempDir()
	b := &bench{git: newGitWith(t, o), up: repotest.New(t, filepath.Join(dir, "up.git"))}
	cache, err := b.git.OpenCache(t.Context(), filepath.Join(dir, "cache"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cache.Close() })
	b.cache = cache
	return b, clock
}

func has(t *testing.T, r *repo.Repository, id forks.Hash) bool {
	t.Helper()
	again, err := newGit(t).OpenExisting(t.Context(), r.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	_, _, err = quarantine(t, again).Object(id)
	if err != nil && !errors.Is(err, repo.ErrMissing) {
		t.Fatal(err)
	}
	return err == nil
}

func fsck(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.Command("git", "-C", dir, "fsck", "--strict", "--full", "--no-dangling")
	cmd.Env = repotest.Env()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("fsck: %v\n%s", err, out)
	}
}

// keepUnreachable packs a commit that no ref reaches.
func keepUnreachable(t *testing.T, b *bench, parent forks.Hash, name string) forks.Hash {
	t.Helper()
	q := quarantine(t, b.cache)
	id := commitOn(t, q, parent, name, name)
	if err := q.Pack(t.Context(), []forks.Hash{id}, []forks.Hash{parent}); err != nil {
		t.Fatal(err)
	}
	return id
}

func age(t *testing.T, b *bench, by time.Duration) {
	t.Helper()
	then := time.Now().Add(-by)
	for path := range listing(t, b.cache.Dir()) {
		if err := os.Chtimes(filepath.Join(b.cache.Dir(), path), then, then); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOnceAMonthWhatNoRefReachedForTwoWeeksIsRemoved(t *testing.T) {
	t.Parallel()
	b, clock := newTimedBench(t, repo.Options{})
	tip := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	deleted := b.up.Commit(t, "side", repotest.Ada, "two", files{"b": "1\n"})
	b.fetch(t)
	if err := b.cache.Graph(t.Context()); err != nil { // which then knows what will go
		t.Fatal(err)
	}
	b.up.SetRef(t, "side", forks.Hash{})
	b.fetch(t)
	old := keepUnreachable(t, b, tip, "old")
	age(t, b, 31*24*time.Hour)
	young := keepUnreachable(t, b, tip, "young") // packed by a pass that did not push yet

	done := maintain(t, b, repo.MaintainOptions{})
	if !done.Whole || done.Joined || done.Skipped != "" {
		t.Errorf("%+v", done)
	}
	for id, want := range map[forks.Hash]bool{tip: true, deleted: false, old: false, young: true} {
		if has(t, b.cache, id) != want {
			t.Errorf("%s is there: %v, want %v", id, !want, want)
		}
	}
	fsck(t, b.cache.Dir())
	b.fetch(t)
	if done := maintain(t, b, repo.MaintainOptions{}); done.Whole || done.Joined {
		t.Errorf("again at once: %+v", done)
	}
	clock.Advance(31 * 24 * time.Hour)
	if done := maintain(t, b, repo.MaintainOptions{}); !done.Whole || done.After > done.Before {
		t.Errorf("a month later: %+v", done)
	}
	if has(t, b.cache, young) || !has(t, b.cache, tip) {
		t.Error("a month later the wrong objects are there")
	}
}

func TestMaintenanceWaitsForNobody(t *testing.T) {
	t.Parallel()
	b, _ := newTimedBench(t, repo.Options{})
	b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	b.fetch(t)
	age(t, b, 31*24*time.Hour)
	before := len(packs(t, b.cache))
	done, err := b.cache.Maintain(t.Context(), repo.MaintainOptions{})
	if err != nil || done.Whole || !strings.Contains(done.Skipped, "in use") {
		t.Errorf("%+v, %v", done, err)
	}
	wantSame(t, "packs", len(packs(t, b.cache)), before)
}

func TestADiskThatIsTooFullForARepackIsLeftAlone(t *testing.T) {
	t.Parallel()
	var log logBuffer
	b, _ := newTimedBench(t, repo.Options{Log: log.logger()})
	b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	b.fetch(t)
	age(t, b, 31*24*time.Hour)
	done := maintain(t, b, repo.MaintainOptions{Spare: 1 << 62})
	if done.Whole || done.Joined || !strings.Contains(done.Skipped, "MB are free") {
		t.Errorf("%+v", done)
	}
	if !strings.Contains(log.String(), "is not repacked") {
		t.Error("the log says nothing")
	}
	if done := maintain(t, b, repo.MaintainOptions{}); !done.Whole {
		t.Errorf("with enough space: %+v", done)
	}
}

func TestMaintenanceSweepsWhatIsOlderThanADay(t *testing.T) {
	t.Parallel()
	b, clock := newTimedBench(t, repo.Options{})
	b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	b.fetch(t)
	for _, path := range []string{"objects/pack/tmp_pack_x", "quarantine-1/objects/ab/cd", "objects/pack/pack-1.pack"} {
		overwriteNew(t, filepath.Join(b.cache.Dir(), path))
	}
	wantSame(t, "swept at once", maintain(t, b, repo.MaintainOptions{}).Swept, 0)
	clock.Advance(25 * time.Hour)
	wantSame(t, "swept after a day", maintain(t, b, repo.MaintainOptions{}).Swept, 3)
	nothingTemporary(t, b.cache.Dir())
}

// nothingTemporary fails the test if anything in or beside the cache is left that
// only lives as long as a process.
func nothingTemporary(t *testing.T, dir string) {
	t.Helper()
	for path := range listing(t, dir) {
		name := filepath.Base(path)
		if strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, ".tmp") || strings.HasSuffix(name, ".lock") ||
			strings.HasSuffix(name, ".keep") || strings.HasPrefix(path, "quarantine-") {
			t.Errorf("left behind: %s", path)
		}
	}
	for _, suffix := range []string{".new", ".removed"} {
		if _, err := os.Stat(dir + suffix); err == nil {
			t.Errorf("left behind: %s", dir+suffix)
		}
	}
}

func TestInterruptedMaintenanceLeavesTheCacheIntact(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var tip forks.Hash
	for i := range 60 {
		tip = b.up.Commit(t, "main", repotest.Ada, "more", files{string(rune('a' + i%26)): noise(2000 + i)})
		if i%20 == 0 {
			b.fetch(t)
		}
	}
	b.fetch(t)
	began := time.Now()
	maintain(t, b, repo.MaintainOptions{Whole: 1})
	took := time.Since(began)
	for range 8 {
		age(t, b, 40*24*time.Hour)
		g := newGit(t)
		release, ok := g.TryAlone(b.cache.Dir())
		if !ok {
			t.Fatal("in use")
		}
		cache, err := g.OpenCache(t.Context(), b.cache.Dir())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), rand.N(took))
		_, err = cache.Maintain(ctx, repo.MaintainOptions{})
		cancel()
		if err != nil {
			wantKind(t, err, forks.Retry)
		}
		release()
		_ = cache.Close()
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
		nothingTemporary(t, b.cache.Dir())
		if !has(t, b.cache, tip) {
			t.Fatal("the tip is lost")
		}
	}
	fsck(t, b.cache.Dir())
	maintain(t, b, repo.MaintainOptions{})
	b.fetch(t)
}

func TestTheGraphIsWrittenOnlyForNewPacks(t *testing.T) {
	t.Parallel()
	path, record := wrapGit(t, "")
	b, _ := newTimedBench(t, repo.Options{Path: path})
	graphs := func() (n int) {
		for _, args := range recordedRuns(t, record) {
			if args[0] == "commit-graph" {
				n++
			}
		}
		return n
	}
	for round := 1; round <= 2; round++ {
		b.up.Commit(t, "main", repotest.Ada, "more", files{"a": noise(round)})
		b.fetch(t)
		for range 3 {
			if err := b.cache.Graph(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		wantSame(t, "runs", graphs(), round)
	}
	if _, err := os.Stat(filepath.Join(b.cache.Dir(), "objects", "info", "commit-graphs", "commit-graph-chain")); err != nil {
		t.Error(err)
	}
}

func TestDiskTellsFreeAndTotal(t *testing.T) {
	t.Parallel()
	free, total, err := repo.Disk(t.TempDir())
	if err != nil || total == 0 || free > total {
		t.Errorf("%d of %d, %v", free, total, err)
	}
	if _, _, err := repo.Disk(filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("no such folder: %v", err)
	}
}
