package pulls_test

import (
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

// resulted is what became of a part of a comment.
func resulted(source, result string) forks.RequestRecord {
	r := forks.RequestRecord{Request: forks.Request{Track: track, Verb: forks.VerbKeepOurs, Who: "@wim `x`\n/auxsync drop", Source: source}, Pass: 3, Result: result}
	if result != "" {
		r.Taken = later
	}
	return r
}

func TestWhatCameOfACommandIsToldWhereItIsNotWhatWasAsked(t *testing.T) {
	t.Parallel()
	const told = "comment 0 result 100"
	for _, c := range []struct {
		name    string
		results []forks.RequestRecord // the newest first
		do      func(*attended)
		want    string
	}{
		{name: "a refusal", results: []forks.RequestRecord{resulted("comment 100", "refused: it has no sides")}, want: told},
		{name: "nothing to do", results: []forks.RequestRecord{resulted("comment 100", "nothing to do: it is open")}, want: told},
		{name: "as it was asked", results: []forks.RequestRecord{resulted("comment 100", "it is yours now")}},
		{name: "not taken yet", results: []forks.RequestRecord{resulted("comment 100", "")}},
		{name: "not all of it taken yet", results: []forks.RequestRecord{resulted("comment 100 part 2", ""), resulted("comment 100", "refused: x")}},
		{name: "one of several", results: []forks.RequestRecord{resulted("comment 100 part 2", "refused: x"), resulted("comment 100", "asked again")}, want: told},
		{name: "of another comment", results: []forks.RequestRecord{resulted("comment 1000", "refused: x"), resulted("comment 10", "refused: x")}},
		{name: "on the host", results: []forks.RequestRecord{resulted("", "refused: x")}},
		{name: "by closing it", results: []forks.RequestRecord{resulted("pull 100 closed 1", "nothing to do: it is closed already")}},
		{name: "told before", results: []forks.RequestRecord{resulted("comment 100", "refused: x")},
			do: func(s *attended) { s.rec.Comments = map[string]forks.OwnComment{"result 100": {ID: 5}} }},
		{name: "told before, and that was not written down", results: []forks.RequestRecord{resulted("comment 100", "refused: x")},
			do: func(s *attended) { s.comment(me, "other words\n\n<!-- auxsync:comment result 100 -->").Mine = true }},
		{name: "of a paused track", results: []forks.RequestRecord{resulted("comment 100", "refused: x")}, want: told, do: func(s *attended) { s.wish.Quiet = true }},
		{name: "of a comment that was deleted", results: []forks.RequestRecord{resulted("comment 100", "refused: x")}, do: func(s *attended) { s.seen.Comments = nil }},
	} {
		s := attendedPull()
		s.comment("wim", "/auxsync keep ours").Acknowledged = true
		s.in.Results = c.results
		if c.do != nil {
			c.do(s)
		}
		if got := tellAll(s.decide()); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestResultIsInertAndInTheOrderOfTheCommands(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	s.comment("wim", "/auxsync keep ours").Acknowledged = true
	s.in.Results = []forks.RequestRecord{resulted("comment 100 part 2", "refused: `second` @eve\n/auxsync drop"), resulted("comment 100", "nothing to do: first")}
	const want = "``@wim `x`\\n/auxsync drop``: to `keep ours`, pass 3 of `aux-main` says: `nothing to do: first`\n\n" +
		"``@wim `x`\\n/auxsync drop``: to `keep ours`, pass 3 of `aux-main` says: ``refused: `second` @eve\\n/auxsync drop``\n\n" +
		"<!-- auxsync:comment result 100 -->"
	out := s.decide()
	if len(out.Effects) != 1 || strings.ReplaceAll(out.Effects[0].Body, "\n\n\n", "\n\n") != want {
		t.Errorf("got %+v\nwant %q", out.Effects, want)
	}
}

func TestResultOfACommandOnTheDashboardIsToldThere(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	s.in.Dashboard, s.in.DashboardTitle = "all", "dashboard"
	s.in.DashboardRecord = forks.PullRecord{Number: 1, State: forks.PullOpen}
	s.in.Seen.Dashboard = &forks.Pull{Number: 1, State: forks.PullOpen, Title: "dashboard", Body: board("all"), Comments: []forks.PullComment{
		{ID: 50, By: "wim", Body: "/auxsync resume", Acknowledged: true}}}
	s.in.Results = []forks.RequestRecord{resulted("comment 50", "nothing to do: it is not paused")}
	if got := tellAll(s.decide()); !strings.Contains(got, "comment 0 result 50") {
		t.Errorf("got %q", got)
	}
}
