package weekly

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

func TestATrackThatConfigNoLongerHasIsToldOfWhileItHasPasses(t *testing.T) {
	t.Parallel()
	w := calm()
	w.follow("aux-old", 3)
	w.ask(1, "c1", 1, at(-40, 0))
	w.in.Tracks = w.in.Tracks[:1]
	if r := Make(w.input()); len(r.Tracks) != 2 || r.Conflicts.AllOpen != 1 {
		t.Errorf("in the week in which config lost it %d tracks are told of, %d conflicts", len(r.Tracks), r.Conflicts.AllOpen)
	}
	w.passes["aux-old"] = w.passes["aux-old"][:20] // all of the week before
	r := Make(w.input())
	const want = "nixpkgs has everything of upstream's; none of 41 patches waits for a decision; a quiet week, in which nothing moved; nothing was lost."
	if r.Summary != want || len(r.Tracks) != 1 || len(r.Needed) != 0 || r.Conflicts.AllOpen != 0 {
		t.Errorf("%s\nwith %d tracks, needed %+v", r.Summary, len(r.Tracks), r.Needed)
	}
	for _, g := range r.Readiness.Goals {
		if g.Name == forks.GoalInSync && *g.Value != 1 || g.Name == forks.GoalOpenConflicts && *g.Value != 0 {
			t.Errorf("%s is %v", g.Name, *g.Value)
		}
	}
}

func TestAForkAdoptedInTheLastMinuteOfAWeekHasAFirstWeek(t *testing.T) {
	t.Parallel()
	w := calm()
	last := at(7, 0).Add(-time.Minute)
	w.in.Rows.Recorded, w.row(0).Adopted = last, last
	w.passes["aux-unstable"] = []forks.PassRecord{{Started: last, Seconds: 1, Outcome: forks.PassState, NewBase: forks.Hash{9}, Digest: &forks.Digest{Lacks: 2, LacksSince: last.Add(-time.Hour)}}}
	r := Make(w.input())
	l := r.Tracks[0].Lag
	if !r.FirstWeek || r.Summary != "First week: nixpkgs is 1 h 1 min behind upstream (goal 24 h); none of 41 patches waits for a decision; nothing was lost." || l.InSync != 1 {
		t.Errorf("%s: %+v", r.Summary, l)
	}
	w.in.Week = w.in.Week.Add(1)
	if r := Make(w.input()); r.FirstWeek {
		t.Error("the week after it is the first one again")
	}
}

func TestNothingAtAllIsAReportToo(t *testing.T) {
	t.Parallel()
	zero := forks.TrackRows{Track: "main", Proposals: []forks.Proposal{{}, {Status: forks.Open}}, Decisions: []forks.Decision{{}}, Turns: []forks.Turn{{}},
		Stack: []forks.Patch{{}, {Out: &forks.Out{}}}, Ended: []forks.Patch{{}, {End: &forks.End{}}}, Reused: []forks.Reuse{{}}, Asked: map[forks.PatchID]int{"": 0}, Paused: &forks.Pause{}}
	rows := forks.WeeklyRows{Tracks: []forks.TrackRows{zero}, Requests: []forks.RequestRecord{{}}, Waiting: []forks.WaitingWith{{}}, Events: []forks.Event{{}},
		Runs: []forks.Run{{}}, Samples: []forks.Sample{{}}, FirstSolved: map[string]time.Time{"": {}}}
	for _, rows := range []forks.WeeklyRows{{}, rows} {
		w := calm()
		r := Make(Input{Fork: "f", Week: w.in.Week, Zone: time.UTC, Made: at(7, 0), Rows: rows, Tracks: []forks.Track{{Name: "main"}}})
		shows(t, r)
	}
}

// shows renders a report in every format, and returns their lengths in bytes.
func shows(t *testing.T, r Report) (markdown, page, data int) {
	t.Helper()
	md := Markdown(r)
	html, err := HTML(r)
	if err != nil {
		t.Error(err)
	}
	text, err := JSON(r)
	if err != nil {
		t.Error(err)
	}
	if again, err := Decode(text); err != nil || again.Summary != r.Summary {
		t.Error("JSON does not read back: ", err)
	}
	if utf8.RuneCount(md) > MaxMarkdown {
		t.Errorf("Markdown has %d characters", utf8.RuneCount(md))
	}
	return len(md), len(html), len(text)
}

