package store_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
)

const day = 24 * time.Hour

func TestTrimThinsOldRunsThatLeftNoState(t *testing.T) {
	t.Parallel()
	now := noon()
	db, path := newStoreAt(t, clockwork.NewFakeClockAt(now))
	// number names the run; ago is how long before now it began.
	record := func(track string, number int, ago time.Duration, outcome forks.PassOutcome) {
		t.Helper()
		p := forks.PassRecord{Fork: "nix", Track: track, Number: number, Started: now.Add(-ago), Outcome: outcome}
		if _, err := db.RecordPass(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Index(t.Context(), "nix", "main", hash(1), forks.State{Pass: 1, At: now.Add(-900 * day),
		Ledger: []forks.Row{{Patch: "p1", Ahead: forks.Kept, Published: forks.Kept}}}); err != nil {
		t.Fatal(err)
	}
	record("main", 2, 500*day, forks.PassQuiet)                 // too old
	record("main", 3, 450*day, forks.PassPublished)             // of no known state, but a publication
	record("main", 4, 130*day+3*time.Hour, forks.PassQuiet)     // not the last of its day
	record("main", 5, 130*day+2*time.Hour, forks.PassFailed)    // nor this
	record("main", 6, 130*day+1*time.Hour, forks.PassUnchanged) // the last of its day
	record("main", 7, 1119*day+1*time.Hour, forks.PassStopped)  // not the last
	record("main", 8, 1119*day, forks.PassPublished)            // stays
	record("main", 9, 119*day+2*time.Hour, forks.PassQuiet)     // young
	record("main", 10, 119*day+1*time.Hour, forks.PassQuiet)    // young
	record("idle", 11, 800*day, forks.PassQuiet)                // too old
	record("idle", 12, 700*day, forks.PassQuiet)                // the newest of its track
	n, err := db.Trim(t.Context())
	got := query(t, path, `SELECT number FROM passes ORDER BY id`)
	if want := []string{"1", "3", "6", "8", "9", "10", "12"}; err != nil || n != 5 || !slices.Equal(got, want) {
		t.Errorf("deleted %d, %v; left are %v, want %v", n, err, got, want)
	}
	if ledger, err := db.Ledger(t.Context(), "nix", "main", 1); err != nil || len(ledger) != 1 {
		t.Errorf("ledger %v, %v", ledger, err)
	}
	if n, err := db.Trim(t.Context()); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
}

func TestTrimDeletesOldHistoryAndKeepsWhatIsOpenAndTheNewest(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(noon())
	db, path := newStoreAt(t, clock)
	// One of each, and the same again later.
	for range 2 {
		if err := db.AddEvent(t.Context(), forks.Event{Fork: "nix", Track: "main", Kind: "published"}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := db.BeginRun(t.Context(), "1.0", 1); err != nil {
			t.Fatal(err)
		}
		for _, status := range []forks.IntentStatus{forks.IntentDone, forks.IntentForgotten, forks.IntentUnexplained, forks.IntentOpen, forks.IntentDone} {
			id, err := db.OpenIntent(t.Context(), forks.Intent{Fork: "nix", Track: "main", Kind: "push", Payload: json.RawMessage(`{}`)})
			if err == nil && status != forks.IntentOpen {
				err = db.SettleIntent(t.Context(), id, status, "")
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		clock.Advance(time.Hour)
	}
	left := func() []string {
		t.Helper()
		return query(t, path, `SELECT 'event ' || id FROM events UNION ALL SELECT 'intent ' || id || ' ' || status FROM intents
			UNION ALL SELECT 'run ' || id FROM runs`)
	}
	clock.Advance(399 * day)
	if n, err := db.Trim(t.Context()); n != 0 || err != nil {
		t.Errorf("after 399 days: %d, %v", n, err)
	}
	clock.Advance(2 * day)
	n, err := db.Trim(t.Context())
	want := []string{"event 2", "intent 3 unexplained", "intent 4 open", "intent 8 unexplained", "intent 9 open", "intent 10 done", "run 2"}
	if got := left(); err != nil || n != 7 || !slices.Equal(got, want) {
		t.Errorf("deleted %d, %v; left are\n%q\nwant\n%q", n, err, got, want)
	}
}

func TestTrimOfManyRowsLosesNoneInBetween(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(noon())
	db, path := newStoreAt(t, clock)
	other := raw(t, path)
	_, err := other.Exec(fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1301)
		INSERT INTO events (pass, at, kind, text) SELECT 0, %d, 'x', '' FROM n`, noon().Add(-500*day).UnixMilli()))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := db.Trim(t.Context()); n != 1300 || err != nil {
		t.Errorf("deleted %d, %v", n, err)
	}
	if got := query(t, path, `SELECT id FROM events`); !slices.Equal(got, []string{"1301"}) {
		t.Errorf("left are %v", got)
	}
}

func TestTrimForgetsWhatOldPassesFoundOutAndOldSamples(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(noon())
	db, path := newStoreAt(t, clock)
	for i, age := range []time.Duration{410 * day, 399 * day, 0} {
		at := noon().Add(-age)
		commit := hash(byte(i + 1))
		if err := db.Index(t.Context(), "nix", "main", commit, forks.State{Pass: i, At: at, Tip: commit}); err != nil {
			t.Fatal(err)
		}
		p := measured(i)
		p.Started, p.Digest = at, &forks.Digest{Lacks: i}
		if _, err := db.RecordPass(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if err := db.AddSample(t.Context(), forks.Sample{At: at, Name: forks.SampleDiskFree, Value: float64(i)}); err != nil {
			t.Fatal(err)
		}
		// Reports and their deliveries are kept for good.
		week := forks.WeekAt(at, time.UTC)
		if _, err := db.SaveReport(t.Context(), "nix", week, at, []byte("x")); err != nil {
			t.Fatal(err)
		}
		if err := db.SetDelivery(t.Context(), forks.Delivery{Fork: "nix", Week: week, Sink: "files", Status: forks.DeliveryDone, At: at}); err != nil {
			t.Fatal(err)
		}
	}
	n, err := db.Trim(t.Context())
	got := query(t, path, `SELECT 'pass ' || number || ' ' || seconds || ' ' || coalesce(digest, '-') FROM passes
		UNION ALL SELECT 'sample ' || value FROM samples
		UNION ALL SELECT count(*) || ' reports' FROM reports UNION ALL SELECT count(*) || ' deliveries' FROM deliveries`)
	want := []string{"pass 0 1.25 -", `pass 1 1.25 {"lacks":1}`, `pass 2 1.25 {"lacks":2}`, "sample 1.0", "sample 2.0", "3 reports", "3 deliveries"}
	if err != nil || n != 2 || !slices.Equal(got, want) {
		t.Errorf("changed %d, %v; left are\n%q, want\n%q", n, err, got, want)
	}
	if n, err := db.Trim(t.Context()); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
}

func TestTrimKeepsEachPassOfTheWeeksThatAReportTellsOf(t *testing.T) {
	t.Parallel()
	db, path := newStoreAt(t, clockwork.NewFakeClockAt(noon()))
	for hour := range 50 {
		p := forks.PassRecord{Fork: "nix", Track: "main", Started: noon().Add(-119*day + time.Duration(hour)*time.Hour), Outcome: forks.PassQuiet}
		if _, err := db.RecordPass(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	// On a forge, intents repeat whole texts.
	for _, kind := range []string{"push", "edit", "edit"} {
		id, err := db.OpenIntent(t.Context(), forks.Intent{Fork: "nix", Track: "main", Kind: kind, Payload: json.RawMessage(`{}`)})
		if err == nil {
			err = db.SettleIntent(t.Context(), id, forks.IntentDone, "")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	later := raw(t, path)
	if _, err := later.Exec(`UPDATE intents SET settled_at = settled_at - ?`, (31 * day).Milliseconds()); err != nil {
		t.Fatal(err)
	}
	n, err := db.Trim(t.Context())
	got := query(t, path, `SELECT count(*) FROM passes UNION ALL SELECT id FROM intents`)
	if want := []string{"50", "1", "3"}; err != nil || n != 1 || !slices.Equal(got, want) {
		t.Errorf("deleted %d, %v; left are %v, want %v", n, err, got, want)
	}
}
