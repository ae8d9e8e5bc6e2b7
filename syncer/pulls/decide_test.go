package pulls_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

const track = "aux-main"

var (
	now   = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	later = now.Add(time.Hour)
)

func hash(n byte) forks.Hash { return forks.Hash{0: n, 19: 1} }

func wanted(patch forks.PatchID, pin byte) forks.Conflict {
	return forks.Conflict{Patch: patch, Cause: hash(pin)}
}

// recorded is a proposal of round 1 about patch p1 and pin 7, with tips 1 and 2.
func recorded(status forks.ProposalStatus) forks.Proposal {
	return forks.Proposal{
		ID: forks.NewProposalID(track, "p1", hash(7), 1), Patch: "p1", Round: 1, Status: status,
		Conflict: wanted("p1", 7), Onto: hash(1), Fix: hash(2), Opened: now,
	}
}

func pair(onto, fix byte) forks.Pair {
	var p forks.Pair
	if onto != 0 {
		p.Onto = hash(onto)
	}
	if fix != 0 {
		p.Fix = hash(fix)
	}
	return p
}

func TestObserve(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		status  forks.ProposalStatus
		found   forks.Pair
		want    pulls.Sight
		touched bool
	}{
		{"as pushed", forks.Open, pair(1, 2), pulls.Untouched, false},
		{"a person pushed to fix", forks.Open, pair(1, 3), pulls.FixTouched, true},
		{"merged", forks.Open, pair(4, 2), pulls.Merged, false},
		{"merged from a touched fix", forks.Ready, pair(4, 3), pulls.Merged, true},
		{"merged and fix deleted by the forge", forks.Open, pair(4, 0), pulls.Merged, false},
		{"merged, unresolved, and looked at again", forks.Unresolved, pair(4, 2), pulls.Merged, false},
		{"fix deleted", forks.Open, pair(1, 0), pulls.Closed, false},
		{"both deleted", forks.Ready, pair(0, 0), pulls.Closed, false},
		{"onto deleted", forks.Open, pair(0, 2), pulls.Closed, false},
		{"onto deleted, fix touched", forks.Open, pair(0, 3), pulls.Closed, true},
		{"harvested, still there", forks.Harvested, pair(4, 2), pulls.Leftover, false},
		{"withdrawn, one left", forks.Withdrawn, pair(0, 3), pulls.Leftover, true},
		{"harvested and gone", forks.Harvested, pair(0, 0), pulls.Gone, false},
		{"declined, onto left", forks.Declined, pair(1, 0), pulls.Leftover, false},
		{"declined and pushed again", forks.Declined, pair(1, 2), pulls.Reopened, false},
	} {
		p := recorded(c.status)
		seen := pulls.Observe([]forks.Proposal{p}, map[forks.ProposalID]forks.Pair{p.ID: c.found})
		if len(seen) != 1 || seen[0].Sight != c.want || seen[0].Touched != c.touched || seen[0].Found != c.found {
			t.Errorf("%s: %+v, want %s, touched %v", c.name, seen, c.want, c.touched)
		}
	}
	if seen := pulls.Observe([]forks.Proposal{recorded(forks.Cleaned)}, nil); len(seen) != 0 {
		t.Errorf("a cleaned proposal is observed: %+v", seen)
	}
}

// decideCase is one recorded proposal, what was found of it, and what follows.
type decideCase struct {
	name    string
	record  forks.Proposal
	found   forks.Pair
	wanted  []forks.Conflict
	row     forks.Row
	verdict *pulls.Verdict
	settled bool
	asked   []forks.Request
	safe    []byte // tips

	status  forks.ProposalStatus
	action  forks.ActionKind
	reason  string // part of it
	builds  int
	deletes string // the branches, such as "onto fix"
	asks    bool
}

