package rebase

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// engine is a planner that merges by our own engine.
func (l *lab) engine() *Planner { return NewPlanner(l.q, merge.NewMerger(l.q, l.q), l.q) }

// anItem is a patch of a stack as it was written.
func anItem(t *testing.T, p *Planner, name string, patch forks.Hash) item {
	t.Helper()
	c, err := p.change(patch)
	if err != nil {
		t.Fatal(err)
	}
	return item{patch: forks.Patch{ID: forks.PatchID(name), Commit: patch, First: patch}, form: patch, change: c}
}

// causeOf is the cause of the last patch of a stack on a chain without steps.
func causeOf(t *testing.T, p *Planner, chain []forks.Hash, items ...item) int {
	t.Helper()
	s := newStack(items, chain, 0, chain[0])
	pos, err := p.cause(t.Context(), s, len(items)-1, s.tip())
	if err != nil {
		t.Fatal(err)
	}
	return pos
}

// A patch moves a directory. Upstream edits a file of it, which goes along, and only
// then adds one to it: that is asked about, though no path of the patch is touched.
func TestCauseOfAMovedDirectoryIsTheCommitThatAddsToIt(t *testing.T) {
	t.Parallel()
	l, rng := newLab(t), rand.New(rand.NewPCG(1, 1))
	files := map[string]string{"other": body(rng)}
	moved := map[string]string{}
	for _, name := range []string{"a", "b", "c"} {
		text := body(rng)
		files["old/"+name], moved["old/"+name], moved["new/"+name] = text, repotest.Delete, text
	}
	base := l.Commit(t, "main", repotest.Ada, "start", files)
	l.SetRef(t, "fork", base)
	patch := l.Commit(t, "fork", repotest.Ada, "move", moved)
	chain := []forks.Hash{base}
	for _, edit := range []map[string]string{
		{"other": "1\n"},
		{"old/a": files["old/a"] + "more\n"}, // clean: it is edited where it is now
		{"old/d": "new\n"},                   // here it begins
		{"other": "2\n"},
	} {
		chain = append(chain, l.Commit(t, "main", repotest.Ada, "upstream", edit))
	}
	p := l.engine()
	if got := causeOf(t, p, chain, anItem(t, p, "p1", patch)); got != 3 {
		t.Errorf("the cause is at %d, want 3", got)
	}
}

// The daemon's answer is held against trying every position, in stacks of patches that
// were written on the base and on later commits, have versions from some commit on, and
// move files and directories as upstream does.
func TestCauseIsTheNewestOneThatTryingEveryCommitFinds(t *testing.T) {
	t.Parallel()
	var sum searched
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 2))
		l := newLab(t)
		base := l.start(t, rng)
		chain := append([]forks.Hash{base}, l.restlessHistory(t, rng, "main", 22)...)
		patches := l.restlessPatches(t, rng, chain)
		for n := range 8 {
			items := l.randomStack(t, rng, chain, patches)
			for _, road := range roads(chain) {
				name := fmt.Sprintf("seed %d, stack %d, %d steps", seed, n, road.steps)
				sum.holdAgainstEveryPosition(t, l, name, newStack(items, road.chain, road.steps, base))
			}
		}
	}
	t.Logf("%+v", sum)
	if sum.causes < 240 || sum.gaps < 30 || sum.related < 100 || sum.versions < 30 || sum.picks*2 > sum.brute {
		t.Errorf("%+v: the test shows little", sum)
	}
}

// searched counts what the searches of a test met.
type searched struct {
	causes   int
	gaps     int // where the item is clean, then conflicts, is clean again and conflicts
	related  int // earlier patches that were applied first
	versions int // causes behind which a version of the item or of a related one begins
	picks    int // merges that the searches made
	brute    int // merges that trying every position makes
}

