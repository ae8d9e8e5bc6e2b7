package store_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

func measured(number int) forks.PassRecord {
	return forks.PassRecord{Fork: "nix", Track: "main", Number: number, OldBase: hash(1), NewBase: hash(2), OldTip: hash(3),
		NewTip: hash(4), UpstreamTip: hash(5), Behind: 7, UpstreamTime: noon().Add(-time.Hour), Started: noon(), Seconds: 1.25,
		Bytes: 1 << 40, Outcome: forks.PassPublished}
}

func TestPassesReadBackNewestFirst(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	quiet := forks.PassRecord{Fork: "nix", Track: "main", Number: 2, Started: noon(), Outcome: forks.PassQuiet}
	failed := forks.PassRecord{Fork: "nix", Track: "main", Number: 2, Started: noon(), Outcome: forks.PassFailed, Error: "fetch: no route"}
	want := []forks.PassRecord{failed, quiet, quiet, measured(1)}
	for i := len(want) - 1; i >= 0; i-- {
		if _, err := db.RecordPass(t.Context(), want[i]); err != nil {
			t.Fatal(err)
		}
	}
	got, err := db.Passes(t.Context(), "nix", "main", 10)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v, %v\nwant\n%+v", got, err, want)
	}
	got, err = db.Passes(t.Context(), "nix", "main", 1)
	if err != nil || !reflect.DeepEqual(got, want[:1]) {
		t.Errorf("the newest is %+v, %v", got, err)
	}
}

func TestFactsOfAPassJoinTheStateThatItMade(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	state := forks.State{Pass: 1, Base: hash(2), Tip: hash(4), UpstreamTip: hash(5), At: noon(),
		Ledger: []forks.Row{{Patch: "p1", Ahead: forks.Kept, Published: forks.Kept}}}
	if err := db.Index(t.Context(), "nix", "main", hash(9), state); err != nil {
		t.Fatal(err)
	}
	quiet := forks.PassRecord{Fork: "nix", Track: "main", Number: 1, Started: noon(), Outcome: forks.PassQuiet}
	stopped := forks.PassRecord{Fork: "nix", Track: "main", Number: 1, Started: noon(), Outcome: forks.PassStopped, Error: "rewound"}
	// Only the pass that made the state, and only once.
	for _, p := range []forks.PassRecord{quiet, measured(1), stopped, measured(2)} {
		if _, err := db.RecordPass(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	got, err := db.Passes(t.Context(), "nix", "main", 10)
	if want := []forks.PassRecord{measured(2), stopped, quiet, measured(1)}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v, %v\nwant\n%+v", got, err, want)
	}
	if ledger, err := db.Ledger(t.Context(), "nix", "main", 1); len(ledger) != 1 || err != nil {
		t.Errorf("ledger %v, %v", ledger, err)
	}
}

func TestPassesComeBackFromTheStateChain(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	for i, state := range []forks.State{
		{Pass: 1, Base: hash(1), Tip: hash(2), At: noon()},
		{Pass: 2, Base: hash(3), Tip: hash(4), At: noon().Add(time.Hour)},
		{Pass: 3, Base: hash(3), Tip: hash(4), At: noon().Add(2 * time.Hour)},
		{Pass: 4, Base: hash(3), Tip: hash(4), At: noon().Add(3 * time.Hour), Stopped: &forks.Stop{Reason: "rewound"}},
	} {
		if err := db.Index(t.Context(), "nix", "main", hash(byte(10+i)), state); err != nil {
			t.Fatal(err)
		}
	}
	got, err := db.Passes(t.Context(), "nix", "main", 10)
	if err != nil || len(got) != 4 {
		t.Fatalf("got %+v, %v", got, err)
	}
	for i, want := range []forks.PassOutcome{forks.PassStopped, forks.PassState, forks.PassPublished, forks.PassPublished} {
		if got[i].Outcome != want || got[i].Number != 4-i {
			t.Errorf("row %d: pass %d %s, want %s", i, got[i].Number, got[i].Outcome, want)
		}
	}
	if got[2].OldBase != hash(1) || got[2].NewBase != hash(3) || got[2].OldTip != hash(2) || got[2].NewTip != hash(4) {
		t.Errorf("pass 2 went %+v", got[2])
	}
}

func TestOutcomeOutsideTheDesignIsRefused(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	odd := measured(1)
	odd.Outcome = "fine"
	if _, err := db.RecordPass(t.Context(), odd); err == nil {
		t.Error("it is taken")
	}
}

func TestIntentIsOpenUntilSettledOnce(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	want := forks.Intent{Fork: "nix", Track: "main", Kind: "push", Pass: 7, Payload: json.RawMessage(`{"ref":"x"}`), Note: "n"}
	first, err := db.OpenIntent(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	second, err := db.OpenIntent(t.Context(), want)
	if err != nil || second <= first {
		t.Fatalf("got %d after %d, %v", second, first, err)
	}
	want.ID, want.Created, want.Status = first, noon(), forks.IntentOpen
	open, err := db.OpenIntents(t.Context(), "nix", "main")
	if err != nil || len(open) != 2 || !reflect.DeepEqual(open[0], want) {
		t.Fatalf("got\n%+v, %v\nwant\n%+v first", open, err, want)
	}
	if other, err := db.OpenIntents(t.Context(), "nix", "other"); len(other) != 0 || err != nil {
		t.Errorf("another track has %v, %v", other, err)
	}
	for _, c := range []struct {
		id     int64
		status forks.IntentStatus
		fails  string
	}{
		{first, forks.IntentDone, ""},
		{first, forks.IntentDone, ""},
		{first, forks.IntentForgotten, "is done already"},
		{second, forks.IntentOpen, "cannot be opened again"},
		{second, "fine", "CHECK"},
		{second, forks.IntentUnexplained, ""},
		{99, forks.IntentDone, "there is no intent 99"},
	} {
		err := db.SettleIntent(t.Context(), c.id, c.status, "because")
		if (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("intent %d to %s: got %v, want %q", c.id, c.status, err, c.fails)
		}
	}
	if open, err := db.OpenIntents(t.Context(), "nix", "main"); len(open) != 0 || err != nil {
		t.Errorf("still open: %v, %v", open, err)
	}
	if err := db.SettleIntent(t.Context(), second, forks.IntentForgotten, "by a person"); err != nil {
		t.Errorf("a person settles it: %v", err)
	}
}

func TestIntentOfAnUnknownKindOrWithoutJSONIsRefused(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	for _, in := range []forks.Intent{{Kind: "force", Payload: json.RawMessage(`{}`)}, {Kind: "push"}, {Kind: "push", Payload: json.RawMessage(`{`)}} {
		if _, err := db.OpenIntent(t.Context(), in); err == nil {
			t.Errorf("%+v is taken", in)
		}
	}
}

func TestFingerprintIsEmptyUntilSet(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	for _, want := range []string{"", "one", "two"} {
		if want != "" {
			if err := db.SetFingerprint(t.Context(), "nix", "main", want); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := db.Fingerprint(t.Context(), "nix", "main"); got != want || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
}
