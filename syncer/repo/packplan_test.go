package repo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// What goes into a pack, how large that is, and what git says of it.

// layers is a tree of files in memory whose folders are written when they change.
type layers struct {
	files map[string]forks.Hash
	below map[string]*layers
	id    forks.Hash
}

func (l *layers) set(path string, blob forks.Hash) {
	l.id = forks.Hash{}
	name, rest, deeper := strings.Cut(path, "/")
	if !deeper {
		l.files[name] = blob
		return
	}
	if l.below[name] == nil {
		l.below[name] = &layers{files: map[string]forks.Hash{}, below: map[string]*layers{}}
	}
	l.below[name].set(rest, blob)
}

func (l *layers) write(write func(kind string, data []byte) forks.Hash) forks.Hash {
	if !l.id.IsZero() {
		return l.id
	}
	lines := map[string]string{}
	for name, id := range l.files {
		lines[name] = "100644 " + name + "\x00" + string(id[:])
	}
	for name, sub := range l.below {
		id := sub.write(write)
		lines[name+"/"] = "40000 " + name + "\x00" + string(id[:])
	}
	var data bytes.Buffer
	for _, key := range slices.Sorted(maps.Keys(lines)) {
		data.WriteString(lines[key])
	}
	l.id = write("tree", data.Bytes())
	return l.id
}

// history is a repository with many files and a stack of edits on it.
type history struct {
	base, tip forks.Hash
	objects   []object // the stack's
}

type object struct {
	kind string
	data []byte
}

// grow writes a base to a repository and makes a stack of edits, which is not written.
func grow(t testing.TB, r *repo.Repository, filesIn, edits int) history {
	t.Helper()
	q, err := r.Quarantine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = q.Close() }()
	var h history
	write := func(kind string, data []byte) forks.Hash {
		id, err := q.Write(kind, data)
		if err != nil {
			t.Fatal(err)
		}
		h.objects = append(h.objects, object{kind, bytes.Clone(data)})
		return id
	}
	path := func(i int) string { return fmt.Sprintf("pkgs/by-name/%02d/package-%d/package.nix", i%61, i) }
	text := func(i, version int) []byte {
		var b bytes.Buffer
		fmt.Fprintf(&b, "{ lib, stdenv, fetchFromGitHub, dep%d, dep%d }:\n\nstdenv.mkDerivation rec {\n  pname = \"package-%d\";\n", i%97, i%89, i)
		fmt.Fprintf(&b, "  version = \"%d.%d\";\n\n  src = fetchFromGitHub {\n    owner = \"owner-%d\";\n    hash = \"sha256-%x\";\n  };\n\n", i%7, version, i%311, noise(40)[i%8:i%8+20+version%8])
		for k := range 10 + i%40 {
			fmt.Fprintf(&b, "  option%d = dep%d.override { enable%d = %t; };\n", k, (i*k)%97, k*i%1000, (i+k)%2 == 0)
		}
		fmt.Fprintf(&b, "  meta.description = \"The package number %d\";\n}\n", i)
		return b.Bytes()
	}
	top := &layers{files: map[string]forks.Hash{}, below: map[string]*layers{}}
	for i := range filesIn {
		top.set(path(i), write("blob", text(i, 0)))
	}
	commit := func(n int, parents string) forks.Hash {
		tree := top.write(write)
		return write("commit", fmt.Appendf(nil, "tree %s\n%sauthor Ada Lovelace <ada@example.org> %d +0000\ncommitter auxsync <auxsync@localhost> %d +0000\n\npackage-%d: %d -> %d\n\nA few words on why.\n",
			tree, parents, 1700000000+n*977, 1700000000+n*1009, n*31%filesIn, n, n+1))
	}
	h.base = commit(0, "")
	if err := q.Pack(t.Context(), []forks.Hash{h.base}, nil); err != nil {
		t.Fatal(err)
	}
	h.objects, h.tip = nil, h.base
	for n := range edits {
		i := n * 31 % filesIn
		if n%5 == 0 {
			i = n / 100 // some are edited often
		}
		top.set(path(i), write("blob", text(i, n+1)))
		h.tip = commit(n+1, fmt.Sprintf("parent %s\n", h.tip))
	}
	return h
}

func (h history) fill(t testing.TB, q *repo.Quarantine) {
	t.Helper()
	for _, o := range h.objects {
		if _, err := q.Write(o.kind, o.data); err != nil {
			t.Fatal(err)
		}
	}
}

// asGit runs git on a repository.
func asGit(t testing.TB, dir, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
	cmd.Env = repotest.Env()
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, stderr.Bytes())
	}
	return string(out)
}

// newPack returns the one pack that came to a repository.
func newPack(t *testing.T, r *repo.Repository, before []string) string {
	t.Helper()
	fresh := slices.DeleteFunc(packs(t, r), func(p string) bool { return slices.Contains(before, p) })
	if len(fresh) != 1 {
		t.Fatalf("new packs: %q", fresh)
	}
	return fresh[0]
}

