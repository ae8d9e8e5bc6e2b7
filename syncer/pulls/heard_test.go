package pulls_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

func TestWhoMayCommandWhat(t *testing.T) {
	t.Parallel()
	const refused = "comment 0 refused 100; react 100 confused"
	const stranger = "comment to a stranger; react 100 confused"
	taken := func(verb, by string) string { return "react 100 +1; request " + verb + " aux-main by \"" + by + "\"" }
	for _, c := range []struct {
		name, by, body string
		do             func(*attended)
		want           string
		says           string // part of the refusal
	}{
		{name: "the one assigned decides", by: "ada", body: "/auxsync keep ours", want: taken("keep ours", "Ada")},
		{name: "in any case of the name", by: "ADA", body: "/auxsync take-upstream because x", want: taken("take upstream", "Ada")},
		{name: "may hand it on", by: "ada", body: "/auxsync not mine", want: taken("not mine", "Ada")},
		{name: "also before anything is known of them", by: "zoe", body: "/auxsync drop", want: "mark; " + taken("drop", "zoe"),
			do: func(s *attended) { s.seen.Assignees = []string{"zoe"}; s.rec.Assignees = []string{"ada", "zoe"} }},
		{name: "but not about the track", by: "ada", body: "/auxsync pause", want: refused, says: "`pause` is for who may push"},
		{name: "who may push decides", by: "wim", body: "/auxsync drop", want: taken("drop", "wim")},
		{name: "and pauses", by: "wim", body: "/auxsync pause because x", want: taken("pause", "wim")},
		{name: "another track by its name", by: "wim", body: "/auxsync resume aux-next", want: `react 100 +1; request resume aux-next by "wim"`},
		{name: "but no track that is not there", by: "wim", body: "/auxsync resume aux-other", want: refused, says: "no track of that name"},
		{name: "retry is about this one", by: "wim", body: "/auxsync retry aux-main", want: taken("retry", "wim")},
		{name: "and not about another track", by: "wim", body: "/auxsync retry aux-next", want: refused, says: "about this pull request"},
		{name: "anybody else decides nothing", by: "eve", body: "/auxsync drop", want: stranger, says: "for who is assigned here"},
		{name: "nor takes it on, if they cannot be assigned", by: "eve", body: "/auxsync mine", want: stranger, says: "who may be asked"},
		{name: "who may be asked takes it on", by: "ada", body: "/auxsync mine", want: "react 100 +1; request mine aux-main by \"Ada\"",
			do: func(s *attended) { s.unassigned(); s.wish.MayClaim = []string{"ADA"} }},
		{name: "but decides nothing before that", by: "ada", body: "/auxsync drop", want: refused, says: "`drop` is for who is assigned",
			do: func(s *attended) { s.unassigned(); s.wish.MayClaim = []string{"ada"} }},
		{name: "who can be assigned and is not asked does not take it on", by: "ada", body: "/auxsync mine", want: stranger, says: "who may be asked",
			do: (*attended).unassigned},
		{name: "a bot is not heard", by: "ada", body: "/auxsync drop", do: func(s *attended) { s.seen.Comments[0].Bot = true }},
		{name: "nor one that is only known as a bot by its account", by: "robot", body: "/auxsync drop"},
		{name: "auxsync's own is not heard", by: "wim", body: "/auxsync drop", do: func(s *attended) { s.seen.Comments[0].Mine = true }},
		{name: "nor by its name", by: "Auxsync-Bot", body: "/auxsync drop"},
		{name: "an edited one is refused", by: "wim", body: "/auxsync drop", do: func(s *attended) { s.seen.Comments[0].Edited = true },
			want: refused, says: "edited"},
		{name: "an edited one without commands is passed over", by: "wim", body: "hello", do: func(s *attended) { s.seen.Comments[0].Edited = true }},
		{name: "an acknowledged one is passed over", by: "wim", body: "/auxsync drop", do: func(s *attended) { s.seen.Comments[0].Acknowledged = true }},
		{name: "an answered one too", by: "wim", body: "/auxsync drop", do: func(s *attended) { s.rec.Answered = []int64{100} }},
		{name: "a stored one is only acknowledged", by: "wim", body: "/auxsync drop", do: func(s *attended) { s.rec.Taken = []int64{100} }, want: "react 100 +1"},
		{name: "even if its author may nothing any more", by: "eve", body: "/auxsync drop", do: func(s *attended) { s.rec.Taken = []int64{100} }, want: "react 100 +1"},
		{name: "a refused one is only acknowledged", by: "wim", body: "/auxsync drop", want: "react 100 confused",
			do: func(s *attended) { s.rec.Comments = map[string]forks.OwnComment{"refused 100": {ID: 5}} }},
		{name: "also where that was not written down", by: "wim", body: "/auxsync drop", want: "react 100 confused",
			do: func(s *attended) { s.comment(me, "no\n\n<!-- auxsync:comment refused 100 -->").Mine = true }},
		{name: "somebody of whom nothing is known waits", by: "mallory", body: "/auxsync drop"},
		{name: "several are taken together", by: "wim", body: "/auxsync mine\n/auxsync keep ours",
			want: `react 100 +1; request mine aux-main by "wim"; request keep ours aux-main by "wim"`},
		{name: "or none is", by: "wim", body: "/auxsync mine\n/auxsync keep yours", want: refused, says: "there is no such command"},
		{name: "an unknown one is refused", by: "wim", body: "/auxsync explode", want: refused, says: "there is no such command"},
		{name: "what is over is over", by: "wim", body: "/auxsync drop", want: refused + "; end merge=false", says: "this conflict is over",
			do: func(s *attended) { s.wish.Proposal.Status = forks.Withdrawn }},
		{name: "what was declined can be decided", by: "wim", body: "/auxsync retry", want: taken("retry", "wim"),
			do: func(s *attended) { s.wish.Proposal.Status, s.rec.Closed = forks.Declined, true }},
		{name: "a paused track still hears", by: "wim", body: "/auxsync resume", want: taken("resume", "wim"), do: func(s *attended) { s.wish.Quiet = true }},
		{name: "and refuses", by: "eve", body: "/auxsync resume", want: stranger, says: "may push", do: func(s *attended) { s.wish.Quiet = true }},
	} {
		s := attendedPull()
		s.comment(c.by, c.body)
		if c.do != nil {
			c.do(s)
		}
		out := s.decide()
		if got := tellAll(out); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		for _, e := range out.Effects {
			if e.Kind == pulls.DoComment && (!strings.Contains(e.Body, c.says) || c.says == "") {
				t.Errorf("%s: says %q", c.name, e.Body)
			}
		}
	}
}

