package syncer_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// eventful is a fork to which most of what there is has happened: in its newest pass it
// published two patches, one of them resolved, one was dropped, one became upstream's in
// an earlier pass, and one is asked about.
func eventful(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, forks.Merging)
	for _, name := range []string{"a", "b", "c", "d"} {
		w.fork.Commit(t, "main", repotest.Grace, name+": fork change", map[string]string{name + ".nix": lines(name, 1, 12, "5=fork;")})
	}
	w.adopt()
	w.up.Commit(t, "main", repotest.Ada, "d: as in the fork", map[string]string{"d.nix": lines("d", 1, 12, "5=fork;")})
	w.up.Commit(t, "main", repotest.Ada, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "5=two;")})
	w.sync()
	asks := w.recordedState().Proposals[0]
	onto := string(forks.OntoRef(w.track.Name, asks.ID))
	w.fork.Build(t, repotest.Commit{Branch: onto, Author: repotest.Alan, Subject: "a: fork of two", Files: map[string]string{"a.nix": lines("a", 1, 12, "5=fork of two;")}})
	w.sync()
	w.up.Commit(t, "main", repotest.Ada, "e: bump", map[string]string{"e.nix": lines("e", 1, 12, "3=two;")})
	w.up.Commit(t, "main", repotest.Ada, "b: bump", map[string]string{"b.nix": lines("b", 1, 12, "5=two;")})
	s := w.recordedState()
	c := s.Patches[slices.IndexFunc(s.Patches, func(p forks.Patch) bool { return strings.HasPrefix(p.Subject, "c:") })]
	w.fork.Commit(t, "main", repotest.Alan, "Revert \"c: fork change\"\n\nThis reverts commit "+c.Commit.String()+".", map[string]string{"c.nix": lines("c", 1, 12)})
	w.sync()
	return w
}

// forger rewrites the newest pass of a fork as somebody who may push to it can.
type forger struct {
	*world
	commit forks.Hash // the newest state's
	state  forks.State
	orphan bool // the forged state has no history
}

