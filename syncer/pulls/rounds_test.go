package pulls_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

func TestLatestAsksOnUpstreamsNewestCommit(t *testing.T) {
	t.Parallel()
	still := []forks.Conflict{wanted("p1", 7)}
	moved := []forks.Conflict{wanted("p1", 8)}
	other := &pulls.Verdict{Kind: pulls.OtherPaths, Paths: []forks.Path{"c"}}
	pinned := recorded(forks.Open)
	pinned.Conflict.Pin = hash(9)
	umbrella := recorded(forks.Open)
	umbrella.Members = []forks.Member{{Patch: "p1", Conflict: umbrella.Conflict}, {Patch: "p2", Conflict: umbrella.Conflict}}
	for _, c := range []struct {
		decideCase
		answer string
		work   byte // what the new round is to carry over
	}{
		{decideCase{name: "untouched", record: recorded(forks.Open), found: pair(1, 2), wanted: still, builds: 1, deletes: "onto fix",
			status: forks.Withdrawn, action: forks.ActNewRound, reason: "as mona wanted: so it is"}, "asked again, on upstream's newest commit", 0},
		{decideCase{name: "what a person did goes along, and its branch with it", record: recorded(forks.Open), found: pair(1, 3), wanted: still, builds: 1, deletes: "onto fix",
			status: forks.Withdrawn, action: forks.ActNewRound}, "asked again", 3},
		{decideCase{name: "another cause meanwhile", record: recorded(forks.Ready), found: pair(1, 3), wanted: moved, builds: 1, deletes: "onto fix",
			status: forks.Withdrawn, action: forks.ActNewRound}, "asked again", 3},
		{decideCase{name: "merged with other paths, and that is the work", record: recorded(forks.Unresolved), found: pair(4, 3), wanted: still, verdict: other, builds: 1,
			deletes: "onto fix", status: forks.Withdrawn, action: forks.ActNewRound}, "asked again", 4},
		{decideCase{name: "closed", record: recorded(forks.Declined), found: pair(0, 0), wanted: still, builds: 1,
			status: forks.Withdrawn, action: forks.ActNewRound}, "asked again", 0},
		{decideCase{name: "closed on its page", record: numbered(forks.Declined), found: pair(1, 3), wanted: still, builds: 1, deletes: "onto fix",
			status: forks.Withdrawn, action: forks.ActNewRound}, "asked again", 3},
		{decideCase{name: "it applies there", record: recorded(forks.Open), found: pair(1, 2), row: forks.Row{Patch: "p1", Ahead: forks.Kept}, deletes: "onto fix",
			status: forks.Withdrawn, action: forks.ActWithdraw, reason: "clean again"}, "applies to upstream's newest commit", 0},
		{decideCase{name: "the patch is gone", record: recorded(forks.Open), found: pair(1, 2), row: forks.Row{Patch: "p1", Ahead: forks.Dropped, By: "Ada"}, deletes: "onto fix",
			status: forks.Withdrawn, action: forks.ActWithdraw}, "dropped by Ada", 0},
		{decideCase{name: "blocked", record: recorded(forks.Open), found: pair(1, 2), row: forks.Row{Patch: "p1", Ahead: forks.Blocked},
			status: forks.Open, action: forks.ActKeep}, "waits for another", 0},
		{decideCase{name: "asked there already", record: pinned, found: pair(1, 2), wanted: still,
			status: forks.Open, action: forks.ActKeep}, "newest commit already", 0},
		{decideCase{name: "merged", record: recorded(forks.Open), found: pair(4, 2), wanted: still, verdict: &pulls.Verdict{Kind: pulls.Taken}, safe: []byte{4}, builds: 1,
			status: forks.Harvested, action: forks.ActHarvest, deletes: "onto fix"}, "merged already", 0},
		{decideCase{name: "over", record: recorded(forks.Harvested), found: pair(0, 0),
			status: forks.Cleaned, action: forks.ActClean}, "settled already", 0},
		{decideCase{name: "an umbrella", record: umbrella, found: pair(1, 2), wanted: still,
			status: forks.Open, action: forks.ActKeep}, "`split`", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.decideCase.asked = []forks.Request{request(1, forks.VerbLatest)}
			got := checkCase(t, c.decideCase)
			if !strings.Contains(got.Answers[1], c.answer) {
				t.Errorf("answer %q, want %q", got.Answers[1], c.answer)
			}
			if c.action != forks.ActNewRound {
				return
			}
			b, p := got.Builds[0], got.Proposals[1]
			if p.Conflict.AskedOn() != hash(9) || p.Conflict.Cause != c.wanted[0].Cause || p.Follows != c.record.ID || b.Previous != c.record.ID {
				t.Errorf("the new round is %+v", p)
			}
			if p.ID != forks.NewProposalID(track, "p1", hash(9), p.Round) {
				t.Errorf("its id is not that of its pin")
			}
			var work forks.Hash
			if c.work != 0 {
				work = hash(c.work)
			}
			if b.Work != work || c.work != 0 && !slices.Contains(got.Keeps, work) {
				t.Errorf("it carries %s over, and keeps %v", b.Work, got.Keeps)
			}
		})
	}
}

func TestWhatAPersonDidGoesIntoTheNextRound(t *testing.T) {
	t.Parallel()
	pinned := recorded(forks.Open)
	pinned.Conflict.Pin = hash(9)
	t.Run("after markers, on the same commit", func(t *testing.T) {
		t.Parallel()
		got := checkCase(t, decideCase{record: pinned, found: pair(4, 3), wanted: []forks.Conflict{wanted("p1", 7)}, verdict: &pulls.Verdict{Kind: pulls.Markers},
			safe: []byte{4}, builds: 1, deletes: "onto fix", status: forks.Withdrawn, action: forks.ActNewRound})
		if b := got.Builds[0]; b.Start != hash(4) || b.Work != hash(3) || b.Conflict.Pin != hash(9) {
			t.Errorf("%+v", b)
		}
	})
	t.Run("after another cause", func(t *testing.T) {
		t.Parallel()
		got := checkCase(t, decideCase{record: recorded(forks.Open), found: pair(1, 3), wanted: []forks.Conflict{wanted("p1", 8)},
			builds: 1, deletes: "onto fix", status: forks.Withdrawn, action: forks.ActWithdraw})
		if b := got.Builds[0]; b.Work != hash(3) || b.Round != 1 || !b.Conflict.Pin.IsZero() {
			t.Errorf("%+v", b)
		}
	})
	t.Run("and is in the record", func(t *testing.T) {
		t.Parallel()
		got := pulls.Result{Proposals: []forks.Proposal{{ID: "c1", Status: forks.Open, Onto: hash(1), Fix: hash(2)}, {ID: "c2", Status: forks.Open, Onto: hash(1), Fix: hash(2)}}}
		got.CarriedOver("c1", forks.Carry{From: "c0", Work: hash(3), Tip: hash(4), Commits: 1}, true)
		got.CarriedOver("c2", forks.Carry{From: "c0", Work: hash(3), Because: "no"}, false)
		if p := got.Proposals[0]; p.Status != forks.Ready || p.Settled != hash(4) || !p.Touched || pulls.PairRefs(track, p)[1].New != hash(4) {
			t.Errorf("carried over: %+v", p)
		}
		if p := got.Proposals[1]; p.Status != forks.Open || p.Touched || p.Carry == nil || pulls.PairRefs(track, p)[1].New != hash(2) {
			t.Errorf("not carried over: %+v", p)
		}
	})
}
