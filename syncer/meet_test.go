package syncer_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// meetings is how many pushes of people meet one of the program's, unless -long asks
// for more: `go test ./syncer -run Meets -long 1000`. A fork lives through some of
// them.
const (
	meetings  = 40
	inOneLife = 10
)

// TestPushThatMeetsTheProgramsIsNeverOverwritten lets people push something at random
// while a pass is between its fetch and the end of its push. After each pass all that
// they pushed is in the branch or in the record, and a quiet time leaves nothing open.
func TestPushThatMeetsTheProgramsIsNeverOverwritten(t *testing.T) {
	t.Parallel()
	all := &tally{of: map[string]int{}}
	t.Cleanup(func() { t.Logf("%v", all.of) })
	for i := range max(meetings, *long) / inOneLife {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			rapid.MakeFuzz(func(rt *rapid.T) { meetingLife(rt, all) })(t, randomness(2000+i))
		})
	}
}

// tally counts what happened.
type tally struct {
	mu sync.Mutex
	of map[string]int
}

func (y *tally) add(what string, n int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.of[what] += n
}

// A moment is where in a pass a person's push arrives.
type moment string

const (
	beforePush moment = "between fetch and push"
	inPush     moment = "while the push is received"
	afterPush  moment = "between the push and the look at what arrived"
)

// crowd is a life in which people push while the program does.
type crowd struct {
	*life
	all    *tally
	met    int
	landed []forks.Hash // tips of the branch that people pushed
}

// meetingLife is the life of one fork.
func meetingLife(rt *rapid.T, all *tally) {
	dir, err := os.MkdirTemp("", "auxsync-meeting-*")
	if err != nil {
		rt.Fatal(err)
	}
	rt.Cleanup(func() { _ = os.RemoveAll(dir) })
	t := &teller{T: rt}
	mode := choose(t, []forks.History{forks.Merging, forks.Merging, forks.Rewrite}, "mode")
	c := &crowd{all: all, life: &life{world: newWorldIn(t, dir, mode), t: t, pushed: map[forks.Hash]bool{}}}
	t.tell("history mode %s", mode)
	for _, name := range []string{"a", "b"} {
		c.tips = append(c.tips, c.fork.Tip(t, "main"))
		c.pushed[c.commit(name+": fork change", files{name + ".nix": lines(name, 1, 12, "2="+c.word("own")+";")})] = true
	}
	if !c.firstContact() {
		t.Fatalf("two plain commits are not adopted")
	}
	for c.met < inOneLife {
		c.meeting()
	}
	c.law()
	c.quiet()
	c.nothingIsLost()
	rt.Logf("the history:\n  %s", strings.Join(t.story, "\n  "))
}

// meeting lets upstream go on, and a person push in the middle of the pass that
// follows.
func (c *crowd) meeting() {
	t := c.t
	changes, what := c.edit("up", c.files(c.up, "main"))
	c.up.Commit(t, "main", repotest.Ada, what, changes)
	t.tell("upstream: %s", what)
	if t.oneIn(2, "upstream again") {
		c.upstream()
	}
	when := choose(t, []moment{beforePush, beforePush, inPush, afterPush}, "moment")
	var late *latePush
	c.barrier = func() error {
		c.barrier = nil
		t.tell("%s:", when)
		c.all.add(string(when), 1)
		if when == beforePush {
			c.met++
			c.arrives(func() { c.push() })
			return nil
		}
		late = c.postponed(when)
		return nil
	}
	c.pass()
	if late != nil {
		c.came(late)
	}
	c.nothingOverwritten()
}

// pass makes a pass, and another one if the first could not see what became of its
// push.
func (c *crowd) pass() {
	t := c.t
	c.clock.Advance(time.Hour)
	before := c.recorded()
	out, err := c.Sync(context.Background(), c.track, syncer.Options{Who: "mona"})
	if err != nil && forks.KindOf(err) == forks.Retry {
		t.tell("sync: %v", err)
		c.all.add("end of the push not seen", 1)
		before = c.recorded()
		out, err = c.Sync(context.Background(), c.track, syncer.Options{Who: "mona"})
	}
	if err != nil {
		t.Fatalf("sync: %v", err)
	}
	if out.Quiet {
		t.tell("sync: quiet")
		return
	}
	t.tell("sync: pass %d, begun again %d times, base %s, tip %s\n    %s", out.Plan.Pass, out.Retried, out.Plan.Base.New.Short(),
		out.Plan.CandidateTip.Short(), indented(out.Plan))
	c.all.add("passes begun again", out.Retried)
	after := c.recorded()
	c.moved(out.Plan.ForkTip, c.fork.Tip(t, "main"))
	c.everyPatchOnce(before, after, out.Plan)
	c.wordsStay(answered(out.Plan), after)
}

