package store_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
)

// newStoreAt makes a database whose clock is the caller's.
func newStoreAt(t *testing.T, clock clockwork.Clock) (*store.Store, string) {
	t.Helper()
	path := t.TempDir() + "/" + store.FileName
	fresh(t, path)
	db, err := store.Open(t.Context(), path, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, path
}

func TestRunThatDidNotTellItsEndIsToldToTheNext(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(noon())
	db, _ := newStoreAt(t, clock)
	if last, err := db.LastRun(t.Context()); err != nil || last != (forks.Run{}) {
		t.Errorf("before any: %+v, %v", last, err)
	}
	begin := func(pid int, want forks.Run) int64 {
		t.Helper()
		id, cut, err := db.BeginRun(t.Context(), "1.0", pid)
		if err != nil || cut != want {
			t.Fatalf("run %d: cut off was %+v, %v; want %+v", id, cut, err, want)
		}
		return id
	}
	first := begin(12, forks.Run{})
	if last, err := db.LastRun(t.Context()); err != nil || last != (forks.Run{ID: first, Version: "1.0", PID: 12, Started: noon()}) {
		t.Errorf("while it goes on: %+v, %v", last, err)
	}
	clock.Advance(time.Hour)
	second := begin(13, forks.Run{ID: first, Version: "1.0", PID: 12, Started: noon()})
	clock.Advance(time.Hour)
	if err := db.EndRun(t.Context(), second, "SIGTERM"); err != nil {
		t.Fatal(err)
	}
	want := forks.Run{ID: second, Version: "1.0", PID: 13, Started: noon().Add(time.Hour), Ended: noon().Add(2 * time.Hour), How: "SIGTERM"}
	if last, err := db.LastRun(t.Context()); err != nil || last != want {
		t.Errorf("after it: %+v, %v; want %+v", last, err, want)
	}
	for _, id := range []int64{second, 99} {
		if err := db.EndRun(t.Context(), id, "again"); err == nil || !strings.Contains(err.Error(), "that goes on") {
			t.Errorf("ending %d: %v", id, err)
		}
	}
	begin(14, forks.Run{})
}

func TestHealthReadsBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	rapid.Check(t, func(rt *rapid.T) {
		want := forks.Health{FirstGood: anyTime().Draw(rt, "first good"), LastGood: anyTime().Draw(rt, "last good"),
			FirstBad: anyTime().Draw(rt, "first bad"), LastBad: anyTime().Draw(rt, "last bad"), Trouble: anyText().Draw(rt, "trouble"),
			Condition: rapid.SampledFrom([]forks.Condition{"", forks.TrackFound, forks.TrackFailing}).Draw(rt, "condition")}
		if err := db.SetHealth(t.Context(), "nix", "main", want); err != nil {
			rt.Fatal(err)
		}
		if got, err := db.Health(t.Context(), "nix", "main"); err != nil || !reflect.DeepEqual(got, want) {
			rt.Fatalf("got\n%+v, %v\nwant\n%+v", got, err, want)
		}
	})
	if got, err := db.Health(t.Context(), "nix", "other"); err != nil || got != (forks.Health{}) {
		t.Errorf("another track: %+v, %v", got, err)
	}
}

func TestHealthStaysWhenAStateIsIndexed(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	want := forks.Health{FirstGood: noon(), LastGood: noon(), Condition: forks.TrackFollowing}
	if err := db.SetHealth(t.Context(), "nix", "main", want); err != nil {
		t.Fatal(err)
	}
	if err := db.Index(t.Context(), "nix", "main", hash(1), forks.State{Pass: 1}); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Health(t.Context(), "nix", "main"); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestPolicyReadsBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	if got, err := db.Policy(t.Context(), "nix"); err != nil || !reflect.DeepEqual(got, forks.PolicyRecord{}) {
		t.Errorf("before any: %+v, %v", got, err)
	}
	good := forks.PolicyRecord{Source: hash(1).String(), Text: []byte("[people]\n\xff\x00"), Taken: noon()}
	refused := good
	refused.RefusedSource, refused.Problems, refused.Refused = hash(2).String(), "policy.toml:3: …", noon().Add(time.Hour)
	first := forks.PolicyRecord{RefusedSource: "policy.toml", Problems: "x", Refused: noon()}
	for _, want := range []forks.PolicyRecord{first, good, refused, good} {
		if err := db.SetPolicy(t.Context(), "nix", want); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Policy(t.Context(), "nix"); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got\n%+v, %v\nwant\n%+v", got, err, want)
		}
	}
	if err := db.SetPolicy(t.Context(), "other", first); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Policy(t.Context(), "nix"); err != nil || !reflect.DeepEqual(got, good) {
		t.Errorf("another fork's changed it to %+v, %v", got, err)
	}
}

func TestFoundBranchesTellWhatCameAndWhatWent(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(noon())
	db, path := newStoreAt(t, clock)
	for _, step := range []struct{ now, present, fresh, gone []string }{
		{nil, nil, nil, nil},
		{[]string{"r-2", "r-1", "r-2"}, []string{"r-1", "r-2"}, []string{"r-1", "r-2"}, nil},
		{[]string{"r-1", "r-2"}, []string{"r-1", "r-2"}, nil, nil},
		{[]string{"r-2", "r-3"}, []string{"r-2", "r-3"}, []string{"r-3"}, []string{"r-1"}},
		{[]string{"r-2", "r-3"}, []string{"r-2", "r-3"}, nil, nil},
		{[]string{"r-1", "r-3"}, []string{"r-1", "r-3"}, []string{"r-1"}, []string{"r-2"}},
	} {
		fresh, gone, err := db.SetFoundBranches(t.Context(), "nix", "releases", step.now)
		if err != nil || !slices.Equal(fresh, step.fresh) || !slices.Equal(gone, step.gone) {
			t.Errorf("%q: came %q, went %q, %v; want %q and %q", step.now, fresh, gone, err, step.fresh, step.gone)
		}
		if got, err := db.FoundBranches(t.Context(), "nix", "releases"); err != nil || !slices.Equal(got, step.present) {
			t.Errorf("%q: there are %q, %v", step.now, got, err)
		}
		clock.Advance(time.Hour)
	}
	for ago, want := range map[time.Duration][]string{2 * time.Hour: {"r-2"}, 30 * time.Minute: nil} {
		if got, err := db.GoneBranches(t.Context(), "nix", "releases", clock.Now().Add(-ago)); err != nil || !slices.Equal(got, want) {
			t.Errorf("gone since %s ago: %q, %v; want %q", ago, got, err, want)
		}
	}
	if got, err := db.FoundBranches(t.Context(), "nix", "other"); err != nil || len(got) != 0 {
		t.Errorf("another pattern has %q, %v", got, err)
	}
	got := query(t, path, `SELECT format('%s %d %d', branch, (first_seen - 1767355384000) / 3600000,
		coalesce((gone_at - 1767355384000) / 3600000, -1)) FROM found_branches ORDER BY branch`)
	if want := []string{"r-1 1 -1", "r-2 1 5", "r-3 3 -1"}; !slices.Equal(got, want) {
		t.Errorf("hours are %q, want %q", got, want)
	}
}
