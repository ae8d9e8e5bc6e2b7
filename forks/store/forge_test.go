package store_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
)

// anyRecord draws what JSON keeps: text.
func anyRecord() *rapid.Generator[forks.PullRecord] {
	text := rapid.Map(anyText(), func(s string) string { return strings.ToValidUTF8(s, "?") })
	return rapid.Custom(func(t *rapid.T) forks.PullRecord {
		r := forks.PullRecord{
			Number: rapid.IntRange(0, 9).Draw(t, "number"), URL: text.Draw(t, "url"), State: forks.PullOpen, By: text.Draw(t, "by"),
			Updated: anyTime().Draw(t, "updated"), Head: anyHash().Draw(t, "head"), Title: text.Draw(t, "title"), Body: text.Draw(t, "body"),
			Labels: rapid.SliceOfN(text, 0, 2).Draw(t, "labels"), Status: forks.StatusFailure, StatusOn: anyHash().Draw(t, "on"),
			Answered: rapid.SliceOfN(rapid.Int64(), 0, 2).Draw(t, "answered"), Closed: rapid.Bool().Draw(t, "closed"),
		}
		if rapid.Bool().Draw(t, "staged") {
			ready := rapid.Bool().Draw(t, "ready")
			r.Ready = &ready
			r.Comments = map[string]forks.OwnComment{text.Draw(t, "for"): {ID: rapid.Int64().Draw(t, "id"), Body: text.Draw(t, "body")}}
		}
		return r
	})
}

func TestPullRecordsReadBackAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	db, path := newStore(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		fork := fmt.Sprint("fork", n)
		want := map[forks.ProposalID]forks.PullRecord{}
		for _, id := range rapid.SliceOfN(rapid.SampledFrom([]forks.ProposalID{"c1", "c2"}), 0, 3).Draw(rt, "ids") {
			want[id] = anyRecord().Draw(rt, "record")
			if err := db.SetPullRecord(t.Context(), fork, "main", id, want[id]); err != nil {
				rt.Fatal(err)
			}
		}
		dashboard := anyRecord().Draw(rt, "dashboard")
		if err := db.SetDashboardRecord(t.Context(), fork, dashboard); err != nil {
			rt.Fatal(err)
		}
		if got, err := db.PullRecords(t.Context(), fork, "main"); err != nil || !reflect.DeepEqual(got, want) {
			rt.Fatalf("got\n%+v, %v\nwant\n%+v", got, err, want)
		}
		if got, err := db.DashboardRecord(t.Context(), fork); err != nil || !reflect.DeepEqual(got, dashboard) {
			rt.Fatalf("the dashboard's is\n%+v, %v\nwant\n%+v", got, err, dashboard)
		}
	})
	if got, err := db.PullRecords(t.Context(), "fork1", "next"); err != nil || got == nil || len(got) != 0 {
		t.Errorf("another track has %+v, %v", got, err)
	}
	if got, err := db.DashboardRecord(t.Context(), "other"); err != nil || !reflect.DeepEqual(got, forks.PullRecord{}) {
		t.Errorf("another fork's dashboard has %+v, %v", got, err)
	}
	if err := db.SetPullRecord(t.Context(), "nix", "main", "c1", forks.PullRecord{Number: 7}); err != nil {
		t.Fatal(err)
	}
	if got := query(t, path, `SELECT number FROM pull_records WHERE fork = 'nix'`); !slices.Equal(got, []string{"7"}) {
		t.Errorf("the column has %v", got)
	}
}

func TestPullRecordWithoutTrackOrIDIsRefused(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	for _, c := range [][2]string{{"", "c1"}, {"main", ""}} {
		if err := db.SetPullRecord(t.Context(), "nix", c[0], forks.ProposalID(c[1]), forks.PullRecord{}); err == nil {
			t.Errorf("track %q and id %q are taken", c[0], c[1])
		}
	}
}

