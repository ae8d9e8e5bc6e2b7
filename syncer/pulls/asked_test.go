package pulls_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// request is what mona asks about the proposal that recorded makes.
func request(id int64, verb forks.Verb) forks.Request {
	return forks.Request{ID: id, Proposal: recorded(forks.Open).ID, Verb: verb, Who: "mona", Because: "so it is"}
}

func TestCommandsAreSorted(t *testing.T) {
	t.Parallel()
	settling := []forks.Verb{forks.VerbDrop, forks.VerbKeepOurs, forks.VerbTakeUpstream}
	for _, c := range []struct {
		name   string
		status forks.ProposalStatus
		found  forks.Pair
		asked  []forks.Verb
		settle []int64
		others []int64
		answer map[int64]string // part of it
	}{
		{"the first one that settles is taken, the others wait", forks.Open, pair(1, 2), settling, []int64{1}, nil, nil},
		{"what a person touched can be settled", forks.Ready, pair(1, 3), settling[:1], []int64{1}, nil, nil},
		{"what was merged is looked at first", forks.Open, pair(4, 2), settling, nil, nil, nil},
		{"what was merged and could not be taken is settled", forks.Unresolved, pair(4, 2), settling[1:], []int64{1}, nil, nil},
		{"a conflict that somebody closed can be settled", forks.Declined, pair(0, 0), settling[:1], []int64{1}, nil, nil},
		{"one that is over cannot", forks.Harvested, pair(0, 0), settling[:1], nil, nil, map[int64]string{1: "settled already"}},
		{"other verbs are decided with the rest", forks.Open, pair(4, 2), []forks.Verb{forks.VerbMine, forks.VerbDecline, forks.VerbRetry}, nil, []int64{1, 2, 3}, nil},
	} {
		var asked []forks.Request
		for i, verb := range c.asked {
			asked = append(asked, request(int64(i+1), verb))
		}
		p := recorded(c.status)
		got := pulls.SortCommands([]forks.Proposal{p}, map[forks.ProposalID]forks.Pair{p.ID: c.found}, asked)
		if !slices.Equal(ids(got.Settle), c.settle) || !slices.Equal(ids(got.Others), c.others) || len(got.Answers) != len(c.answer) {
			t.Errorf("%s: %+v", c.name, got)
		}
		for id, part := range c.answer {
			if !strings.Contains(got.Answers[id], part) {
				t.Errorf("%s: answer %q", c.name, got.Answers[id])
			}
		}
	}
	got := pulls.SortCommands(nil, nil, []forks.Request{request(1, forks.VerbDrop)})
	if !strings.Contains(got.Answers[1], "no conflict c") {
		t.Errorf("of an unknown conflict: %+v", got)
	}
}

func ids(list []forks.Request) (out []int64) {
	for _, r := range list {
		out = append(out, r.ID)
	}
	return out
}

func TestCommandOnAnEarlierRoundNamesTheOneThatIsAsked(t *testing.T) {
	t.Parallel()
	over, live := recorded(forks.Withdrawn), recorded(forks.Open)
	live.ID, live.Round = forks.NewProposalID(track, "p1", hash(7), 2), 2
	got := pulls.SortCommands([]forks.Proposal{over, live}, nil, []forks.Request{request(1, forks.VerbDrop)})
	if want := "nothing to do: it is asked again as " + string(live.ID) + ", say it there"; got.Answers[1] != want {
		t.Errorf("answer %q, want %q", got.Answers[1], want)
	}
}

// numbered is recorded with a pull request.
func numbered(status forks.ProposalStatus) forks.Proposal {
	p := recorded(status)
	p.Number, p.URL = 12, "https://forge.test/o/r/pull/12"
	return p
}

