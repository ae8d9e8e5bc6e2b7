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
	"reflect"
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

// firstRows are rows as the first version of auxsync wrote them.
const firstRows = `
INSERT INTO tracks (id, fork, name, state_commit, base, tip, fingerprint, pass, state_at)
  VALUES (1, 'nix', 'main', 'ab00000000000000000000000000000000000009', 'ab00000000000000000000000000000000000002',
    'ab00000000000000000000000000000000000004', 'abc', 1, 1767355384000);
INSERT INTO patches (track_id, id, standing, position, subject, author_name, author_email, first_commit, commit_id, folded, ahead, published)
  VALUES (1, 'p1', 'stack', 0, 'one', '', '', '', '', '[]', '', '');
INSERT INTO passes (id, track_id, number, state_commit, old_base, new_base, old_tip, new_tip, upstream_tip, started, outcome)
  VALUES (1, 1, 1, 'ab00000000000000000000000000000000000009', '', '', '', '', '', 1767355384000, 'published');
INSERT INTO ledger (pass_id, position, patch, subject, author_name, author_email, old_commit, new_commit, ahead, published, by, reason)
  VALUES (1, 0, 'p1', '', '', '', '', '', 'kept', 'kept', '', '');
INSERT INTO intents (track_id, kind, pass, payload, created_at, status, note) VALUES (1, 'push', 0, '{}', 1767355384000, 'open', '');
INSERT INTO events (track_id, pass, at, kind, text) VALUES (1, 0, 1767355384000, 'published', '')`

// ofFirstSchema makes a database of the first schema with rows in it.
func ofFirstSchema(t *testing.T, dir string) (path string) {
	t.Helper()
	path = filepath.Join(dir, store.FileName)
	ofSchema(t, path, "00001", firstRows)
	return path
}

// ofSchema makes a database of an earlier schema with rows in it.
func ofSchema(t *testing.T, path, upTo, rows string) {
	t.Helper()
	if err := store.MakeSchema(t.Context(), path, upTo); err != nil {
		t.Fatal(err)
	}
	db := raw(t, path)
	if _, err := db.Exec(rows); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
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

// inUpgrade gives rows as an upgrade leaves them: no track's next pass is quiet.
func inUpgrade(rows []string) []string {
	rows = slices.Clone(rows)
	rows[0] = strings.Replace(rows[0], " abc ", "  ", 1)
	return rows
}

func versionsOf(t *testing.T, path string) []string {
	t.Helper()
	return query(t, path, `SELECT version_id FROM goose_db_version ORDER BY id`)
}

// newest is the number of the newest schema.
func newest() string {
	list := store.Versions()
	return list[len(list)-1]
}

func TestOlderDatabaseIsUpgradedWithItsContent(t *testing.T) {
	t.Parallel()
	path := ofFirstSchema(t, t.TempDir())
	_, before := shape(t, path)
	if _, err := store.OpenReadOnly(t.Context(), path); forks.KindOf(err) != forks.NeedsPerson ||
		!strings.Contains(err.Error(), "has schema 1, and this auxsync needs "+newest()+"; restart the service") {
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
	if want := inUpgrade(before); !slices.Equal(after, want) {
		t.Errorf("rows are\n%q\nwant\n%q", after, want)
	}
	fresh, freshPath := newStore(t)
	if err := fresh.Close(); err != nil {
		t.Fatal(err)
	}
	if want := query(t, freshPath, `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name`); !slices.Equal(upgraded, want) {
		t.Errorf("the schema is\n%q\nand a new one is\n%q", upgraded, want)
	}
	if got := versionsOf(t, path); !slices.Equal(got, store.Versions()) {
		t.Errorf("versions %v", got)
	}
}

func TestIntentsKeepTheirIDsAndTracksInAnUpgrade(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), store.FileName)
	ofSchema(t, path, "00002", firstRows+`;
		INSERT INTO tracks (id, fork, name) VALUES (2, 'lix', 'main');
		INSERT INTO intents (id, track_id, kind, pass, payload, created_at, status, settled_at, note) VALUES
			(5, 2, 'delete', 3, '[1]', 1767355384000, 'open', NULL, 'n'),
			(9, 1, 'push', 4, '[2]', 1767355384000, 'done', 1767355384001, 'found');
		INSERT INTO requests (track_id, who, verb, args, because, made_at) VALUES (2, 'ada', 'drop', '[]', 'old', 1767355384000)`)
	db := open(t, path)
	got, err := db.OpenIntents(t.Context(), "lix", "main")
	want := []forks.Intent{{ID: 5, Fork: "lix", Track: "main", Kind: "delete", Pass: 3, Payload: json.RawMessage(`[1]`),
		Created: noon(), Status: forks.IntentOpen, Note: "n"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	all := query(t, path, `SELECT format('%d %s/%s %s %s %d', id, fork, track, kind, status, coalesce(settled_at, 0)) FROM intents ORDER BY id`)
	if want := []string{"1 nix/main push open 0", "5 lix/main delete open 0", "9 nix/main push done 1767355384001"}; !slices.Equal(all, want) {
		t.Errorf("got %q, want %q", all, want)
	}
	if id, err := db.OpenIntent(t.Context(), forks.Intent{Fork: "nix", Kind: "edit", Payload: json.RawMessage(`{}`)}); id != 10 || err != nil {
		t.Errorf("the next has id %d, %v", id, err)
	}
	requests, err := db.Requests(t.Context(), "lix", "main")
	if want := []forks.Request{{ID: 1, Fork: "lix", Track: "main", Verb: forks.VerbDrop, Who: "ada", Because: "old", At: noon()}}; err != nil || !reflect.DeepEqual(requests, want) {
		t.Errorf("got %+v, %v; want %+v", requests, err, want)
	}
}

func TestUpgradeThatFailsLeavesTheOldVersion(t *testing.T) {
	t.Parallel()
	path := ofFirstSchema(t, t.TempDir())
	schema, rows := shape(t, path)
	// It fails after all of the newest version and the first half of another.
	files := store.Migrations("99998", fstest.MapFS{"99999_fails.sql": {
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
	files := store.Migrations("99998", fstest.MapFS{"99999_fails.sql": {Data: []byte("-- +goose Up\nINSERT INTO missing VALUES (1);\n")}})
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
	if got := versionsOf(t, path); !slices.Equal(got, store.Versions()) {
		t.Errorf("versions %v", got)
	}
	if _, got := shape(t, path); !slices.Equal(got, inUpgrade(rows)) {
		t.Errorf("rows were\n%q\nand are\n%q", rows, got)
	}
}

// stallInUpgrade never comes to the end of an upgrade.
func stallInUpgrade(dir string) int {
	endless := "-- +goose Up\nCREATE TABLE half (x TEXT);\n" +
		"INSERT INTO half WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'x' FROM n WHERE i < 0;\n"
	_, err := store.OpenWith(context.Background(), filepath.Join(dir, store.FileName), clockwork.NewFakeClock(),
		store.Migrations("99998", fstest.MapFS{"99999_endless.sql": {Data: []byte(endless)}}))
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
	other := open(t, filepath.Join(t.TempDir(), store.FileName))
	if id, err := other.Instance(t.Context()); err != nil || id == first || len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
		t.Errorf("another has %q, %v; the first %q", id, err, first)
	}
}