func TestThousandsOfPatchesAreCutAndCounted(t *testing.T) {
	t.Parallel()
	w := calm()
	w.follow("aux-large", 2000)
	row := w.row(1)
	var changed []forks.PatchChange
	for i := range row.Stack {
		p := &row.Stack[i]
		p.Published, p.Out = forks.Conflicted, &forks.Out{Outcome: forks.Conflicted, By: "ada", Reason: strings.Repeat("<why> ", 100), At: at(2, 0)}
		row.Turns = append(row.Turns, forks.Turn{At: at(2, 0), Row: forks.Row{Patch: p.ID, Subject: p.Subject, Published: forks.Kept}})
		gone := *p
		gone.ID, gone.Out, gone.End = p.ID+"x", nil, &forks.End{Outcome: forks.Upstreamed, By: "ada", At: at(3, 0)}
		row.Ended = append(row.Ended, gone)
		w.ask(1, forks.ProposalID(fmt.Sprintf("c%010d", i)), i, at(1, 0))
		if i < forks.MaxChanged {
			changed = append(changed, forks.PatchChange{Patch: p.ID, Diff: strings.Repeat("+\t<b>&\n", forks.MaxChangeText/7), Shortened: true})
		}
	}
	w.found("aux-large", at(2, 0), forks.PassPublished, forks.Digest{Changed: changed, MoreChanged: 1975})
	r := Make(w.input())
	_, page, data := shows(t, r)
	if page > 2<<20 || data > 8<<20 {
		t.Errorf("the page has %d bytes, the JSON %d", page, data)
	}
	html, _ := HTML(r)
	for _, text := range []string{"and 1,975 more</li>", "1,975 more patches read differently", "1,995 more decisions are needed"} {
		if !bytes.Contains(html, []byte(text)) {
			t.Errorf("the page does not say %q", text)
		}
	}
	md := string(Markdown(r))
	for _, text := range []string{"2,000 conflicted", "2,000 patches read differently", "more (see the end)", "did not fit here"} {
		if !strings.Contains(md, text) {
			t.Errorf("the Markdown does not say %q", text)
		}
	}
}

func TestNobodyIsNamedWhereAConflictHasWaitedLong(t *testing.T) {
	t.Parallel()
	w := calm()
	w.in.Rows.Waiting = []forks.WaitingWith{{Track: "aux-unstable", Proposal: "c1", Assignees: []string{"ada"}, Reviewers: []string{"aux/sig-go"}, Claimed: ""}}
	w.ask(0, "c1", 1, at(7-21, 0))
	r := Make(w.input())
	need, open := r.Needed[0], r.Conflicts.Open[0]
	if !need.Long || len(need.With) != 1 || need.With[0] != "SIG Go" || len(open.With) != 1 || open.Next != "waits with SIG Go" {
		t.Errorf("got %+v and %+v", need, open)
	}
	w.in.Rows.Waiting[0].Claimed = "ada"
	if next := Make(w.input()).Conflicts.Open[0].Next; strings.Contains(next, "ada") {
		t.Errorf("next: %s", next)
	}
}