func (sum *searched) holdAgainstEveryPosition(t *testing.T, l *lab, name string, s *stack) {
	t.Helper()
	p := l.engine()
	for i := range s.items {
		rel, _, err := p.related(s, i)
		if err != nil {
			t.Fatal(err)
		}
		verdicts := bruteStack(t, l, s, rel)
		want := len(verdicts)
		for want > 0 && !verdicts[want-1] {
			want--
		}
		if want == len(verdicts) {
			continue
		}
		sum.causes++
		sum.related += len(rel) - 1
		sum.brute += len(verdicts) * len(rel)
		if want > 0 && slices.Contains(verdicts[:want], false) {
			sum.gaps++
		}
		for _, j := range rel {
			if s.version(j, s.tip()) != s.version(j, max(0, want-1)) {
				sum.versions++
			}
		}
		asked := p.picks
		got, err := p.cause(t.Context(), s, i, s.tip())
		if err != nil {
			t.Fatal(err)
		}
		sum.picks += p.picks - asked
		if got != want {
			t.Errorf("%s, patch %d of %v: cause at %d, trying every commit finds %d in %v", name, i, rel, got, want, verdicts)
		}
	}
}

// bruteStack says of each position whether the last of rel is clean there, after those
// before it where they are clean. Nothing is remembered.
func bruteStack(t *testing.T, l *lab, s *stack, rel []int) []bool {
	t.Helper()
	verdicts := make([]bool, len(s.chain))
	for pos, id := range s.chain {
		p := l.engine()
		tree, err := p.treeOf(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range rel {
			f, err := p.pickForm(t.Context(), s, j, pos, tree, quietly)
			if err != nil {
				t.Fatal(err)
			}
			if verdicts[pos] = f.result.Clean(); verdicts[pos] {
				tree = f.result.Tree
			}
		}
	}
	return verdicts
}

// restlessPatches are changes of the first commit of a chain, and of some later ones.
func (l *lab) restlessPatches(t *testing.T, rng *rand.Rand, chain []forks.Hash) []forks.Hash {
	t.Helper()
	var patches []forks.Hash
	for _, on := range []forks.Hash{chain[0], chain[0], chain[0], chain[6], chain[12]} {
		l.SetRef(t, "fork", on)
		patches = append(patches, l.randomHistory(t, rng, "fork", 2)...)
		patches = append(patches, l.Commit(t, "fork", repotest.Ada, "move", l.moveDirectory(t, rng, "fork")))
		add := map[string]string{fmt.Sprintf("d%d/own%d", rng.IntN(5), rng.IntN(9)): body(rng)}
		patches = append(patches, l.Commit(t, "fork", repotest.Ada, "add", add))
	}
	return patches
}

// randomStack stacks some patches, of which others are versions from some commit on.
func (l *lab) randomStack(t *testing.T, rng *rand.Rand, chain, patches []forks.Hash) []item {
	t.Helper()
	p := l.engine()
	var items []item
	for k, at := range rng.Perm(len(patches))[:5] {
		it := anItem(t, p, fmt.Sprintf("p%d", k), patches[at])
		if it.change.empty() {
			continue
		}
		if rng.IntN(3) == 0 {
			it.patch.Versions = []forks.Version{{Commit: it.form},
				{Commit: patches[rng.IntN(len(patches))], Pin: chain[1+rng.IntN(len(chain)-1)]}}
		}
		items = append(items, it)
	}
	return items
}

// aRoad is a chain with the number of steps that it begins with.
type aRoad struct {
	chain []forks.Hash
	steps int
}

// roads are the ways ahead that a chain can stand for: the chain itself, every third
// commit as a release, and a chain that begins after one long step.
func roads(chain []forks.Hash) []aRoad {
	var releases []forks.Hash
	for i := 0; i < len(chain); i += 3 {
		releases = append(releases, chain[i])
	}
	return []aRoad{
		{chain, 0}, {releases, len(releases) - 1}, {append([]forks.Hash{chain[0]}, chain[8:]...), 1},
	}
}
