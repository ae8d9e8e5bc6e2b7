package rebase

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// moveDirectory moves all files of one directory to another in one commit.
func (l *lab) moveDirectory(t *testing.T, rng *rand.Rand, branch string) map[string]string {
	t.Helper()
	files := l.files(t, branch)
	from := path.Dir(files[rng.IntN(len(files))])
	to := fmt.Sprintf("d%d", rng.IntN(5))
	edits := map[string]string{}
	for _, f := range files {
		if rest, ok := strings.CutPrefix(f, from+"/"); ok && from != to {
			text, _ := l.File(t, branch, f)
			edits[f] = repotest.Delete
			edits[to+"/"+rest] = text
		}
	}
	return edits
}

// restlessHistory is randomHistory in which whole directories move as well, and are
// moved back.
func (l *lab) restlessHistory(t *testing.T, rng *rand.Rand, branch string, n int) []forks.Hash {
	t.Helper()
	var out []forks.Hash
	for len(out) < n {
		if edits := l.moveDirectory(t, rng, branch); rng.IntN(6) == 0 && len(edits) > 0 {
			before := l.Tip(t, branch)
			out = append(out, l.Commit(t, branch, repotest.Ada, "move a directory", edits))
			if rng.IntN(2) == 0 {
				out = append(out, l.randomHistory(t, rng, branch, rng.IntN(3))...)
				out = append(out, l.Build(t, repotest.Commit{Branch: branch, Subject: "back",
					Parents: []forks.Hash{l.Tip(t, branch)}, Tree: l.Tree(t, before)})[0])
			}
			continue
		}
		out = append(out, l.randomHistory(t, rng, branch, 1+rng.IntN(4))...)
	}
	return out
}

func TestLoneCauseIsWhatTryingEveryCommitFinds(t *testing.T) {
	t.Parallel()
	found, several, passed, tried := 0, 0, 0, 0
	for seed := range uint64(5) {
		rng := rand.New(rand.NewPCG(seed, 7))
		l := newLab(t)
		base := l.start(t, rng)
		chain := append([]forks.Hash{base}, l.restlessHistory(t, rng, "main", 22)...)
		l.SetRef(t, "fork", base)
		patches := l.randomHistory(t, rng, "fork", 6)
		for _, dir := range []string{"d0", "d1", "d2"} { // a new file in a directory that may move
			l.SetRef(t, "fork", base)
			patches = append(patches, l.Commit(t, "fork", repotest.Ada, "add", map[string]string{dir + "/own": body(rng)}))
		}
		l.SetRef(t, "fork", base)
		patches = append(patches, l.Commit(t, "fork", repotest.Ada, "move", l.moveDirectory(t, rng, "fork")))
		for i, patch := range patches {
			p := l.planner()
			verdicts := bruteVerdicts(t, l, patch, chain)
			first := slices.Index(verdicts, false)
			last := len(verdicts)
			for last > 0 && !verdicts[last-1] {
				last--
			}
			if first >= 0 && first != last {
				several++
			}
			if last == len(verdicts) {
				last = -1
			}
			for run, want := range map[Run]int{FirstRun: first, LastRun: last} {
				asked := p.picks
				c, ok, err := p.LoneCause(t.Context(), patch, chain[0], chain[len(chain)-1], run)
				if err != nil {
					t.Fatal(err)
				}
				got := -1
				if ok {
					got = slices.Index(chain, c.Cause)
					found++
				}
				if run == FirstRun {
					tried += p.picks - asked
					passed += len(chain)
				}
				if got != want {
					t.Errorf("seed %d, patch %d (%s), run %d: cause at %d, trying every commit finds %d in %v", seed, i, patch, run, got, want, verdicts)
				}
				if ok && (len(c.Files) == 0 || c.CauseSubject == "" || want > 0 && c.Clean != chain[want-1]) {
					t.Errorf("seed %d, patch %d, run %d: %+v does not tell the conflict", seed, i, run, c)
				}
			}
		}
	}
	t.Logf("%d causes, %d histories with gaps, %d of %d commits tried", found, several, tried, passed)
	if found < 30 || several < 3 || tried*2 > passed {
		t.Errorf("%d causes, %d histories with gaps, %d of %d commits tried: the test shows little", found, several, tried, passed)
	}
}

// bruteVerdicts says of each commit whether a patch is clean on it.
func bruteVerdicts(t *testing.T, l *lab, patch forks.Hash, chain []forks.Hash) []bool {
	t.Helper()
	p := l.planner()
	c, err := p.change(patch)
	if err != nil {
		t.Fatal(err)
	}
	verdicts := make([]bool, len(chain))
	for pos, id := range chain {
		tree, err := p.treeOf(id)
		if err != nil {
			t.Fatal(err)
		}
		r, err := l.q.Merge(t.Context(), c.from, tree, c.to)
		if err != nil {
			t.Fatal(err)
		}
		verdicts[pos] = r.Clean()
	}
	return verdicts
}