func TestDecideWhatPeopleAsk(t *testing.T) {
	t.Parallel()
	still := []forks.Conflict{wanted("p1", 7)}
	moved := []forks.Conflict{wanted("p1", 8)}
	gone := forks.Row{Patch: "p1", Ahead: forks.Kept}
	dropped := &pulls.Verdict{Kind: pulls.NoDifference, By: "mona", Verb: forks.VerbDrop, Because: "so it is"}
	side := &pulls.Verdict{Kind: pulls.Taken, By: "mona", Verb: forks.VerbTakeUpstream}
	for _, c := range []struct {
		decideCase
		asked  []forks.Verb
		answer string // part of the last one's
	}{
		{decideCase{name: "closing a pull request declines, and its branches stay", record: numbered(forks.Open), found: pair(1, 2), wanted: still,
			status: forks.Declined, action: forks.ActDecline, reason: "closed without merging by mona: so it is", asks: true}, []forks.Verb{forks.VerbDecline}, "not asked again"},
		{decideCase{name: "without a number the branches go", record: recorded(forks.Open), found: pair(1, 2), wanted: still,
			status: forks.Declined, action: forks.ActDecline, deletes: "onto fix", asks: true}, []forks.Verb{forks.VerbDecline}, "not asked again"},
		{decideCase{name: "closing is a no though the conflict is gone, and then nothing can be reopened", record: numbered(forks.Open), found: pair(1, 2), row: gone,
			status: forks.Declined, action: forks.ActDecline, deletes: "onto fix"}, []forks.Verb{forks.VerbDecline}, "not asked again"},
		{decideCase{name: "closing names who did, where the branch was deleted too", record: numbered(forks.Open), found: pair(1, 0), wanted: still,
			status: forks.Declined, action: forks.ActDecline, reason: "by mona", asks: true}, []forks.Verb{forks.VerbDecline}, "not asked again"},
		{decideCase{name: "what was merged is not declined", record: numbered(forks.Open), found: pair(4, 2), safe: []byte{4}, verdict: &pulls.Verdict{Kind: pulls.Taken, By: "Ada"},
			status: forks.Harvested, action: forks.ActHarvest, deletes: "onto fix"}, []forks.Verb{forks.VerbDecline}, "merged already"},
		{decideCase{name: "a merge that is not judged yet is not declined", record: numbered(forks.Open), found: pair(4, 2),
			status: forks.Open, action: forks.ActKeep, reason: "not judged"}, []forks.Verb{forks.VerbDecline}, "merged already"},
		{decideCase{name: "closed and opened again at once stays open", record: numbered(forks.Open), found: pair(1, 2), wanted: still,
			status: forks.Open, action: forks.ActKeep}, []forks.Verb{forks.VerbDecline, forks.VerbReopen}, "asked again"},

		{decideCase{name: "a pull request that was closed is not reopened by its branches", record: numbered(forks.Declined), found: pair(1, 2), wanted: still,
			status: forks.Declined, action: forks.ActDecline, asks: true}, nil, ""},
		{decideCase{name: "its branches go once there is nothing to ask", record: numbered(forks.Declined), found: pair(1, 2), row: gone,
			status: forks.Declined, action: forks.ActClean, deletes: "onto fix"}, nil, ""},
		{decideCase{name: "opening it again asks again", record: numbered(forks.Declined), found: pair(1, 2), wanted: still,
			status: forks.Open, action: forks.ActOpen, reason: "asked again by mona: so it is"}, []forks.Verb{forks.VerbReopen}, "asked again"},
		{decideCase{name: "so does retry", record: numbered(forks.Declined), found: pair(1, 2), wanted: still,
			status: forks.Open, action: forks.ActOpen}, []forks.Verb{forks.VerbRetry}, "asked again"},
		{decideCase{name: "and without branches in a new round", record: numbered(forks.Declined), found: pair(1, 0), wanted: still, builds: 1, deletes: "onto",
			status: forks.Withdrawn, action: forks.ActNewRound, reason: "in a new round"}, []forks.Verb{forks.VerbRetry}, "asked again"},
		{decideCase{name: "on plain git too", record: recorded(forks.Declined), found: pair(0, 0), wanted: still, builds: 1,
			status: forks.Withdrawn, action: forks.ActNewRound}, []forks.Verb{forks.VerbRetry}, "asked again"},
		{decideCase{name: "what is solved is closed again", record: numbered(forks.Declined), found: pair(1, 2), row: gone,
			status: forks.Withdrawn, action: forks.ActWithdraw, deletes: "onto fix"}, []forks.Verb{forks.VerbReopen}, "nothing to do: solved elsewhere"},
		{decideCase{name: "and without branches stays closed", record: numbered(forks.Declined), found: pair(0, 0), row: gone,
			status: forks.Declined}, []forks.Verb{forks.VerbReopen}, "nothing to do: solved elsewhere"},
		{decideCase{name: "another cause is asked about anyway", record: numbered(forks.Declined), found: pair(0, 0), wanted: moved, builds: 1,
			status: forks.Declined}, []forks.Verb{forks.VerbRetry}, "another upstream commit"},
		{decideCase{name: "opened again and closed at once stays closed", record: numbered(forks.Declined), found: pair(1, 2), wanted: still,
			status: forks.Declined, action: forks.ActDecline, asks: true}, []forks.Verb{forks.VerbReopen, forks.VerbDecline}, "not asked again"},
		{decideCase{name: "the last word counts, not branches that were pushed again", record: recorded(forks.Declined), found: pair(1, 2), wanted: still,
			status: forks.Declined, action: forks.ActDecline, deletes: "onto fix", asks: true}, []forks.Verb{forks.VerbRetry, forks.VerbDecline}, "not asked again"},
		{decideCase{name: "what is over stays so", record: numbered(forks.Harvested), found: pair(0, 0),
			status: forks.Cleaned, action: forks.ActClean}, []forks.Verb{forks.VerbReopen}, "settled already"},
		{decideCase{name: "retry of an open one is this pass", record: numbered(forks.Open), found: pair(1, 2), wanted: still,
			status: forks.Open, action: forks.ActKeep}, []forks.Verb{forks.VerbRetry}, "looked at it again"},

		{decideCase{name: "a command drops", record: numbered(forks.Open), found: pair(1, 2), verdict: dropped, row: forks.Row{Patch: "p1", Ahead: forks.Dropped},
			status: forks.Harvested, action: forks.ActHarvest, reason: "dropped by mona: so it is", deletes: "onto fix"}, nil, ""},
		{decideCase{name: "a command settles what a person works on", record: numbered(forks.Open), found: pair(1, 3), verdict: side, row: forks.Row{Patch: "p1", Ahead: forks.Resolved},
			status: forks.Harvested, action: forks.ActHarvest, reason: "resolved by mona, who took upstream's side", deletes: "onto"}, nil, ""},
		{decideCase{name: "a command settles what was closed", record: numbered(forks.Declined), found: pair(1, 2), verdict: side, row: forks.Row{Patch: "p1", Ahead: forks.Resolved},
			status: forks.Harvested, action: forks.ActHarvest, deletes: "onto fix"}, nil, ""},
		{decideCase{name: "a command settles what lost its branches", record: numbered(forks.Open), found: pair(0, 0), verdict: dropped, row: forks.Row{Patch: "p1", Ahead: forks.Dropped},
			status: forks.Harvested, action: forks.ActHarvest}, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for i, verb := range c.asked {
				c.decideCase.asked = append(c.decideCase.asked, request(int64(i+1), verb))
			}
			got := checkCase(t, c.decideCase)
			if n := len(c.asked); len(got.Answers) != n || n > 0 && !strings.Contains(got.Answers[int64(n)], c.answer) {
				t.Errorf("answers %v, want one with %q", got.Answers, c.answer)
			}
			if p := got.Proposals[0]; p.Status == forks.Declined && c.record.Status.Live() && p.ClosedBy != "mona" {
				t.Errorf("closed by %q", p.ClosedBy)
			}
		})
	}
}

