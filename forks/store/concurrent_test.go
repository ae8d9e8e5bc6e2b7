package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

func TestManyMayWriteAndReadAtOnce(t *testing.T) {
	t.Parallel()
	db, path := newStore(t)
	const rounds = 10
	ctx := t.Context()
	work := func(track string, n int) error {
		state := forks.State{Pass: n, Patches: []forks.Patch{{ID: "p1"}}, Ledger: []forks.Row{{Patch: "p1"}}}
		_, errPass := db.RecordPass(ctx, forks.PassRecord{Fork: "nix", Track: track, Number: n, Outcome: forks.PassQuiet})
		_, _, errFound := db.SetFoundBranches(ctx, "nix", track, []string{fmt.Sprint(n)})
		_, errEvents := db.Events(ctx, "nix", track, 5)
		_, errAfter := db.EventsAfter(ctx, int64(n), 5)
		health, errHealth := db.Health(ctx, "nix", track)
		if want := fmt.Sprint(n - 1); n > 0 && health.Trouble != want {
			return fmt.Errorf("track %s: trouble %q, want %q", track, health.Trouble, want)
		}
		return errors.Join(errPass, errFound, errEvents, errAfter, errHealth,
			db.Index(ctx, "nix", track, hash(byte(n)), state),
			db.AddEvent(ctx, forks.Event{Fork: "nix", Track: track, Kind: "x"}),
			db.SetHealth(ctx, "nix", track, forks.Health{Trouble: fmt.Sprint(n)}))
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range rounds {
				if err := work(fmt.Sprint(i), n); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	// Beside them, what happens once in a while.
	for i := range 3 {
		if _, err := db.Trim(ctx); err != nil {
			t.Error(err)
		}
		if err := db.Backup(ctx, filepath.Join(t.TempDir(), fmt.Sprint(i))); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
	got := query(t, path, `SELECT count(*) FROM events UNION ALL SELECT count(*) FROM passes WHERE measured UNION ALL
		SELECT count(*) FROM ledger UNION ALL SELECT count(DISTINCT id) FROM found_branches JOIN tracks ON name = pattern`)
	if want := []string{"80", "80", "80", "8"}; !slices.Equal(got, want) {
		t.Errorf("rows are %v, want %v", got, want)
	}
}
