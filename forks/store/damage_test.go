package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
)

// withEvents makes a database of many pages, whose only run ended as told: "" for
// not at all.
func withEvents(t *testing.T, how string) (path string) {
	t.Helper()
	db, path := newStore(t)
	run, _, err := db.BeginRun(t.Context(), "1.0", 12)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		if err := db.AddEvent(t.Context(), forks.Event{Kind: fmt.Sprint(i), Text: strings.Repeat("x", 3900)}); err != nil {
			t.Fatal(err)
		}
	}
	if how != "" {
		if err := db.EndRun(t.Context(), run, how); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// scribble overwrites the inside of a file.
func scribble(t *testing.T, path string, offset int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(bytes.Repeat([]byte{0xff}, 4096), offset)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// inEvents is where withEvents has nothing but events.
const inEvents = 80 * 4096

func TestDamagedDatabaseIsMovedAsideAndMadeAnew(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(*testing.T, string){
		"something else": func(t *testing.T, path string) {
			if err := os.WriteFile(path, bytes.Repeat([]byte("not a database\n"), 500), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"cut short": func(t *testing.T, path string) {
			if err := os.Truncate(path, inEvents); err != nil {
				t.Fatal(err)
			}
		},
		"schema overwritten": func(t *testing.T, path string) { scribble(t, path, 200) },
		"page overwritten":   func(t *testing.T, path string) { scribble(t, path, inEvents) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := withEvents(t, "")
			harm(t, path)
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			db, aside, err := store.OpenOrReplace(t.Context(), path, clockwork.NewFakeClockAt(noon()))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if aside != path+".damaged-20260102T120304Z" {
				t.Errorf("it is at %q", aside)
			}
			if got, err := os.ReadFile(aside); err != nil || !bytes.Equal(got, want) {
				t.Errorf("what was moved is not what was there: %v", err)
			}
			if events, err := db.AllEvents(t.Context(), 10); err != nil || len(events) != 0 {
				t.Errorf("the new one has %v, %v", events, err)
			}
			if err := db.Index(t.Context(), "nix", "main", hash(1), forks.State{Pass: 1}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWholeFileIsCheckedOnlyAfterARunThatWasCutOff(t *testing.T) {
	t.Parallel()
	path := withEvents(t, "SIGTERM")
	scribble(t, path, inEvents)
	db, aside, err := store.OpenOrReplace(t.Context(), path, clockwork.NewFakeClockAt(noon()))
	if err != nil || aside != "" {
		t.Fatalf("moved to %q, %v", aside, err)
	}
	// The run that meets the damage does not end properly, whatever it says.
	run, _, err := db.BeginRun(t.Context(), "1.0", 13)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.AllEvents(t.Context(), 1000)
	if forks.KindOf(err) != forks.Fatal || !strings.Contains(err.Error(), "start auxsync again") {
		t.Errorf("the damage reads %v", err)
	}
	if err := errors.Join(db.EndRun(t.Context(), run, "SIGTERM"), db.Close()); err != nil {
		t.Error(err)
	}
	db, aside, err = store.OpenOrReplace(t.Context(), path, clockwork.NewFakeClockAt(noon()))
	if err != nil || aside == "" {
		t.Fatalf("moved to %q, %v", aside, err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestSoundDatabaseStaysAfterARunThatWasCutOff(t *testing.T) {
	t.Parallel()
	path := withEvents(t, "")
	db, aside, err := store.OpenOrReplace(t.Context(), path, clockwork.NewFakeClock())
	if err != nil || aside != "" {
		t.Fatalf("moved to %q, %v", aside, err)
	}
	defer db.Close()
	if events, err := db.AllEvents(t.Context(), 100); err != nil || len(events) != 40 {
		t.Errorf("it has %d events, %v", len(events), err)
	}
}

func TestWhoStillReadsADamagedDatabaseKeepsItAndHarmsNotTheNewOne(t *testing.T) {
	t.Parallel()
	path := withEvents(t, "")
	scribble(t, path, inEvents)
	reader, err := store.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	clock := clockwork.NewFakeClockAt(noon())
	db, aside, err := store.OpenOrReplace(t.Context(), path, clock)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.AddEvent(t.Context(), forks.Event{Kind: "new"}); err != nil {
		t.Fatal(err)
	}
	want := []string{"", "-shm", "-wal"}
	for _, part := range want {
		want = append(want, strings.TrimPrefix(aside, path)+part)
	}
	slices.Sort(want)
	if got := names(t, path); !slices.Equal(got, want) {
		t.Errorf("files are\n%q\nwant\n%q", got, want)
	}
	if events, err := reader.AllEvents(t.Context(), 1); err != nil || events[0].Kind != "39" {
		t.Errorf("the reader has %v, %v", events, err)
	}
	if err := errors.Join(reader.Close(), db.AddEvent(t.Context(), forks.Event{Kind: "newer"}), db.Close()); err != nil {
		t.Fatal(err)
	}
	if events, err := open(t, path).AllEvents(t.Context(), 10); err != nil || len(events) != 2 {
		t.Errorf("the new one has %v, %v", events, err)
	}
}

// names gives what the names of the files beside a database have more than its own.
func names(t *testing.T, path string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, strings.TrimPrefix(e.Name(), store.FileName))
	}
	return list
}

func TestSecondDamagedDatabaseGetsANameOfItsOwn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), store.FileName)
	for range 3 {
		if err := os.WriteFile(path, bytes.Repeat([]byte("not a database\n"), 500), 0o600); err != nil {
			t.Fatal(err)
		}
		db, _, err := store.OpenOrReplace(t.Context(), path, clockwork.NewFakeClockAt(noon()))
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	stamp := ".damaged-20260102T120304Z"
	if got, want := names(t, path), []string{"", stamp, stamp + "-2", stamp + "-3"}; !slices.Equal(got, want) {
		t.Errorf("files are\n%q\nwant\n%q", got, want)
	}
}

func TestWhatIsNoDamageIsNotMoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, store.FileName), 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, store.FileName), filepath.Join(file, store.FileName)} {
		_, aside, err := store.OpenOrReplace(t.Context(), path, clockwork.NewFakeClock())
		if err == nil || aside != "" {
			t.Errorf("%s: moved to %q, %v", path, aside, err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("files are %v, %v", entries, err)
	}
}

func TestLockedDatabaseIsNotMoved(t *testing.T) {
	t.Parallel()
	path := withEvents(t, "")
	other := raw(t, path)
	if _, err := other.Exec(`BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	_, err := store.OpenHasty(t.Context(), path, clockwork.NewFakeClock(), time.Millisecond)
	if forks.KindOf(err) != forks.Retry || store.IsDamage(err) {
		t.Errorf("got %v", err)
	}
}
