package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
)

// rowsOf reads all of a loop over passes.
func rowsOf(t *testing.T, db *store.Store, from, to time.Time) (list []forks.PassRecord) {
	t.Helper()
	for p, err := range db.PassRows(t.Context(), "nix", "main", from, to) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

// someDigest says as much as a digest can.
func someDigest() *forks.Digest {
	commit := forks.UpstreamCommit{Commit: hash(30), Subject: "fix CVE-2026-1", Author: forks.Person{Name: "Grace"}, At: noon()}
	return &forks.Digest{LacksSince: noon(), Lacks: 3,
		Taken: &forks.Taken{Commits: 9, Authors: []string{"ab"}, Areas: []forks.Area{{Path: "pkgs/jq", Commits: 2, Cared: true}}, MoreAreas: 1,
			Cared: 2, BySIG: map[string]int{"core": 2}, Security: []forks.UpstreamCommit{commit}, MoreSecurity: 1},
		Security: []forks.UpstreamCommit{commit}, MoreSecurity: 2,
		Changed:     []forks.PatchChange{{Patch: "p1", Old: hash(1), New: hash(2), Diff: "\x1b[31m-a\n+b", Shortened: true}},
		MoreChanged: 4, Divergence: &forks.Divergence{Files: 1, Added: 2, Removed: 3}}
}

func TestDigestReadsBackAsItWasFoundOut(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	if err := db.Index(t.Context(), "nix", "main", hash(9), forks.State{Pass: 1, At: noon()}); err != nil {
		t.Fatal(err)
	}
	ofState, alone, none := measured(1), measured(2), measured(3)
	ofState.Digest, alone.Digest = someDigest(), &forks.Digest{}
	for _, p := range []forks.PassRecord{ofState, alone, none} {
		if _, err := db.RecordPass(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	ofState.StateCommit = hash(9)
	if got, want := rowsOf(t, db, noon(), noon().Add(time.Second)), []forks.PassRecord{ofState, alone, none}; !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestPassRowsBeginWithWhatWasKnownBefore(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	record := func(number, second int, digest *forks.Digest) {
		t.Helper()
		p := forks.PassRecord{Fork: "nix", Track: "main", Number: number, Started: noon().Add(time.Duration(second) * time.Second),
			Outcome: forks.PassQuiet, Digest: digest}
		if _, err := db.RecordPass(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		p.Track, p.Number = "other", -number
		if _, err := db.RecordPass(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	none, some := (*forks.Digest)(nil), &forks.Digest{Lacks: 1}
	record(1, 10, some)
	record(2, 20, some)
	record(3, 30, none)
	record(4, 40, none)
	record(6, 60, none) // the clock is put back after it
	record(5, 50, some)
	record(7, 60, none)
	// One that was indexed alone, in the same second, and one without any time.
	for i, at := range []time.Time{noon().Add(60 * time.Second), {}} {
		if err := db.Index(t.Context(), "nix", "main", hash(byte(i+1)), forks.State{Pass: 8 + i, At: at}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		from, to int
		want     []int
	}{
		{0, 100, []int{1, 2, 3, 4, 5, 6, 7, 8}},
		{10, 60, []int{1, 2, 3, 4, 5}},
		{11, 20, []int{1}},
		{30, 31, []int{2, 3}},
		{41, 61, []int{2, 4, 5, 6, 7, 8}},
		{60, 60, []int{5}},
		{61, 100, []int{5, 8}},
		{0, 10, nil},
	} {
		var got []int
		for _, p := range rowsOf(t, db, noon().Add(time.Duration(c.from)*time.Second), noon().Add(time.Duration(c.to)*time.Second)) {
			got = append(got, p.Number)
			if p.Fork != "nix" || p.Track != "main" {
				t.Errorf("pass %d is of %s/%s", p.Number, p.Fork, p.Track)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("from %d to %d: got %v, want %v", c.from, c.to, got, c.want)
		}
	}
	for p, err := range db.PassRows(t.Context(), "nix", "none", noon(), noon().Add(time.Hour)) {
		t.Errorf("a track that nobody knows has %+v, %v", p, err)
	}
}

func TestPassRowsMayBeLeftEarlyAndTellAnErrorOnce(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	for range 3 {
		if _, err := db.RecordPass(t.Context(), measured(1)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 20 { // more often than there are connections
		for _, err := range db.PassRows(t.Context(), "nix", "main", noon().Add(time.Duration(i%2)), noon().Add(time.Hour)) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []string
	for p, err := range db.PassRows(ctx, "nix", "main", noon(), noon().Add(time.Hour)) {
		got = append(got, fmt.Sprint(p.Number, errors.Is(err, context.Canceled)))
		cancel()
	}
	if want := []string{"1 false", "0 true"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPassRowsAreAsTheyWereWhenTheFirstWasRead(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	for number := range 3 {
		if _, err := db.RecordPass(t.Context(), measured(number)); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for _, err := range db.PassRows(t.Context(), "nix", "main", noon(), noon().Add(time.Hour)) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n > 10 {
			t.Fatal("it follows what is written")
		}
		// Who writes does not wait for who reads.
		if _, err := db.RecordPass(t.Context(), measured(9)); err != nil {
			t.Fatal(err)
		}
	}
	if n != 3 {
		t.Errorf("%d passes", n)
	}
}

// Not parallel: it looks at the memory of all.
func TestManyPassesAreNeverInMemoryTogether(t *testing.T) {
	s := size{passes: 3_000, ledgers: 300, patches: 20, digest: 100_000} // 30 MB of digests
	db := ofSize(t, s)
	live := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, most, n, digests := live(), uint64(0), 0, 0
	for p, err := range db.PassRows(t.Context(), "nix", "main", noon(), noon().Add(12*7*day)) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%500 == 0 {
			most = max(most, live())
		}
		if p.Digest != nil {
			digests++
			if d := p.Digest.Changed[0].Diff; len(d) < 95_000 || !strings.HasPrefix(d, "+ a line") {
				t.Fatalf("pass %d has a digest of %d bytes", p.Number, len(d))
			}
		}
	}
	if n != s.passes || digests != s.ledgers || most > before+5<<20 {
		t.Errorf("%d passes, %d digests, %d bytes at the most and %d before", n, digests, most, before)
	}
}
