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
// here, each a function of the plan and an object reader: the intent of clean picks,
// one source one unit, and a gate.
//
// # The cross-check
//
// [Cross] has a second merge engine repeat each merge on which a plan rests:
//
//   - Both say conflict, or both say clean with the same tree. Else it is a [Differ],
//     and which engine is right is for a person to find out.
//   - Conflicts in different paths are a note: both are honest, and people decide.
//   - An engine that gives up on a merge says nothing about it, which is a note too.
//   - What needs no merging is not repeated, nor what was [Confirmed] before with the
//     same result.
//
// # The account of a stranger
//
// [Account] holds what a fork has published, pass by pass, against its upstream and its own
// records. Anybody can have it made, and it believes nothing that the fork says:
//
//   - Each published tip stands on a commit of what the track follows, and its patches
//     replayed on that in their order give exactly its tree.
//   - Every commit in it is a patch of the ledger, a listed marker with the base's tree, or
//     one that people pushed and that has its row. Each patch has its author, and the
//     change that its form of before gives there.
//   - The ledger law holds between each two states: nothing vanishes in between.
//   - What is missing has a decision that can be looked up: upstream has the named commit
//     and the change is empty there; a resolution's commit names who and in which conflict;
//     a revert is by who is named; somebody is asked; what blocks is missing itself.
//   - Every commit that is named can be reached from the fork's refs.
//
// What it cannot see: who gave a command, where no commit of theirs tells; and what a
// person's own merge made of a patch, beyond that the tip's tree bounds it. A [Evidence]
// with the objects of both remotes answers what it asks; what does not hold is a finding,
// never an error.
//
// # Example
//
// A plan that forgot the patch p1 of the stack:
//
//	err := prove.Ledger(state, plan, arrived)
//	// pass 7 of aux-main breaks the ledger law: patch p1 has no row;
//	// report this: nothing was pushed
//
// A pick that git does not confirm:
//
//	notes, err := prove.Cross(ctx, prove.Crossing{Track: "aux-main", Pass: 7, By: "auxsync's own", Other: "git",
//		Engine: q, Confirmed: &confirmed}, result.Picks) // q is a repo.Quarantine
//	// pass 7 of aux-main: the two merge engines differ about patch p1 (a: use the mirror):
//	// auxsync's own says clean, tree 1f…, git says conflict in a.nix
package prove
