// Package syncer makes passes: it brings a track to a newer base, or explains why
// not. A pass fetches, lets [rebase.Planner] decide, lets [prove.Ledger] check,
// and applies the plan: one pack, one intent, one atomic push.
//
// # Invariants
//
//   - Nothing is pushed to a track that was not adopted, and never to upstream.
//   - Before anything reaches the fork its objects are durable in the cache and
//     the intent is durable in the store.
//   - What is pushed is decided by the refs that were fetched: branch, state,
//     archive and proposals go in one push in which every ref has its lease. If
//     somebody was faster nothing of it arrives, and the pass begins again.
//   - A pass follows the newest state that there was: a state ref that was moved back
//     or deleted needs a person.
//   - State on the fork is the truth. The store is written after the push and can
//     be rebuilt from it; the cache can be removed at any time between passes.
//   - A dry run writes to a temporary repository and nowhere else.
//
// # Example
//
//	s := syncer.New(syncer.Config{Git: git, Store: db, CacheDir: dir, Clock: clock, Log: log})
//	out, err := s.Sync(ctx, track, syncer.Options{Who: "mona"})
//	switch {
//	case err != nil:     // forks.KindOf(err) says who has to act
//	case out.Quiet:      // nothing had moved
//	default:             // out.Plan was applied
//	}
package syncer
