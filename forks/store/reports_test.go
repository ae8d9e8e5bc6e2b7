package store_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

func TestReportThatWasSavedFirstStays(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	week := forks.Week{Year: 2026, Number: 53}
	if text, made, err := db.SavedReport(t.Context(), "nix", week); text != nil || !made.IsZero() || err != nil {
		t.Errorf("before any: %q, %s, %v", text, made, err)
	}
	for i, text := range []string{"first\x00\xff", "second"} {
		kept, err := db.SaveReport(t.Context(), "nix", week, noon().Add(time.Duration(i)*time.Hour), []byte(text))
		if string(kept) != "first\x00\xff" || err != nil {
			t.Errorf("after %q: kept %q, %v", text, kept, err)
		}
	}
	if text, made, err := db.SavedReport(t.Context(), "nix", week); string(text) != "first\x00\xff" || !made.Equal(noon()) || err != nil {
		t.Errorf("got %q, %s, %v", text, made, err)
	}
	for _, other := range []struct {
		fork string
		week forks.Week
	}{{"lix", week}, {"nix", week.Add(1)}} {
		if text, _, err := db.SavedReport(t.Context(), other.fork, other.week); text != nil || err != nil {
			t.Errorf("%v has %q, %v", other, text, err)
		}
	}
	for _, made := range []time.Time{{}, noon()} {
		text := []byte("x")
		if !made.IsZero() {
			text = nil
		}
		if kept, err := db.SaveReport(t.Context(), "nix", week.Add(1), made, text); err == nil || kept != nil {
			t.Errorf("%q of %s is kept as %q", text, made, kept)
		}
	}
}

func TestWeeksWithAReportAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	if got, err := db.ReportWeeks(t.Context(), "nix"); err != nil || got == nil || len(got) != 0 {
		t.Errorf("before any: %v, %v", got, err)
	}
	for _, name := range []string{"2026-W09", "2026-W10", "2025-W52", "2027-W01", "2026-W53"} {
		week, err := forks.ParseWeek(name)
		if err == nil {
			_, err = db.SaveReport(t.Context(), "nix", week, noon(), []byte("x"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := db.ReportWeeks(t.Context(), "nix")
	want := []forks.Week{{Year: 2027, Number: 1}, {Year: 2026, Number: 53}, {Year: 2026, Number: 10}, {Year: 2026, Number: 9}, {Year: 2025, Number: 52}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if other, err := db.ReportWeeks(t.Context(), "lix"); len(other) != 0 || err != nil {
		t.Errorf("another fork has %v, %v", other, err)
	}
}

func TestDeliveryReadsBackAsItWasWrittenLast(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	old, week := forks.Week{Year: 2025, Number: 52}, forks.Week{Year: 2026, Number: 1}
	begun := forks.Delivery{Sink: "mail", Part: "b@example.org", Fork: "nix", Week: week, Status: forks.DeliveryBegun, Tries: 1, At: noon()}
	failed := begun
	failed.Status, failed.Tries, failed.NotBefore, failed.Error, failed.Ref = forks.DeliveryFailed, 2, noon().Add(time.Hour), "451 later\xff", "<id@host>"
	failed.At = noon().Add(time.Minute)
	others := []forks.Delivery{
		{Sink: "files", Fork: "nix", Week: week, Status: forks.DeliveryDone, At: noon()},
		{Sink: "mail", Part: "a@example.org", Fork: "nix", Week: week, Status: forks.DeliveryGivenUp, At: noon()},
		{Sink: "mail", Part: "b@example.org", Fork: "nix", Week: old, Status: forks.DeliveryDone, At: noon()},
		{Sink: "mail", Part: "b@example.org", Fork: "lix", Week: week, Status: forks.DeliveryDone, At: noon()},
	}
	for _, d := range []forks.Delivery{begun, others[3], others[2], others[1], others[0], failed} {
		if err := db.SetDelivery(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	got, err := db.Deliveries(t.Context(), "nix")
	if want := []forks.Delivery{others[0], others[1], failed, others[2]}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v, %v\nwant\n%+v", got, err, want)
	}
	// It is of now unless it says when; and what was is written over.
	failed.At, failed.NotBefore, failed.Error, failed.Ref, failed.Tries, failed.Status = time.Time{}, time.Time{}, "", "", 3, forks.DeliveryDone
	if err := db.SetDelivery(t.Context(), failed); err != nil {
		t.Fatal(err)
	}
	failed.At = noon()
	if got, err := db.Deliveries(t.Context(), "nix"); err != nil || !reflect.DeepEqual(got[2], failed) {
		t.Errorf("got\n%+v, %v\nwant\n%+v", got[2], err, failed)
	}
	for _, c := range []struct {
		change func(*forks.Delivery)
		want   string
	}{
		{func(d *forks.Delivery) { d.Status = "lost" }, "CHECK"},
		{func(d *forks.Delivery) { d.Sink = "" }, "no sink"},
		{func(d *forks.Delivery) { d.Fork = "" }, "no fork"},
	} {
		odd := begun
		c.change(&odd)
		if err := db.SetDelivery(t.Context(), odd); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "2026-W01") {
			t.Errorf("%+v: got %v, want %q", odd, err, c.want)
		}
	}
}
