package pulls_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// conflictOf is a conflict of a patch, whose content is n.
func conflictOf(patch string, n byte) forks.Conflict {
	return forks.Conflict{Patch: forks.PatchID(patch), Cause: hash(90), Files: []forks.ConflictFile{
		{Path: "a.nix", Kind: forks.Content, Stages: []forks.Stage{{Stage: 2, Mode: forks.ModeRegular, ID: hash(n)}}}}}
}

// statuses lists where the proposals of a result stand, in their order.
func statuses(r pulls.Result) (list []string) {
	for _, p := range r.Proposals {
		text := string(p.Patch) + " " + string(p.Status)
		if p.Waits != nil {
			text += " " + string(p.Waits.Reason)
		}
		list = append(list, text)
	}
	return list
}

func expect(t *testing.T, r pulls.Result, want ...string) {
	t.Helper()
	if got := statuses(r); !slices.Equal(got, want) {
		t.Errorf("the conflicts stand\n%q, want\n%q", got, want)
	}
}

// waitingInput is an input with four new conflicts.
func waitingInput() pulls.Input {
	return pulls.Input{Track: "aux", Now: now, Found: map[forks.ProposalID]forks.Pair{},
		Wanted: []forks.Conflict{conflictOf("p1", 1), conflictOf("p2", 2), conflictOf("p3", 3), conflictOf("p4", 4)}}
}

// input is that of the pass that follows r, after d.
func (in inputAfter) input() pulls.Input {
	next := in.was
	next.Now, next.Recorded = in.was.Now.Add(in.d), in.r.Proposals
	next.Found = map[forks.ProposalID]forks.Pair{}
	for i, p := range next.Recorded {
		if p.Status == forks.Open {
			next.Recorded[i].Onto, next.Recorded[i].Fix = hash(1), hash(2)
			next.Found[p.ID] = pair(1, 2)
		}
	}
	return next
}

type inputAfter struct {
	was pulls.Input
	r   pulls.Result
	d   time.Duration
}

func TestWhatALimitKeepsWaitingIsOpenedInItsTurn(t *testing.T) {
	t.Parallel()
	in := waitingInput()
	in.Limits = forks.AskingLimits{Open: 3, PerDay: 2}
	in.Ledger = []forks.Row{{Patch: "p9", Ahead: forks.Blocked, By: "p4"}}
	r := pulls.Decide(in)
	expect(t, r, "p1 open", "p2 waiting per_day", "p3 waiting per_day", "p4 open") // p4 holds back another patch
	if len(r.Builds) != 2 {
		t.Errorf("%d pairs are built, want 2", len(r.Builds))
	}
	for _, p := range r.Proposals {
		if p.Status == forks.Queued && (!p.Opened.IsZero() || !p.Waits.Until.Equal(now.Add(24*time.Hour)) || !p.Waits.Since.Equal(now)) {
			t.Errorf("%s waits as %+v, opened %s", p.Patch, *p.Waits, p.Opened)
		}
	}
	in = inputAfter{in, r, 24*time.Hour - time.Second}.input()
	r = pulls.Decide(in)
	expect(t, r, "p1 open", "p2 waiting per_day", "p3 waiting per_day", "p4 open")
	in = inputAfter{in, r, time.Second}.input()
	r = pulls.Decide(in)
	expect(t, r, "p1 open", "p2 open", "p3 waiting open", "p4 open")
	// A bound that is lowered closes nothing, and one that went lets all in.
	in = inputAfter{in, r, time.Hour}.input()
	in.Limits = forks.AskingLimits{Open: 1, PerDay: 1}
	expect(t, pulls.Decide(in), "p1 open", "p2 open", "p3 waiting open", "p4 open")
	in.Limits = forks.AskingLimits{}
	expect(t, pulls.Decide(in), "p1 open", "p2 open", "p3 open", "p4 open")
}

func TestLimitsCountWhatOtherTracksAsk(t *testing.T) {
	t.Parallel()
	in := waitingInput()
	in.Limits = forks.AskingLimits{Open: 2}
	in.Others.Add("stable", []forks.Proposal{{ID: "c9", Patch: "p9", Round: 1, Status: forks.Open, Opened: now.Add(-time.Hour)}})
	expect(t, pulls.Decide(in), "p1 open", "p2 waiting open", "p3 waiting open", "p4 waiting open")
	in.Limits = forks.AskingLimits{PerDay: 2}
	expect(t, pulls.Decide(in), "p1 open", "p2 waiting per_day", "p3 waiting per_day", "p4 waiting per_day")
}

func TestANewRoundIsNoNewQuestion(t *testing.T) {
	t.Parallel()
	var o pulls.Others
	first := forks.Proposal{ID: "c1", Patch: "p1", Round: 1, Status: forks.Cleaned, Opened: now.Add(-2 * time.Hour), Closed: now.Add(-time.Hour)}
	second := forks.Proposal{ID: "c2", Patch: "p1", Round: 2, Status: forks.Open, Opened: now.Add(-time.Hour)}
	o.Add("aux", []forks.Proposal{first, second})
	if o.Open != 1 || len(o.Opened) != 1 {
		t.Errorf("%d are open and %d were opened, want 1 and 1", o.Open, len(o.Opened))
	}
}