func TestARequestIsStoredOnceAndAcknowledgedOnce(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	id := s.wish.Proposal.ID
	s.comment("ada", "/auxsync mine\n/auxsync pause").Body = "/auxsync not mine because I left\n/auxsync drop"
	out := s.decide()
	if len(out.Requests) != 2 {
		t.Fatalf("%+v", out.Requests)
	}
	want := forks.Request{Track: track, Proposal: id, Verb: forks.VerbNotMine, Who: "Ada", Because: "I left", At: later, Source: "comment 100", URL: "https://forge.example/c"}
	if out.Requests[0] != want || out.Requests[1].Source != "comment 100 part 2" {
		t.Errorf("%+v", out.Requests)
	}
	s.rec = out.Records[id]
	s.seen.Assignees = nil // the request was carried out before it was acknowledged
	again := s.decide()
	if got := tellAll(again); got != "react 100 +1" {
		t.Errorf("%s", got)
	}
	s.rec = pulls.Record(again.Records[id], again.Effects[0], pulls.Done{})
	if got := tellAll(s.decide()); got != "" || !slices.Equal(s.rec.Answered, []int64{100}) || len(s.rec.Taken) != 0 {
		t.Errorf("%s, %+v", got, s.rec)
	}
	refused := pulls.RecordRefused(again.Records[id], again.Effects[0])
	if !slices.Equal(refused.Answered, []int64{100}) || len(refused.Taken) != 0 {
		t.Errorf("%+v", refused)
	}
	s.rec, s.seen.Comments[0].Acknowledged = again.Records[id], true // the answer was lost
	if got := tellAll(s.decide()); got != "" {
		t.Error(got)
	}
}

func TestARefusalEchoesNothingAndNotifiesNobody(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	s.comment("e`ve\u202e@all", "/auxsync @mona fixes #1 <img src=x>\n/auxsync drop because @mona")
	s.in.Standings["e`ve\u202e@all"] = forks.Standing{}
	e := s.decide().Effects[0]
	const want = "``e`ve\\u202e@all``: nothing was done, because there is no such command, only `take upstream`, `keep ours`, `drop`, `park`, `unpark`, `latest`, `split`, `retry`, " +
		"`mine`, `not mine`, `undo`, `pause`, `resume`, `rollback` and `accept`.\n\n<!-- auxsync:comment refused by 1b5920e53e64 -->"
	if e.Body != want {
		t.Errorf("%s", e.Body)
	}
}

func TestWhoTakesAConflictOnMayBeAskedAgain(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	id := s.wish.Proposal.ID
	s.seen.Assignees, s.wish.MayClaim = nil, []string{"ada"} // a person took Ada off
	s.comment("ada", "/auxsync mine")
	s.rec = s.decide().Records[id]
	s.wish.Proposal.Claimed = "Ada"
	if got := tellAll(s.decide()); got != "ask +[ada][] -[][]; react 100 +1" {
		t.Error(got)
	}
}

func TestWhoSaidNoAndIsGoneMayTakeItOnLater(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	s.seen.Assignees, s.wish.NotFor, s.wish.People.Assignees = nil, []string{"ada"}, nil
	s.rec = s.decide().Records[s.wish.Proposal.ID]
	s.wish.NotFor, s.wish.People.Assignees = nil, []string{"ada"}
	if got := tellAll(s.decide()); got != "ask +[ada][] -[][]" {
		t.Error(got)
	}
}

