package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"golang.org/x/sys/unix"

	"github.com/auxolotl/auxsync/forks"
)

func TestFullDiskIsForLaterAndLosesNothing(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), FileName), clockwork.NewFakeClock())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.AddEvent(t.Context(), forks.Event{Kind: "before"}); err != nil {
		t.Fatal(err)
	}
	// SQLite reports a full disk and a full file in the same way.
	if _, err := db.write.Exec(`PRAGMA max_page_count = 1`); err != nil {
		t.Fatal(err)
	}
	err = db.AddEvent(t.Context(), forks.Event{Kind: "large", Text: strings.Repeat("x", 1<<20)})
	if forks.KindOf(err) != forks.Retry || !strings.Contains(err.Error(), "free some space") {
		t.Errorf("got %v", err)
	}
	if events, err := db.Events(t.Context(), "", "", 10); err != nil || len(events) != 1 || events[0].Kind != "before" {
		t.Errorf("left are %+v, %v", events, err)
	}
}

func TestWriterThatHasToWaitTooLongIsToldToTryAgain(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), FileName), clockwork.NewFakeClock())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.patience = time.Millisecond
	err = db.inTx(t.Context(), "hold", func(*sql.Tx) error {
		err := db.AddEvent(t.Context(), forks.Event{Kind: "second"})
		if forks.KindOf(err) != forks.Retry || !strings.Contains(err.Error(), "another write to it has taken more than 1ms") {
			t.Errorf("got %v", err)
		}
		ended, stop := context.WithCancel(t.Context())
		stop()
		if err := db.AddEvent(ended, forks.Event{}); !errors.Is(err, context.Canceled) {
			t.Errorf("a request that ends meanwhile gets %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.AddEvent(t.Context(), forks.Event{Kind: "third"}); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func TestFileThatBecameReadOnlyNeedsAPerson(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), FileName), clockwork.NewFakeClock())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.write.Exec(`PRAGMA query_only = 1`); err != nil {
		t.Fatal(err)
	}
	err = db.AddEvent(t.Context(), forks.Event{})
	if forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), "; check that the file and its folder are there and writable") {
		t.Errorf("got %v", err)
	}
}

func TestKindOfAFileError(t *testing.T) {
	t.Parallel()
	for cause, want := range map[unix.Errno]forks.Kind{unix.ENOSPC: forks.Retry, unix.EDQUOT: forks.Retry,
		unix.EACCES: forks.NeedsPerson, unix.EROFS: forks.NeedsPerson, unix.EIO: forks.Fatal} {
		if got := forks.KindOf(withKind(fmt.Errorf("make x: %w", cause))); got != want {
			t.Errorf("%v: got %v, want %v", cause, got, want)
		}
	}
}
