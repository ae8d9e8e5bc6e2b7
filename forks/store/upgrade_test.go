package store_test

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
)

// thirdRows are rows as the third version of the schema had them, of two passes and a
// run between them.
const thirdRows = rowsOfTwoTracks + `;
INSERT INTO passes (id, track_id, number, state_commit, old_base, new_base, old_tip, new_tip, upstream_tip, started, outcome) VALUES
  (2, 1, 1, NULL, '', '', '', '', '', 1767355385000, 'quiet'),
  (3, 1, 2, 'ab00000000000000000000000000000000000008', '', '', '', '', '', 1767355386000, 'published'),
  (4, 2, 1, 'ab00000000000000000000000000000000000001', '', '', '', '', '', 1767355387000, 'published');
INSERT INTO ledger (pass_id, position, patch, subject, author_name, author_email, old_commit, new_commit, ahead, published, by, reason) VALUES
  (3, 0, 'p1', 'one', '', '', '', '', 'kept', 'kept', '', ''),
  (3, 1, 'p2', 'two', '', '', '', '', 'kept', 'adapted', '', 'r'),
  (3, 2, 'p3', 'three', '', '', '', '', 'kept', 'parked', 'ada', ''),
  (4, 0, 'p2', 'two', '', '', '', '', 'kept', 'kept', '', '');
INSERT INTO sink_state (sink, key, value, at) VALUES ('x', 'y', 'z', 1)`

// rowsOfTwoTracks are two tracks, and a pass of one of them.
const rowsOfTwoTracks = `
INSERT INTO tracks (id, fork, name, state_commit, fingerprint, pass, hold_commit, hold_reason) VALUES
  (1, 'nix', 'main', 'ab00000000000000000000000000000000000008', 'abc', 2, 'ab00000000000000000000000000000000000007', 'waits'),
  (2, 'nix', 'next', 'ab00000000000000000000000000000000000001', 'def', 1, '', '');
INSERT INTO passes (id, track_id, number, state_commit, old_base, new_base, old_tip, new_tip, upstream_tip, started, outcome)
  VALUES (1, 1, 1, 'ab00000000000000000000000000000000000009', '', '', '', '', '', 1767355384000, 'published');
INSERT INTO ledger (pass_id, position, patch, subject, author_name, author_email, old_commit, new_commit, ahead, published, by, reason) VALUES
  (1, 0, 'p1', 'one', '', '', '', '', 'kept', 'kept', '', ''),
  (1, 1, 'p2', 'two', '', '', '', '', 'kept', 'kept', '', '')`

func ofThirdSchema(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), store.FileName)
	ofSchema(t, path, "00003", thirdRows)
	return path
}

