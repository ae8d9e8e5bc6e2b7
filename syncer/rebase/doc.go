// Package rebase decides what becomes of a track's patches. It explains the
// fork's tip, replays the stack on upstream's tip, finds the cause of each
// conflict, chooses the base to publish, and makes the candidate. It writes
// objects and nothing else; applying a plan is for package syncer.
//
// # A plan, step by step
//
//  1. Extract (extract.go, identify.go, fold.go). The base is the recorded one, or
//     a newer upstream commit that people merged. What arrived since the recorded
//     tip is read in several ways: reverts pair with what they revert, copies of
//     known patches are these patches, earlier forms that an old branch brought back
//     do or do not count. The first reading under which the law holds is taken; if
//     there is none, what does not replay is left out and the difference becomes one
//     patch.
//  2. Answers (harvest.go). What people merged into a conflict's onto branch is the
//     patch's new version from the conflict's cause on. A command is a commit that
//     nobody merged (command.go).
//  3. The stack of another track, if this one carries it (inherit.go): what stands
//     there enters the stack here, and what people ended there ends here.
//  4. The road (steps.go): the commits of upstream that may be the next base. It is the
//     first-parent chain, or has steps: releases, another upstream, a what-if.
//  5. Replay (replay.go, memo.go). Each patch is picked onto upstream's tip, going
//     on past conflicts. A patch that needs a missing one is blocked by it.
//     What conflicts and was decided before, by exactly its content, gets a version as if
//     people had answered (memory_use.go); what they answer is remembered (memory.go).
//     Where a later version conflicts and an earlier one is clean, it is that
//     (pick_form.go).
//  6. What upstream took (taken.go) is recognised by patch-id, author and date, or
//     subject, and confirmed by an empty pick.
//  7. Causes (cause.go). For each conflict, the commit of the road after the newest one
//     on which the patch is clean.
//  8. The base (base.go): upstream's tip, or the newest commit of the road on which
//     everything that stands in the branch is clean. Until [Input].NotBefore it stays,
//     unless something of a person's waits.
//  9. The candidate and the ledger (candidate.go, ledger.go), and on request the
//     branches that ask about a conflict (pair.go), with what people did in the round
//     before (carry.go), or about several with one cause at once (umbrella.go); the
//     answer to these is cut by paths (umbrella_harvest.go).
//
// # Invariants
//
//   - The law: the patches that stand on the base, replayed on it, give exactly the
//     tip's tree.
//   - A plan is a function of its [Input] and of the objects: dates in the
//     candidate's commits come from its inputs, not from a clock.
//   - Only a commit of the road is ever a base or a cause: of the first-parent chain of
//     upstream, or, of a track that follows tags, a release.
//   - Only a rollback moves a base back (rollback.go); a tip that does not descend from the
//     recorded one is the stack only once a person has accepted it (accept.go).
//   - A patch leaves the stack by an outcome that says why, and stays on record.
//   - Patches that are asked about at once have the conflicts that they have by
//     themselves, and share no path.
//   - A missing object is an error and never a conflict.
//   - Every merge on which rests what would be published or asked is handed over with the
//     plan ([Result].Picks), so that the other engine can repeat it (picks.go).
//
// # What it does not do
//
// It does not merge: [Merger] does, which is our own engine (package merge) or git's
// merge-tree. It knows no proposals beyond what is recorded of them, no remotes and no
// time but [Input].Now.
//
// # Example
//
// A fork carries p1 on base u0; upstream goes on to u1 and u2, and u2 changes the
// line that p1 changes:
//
//	p := rebase.NewPlanner(q, merger, q) // q is a repo.Quarantine, merger a merge.Merger over it
//	r, err := p.Plan(ctx, rebase.Input{Track: track, State: &state, Fork: tip, Upstream: u2, Now: now})
//	// r.Plan.Base.New is u1, p1 is kept there and conflicted ahead,
//	// r.Wanted holds one conflict whose Cause is u2
//	pair, err := r.BuildPair(ctx, r.Wanted[0], describe, message)
package rebase
