package repo

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/format/idxfile"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// applied is what a delta makes of a base, by go-git.
func applied(t testing.TB, base, change []byte) []byte {
	t.Helper()
	got, err := packfile.PatchDelta(base, change)
	if err != nil {
		t.Fatalf("delta % x: %v", change, err)
	}
	return got
}

// edited draws a text of lines and one that comes of it by a few edits.
func edited(t *rapid.T) (before, after []byte) {
	lines := rapid.SliceOfN(rapid.StringMatching(`[a-c]{0,12}\n`), 0, 200).Draw(t, "lines")
	now := slices.Clone(lines)
	for range rapid.IntRange(0, 6).Draw(t, "edits") {
		at := rapid.IntRange(0, len(now)).Draw(t, "at")
		gone := min(rapid.IntRange(0, 3).Draw(t, "gone"), len(now)-at)
		come := rapid.SliceOfN(rapid.StringMatching(`[a-z]{0,40}\n`), 0, 3).Draw(t, "come")
		now = slices.Replace(now, at, at+gone, come...)
	}
	return []byte(strings.Join(lines, "")), []byte(strings.Join(now, ""))
}

func TestADeltaMakesTheTargetOfTheBase(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		base, target := edited(rt)
		var d delta
		for range 2 { // its memory is used again
			change := d.between(base, target, 1<<20)
			if tiny := min(len(base), len(target)) < sureMatch; tiny != (change == nil) {
				rt.Fatalf("delta % x of %q for %q", change, base, target)
			}
			if change != nil && !bytes.Equal(applied(t, base, change), target) {
				rt.Fatalf("delta % x of %q for %q", change, base, target)
			}
			base, target = target, base
		}
	})
}

func TestADeltaOfAFewEditsIsShort(t *testing.T) {
	t.Parallel()
	long := func(edits ...int) []byte {
		var b bytes.Buffer
		for i := range 12_000 {
			if slices.Contains(edits, i) {
				fmt.Fprintf(&b, "edited in line %d\nby two lines", i)
			}
			fmt.Fprintf(&b, "line %d of a long file\n", i)
		}
		return b.Bytes()
	}
	var d delta
	for _, c := range []struct {
		name       string
		base, made []byte
		most       int
	}{
		{"nothing", long(), long(), 16},
		{"one edit", long(), long(7000), 60},
		{"scattered edits", long(1, 4000, 11_999), long(9, 100, 5000, 5100, 9000), 8 * 60},
		{"more than one copy holds", bytes.Repeat(long(), 80), append(bytes.Repeat(long(), 80), 'x'), 32},
		{"the end is gone", long(), long()[:1000], 16},
		{"the beginning is gone", long(), long()[2000:], 16},
	} {
		change := d.between(c.base, c.made, 1<<20)
		if !bytes.Equal(applied(t, c.base, change), c.made) {
			t.Errorf("%s: it makes something else", c.name)
		}
		if len(change) > c.most {
			t.Errorf("%s: %d bytes, want at most %d", c.name, len(change), c.most)
		}
		if len(change) > 0 && d.between(c.base, c.made, len(change)-1) != nil {
			t.Errorf("%s: it is longer than it may be", c.name)
		}
	}
}

// TestADeltaOfVersionsHasAShortChain holds for the way versions are chosen.
func TestADeltaOfVersionsHasAShortChain(t *testing.T) {
	t.Parallel()
	v, chains := versions[site]{}, []int{}
	before := 0
	for place := range 10_000 {
		like := v.add(7, place)
		chain := 0
		if like >= 0 {
			chain = chains[like] + 1
		}
		if like >= place || like < 0 && place > 0 {
			t.Fatalf("version %d is made of %d", place, like)
		}
		if like == place-1 {
			before++
		}
		if chain > longestChain {
			t.Fatalf("the chain of version %d has %d", place, chain)
		}
		chains = append(chains, chain)
	}
	if before < 8000 {
		t.Errorf("%d of 10000 versions are made of the one before", before)
	}
}

func TestAppendDistanceIsReadByGoGit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		want := rapid.Int64Range(1, 1<<40).Draw(rt, "distance")
		r := bytes.NewReader(appendDistance(nil, want))
		var got int64 // as gitformat-pack has it
		for first := true; ; first = false {
			c, err := r.ReadByte()
			if err != nil {
				rt.Fatal(err)
			}
			if !first {
				got++
			}
			got = got<<7 | int64(c&0x7f)
			if c&0x80 == 0 {
				break
			}
		}
		if got != want || r.Len() != 0 {
			rt.Fatalf("%d, want %d, %d bytes left", got, want, r.Len())
		}
	})
}

