package syncer_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// With these flags more histories are tried: `go test ./syncer -run Laws -long 500`.
// `-shrink` looks for the shortest history that fails, from -rapid.seed.
var (
	long   = flag.Int("long", 0, "number of random histories to try")
	shrink = flag.Bool("shrink", false, "try histories as rapid does, and shorten one that fails")
)

// histories is how many are tried without flags, beside those that found something
// once.
const histories = 8

func remembered() []int { return []int{54, 110, 114, 166, 182, 194, 238} }

// TestLawsHoldInRandomHistories lets random things happen to an upstream and its
// fork, passes between them, and holds each pass against what the program
// promises. The history of a failure is printed with it; the number of the
// subtest repeats it.
func TestLawsHoldInRandomHistories(t *testing.T) {
	t.Parallel()
	if *shrink {
		rapid.Check(t, func(rt *rapid.T) {
			history(rt, time.Duration(rapid.IntRange(0, 3).Draw(rt, "publish every"))*time.Hour)
		})
		return
	}
	numbers := remembered()
	for i := range max(histories, *long) {
		if !slices.Contains(numbers, i) {
			numbers = append(numbers, i)
		}
	}
	for _, i := range numbers {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			rapid.MakeFuzz(func(rt *rapid.T) { history(rt, publishEvery(i)) })(t, randomness(i))
		})
	}
}

// randomness is as much of it as a history needs, always the same for a number.
func randomness(n int) []byte {
	var out []byte
	for i := range 2000 {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(n)), uint64(i)))
		out = append(out, sum[:]...)
	}
	return out
}

// publishEvery lets some histories publish at their time only. What those that found
// something once are made of stays.
func publishEvery(n int) time.Duration {
	if slices.Contains(remembered(), n) || n%3 != 1 {
		return 0
	}
	return 3 * time.Hour
}

// history is one random history; its passes are an hour apart.
func history(rt *rapid.T, every time.Duration) {
	dir, err := os.MkdirTemp("", "auxsync-history-*")
	if err != nil {
		rt.Fatal(err)
	}
	rt.Cleanup(func() { _ = os.RemoveAll(dir) })
	t := &teller{T: rt}
	mode := choose(t, []forks.History{forks.Merging, forks.Merging, forks.Rewrite}, "mode")
	l := &life{world: newWorldIn(t, dir, mode), t: t, pushed: map[forks.Hash]bool{}}
	l.track.PublishEvery = every
	t.tell("history mode %s, published every %s", mode, every)
	for range t.below(3, "before the fork") {
		l.upstream()
	}
	for range 1 + t.below(5, "the fork begins") {
		l.person()
	}
	for range t.below(3, "upstream went on") {
		l.upstream()
	}
	if !l.firstContact() {
		return
	}
	l.pass()
	for range 1 + t.below(4, "passes") {
		for range t.below(4, "upstream") {
			l.upstream()
		}
		for range t.below(3, "people") {
			l.person()
		}
		l.answer()
		if t.oneIn(6, "somebody pushes meanwhile") {
			l.barrier = func() error { l.barrier = nil; l.person(); return nil }
		}
		l.pass()
	}
	l.quiet()
	l.nothingIsLost()
	if v := l.verify(); !v.Holds() {
		t.Fatalf("a stranger finds:\n%s", breaches(v))
	}
	rt.Logf("the history:\n  %s", strings.Join(t.story, "\n  "))
}

// firstContact adopts. A fork of which too much would be folded is refused, as it
// should be, unless somebody accepts that.
func (l *life) firstContact() bool {
	t := l.t
	tip := l.fork.Tip(t, "main")
	out, err := l.Adopt(context.Background(), l.track, syncer.Options{Who: "mona"})
	if err != nil && forks.KindOf(err) == forks.NeedsPerson && strings.Contains(err.Error(), "would be folded") {
		t.tell("adopt: refused: %v", err)
		if t.oneIn(3, "given up") {
			return false
		}
		out, err = l.Adopt(context.Background(), l.track, syncer.Options{Who: "mona", AcceptFolded: true})
	}
	if err != nil {
		t.Fatalf("adopt: %v", err)
	}
	t.tell("adopt: base %s\n    %s", out.Plan.Base.New.Short(), indented(out.Plan))
	if got := l.fork.Tip(t, "main"); got != tip {
		t.Fatalf("adoption moved the branch from %s to %s", tip, got)
	}
	l.law()
	if out.Plan.Base.New == l.up.Tip(t, "main") {
		l.sync()
		if got := l.fork.Tip(t, "main"); got != tip && !ledgerHas(l.recorded(), forks.Emptied, forks.Upstreamed) {
			t.Fatalf("a stack on upstream's tip was published anew: %s is now %s", tip, got)
		}
	}
	return true
}

