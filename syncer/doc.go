// Package syncer makes passes: it brings a track to a newer base, or explains why
// not. A pass fetches, lets [rebase.Planner] decide, lets [prove.Cross] and
// [prove.Ledger] check, and applies the plan: one pack, one intent, one atomic push.
// [Syncer.Verify] is for strangers: it holds a fork against its upstream with nothing but
// their addresses. [Loop] decides when a pass is due and books how it ended; it makes none itself.
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
//   - Two engines merge. With cross_check, nothing that rests on a merge is pushed
//     before the other engine has confirmed it; where they differ the track stops, unless
//     its own table in the config names the engine that is right.
//   - A dry run writes to a temporary repository and nowhere else.
//   - One state directory writes a track. Where another one wrote after it, the track
//     stops here and says who; see [forks.Writer].
//   - The base moves at most once in publish_every, unless a person pushed, answered,
//     or asked for the pass, or a patch is parked: that happens when people were told.
//     That upstream moved is not news that is pushed by itself.
//   - A pass is due when a deadline, or half of it, is over, although nothing moved.
//     What is over is parked by the pass after the one that wrote the deadline down.
//   - What a person asked for is taken once the state that carries its effect stands on
//     the fork. To take it again, after a crash in between, does nothing.
//   - A paused track is fetched and otherwise left alone: its state says who paused it,
//     and nothing else of it moves. What people ask for waits until it is resumed.
//   - A publication that has begun when the end is asked for has a few seconds to be
//     seen to its end; anything else ends at once and is settled at the next start.
//   - In one fork at most one thing happens at a time: a pass, or what a person asked
//     for. Passes of different forks wait for remotes side by side, and replay as many
//     at a time as Workers says.
//   - A failure of one track, a panic too, is booked on that track and delays no other;
//     only a problem that says it is fatal ends the loop.
//   - A change of a track's condition is one event and one line in the log, across
//     restarts too; a crash between the two writes can repeat it, never lose it.
//
// # Example
//
//	s := syncer.New(syncer.Config{Git: syncer.OnDisk(git), Store: db, CacheDir: dir, Clock: clock, Log: log})
//	out, err := s.Sync(ctx, track, syncer.Options{Who: "mona"})
//	switch {
//	case err != nil:     // forks.KindOf(err) says who has to act
//	case out.Quiet:      // nothing had moved
//	default:             // out.Plan was applied
//	}
package syncer
