package repo_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// commitOn writes a commit of one new file.
func commitOn(t *testing.T, q *repo.Quarantine, parent forks.Hash, name, content string) forks.Hash {
	t.Helper()
	return writeCommit(t, q, writeFiles(t, q, files{name: content}), name, parent)
}

func writeCommit(t *testing.T, q *repo.Quarantine, tree forks.Hash, subject string, parents ...forks.Hash) forks.Hash {
	t.Helper()
	text := "tree " + tree.String() + "\n"
	for _, p := range parents {
		text += "parent " + p.String() + "\n"
	}
	return write(t, q, "commit", text+"author A <a@example.org> 1700000000 +0000\ncommitter A <a@example.org> 1700000000 +0000\n\n"+subject+"\n")
}

// writeFiles writes a tree of ordinary files.
func writeFiles(t *testing.T, q *repo.Quarantine, f files) forks.Hash {
	t.Helper()
	lines, below := map[string]string{}, map[string]files{}
	for path, content := range f {
		name, rest, deeper := strings.Cut(path, "/")
		if !deeper {
			id := write(t, q, "blob", content)
			lines[name] = "100644 " + name + "\x00" + string(id[:])
			continue
		}
		if below[name] == nil {
			below[name] = files{}
		}
		below[name][rest] = content
	}
	for name, f := range below {
		id := writeFiles(t, q, f)
		lines[name+"/"] = "40000 " + name + "\x00" + string(id[:])
	}
	var tree strings.Builder
	for _, key := range slices.Sorted(maps.Keys(lines)) {
		tree.WriteString(lines[key])
	}
	return write(t, q, "tree", tree.String())
}

func write(t *testing.T, q *repo.Quarantine, kind, data string) forks.Hash {
	t.Helper()
	id, err := q.Write(kind, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func packs(t *testing.T, r *repo.Repository) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(r.Dir(), "objects", "pack", "*.pack"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestPackKeepsWhatTipsReachAndNothingElse(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	q := b.quarantine(t)
	kept := commitOn(t, q, one, "kept", "kept\n")
	thrown := commitOn(t, q, one, "thrown", "thrown away\n")
	before := len(packs(t, b.cache))
	if err := q.Pack(t.Context(), []forks.Hash{kept, {}}, []forks.Hash{one, {}}); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "new packs", len(packs(t, b.cache))-before, 1)
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	after := quarantine(t, b.cache)
	_, data, err := after.Object(kept)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := forks.ParseHash(string(data[5:45]))
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "content", read(t, after, tree, "kept"), "kept\n")
	if _, _, err := after.Object(thrown); !errors.Is(err, repo.ErrMissing) {
		t.Errorf("what no tip reaches was kept: %v", err)
	}
	for path := range listing(t, b.cache.Dir()) {
		if strings.Contains(path, "tmp_") || strings.Contains(path, "quarantine-") && !strings.HasPrefix(path, "quarantine-") {
			t.Errorf("left behind: %s", path)
		}
	}
	cmd := exec.Command("git", "-C", b.cache.Dir(), "fsck", "--strict", "--full", kept.String())
	cmd.Env = repotest.Env()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("fsck: %v\n%s", err, out)
	}
}

func TestPackOfNothingNewMakesNoPack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	q := b.quarantine(t)
	before := len(packs(t, b.cache))
	for _, tips := range [][]forks.Hash{nil, {{}}, {one}} {
		for _, known := range [][]forks.Hash{nil, {one}} {
			if err := q.Pack(t.Context(), tips, known); err != nil {
				t.Errorf("tips %v, known %v: %v", tips, known, err)
			}
		}
	}
	wantSame(t, "packs", len(packs(t, b.cache)), before)
}

func TestPackKeepsTheEmptyTree(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	q := quarantine(t, b.cache)
	commit := writeCommit(t, q, write(t, q, "tree", ""), "x")
	if err := q.Pack(t.Context(), []forks.Hash{commit}, nil); err != nil {
		t.Fatal(err)
	}
	fork := repotest.New(t, filepath.Join(t.TempDir(), "fork.git"))
	to := remote(t, b.git, repo.Access{URL: fork.Dir, Transports: localFiles})
	if err := to.Push(t.Context(), b.cache, []forks.RefUpdate{{Ref: "refs/heads/main", New: commit}}); err != nil {
		t.Fatal(err)
	}
	fork.Fsck(t)
}

