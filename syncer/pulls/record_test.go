package pulls_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

func TestADigestDoesNotSeeLineEndsOrSpaceAround(t *testing.T) {
	t.Parallel()
	if pulls.Digest("a\r\nb\rc\n") != pulls.Digest(" a\nb\nc") || pulls.Digest("a b") == pulls.Digest("a  b") || pulls.Digest("") == "" {
		t.Error("a digest sees the wrong things")
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	was := forks.PullRecord{
		Number: 7, Title: "t", Body: "b", Labels: []string{"a", "B"}, Assignees: []string{"ada"}, Reviewers: []string{"org/x"}, Answered: []int64{1}, Taken: []int64{2},
		Status: forks.StatusFailure, StatusOn: hash(2), Refused: []string{"x"}, Comments: map[string]forks.OwnComment{"closing": {ID: 1, Body: "x"}},
	}
	pull := forks.Pull{Number: 8, URL: "u", State: forks.PullOpen, Head: hash(2)}
	opening := forks.Opening{ID: "c1", Title: "new", Body: "body"}
	for _, c := range []struct {
		name string
		e    pulls.Effect
		d    pulls.Done
		want func(*forks.PullRecord)
	}{
		{"an opened one begins anew", pulls.Effect{Kind: pulls.DoOpen, Opening: opening, Region: "r"}, pulls.Done{Pull: pull}, func(r *forks.PullRecord) {
			*r = forks.PullRecord{Number: 8, URL: "u", State: forks.PullOpen, Head: hash(2), Title: pulls.Digest("new"), Body: "r",
				Status: r.Status, StatusOn: r.StatusOn, Answered: r.Answered, Taken: r.Taken, Refused: r.Refused}
		}},
		{"one that was there with another body is to be written", pulls.Effect{Kind: pulls.DoOpen, Opening: opening, Region: "r"},
			pulls.Done{Pull: forks.Pull{Number: 8, Body: "other"}}, func(r *forks.PullRecord) {
				*r = forks.PullRecord{Number: 8, Title: pulls.Digest("new"), Status: r.Status, StatusOn: r.StatusOn, Answered: r.Answered, Taken: r.Taken, Refused: r.Refused}
			}},
		{"the texts of a foreign one are not ours", pulls.Effect{Kind: pulls.DoOpen, Opening: opening, Region: "r"},
			pulls.Done{Pull: forks.Pull{Number: 8, Foreign: true}}, func(r *forks.PullRecord) {
				*r = forks.PullRecord{Number: 8, Status: r.Status, StatusOn: r.StatusOn, Answered: r.Answered, Taken: r.Taken, Refused: r.Refused}
			}},
		{"title and region", pulls.Effect{Kind: pulls.DoEdit, Text: forks.PullText{Title: "new", Body: "x"}, Region: "r"}, pulls.Done{},
			func(r *forks.PullRecord) { r.Title, r.Body = pulls.Digest("new"), "r" }},
		{"a region alone", pulls.Effect{Kind: pulls.DoEdit, Text: forks.PullText{Body: "x"}, Region: "r"}, pulls.Done{}, func(r *forks.PullRecord) { r.Body = "r" }},
		{"ready", pulls.Effect{Kind: pulls.DoStage, Ready: true}, pulls.Done{}, func(r *forks.PullRecord) { r.Ready = new(true) }},
		{"labels", pulls.Effect{Kind: pulls.DoLabel, Add: []string{"c", "A"}, Remove: []string{"b"}}, pulls.Done{}, func(r *forks.PullRecord) { r.Labels = []string{"a", "c"} }},
		{"people, those too who were left out", pulls.Effect{Kind: pulls.DoAsk, Ask: forks.People{Assignees: []string{"bob"}}, Unask: forks.People{Reviewers: []string{"org/x"}}},
			pulls.Done{}, func(r *forks.PullRecord) {
				r.Assignees, r.Reviewers, r.LeftOut = []string{"ada", "bob"}, nil, []string{"bob"}
			}},
		{"people, all of whom were taken", pulls.Effect{Kind: pulls.DoAsk, Ask: forks.People{Assignees: []string{"bob"}, Reviewers: []string{"org/y"}}},
			pulls.Done{Asked: forks.People{Assignees: []string{"Bob"}, Reviewers: []string{"org/y"}}}, func(r *forks.PullRecord) {
				r.Assignees, r.Reviewers, r.Assigned = []string{"ada", "bob"}, append(slices.Clone(r.Reviewers), "org/y"), []string{"Bob"}
			}},
		{"a status", pulls.Effect{Kind: pulls.DoStatus, Commit: hash(9), Status: forks.StatusSuccess}, pulls.Done{},
			func(r *forks.PullRecord) { r.Status, r.StatusOn = forks.StatusSuccess, hash(9) }},
		{"suggestions", pulls.Effect{Kind: pulls.DoSuggest, Review: &forks.SuggestedReview{Commit: hash(2)}}, pulls.Done{}, func(r *forks.PullRecord) { r.Suggested = hash(2) }},
		{"a comment", pulls.Effect{Kind: pulls.DoComment, For: "refused 3", Body: "no"}, pulls.Done{Comment: 4}, func(r *forks.PullRecord) {
			r.Comments = map[string]forks.OwnComment{"closing": {ID: 1, Body: "x"}, "refused 3": {ID: 4, Body: pulls.Digest("no")}}
		}},
		{"a reaction", pulls.Effect{Kind: pulls.DoReact, Comment: 2}, pulls.Done{}, func(r *forks.PullRecord) { r.Answered, r.Taken = []int64{1, 2}, []int64{} }},
		{"closed", pulls.Effect{Kind: pulls.DoEnd}, pulls.Done{}, func(r *forks.PullRecord) { r.Closed, r.State = true, forks.PullClosed }},
		{"merged", pulls.Effect{Kind: pulls.DoEnd, Ending: forks.Ending{Merge: true}}, pulls.Done{}, func(r *forks.PullRecord) { r.State = forks.PullMerged }},
	} {
		before, _ := json.Marshal(was)
		want := was
		c.want(&want)
		if got := pulls.Record(was, c.e, c.d); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, got, want)
		}
		if after, _ := json.Marshal(was); string(before) != string(after) {
			t.Errorf("%s changed the record it was given", c.name)
		}
	}
}

// An intent that was read back from its row is the same effect.
func TestAnEffectIsTheSameAfterItWasWrittenDown(t *testing.T) {
	t.Parallel()
	e := pulls.Effect{Kind: pulls.DoLabel, Proposal: "c1", Pull: forks.Pull{Number: 7}, Number: 7, Add: []string{"a"}}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var read pulls.Effect
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	a, b := pulls.RecordRefused(forks.PullRecord{}, e), pulls.RecordRefused(forks.PullRecord{}, read)
	if !reflect.DeepEqual(a, b) {
		t.Errorf("%+v and %+v", a, b)
	}
}

func TestARecordRemembersTheNewestRefusals(t *testing.T) {
	t.Parallel()
	var rec forks.PullRecord
	for i := range 60 {
		rec = pulls.RecordRefused(rec, pulls.Effect{Kind: pulls.DoLabel, Add: []string{fmt.Sprint(i)}})
	}
	last := rec.Refused[len(rec.Refused)-1]
	again := pulls.RecordRefused(rec, pulls.Effect{Kind: pulls.DoLabel, Add: []string{"59"}})
	if len(rec.Refused) != 50 || len(again.Refused) != 50 || !slices.Contains(again.Refused, last) {
		t.Errorf("%d and %d are remembered", len(rec.Refused), len(again.Refused))
	}
}
