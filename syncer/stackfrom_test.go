//go:build !race

package syncer_test

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestChannelCarriesTheStackOfItsSource(t *testing.T) {
	t.Parallel()
	w, stable := channels(t, "a", "b")
	stable.commit("c: own", map[string]string{"c.nix": lines("c", 1, 12, "5=own;")})
	before := stable.fork.Tip(t, "stable")
	out := stable.adopt()
	stable.want(out.Plan, "c: own: kept/kept")
	if stable.fork.Tip(t, "stable") != before {
		t.Errorf("adoption moved the branch")
	}
	out = stable.sync()
	stable.want(out.Plan, "a: fork change: kept/kept", "b: fork change: kept/kept", "c: own: kept/kept")
	source, err := w.Read(t.Context(), w.track)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range out.Plan.State.Patches[:2] {
		if of := source.Patches[i]; p.From != of.ID || p.ID == of.ID || p.First != of.Commit || p.Author != of.Author {
			t.Errorf("patch %+v is to be a copy of %+v", p, of)
		}
	}
	if got := stable.file("a.nix"); got != lines("a", 1, 12, "5=fork;") {
		t.Errorf("a.nix:\n%s", got)
	}
	if out = stable.sync(); !out.Quiet {
		t.Errorf("second pass is not quiet")
	}
	// What is pushed to the source comes after what the source had, and before what is
	// the channel's own.
	w.commit("d: fork change", map[string]string{"d.nix": lines("d", 1, 12, "5=fork;")})
	if out = stable.sync(); !out.Quiet {
		t.Errorf("a push that the source has not taken in yet is not the channel's to take")
	}
	w.sync()
	out = stable.sync()
	stable.want(out.Plan, "a: fork change: kept/kept", "b: fork change: kept/kept", "d: fork change: kept/kept", "c: own: kept/kept")
	stable.forgetful()
	if out = stable.sync(); out.Written {
		t.Errorf("without database and cache the channel wrote: %s", outcomes(out.Plan))
	}
	stable.fork.Git(t, "-c", "gc.reflogExpire=now", "gc", "--quiet", "--prune=now")
	stable.fork.Fsck(t)
}

func TestInheritedPatchConflictsAndIsResolvedByItself(t *testing.T) {
	t.Parallel()
	w, stable := channels(t, "a", "b")
	stable.up.Commit(t, "stable", repotest.Ada, "a: stable", map[string]string{"a.nix": lines("a", 1, 12, "5=stable;")})
	stable.fork.Git(t, "fetch", "--quiet", w.up.Dir, "+stable:stable")
	w.commit("a: on top", map[string]string{"a.nix": lines("a", 1, 12, "5=fork on top;")})
	w.sync()
	stable.adopt()
	out := stable.sync()
	stable.want(out.Plan, "a: fork change: conflicted/conflicted", "b: fork change: kept/kept", "a: on top: blocked/blocked")
	asked := stable.open()
	if len(asked) != 1 || asked[0].Conflict.Cause != stable.up.Tip(t, "stable") {
		t.Fatalf("asked: %+v", asked)
	}
	if p := out.Plan.State.Patches[0]; p.Out == nil || !p.Out.CleanBase.IsZero() {
		t.Errorf("out: %+v", p.Out)
	}
	stable.fork.Build(t, repotest.Commit{Branch: string(forks.OntoRef("aux-stable", asked[0].ID)), Author: repotest.Grace, Subject: "settle",
		Files: map[string]string{"a.nix": lines("a", 1, 12, "5=both;")}})
	out = stable.sync()
	if got := outcomes(out.Plan); !strings.HasPrefix(got, "a: fork change: resolved/resolved\nb: fork change: kept/kept\na: on top: ") {
		t.Errorf("ledger:\n%s", got)
	}
	// The source is as it was.
	if out = w.sync(); !out.Quiet {
		t.Errorf("the source's pass is not quiet")
	}
}

func TestWhatTheSourceLeavesOutIsNotInheritedUntilItIsBack(t *testing.T) {
	t.Parallel()
	w, stable := channels(t, "a", "b")
	w.commit("a: on top", map[string]string{"a.nix": lines("a", 1, 12, "5=fork on top;")})
	w.bump("a")
	w.sync()
	w.fork.Build(t, repotest.Commit{Branch: string(forks.OntoRef("aux-main", w.open()[0].ID)), Author: repotest.Grace, Subject: "drop it"})
	out := w.sync()
	w.want(out.Plan, "b: fork change: kept/kept", "a: on top: conflicted/conflicted", "a: fork change: dropped/dropped")
	stable.adopt()
	out = stable.sync()
	stable.want(out.Plan, "b: fork change: kept/kept")
	w.settle("5=settled;")
	out = w.sync()
	w.want(out.Plan, "b: fork change: kept/kept", "a: on top: resolved/resolved")
	out = stable.sync()
	stable.want(out.Plan, "b: fork change: kept/kept", "a: on top: conflicted/conflicted") // stable has another a.nix
}