func TestDecide(t *testing.T) {
	t.Parallel()
	still := []forks.Conflict{wanted("p1", 7)}
	moved := []forks.Conflict{wanted("p1", 8)}
	touched := recorded(forks.Open)
	touched.Touched = true
	ahead := func(o forks.Outcome, by string) forks.Row { return forks.Row{Patch: "p1", Ahead: o, By: by} }
	taken := &pulls.Verdict{Kind: pulls.Taken, Commit: hash(9), By: "Ada"}
	for _, c := range []decideCase{
		{name: "an untouched conflict that is still there is kept", record: recorded(forks.Open), found: pair(1, 2), wanted: still,
			status: forks.Open, action: forks.ActKeep},
		{name: "a touched fix with markers stays open", record: recorded(forks.Open), found: pair(1, 3), wanted: still,
			status: forks.Open, action: forks.ActKeep, reason: "a person works on it"},
		{name: "a touched fix that is settled is ready", record: recorded(forks.Open), found: pair(1, 3), wanted: still, settled: true,
			status: forks.Ready, action: forks.ActReady, reason: "waits to be merged"},
		{name: "a ready fix that has markers again is open", record: recorded(forks.Ready), found: pair(1, 3), wanted: still,
			status: forks.Open, action: forks.ActKeep},
		{name: "a blocked patch keeps its conflict", record: recorded(forks.Open), found: pair(1, 2), row: ahead(forks.Blocked, "p0"),
			status: forks.Open, action: forks.ActKeep},
		{name: "upstream solved it", record: recorded(forks.Open), found: pair(1, 2), row: ahead(forks.Adapted, ""),
			status: forks.Withdrawn, action: forks.ActWithdraw, reason: "solved elsewhere", deletes: "onto fix"},
		{name: "upstream took it", record: recorded(forks.Ready), found: pair(1, 2), row: ahead(forks.Upstreamed, "x"),
			status: forks.Withdrawn, action: forks.ActWithdraw, reason: "upstream took the patch", deletes: "onto fix"},
		{name: "the patch was dropped", record: recorded(forks.Open), found: pair(1, 2), row: ahead(forks.Dropped, "Ada"),
			status: forks.Withdrawn, action: forks.ActWithdraw, reason: "dropped by Ada", deletes: "onto fix"},
		{name: "the patch left the stack", record: recorded(forks.Open), found: pair(1, 2),
			status: forks.Withdrawn, action: forks.ActWithdraw, reason: "no longer in the stack", deletes: "onto fix"},
		{name: "another cause withdraws and opens", record: recorded(forks.Open), found: pair(1, 2), wanted: moved,
			status: forks.Withdrawn, action: forks.ActWithdraw, reason: "another upstream commit is the cause now", builds: 1, deletes: "onto fix"},
		{name: "hands off a person's fix when withdrawing", record: recorded(forks.Open), found: pair(1, 3), row: ahead(forks.Kept, ""),
			status: forks.Withdrawn, action: forks.ActWithdraw, deletes: "onto"},
		{name: "hands off a fix that was put back to ours", record: touched, found: pair(1, 2), row: ahead(forks.Kept, ""),
			status: forks.Withdrawn, action: forks.ActWithdraw, deletes: "onto"},

		{name: "a settled merge is harvested and cleaned up", record: recorded(forks.Open), found: pair(4, 2), verdict: taken, safe: []byte{4},
			row: ahead(forks.Resolved, "c"), status: forks.Harvested, action: forks.ActHarvest, reason: "resolved by Ada", deletes: "onto fix"},
		{name: "a merged tip that would be lost stays", record: recorded(forks.Open), found: pair(4, 2), verdict: taken,
			row: ahead(forks.Resolved, "c"), status: forks.Harvested, action: forks.ActHarvest, deletes: "fix"},
		{name: "a person's fix that was merged goes", record: recorded(forks.Ready), found: pair(4, 3), verdict: taken, safe: []byte{3, 4},
			row: ahead(forks.Resolved, "c"), status: forks.Harvested, action: forks.ActHarvest, deletes: "onto fix"},
		{name: "a person's fix that was squashed stays", record: recorded(forks.Ready), found: pair(4, 3), verdict: taken, safe: []byte{4},
			row: ahead(forks.Resolved, "c"), status: forks.Harvested, action: forks.ActHarvest, deletes: "onto"},
		{name: "a merge is harvested though upstream solved it", record: recorded(forks.Open), found: pair(4, 2), verdict: taken, safe: []byte{4},
			row: ahead(forks.Kept, ""), status: forks.Harvested, action: forks.ActHarvest, deletes: "onto fix"},
		{name: "a merge is harvested though the cause moved", record: recorded(forks.Open), found: pair(4, 2), verdict: taken, safe: []byte{4},
			wanted: moved, status: forks.Harvested, action: forks.ActHarvest, builds: 1, deletes: "onto fix"},
		{name: "merging no difference drops the patch", record: recorded(forks.Open), found: pair(4, 0), safe: []byte{4},
			verdict: &pulls.Verdict{Kind: pulls.NoDifference, By: "Ada"}, row: ahead(forks.Dropped, "Ada"),
			status: forks.Harvested, action: forks.ActHarvest, reason: "dropped by Ada", deletes: "onto"},
		{name: "merged with markers starts a new round", record: recorded(forks.Open), found: pair(4, 2), wanted: still, safe: []byte{4},
			verdict: &pulls.Verdict{Kind: pulls.Markers},
			status:  forks.Withdrawn, action: forks.ActNewRound, reason: "markers", builds: 1, deletes: "onto fix"},
		{name: "merged with markers while blocked starts a new round too", record: recorded(forks.Open), found: pair(4, 2), safe: []byte{4},
			verdict: &pulls.Verdict{Kind: pulls.Markers}, row: ahead(forks.Blocked, "p0"),
			status: forks.Withdrawn, action: forks.ActNewRound, builds: 1, deletes: "onto fix"},
		{name: "merged with markers is withdrawn where upstream solved it", record: recorded(forks.Open), found: pair(4, 2),
			verdict: &pulls.Verdict{Kind: pulls.Markers}, row: ahead(forks.Kept, ""),
			status: forks.Withdrawn, action: forks.ActWithdraw, reason: "solved elsewhere", deletes: "fix"},
		{name: "merged with other paths asks", record: recorded(forks.Open), found: pair(4, 2), wanted: still,
			verdict: &pulls.Verdict{Kind: pulls.OtherPaths, Paths: []forks.Path{"a", "b\n", "c", "d", "e"}},
			status:  forks.Unresolved, action: forks.ActAsk, reason: `a, b\n, c and 2 more`},
		{name: "a foreign onto asks", record: recorded(forks.Open), found: pair(4, 2), wanted: still,
			verdict: &pulls.Verdict{Kind: pulls.Foreign}, status: forks.Unresolved, action: forks.ActAsk, reason: "was moved"},
		{name: "a merge without a verdict is left alone", record: recorded(forks.Ready), found: pair(4, 2), row: ahead(forks.Kept, ""),
			status: forks.Ready, action: forks.ActKeep, reason: "not judged"},
		{name: "a merge that was taken back is open again", record: recorded(forks.Unresolved), found: pair(1, 2), wanted: still,
			status: forks.Open, action: forks.ActKeep},

		{name: "closed is declined, never reopened, and asked as a question", record: recorded(forks.Open), found: pair(1, 0), wanted: still,
			status: forks.Declined, action: forks.ActDecline, reason: "fix branch was deleted", deletes: "onto", asks: true},
		{name: "closing by deleting onto declines and leaves a person's fix", record: recorded(forks.Open), found: pair(0, 3), wanted: still,
			status: forks.Declined, action: forks.ActDecline, reason: "onto branch was deleted", asks: true},
		{name: "declined stays declined", record: recorded(forks.Declined), found: pair(0, 0), wanted: still,
			status: forks.Declined, action: forks.ActDecline, asks: true},
		{name: "declined for one cause does not silence another", record: recorded(forks.Declined), found: pair(0, 0), wanted: moved,
			status: forks.Declined, builds: 1},
		{name: "declined and solved elsewhere is silent", record: recorded(forks.Declined), found: pair(0, 0), row: ahead(forks.Kept, ""),
			status: forks.Declined},
		{name: "declined leftovers are cleaned", record: recorded(forks.Declined), found: pair(1, 0), row: ahead(forks.Kept, ""),
			status: forks.Declined, action: forks.ActClean, deletes: "onto"},
		{name: "pushing both branches again reopens", record: recorded(forks.Declined), found: pair(1, 2), wanted: still,
			status: forks.Open, action: forks.ActOpen, reason: "pushed again"},

		{name: "what a failed cleanup left is deleted", record: recorded(forks.Harvested), found: pair(4, 2), safe: []byte{4},
			status: forks.Harvested, action: forks.ActClean, deletes: "onto fix"},
		{name: "what is gone is cleaned", record: recorded(forks.Withdrawn), found: pair(0, 0),
			status: forks.Cleaned, action: forks.ActClean},
		{name: "a person's branch stays and is cleaned in the record", record: recorded(forks.Withdrawn), found: pair(0, 3),
			status: forks.Cleaned, action: forks.ActClean, reason: "stays"},
		{name: "a cleaned record is history", record: recorded(forks.Cleaned), found: pair(0, 3),
			status: forks.Cleaned},
		{name: "a harvested patch that conflicts again gets a second round", record: recorded(forks.Harvested), found: pair(0, 0), wanted: still,
			status: forks.Cleaned, action: forks.ActClean, builds: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			checkCase(t, c)
		})
	}
}

