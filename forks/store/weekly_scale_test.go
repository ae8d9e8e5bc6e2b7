package store_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
)

// size is how much is on record of one track in twelve weeks.
type size struct{ passes, ledgers, patches, digest int }

// ofSize makes a database as the version before wrote it, with a track that is on record
// from noon on, and upgrades it. Every patch but one in a hundred stays what it is.
func ofSize(t testing.TB, s size) *store.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), store.FileName)
	if err := store.MakeSchema(t.Context(), path, "00003"); err != nil {
		t.Fatal(err)
	}
	id := strings.Repeat("ab", 18)
	each := s.passes / s.ledgers
	file := raw(t, path)
	for _, statement := range []string{`PRAGMA synchronous = OFF`, `BEGIN`,
		`INSERT INTO tracks (id, fork, name, pass) VALUES (1, 'nix', 'main', 1)`,
		fmt.Sprintf(`INSERT INTO patches (track_id, id, standing, position, subject, author_name, author_email, first_commit, commit_id, folded, ahead, published)
			WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			SELECT 1, format('p%%010d', i), 'stack', i, 'a subject of the usual length, about', 'Ada', 'ada@example.org', '%s0000', '%[2]s0000', '[]', 'kept', 'kept' FROM n`,
			s.patches-1, id),
		`INSERT INTO patch_versions (track_id, patch, position, commit_id, pin, proposal, decided_by)
			SELECT 1, id, 0, commit_id, '', '', 'Ada' FROM patches`,
		fmt.Sprintf(`INSERT INTO passes (id, track_id, number, measured, state_commit, old_base, new_base, old_tip, new_tip, upstream_tip, started, seconds, outcome)
			WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			SELECT i + 1, 1, i / %d, 1, CASE WHEN i %% %[2]d = 0 THEN '%[3]s' || format('%%04d', i / %[2]d) END,
				'%[3]s0001', '%[3]s0002', '%[3]s0003', '%[3]s0004', '%[3]s0005', %d + i * %d, 1.5,
				CASE WHEN i %% %[2]d = 0 THEN 'published' ELSE 'quiet' END FROM n`,
			s.passes-1, each, id, noon().UnixMilli(), 12*7*day.Milliseconds()/int64(s.passes)),
		fmt.Sprintf(`INSERT INTO ledger (pass_id, position, patch, subject, author_name, author_email, old_commit, new_commit, ahead, published, by, reason)
			SELECT passes.id, position, patches.id, subject, author_name, author_email, commit_id, commit_id, 'kept',
				CASE WHEN position %% 100 = number %% 100 THEN 'adapted' ELSE 'kept' END, '', ''
			FROM passes JOIN patches WHERE state_commit IS NOT NULL ORDER BY passes.id, position`), `COMMIT`} {
		if _, err := file.Exec(statement); err != nil {
			t.Fatalf("%v: %s", err, statement)
		}
	}
	began := time.Now()
	db, err := store.Open(t.Context(), path, clockwork.NewFakeClockAt(noon()))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the upgrade took %s", time.Since(began).Round(time.Millisecond))
	t.Cleanup(func() { _ = db.Close() })
	text, err := json.Marshal(forks.Digest{Changed: []forks.PatchChange{{Diff: strings.Repeat("+ a line of a difference\n", s.digest/26)}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Exec(`UPDATE passes SET digest = ? WHERE state_commit IS NOT NULL`, string(text)); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return db
}

func BenchmarkTwelveWeeksOfAHundredThousandPasses(b *testing.B) {
	s := size{passes: 100_000, ledgers: 500, patches: 2_000, digest: 20_000}
	db := ofSize(b, s)
	from, to := noon(), noon().Add(12*7*day)
	var peak uint64
	for b.Loop() {
		w, err := db.WeeklyRows(b.Context(), "nix", from, to)
		if err != nil || len(w.Tracks) != 1 || len(w.Tracks[0].Stack) != s.patches {
			b.Fatal(len(w.Tracks), err)
		}
		n := 0
		for _, err := range db.PassRows(b.Context(), "nix", "main", from, to) {
			if err != nil {
				b.Fatal(err)
			}
			if n++; n%20_000 == 0 {
				b.StopTimer()
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
				b.StartTimer()
			}
		}
		if n != s.passes {
			b.Fatalf("%d passes", n)
		}
		b.ReportMetric(float64(len(w.Tracks[0].Turns)), "turns")
	}
	b.ReportMetric(float64(peak)/(1<<20), "MiB-live")
}