// answered is a plan in which a patch that was answered counts as resolved, also where
// nothing of the answer is left because upstream did the same.
func answered(p forks.Plan) forks.Plan {
	p.Outcomes = slices.Clone(p.Outcomes)
	for i, row := range p.Outcomes {
		if slices.ContainsFunc(p.Proposals, func(a forks.ProposalAction) bool { return a.Patch == row.Patch && a.Action == forks.ActHarvest }) {
			p.Outcomes[i].Published = forks.Resolved
		}
	}
	return p
}

// push lets a person push one thing.
func (c *crowd) push() {
	t := c.t
	tip := c.fork.Tip(t, "main")
	live := slices.DeleteFunc(c.recorded().Proposals, func(p forks.Proposal) bool { return !p.Status.Live() })
	switch kind := t.below(12, "push"); {
	case kind < 3 && len(live) > 0:
		c.answerOne(choose(t, live, "conflict"))
	case kind == 3 && len(live) > 0:
		c.workOnFix(choose(t, live, "conflict"))
	case kind == 4 && len(live) > 0:
		c.deletePair(choose(t, live, "conflict"))
	case kind == 5:
		c.tips = append(c.tips, tip)
		c.mergeUpstream(tip, repotest.Alan)
	case kind == 6:
		c.sameLines(tip)
	case kind == 7:
		c.policy()
	default:
		c.person()
	}
}

// workOnFix commits something on a conflict's own branch, without an answer.
func (c *crowd) workOnFix(p forks.Proposal) {
	fix := forks.FixRef(c.track.Name, p.ID)
	if tip := c.fork.Refs(c.t)[fix]; !tip.IsZero() {
		tree, name := c.resolution(p, forks.Pair{Fix: tip}, false)
		c.onRef(fix, name, tree, tip)
	}
}

// deletePair deletes both branches of a conflict.
func (c *crowd) deletePair(p forks.Proposal) {
	refs := c.fork.Refs(c.t)
	for _, ref := range []forks.Ref{forks.FixRef(c.track.Name, p.ID), forks.OntoRef(c.track.Name, p.ID)} {
		if tip := refs[ref]; !tip.IsZero() {
			c.fork.SetRef(c.t, string(ref), forks.Hash{})
			c.forget(tip)
		}
	}
	c.t.tell("conflict %s: both branches are deleted", p.ID)
}

// sameLines commits what upstream has just committed, if it fits.
func (c *crowd) sameLines(tip forks.Hash) {
	t := c.t
	c.fork.Git(t, "fetch", "--quiet", c.up.Dir, "main")
	newest := c.up.Tip(t, "main")
	tree, conflicted := c.mergeTrees(c.fork, c.fork.Tree(t, c.parent(c.fork, newest)), c.fork.Tree(t, tip), c.fork.Tree(t, newest))
	if len(conflicted) > 0 {
		return
	}
	id := c.fork.Build(t, repotest.Commit{Branch: "main", Author: repotest.Alan, Subject: "as upstream does", Tree: tree})[0]
	c.pushed[id] = true
	t.tell("fork: Alan commits the lines of upstream's %s in %s", newest.Short(), id.Short())
}

// policy commits to the fork's policy.
func (c *crowd) policy() {
	id := c.fork.Commit(c.t, "auxsync/policy", repotest.Grace, "policy "+c.word("n"), files{"policy.toml": "# " + c.word("n") + "\n"})
	c.pushed[id] = true
	c.t.tell("policy: Grace commits %s", id.Short())
}

// arrives notes where the branch is after a push that moved it.
func (c *crowd) arrives(push func()) {
	before := c.fork.Tip(c.t, "main")
	push()
	if tip := c.fork.Tip(c.t, "main"); tip != before {
		c.landed = append(c.landed, tip)
	}
}

// latePush is what a person has ready for the moment in which the fork receives the
// program's push.
type latePush struct {
	branch    forks.Hash          // where it wants the fork's branch, zero: nowhere
	unlisted  map[forks.Hash]bool // what people had pushed before it
	alongside map[forks.Hash]bool // and after
}