func checkCase(t *testing.T, c decideCase) pulls.Result {
	t.Helper()
	id := c.record.ID
	in := pulls.Input{
		Track: track, Now: later, Wanted: c.wanted, Ledger: []forks.Row{c.row}, Recorded: []forks.Proposal{c.record}, Upstream: hash(9),
		Found:   map[forks.ProposalID]forks.Pair{id: c.found},
		Settled: map[forks.ProposalID]bool{id: c.settled}, Safe: map[forks.Hash]bool{}, Asked: c.asked,
	}
	if c.verdict != nil {
		in.Verdicts = map[forks.ProposalID]pulls.Verdict{id: *c.verdict}
	}
	for _, tip := range c.safe {
		in.Safe[hash(tip)] = true
	}
	got := pulls.Decide(in)

	p := got.Proposals[0]
	if p.Status != c.status {
		t.Errorf("status %s, want %s", p.Status, c.status)
	}
	if closes := c.record.Status.Live() && !p.Status.Live(); closes && !p.Closed.Equal(later) {
		t.Errorf("closed at %s, want %s", p.Closed, later)
	}
	var action forks.ProposalAction
	if i := slices.IndexFunc(got.Actions, func(a forks.ProposalAction) bool { return a.ID == id }); i >= 0 {
		action = got.Actions[i]
	}
	if action.Action != c.action || !strings.Contains(action.Reason, c.reason) {
		t.Errorf("action %q because %q, want %q because %q", action.Action, action.Reason, c.action, c.reason)
	}
	if len(got.Builds) != c.builds || len(got.Proposals) != 1+c.builds {
		t.Errorf("builds %+v, want %d", got.Builds, c.builds)
	}
	var deletes []string
	for _, u := range got.Cleanup {
		branch := strings.Split(string(u.Ref), "/")[4]
		deletes = append(deletes, branch)
		if tip := map[string]forks.Hash{"onto": c.found.Onto, "fix": c.found.Fix}[branch]; u.Old != tip || !u.New.IsZero() {
			t.Errorf("cleanup %+v is no deletion with the lease %s", u, tip)
		}
	}
	if strings.Join(deletes, " ") != c.deletes {
		t.Errorf("deletes %q, want %q", deletes, c.deletes)
	}
	if (len(got.Questions) == 1) != c.asks {
		t.Errorf("questions %+v, want one: %v", got.Questions, c.asks)
	}
	return got
}

