package store_test

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
)

func someRequest(source string) forks.Request {
	return forks.Request{Fork: "nix", Track: "main", Proposal: "c0123456789", Verb: forks.VerbDrop, Who: "ada",
		Because: "upstream has it", Arg: "r0123456789", Source: source, URL: "https://example.org/1"}
}

// add records a request and checks whether it is new.
func add(t *testing.T, db *store.Store, r forks.Request, want bool) {
	t.Helper()
	if added, err := db.AddRequest(t.Context(), r); added != want || err != nil {
		t.Fatalf("%+v: added %v, %v; want %v", r, added, err, want)
	}
}

func TestRequestIsThereUntilAPassTakesIt(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(noon())
	db, path := newStoreAt(t, clock)
	first, second := someRequest("github comment 1"), someRequest("github comment 2")
	second.Verb, second.Proposal, second.At = forks.VerbPause, "", noon().Add(-time.Hour)
	other := someRequest("github comment 3")
	other.Track = "next"
	first.Patch, first.Arg = "p0123456789", `1"2` // as it was typed
	for _, r := range []forks.Request{first, second, other} {
		add(t, db, r, true)
	}
	first.ID, first.At, second.ID = 1, noon(), 2
	open := func(want ...forks.Request) {
		t.Helper()
		got, err := db.Requests(t.Context(), "nix", "main")
		if err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("got\n%+v, %v\nwant\n%+v", got, err, want)
		}
	}
	open(first, second) // in the order of their arrival
	clock.Advance(time.Minute)
	if err := db.TakeRequest(t.Context(), first.ID, 7, "dropped"); err != nil {
		t.Fatal(err)
	}
	open(second)
	// What was taken is on disk.
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), path, clock)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	open(second)
	for _, c := range []struct {
		id    int64
		pass  int
		fails string
	}{
		{1, 7, ""},
		{1, 8, "request 1 was taken by pass 7 already, and cannot be by pass 8"},
		{99, 8, "there is no request 99"},
	} {
		err := db.TakeRequest(t.Context(), c.id, c.pass, "again")
		if (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("request %d by pass %d: got %v, want %q", c.id, c.pass, err, c.fails)
		}
	}
	recent, err := db.RecentRequests(t.Context(), "nix", 3)
	other.ID, other.At = 3, noon()
	want := []forks.RequestRecord{{Request: other}, {Request: second}, {Request: first, Pass: 7, Taken: noon().Add(time.Minute), Result: "dropped"}}
	if err != nil || !reflect.DeepEqual(recent, want) {
		t.Errorf("recent are\n%+v, %v\nwant\n%+v", recent, err, want)
	}
	if recent, err := db.RecentRequests(t.Context(), "nix", 1); err != nil || len(recent) != 1 || recent[0].ID != 3 {
		t.Errorf("the newest is %+v, %v", recent, err)
	}
	if recent, err := db.RecentRequests(t.Context(), "lix", 9); err != nil || len(recent) != 0 {
		t.Errorf("another fork has %+v, %v", recent, err)
	}
}

func TestOneSourceOfAForkAsksOnce(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	request := someRequest("github comment 1")
	add(t, db, request, true)
	add(t, db, request, false)
	if err := db.TakeRequest(t.Context(), 1, 1, ""); err != nil {
		t.Fatal(err)
	}
	add(t, db, request, false) // though it was taken
	edited := request
	edited.Track, edited.Verb = "next", forks.VerbRetry
	add(t, db, edited, false)
	onOther := request
	onOther.Fork = "lix"
	add(t, db, onOther, true)
	for range 2 {
		add(t, db, someRequest(""), true) // on the host, each one counts
	}
}

func TestRequestThatNamesNoTrackIsRefused(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	for _, r := range []forks.Request{{Fork: "nix", Verb: forks.VerbPause}, {Track: "main", Verb: forks.VerbPause}} {
		if added, err := db.AddRequest(t.Context(), r); added || err == nil || !strings.Contains(err.Error(), "names no track") {
			t.Errorf("%+v: %v, %v", r, added, err)
		}
	}
}

func TestRequestReadsBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		want := forks.Request{Fork: "nix", Track: fmt.Sprint(n), Proposal: forks.ProposalID(anyText().Draw(rt, "proposal")),
			Verb: forks.Verb(anyText().Draw(rt, "verb")), Who: anyText().Draw(rt, "who"), Because: anyText().Draw(rt, "because"),
			At: noon(), URL: anyText().Draw(rt, "url"), Source: fmt.Sprint(n, anyText().Draw(rt, "source"))}
		if added, err := db.AddRequest(t.Context(), want); !added || err != nil {
			rt.Fatalf("added %v, %v", added, err)
		}
		got, err := db.Requests(t.Context(), "nix", want.Track)
		if err != nil || len(got) != 1 {
			rt.Fatalf("got %+v, %v", got, err)
		}
		if want.ID = got[0].ID; got[0] != want {
			rt.Fatalf("got\n%+v\nwant\n%+v", got[0], want)
		}
	})
}

func TestManyWhoSeeOneCommentAddOneRequest(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	const comments = 5
	var added atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range comments {
				ok, err := db.AddRequest(t.Context(), someRequest(fmt.Sprint("github comment ", i)))
				if err != nil {
					t.Error(err)
				}
				if ok {
					added.Add(1)
				}
			}
		})
	}
	all.Wait()
	got, err := db.Requests(t.Context(), "nix", "main")
	if err != nil || len(got) != comments || added.Load() != comments {
		t.Errorf("%d are told as new, and there are %d, %v; want %d", added.Load(), len(got), err, comments)
	}
}