func TestIntentsOnAForgeAndOfRefsDoNotMeet(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	kinds := []string{"push", "delete", "open", "update", "close", "comment", "status", "edit", "stage", "label", "ask", "suggest", "react", "end"}
	ids := map[int64]string{}
	for _, kind := range kinds {
		for _, track := range []string{"main", ""} {
			id, err := db.OpenIntent(t.Context(), forks.Intent{Fork: "nix", Track: track, Kind: kind, Payload: json.RawMessage(`{}`)})
			if ofRefs := kind == "push" || kind == "delete"; (err != nil) != (ofRefs && track == "") {
				t.Errorf("%s of track %q: %v", kind, track, err)
			}
			if err == nil {
				ids[id] = track + " " + kind
			}
		}
	}
	names := func(list []forks.Intent, err error) (out []string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range list {
			if in.Fork != "nix" || ids[in.ID] != in.Track+" "+in.Kind {
				t.Errorf("got %+v, want %q", in, ids[in.ID])
			}
			out = append(out, in.Track+" "+in.Kind)
		}
		return out
	}
	if got := names(db.OpenIntents(t.Context(), "nix", "main")); !slices.Equal(got, []string{"main push", "main delete"}) {
		t.Errorf("of refs: %q", got)
	}
	var want []string
	for _, kind := range kinds[2:] {
		want = append(want, "main "+kind, " "+kind)
	}
	if got := names(db.OpenForgeIntents(t.Context(), "nix")); !slices.Equal(got, want) {
		t.Errorf("on the forge: %q, want %q", got, want)
	}
	for id, name := range ids {
		if name != " edit" {
			if err := db.SettleIntent(t.Context(), id, forks.IntentDone, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := names(db.OpenForgeIntents(t.Context(), "nix")); !slices.Equal(got, []string{" edit"}) {
		t.Errorf("still open: %q", got)
	}
	for _, none := range [][]string{names(db.OpenIntents(t.Context(), "nix", "main")), names(db.OpenForgeIntents(t.Context(), "lix"))} {
		if len(none) != 0 {
			t.Errorf("still open: %q", none)
		}
	}
}

func TestForgeCacheGivesWhatWasPutLast(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	cache, other := db.ForgeCache("nix"), db.ForgeCache("lix")
	check := func(c store.ForgeCache, key, etag, body string, want bool) {
		t.Helper()
		gotTag, gotBody, ok := c.Get(t.Context(), key)
		if gotTag != etag || string(gotBody) != body || ok != want {
			t.Errorf("%s: got %q, %q, %v; want %q, %q, %v", key, gotTag, gotBody, ok, etag, body, want)
		}
	}
	put := func(c store.ForgeCache, key, etag string, body []byte) {
		t.Helper()
		if err := c.Put(t.Context(), key, etag, body); err != nil {
			t.Fatal(err)
		}
	}
	check(cache, "/a", "", "", false)
	put(cache, "/a", `W/"1"`, []byte("one\x00\xff"))
	put(cache, "/a", `W/"2"`, []byte("two\x00\xff"))
	put(cache, "/b", "", nil)
	check(cache, "/a", `W/"2"`, "two\x00\xff", true)
	check(cache, "/b", "", "", true)
	check(other, "/a", "", "", false)
	put(cache, "/a", "3", make([]byte, 2<<20+1)) // too large: and the old answer would be a lie
	check(cache, "/a", "", "", false)
	put(other, "/a", "4", make([]byte, 2<<20))
	check(other, "/a", "4", string(make([]byte, 2<<20)), true)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	check(other, "/a", "", "", false) // what cannot be read is none
}

func TestForgeIsLeftAloneUntilItsTime(t *testing.T) {
	t.Parallel()
	db, path := newStore(t)
	check := func(want time.Time, reason string) {
		t.Helper()
		if got, why, err := db.ForgeNotBefore(t.Context(), "nix"); err != nil || !got.Equal(want) || why != reason {
			t.Errorf("got %s, %q, %v; want %s, %q", got, why, err, want, reason)
		}
	}
	set := func(until time.Time, reason string) {
		t.Helper()
		if err := db.SetForgeNotBefore(t.Context(), "nix", until, reason); err != nil {
			t.Fatal(err)
		}
	}
	check(time.Time{}, "")
	set(noon().Add(time.Hour), "secondary rate limit")
	set(noon().Add(time.Minute).Add(time.Microsecond), "rate limit")
	check(noon().Add(time.Minute).Add(time.Millisecond), "rate limit") // never too early
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, path)
	check(noon().Add(time.Minute).Add(time.Millisecond), "rate limit")
	if got, _, err := db.ForgeNotBefore(t.Context(), "lix"); err != nil || !got.IsZero() {
		t.Errorf("another fork waits until %s, %v", got, err)
	}
	set(time.Time{}, "")
	check(time.Time{}, "")
}

func TestReaderSeesWhatIsKnownOfAForgeAndWritesNothing(t *testing.T) {
	t.Parallel()
	db, path := newStore(t)
	ctx := t.Context()
	add(t, db, someRequest("github comment 1"), true)
	_, err := db.OpenIntent(ctx, forks.Intent{Fork: "nix", Kind: "edit", Payload: json.RawMessage(`{}`)})
	for _, err := range []error{err, db.SetPullRecord(ctx, "nix", "main", "c1", forks.PullRecord{Number: 1}),
		db.SetDashboardRecord(ctx, "nix", forks.PullRecord{Number: 2}), db.ForgeCache("nix").Put(ctx, "/a", "1", []byte("x")),
		db.SetForgeNotBefore(ctx, "nix", noon(), "limit")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	reader, err := store.OpenReadOnly(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	requests, errRequests := reader.Requests(ctx, "nix", "main")
	recent, errRecent := reader.RecentRequests(ctx, "nix", 9)
	records, errRecords := reader.PullRecords(ctx, "nix", "main")
	dashboard, errDashboard := reader.DashboardRecord(ctx, "nix")
	intents, errIntents := reader.OpenForgeIntents(ctx, "nix")
	until, _, errUntil := reader.ForgeNotBefore(ctx, "nix")
	_, _, cached := reader.ForgeCache("nix").Get(ctx, "/a")
	for _, err := range []error{errRequests, errRecent, errRecords, errDashboard, errIntents, errUntil} {
		if err != nil {
			t.Error(err)
		}
	}
	if len(requests) != 1 || len(recent) != 1 || records["c1"].Number != 1 || dashboard.Number != 2 || len(intents) != 1 || !until.Equal(noon()) || !cached {
		t.Errorf("got %v %v %v %v %v %v %v", requests, recent, records, dashboard, intents, until, cached)
	}
	_, errAdd := reader.AddRequest(ctx, someRequest(""))
	_, errIntent := reader.OpenIntent(ctx, forks.Intent{Fork: "nix", Kind: "edit", Payload: json.RawMessage(`{}`)})
	for what, err := range map[string]error{
		"a request": errAdd, "an intent": errIntent, "taking one": reader.TakeRequest(ctx, 1, 1, ""), "a record": reader.SetPullRecord(ctx, "nix", "main", "c1", forks.PullRecord{}),
		"the dashboard": reader.SetDashboardRecord(ctx, "nix", forks.PullRecord{}), "an answer": reader.ForgeCache("nix").Put(ctx, "/a", "", nil),
		"a wait": reader.SetForgeNotBefore(ctx, "nix", noon(), ""),
	} {
		if err == nil || !strings.Contains(err.Error(), "reading only") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestManyMayWriteAboutAForgeAtOnce(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	ctx := t.Context()
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			id, track := forks.ProposalID(fmt.Sprint("c", i)), fmt.Sprint(i%2)
			for n := 1; n <= 5; n++ {
				intent, err := db.OpenIntent(ctx, forks.Intent{Fork: "nix", Track: track, Kind: "edit", Payload: json.RawMessage(`{}`)})
				for _, err := range []error{err, db.SetPullRecord(ctx, "nix", track, id, forks.PullRecord{Number: n}),
					db.SetDashboardRecord(ctx, "nix", forks.PullRecord{Number: 9}), db.ForgeCache("nix").Put(ctx, string(id), fmt.Sprint(n), nil),
					db.SetForgeNotBefore(ctx, fmt.Sprint(i), noon(), ""), db.SettleIntent(ctx, intent, forks.IntentDone, "")} {
					if err != nil {
						t.Error(err)
						return
					}
				}
				records, err := db.PullRecords(ctx, "nix", track)
				etag, _, ok := db.ForgeCache("nix").Get(ctx, string(id))
				if err != nil || records[id].Number != n || etag != fmt.Sprint(n) || !ok {
					t.Errorf("%s: read %+v, %q, %v; want %d", id, records[id], etag, err, n)
				}
			}
		})
	}
	for range 3 {
		if _, err := db.Trim(ctx); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
}

func TestTrimBoundsWhatIsKeptOfAForge(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(noon())
	db, path := newStoreAt(t, clock)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	left := func(want ...string) {
		t.Helper()
		_, err := db.Trim(ctx)
		must(err)
		got := query(t, path, `SELECT 'answer ' || key FROM forge_cache UNION ALL SELECT 'record ' || id FROM pull_records
			UNION ALL SELECT 'intent ' || kind FROM intents UNION ALL SELECT 'request' FROM requests`)
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s: left are\n%q\nwant\n%q", clock.Now(), got, want)
		}
	}
	must(db.Index(ctx, "nix", "main", hash(1), forks.State{Pass: 1, Proposals: []forks.Proposal{{ID: "c1"}, {ID: "c2"}}}))
	must(db.Index(ctx, "nix", "main", hash(2), forks.State{Pass: 2, Proposals: []forks.Proposal{{ID: "c1"}}}))
	for _, id := range []forks.ProposalID{"c1", "c2", "c3"} {
		must(db.SetPullRecord(ctx, "nix", "main", id, forks.PullRecord{}))
	}
	must(db.SetDashboardRecord(ctx, "nix", forks.PullRecord{}))
	add(t, db, someRequest("github comment 1"), true)
	must(db.TakeRequest(ctx, 1, 1, "done"))
	for _, kind := range []string{"push", "edit", "label"} {
		id, err := db.OpenIntent(ctx, forks.Intent{Fork: "nix", Track: "main", Kind: kind, Payload: json.RawMessage(`{}`)})
		must(err)
		if kind != "label" {
			must(db.SettleIntent(ctx, id, forks.IntentDone, ""))
		}
	}
	must(db.ForgeCache("nix").Put(ctx, "/old", "", nil))
	clock.Advance(31 * day)
	left("answer /old", "intent label", "intent push", "record ", "record c1", "record c2", "record c3", "request")
	for i := range 11 { // of 2 MiB each: one more than are kept
		clock.Advance(time.Second)
		must(db.ForgeCache(fmt.Sprint("fork", i%2)).Put(ctx, fmt.Sprintf("/%02d", i), "", make([]byte, 2<<20-100)))
	}
	left("answer /01", "answer /02", "answer /03", "answer /04", "answer /05", "answer /06", "answer /07", "answer /08", "answer /09", "answer /10",
		"intent label", "intent push", "record ", "record c1", "record c2", "record c3", "request")
	clock.Advance(91 * day)
	left("intent label", "intent push", "record ", "record c1", "record c2", "record c3", "request")
	must(db.SetPullRecord(ctx, "nix", "main", "c3", forks.PullRecord{Number: 1}))
	clock.Advance(390 * day)
	left("intent label", "record ", "record c1", "record c3", "request")
}