func TestDecideOpensInStackOrderOnePerPatch(t *testing.T) {
	t.Parallel()
	got := pulls.Decide(pulls.Input{Track: track, Now: now,
		Wanted: []forks.Conflict{wanted("p3", 7), wanted("p1", 7), wanted("p3", 8)}})
	if len(got.Builds) != 2 || got.Builds[0].Patch != "p3" || got.Builds[1].Patch != "p1" {
		t.Fatalf("builds %+v, want p3 and p1", got.Builds)
	}
	b := got.Builds[0]
	if want := forks.NewProposalID(track, "p3", hash(7), 1); b.ID != want || b.Round != 1 || b.Conflict.Cause != hash(7) {
		t.Errorf("build %+v, want id %s, round 1", b, want)
	}
	if !got.Built(b.ID, pair(1, 2), hash(3)) {
		t.Fatal("no record for the build")
	}
	p := got.Proposals[0]
	if p.Onto != hash(1) || p.Fix != hash(2) || p.Picked != hash(3) || p.Status != forks.Open || !p.Opened.Equal(now) {
		t.Errorf("record %+v", p)
	}
	refs := pulls.PairRefs(track, p)
	if refs[0] != (forks.RefUpdate{Ref: "refs/heads/auxsync/aux-main/onto/" + forks.Ref(p.ID), New: hash(1)}) ||
		refs[1] != (forks.RefUpdate{Ref: "refs/heads/auxsync/aux-main/fix/" + forks.Ref(p.ID), New: hash(2)}) {
		t.Errorf("refs %+v", refs)
	}
	if got.Built("c-unknown", pair(1, 2), hash(3)) {
		t.Error("a build without a record is accepted")
	}
}