func TestTheIndexHoldsPlacesBeyondTwoGigabytes(t *testing.T) {
	t.Parallel()
	want := []indexed{{forks.Hash{9}, 3, 1 << 40}, {forks.Hash{1}, 1, 12}, {forks.Hash{1, 1}, 2, farOffset - 1}, {forks.Hash{0xff}, 4, farOffset}}
	var out bytes.Buffer
	if err := writeIndex(&out, slices.Clone(want), [20]byte{7}); err != nil {
		t.Fatal(err)
	}
	index := idxfile.NewMemoryIndex()
	if err := idxfile.NewDecoder(&out).Decode(index); err != nil {
		t.Fatal(err)
	}
	for _, o := range want {
		offset, err := index.FindOffset(plumbing.Hash(o.id))
		crc, crcErr := index.FindCRC32(plumbing.Hash(o.id))
		if err != nil || crcErr != nil || offset != o.offset || crc != o.crc {
			t.Errorf("%s: at %d, %v, checksum %d, %v", o.id, offset, err, crc, crcErr)
		}
	}
}

func TestTheNewEntriesOfATreeAreThoseTheOldOneLacks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(label string) ([]byte, map[string]bool) {
			modes := rapid.MapOfN(rapid.StringMatching(`[a-c.]{1,3}`), rapid.SampledFrom([]string{"100644", "40000"}), 0, 12).Draw(rt, label)
			lines := map[string]string{}
			all := map[string]bool{}
			for name, mode := range modes {
				key := name
				if mode == "40000" {
					key += "/"
				}
				id := rapid.SampledFrom([]string{"\x00", "a", " "}).Draw(rt, "id")
				lines[key] = mode + " " + name + "\x00" + strings.Repeat(id, 20)
				all[lines[key]] = true
			}
			keys := make([]string, 0, len(lines))
			for key := range lines {
				keys = append(keys, key)
			}
			slices.Sort(keys)
			var data []byte
			for _, key := range keys {
				data = append(data, lines[key]...)
			}
			return data, all
		}
		tree, now := draw("tree")
		old, before := draw("old")
		visited := map[string]bool{}
		err := newEntries(tree, old, func(e rawEntry, was forks.Hash) error {
			visited[string(e.raw)] = true
			line := "40000 " + string(e.name) + "\x00" + string(was[:])
			if !was.IsZero() && !before[line] {
				rt.Fatalf("%q was no folder", e.name)
			}
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
		for line := range now {
			if visited[line] == before[line] {
				rt.Fatalf("entry %q: new %t, was there %t", line, visited[line], before[line])
			}
		}
	})
}

// FuzzPack has any objects packed: each is one line of the input, a letter for its kind
// and its bytes, and is written as a delta to the one before where that pays.
func FuzzPack(f *testing.F) {
	f.Add([]byte("bone line\nbone line and more of it, and still more\nbtwo lines and more of it, and still more"))
	f.Add([]byte("t\nb\nc"))
	f.Add(bytes.Repeat([]byte("b0123456789abcdef0123456789abcdef"), 40))
	f.Fuzz(func(t *testing.T, input []byte) {
		if len(input) > 1<<16 {
			return
		}
		dir := t.TempDir()
		want := packOf(t, dir, input)
		if len(want) == 0 {
			return
		}
		store := filesystem.NewObjectStorage(dotgit.New(osfs.New(dir)), cache.NewObjectLRUDefault())
		defer func() { _ = store.Close() }()
		for _, o := range want {
			obj, err := store.EncodedObject(o.kind, plumbing.Hash(o.id))
			if err != nil {
				t.Fatalf("%s: %v", o.id, err)
			}
			got, err := content(obj)
			if err != nil || !bytes.Equal(got, o.data) {
				t.Errorf("%s is %q, %v, want %q", o.id, got, err, o.data)
			}
		}
		verify(t, dir)
	})
}

// FuzzDelta has the delta between any two byte strings applied by go-git.
func FuzzDelta(f *testing.F) {
	long := strings.Repeat("a line that comes again and again\n", 200)
	f.Add([]byte("0123456789abcdef, and some more"), []byte("0123456789abcdef; and some more"))
	f.Add([]byte(long), []byte(long[:300]+"new"+long[340:]))
	f.Add([]byte(strings.Repeat("x", 5000)+"end of the base"), []byte("new"+strings.Repeat("x", 4000)))
	f.Fuzz(func(t *testing.T, base, target []byte) {
		var d delta
		change := d.between(base, target, 2*len(target)+64)
		if change == nil {
			if min(len(base), len(target)) >= sureMatch {
				t.Fatal("it has more than twice the bytes of the target")
			}
			return
		}
		if got := applied(t, base, change); !bytes.Equal(got, target) {
			t.Errorf("% x makes %q of %q, want %q", change, got, base, target)
		}
	})
}

