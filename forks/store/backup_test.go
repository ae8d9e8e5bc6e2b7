package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
)

// content gives all rows of all tables.
func content(t *testing.T, path string) []string {
	t.Helper()
	tables := query(t, path, `SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 1 ORDER BY name`)
	db := raw(t, path)
	defer db.Close()
	return dump(t, db, tables)
}

func TestBackupHasTheSameContentAndOpens(t *testing.T) {
	t.Parallel()
	path := withEvents(t, "")
	db := open(t, path)
	if err := db.Index(t.Context(), "nix", "main", hash(1), forks.State{Pass: 1, Patches: []forks.Patch{{ID: "p1"}}}); err != nil {
		t.Fatal(err)
	}
	reader, err := store.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	want := content(t, path)
	dir := filepath.Join(t.TempDir(), "a b?c#d%20&e*")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]*store.Store{"one*.db": db, "two": reader} {
		to := filepath.Join(dir, name)
		if err := from.Backup(t.Context(), to); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(to); err != nil || info.Mode() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
		plain := filepath.Join(t.TempDir(), "plain")
		if err := os.Link(to, plain); err != nil {
			t.Fatal(err)
		}
		if got := content(t, plain); len(got) < 40 || !slices.Equal(got, want) {
			t.Errorf("the copy has %d rows, and not the same as the database with its %d", len(got), len(want))
		}
		if events, err := open(t, to).AllEvents(t.Context(), 100); err != nil || len(events) != 40 {
			t.Errorf("it opens with %d events, %v", len(events), err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", ".*")); err != nil || len(left) != 0 {
		t.Errorf("left are %q, %v", left, err)
	}
}

func TestBackupGoesOnBesideAWriterAndTakesWholeTransactions(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	ctx, stop := context.WithCancel(t.Context())
	wrote := make(chan int, 1)
	began := make(chan struct{})
	go func() {
		n := 0
		for ; ctx.Err() == nil; n++ {
			// An event of a new track is two rows in one transaction.
			if err := db.AddEvent(context.Background(), forks.Event{Fork: "nix", Track: fmt.Sprint(n), Kind: "found"}); err != nil {
				t.Error(err)
				break
			}
			if n == 0 {
				close(began)
			}
		}
		wrote <- n
	}()
	<-began
	to := filepath.Join(t.TempDir(), "copy")
	err := db.Backup(t.Context(), to)
	stop()
	total := <-wrote
	if err != nil {
		t.Fatal(err)
	}
	tracks := query(t, to, `SELECT count(*) FROM tracks`)
	events := query(t, to, `SELECT count(*) FROM events JOIN tracks ON tracks.id = track_id`)
	if !slices.Equal(tracks, events) || tracks[0] == "0" {
		t.Errorf("%v tracks and %v events of %d", tracks, events, total)
	}
}

func TestBackupRefusesAFileThatIsThere(t *testing.T) {
	t.Parallel()
	db, path := newStore(t)
	dir := t.TempDir()
	there, link := filepath.Join(dir, "there"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(there, []byte("mine"), 0o644), os.Symlink("nowhere", link)); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{there, link, path, dir} {
		if err := db.Backup(t.Context(), to); forks.KindOf(err) != forks.NeedsPerson || !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: %v", to, err)
		}
	}
	if got, err := os.ReadFile(there); err != nil || string(got) != "mine" {
		t.Errorf("it has %q, %v", got, err)
	}
	if err := db.Backup(t.Context(), filepath.Join(dir, "no", "copy")); forks.KindOf(err) != forks.NeedsPerson || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a folder: %v", err)
	}
}

func TestBackupThatEndsEarlyLeavesNothing(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	dir := t.TempDir()
	if err := db.Backup(ctx, filepath.Join(dir, "copy")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("left are %v, %v", entries, err)
	}
}