func TestAPackOfALongStackIsSoundAndSmall(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	h := grow(t, b.cache, 3000, 1000)
	q := quarantine(t, b.cache)
	h.fill(t, q)
	before := packs(t, b.cache)
	if err := q.Pack(t.Context(), []forks.Hash{h.tip}, []forks.Hash{h.base}); err != nil {
		t.Fatal(err)
	}
	pack := newPack(t, b.cache, before)
	dir := b.cache.Dir()
	asGit(t, dir, "", "fsck", "--strict", "--full", h.tip.String())
	verified := asGit(t, dir, "", "verify-pack", "-v", strings.TrimSuffix(pack, ".pack")+".idx")
	for _, m := range regexp.MustCompile(`(?m)^chain length = (\d+):`).FindAllStringSubmatch(verified, -1) {
		if n, err := strconv.Atoi(m[1]); err != nil || n > 50 {
			t.Errorf("a %s", m[0])
		}
	}
	wantSame(t, "index as git makes it", strings.Fields(asGit(t, dir, "", "index-pack", "--strict", "-o", filepath.Join(t.TempDir(), "idx"), pack))[0],
		strings.TrimSuffix(strings.TrimPrefix(filepath.Base(pack), "pack-"), ".pack"))
	ids := asGit(t, dir, fmt.Sprintf("%s\n^%s\n", h.tip, h.base), "rev-list", "--objects", "--stdin")
	wantSame(t, "objects", strings.Count(verified, "\n")-strings.Count(verified, "chain length")-strings.Count(verified, "non delta")-1, strings.Count(ids, "\n"))
	var plain strings.Builder
	for line := range strings.Lines(ids) {
		plain.WriteString(strings.TrimSpace(line) + "\n")
	}
	gits := len(asGit(t, dir, plain.String(), "pack-objects", "--stdout", "--quiet"))
	info, err := os.Stat(pack)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d objects: %d bytes, git's pack has %d", strings.Count(ids, "\n"), info.Size(), gits)
	if info.Size() > 2*int64(gits) {
		t.Errorf("%d bytes, git's pack of the same has %d", info.Size(), gits)
	}
	wantSame(t, "permissions", info.Mode().Perm(), 0o444)
	if err := q.Pack(t.Context(), []forks.Hash{h.tip}, nil); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "packs after packing once more", len(packs(t, b.cache)), len(before)+1)
}

func TestPackHoldsWhatGitMadeBehindTheQuarantine(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	base, ours, theirs := b.tree(t, "base", files{"d/a": "1\n", "e": "1\n"}), b.tree(t, "ours", files{"d/a": "2\n", "e": "1\n"}), b.tree(t, "theirs", files{"d/a": "1\n", "d/b": "2\n", "e": "3\n"})
	q := b.quarantine(t)
	result, err := q.Merge(t.Context(), base, ours, theirs)
	if err != nil || !result.Clean() {
		t.Fatal(result, err)
	}
	tip := writeCommit(t, q, result.Tree, "merged")
	before := packs(t, b.cache)
	if err := q.Pack(t.Context(), []forks.Hash{tip}, nil); err != nil {
		t.Fatal(err)
	}
	verified := asGit(t, b.cache.Dir(), "", "verify-pack", "-v", newPack(t, b.cache, before))
	wantSame(t, "commits", strings.Count(verified, " commit "), 1) // not those that forced a base
	wantSame(t, "trees", strings.Count(verified, " tree "), 2)
	wantSame(t, "blobs", strings.Count(verified, " blob "), 0) // the repository has them
	asGit(t, b.cache.Dir(), "", "fsck", "--strict", "--full", tip.String())
}

func TestPackLeavesOutWhatIsKnownAndWhatTheRepositoryHas(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n", "s": repotest.Submodule(forks.Hash{7})})
	q := b.quarantine(t)
	write(t, q, "blob", "1\n") // the repository has it
	known := writeCommit(t, q, writeFiles(t, q, files{"a": "1\n", "b": "known\n"}), "known", one)
	tip := writeCommit(t, q, writeFiles(t, q, files{"a": "1\n", "b": "known\n", "c": "new\n"}), "new", known)
	before := packs(t, b.cache)
	if err := q.Pack(t.Context(), []forks.Hash{tip}, []forks.Hash{known}); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "objects", packed(t, b.cache, newPack(t, b.cache, before)), 3)
	if err := q.Pack(t.Context(), []forks.Hash{tip}, []forks.Hash{{9}}); !errors.As(err, new(*repo.DamagedError)) {
		t.Errorf("a known commit that is nowhere: %v", err)
	}
}

// packed is how many objects a pack has.
func packed(t *testing.T, r *repo.Repository, pack string) int {
	t.Helper()
	index, err := os.ReadFile(strings.TrimSuffix(pack, ".pack") + ".idx")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(asGit(t, r.Dir(), string(index), "show-index"), "\n")
}