func TestDropInTheSourceIsADropInTheChannel(t *testing.T) {
	t.Parallel()
	w, stable := channels(t, "a", "b")
	stable.adopt()
	stable.sync()
	head := strings.TrimSpace(w.fork.Git(t, "rev-parse", "main~1"))
	w.commit("Revert\n\nThis reverts commit "+head+".", map[string]string{"a.nix": lines("a", 1, 12)})
	w.sync()
	out := stable.sync()
	stable.want(out.Plan, "b: fork change: kept/kept", "a: fork change: dropped/dropped")
	row := out.Plan.Outcomes[1]
	if !strings.HasPrefix(row.By, "Alan") || !strings.HasPrefix(row.Reason, "as in track aux-main: reverted in ") {
		t.Errorf("by %q, because %q", row.By, row.Reason)
	}
	if got := stable.file("a.nix"); got != lines("a", 1, 12) {
		t.Errorf("a.nix:\n%s", got)
	}
	// It comes back to both.
	w.commit("a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
	w.sync()
	out = stable.sync()
	stable.want(out.Plan, "b: fork change: kept/kept", "a: fork change: kept/kept")
	if len(out.Plan.State.Ended) != 0 {
		t.Errorf("ended: %+v", out.Plan.State.Ended)
	}
}

func TestDropInTheChannelStaysADrop(t *testing.T) {
	t.Parallel()
	w, stable := channels(t, "a", "b")
	stable.adopt()
	out := stable.sync()
	drop := out.Plan.Outcomes[0].New
	stable.commit("Revert\n\nThis reverts commit "+drop.String()+".", map[string]string{"a.nix": lines("a", 1, 12)})
	out = stable.sync()
	stable.want(out.Plan, "b: fork change: kept/kept", "a: fork change: dropped/dropped", "Revert: dropped/dropped")
	w.commit("d: fork change", map[string]string{"d.nix": lines("d", 1, 12, "5=fork;")})
	w.sync()
	out = stable.sync()
	stable.want(out.Plan, "b: fork change: kept/kept", "d: fork change: kept/kept")
	stable.clock.Advance(200 * 24 * time.Hour)
	stable.up.Commit(t, "stable", repotest.Ada, "more", map[string]string{"README": "more\n"})
	out = stable.sync()
	stable.want(out.Plan, "b: fork change: kept/kept", "d: fork change: kept/kept")
}

func TestCherryPickFromTheSourceIsTheInheritedPatch(t *testing.T) {
	t.Parallel()
	w, stable := channels(t, "a")
	stable.adopt()
	stable.sync()
	w.commit("b: fork change", map[string]string{"b.nix": lines("b", 1, 12, "5=fork;")})
	w.sync()
	// The person is faster than the channel's pass.
	at := w.fork.Tip(t, "main")
	stable.fork.Build(t, repotest.Commit{Branch: "stable", Author: repotest.Alan, Date: commitDate(t, w.fork, at), Subject: "b: fork change",
		Files: map[string]string{"b.nix": lines("b", 1, 12, "5=fork;")}})
	out := stable.sync()
	stable.want(out.Plan, "a: fork change: kept/kept", "b: fork change: kept/kept")
	source := w.recordedState()
	if got, want := out.Plan.State.Patches[1].From, source.Patches[1].ID; got != want {
		t.Errorf("from %q, want %q", got, want)
	}
}

// commitDate is a commit's author date.
func commitDate(t *testing.T, r *repotest.Repo, id forks.Hash) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(r.Git(t, "log", "-1", "--format=%aI", id.String())))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestWhatUpstreamHasInTheChannelAlreadyEndsThere(t *testing.T) {
	t.Parallel()
	w, stable := channels(t, "a", "b")
	stable.up.Commit(t, "stable", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
	stable.fork.Git(t, "fetch", "--quiet", w.up.Dir, "+stable:stable")
	stable.adopt()
	out := stable.sync()
	stable.want(out.Plan, "a: fork change: upstreamed/upstreamed", "b: fork change: kept/kept")
	stable.up.Commit(t, "stable", repotest.Ada, "more", map[string]string{"README": "more\n"})
	out = stable.sync()
	stable.want(out.Plan, "b: fork change: kept/kept")
}

func TestInheritedPatchIsPublishedAtOnce(t *testing.T) {
	t.Parallel()
	w, stable := channels(t, "a")
	stable.track.PublishEvery = 24 * time.Hour
	stable.adopt()
	stable.up.Commit(t, "stable", repotest.Ada, "more", map[string]string{"README": "more\n"})
	stable.due(time.Hour)
	stable.up.Commit(t, "stable", repotest.Ada, "and more", map[string]string{"README": "and more\n"})
	if out := stable.due(time.Hour); out.Plan.Hold == nil {
		t.Errorf("upstream alone was published before its time")
	}
	w.commit("b: fork change", map[string]string{"b.nix": lines("b", 1, 12, "5=fork;")})
	w.sync()
	out := stable.due(time.Hour)
	stable.want(out.Plan, "a: fork change: kept/kept", "b: fork change: kept/kept")
	if out.Plan.Base.New != stable.up.Tip(t, "stable") {
		t.Errorf("base %s, held by %+v", out.Plan.Base.New, out.Plan.Hold)
	}
}

func TestChannelWaitsForItsSourceToBeAdopted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	w.up.SetRef(t, "stable", w.up.Tip(t, "main"))
	w.fork.SetRef(t, "stable", w.up.Tip(t, "main"))
	_, err := w.channel("stable").Adopt(t.Context(), w.channel("stable").track, syncer.Options{})
	if err == nil || forks.KindOf(err) != forks.NeedsPerson ||
		!strings.Contains(err.Error(), "track aux-stable carries the stack of track aux-main, which was not adopted yet; run `auxsync adopt aux-main` first") {
		t.Errorf("said: %v", err)
	}
}

