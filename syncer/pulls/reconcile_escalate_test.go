package pulls_test

import (
	"slices"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// told has auxsync's comment of a stage stand there, as it was written.
func (s *attended) told(stage int, text string) *forks.PullComment {
	mark := map[int]string{1: "waits 1", 2: "waits 2", 3: "waits 3"}[stage]
	c := s.comment(me, text+"\n\n<!-- auxsync:comment "+mark+" -->")
	c.Mine = true
	s.rec = pulls.Record(s.rec, pulls.Effect{Kind: pulls.DoComment, For: mark, Body: c.Body}, pulls.Done{Comment: c.ID})
	return c
}

func TestReminders(t *testing.T) {
	t.Parallel()
	second := func(s *attended) {
		s.wish.Waiting.Stage, s.wish.Reminder = 2, pulls.Reminder{Stage: 2, Text: "two"}
	}
	for _, c := range []struct {
		name string
		do   func(s *attended)
		want string
	}{
		{"a stage has a comment", second, "comment 0 waits 2"},
		{"which is written once", func(s *attended) { second(s); s.told(2, "two") }, ""},
		{"and found where its answer was lost", func(s *attended) {
			second(s)
			s.told(2, "two")
			s.rec.Comments = nil
		}, ""},
		{"and edited where its text is new", func(s *attended) { second(s); s.told(2, "old") }, "comment 100 waits 2"},
		{"also where its record was lost", func(s *attended) {
			second(s)
			s.told(2, "old")
			s.rec.Comments = nil
		}, "comment 100 waits 2"},
		{"that of an earlier stage stays as it is", func(s *attended) { second(s); s.told(1, "one"); s.told(2, "two") }, ""},
		{"each stage has its own", func(s *attended) { second(s); s.told(1, "one") }, "comment 0 waits 2"},
		{"one that a person deleted is not written again", func(s *attended) {
			second(s)
			s.told(2, "two")
			s.seen.Comments = nil
		}, ""},
		{"one that somebody else wrote is not auxsync's", func(s *attended) { second(s); s.comment("eve", "x\n\n<!-- auxsync:comment waits 2 -->") }, "comment 0 waits 2"},
		{"it waits for those who are to be asked", func(s *attended) { second(s); s.wish.People.Assignees = []string{"ada", "wim"} }, "ask +[wim][] -[][]; mark"},
		{"and names them then", func(s *attended) {
			second(s)
			s.wish.People.Assignees, s.seen.Assignees, s.rec.Assignees = []string{"ada", "wim"}, []string{"ada", "wim"}, []string{"ada", "wim"}
			s.seen.Body = marked(func(m *pulls.Mark) { m.Assignees = []string{"ada", "wim"} }, "text")
		}, "comment 0 waits 2"},
		{"not in quiet hours", func(s *attended) { second(s); s.wish.Hush = true }, ""},
		{"nor while the track is paused", func(s *attended) { second(s); s.wish.Quiet = true }, ""},
		{"nor where a person closed it", func(s *attended) {
			second(s)
			s.seen.State, s.rec.State, s.rec.By, s.seen.By = forks.PullClosed, forks.PullClosed, "wim", "wim"
		}, ""},
		{"nor once it is over", func(s *attended) {
			second(s)
			s.wish.Proposal.Status, s.wish.Closing, s.seen.State = forks.Harvested, "over", forks.PullMerged
		}, "comment 0 closing"},

		{"nobody is added beside whom a person chose", func(s *attended) {
			s.seen.Assignees, s.wish.People.Assignees = []string{"eve"}, []string{"wim"}
		}, ""},
		{"before others are to be asked as well", func(s *attended) {
			s.wish.Waiting.Stage = 2
			s.seen.Assignees, s.wish.People.Assignees, s.wish.People.Reviewers = []string{"eve"}, []string{"wim"}, []string{"org/nix"}
		}, "ask +[wim][org/nix] -[][]; mark"},
		{"and who was taken off by a person stays off", func(s *attended) {
			s.wish.Waiting.Stage = 3
			s.seen.Assignees, s.wish.People.Assignees = []string{"eve"}, []string{"ada"}
		}, ""},

		{"in quiet hours nothing is opened", func(s *attended) { s.rec, s.seen, s.wish.Hush = forks.PullRecord{}, forks.Pull{}, true }, ""},
		{"and nobody is asked", func(s *attended) { s.wish.Hush, s.wish.People.Assignees = true, []string{"wim"} }, ""},
		{"but who said no is taken off", func(s *attended) {
			s.wish.Hush, s.wish.NotFor, s.wish.People.Assignees = true, []string{"ada"}, []string{"wim"}
		}, "ask +[][] -[ada][]; mark"},
		{"and commands are answered", func(s *attended) { s.wish.Hush = true; s.comment("wim", "/auxsync drop") }, `react 100 +1; request drop aux-main by "wim"`},
	} {
		s := attendedPull()
		c.do(s)
		if got := tellAll(s.decide()); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestWhatWaitsIsRememberedAndWritesNothing(t *testing.T) {
	t.Parallel()
	for _, quiet := range []bool{false, true} {
		s := attendedPull()
		s.wish.Quiet = quiet
		s.wish.Waiting = forks.Waiting{Given: []string{"mine wim"}, Since: now, Begun: now, Stage: 1}
		out := s.decide()
		if got := out.Records[s.wish.Proposal.ID].Waiting; asJSON(got) != asJSON(s.wish.Waiting) || len(out.Effects) > 0 {
			t.Errorf("%s is remembered, and %s done", asJSON(got), tellAll(out))
		}
	}
}

func TestTheHighestStageThatWasToldIsFoundOnThePage(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	if got := pulls.ToldStage(s.seen); got != 0 {
		t.Errorf("stage %d of no comment", got)
	}
	s.comment("eve", "x\n\n<!-- auxsync:comment waits 3 -->")
	s.told(2, "two")
	s.told(1, "one")
	s.comment(me, "<!-- auxsync:comment waits 3 --> is quoted here").Mine = true
	if got := pulls.ToldStage(s.seen); got != 2 {
		t.Errorf("stage %d", got)
	}
	slices.Reverse(s.seen.Comments)
	if got := pulls.ToldStage(s.seen); got != 2 {
		t.Errorf("stage %d in another order", got)
	}
}

func TestALabelThatAPersonTookOffStaysOffAlsoWhenItsStageComesAgain(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	id := s.wish.Proposal.ID
	with := []string{"auxsync", pulls.DecisionLabel}
	s.wish.Labels = with
	out := s.decide()
	if got := told(out.Effects[0]); got != "label +[needs-decision] -[]" {
		t.Fatal(got)
	}
	s.rec = pulls.Record(out.Records[id], out.Effects[0], pulls.Done{}) // and a person takes it off
	for _, labels := range [][]string{with, {"auxsync"}, with} {
		s.wish.Labels = labels
		out := s.decide()
		for _, e := range out.Effects {
			if e.Kind == pulls.DoLabel {
				t.Errorf("%v is wished: %s", labels, told(e))
			}
		}
		s.rec = out.Records[id]
	}
}