// forge reads the newest state of a copy of a fork.
func (w *world) forge(t *testing.T) *forger {
	t.Helper()
	copied := *w
	copied.t, copied.fork = t, w.fork.Fork(t, filepath.Join(t.TempDir(), "fork.git"))
	f := &forger{world: &copied}
	f.commit = f.fork.Tip(t, string(f.track.StateRef()))
	text, _ := f.fork.File(t, string(f.track.StateRef()), "state.json")
	var err error
	if f.state, err = forks.DecodeState([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return f
}

// write replaces the newest state.
func (f *forger) write() {
	f.t.Helper()
	data, err := forks.EncodeState(f.state)
	if err != nil {
		f.t.Fatalf("%v", err)
	}
	f.replace(string(data))
}

// replace replaces the newest state by a text.
func (f *forger) replace(text string) {
	f.t.Helper()
	parents := f.parents(f.commit)
	if f.orphan {
		parents = nil
	}
	f.fork.Build(f.t, repotest.Commit{Branch: string(f.track.StateRef()), Parents: parents, Orphan: f.orphan, Tree: f.fork.Tree(f.t, f.commit),
		Subject: "forged", Files: map[string]string{"state.json": text}})
}

func (f *forger) parents(id forks.Hash) []forks.Hash {
	var list []forks.Hash
	for _, hex := range strings.Fields(f.fork.Git(f.t, "show", "-s", "--format=%P", id.String())) {
		h, err := forks.ParseHash(hex)
		if err != nil {
			f.t.Fatalf("%v", err)
		}
		list = append(list, h)
	}
	return list
}

// copyOf writes a commit again, on another parent and with other files.
func (f *forger) copyOf(id, parent, tree forks.Hash, author string, files map[string]string) forks.Hash {
	show := func(format string) string {
		return strings.TrimSpace(f.fork.Git(f.t, "show", "-s", "--format="+format, id.String()))
	}
	if author == "" {
		author = show("%an <%ae>")
	}
	at, err := strconv.ParseInt(show("%at"), 10, 64)
	if err != nil {
		f.t.Fatalf("%v", err)
	}
	return f.fork.Build(f.t, repotest.Commit{Branch: "refs/forged/x", Parents: []forks.Hash{parent}, Tree: tree, Author: author,
		Subject: show("%B"), Files: files, Date: time.Unix(at, 0).UTC()})[0]
}

// publish makes a commit the tip of everything that is published.
func (f *forger) publish(tip forks.Hash) {
	f.t.Helper()
	f.fork.SetRef(f.t, "main", tip)
	f.fork.SetRef(f.t, string(forks.ArchiveRef(f.track.Name, f.state.Pass)), tip)
	f.state.Tip = tip
	f.state.Archives[len(f.state.Archives)-1].Tip = tip
}

// becomes gives a patch of the newest pass another commit, in stack and ledger.
func (f *forger) becomes(i int, id forks.Hash) {
	p := &f.state.Patches[i]
	p.Commit = id
	f.row(p.ID).New = id
}

func (f *forger) row(id forks.PatchID) *forks.Row {
	return &f.state.Ledger[slices.IndexFunc(f.state.Ledger, func(r forks.Row) bool { return r.Patch == id })]
}

// find returns the row and place in the ledger of an outcome.
func (f *forger) find(o forks.Outcome) (int, *forks.Row) {
	i := slices.IndexFunc(f.state.Ledger, func(r forks.Row) bool { return r.Published == o })
	if i < 0 {
		f.t.Fatalf("nothing is %s:\n%v", o, f.state.Ledger)
	}
	return i, &f.state.Ledger[i]
}

// TestEveryForgeryIsFoundOut changes one thing each in a fork that keeps its promises.
func TestEveryForgeryIsFoundOut(t *testing.T) {
	t.Parallel()
	w := eventful(t)
	if got := w.verify(); !got.Holds() || got.Passes != 4 {
		t.Fatalf("the fork that is to be forged, after %d passes:\n%s", got.Passes, breaches(got))
	}
	for name, c := range map[string]struct {
		forge func(f *forger)
		want  string
	}{
		"a row is dropped":   {func(f *forger) { f.state.Ledger = f.state.Ledger[1:] }, "has no row"},
		"a row stands twice": {func(f *forger) { f.state.Ledger = append(f.state.Ledger, f.state.Ledger[0]) }, "has more than one row"},
		"a patch vanishes": {func(f *forger) {
			i, row := f.find(forks.Dropped)
			id := row.Patch
			f.state.Ledger = slices.Delete(f.state.Ledger, i, i+1)
			f.state.Ended = slices.DeleteFunc(f.state.Ended, func(p forks.Patch) bool { return p.ID == id })
		}, "was in the stack and is missing"},
		"an ended patch vanishes": {func(f *forger) {
			f.state.Ended = slices.DeleteFunc(f.state.Ended, func(p forks.Patch) bool { return p.End.Outcome == forks.Upstreamed })
		}, "had ended less than 180 days ago and is missing"},
		"two patches change places on record": {func(f *forger) { f.state.Patches[0], f.state.Patches[1] = f.state.Patches[1], f.state.Patches[0] }, "before it in the ledger"},
		"two patches change places on record and in the ledger": {func(f *forger) {
			f.state.Patches[0], f.state.Patches[1] = f.state.Patches[1], f.state.Patches[0]
			f.state.Ledger[0], f.state.Ledger[1] = f.state.Ledger[1], f.state.Ledger[0]
		}, "is not its patches in their order"},
		"a patch's tree is changed": {func(f *forger) {
			p := f.state.Patches[len(f.state.Patches)-1]
			id := f.copyOf(p.Commit, f.parents(p.Commit)[0], f.fork.Tree(f.t, p.Commit), "", map[string]string{"backdoor": "x\n"})
			f.becomes(len(f.state.Patches)-1, id)
			f.publish(id)
		}, "with another change than its form"},
		"a patch's author is changed": {func(f *forger) {
			p := f.state.Patches[len(f.state.Patches)-1]
			id := f.copyOf(p.Commit, f.parents(p.Commit)[0], f.fork.Tree(f.t, p.Commit), "Eve <eve@example.org>", nil)
			f.becomes(len(f.state.Patches)-1, id)
			f.publish(id)
		}, "under another author"},
		"a commit is published that nothing lists": {func(f *forger) {
			f.publish(f.fork.Build(f.t, repotest.Commit{Branch: "refs/forged/x", Parents: []forks.Hash{f.state.Tip}, Subject: "x", Files: map[string]string{"backdoor": "x\n"}})[0])
		}, "arrived and has no row"},
		"an empty commit is published that nothing lists": {func(f *forger) {
			f.publish(f.fork.Build(f.t, repotest.Commit{Branch: "refs/forged/x", Parents: []forks.Hash{f.state.Tip}, Subject: "x"})[0])
		}, "arrived and has no row"},
		"the marker's tree is changed": {func(f *forger) {
			last := len(f.state.Markers) - 1
			old := f.state.Markers[last]
			at := f.fork.Build(f.t, repotest.Commit{Branch: "refs/forged/x", Parents: f.parents(old), Tree: f.fork.Tree(f.t, old), Subject: "x", Files: map[string]string{"backdoor": "x\n"}})[0]
			f.state.Markers[last] = at
			for i, p := range f.state.Patches {
				files := map[string]string{"backdoor": "x\n"}
				at = f.copyOf(p.Commit, at, f.fork.Tree(f.t, p.Commit), "", files)
				f.becomes(i, at)
			}
			f.publish(at)
		}, "which is not the base's tree"},
		"a marker is not listed":             {func(f *forger) { f.state.Markers = f.state.Markers[:len(f.state.Markers)-1] }, "arrived and has no row"},
		"the base is a commit of the fork's": {func(f *forger) { f.state.Base = f.state.Patches[0].Commit }, "is not on the first-parent chain"},
		"the base is an older one": {func(f *forger) {
			f.state.Base = f.parents(f.state.Base)[0]
		}, "is not its base"},
		"a proposal is removed": {func(f *forger) {
			f.state.Proposals = slices.DeleteFunc(f.state.Proposals, func(p forks.Proposal) bool { return p.Status == forks.Open })
		}, "nobody is asked about it"},
		"an answered proposal is removed": {func(f *forger) {
			f.state.Proposals = slices.DeleteFunc(f.state.Proposals, func(p forks.Proposal) bool { return p.Status != forks.Open })
		}, "is missing from the new state"},
		"who dropped is another in the ledger": {func(f *forger) { _, r := f.find(forks.Dropped); r.By = "Eve" }, `"Eve"`},
		"who dropped is another everywhere": {func(f *forger) {
			_, r := f.find(forks.Dropped)
			r.By = "Eve"
			for i := range f.state.Ended {
				if f.state.Ended[i].ID == r.Patch {
					f.state.Ended[i].End.By = "Eve"
				}
			}
		}, "the revert is by another"},
		"nobody dropped": {func(f *forger) { _, r := f.find(forks.Dropped); r.By = "" }, "does not say by whom"},
		"who resolved is another": {func(f *forger) {
			p := &f.state.Patches[0]
			p.Versions[len(p.Versions)-1].By = "Eve"
			r := f.row(p.ID)
			r.Published, r.Ahead, r.By, p.Published, p.Ahead = forks.Resolved, forks.Resolved, string(p.Versions[len(p.Versions)-1].Proposal), forks.Resolved, forks.Resolved
		}, "is said to be resolved by"},
		"resolved in no conflict": {func(f *forger) {
			p := &f.state.Patches[1]
			r := f.row(p.ID)
			r.Published, r.Ahead, r.By, p.Published, p.Ahead = forks.Resolved, forks.Resolved, "c0123456789", forks.Resolved, forks.Resolved
		}, "has no version from there"},
		"a kept patch is said to be upstream's": {func(f *forger) {
			f.end(1, forks.Upstreamed, f.state.Base.String())
			f.publish(f.state.Patches[0].Commit)
		}, "does not have its change"},
		"upstream is said to have it in a commit of the fork's": {func(f *forger) { f.end(1, forks.Upstreamed, f.state.Tip.String()) }, "which upstream does not have"},
		"a patch is parked by a rule that there is not":         {func(f *forger) { f.out(1, forks.Out{Outcome: forks.Parked, Rule: "whim", By: "whim"}) }, "rule that there is not"},
		"a patch is parked by nobody":                           {func(f *forger) { f.out(1, forks.Out{Outcome: forks.Parked}) }, "does not say by whom"},
		"a patch is blocked by one that stands":                 {func(f *forger) { f.out(1, forks.Out{Outcome: forks.Blocked, By: string(f.state.Patches[0].ID)}) }, "which stands in the branch"},
		"a form from before is another":                         {func(f *forger) { f.row(f.state.Patches[1].ID).Old = f.state.Base }, "than the pass before left"},
		"an outcome is none":                                    {func(f *forger) { f.state.Ledger[0].Published = "fine" }, "must both be outcomes"},
		"a version is a commit that nobody has":                 {func(f *forger) { f.state.Patches[0].Versions[0].Commit = forks.Hash{1} }, "no ref of the fork reaches"},
		"the tip is a commit that nobody has":                   {func(f *forger) { f.state.Tip = forks.Hash{1} }, "no commit that the fork has"},
		"the branch is elsewhere":                               {func(f *forger) { f.fork.SetRef(f.t, "main", f.state.Base) }, "does not go on from the published tip"},
		"the branch is gone":                                    {func(f *forger) { f.fork.SetRef(f.t, "main", forks.Hash{}) }, "does not exist"},
		"an archive is elsewhere":                               {func(f *forger) { f.fork.SetRef(f.t, string(forks.ArchiveRef(f.track.Name, 1)), f.state.Base) }, "and keeps"},
		"an archive is gone":                                    {func(f *forger) { f.fork.SetRef(f.t, string(forks.ArchiveRef(f.track.Name, 1)), forks.Hash{}) }, "and is gone"},
		"an archive keeps what no pass published":               {func(f *forger) { f.fork.SetRef(f.t, string(forks.ArchiveRef(f.track.Name, 9)), f.state.Base) }, "that no pass published"},
		"the pass has an older number":                          {func(f *forger) { f.state.Pass = 2 }, "follows one of pass"},
		"the track rests while its tip moves":                   {func(f *forger) { f.state.Paused, f.state.Ledger = &forks.Pause{By: "Eve"}, nil }, "says that it rests"},
		"the history of decisions is cut off":                   {func(f *forger) { f.orphan = true }, "no state before it can be read"},
		"the state is of another track":                         {func(f *forger) { f.state.Track = "other" }, "says that it is of"},
		"it follows what is no branch":                          {func(f *forger) { f.state.Follow = "../x\n" }, "nothing to follow"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := w.forge(t)
			c.forge(f)
			f.write()
			if got := f.verify(); !strings.Contains(breaches(got), c.want) {
				t.Errorf("want %q among:\n%s", c.want, breaches(got))
			}
		})
	}
}

// end moves a patch of the stack among the ended, in stack and ledger.
func (f *forger) end(i int, o forks.Outcome, by string) {
	p := f.state.Patches[i]
	r := f.row(p.ID)
	r.Ahead, r.Published, r.By, r.Reason, r.New = o, o, by, "so they say", forks.Hash{}
	p.End = &forks.End{Outcome: o, By: by, Reason: r.Reason, Pass: f.state.Pass, At: f.state.At}
	f.state.Patches = slices.Delete(f.state.Patches, i, i+1)
	f.state.Ended = append(f.state.Ended, p)
}

// out leaves a patch of the stack out.
func (f *forger) out(i int, out forks.Out) {
	p := &f.state.Patches[i]
	r := f.row(p.ID)
	r.Ahead, r.Published, r.By, r.Reason, r.New = out.Outcome, out.Outcome, out.By, "so they say", forks.Hash{}
	p.Out, p.Ahead, p.Published = &out, out.Outcome, out.Outcome
}

func TestAStateThatIsNoneIsAFindingAndNoCrash(t *testing.T) {
	t.Parallel()
	w := eventful(t)
	for name, text := range map[string]string{
		"empty":       "",
		"no JSON":     "<html>",
		"deep":        strings.Repeat(`{"patches":[`, 200_000),
		"newer":       `{"schema": 99}`,
		"wrong ids":   `{"schema": 1, "base": "zz"}`,
		"nothing":     `{"schema": 1}`,
		"null lists":  `{"schema": 1, "track": "aux-main", "pass": 4, "patches": null, "proposals": [{}], "ledger": [{}], "ended": [{}], "patches": [{}, {}]}`,
		"wrong shape": `{"schema": 1, "patches": 7}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := w.forge(t)
			f.replace(text)
			v, err := f.Verify(context.Background(), syncer.VerifyOptions{Fork: f.fork.Dir, Upstreams: []string{f.up.Dir}, All: true})
			if err != nil || v.Holds() {
				t.Errorf("it holds: %v, error %v", v.Holds(), err)
			}
		})
	}
}

func TestARefOfStateThatIsNoCommitIsAFinding(t *testing.T) {
	t.Parallel()
	w := eventful(t)
	f := w.forge(t)
	f.fork.SetRef(t, string(f.track.StateRef()), f.fork.Tree(t, f.commit))
	v, err := f.Verify(context.Background(), syncer.VerifyOptions{Fork: f.fork.Dir, Upstreams: []string{f.up.Dir}})
	if err != nil || v.Holds() {
		t.Errorf("%+v, error %v", v, err)
	}
}

// TestADamagedStateEndsNoVerification changes a few bytes of the newest state at random.
func TestADamagedStateEndsNoVerification(t *testing.T) {
	t.Parallel()
	w := eventful(t)
	text, _ := w.fork.File(t, string(w.track.StateRef()), "state.json")
	for seed := range 8 {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(uint64(seed), 1))
			damaged := []byte(text)
			for range 1 + random.IntN(3) {
				at := random.IntN(len(damaged))
				damaged[at] = "0123456789abcdefxyz\"[]{},: "[random.IntN(27)]
			}
			f := w.forge(t)
			f.replace(string(damaged))
			if _, err := f.Verify(context.Background(), syncer.VerifyOptions{Fork: f.fork.Dir, Upstreams: []string{f.up.Dir}, All: true}); err != nil {
				t.Errorf("%v\n%s", err, damaged)
			}
		})
	}
}
