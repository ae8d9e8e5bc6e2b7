package weekly

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

// line is a need as one line.
func (n Need) line() string {
	return joined(" | ", string(n.Kind), n.Track, n.What, n.Do, n.Command, n.URL, strings.Join(n.With, ", "))
}

func TestEachNeedHasOneThingToDo(t *testing.T) {
	t.Parallel()
	w := calm()
	w.follow("aux-stable", 2)
	w.follow("aux-small", 1)
	w.ask(0, "c1111111111", 1, at(1, 0))
	page := w.ask(0, "c2222222222", 2, at(2, 0))
	page.Number, page.URL = 12, "https://example.org/pull/12"
	w.in.Rows.Waiting = []forks.WaitingWith{{Fork: "nixpkgs", Track: "aux-unstable", Proposal: "c2222222222",
		Assignees: []string{"dora", "ada"}, Reviewers: []string{"Aux/sig-go", "aux/others"}}}
	w.ask(0, "c3333333333", 3, at(3, 0)).Status = forks.Ready
	asks := func(w world) (lines []string) {
		for _, n := range Make(w.input()).Needed {
			lines = append(lines, n.line())
		}
		return lines
	}
	want := []string{
		"conflict | aux-unstable | “hello: change 1” conflicts with upstream's “hello: 2.13” | settle it; this shows how | auxsync explain c1111111111",
		"conflict | aux-unstable | “hello: change 2” conflicts with upstream's “hello: 2.13” | decide on its page | https://example.org/pull/12 | ada, SIG Go, team aux/others",
		"conflict | aux-unstable | the answer for “hello: change 3” is settled and waits to be merged | merge it | auxsync merge c3333333333",
	}
	if got := asks(w); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	w = calm()
	w.follow("aux-stable", 2)
	w.follow("aux-small", 1)
	closed := w.ask(0, "c1111111111", 1, at(1, 0))
	closed.Status, closed.Closed = forks.Declined, at(1, 5)
	w.row(0).Decisions = []forks.Decision{
		{Patch: closed.Patch, Proposal: closed.ID, Question: "closed", Asked: at(1, 5)},
		{Patch: w.row(0).Stack[9].ID, Question: "upstream had this change and no longer has it.", Asked: at(1, 6)},
	}
	w.row(1).Stopped = &forks.Stop{Reason: "the branch was rewound", Next: "put the branch back", At: at(2, 0)}
	w.row(2).Paused = &forks.Pause{By: "dora", Because: "dora makes a release", At: at(3, 0)}
	want = []string{
		"declined | aux-unstable | the conflict of “hello: change 1” with upstream's “hello: 2.13” was closed without an answer, and the patch is left out where it does not fit | ask again | auxsync retry c1111111111",
		"question | aux-unstable | “hello: change 9”: upstream had this change and no longer has it | decide; this shows how | auxsync explain p0000000009",
		"stopped | aux-stable | aux-stable is stopped: the branch was rewound | put the branch back",
		"paused | aux-small | aux-small is paused: somebody makes a release | resume it once it may go on | auxsync resume nixpkgs/aux-small",
	}
	if got := asks(w); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTroubleThatNoStateHasIsANeedToo(t *testing.T) {
	t.Parallel()
	w := calm()
	w.row(0).Health = forks.Health{Condition: forks.TrackStopped, Trouble: "upstream has no branch x (it has a; b); correct `follow`", FirstBad: at(4, 0)}
	got := Make(w.input()).Needed
	if len(got) != 1 || got[0].line() != "stopped | aux-unstable | aux-unstable is stopped: upstream has no branch x (it has a; b) | correct `follow`" || !got[0].Since.Equal(at(4, 0)) {
		t.Errorf("got %+v", got)
	}
}

func TestAtMostFiveNeedsAreListedTheOldestFirst(t *testing.T) {
	t.Parallel()
	w := calm()
	for i := range 8 {
		w.ask(0, forks.ProposalID(fmt.Sprintf("c%d", i)), i, at(6-5*i, 0))
	}
	r := Make(w.input())
	if len(r.Needed) != MaxNeeded || r.MoreNeeded != 3 {
		t.Fatalf("%d needs and %d more", len(r.Needed), r.MoreNeeded)
	}
	for i, n := range r.Needed {
		if want := at(6-5*(7-i), 0); !n.Since.Equal(want) || n.Long != (i < 4) {
			t.Errorf("need %d: since %v, long %v; want since %v", i, n.Since, n.Long, want)
		}
	}
	if !strings.HasPrefix(r.Summary, "4 conflicts have waited more than three weeks; ") {
		t.Errorf("summary %s", r.Summary)
	}
}

func TestWhatWasAskedAfterTheWeekIsNotNeededInIt(t *testing.T) {
	t.Parallel()
	w := calm()
	w.ask(0, "c1", 1, at(7, 3))
	settled := w.ask(0, "c2", 2, at(3, 0))
	settled.Status, settled.Closed = forks.Harvested, at(7, 2)
	r := Make(w.input())
	if len(r.Needed) != 0 || r.Conflicts.AllOpen != 1 || r.Conflicts.Open[0].Next != "it ended since" || r.Conflicts.Opened != 1 {
		t.Errorf("needed %+v, conflicts %+v", r.Needed, r.Conflicts)
	}
}

func TestOpenConflictsSayWhatComesNext(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*world, *forks.Proposal, *forks.WaitingWith){
		"waits for whoever settles its fix branch": func(*world, *forks.Proposal, *forks.WaitingWith) {},
		"waits for whoever takes it on":            func(_ *world, p *forks.Proposal, _ *forks.WaitingWith) { p.Number = 3 },
		"waits with SIG Go":                        func(_ *world, _ *forks.Proposal, w *forks.WaitingWith) { w.Reviewers = []string{"aux/sig-go", "dora"} },
		"waits with ada, erin and SIG Go": func(_ *world, _ *forks.Proposal, w *forks.WaitingWith) {
			w.Assignees = []string{"ada", "erin", "aux/sig-go"}
		},
		"waits with ada, who took it on":        func(_ *world, _ *forks.Proposal, w *forks.WaitingWith) { w.Claimed = "ada" },
		"waits with somebody who took it on":    func(_ *world, _ *forks.Proposal, w *forks.WaitingWith) { w.Claimed = "DD" },
		"it is settled, and waits to be merged": func(_ *world, p *forks.Proposal, _ *forks.WaitingWith) { p.Status = forks.Ready },
		"what was merged needs a look: it has \\n markers": func(_ *world, p *forks.Proposal, _ *forks.WaitingWith) {
			p.Status, p.Reason = forks.Unresolved, "it has \n markers"
		},
		"it waits until the track is resumed": func(w *world, _ *forks.Proposal, _ *forks.WaitingWith) { w.row(0).Paused = &forks.Pause{At: at(2, 0)} },
	} {
		w := calm()
		w.in.Rows.Waiting = []forks.WaitingWith{{Track: "aux-unstable", Proposal: "c1"}}
		change(&w, w.ask(0, "c1", 1, at(1, 0)), &w.in.Rows.Waiting[0])
		c := Make(w.input()).Conflicts
		if len(c.Open) != 1 || c.Open[0].Next != want || c.Open[0].Age != 6*24*3600 || c.Open[0].Cause != "hello: 2.13" {
			t.Errorf("got %+v, want %q", c.Open, want)
		}
	}
}

