package store_test

import (
	"reflect"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

func TestOpenPullRequestsWaitWithWhoWasAskedAndDidNotRefuse(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	if got, err := db.Waiting(t.Context()); err != nil || got == nil || len(got) != 0 {
		t.Fatalf("at first: got %+v, %v", got, err)
	}
	record := func(fork, track string, id forks.ProposalID, r forks.PullRecord) {
		t.Helper()
		if err := db.SetPullRecord(t.Context(), fork, track, id, r); err != nil {
			t.Fatal(err)
		}
	}
	open := forks.PullRecord{State: forks.PullOpen, Assignees: []string{"dora"}, Assigned: []string{"Ada", "bob"}, Reviewers: []string{"eve", "aux/core"}}
	numbered := func(n int) forks.PullRecord {
		r := open
		r.Number, r.URL = n, "https://example.org/"
		return r
	}
	over := func(n int, change func(*forks.PullRecord)) forks.PullRecord {
		r := numbered(n)
		change(&r)
		return r
	}
	record("nix", "main", "c1", numbered(12))
	record("nix", "main", "c2", numbered(7))
	record("nix", "main", "c3", numbered(8)) // the state has settled it
	record("nix", "main", "c4", open)        // it is not known to be open
	record("nix", "main", "c5", over(1, func(r *forks.PullRecord) { r.State = forks.PullMerged }))
	record("nix", "main", "c6", over(2, func(r *forks.PullRecord) { r.State = forks.PullClosed }))
	record("nix", "main", "c7", over(3, func(r *forks.PullRecord) { r.Told = true }))
	record("aux", "next", "c1", numbered(12)) // no state of it was indexed here
	if err := db.SetDashboardRecord(t.Context(), "nix", numbered(4)); err != nil {
		t.Fatal(err)
	}
	state := forks.State{
		Track: "main", Pass: 1, Patches: []forks.Patch{{ID: "p1", Subject: "a: a thing"}},
		Proposals: []forks.Proposal{
			{ID: "c1", Patch: "p1", Status: forks.Open, Opened: noon(), Claimed: "eve", NotFor: []string{"ADA", "Aux/Core"}},
			{ID: "c2", Patch: "p2", Status: forks.Ready},
			{ID: "c3", Patch: "p1", Status: forks.Withdrawn},
		},
	}
	if err := db.Index(t.Context(), "nix", "main", hash(1), state); err != nil {
		t.Fatal(err)
	}
	want := []forks.WaitingWith{
		{Fork: "aux", Track: "next", Proposal: "c1", Number: 12, URL: "https://example.org/", Assignees: []string{"Ada", "bob"}, Reviewers: []string{"eve", "aux/core"}},
		{Fork: "nix", Track: "main", Proposal: "c2", Patch: "p2", Number: 7, URL: "https://example.org/", Assignees: []string{"Ada", "bob"}, Reviewers: []string{"eve", "aux/core"}},
		{Fork: "nix", Track: "main", Proposal: "c1", Patch: "p1", Subject: "a: a thing", Number: 12, URL: "https://example.org/",
			Assignees: []string{"bob"}, Reviewers: []string{"eve"}, Claimed: "eve", Since: noon()},
	}
	got, err := db.Waiting(t.Context())
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v, %v\nwant\n%+v", got, err, want)
	}
}