func TestChannelMadeFromTheSourcesBranchKnowsItsPatches(t *testing.T) {
	t.Parallel()
	w, _ := channels(t, "a", "b")
	w.bump("e")
	w.sync()
	w.up.SetRef(t, "beta", w.up.Tip(t, "main"))
	w.fork.SetRef(t, "beta", w.fork.Tip(t, "main"))
	beta := w.channel("beta")
	out := beta.adopt()
	source := w.recordedState()
	for i, p := range out.Plan.State.Patches {
		if p.From != source.Patches[i].ID {
			t.Errorf("patch %d is from %q, want %q", i, p.From, source.Patches[i].ID)
		}
	}
	out = beta.sync()
	beta.want(out.Plan, "a: fork change: kept/kept", "b: fork change: kept/kept")
}

// channelHistories is how many random histories a channel is tried with.
const channelHistories = 5

// TestLawsHoldInAChannel lets random things happen to an upstream and a source, and
// holds a channel that carries the source's stack against what the program promises.
func TestLawsHoldInAChannel(t *testing.T) {
	t.Parallel()
	for i := range max(channelHistories, *long) {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			rapid.MakeFuzz(channelHistory)(t, randomness(1000+i))
		})
	}
}

func channelHistory(rt *rapid.T) {
	dir, err := os.MkdirTemp("", "auxsync-channel-*")
	if err != nil {
		rt.Fatal(err)
	}
	rt.Cleanup(func() { _ = os.RemoveAll(dir) })
	t := &teller{T: rt}
	mode := choose(t, []forks.History{forks.Merging, forks.Rewrite}, "mode")
	l := &life{world: newWorldIn(t, dir, mode), t: t, pushed: map[forks.Hash]bool{}}
	l.up.SetRef(t, "stable", l.up.Tip(t, "main"))
	l.fork.SetRef(t, "stable", l.fork.Tip(t, "main"))
	for range 1 + t.below(3, "the fork begins") {
		l.person()
	}
	if !l.firstContact() {
		return
	}
	stable := &life{world: l.channel("stable"), t: t, pushed: map[forks.Hash]bool{}}
	if t.oneIn(2, "the channel follows main") {
		stable.track.Follow = "main"
	}
	stable.adopt()
	for range 2 + t.below(3, "passes") {
		for range t.below(3, "upstream") {
			l.upstream()
		}
		for range t.below(3, "people") {
			l.person()
		}
		l.answer()
		l.pass()
		if t.oneIn(3, "a person of the channel") {
			changes, what := l.edit("own", l.files(l.fork, "stable"))
			id := stable.commit(what, changes)
			stable.pushed[id] = true
			t.tell("channel: %s: %s", id.Short(), what)
		}
		if t.oneIn(2, "the channel is answered") {
			stable.answer()
		}
		stable.inheritedPass(l)
	}
	stable.quiet()
	l.nothingIsLost()
	stable.nothingIsLost()
	rt.Logf("the history:\n  %s", strings.Join(t.story, "\n  "))
}

// inheritedPass makes a pass of a channel and holds it against the laws: above all,
// what stands in the source's branch is on record here.
func (l *life) inheritedPass(source *life) {
	t := l.t
	before := l.recorded()
	l.clock.Advance(time.Hour)
	out, err := l.Sync(context.Background(), l.track, syncer.Options{Who: "mona"})
	if err != nil {
		t.Fatalf("sync of the channel: %v", err)
	}
	if out.Quiet {
		t.tell("channel: quiet")
	} else {
		t.tell("channel: pass %d, base %s\n    %s", out.Plan.Pass, out.Plan.Base.New.Short(), indented(out.Plan))
		l.everyPatchOnce(before, l.law(), out.Plan)
	}
	s := l.recorded()
	for _, p := range source.recorded().Patches {
		if p.Out != nil {
			continue
		}
		copies := 0
		for _, list := range [][]forks.Patch{s.Patches, s.Ended} {
			for _, own := range list {
				if own.From == p.ID {
					copies++
				}
			}
		}
		if copies != 1 {
			t.Fatalf("patch %s (%s) of the source has %d copies in the channel", p.ID, p.Subject, copies)
		}
	}
}