func TestDecideNewRoundStartsFromThePersonsTree(t *testing.T) {
	t.Parallel()
	p := recorded(forks.Open)
	got := pulls.Decide(pulls.Input{Track: track, Now: now, Wanted: []forks.Conflict{wanted("p1", 7)}, Recorded: []forks.Proposal{p},
		Found:    map[forks.ProposalID]forks.Pair{p.ID: pair(4, 2)},
		Verdicts: map[forks.ProposalID]pulls.Verdict{p.ID: {Kind: pulls.Markers}}})
	if len(got.Builds) != 1 {
		t.Fatalf("builds %+v", got.Builds)
	}
	b := got.Builds[0]
	if b.Round != 2 || b.Previous != p.ID || b.Start != hash(4) || b.ID != forks.NewProposalID(track, "p1", hash(7), 2) {
		t.Errorf("build %+v, want round 2 from %s", b, hash(4))
	}
}

func TestDecideAvoidsBranchesThatNoRecordExplains(t *testing.T) {
	t.Parallel()
	first := forks.NewProposalID(track, "p1", hash(7), 1)
	got := pulls.Decide(pulls.Input{Track: track, Now: now, Wanted: []forks.Conflict{wanted("p1", 7)},
		Found: map[forks.ProposalID]forks.Pair{first: pair(0, 3)}})
	if len(got.Builds) != 1 || got.Builds[0].Round != 2 {
		t.Errorf("builds %+v, want round 2", got.Builds)
	}
	if len(got.Cleanup) != 0 {
		t.Errorf("cleanup %+v of a stranger's branch", got.Cleanup)
	}
}

func TestNothingIsReopenedBesideALiveOne(t *testing.T) {
	t.Parallel()
	declined := recorded(forks.Declined)
	declined.Closed = now
	live := recorded(forks.Open)
	live.ID, live.Conflict = forks.NewProposalID(track, "p1", hash(8), 1), wanted("p1", 8)
	in := pulls.Input{Track: track, Now: later, Wanted: []forks.Conflict{wanted("p1", 7)}, Recorded: []forks.Proposal{declined, live},
		Found: map[forks.ProposalID]forks.Pair{declined.ID: pair(1, 2), live.ID: pair(4, 2)}}

	got := pulls.Decide(in) // live was merged, and nobody judged it yet
	if got.Proposals[0].Status != forks.Declined || got.Proposals[1].Status != forks.Open {
		t.Errorf("a declined one is reopened beside a live one: %s, %s", got.Proposals[0].Status, got.Proposals[1].Status)
	}
	in.Found[live.ID] = pair(1, 2)
	got = pulls.Decide(in) // live is about another cause now, and goes
	if got.Proposals[0].Status != forks.Open || got.Proposals[1].Status != forks.Withdrawn {
		t.Errorf("the declined one is not reopened: %s, %s", got.Proposals[0].Status, got.Proposals[1].Status)
	}
}

func TestQuestionsKeepTheirDate(t *testing.T) {
	t.Parallel()
	p := recorded(forks.Declined)
	p.Closed = now
	got := pulls.Decide(pulls.Input{Track: track, Now: later, Wanted: []forks.Conflict{wanted("p1", 7)}, Recorded: []forks.Proposal{p}})
	if len(got.Questions) != 1 || !got.Questions[0].Asked.Equal(now) || got.Questions[0].Patch != "p1" || got.Questions[0].Proposal != p.ID {
		t.Errorf("questions %+v, want one asked at %s", got.Questions, now)
	}
}