func TestATagIsPackedWithWhatItIsOf(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	q := quarantine(t, b.cache)
	root := writeCommit(t, q, writeFiles(t, q, files{"a": "1\n"}), "root")
	tag := write(t, q, "tag", fmt.Sprintf("object %s\ntype commit\ntag v1\ntagger A <a@example.org> 1700000000 +0000\n\nv1\n", root))
	if err := q.Pack(t.Context(), []forks.Hash{tag}, nil); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "objects", packed(t, b.cache, newPack(t, b.cache, nil)), 4)
	asGit(t, b.cache.Dir(), "", "fsck", "--strict", "--full", tag.String())
}

func TestPackIntoWritesAllThatWasWrittenToAFolderOfSomebodysOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	q := b.quarantine(t)
	own := repotest.New(t, filepath.Join(t.TempDir(), "own.git"))
	objects := filepath.Join(own.Dir, "objects")
	if err := q.PackInto(t.Context(), objects); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(objects, "pack", "*"))
	if err != nil || len(found) != 0 {
		t.Errorf("nothing new was packed: %q, %v", found, err)
	}
	write(t, q, "blob", "1\n") // ours has it
	tree := writeFiles(t, q, files{"x/y/z": "deep\n", "x/w": "w\n"})
	if _, err := q.NewCommits(t.Context(), one); err != nil { // spills
		t.Fatal(err)
	}
	alone := write(t, q, "blob", "alone\n")
	commit := writeCommit(t, q, tree, "c")
	if err := q.PackInto(t.Context(), objects); err != nil {
		t.Fatal(err)
	}
	found, err = filepath.Glob(filepath.Join(objects, "pack", "*"))
	if err != nil || len(found) != 2 {
		t.Fatalf("%q, %v", found, err)
	}
	for _, path := range found {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o444 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	asGit(t, own.Dir, "", "fsck", "--strict", "--full", commit.String(), alone.String())
	wantSame(t, "objects", strings.Count(asGit(t, own.Dir, "", "cat-file", "--batch-all-objects", "--batch-check"), "\n"), 7)
	before := listing(t, own.Dir)
	again, err := b.cache.Quarantine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(again.PackInto(t.Context(), objects), again.Close()); err != nil || !maps.Equal(before, listing(t, own.Dir)) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := q.PackInto(ctx, objects); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestTheSameObjectsGiveTheSamePack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	h := grow(t, b.cache, 200, 60)
	var names [2][]string
	for i := range names {
		q := quarantine(t, b.cache)
		if i == 1 {
			slices.Reverse(h.objects)
		}
		h.fill(t, q)
		dir := t.TempDir()
		if err := q.PackInto(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		names[i] = slices.Sorted(maps.Keys(listing(t, dir)))
	}
	if len(names[0]) != 2 || !slices.Equal(names[0], names[1]) {
		t.Errorf("%q and %q", names[0], names[1])
	}
}

func benchCache(b *testing.B) *repo.Repository {
	b.Helper()
	g, err := repo.New(b.Context(), repo.Options{})
	if err != nil {
		b.Fatal(err)
	}
	r, err := g.OpenCache(b.Context(), filepath.Join(b.TempDir(), "cache"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = r.Close() })
	return r
}

// BenchmarkKeep1000Picks writes the objects of 1,000 picks and makes them durable: as
// one pack, and as git would with a file for each and pack-objects.
func BenchmarkKeep1000Picks(b *testing.B) {
	for _, size := range []int{3000, 30_000} {
		r := benchCache(b)
		h := grow(b, r, size, 1000)
		for name, keep := range map[string]func(q *repo.Quarantine) error{
			"PackInto": func(q *repo.Quarantine) error { return q.PackInto(b.Context(), b.TempDir()) },
			"Spill":    func(q *repo.Quarantine) error { _, err := q.IsAncestor(b.Context(), h.base, h.tip); return err },
			"GitPackObjects": func(q *repo.Quarantine) error {
				_, err := q.IsAncestor(b.Context(), h.base, h.tip)
				env := append(repotest.Env(), "GIT_OBJECT_DIRECTORY="+filepath.Join(repo.Folder(q), "objects"), "GIT_ALTERNATE_OBJECT_DIRECTORIES="+filepath.Join(r.Dir(), "objects"))
				cmd := exec.Command("git", "-C", r.Dir(), "-c", "core.fsync=all", "pack-objects", "-q", "--revs", "--local", "--delta-base-offset", filepath.Join(b.TempDir(), "pack"))
				cmd.Env, cmd.Stdin = env, strings.NewReader(fmt.Sprintf("%s\n^%s\n", h.tip, h.base))
				return errors.Join(err, cmd.Run())
			},
		} {
			b.Run(fmt.Sprintf("files=%d/%s", size, name), func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					q, err := r.Quarantine(b.Context())
					if err != nil {
						b.Fatal(err)
					}
					h.fill(b, q)
					b.StartTimer()
					if err := keep(q); err != nil {
						b.Fatal(err)
					}
					b.StopTimer()
					_ = q.Close()
					b.StartTimer()
				}
			})
		}
		b.Run(fmt.Sprintf("files=%d/Write", size), func(b *testing.B) {
			for b.Loop() {
				q, err := r.Quarantine(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				h.fill(b, q)
				_ = q.Close()
			}
		})
	}
}