func TestAStrangerIsAnsweredOnceOnAPage(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	id := s.wish.Proposal.ID
	for range 20 {
		s.comment("eve", "/auxsync drop")
	}
	s.comment("Eve", "/auxsync what")
	out := s.decide()
	if got := tellAll(out); got != "comment to a stranger; react 100 confused" {
		t.Fatal(got)
	}
	s.rec = pulls.Record(out.Records[id], out.Effects[0], pulls.Done{Comment: 900})
	s.seen.Comments = append(s.seen.Comments, forks.PullComment{ID: 900, By: me, Mine: true, Body: out.Effects[0].Body})
	if got := tellAll(s.decide()); got != "react 100 confused" { // the reaction was not done
		t.Errorf("after the sentence %s", got)
	}
	s.rec = pulls.Record(s.rec, out.Effects[1], pulls.Done{})
	s.seen.Comments[0].Acknowledged = true
	s.comment("eve", "/auxsync keep ours")
	again := s.decide()
	if got := tellAll(again); got != "" {
		t.Errorf("then %s", got)
	}
	// Later rights bring nothing to life that was written without them.
	s.rec = again.Records[id]
	s.in.Standings["eve"] = forks.Standing{Login: "eve", Exists: true, Write: true}
	if got := tellAll(s.decide()); got != "" {
		t.Errorf("with rights %s", got)
	}
	s.comment("eve", "/auxsync drop")
	if got := s.decide().Requests; len(got) != 1 {
		t.Errorf("a new command: %+v", got)
	}
	// Without the record the sentence is found by its mark.
	s.rec = forks.PullRecord{}
	s.in.Standings["eve"] = forks.Standing{Login: "eve", Exists: true}
	if got := tellAll(s.decide()); got != "" {
		t.Errorf("without the record %s", got)
	}
}

func TestTheDashboardTakesCommandsAboutTracks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ by, body, want string }{
		{"wim", "/auxsync pause because x", `react 9 +1; request pause aux-main by "wim"; request pause aux-next by "wim"`},
		{"wim", "/auxsync resume aux-next", `react 9 +1; request resume aux-next by "wim"`},
		{"wim", "/auxsync retry", `react 9 +1; request retry aux-main by "wim"; request retry aux-next by "wim"`},
		{"wim", "/auxsync retry aux-other", "comment 0 refused 9; react 9 confused"},
		{"wim", "/auxsync drop", "comment 0 refused 9; react 9 confused"},
		{"wim", "/auxsync mine", "comment 0 refused 9; react 9 confused"},
		{"ada", "/auxsync pause", "comment to a stranger; react 9 confused"},
		{"mallory", "/auxsync pause", ""},
	} {
		s := attendedPull()
		s.in.Dashboard, s.in.DashboardTitle, s.in.DashboardRecord = "lag", "dashboard", forks.PullRecord{Number: 3, Body: pulls.Digest(board("lag"))}
		s.in.Seen.Dashboard = &forks.Pull{Number: 3, State: forks.PullOpen, Body: board("lag"), Assignees: []string{"ada", "mallory"},
			Comments: []forks.PullComment{{ID: 9, By: c.by, Body: c.body}}}
		out := s.decide()
		if got := tellAll(out); got != c.want {
			t.Errorf("%s by %s:\n got %s\nwant %s", c.body, c.by, got, c.want)
		}
		sources := map[string]bool{}
		for _, r := range out.Requests {
			if sources[r.Source] || r.Proposal != "" {
				t.Errorf("%+v", r)
			}
			sources[r.Source] = true
		}
	}
}

func TestNamesAreThoseOnWhomADecisionDepends(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	for by, body := range map[string]string{"Wim": "/auxsync drop", "eve": "hello", me: "/auxsync drop"} {
		s.comment(by, body)
	}
	s.comment("bot", "/auxsync drop").Bot = true
	s.comment("own", "/auxsync drop").Mine = true
	s.comment("done", "/auxsync drop").Acknowledged = true
	s.rec.Answered, s.rec.Taken = []int64{s.comment("old", "/auxsync drop").ID}, []int64{s.comment("taken", "/auxsync drop").ID}
	s.approve("Zed")
	s.approve("stale").Commit = hash(8)
	s.approve("robot").Bot = true
	s.approve("against").Verdict = forks.ReviewChanges
	s.approve("undecided").Verdict = forks.ReviewCommented
	s.in.Seen.Dashboard = &forks.Pull{Comments: []forks.PullComment{{ID: 1, By: "Dora", Body: "/auxsync pause"}, {ID: 2, By: "late", Body: "/auxsync pause"}}}
	s.in.DashboardRecord.Answered = []int64{2}
	s.decide() // fills in what is seen
	s.in.Seen.Pulls["c3"] = forks.Pull{State: forks.PullClosed, Foreign: true, By: "closer"}
	s.in.Seen.Pulls["c4"] = forks.Pull{State: forks.PullClosed, By: "somebody"}
	s.in.Seen.Pulls["c5"], s.in.Records["c5"] = forks.Pull{State: forks.PullClosed, By: "judged"}, forks.PullRecord{Declined: true}
	if got := pulls.Names(s.in); !slices.Equal(got, []string{"against", "closer", "dora", "somebody", "wim", "zed"}) {
		t.Error(got)
	}
}