// postponed lets a person prepare a push. A hook of the fork carries it out, as git
// does: if somebody has moved a ref meanwhile, it is refused. After the program's push
// the person merges that first.
func (c *crowd) postponed(when moment) *latePush {
	t := c.t
	before, late := c.fork.Refs(t), &latePush{unlisted: maps.Clone(c.pushed)}
	c.push()
	late.alongside, c.pushed = c.pushed, maps.Clone(late.unlisted)
	var updates strings.Builder
	after := c.fork.Refs(t)
	for _, ref := range slices.Sorted(maps.Keys(union(before, after))) {
		if before[ref] == after[ref] {
			continue
		}
		c.fork.SetRef(t, string(ref), before[ref])
		if ref == c.track.BranchRef() {
			late.branch = after[ref]
			if when == afterPush {
				continue // the hook merges
			}
		}
		fmt.Fprintf(&updates, "update %s %s %s\n", ref, zeros(after[ref]), zeros(before[ref]))
	}
	c.write("updates", updates.String())
	merge := ""
	if when == afterPush && !late.branch.IsZero() {
		merge = late.branch.String()
	}
	c.write("merge", merge)
	c.write("waiting", "")
	hook := "pre-receive"
	if when == afterPush {
		hook = "post-receive"
	}
	c.fork.Hook(t, hook, personsHook)
	return late
}

// personsHook pushes for a person, once.
const personsHook = `
cat >/dev/null
[ -e meeting/waiting ] || exit 0
rm meeting/waiting
unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
export GIT_AUTHOR_NAME=Alan GIT_AUTHOR_EMAIL=alan@example.org GIT_AUTHOR_DATE='2024-05-01T12:00:00Z'
export GIT_COMMITTER_NAME=Alan GIT_COMMITTER_EMAIL=alan@example.org GIT_COMMITTER_DATE='2024-05-01T12:00:00Z'
mine=$(cat meeting/merge)
if [ -n "$mine" ]; then
	tree=$(git merge-tree --write-tree refs/heads/main "$mine") || exit 0
	tip=$(git rev-parse refs/heads/main)
	mine=$(git commit-tree -p "$tip" -p "$mine" -m 'merge what came meanwhile' "$tree") || exit 0
	echo "update refs/heads/main $mine $tip" >>meeting/updates
	echo "$mine" >meeting/merge
fi
git update-ref --stdin <meeting/updates && : >meeting/accepted
exit 0
`

// write puts a file where the hook finds it.
func (c *crowd) write(name, text string) {
	dir := filepath.Join(c.fork.Dir, "meeting")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		c.t.Fatalf("%v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		c.t.Fatalf("%v", err)
	}
}

// came looks what became of a late push.
func (c *crowd) came(late *latePush) {
	t, dir := c.t, filepath.Join(c.fork.Dir, "meeting")
	there := func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	}
	switch {
	case there("waiting"):
		t.tell("the program had nothing to push, and the person gave up")
		c.all.add("nothing to push", 1)
	case !there("accepted"):
		c.met++
		c.all.add("person's push refused", 1)
		t.tell("the person's push was refused")
	default:
		c.met++
		c.pushed = late.alongside
		if !late.branch.IsZero() {
			merged, err := os.ReadFile(filepath.Join(dir, "merge"))
			if err != nil {
				t.Fatalf("%v", err)
			}
			if len(merged) > 0 {
				late.branch = c.hash(string(merged))
				c.pushed[late.branch] = true
			}
			c.landed = append(c.landed, late.branch)
		}
		t.tell("the person's push was accepted, the branch at %s", late.branch)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatalf("%v", err)
	}
}

// nothingOverwritten: each commit that people pushed is reachable from some ref. What
// they pushed to the branch is in it; in rewrite mode it may have been taken into the
// record instead, where the laws account for its content.
func (c *crowd) nothingOverwritten() {
	t := c.t
	reachable := map[forks.Hash]bool{}
	for line := range strings.Lines(c.fork.Git(t, "rev-list", "--all")) {
		reachable[c.hash(line)] = true
	}
	for id := range c.pushed {
		if !reachable[id] {
			t.Fatalf("%s, which a person pushed, is overwritten", id)
		}
	}
	refs := []string{"refs/heads/main"}
	if c.track.History == forks.Rewrite {
		refs = append(refs, string(c.track.StateRef()), "--glob="+string(forks.ArchivePrefix(c.track.Name)))
	}
	landed := []string{"rev-list", "--max-count=1"}
	for _, tip := range c.landed {
		landed = append(landed, tip.String())
	}
	if len(c.landed) == 0 {
		return
	}
	if missing := c.fork.Git(t, slices.Concat(landed, []string{"--not"}, refs)...); missing != "" {
		t.Fatalf("a person pushed %s to the branch, and it is in it no more", missing)
	}
}

func union[K comparable, V any](a, b map[K]V) map[K]V {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// zeros is an id as update-ref reads it.
func zeros(id forks.Hash) string {
	if id.IsZero() {
		return strings.Repeat("0", 40)
	}
	return id.String()
}