func TestDecideWhoseAConflictIs(t *testing.T) {
	t.Parallel()
	was := numbered(forks.Open)
	was.NotFor = []string{"ada", "Mona"}
	kept := slices.Clone(was.NotFor)
	for _, c := range []struct {
		asked   []forks.Verb
		claimed string
		notFor  []string
	}{
		{[]forks.Verb{forks.VerbMine}, "mona", []string{"ada"}},
		{[]forks.Verb{forks.VerbMine, forks.VerbMine}, "mona", []string{"ada"}},
		{[]forks.Verb{forks.VerbNotMine}, "", []string{"ada", "Mona"}},
		{[]forks.Verb{forks.VerbMine, forks.VerbNotMine}, "", []string{"ada", "mona"}},
		{[]forks.Verb{forks.VerbDecline, forks.VerbMine}, "mona", []string{"ada"}},
	} {
		in := pulls.Input{Track: track, Now: later, Wanted: []forks.Conflict{wanted("p1", 7)}, Recorded: []forks.Proposal{was},
			Found: map[forks.ProposalID]forks.Pair{was.ID: pair(1, 2)}}
		for i, verb := range c.asked {
			in.Asked = append(in.Asked, request(int64(i+1), verb))
		}
		got := pulls.Decide(in)
		if p := got.Proposals[0]; p.Claimed != c.claimed || !slices.Equal(p.NotFor, c.notFor) {
			t.Errorf("%v: claimed by %q, not for %q", c.asked, p.Claimed, p.NotFor)
		}
		in.Recorded = got.Proposals
		if again := pulls.Decide(in); !reflect.DeepEqual(again.Proposals, got.Proposals) {
			t.Errorf("%v: asked twice it is\n%+v instead of\n%+v", c.asked, again.Proposals, got.Proposals)
		}
	}
	if !slices.Equal(was.NotFor, kept) {
		t.Errorf("the input was changed: %q", was.NotFor)
	}
}
