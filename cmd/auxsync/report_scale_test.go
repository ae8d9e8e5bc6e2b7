package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// onRecord is how much is on record of the track of one fork, in twelve weeks.
type onRecord struct{ passes, published, patches int }

// largest is what the issue of the report asks for.
var largest = onRecord{passes: 100_000, published: 500, patches: 2_000}

// filled is a session over a database with that on record, and the last of its weeks.
func filled(t testing.TB, h onRecord) (*session, forks.Week) {
	t.Helper()
	week := forks.Week{Year: 2026, Number: 47}
	dir := t.TempDir()
	cfg := reportConfig(t, dir, "127.0.0.1:25")
	if err := os.MkdirAll(cfg.StateDir, 0o755); err != nil {
		t.Fatal(err)
	}
	path, clock := filepath.Join(cfg.StateDir, store.FileName), clockwork.NewFakeClockAt(week.End(time.UTC).Add(2*time.Hour))
	db, err := store.Open(t.Context(), path, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	fill(t, path, h, weekly.Reach(week, time.UTC), week.End(time.UTC))
	s := &session{app: &app{env: os.Getenv}, config: cfg, clock: clock, log: zap.NewNop(), store: db, catalog: newCatalog(cfg, nil, db)}
	s.forges = newForges(s)
	return s, week
}

// fill writes the rows by which the store would have them.
func fill(t testing.TB, path string, h onRecord, from, to time.Time) {
	t.Helper()
	file, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	file.SetMaxOpenConns(1)
	id := strings.Repeat("ab", 18)
	digest := fmt.Sprintf(`{"lacks":3,"lacks_since":"2026-09-01T00:00:00Z","changed":[{"patch":"p0000000001","old":"%[1]s0001","new":"%[1]s0002","diff":%[2]q}],
		"taken":{"commits":40,"cared":9,"authors":["00aa11bb22","11aa11bb22"],"areas":[%[3]s]}}`, id, strings.Repeat("+ a line of a difference\n", 200), areas(1000))
	each := h.passes / h.published
	for _, statement := range []string{`PRAGMA synchronous = OFF`, `BEGIN`,
		fmt.Sprintf(`INSERT INTO tracks (id, fork, name, branch, follow, upstream, adopted_at, base, tip, upstream_tip, pass, condition)
			VALUES (1, 'nix', 'main', 'main', 'master', 'https://example.org/up/nix', %d, '%s0001', '%[2]s0003', '%[2]s0005', 1, 'following')`, from.UnixMilli(), id),
		fmt.Sprintf(`INSERT INTO patches (track_id, id, standing, position, subject, author_name, author_email, first_commit, commit_id, folded, ahead, published)
			WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			SELECT 1, format('p%%010d', i), 'stack', i, 'a subject of the usual length, about', 'Ada', 'ada@example.org', '%s0000', '%[2]s0000', '[]', 'kept', 'kept' FROM n`, h.patches-1, id),
		fmt.Sprintf(`INSERT INTO passes (id, track_id, number, measured, state_commit, old_base, new_base, old_tip, new_tip, upstream_tip, started, seconds, outcome, digest)
			WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			SELECT i + 1, 1, i / %[5]d, 1, CASE WHEN i %% %[5]d = 0 THEN '%[2]s' || format('%%04x', i / %[5]d) END,
				'%[2]s0001', '%[2]s0002', '%[2]s0003', '%[2]s0004', '%[2]s0005', %[3]d + i * %[4]d, 1.5,
				CASE WHEN i %% %[5]d = 0 THEN 'published' ELSE 'quiet' END, CASE WHEN i %% %[5]d = 0 THEN ? END FROM n`,
			h.passes-1, id, from.UnixMilli(), to.Sub(from).Milliseconds()/int64(h.passes), each),
		`INSERT INTO ledger (pass_id, position, patch, subject, author_name, author_email, old_commit, new_commit, ahead, published, by, reason, was)
			SELECT passes.id, position, patches.id, subject, author_name, author_email, commit_id, commit_id, 'kept', 'adapted', '', '', 'kept'
			FROM passes JOIN patches ON position % 100 = number % 100 WHERE state_commit IS NOT NULL ORDER BY passes.id, position`, `COMMIT`} {
		var args []any
		if strings.Contains(statement, "?") {
			args = append(args, digest)
		}
		if _, err := file.Exec(statement, args...); err != nil {
			t.Fatalf("%v: %.300s", err, statement)
		}
	}
}

func areas(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"path":"pkgs/by-name/%02d/p%04d","commits":%d}`, i%100, i, 1+i%7))
	}
	return strings.Join(list, ",")
}

// wholeReport makes a report and all its forms, and returns how large they are.
func wholeReport(t testing.TB, s *session, week forks.Week) (size int) {
	t.Helper()
	r, err := s.makeReport(t.Context(), "nix", week)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Tracks) != 1 || r.Tracks[0].Passes.All == 0 {
		t.Fatalf("it tells of no passes: %+v", r.Tracks)
	}
	for _, format := range []string{formatMarkdown, formatHTML, formatJSON} {
		text, err := formatted(r, format)
		if err != nil {
			t.Fatal(err)
		}
		size += len(text)
	}
	return size
}

// peak watches the heap while something is done, and returns by how many bytes what was in
// use grew at most. What is not needed any more counts until it is collected.
func peak(do func()) uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	read := func() uint64 { metrics.Read(sample); return sample[0].Value.Uint64() }
	runtime.GC()
	before := read()
	var most atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				most.Store(max(most.Load(), read()))
				runtime.Gosched()
			}
		}
	}()
	do()
	close(stop)
	<-stopped
	return max(most.Load(), before) - before
}

// The heap is everybody's: this test runs alone.
func TestAReportTakesNoMoreMemoryForMorePasses(t *testing.T) {
	if raced {
		t.Skip("under the race detector the heap is another one")
	}
	s, week := filled(t, onRecord{passes: 20_000, published: 1_000, patches: 200})
	const most = 40 << 20 // together the digests alone are more than twice as much
	if got := peak(func() { wholeReport(t, s, week) }); got > most {
		t.Errorf("it takes %d MiB, want %d at most", got>>20, most>>20)
	}
}

func BenchmarkReportOfAHundredThousandPasses(b *testing.B) {
	s, week := filled(b, largest)
	b.ResetTimer()
	size := 0
	for b.Loop() {
		size = wholeReport(b, s, week)
	}
	b.StopTimer()
	b.ReportMetric(float64(size)/(1<<10), "KiB-of-report")
	b.ReportMetric(float64(peak(func() { wholeReport(b, s, week) }))/(1<<20), "MiB-peak")
}