func TestAFurtherRoundOfAConflictOpensAndEndsNothing(t *testing.T) {
	t.Parallel()
	w := calm()
	first := w.ask(0, "c1", 1, at(-3, 0))
	first.Status, first.Closed, first.Reason = forks.Withdrawn, at(2, 0), "merged with markers inside: asked again in a new round"
	w.ask(0, "c2", 1, at(2, 0)).Round = 2
	c := Make(w.input()).Conflicts
	if c.Opened != 0 || c.Elsewhere != 0 || len(c.Resolved) != 0 || c.AllOpen != 1 {
		t.Errorf("got %+v", c)
	}
}

func TestDeedsSayHowToUndoThem(t *testing.T) {
	t.Parallel()
	w := calm()
	event := func(day int, kind, text string, pass int) {
		w.in.Rows.Events = append(w.in.Rows.Events, forks.Event{Fork: "nixpkgs", Track: "aux-unstable", At: at(day, 0), Kind: kind, Text: text, Pass: pass})
	}
	event(-2, "published", "aaaa on bbbb", 7)
	event(1, "published", "cccc on dddd", 9)
	event(2, "conflict withdraw", "c1 of p1: no longer conflicts", 10)
	event(3, "conflict open", "c2 of p1: conflicts", 11)
	event(4, "following", "was holding: on upstream's tip", 12)
	w.row(0).Ended = []forks.Patch{
		{ID: "p77", Subject: "gone\n", Commit: forks.Hash{0xab}, End: &forks.End{Outcome: forks.Upstreamed, By: forks.Hash{0xcd}.String(), At: at(5, 0)}},
		{ID: "p78", Subject: "dropped", End: &forks.End{Outcome: forks.Dropped, By: "ada", At: at(5, 1)}},
	}
	w.row(0).Reused = []forks.Reuse{{Patch: "p0000000001", At: at(6, 0), By: "ada", Proposal: "c9"}}
	var got []string
	for _, d := range Make(w.input()).Deeds {
		got = append(got, joined(" | ", d.What, d.Undo, d.Command))
	}
	want := []string{
		"settled “hello: change 1” with what was decided by Ada for conflict c9 | a commit on the branch changes it, such as a git revert of the patch, which takes it out",
		`took “gone\n” out of the stack: upstream has it as cd00000000 | if something of it is missing, commit that anew on the branch and push; its last form is ab00000000`,
		"withdrew conflict c1 of p1: no longer conflicts | not needed: nothing was decided, and should the patch conflict again it is asked about again",
		"published aux-unstable as cccc on dddd, kept as refs/auxsync/archive/aux-unstable/9 | a commit on the branch changes it, such as a git revert of a patch, which takes it out; the branch as it was before is kept, and fetched so" +
			" | git fetch -- https://example.org/fork.git refs/auxsync/archive/aux-unstable/7",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAuthorsWhoOptedOutAreKnownByTheAddressOfTheirForge(t *testing.T) {
	t.Parallel()
	in := calm().in
	for who, want := range map[forks.Person]string{
		{Name: "Dora D.", Email: "12+Dora@users.noreply.github.com"}: "",
		{Name: "Dora D.", Email: "dd@users.noreply.github.com"}:      "",
		{Name: "dora", Email: "x@example.org"}:                       "",
		{Name: "Erin E.", Email: "13+erin@users.noreply.github.com"}: "Erin E.",
		{Name: "Dora D.", Email: "dora@example.org"}:                 "Dora D.", // nobody knows that this is she
	} {
		if got := in.author(who); got != want {
			t.Errorf("%v: got %q, want %q", who, got, want)
		}
	}
}

func TestAStepThatIsTooLongToCopyIsShownByACommand(t *testing.T) {
	t.Parallel()
	for next, want := range map[string][2]string{
		"push the branch again":                               {"push the branch again", ""},
		"git fetch x && git push " + strings.Repeat("y", 100): {"look at why, and how to go on", "auxsync status nixpkgs/aux-unstable"},
	} {
		w := calm()
		w.in.Rows.Tracks[0].Stopped = &forks.Stop{Reason: "it was rewritten", Next: next, At: at(5, 0)}
		list := Make(w.input()).Needed
		if len(list) == 0 || list[0].Kind != NeedStopped || [2]string{list[0].Do, list[0].Command} != want {
			t.Errorf("got %+v, want %q", list, want)
		}
	}
}
