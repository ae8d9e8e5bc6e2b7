package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jonboulle/clockwork"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
)

// ofFirstSchema makes a database of the first schema with rows in it.
func ofFirstSchema(t *testing.T, dir string) (path string) {
	t.Helper()
	path = filepath.Join(dir, store.FileName)
	db, err := store.OpenFirstSchema(t.Context(), path, clockwork.NewFakeClockAt(noon()))
	if err != nil {
		t.Fatal(err)
	}
	state := forks.State{Pass: 1, Base: hash(2), Tip: hash(4), At: noon(),
		Patches: []forks.Patch{{ID: "p1", Subject: "one"}},
		Ledger:  []forks.Row{{Patch: "p1", Ahead: forks.Kept, Published: forks.Kept}}}
	_, errIntent := db.OpenIntent(t.Context(), forks.Intent{Fork: "nix", Track: "main", Kind: "push", Payload: json.RawMessage(`{}`)})
	err = errors.Join(errIntent,
		db.Index(t.Context(), "nix", "main", hash(9), state),
		db.AddEvent(t.Context(), forks.Event{Fork: "nix", Track: "main", Kind: "published"}),
		db.SetFingerprint(t.Context(), "nix", "main", "abc"),
		db.Close())
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// shape gives the schema of a database, and the rows of what the first one had.
func shape(t *testing.T, path string) (schema, rows []string) {
	t.Helper()
	schema = query(t, path, `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name`)
	for _, q := range []string{
		`SELECT format('%s %s %s %s %s %d', fork, name, state_commit, base, fingerprint, pass) FROM tracks`,
		`SELECT format('%d %s %s', track_id, id, subject) FROM patches`,
		`SELECT format('%d %d %s %s', id, number, state_commit, outcome) FROM passes`,
		`SELECT format('%d %s %s', pass_id, patch, published) FROM ledger`,
		`SELECT format('%d %s %s %d', id, kind, status, created_at) FROM intents`,
		`SELECT format('%d %s %d', id, kind, at) FROM events`,
	} {
		found := query(t, path, q)
		if len(found) != 1 {
			t.Fatalf("%s gives %d rows", q, len(found))
		}
		rows = append(rows, found...)
	}
	return schema, rows
}

func versionsOf(t *testing.T, path string) []string {
	t.Helper()
	return query(t, path, `SELECT version_id FROM goose_db_version ORDER BY id`)
}

func TestOlderDatabaseIsUpgradedWithItsContent(t *testing.T) {
	t.Parallel()
	path := ofFirstSchema(t, t.TempDir())
	_, before := shape(t, path)
	if _, err := store.OpenReadOnly(t.Context(), path); forks.KindOf(err) != forks.NeedsPerson ||
		!strings.Contains(err.Error(), "has schema 1, and this auxsync needs 2; restart the service") {
		t.Errorf("a reader is told %v", err)
	}
	db := open(t, path)
	if h, err := db.Health(t.Context(), "nix", "main"); err != nil || h != (forks.Health{}) {
		t.Errorf("health %+v, %v", h, err)
	}
	if id, err := db.Instance(t.Context()); err != nil || len(id) != 32 {
		t.Errorf("instance %q, %v", id, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	upgraded, after := shape(t, path)
	if !slices.Equal(before, after) {
		t.Errorf("rows were\n%q\nand are\n%q", before, after)
	}
	fresh, freshPath := newStore(t)
	if err := fresh.Close(); err != nil {
		t.Fatal(err)
	}
	if want := query(t, freshPath, `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name`); !slices.Equal(upgraded, want) {
		t.Errorf("the schema is\n%q\nand a new one is\n%q", upgraded, want)
	}
	if got := versionsOf(t, path); !slices.Equal(got, []string{"0", "1", "2"}) {
		t.Errorf("versions %v", got)
	}
}

func TestUpgradeThatFailsLeavesTheOldVersion(t *testing.T) {
	t.Parallel()
	path := ofFirstSchema(t, t.TempDir())
	schema, rows := shape(t, path)
	// It fails after all of version 2 and the first half of 3.
	files := store.Migrations("00002", fstest.MapFS{"00003_fails.sql": {
		Data: []byte("-- +goose Up\nCREATE TABLE half (x TEXT);\nINSERT INTO missing VALUES (1);\n")}})
	_, err := store.OpenWith(t.Context(), path, clockwork.NewFakeClock(), files)
	if err == nil || !strings.Contains(err.Error(), "upgrade database "+path) || !strings.Contains(err.Error(), "missing") {
		t.Fatalf("got %v", err)
	}
	gotSchema, gotRows := shape(t, path)
	if !slices.Equal(gotSchema, schema) || !slices.Equal(gotRows, rows) {
		t.Errorf("it is\n%q\n%q\nand was\n%q\n%q", gotSchema, gotRows, schema, rows)
	}
	open(t, path) // and the upgrade that works still does
}

func TestNewDatabaseThatFailsHasNoTable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), store.FileName)
	files := store.Migrations("00002", fstest.MapFS{"00003_fails.sql": {Data: []byte("-- +goose Up\nINSERT INTO missing VALUES (1);\n")}})
	if _, err := store.OpenWith(t.Context(), path, clockwork.NewFakeClock(), files); err == nil {
		t.Fatal("it works")
	}
	if got := query(t, path, `SELECT name FROM sqlite_schema`); len(got) != 0 {
		t.Errorf("it has %v", got)
	}
}

