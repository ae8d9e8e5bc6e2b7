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
//   - Methods may be called at the same time. Who writes waits for others up to ten
//     seconds, then gets an error of kind Retry; who reads waits for nobody.
//   - A track is named by its fork and its own name.
//   - Times are kept in UTC milliseconds, paths as bytes. No secret is ever stored.
//   - What a forge showed, and what was written there, is an index too: who lost it
//     looks again.
//   - An upgrade is one transaction, however many versions it goes. A database of a
//     newer schema is refused and left as it is. Where a schema has more rows of a state,
//     the newest one is indexed again by the next pass of its track. (Schema 4 took away
//     the table sink_state, which nothing had ever used, for deliveries.)
//   - What a patch was before is told by the order in which states were indexed, when
//     something was by the clock of its time.
//   - No id is given twice in the life of a database ([Store.Instance]).
//
// # Errors
//
// A full disk, and a wait that took too long, are of kind Retry. A disk or file that
// may not be written, and a newer schema, need a person. Damage is Fatal, with the
// next step to start again: that is [OpenOrReplace], which keeps the damaged file
// aside. Nothing here deletes that file.
//
// # What does not come back
//
// After the database was lost or replaced, the next passes index the state refs
// again: tracks with their pauses and questions, patches, proposals with the number, URL
// and people of their pull requests, resolutions and where they were used, ledgers, and
// passes with their bases and tips, each with the time of its state. These are gone:
//
//   - the instance's id, for there is a new one;
//   - of passes, what was measured (seconds, bytes, lag, errors) and found out (digests),
//     and runs without state;
//   - events, runs of the service, and health, which begins with "no pass yet";
//   - intents: an effect that a crash interrupted is then explained from the remote
//     alone;
//   - requests, and what became of them: one that was made on a forge and not answered
//     there is found there again, one that was made on the host is not;
//   - records of pull requests and dashboards, which begin anew from what the forge
//     shows; its answers; and until when it wants to be left alone;
//   - the reports of weeks, so that one that is asked for is made of what there is, and how
//     far they were delivered: each place is asked anew whether it has them;
//   - samples of the service;
//   - fingerprints, so that the next pass of each track is not quiet;
//   - the last good policy, and which branches of a pattern were announced.
//
// # Example
//
// A service that makes one pass, which pushes:
//
//	lock, err := store.Lock(cfg.StateDir)
//	if err != nil {
//		return err // another process; the error says which, and since when
//	}
//	defer lock.Unlock()
//	db, aside, err := store.OpenOrReplace(ctx, filepath.Join(cfg.StateDir, store.FileName), clock)
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//	if aside != "" {
//		// tell that the database was damaged, and is there now
//	}
//	run, cut, err := db.BeginRun(ctx, version, os.Getpid())
//	if cut != (forks.Run{}) {
//		// tell that the run before was killed
//	}
//
//	id, err := db.OpenIntent(ctx, forks.Intent{Fork: "nix", Track: "main", Kind: "push", Pass: 7, Payload: refs})
//	// push
//	err = db.SettleIntent(ctx, id, forks.IntentDone, "")
//	err = db.Index(ctx, "nix", "main", stateCommit, state)
//	_, err = db.RecordPass(ctx, measured)
//
//	err = db.EndRun(ctx, run, "SIGTERM")
package store
