package store_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
)

// noon is when everything happens in these tests.
func noon() time.Time { return time.Date(2026, 1, 2, 12, 3, 4, 0, time.UTC) }

func open(t *testing.T, path string) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), path, clockwork.NewFakeClockAt(noon()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func newStore(t *testing.T) (*store.Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state", store.FileName)
	fresh(t, path)
	return open(t, path), path
}

// empty is the file of a database that was just made. To make one takes a second under
// the race detector, and most tests need one.
var empty = sync.OnceValues(func() (_ []byte, err error) {
	dir, err := os.MkdirTemp("", "auxsync-store-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, store.FileName)
	db, err := store.Open(context.Background(), path, clockwork.NewFakeClockAt(noon()))
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// fresh puts a database where there is none, as [store.Open] makes it.
func fresh(t testing.TB, path string) {
	t.Helper()
	data, err := empty()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// hash returns an id that differs for each n.
func hash(n byte) forks.Hash { return forks.Hash{0: 0xab, 19: n} }

// raw opens the file itself.
func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// query runs a query on the file itself and gives its one column as text.
func query(t *testing.T, path, text string) []string {
	t.Helper()
	db := raw(t, path)
	defer db.Close()
	rows, err := db.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestNewDatabaseHasEveryTableOfTheDesign(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), store.FileName)
	open(t, path)
	got := query(t, path, `SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 1 ORDER BY name`)
	want := []string{"conflict_files", "conflicts", "decisions", "deliveries", "events", "forge_cache", "forge_waits", "found_branches", "instance", "intents", "ledger",
		"passes", "patch_versions", "patches", "policies", "proposals", "pull_records", "reports", "requests", "resolution_uses", "resolutions",
		"runs", "samples", "tracks"}
	if !slices.Equal(got, want) {
		t.Errorf("strict tables are\n%v\nwant\n%v", got, want)
	}
	if got := query(t, path, `SELECT type FROM pragma_table_info('conflict_files') WHERE name = 'path'`); !slices.Equal(got, []string{"BLOB"}) {
		t.Errorf("paths are %v", got)
	}
	if got := query(t, path, `PRAGMA journal_mode`); !slices.Equal(got, []string{"wal"}) {
		t.Errorf("journal mode is %v", got)
	}
}

func TestOnlyTheOwnerCanReadTheFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state", store.FileName)
	open(t, path)
	for name, want := range map[string]fs.FileMode{filepath.Dir(path): 0o700, path: 0o600, path + "-wal": 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %04o, want %04o", filepath.Base(name), got, want)
		}
	}
}

func TestDatabaseOpensAgainWithItsRows(t *testing.T) {
	t.Parallel()
	db, path := newStore(t)
	if err := db.SetFingerprint(t.Context(), "nix", "main", "abc"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := open(t, path).Fingerprint(t.Context(), "nix", "main")
	if err != nil || got != "abc" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestPathWithSignsThatMeanSomethingInAURL(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b?c#d%20&e", store.FileName)
	open(t, path)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestNewerSchemaIsRefusedAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	db, path := newStore(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	newer := raw(t, path)
	// A run that was cut off, for which a database of this schema would be checked.
	for _, statement := range []string{`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`,
		`INSERT INTO runs (version, pid, started) VALUES ('9', 1, 0)`} {
		if _, err := newer.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := newer.Close(); err != nil {
		t.Fatal(err)
	}
	before := files(t, filepath.Dir(path))
	_, errWrite := store.Open(t.Context(), path, clockwork.NewFakeClock())
	_, aside, errReplace := store.OpenOrReplace(t.Context(), path, clockwork.NewFakeClock())
	_, errRead := store.OpenReadOnly(t.Context(), path)
	for _, err := range []error{errWrite, errReplace, errRead} {
		if forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), "has schema 99, and this auxsync knows "+newest()+"; run the newer auxsync") {
			t.Errorf("got %v", err)
		}
	}
	if after := files(t, filepath.Dir(path)); aside != "" || !slices.Equal(before, after) {
		t.Errorf("moved to %q; files before\n%q\nafter\n%q", aside, before, after)
	}
}

func TestFileThatIsNoDatabaseEndsTheProgramWithTheNextStep(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), store.FileName)
	if err := os.WriteFile(path, []byte(strings.Repeat("this is something else\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, errWrite := store.Open(t.Context(), path, clockwork.NewFakeClock())
	_, errRead := store.OpenReadOnly(t.Context(), path)
	for _, err := range []error{errWrite, errRead} {
		if forks.KindOf(err) != forks.Fatal || !strings.Contains(err.Error(), "; start auxsync again: it moves the file aside") {
			t.Errorf("got %v", err)
		}
	}
}

func TestReadOnlyOpenOfNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), store.FileName)
	if _, err := store.OpenReadOnly(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: got %v", err)
	}
	// As a crash before the first table leaves it.
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.OpenReadOnly(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("empty file: got %v", err)
	}
}

func TestReadOnlyStoreLeavesNothingBehindAndWritesNothing(t *testing.T) {
	t.Parallel()
	db, path := newStore(t)
	if err := db.SetFingerprint(t.Context(), "nix", "main", "abc"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before := files(t, filepath.Dir(path))
	reader, err := store.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := reader.Fingerprint(t.Context(), "nix", "main"); got != "abc" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if err := reader.SetFingerprint(t.Context(), "nix", "main", "x"); err == nil || !strings.Contains(err.Error(), "reading only") {
		t.Errorf("a write gives %v", err)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	if after := files(t, filepath.Dir(path)); !slices.Equal(before, after) {
		t.Errorf("files before\n%q\nafter\n%q", before, after)
	}
}

// files gives name and digest of all files in a folder.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, fmt.Sprintf("%s %x", e.Name(), sha256.Sum256(data)))
	}
	return list
}

func TestReaderSeesWholeTransactionsWhileAnotherWrites(t *testing.T) {
	t.Parallel()
	db, path := newStore(t)
	reader, err := store.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	const passes, rows = 40, 25
	done := make(chan error, 1)
	go func() {
		for pass := 1; pass <= passes; pass++ {
			state := forks.State{Track: "main", Pass: pass}
			for range rows {
				state.Ledger = append(state.Ledger, forks.Row{Patch: "p1", Ahead: forks.Kept, Published: forks.Kept})
			}
			if err := db.Index(context.Background(), "nix", "main", hash(byte(pass)), state); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for finished := false; !finished; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			finished = true
		default:
		}
		list, err := reader.Passes(t.Context(), "nix", "main", 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			continue
		}
		ledger, err := reader.Ledger(t.Context(), "nix", "main", list[0].Number)
		if err != nil {
			t.Fatal(err)
		}
		if len(ledger) != rows {
			t.Fatalf("pass %d has %d rows of %d", list[0].Number, len(ledger), rows)
		}
		if finished && list[0].Number != passes {
			t.Errorf("the last pass is %d, want %d", list[0].Number, passes)
		}
	}
}