// upgrade opens a database, once its input ends.
func upgrade(dir string) int {
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	db, err := store.Open(context.Background(), filepath.Join(dir, store.FileName), clockwork.NewFakeClock())
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("upgraded", db.Close())
	return 0
}

func TestProcessesThatUpgradeAtOnceAllSucceed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := ofFirstSchema(t, dir)
	_, rows := shape(t, path)
	var others []*process
	for range 3 {
		other := start(t, "upgrade", dir)
		if got := other.line(t); got != "ready" {
			t.Fatal(got)
		}
		others = append(others, other)
	}
	for _, other := range others {
		if err := other.stdin.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, other := range others {
		if got := other.line(t); got != "upgraded <nil>" {
			t.Error(got)
		}
	}
	if got := versionsOf(t, path); !slices.Equal(got, []string{"0", "1", "2"}) {
		t.Errorf("versions %v", got)
	}
	if _, got := shape(t, path); !slices.Equal(got, rows) {
		t.Errorf("rows were\n%q\nand are\n%q", rows, got)
	}
}

// stallInUpgrade never comes to the end of an upgrade.
func stallInUpgrade(dir string) int {
	endless := "-- +goose Up\nCREATE TABLE half (x TEXT);\n" +
		"INSERT INTO half WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'x' FROM n WHERE i < 0;\n"
	_, err := store.OpenWith(context.Background(), filepath.Join(dir, store.FileName), clockwork.NewFakeClock(),
		store.Migrations("00002", fstest.MapFS{"00003_endless.sql": {Data: []byte(endless)}}))
	fmt.Println(err)
	return 1
}

func TestKillInTheMiddleOfAnUpgradeLeavesTheOldVersion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := ofFirstSchema(t, dir)
	schema, rows := shape(t, path)
	other := start(t, "stall", dir)
	// It never gives up the writer's place, once it has it.
	probe := raw(t, path)
	if _, err := probe.Exec(`PRAGMA busy_timeout = 0`); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); !isBusy(probe); {
		if time.Now().After(deadline) {
			t.Fatal("the upgrade does not begin")
		}
	}
	if err := probe.Close(); err != nil {
		t.Fatal(err)
	}
	if err := other.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.cmd.Wait()
	gotSchema, gotRows := shape(t, path)
	if !slices.Equal(gotSchema, schema) || !slices.Equal(gotRows, rows) {
		t.Errorf("it is\n%q\n%q\nand was\n%q\n%q", gotSchema, gotRows, schema, rows)
	}
	open(t, path)
}

// isBusy reports whether another process writes.
func isBusy(db *sql.DB) bool {
	_, err := db.Exec(`BEGIN IMMEDIATE; ROLLBACK`)
	var cause *sqlite.Error
	return errors.As(err, &cause) && cause.Code()&0xff == sqlite3.SQLITE_BUSY
}

func TestInstanceIsMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	db, path := newStore(t)
	first, err := db.Instance(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if again, err := open(t, path).Instance(t.Context()); err != nil || again != first {
		t.Errorf("got %q, %v; it was %q", again, err, first)
	}
	other, _ := newStore(t)
	if id, err := other.Instance(t.Context()); err != nil || id == first || len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
		t.Errorf("another has %q, %v; the first %q", id, err, first)
	}
}