func TestLedgersOfBeforeTellTheirTurnsAfterAnUpgrade(t *testing.T) {
	t.Parallel()
	db := open(t, ofThirdSchema(t))
	week := func() []forks.TrackRows {
		t.Helper()
		w, err := db.WeeklyRows(t.Context(), "nix", noon(), noon().Add(day))
		if err != nil || len(w.Tracks) != 2 {
			t.Fatal(w.Tracks, err)
		}
		return w.Tracks
	}
	row := func(id forks.PatchID, subject string, published forks.Outcome, by, reason string) forks.Row {
		return forks.Row{Patch: id, Subject: subject, Ahead: forks.Kept, Published: published, By: by, Reason: reason}
	}
	second := noon().Add(2 * time.Second)
	want := []forks.Turn{{Pass: 1, At: noon(), Row: row("p1", "one", forks.Kept, "", "")}, {Pass: 1, At: noon(), Row: row("p2", "two", forks.Kept, "", "")},
		{Pass: 2, At: second, Row: row("p2", "two", forks.Adapted, "", "r"), Was: forks.Kept},
		{Pass: 2, At: second, Row: row("p3", "three", forks.Parked, "ada", "")}}
	if got := week()[0].Turns; !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	other := []forks.Turn{{Pass: 1, At: noon().Add(3 * time.Second), Row: row("p2", "two", forks.Kept, "", "")}}
	if got := week()[1].Turns; !reflect.DeepEqual(got, other) {
		t.Errorf("got\n%+v\nwant\n%+v", got, other)
	}
	// What comes next goes on from there.
	state := forks.State{Pass: 3, At: noon().Add(time.Minute), Ledger: []forks.Row{row("p2", "two", forks.Adapted, "", ""), row("p1", "one", forks.Parked, "", "")}}
	if err := db.Index(t.Context(), "nix", "main", hash(7), state); err != nil {
		t.Fatal(err)
	}
	want = append(want, forks.Turn{Pass: 3, At: state.At, Row: state.Ledger[1], Was: forks.Kept})
	if got := week()[0].Turns; !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestNewestStateIsIndexedAgainAfterAnUpgradeThatTellsMoreOfIt(t *testing.T) {
	t.Parallel()
	db := open(t, ofThirdSchema(t))
	known := func(commit forks.Hash) bool {
		t.Helper()
		found, err := db.Indexed(t.Context(), "nix", "main", commit)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if newest, err := db.Newest(t.Context(), "nix", "main"); newest != hash(8) || err != nil || known(hash(8)) || !known(hash(9)) {
		t.Errorf("newest is %s, %v; known %v, the one before %v", newest, err, known(hash(8)), known(hash(9)))
	}
	// Its next pass is not quiet, so that it comes to that.
	if fp, err := db.Fingerprint(t.Context(), "nix", "main"); fp != "" || err != nil {
		t.Errorf("fingerprint %q, %v", fp, err)
	}
	state := forks.State{Pass: 2, At: noon(), Hold: &forks.Hold{Commit: hash(7), Reason: "waits", Until: noon().Add(day)},
		Decisions: []forks.Decision{{Patch: "p3", Question: "what of it?", Asked: noon()}}}
	for range 2 {
		if err := db.Index(t.Context(), "nix", "main", hash(8), state); err != nil {
			t.Fatal(err)
		}
	}
	w, err := db.WeeklyRows(t.Context(), "nix", noon(), noon().Add(day))
	if err != nil || !known(hash(8)) || !slices.Equal(w.Tracks[0].Decisions, state.Decisions) || *w.Tracks[0].Hold != *state.Hold {
		t.Errorf("known %v; got %+v, %v", known(hash(8)), w.Tracks[0], err)
	}
	passes, err := db.Passes(t.Context(), "nix", "main", 10)
	if err != nil || len(passes) != 3 {
		t.Errorf("passes are %+v, %v", passes, err)
	}
}

func TestUpgradeFromTheThirdVersionThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	path := ofThirdSchema(t)
	before := func() []string {
		return append(query(t, path, `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name`),
			query(t, path, `SELECT fingerprint FROM tracks UNION ALL SELECT value FROM sink_state UNION ALL SELECT pass_id || patch || published FROM ledger`)...)
	}
	want := before()
	files := store.Migrations("99998", fstest.MapFS{"99999_fails.sql": {Data: []byte("-- +goose Up\nINSERT INTO missing VALUES (1);\n")}})
	if _, err := store.OpenWith(t.Context(), path, clockwork.NewFakeClock(), files); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Fatalf("got %v", err)
	}
	if got := before(); !slices.Equal(got, want) {
		t.Errorf("it is\n%q\nand was\n%q", got, want)
	}
	if got := versionsOf(t, path); !slices.Equal(got, []string{"0", "1", "2", "3"}) {
		t.Errorf("versions %v", got)
	}
	open(t, path) // and the upgrade that works still does
	if got := versionsOf(t, path); !slices.Equal(got, store.Versions()) {
		t.Errorf("versions %v", got)
	}
	if got := query(t, path, `SELECT name FROM sqlite_schema WHERE name = 'sink_state'`); len(got) != 0 {
		t.Errorf("it still has %v", got)
	}
}