func TestInQuietHoursNothingIsOpened(t *testing.T) {
	t.Parallel()
	in := waitingInput()
	in.Limits = forks.AskingLimits{PerDay: 2}
	local := now.UTC()
	minute := local.Hour()*60 + local.Minute()
	in.Quiet = forks.QuietHours{Ranges: []forks.QuietRange{{First: minute, Last: (minute + 60) % (24 * 60)}}}
	r := pulls.Decide(in)
	expect(t, r, "p1 waiting quiet", "p2 waiting quiet", "p3 waiting per_day", "p4 waiting per_day")
	if len(r.Builds) != 0 {
		t.Errorf("%d pairs are built", len(r.Builds))
	}
	end := in.Quiet.Until(now)
	if got := r.Proposals[0].Waits.Until; !got.Equal(end) {
		t.Errorf("it waits until %s, want %s", got, end)
	}
	expect(t, pulls.Decide(inputAfter{in, r, end.Sub(now)}.input()), "p1 open", "p2 open", "p3 waiting per_day", "p4 waiting per_day")
	// Who asks for one gets it.
	in = inputAfter{in, r, time.Minute}.input()
	in.Asked = []forks.Request{{ID: 7, Proposal: in.Recorded[1].ID, Verb: forks.VerbRetry, Who: "mona"}}
	r = pulls.Decide(in)
	expect(t, r, "p1 waiting quiet", "p2 open", "p3 waiting per_day", "p4 waiting per_day")
	if r.Answers[7] == "" {
		t.Error("who asked for it gets no answer")
	}
}

func TestTheSameConflictElsewhereIsWaitedFor(t *testing.T) {
	t.Parallel()
	there := forks.Proposal{ID: "c9", Patch: "p9", Round: 1, Status: forks.Open, Opened: now, Conflict: conflictOf("p9", 2)}
	in := waitingInput()
	in.Others.Add("stable", []forks.Proposal{there})
	r := pulls.Decide(in)
	expect(t, r, "p1 open", "p2 waiting elsewhere", "p3 open", "p4 open")
	if w := r.Proposals[1].Waits; w.Track != "stable" || w.Proposal != "c9" {
		t.Errorf("it waits for %+v", *w)
	}
	in = inputAfter{in, r, time.Hour}.input()
	there.Status = forks.Declined
	in.Others = pulls.Others{}
	in.Others.Add("stable", []forks.Proposal{there})
	r = pulls.Decide(in)
	expect(t, r, "p1 open", "p2 waiting elsewhere", "p3 open", "p4 open")
	if len(r.Questions) != 1 || r.Questions[0].Patch != "p2" {
		t.Errorf("the questions are %+v", r.Questions)
	}
	in = inputAfter{in, r, time.Hour}.input()
	in.Others = pulls.Others{}
	expect(t, pulls.Decide(in), "p1 open", "p2 open", "p3 open", "p4 open")
}

func TestWhatWaitsGoesWithItsConflict(t *testing.T) {
	t.Parallel()
	in := waitingInput()
	in.Limits = forks.AskingLimits{Open: 1}
	in = inputAfter{in, pulls.Decide(in), time.Hour}.input()
	in.Wanted = slices.Delete(slices.Clone(in.Wanted), 1, 2) // p2 is clean again
	in.Wanted[2].Cause = hash(91)                            // p4 has another cause now
	in.Ledger = []forks.Row{{Patch: "p2", Ahead: forks.Kept}}
	r := pulls.Decide(in)
	expect(t, r, "p1 open", "p2 withdrawn", "p3 waiting open", "p4 withdrawn", "p4 waiting open")
	if since := r.Proposals[4].Waits.Since; !since.Equal(now) {
		t.Errorf("p4 has waited since %s, want %s: it keeps its place", since, now)
	}
}

func TestEveryConflictIsAskedOrWaitsAndNeverBoth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := waitingInput()
		for range 6 {
			in.Limits = forks.AskingLimits{Open: rapid.IntRange(0, 3).Draw(t, "open"), PerDay: rapid.IntRange(0, 3).Draw(t, "per day")}
			before := 0
			for _, p := range in.Recorded {
				if p.Status.Live() {
					before++
				}
			}
			r := pulls.Decide(in)
			pending, live := map[forks.PatchID]int{}, 0
			for _, p := range r.Proposals {
				if p.Status.Pending() {
					pending[p.Patch]++
				}
				if p.Status.Live() {
					live++
				}
				if (p.Status == forks.Queued) != (p.Waits != nil) || p.Status == forks.Queued && !p.Opened.IsZero() {
					t.Fatalf("%s is %s, waits %+v, opened %s", p.Patch, p.Status, p.Waits, p.Opened)
				}
			}
			for _, c := range in.Wanted {
				if pending[c.Patch] != 1 {
					t.Fatalf("%s has %d records", c.Patch, pending[c.Patch])
				}
			}
			if in.Limits.Open > 0 && live > max(before, in.Limits.Open) {
				t.Fatalf("%d are open, %d were, at most %d may be", live, before, in.Limits.Open)
			}
			if live < before {
				t.Fatalf("%d are open, %d were: a bound closed one", live, before)
			}
			in = inputAfter{in, r, time.Duration(rapid.IntRange(1, 30).Draw(t, "hours")) * time.Hour}.input()
		}
	})
}
