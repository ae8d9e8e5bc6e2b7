package renames

import (
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

// threeWay is a merge in which ours moves files, and theirs changes some of them, each
// into something unlike all others, and adds some. So the result tells which file went
// where.
type threeWay struct {
	base, ours, theirs tree
	changed            map[forks.Hash]string // what theirs made of a file → its path
	added              map[forks.Hash]string // what theirs added → its path
}

func newThreeWay(m memory, base, ours tree, change func(path string) bool, add []string) threeWay {
	w := threeWay{base: base, ours: ours, theirs: maps.Clone(base), changed: map[forks.Hash]string{}, added: map[forks.Hash]string{}}
	for _, p := range slices.Sorted(maps.Keys(base)) {
		if change(p) {
			w.theirs[p] = "changed by theirs, was " + p
			if m.file(p, base[p]).Mode == forks.ModeSymlink {
				w.theirs[p] = repotest.Symlink(w.theirs[p])
			}
			if m.file(p, base[p]).Mode == forks.ModeSubmodule {
				w.theirs[p] = base[p]
				continue
			}
			w.changed[m.file(p, w.theirs[p]).ID] = p
		}
	}
	for i, p := range add {
		w.theirs[p] = fmt.Sprint("added by theirs ", i)
		w.added[m.file(p, w.theirs[p]).ID] = p
	}
	return w
}

// question asks what a merge asks about ours.
func (w threeWay) question(m memory) Question {
	q := question(m, w.base, w.ours)
	q.Needs, q.Dirs = map[string]Need{}, map[string]DirNeed{}
	ours, theirs := directoriesOf(w.ours), directoriesOf(w.theirs)
	grown := map[string]bool{} // directories in which theirs added a file
	for p := range w.theirs {
		if _, old := w.base[p]; !old {
			if _, both := w.ours[p]; !both {
				grown[dirname(p)] = true
			}
		}
	}
	// asked: the directory or one above is gone in ours and got new files in theirs.
	asked := func(dir string) bool {
		for ; dir != ""; dir = dirname(dir) {
			if !ours[dir] && theirs[dir] && grown[dir] {
				return true
			}
		}
		return false
	}
	for dir := range directoriesOf(w.base) {
		switch {
		case ours[dir]:
		case !asked(dir):
			q.Dirs[dir] = DirNotNeeded
		case grown[dir]:
			q.Dirs[dir] = DirForSelf
		default:
			q.Dirs[dir] = DirForAncestor
		}
	}
	gone, fresh := visitOrder(w, asked)
	inOrder(q.Gone, gone)
	inOrder(q.New, fresh)
	for _, f := range q.Gone {
		if w.theirs[f.Path] != w.base[f.Path] {
			q.Needs[f.Path] = ForContent
		} else if asked(dirname(f.Path)) {
			q.Needs[f.Path] = ForLocation
		}
	}
	return q
}

// inOrder sorts files as paths has them.
func inOrder(files []File, paths []string) {
	at := map[string]int{}
	for i, p := range paths {
		at[p] = i
	}
	slices.SortStableFunc(files, func(a, b File) int { return at[a.Path] - at[b.Path] })
}

func directoriesOf(t tree) map[string]bool {
	dirs := map[string]bool{}
	for p := range t {
		for dir := dirname(p); dir != ""; dir = dirname(dir) {
			dirs[dir] = true
		}
	}
	return dirs
}

// expect tells where changed and added files end by an answer.
func (w threeWay) expect(a Answer) string {
	went := map[string]string{}
	for _, p := range a.Pairs {
		went[p.From.Path] = p.To.Path
	}
	var b strings.Builder
	for _, p := range slices.Sorted(maps.Values(w.changed)) {
		if to, moved := went[p]; moved {
			fmt.Fprintf(&b, "%s went to %s\n", p, to)
		}
	}
	for _, p := range slices.Sorted(maps.Values(w.added)) {
		for dir := dirname(p); dir != ""; dir = dirname(dir) {
			if to, ok := majority(a.Counts[dir]); ok {
				fmt.Fprintf(&b, "%s went to %s\n", p, strings.TrimPrefix(to+strings.TrimPrefix(p, dir), "/"))
				break
			}
		}
	}
	return b.String()
}

func majority(counts map[string]int) (string, bool) {
	best, n, tie := "", 0, false
	for _, to := range slices.Sorted(maps.Keys(counts)) {
		switch {
		case counts[to] > n:
			best, n, tie = to, counts[to], false
		case counts[to] == n:
			tie = true
		}
	}
	return best, n > 0 && !tie
}

// gitMerges tells where changed and added files end in git's merges.
func gitMerges(t testing.TB, merges []threeWay) []string {
	t.Helper()
	r := fastRepo(t)
	var bases, sides []repotest.Commit
	for _, w := range merges {
		bases = append(bases, repotest.Commit{Branch: "base", Orphan: true, Subject: "base", Files: w.base})
	}
	ids := r.Build(t, bases...)
	for i, w := range merges {
		for _, side := range []tree{w.ours, w.theirs} {
			files := maps.Clone(side)
			for p := range w.base {
				if _, kept := side[p]; !kept {
					files[p] = repotest.Delete
				}
			}
			sides = append(sides, repotest.Commit{Branch: "side", Parents: ids[i : i+1], Subject: "side", Files: files})
		}
	}
	ids = r.Build(t, sides...)
	var in, trees strings.Builder
	for i := range merges {
		fmt.Fprintf(&in, "%s %s\n", ids[2*i], ids[2*i+1])
	}
	ended := make([]map[forks.Hash]string, len(merges))
	byTree := map[string][]int{}
	fields := strings.Split(git(t, r, in.String(), "merge-tree", "--write-tree", "--no-messages", "--stdin"), "\x00")
	for i := range merges {
		ended[i] = map[forks.Hash]string{}
		tree := fields[1]
		byTree[tree] = append(byTree[tree], i)
		fmt.Fprintf(&trees, "%s %s\n", emptyTree, tree)
		fields = fields[2:]
		for ; fields[0] != ""; fields = fields[1:] {
			entry, path, _ := strings.Cut(fields[0], "\t")
			if part := strings.Fields(entry); part[2] == "3" {
				id, _ := forks.ParseHash(part[1])
				ended[i][id] = path
			}
		}
		fields = fields[1:]
	}
	var current []int
	for line := range strings.Lines(git(t, r, trees.String(), "diff-tree", "--stdin", "-r", "--raw", "--no-abbrev")) {
		line = strings.TrimSuffix(line, "\n")
		if line[0] != ':' {
			_, tree, _ := strings.Cut(line, " ")
			current = byTree[tree]
			continue
		}
		meta, path, _ := strings.Cut(line, "\t")
		id, _ := forks.ParseHash(strings.Fields(meta)[3])
		for _, i := range current {
			ended[i][id] = path
		}
	}
	answers := make([]string, len(merges))
	for i, w := range merges {
		answers[i] = w.tell(ended[i])
	}
	return answers
}

const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

// tell writes where changed and added files ended that did not stay.
func (w threeWay) tell(ended map[forks.Hash]string) string {
	var b strings.Builder
	for _, files := range []map[forks.Hash]string{w.changed, w.added} {
		was := map[string]forks.Hash{}
		for id, p := range files {
			was[p] = id
		}
		for _, p := range slices.Sorted(maps.Keys(was)) {
			if _, stays := w.ours[p]; stays {
				continue // of another type perhaps, and then renamed by the conflict
			}
			if to, ok := ended[was[p]]; ok && to != p {
				fmt.Fprintf(&b, "%s went to %s\n", p, to)
			}
		}
	}
	return b.String()
}

func TestFindsWhatGitFindsInRandomMerges(t *testing.T) {
	t.Parallel()
	n, seed := 600, uint64(1)
	if *long > 0 {
		n, seed = *long, uint64(time.Now().UnixNano())
	}
	for n > 0 {
		batch := min(n, 800)
		n -= batch
		compareMerges(t, seed, batch)
		seed += uint64(batch)
	}
}

func compareMerges(t *testing.T, seed uint64, n int) {
	t.Helper()
	merges, memories := make([]threeWay, n), make([]memory, n)
	for i := range merges {
		memories[i] = memory{}
		merges[i] = randomMerge(memories[i], seed+uint64(i))
	}
	told, wrong := 0, 0
	for i, want := range gitMerges(t, merges) {
		w := merges[i]
		q := w.question(memories[i])
		a, err := Find(t.Context(), memories[i], q)
		if err != nil {
			t.Fatalf("seed %d: %v", seed+uint64(i), err)
		}
		told += strings.Count(want, "\n")
		if got := w.expect(a); got != want {
			if wrong++; wrong <= 5 {
				t.Errorf("seed %d: found\n%sgit finds\n%s", seed+uint64(i), got, want)
			}
		}
	}
	t.Logf("%d merges from seed %d: %d files followed; %d merges differ", n, seed, told, wrong)
}

func randomMerge(m memory, seed uint64) threeWay {
	r := rand.New(rand.NewPCG(seed, 9))
	moves := randomMoves(seed)
	if seed%3 > 0 {
		moves = randomDirectoryMoves(seed)
	}
	var add []string
	share := r.Float64()
	for i, dir := range slices.Sorted(maps.Keys(directoriesOf(moves[0]))) {
		if r.IntN(3) == 0 {
			add = append(add, fmt.Sprintf("%s/new%d.c", dir, i))
		}
	}
	return newThreeWay(m, moves[0], moves[1], func(string) bool { return r.Float64() < share }, add)
}

// randomDirectoryMoves moves whole directories, to one place or to several, files of one
// name in each; some are edited on the way.
func randomDirectoryMoves(seed uint64) [2]tree {
	r := &mover{Rand: rand.New(rand.NewPCG(seed, 8))}
	r.words = r.vocabulary()
	r.names = []string{"default.nix", "package.nix", "a.c", "b.c", "c.c", "d.c", "e.c", "f.c"}
	places := []string{"p", "p/q", "p/q/r", "s", "s/q", "s/q/r", "t", "t/u/v", "t/v", "w/q/r", "w"}
	targets := append([]string{"", "", "n", "n/q", "n/q/r", "m/v", "m", "o", "o/u/v", "k/r", "j", "i"}, places...)
	base, side := tree{}, tree{}
	similar := r.lines(5 + r.IntN(30))
	for range 1 + r.IntN(4) {
		from := places[r.IntN(len(places))]
		to := []string{targets[r.IntN(len(targets))], targets[r.IntN(len(targets))]}
		for range 1 + r.IntN(7) {
			name := r.names[r.IntN(len(r.names))]
			content := r.content(nil)
			if r.IntN(2) == 0 {
				content = r.edit(similar)
			}
			base[from+"/"+name] = content
			if r.IntN(2) == 0 {
				content = r.edit(content)
			}
			if k := r.IntN(12); k > 1 {
				side[strings.TrimPrefix(to[k%4/3]+"/"+name, "/")] = content
			} else if k == 0 {
				side[from+"/"+name] = content
			}
		}
	}
	if len(side) == 0 {
		side["left"] = "left\n"
	}
	return [2]tree{base, side}
}
