// Package prove checks a candidate before anything of it is pushed. A check
// reads values, changes nothing, and either agrees or names what is wrong.
//
// # The ledger law
//
// [Ledger] holds a plan against the state before it and the commits that
// arrived on the fork since then:
//
//   - Each patch of the stack and each commit that arrived has exactly one row,
//     and no row belongs to anything else.
//   - Both columns of a row are outcomes, and they can stand beside each other:
//     see [Pairs]. At upstream's tip itself they are equal, except for parking.
//   - A patch is published if and only if its row has a new commit, and the new
//     state has the patch with that commit. One that is left out stands in the
//     stack with the reason; one that ended stands among the ended.
//   - An outcome that somebody or something else decided says by whom or what.
//   - A patch that conflicts at upstream's tip is asked about, was declined, is
//     blocked, or has a decision to ask for.
//   - No id stands twice, and nothing that was on record is missing.
//   - Only refs that are auxsync's to move are moved, each once; the branch and
//     the state are never deleted; state goes with everything that is pushed.
//
// It cannot see whether a commit holds what its row says. Later checks join it
// here, each a function of the plan and an object reader: the cross-check of two
// merge engines, the intent of clean picks, one source one unit, and a gate.
//
// # Example
//
// A plan that forgot the patch p1 of the stack:
//
//	err := prove.Ledger(state, plan, arrived)
//	// pass 7 of aux-main breaks the ledger law: patch p1 has no row;
//	// report this: nothing was pushed
package prove