// Whatever of dora's there is in the rows: she is "somebody" in every format.
func TestWhoOptedOutIsInNoFormat(t *testing.T) {
	t.Parallel()
	w := calm()
	w.in.Roster.People["dora"] = forks.Resident{Login: "dora", Aliases: []string{"Dora Döring", "dd"}, OptOut: true}
	dora := forks.Person{Name: "Dora Döring", Email: "7+dora@users.noreply.github.com"}
	const says = "Dora Döring (@dora) asked dd"
	row := w.row(0)
	row.Stack[0].Author = dora
	row.Stack[1].Out, row.Stack[1].Published = &forks.Out{Outcome: forks.Parked, By: "DORA", Reason: says, At: at(1, 0)}, forks.Parked
	row.Stack[1].Versions = []forks.Version{{Proposal: "c7", By: "dora", At: at(1, 0)}}
	row.Ended = []forks.Patch{{ID: "p8", Author: dora, End: &forks.End{Outcome: forks.Upstreamed, By: "dora", Reason: says, At: at(1, 0)}},
		{ID: "p9", Author: dora, End: &forks.End{Outcome: forks.Dropped, By: "Dora Döring", Reason: says, At: at(1, 0)}}}
	row.Turns = []forks.Turn{{At: at(1, 0), Row: forks.Row{Patch: "p1", Author: dora, Published: forks.Kept, By: "dd", Reason: says}}}
	row.Asked = map[forks.PatchID]int{row.Stack[0].ID: 3}
	row.Reused = []forks.Reuse{{Patch: row.Stack[0].ID, At: at(1, 0), By: "Dora Döring", Proposal: "c7"}}
	row.Paused = &forks.Pause{By: "dora", Because: says, At: at(2, 0)}
	row.Decisions = []forks.Decision{{Patch: row.Stack[2].ID, Question: says, Asked: at(1, 0)}}
	done := w.ask(0, "c7", 3, at(0, 1))
	done.Status, done.Closed, done.ClosedBy, done.Reason, done.Taken = forks.Harvested, at(2, 0), "Dora Döring", "resolved by Dora Döring", 7
	w.ask(0, "c8", 4, at(0, 2)).Status = forks.Unresolved
	row.Proposals[1].Reason = says
	w.ask(0, "c9", 5, at(0, 3)).Claimed = "dora"
	w.in.Rows.Waiting = []forks.WaitingWith{{Track: "aux-unstable", Proposal: "c9", Assignees: []string{"dora"}, Reviewers: []string{"dd"}, Claimed: "dora"}}
	w.in.Rows.FirstSolved = map[string]time.Time{"Dora Döring": at(2, 0)}
	w.in.Rows.Requests = []forks.RequestRecord{{Request: forks.Request{Track: "aux-unstable", Verb: forks.VerbPause, Who: "dora", Because: says}, Taken: at(2, 0), Result: says}}
	w.in.Rows.Events = []forks.Event{{Fork: "nixpkgs", Track: "aux-unstable", Kind: "conflict withdraw", Text: says, At: at(2, 0)}}
	commit := forks.UpstreamCommit{Commit: forks.Hash{5}, Subject: "fix", Author: dora, At: at(1, 0)}
	w.found("aux-unstable", at(1, 0), forks.PassPublished, forks.Digest{Lacks: 1, LacksSince: at(0, 9), Security: []forks.UpstreamCommit{commit},
		Changed: []forks.PatchChange{{Patch: row.Stack[0].ID, Diff: "+    Auxsync-Resolved-By: Dora Döring <7+dora@users.noreply.github.com>\n"}}})
	broken := w.found("aux-unstable", at(2, 0), forks.PassFailed, forks.Digest{})
	broken.Digest, broken.Error = nil, says
	for _, name := range []string{"paused", "stopped", "holding"} {
		switch name {
		case "stopped":
			row.Paused, row.Stopped = nil, &forks.Stop{Reason: says, Next: "ask dora", At: at(2, 0)}
		case "holding":
			row.Stopped, row.Hold = nil, &forks.Hold{Reason: says}
		}
		r := Make(w.input())
		html, _ := HTML(r)
		text, _ := JSON(r)
		for format, shown := range map[string][]byte{"Markdown": Markdown(r), "HTML": html, "JSON": text} {
			low := strings.ToLower(string(shown))
			for _, own := range []string{"dora", "döring", "asked dd"} {
				if i := strings.Index(low, own); i >= 0 {
					t.Errorf("%s, %s: %q", name, format, low[max(0, i-80):min(len(low), i+40)])
				}
			}
		}
		if r.Readiness.FirstTimerCount != 1 || r.Readiness.Resolvers1 != 1 || r.Conflicts.ByPeople != 1 {
			t.Errorf("she is not counted: %+v", r.Readiness)
		}
	}
}

func TestTheFirstLineCountsPatchesAndTheRestIsCounted(t *testing.T) {
	t.Parallel()
	says := regexp.MustCompile(`(none|\d+) of (\d+) patch`)
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(false).Draw(t, "world")
		r := Make(w.input())
		patches, waiting, longest := 0, 0, Seconds(0)
		for i, row := range w.told() {
			patches += len(row.Stack)
			longest = max(longest, r.Tracks[i].Passes.Longest)
			for _, p := range row.Stack {
				open := slices.ContainsFunc(row.Proposals, func(c forks.Proposal) bool {
					return c.Patch == p.ID && c.Opened.Before(r.To) && (c.Status.Live() || !c.Closed.Before(r.To))
				})
				question := slices.ContainsFunc(row.Decisions, func(d forks.Decision) bool {
					declined := slices.ContainsFunc(row.Proposals, func(c forks.Proposal) bool { return c.ID == d.Proposal && c.Status == forks.Declined })
					return d.Patch == p.ID && d.Asked.Before(r.To) && (d.Proposal == "" || declined)
				})
				if open || question {
					waiting++
				}
			}
		}
		equal(t, "longest pass", r.Service.Longest, longest)
		if said := says.FindStringSubmatch(r.Summary); said != nil {
			got, _ := strconv.Atoi(said[1]) // none is 0
			equal(t, "patches", []string{said[2], strconv.Itoa(got)}, []string{strconv.Itoa(patches), strconv.Itoa(waiting)})
		} else if patches > 0 {
			t.Fatalf("the first line counts nothing: %s", r.Summary)
		}
		if len(r.Needed) > MaxNeeded || r.MoreNeeded > 0 && len(r.Needed) < MaxNeeded || r.MoreDeeds > 0 && len(r.Deeds) < MaxListed {
			t.Fatalf("%d and %d more needs, %d and %d more deeds", len(r.Needed), r.MoreNeeded, len(r.Deeds), r.MoreDeeds)
		}
	})
}