func indented(p forks.Plan) string {
	text := strings.TrimSpace(outcomes(p))
	if p.Hold != nil {
		text += "\nholds at " + p.Hold.Commit.Short()
	}
	for _, a := range p.Proposals {
		text += fmt.Sprintf("\nconflict %s of %s: %s (%s)", a.ID, a.Patch, a.Action, a.Reason)
	}
	return strings.ReplaceAll(text, "\n", "\n    ")
}

func ledgerHas(s forks.State, some ...forks.Outcome) bool {
	return slices.ContainsFunc(s.Ledger, func(r forks.Row) bool { return slices.Contains(some, r.Published) })
}

// pass makes one pass and holds it against the laws.
func (l *life) pass() {
	t := l.t
	before, upstream := l.recorded(), l.up.Refs(t)
	tip := l.fork.Tip(t, "main")
	l.clock.Advance(time.Hour)
	out, err := l.Sync(context.Background(), l.track, syncer.Options{Who: "mona", Due: true})
	l.barrier = nil // a quiet pass never reached it
	if err != nil {
		t.Fatalf("sync: %v", err)
	}
	if out.Quiet {
		t.tell("sync: quiet")
		return
	}
	t.tell("sync: pass %d, base %s, tip %s\n    %s", out.Plan.Pass, out.Plan.Base.New.Short(), out.Plan.CandidateTip.Short(), indented(out.Plan))
	if !maps.Equal(upstream, l.up.Refs(t)) {
		t.Fatalf("upstream was pushed to")
	}
	after := l.law()
	if h := out.Plan.Hold; h != nil && !h.Until.IsZero() && (out.Plan.Base.New != before.Base || !h.Until.After(l.clock.Now())) {
		t.Fatalf("the base is %s, was %s, and waits until %s", out.Plan.Base.New, before.Base, h.Until)
	}
	l.moved(out.Plan.ForkTip, l.fork.Tip(t, "main"))
	if out.Retried == 0 && tip != out.Plan.ForkTip {
		t.Fatalf("the plan is about %s, the tip was %s", out.Plan.ForkTip, tip)
	}
	l.everyPatchOnce(before, after, out.Plan)
	l.wordsStay(out.Plan, after)
}

// moved: in merging mode the branch always fast-forwards, in both it contains its
// base.
func (l *life) moved(from, to forks.Hash) {
	if l.track.History == forks.Merging && !l.contains(l.fork, to, from) {
		l.t.Fatalf("the branch does not fast-forward from %s to %s", from, to)
	}
	if base := l.recorded().Base; !l.contains(l.fork, to, base) {
		l.t.Fatalf("the branch at %s does not contain its base %s", to, base)
	}
}

func (l *life) contains(r *repotest.Repo, whole, part forks.Hash) bool {
	l.t.Helper()
	return strings.TrimSpace(r.Git(l.t, "rev-list", "--count", part.String(), "--not", whole.String())) == "0"
}

// law: the published patches, replayed on their base, give exactly the tip's tree.
func (l *life) law() forks.State {
	t := l.t
	t.Helper()
	s := l.recorded()
	tree := l.fork.Tree(t, s.Base)
	for _, p := range s.Patches {
		if p.Out != nil {
			continue
		}
		from, to := l.fork.Tree(t, l.parent(l.fork, p.Commit)), l.fork.Tree(t, p.Commit)
		if from == tree {
			tree = to
			continue
		}
		merged, conflicted := l.mergeTrees(l.fork, from, tree, to)
		if len(conflicted) > 0 {
			t.Fatalf("the law is broken: patch %s (%s) does not replay on %s: %v", p.ID, p.Subject, s.Base, conflicted)
		}
		tree = merged
	}
	if want := l.fork.Tree(t, s.Tip); tree != want {
		t.Fatalf("the law is broken: the patches give the tree %s, the tip has %s\n%s", tree, want,
			l.fork.Git(t, "diff", tree.String(), want.String()))
	}
	return s
}

