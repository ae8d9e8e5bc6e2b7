package syncertest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/syncertest"
)

func accessTo(s *syncertest.Server) repo.Access { return repo.Access{URL: s.URL()} }

// stores is what both stores are.
type stores interface {
	syncer.Store
	syncer.ForgeStore
}

// TestTheStoreInMemoryAnswersAsTheDatabaseDoes has both do the same, one line each.
func TestTheStoreInMemoryAnswersAsTheDatabaseDoes(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC))
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), store.FileName), clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	both := []stores{db, syncertest.NewStore(clock)}
	state := forks.State{Schema: forks.StateSchema, Track: "t", At: clock.Now()}
	intent := func(kind, track string) forks.Intent {
		return forks.Intent{Fork: "f", Track: track, Kind: kind, Pass: 1, Payload: json.RawMessage(`[]`), Created: clock.Now()}
	}
	request := func(source string) forks.Request {
		return forks.Request{Fork: "f", Track: "t", Who: "mona", Verb: "retry", Source: source, At: clock.Now()}
	}
	ctx := context.Background()
	for n, do := range []func(s stores) []any{
		func(s stores) []any { v, err := s.Newest(ctx, "f", "t"); return []any{v, err != nil} },
		func(s stores) []any { return []any{s.Index(ctx, "f", "t", forks.Hash{}, state) != nil} },
		func(s stores) []any { return []any{s.Index(ctx, "f", "t", forks.Hash{1}, state) != nil} },
		func(s stores) []any { return []any{s.Index(ctx, "f", "t", forks.Hash{1}, state) != nil} },
		func(s stores) []any { v, err := s.Indexed(ctx, "f", "t", forks.Hash{1}); return []any{v, err != nil} },
		func(s stores) []any { v, err := s.Indexed(ctx, "f", "u", forks.Hash{1}); return []any{v, err != nil} },
		func(s stores) []any { v, err := s.Newest(ctx, "f", "t"); return []any{v, err != nil} },
		func(s stores) []any { v, err := s.Fingerprint(ctx, "f", "t"); return []any{v, err != nil} },
		func(s stores) []any { return []any{s.SetFingerprint(ctx, "f", "t", "x") != nil} },
		func(s stores) []any { v, err := s.Fingerprint(ctx, "f", "t"); return []any{v, err != nil} },
		func(s stores) []any { v, err := s.OpenIntent(ctx, intent("push", "t")); return []any{v, err != nil} },
		func(s stores) []any { v, err := s.OpenIntent(ctx, intent("comment", "t")); return []any{v, err != nil} },
		func(s stores) []any { v, err := s.OpenIntent(ctx, intent("delete", "u")); return []any{v, err != nil} },
		func(s stores) []any { v, err := s.OpenIntents(ctx, "f", "t"); return []any{fmt.Sprint(v), err != nil} },
		func(s stores) []any { v, err := s.OpenForgeIntents(ctx, "f"); return []any{fmt.Sprint(v), err != nil} },
		func(s stores) []any { return []any{s.SettleIntent(ctx, 1, forks.IntentUnexplained, "n") != nil} },
		func(s stores) []any { return []any{s.SettleIntent(ctx, 1, forks.IntentDone, "") != nil} },
		func(s stores) []any { return []any{s.SettleIntent(ctx, 1, forks.IntentForgotten, "") != nil} },
		func(s stores) []any { return []any{s.SettleIntent(ctx, 9, forks.IntentDone, "") != nil} },
		func(s stores) []any { v, err := s.OpenIntents(ctx, "f", "t"); return []any{len(v), err != nil} },
		func(s stores) []any { v, err := s.AddRequest(ctx, request("a")); return []any{v, err != nil} },
		func(s stores) []any { v, err := s.AddRequest(ctx, request("a")); return []any{v, err != nil} },
		func(s stores) []any { v, err := s.AddRequest(ctx, request("")); return []any{v, err != nil} },
		func(s stores) []any {
			v, err := s.AddRequest(ctx, forks.Request{Fork: "f"})
			return []any{v, err != nil}
		},
		func(s stores) []any { v, err := s.Requests(ctx, "f", "t"); return []any{fmt.Sprint(v), err != nil} },
		func(s stores) []any { return []any{s.TakeRequest(ctx, 1, 3, "done") != nil} },
		func(s stores) []any { return []any{s.TakeRequest(ctx, 1, 3, "again") != nil} },
		func(s stores) []any { return []any{s.TakeRequest(ctx, 1, 4, "again") != nil} },
		func(s stores) []any { return []any{s.TakeRequest(ctx, 9, 4, "none") != nil} },
		func(s stores) []any { v, err := s.Requests(ctx, "f", "t"); return []any{len(v), err != nil} },
		func(s stores) []any { v, err := s.RecentRequests(ctx, "f", 1); return []any{fmt.Sprint(v), err != nil} },
		func(s stores) []any {
			return []any{s.SetPullRecord(ctx, "f", "t", "c1", forks.PullRecord{Number: 7, State: forks.PullOpen}) != nil}
		},
		func(s stores) []any { return []any{s.SetPullRecord(ctx, "f", "", "c1", forks.PullRecord{}) != nil} },
		func(s stores) []any {
			v, err := s.PullRecords(ctx, "f", "t")
			return []any{len(v), v["c1"].Number, err != nil}
		},
		func(s stores) []any { v, err := s.Waiting(ctx); return []any{len(v), v[0].Proposal, err != nil} },
		func(s stores) []any { return []any{s.SetForgeNotBefore(ctx, "f", clock.Now(), "slow") != nil} },
		func(s stores) []any {
			at, why, err := s.ForgeNotBefore(ctx, "f")
			return []any{at.Equal(clock.Now()), why, err != nil}
		},
		func(s stores) []any { return []any{s.SetForgeNotBefore(ctx, "f", time.Time{}, "over") != nil} },
		func(s stores) []any {
			at, why, err := s.ForgeNotBefore(ctx, "f")
			return []any{at.IsZero(), why, err != nil}
		},
	} {
		if want, got := fmt.Sprint(do(both[0])), fmt.Sprint(do(both[1])); got != want {
			t.Errorf("line %d: %s in memory, %s in the database", n+1, got, want)
		}
	}
}
