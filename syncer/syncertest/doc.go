// Package syncertest has all that a pass works with in memory: remotes, caches, objects,
// history and the store. A pass takes a few milliseconds there, starts no process and
// writes no file, so that thousands of them can be tried.
//
// # Invariants
//
//   - Objects are git's: the same history has the same ids as on disk. A pass gives the
//     same refs, state included, as with [syncer.OnDisk] and merger = "own".
//   - A push moves all refs or none, each by its lease. Errors are those of package repo.
//   - What a pass wrote and did not pack is gone with its quarantine, and cannot be pushed.
//   - [Crash] ends a process before any of its effects; what was done before stays.
//
// # Differences from a real repository
//
//   - All repositories share their objects: that a pass looks at something which it did
//     not fetch is not noticed.
//   - Patch-ids are not git's; equal changes have equal ones.
//   - Moves are not looked for where lines are counted, and a range-diff has other words.
//     Neither is more than told.
//   - There is one engine, under both names.
//
// # Example
//
//	w := syncertest.NewWorld(t, forks.Merging, map[string]string{"a.nix": "1\n"})
//	w.Fork.Commit(t, "main", repotest.Grace, "a patch", map[string]string{"b.nix": "1\n"})
//	_, err := w.Syncer().Adopt(ctx, w.Track, syncer.Options{Who: "mona"})
//	w.Up.Commit(t, "main", repotest.Ada, "news", map[string]string{"a.nix": "2\n"})
//	_, err = w.Crashing(syncertest.NewCrash(5)).Sync(ctx, w.Track, syncer.Options{})
//	_, err = w.Syncer().Sync(ctx, w.Track, syncer.Options{}) // as if nothing had been
package syncertest