// everyPatchOnce: the ledger has each patch once, and no patch goes from record.
func (l *life) everyPatchOnce(before, after forks.State, p forks.Plan) {
	t := l.t
	rows := map[forks.PatchID]int{}
	for _, r := range p.Outcomes {
		rows[r.Patch]++
	}
	for _, patch := range slices.Concat(before.Patches, after.Patches) {
		if rows[patch.ID] != 1 {
			t.Fatalf("patch %s (%s) has %d rows in the ledger", patch.ID, patch.Subject, rows[patch.ID])
		}
	}
	on := map[forks.PatchID]bool{}
	for _, patch := range slices.Concat(after.Patches, after.Ended) {
		if on[patch.ID] {
			t.Fatalf("patch %s (%s) is on record twice", patch.ID, patch.Subject)
		}
		on[patch.ID] = true
	}
	for _, patch := range slices.Concat(before.Patches, before.Ended) {
		if !on[patch.ID] {
			t.Fatalf("patch %s (%s) is on record no more", patch.ID, patch.Subject)
		}
	}
}

// wordsStay: what a fork's patch says goes from the branch only with a row in the
// ledger that says so. Upstream's words may go with upstream.
func (l *life) wordsStay(p forks.Plan, after forks.State) {
	t := l.t
	before, now := words(l.files(l.fork, p.ForkTip.String())), words(l.files(l.fork, after.Tip.String()))
	gone := slices.DeleteFunc(slices.Sorted(maps.Keys(before)), func(w string) bool { return now[w] })
	if len(gone) == 0 {
		return
	}
	known := l.up.Git(t, "log", "-p", "--text", "--format=", "main")
	for _, r := range p.Outcomes {
		switch r.Published {
		case forks.Kept, forks.Adapted, forks.Expanded, forks.Emptied, forks.Upstreamed:
			continue
		}
		if !r.Old.IsZero() {
			known += l.fork.Git(t, "diff-tree", "-p", "--text", r.Old.String()+"^1", r.Old.String())
		}
	}
	for _, w := range gone {
		if !strings.Contains(known, "+  "+w+"\n") {
			t.Fatalf("%s was on the branch at %s and is gone at %s, and no row says so", w, p.ForkTip, after.Tip)
		}
	}
}

// quiet: once nothing is new, passes move nothing, also without database and cache.
func (l *life) quiet() {
	t := l.t
	l.track.PublishEvery = 0
	out := l.sync() // what a person pushed during the last pass
	t.tell("sync again: quiet %v\n    %s", out.Quiet, indented(out.Plan))
	if out = l.sync(); !out.Quiet {
		t.Fatalf("a pass without news is not quiet:\n%s", indented(out.Plan))
	}
	before := l.fork.Refs(t)
	l.loseEverything()
	if out := l.sync(); out.Written || !maps.Equal(before, l.fork.Refs(t)) {
		t.Fatalf("a pass without database and cache moved something:\n%s\n%s", indented(out.Plan), changedRefs(before, l.fork.Refs(t)))
	}
}

// loseEverything deletes database and cache.
func (l *life) loseEverything() {
	l.store = newMemory()
	l.Store = l.store
	if err := os.RemoveAll(filepath.Join(l.dir, "cache")); err != nil {
		l.t.Fatalf("%v", err)
	}
	l.t.tell("database and cache are deleted")
}

func changedRefs(a, b map[forks.Ref]forks.Hash) string {
	var out strings.Builder
	for _, ref := range slices.Sorted(maps.Keys(a)) {
		if b[ref] != a[ref] {
			fmt.Fprintf(&out, "%s: %s is %s\n", ref, a[ref], b[ref])
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(b)) {
		if _, old := a[ref]; !old {
			fmt.Fprintf(&out, "%s: new, %s\n", ref, b[ref])
		}
	}
	return out.String()
}

// nothingIsLost: after the hardest garbage collection every patch and everything
// that a person pushed is there, reachable from a ref.
func (l *life) nothingIsLost() {
	t := l.t
	l.fork.Git(t, "-c", "gc.reflogExpire=now", "gc", "--quiet", "--prune=now")
	reachable := map[forks.Hash]bool{}
	for line := range strings.Lines(l.fork.Git(t, "rev-list", "--all")) {
		reachable[l.hash(line)] = true
	}
	s := l.recorded()
	for _, p := range slices.Concat(s.Patches, s.Ended) {
		for name, id := range map[string]forks.Hash{"first": p.First, "current": p.Commit} {
			if !reachable[id] {
				t.Fatalf("the %s commit %s of patch %s (%s) is lost", name, id, p.ID, p.Subject)
			}
		}
		for _, v := range p.Versions {
			if !reachable[v.Commit] {
				t.Fatalf("version %s of patch %s (%s) is lost", v.Commit, p.ID, p.Subject)
			}
		}
	}
	for id := range l.pushed {
		if !reachable[id] {
			t.Fatalf("%s, which a person pushed, is lost", id)
		}
	}
	l.fork.Fsck(t)
}