func TestPackOfWhatIsMissingIsAnError(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	q := quarantine(t, b.cache)
	tree := write(t, q, "tree", "100644 a\x00"+strings.Repeat("\x11", 20))
	commit := writeCommit(t, q, tree, "x")
	for _, tip := range []forks.Hash{{1}, commit} {
		if err := q.Pack(t.Context(), []forks.Hash{tip}, nil); err == nil {
			t.Errorf("%s was packed", tip)
		}
	}
	wantSame(t, "packs", len(packs(t, b.cache)), 0)
}

func TestMaintainJoinsSmallPacksAndLosesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tip := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	reader := b.quarantine(t)
	var alone []forks.Hash // no ref reaches these
	for i := range 45 {
		q := quarantine(t, b.cache)
		alone = append(alone, commitOn(t, q, tip, fmt.Sprint("f", i), fmt.Sprint("content ", i)))
		if err := q.Pack(t.Context(), alone[i:], []forks.Hash{tip}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := reader.Object(alone[3]); err != nil {
		t.Fatal(err)
	}
	maintain(t, b, repo.MaintainOptions{})
	if n := len(packs(t, b.cache)); n >= 40 {
		t.Errorf("%d packs are left", n)
	}
	fresh := quarantine(t, b.cache)
	for _, id := range alone {
		// The old reader knows packs that are gone.
		for name, q := range map[string]*repo.Quarantine{"old": reader, "fresh": fresh} {
			if kind, _, err := q.Object(id); err != nil || kind != "commit" {
				t.Errorf("%s reader: %s is lost: %v", name, id, err)
			}
		}
	}
	maintain(t, b, repo.MaintainOptions{})
}

// TestAFullDiskIsARetryAndLeavesTheCacheSound needs a small file system of its
// own, which only root can mount.
func TestAFullDiskIsARetryAndLeavesTheCacheSound(t *testing.T) {
	t.Parallel()
	disk := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=3m", "none", disk).CombinedOutput(); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", disk).Run() })
	b := newBench(t)
	cache, err := b.git.OpenCache(t.Context(), filepath.Join(disk, "cache"))
	if err != nil {
		t.Fatal(err)
	}
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	fetchAll(t, b.remote(t), cache)
	b.up.Commit(t, "main", repotest.Ada, "big", files{"big": noise(8 << 20)})
	err = b.remote(t).Fetch(t.Context(), cache, []repo.FetchSpec{{From: "refs/heads/*", To: "refs/auxsync/up/*"}}, nil)
	wantKind(t, err, forks.Retry)
	if !strings.Contains(err.Error(), cache.Dir()) || errors.As(err, new(*repo.DamagedError)) {
		t.Errorf("fetch: %v", err)
	}
	q := quarantine(t, cache)
	big := commitOn(t, q, one, "big", noise(8<<20))
	_, spillErr := q.IsAncestor(t.Context(), one, big)
	for what, err := range map[string]error{"spill": spillErr, "pack": q.Pack(t.Context(), []forks.Hash{big}, nil)} {
		wantKind(t, err, forks.Retry)
		if !strings.Contains(err.Error(), "free space on the file system of "+cache.Dir()) || errors.As(err, new(*repo.DamagedError)) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for path := range listing(t, cache.Dir()) {
		if strings.Contains(path, "tmp_") {
			t.Errorf("left behind: %s", path)
		}
	}
	if kind, _, err := q.Object(big); err != nil || kind != "commit" {
		t.Errorf("what could not be spilled: %s, %v", kind, err)
	}
	if kind, _, err := q.Object(one); err != nil || kind != "commit" {
		t.Errorf("what was there before: %s, %v", kind, err)
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	reopened, err := newGit(t).OpenCache(t.Context(), cache.Dir())
	if err != nil {
		t.Fatal(err)
	}
	for path := range listing(t, reopened.Dir()) {
		if strings.Contains(path, "tmp_") {
			t.Errorf("not swept: %s", path)
		}
	}
}

// noise makes bytes that do not compress, always the same.
func noise(n int) string {
	data, x := make([]byte, n), uint32(1)
	for i := range data {
		x = x*1664525 + 1013904223
		data[i] = byte(x >> 24)
	}
	return string(data)
}

func TestACancelledPackLeavesNoPack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	q := b.quarantine(t)
	tip := commitOn(t, q, one, "x", "x")
	before := len(packs(t, b.cache))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := q.Pack(ctx, []forks.Hash{tip}, []forks.Hash{one}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	wantSame(t, "packs", len(packs(t, b.cache)), before)
	if _, err := os.Stat(b.cache.Dir()); err != nil {
		t.Error(err)
	}
}
