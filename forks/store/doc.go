// Package store keeps the database: an index over what the forks' state refs
// hold, and a history of passes, intents and events that git does not hold.
//
// # Invariants
//
//   - Git is the truth. Everything that [Store.Index] writes can be written again
//     from the chain of state commits; a deleted database costs history only.
//   - What a method wrote is on disk when it returns. An intent therefore stands
//     before the effect that it announces.
//   - One process writes: the one that holds the state directory's lock ([Lock]).
//     Any number may read meanwhile; a reader sees whole transactions.
//   - A track is named by its fork and its own name.
//   - Times are kept in UTC milliseconds, paths as bytes. No secret is ever stored.
//   - A database of a newer schema is refused and left as it is.
//
// # Example
//
// A pass that pushes:
//
//	lock, err := store.Lock(cfg.StateDir)
//	if err != nil {
//		return err // another process; the error says which, and since when
//	}
//	defer lock.Unlock()
//	db, err := store.Open(ctx, filepath.Join(cfg.StateDir, store.FileName), clock)
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//
//	id, err := db.OpenIntent(ctx, forks.Intent{Fork: "nix", Track: "main", Kind: "push", Pass: 7, Payload: refs})
//	// push
//	err = db.SettleIntent(ctx, id, forks.IntentDone, "")
//	err = db.Index(ctx, "nix", "main", stateCommit, state)
//	_, err = db.RecordPass(ctx, measured)
package store
