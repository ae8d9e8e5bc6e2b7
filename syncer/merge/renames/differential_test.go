package renames

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

var long = flag.Int("long", 0, "number of random moves to compare with git, with fresh seeds")

func TestFindsWhatGitFindsInRandomMoves(t *testing.T) {
	t.Parallel()
	n, seed := 2000, uint64(1)
	if *long > 0 {
		n, seed = *long, uint64(time.Now().UnixNano())
	}
	for n > 0 {
		batch := min(n, 1000)
		n -= batch
		compareWithGit(t, seed, batch)
		seed += uint64(batch)
	}
}

// compareWithGit compares the cases of consecutive seeds.
func compareWithGit(t *testing.T, seed uint64, n int) {
	t.Helper()
	sides := make([][2]tree, n)
	for i := range sides {
		sides[i] = randomMoves(seed + uint64(i))
	}
	pairs, wrong := 0, 0
	for i, want := range gitRenames(t, sides, "-M50%", "-l0") {
		m := memory{}
		q := question(m, sides[i][0], sides[i][1])
		var blobs Blobs = m
		if i%2 == 1 {
			blobs = sized{m}
		}
		a, err := Find(t.Context(), blobs, q)
		if err != nil {
			t.Fatalf("seed %d: %v", seed+uint64(i), err)
		}
		pairs += len(a.Pairs)
		if got := tell(a.Pairs); got != want {
			if wrong++; wrong <= 5 {
				t.Errorf("seed %d: found\n%sgit finds\n%s", seed+uint64(i), got, want)
			}
		}
	}
	t.Logf("%d cases from seed %d: %d pairs; %d cases differ", n, seed, pairs, wrong)
}

// mover makes one random case: files of a base, and what a side made of them.
type mover struct {
	*rand.Rand
	words []string
	names []string
	dirs  []string
}

// randomMoves returns a base and a side that moved, edited, swapped, copied, removed and
// added files.
func randomMoves(seed uint64) [2]tree {
	r := &mover{Rand: rand.New(rand.NewPCG(seed, 7))}
	r.words = r.vocabulary()
	r.names = []string{"default.nix", "default.nix", "package.nix", "a.c", "b.c", "Makefile", "x.txt", "README.md", "h.h"}
	r.dirs = []string{"", "a", "a/b", "a/b/c", "lib", "lib/b", "pkgs/x", "pkgs/y", "pkgs/x/y", "pkgs/by-name/yy/y", "pkgs/by-name/xx/x", "z/b/c"}
	base, side := tree{}, tree{}
	var pool []string // contents so far, to be used again
	for range 2 + r.IntN(14) {
		pool = append(pool, r.content(pool))
		base[r.path()] = pool[len(pool)-1]
	}
	for _, p := range slices.Sorted(maps.Keys(base)) {
		c := base[p]
		switch k := r.IntN(20); {
		case k < 3:
			side[p] = c
		case k < 4:
			side[p] = r.edit(c)
		case k < 7: // removed
		case k < 11:
			side[r.target(p)] = c
		default:
			side[r.target(p)] = r.edit(c)
		}
	}
	for range r.IntN(5) {
		side[r.path()] = r.content(pool)
	}
	return [2]tree{base, side}
}

// vocabulary is the lines that contents of a case are made of: few, so that files are
// alike, or many.
func (r *mover) vocabulary() []string {
	n := []int{4, 12, 60, 400}[r.IntN(4)]
	words := make([]string, n)
	for i := range words {
		switch r.IntN(6) {
		case 0:
			words[i] = "}"
		case 1:
			words[i] = strings.Repeat(fmt.Sprint("long ", i, " "), 1+r.IntN(40))
		default:
			words[i] = fmt.Sprintf("  line %d = %d;", i, r.IntN(1000))
		}
	}
	return words
}

func (r *mover) path() string {
	d, n := r.dirs[r.IntN(len(r.dirs))], r.names[r.IntN(len(r.names))]
	if r.IntN(6) == 0 {
		n = fmt.Sprintf("f%d.c", r.IntN(30))
	}
	return strings.TrimPrefix(d+"/"+n, "/")
}

// target is where a file moves: often it keeps its name, sometimes its directory.
func (r *mover) target(p string) string {
	to := r.path()
	switch r.IntN(4) {
	case 0:
		return strings.TrimPrefix(dirname(p)+"/"+basename(to), "/")
	case 1, 2:
		return strings.TrimPrefix(dirname(to)+"/"+basename(p), "/")
	}
	return to
}

func (r *mover) content(pool []string) string {
	if len(pool) > 0 && r.IntN(4) == 0 {
		c := pool[r.IntN(len(pool))]
		if r.IntN(2) == 0 {
			c = r.edit(c)
		}
		return c
	}
	switch r.IntN(40) {
	case 0:
		return ""
	case 1:
		return repotest.Symlink(fmt.Sprint("target", r.IntN(3)))
	case 2:
		return repotest.Submodule(forks.Hash{1, byte(r.IntN(3))})
	case 3:
		return r.bytes(1 + r.IntN(3000))
	case 4:
		return repotest.Executable(r.lines(1 + r.IntN(30)))
	case 5:
		return r.lines(300 + r.IntN(1500))
	case 6:
		return strings.ReplaceAll(r.lines(1+r.IntN(30)), "\n", "\r\n")
	}
	c := r.lines(1 + r.IntN(40))
	if r.IntN(3) == 0 {
		c = strings.TrimSuffix(c, "\n")
	}
	return c
}

func (r *mover) lines(n int) string {
	var b strings.Builder
	for range n {
		w := r.words[r.IntN(len(r.words))]
		if r.IntN(8) == 0 {
			w = fmt.Sprint(w, r.IntN(100000))
		}
		b.WriteString(w + "\n")
	}
	return b.String()
}

func (r *mover) bytes(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.IntN(256))
	}
	return string(b)
}

// edit changes part of a file: from a byte to more than half of it.
func (r *mover) edit(c string) string {
	if c == "" || c[0] == 0 { // modes are repotest's marks
		if r.IntN(2) == 0 {
			return strings.Replace(c, " 100755 ", " 100644 ", 1)
		}
		return c
	}
	switch r.IntN(9) {
	case 0:
		return strings.ReplaceAll(c, "\n", "\r\n")
	case 1:
		return strings.TrimSuffix(c, "\n")
	case 2:
		return c + r.lines(1+r.IntN(10))
	case 3:
		at := r.IntN(len(c))
		return c[:at] + string(rune('a'+r.IntN(26))) + c[at:]
	case 4:
		return repotest.Executable(c)
	case 5:
		at := r.IntN(len(c))
		return c[at:] + c[:at]
	}
	lines := strings.SplitAfter(c, "\n")
	share := r.Float64() * 0.7
	for i := range lines {
		if r.Float64() < share {
			lines[i] = r.lines(1)
		}
	}
	return strings.Join(lines, "")
}