// packOf writes the objects that input stands for as a pack to a git directory.
func packOf(t testing.TB, dir string, input []byte) (objects []written) {
	t.Helper()
	seen := map[forks.Hash]bool{}
	for line := range bytes.SplitSeq(input, []byte("\n")) {
		kinds := map[byte]plumbing.ObjectType{'c': plumbing.CommitObject, 't': plumbing.TreeObject, 'g': plumbing.TagObject, 'b': plumbing.BlobObject}
		if len(line) == 0 || kinds[line[0]] == 0 {
			continue
		}
		kind, data := kinds[line[0]], line[1:]
		if id := forks.Hash(plumbing.ComputeHash(kind, data)); !seen[id] {
			seen[id] = true
			objects = append(objects, written{id, kind, data})
		}
	}
	packDir := filepath.Join(dir, "objects", "pack")
	if err := os.MkdirAll(packDir, 0o755); err != nil {
		t.Fatal(err)
	}
	err := writePack(packDir, len(objects), toThrow, func(w *packWriter) error {
		var d delta
		var last written
		at := int64(-1)
		for _, o := range objects {
			var err error
			var change []byte
			if at >= 0 && o.kind == last.kind {
				change = d.between(last.data, o.data, len(o.data))
			}
			if change != nil {
				at, err = w.delta(o.id, at, change)
			} else {
				at, err = w.object(o.id, o.kind, o.data)
			}
			if err != nil {
				return err
			}
			last = o
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// verify lets go-git read each pack of a git directory from the front to the end, its
// checksums included.
func verify(t testing.TB, dir string) {
	t.Helper()
	packs, err := filepath.Glob(filepath.Join(dir, "objects", "pack", "*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatalf("packs %q, %v", packs, err)
	}
	f, err := os.Open(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	parser, err := packfile.NewParser(packfile.NewScanner(f))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := parser.Parse()
	if err != nil || !strings.HasSuffix(packs[0], "pack-"+sum.String()+".pack") {
		t.Errorf("%s: %s, %v", packs[0], sum, err)
	}
}

func TestGitReadsWhatIsPacked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var input bytes.Buffer
		for range rapid.IntRange(1, 5).Draw(rt, "pairs") {
			before, after := edited(rt)
			for _, data := range [][]byte{before, after} {
				fmt.Fprintf(&input, "b%s\n", bytes.ReplaceAll(data, []byte("\n"), []byte("\r")))
			}
		}
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		objects := packOf(t, dir, input.Bytes())
		git := func(stdin io.Reader, args ...string) string {
			cmd := exec.Command("git", args...)
			cmd.Env = append(repotest.Env(), "GIT_DIR="+dir)
			cmd.Stdin = stdin
			out, err := cmd.Output()
			if err != nil {
				rt.Fatalf("git %q: %v", args, err)
			}
			return string(out)
		}
		for path, text := range map[string]string{"HEAD": "ref: refs/heads/main\n", "refs/heads/.none": ""} {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o755); err != nil {
				rt.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o644); err != nil {
				rt.Fatal(err)
			}
		}
		var ask, want strings.Builder
		for _, o := range objects {
			fmt.Fprintf(&ask, "%s\n", o.id)
			fmt.Fprintf(&want, "%s %s %d\n%s\n", o.id, o.kind, len(o.data), o.data)
		}
		if got := git(strings.NewReader(ask.String()), "cat-file", "--batch"); got != want.String() {
			rt.Errorf("git reads %q, want %q", got, want.String())
		}
		packs, _ := filepath.Glob(filepath.Join(dir, "objects", "pack", "*.idx"))
		git(nil, "verify-pack", packs[0])
	})
}

func TestAPackThatCannotBeFilledLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	err := writePack(dir, 1, toKeep, func(*packWriter) error { return context.Canceled })
	if err == nil {
		t.Error("no error")
	}
	for _, n := range []struct{ said, written int }{{2, 1}, {0, 1}, {1, 2}, {3, 6}} {
		if err := writePack(dir, n.said, toKeep, func(w *packWriter) error {
			for i := range n.written {
				if _, err := w.object(forks.Hash{byte(i)}, plumbing.BlobObject, nil); err != nil {
					return err
				}
			}
			return nil
		}); err == nil {
			t.Errorf("a pack of %d objects was written with %d", n.said, n.written)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestAPackIsForThoseWhoMayLookIntoItsFolder(t *testing.T) {
	t.Parallel()
	for folder, want := range map[os.FileMode]os.FileMode{0o755: 0o444, 0o770: 0o440, 0o700: 0o400} {
		dir := t.TempDir()
		if err := os.Chmod(dir, folder); err != nil {
			t.Fatal(err)
		}
		err := writePack(dir, 1, toKeep, func(w *packWriter) error {
			_, err := w.object(forks.Hash{1}, plumbing.BlobObject, []byte("secret\n"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 2 {
			t.Fatalf("%v: %v", entries, err)
		}
		for _, e := range entries {
			if info, err := e.Info(); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s in a folder of mode %o: %v, %v, want %o", e.Name(), folder, info.Mode(), err, want)
			}
		}
	}
}

func TestAStoredStreamIsZlib(t *testing.T) {
	t.Parallel()
	want, _ := hex.DecodeString("7801010500faff68656c6c6f062c0215")
	if got := storedZlib([]byte("hello")); !bytes.Equal(got, want) {
		t.Errorf("% x, want % x", got, want)
	}
}
