// Package pulls decides what becomes of a track's proposals. A proposal asks
// people to resolve one conflict; people are shown the words "conflict" or
// "pull request". On plain git it is a pair of branches of the fork:
//
//	auxsync/<track>/onto/<id>   the cause, or a newer commit of upstream where somebody
//	                            wanted that, and the patches before this one
//	auxsync/<track>/fix/<id>    that, plus one commit that presents the conflict
//
// Five or more patches that conflict with one commit of upstream, and share no path, are
// asked about by one proposal, an umbrella: fix has a commit for each. What is merged is
// cut by their paths; what is settled is taken in, and the rest is asked about in a new
// round. Commands act on all of them; split asks about each by itself, for good.
//
// Everything here is pure: the caller reads refs and trees, and applies what
// was decided.
//
// # Order of work in a pass
//
//  1. [Observe] compares the recorded proposals with the branches that a
//     complete fetch found.
//  2. The caller looks into each one that was merged and gives a [Verdict],
//     into each fix branch that a person touched and says whether it is
//     settled (see [HasMarkers]), and plans with what it harvested. Commands that
//     settle a conflict ([SortCommands]) become commits, and are judged in the same way.
//  3. [Decide] compares the conflicts that this plan wants to ask about with
//     what is recorded and found. The result is a value: new records, actions,
//     branches to build, branches to delete, questions to show.
//  4. The caller builds the pairs (the text is [ConflictFile]), completes the
//     records with [Result.Built], and pushes state and pairs as one.
//     What people did in a round that ends (rounds.go) is carried over to the next one,
//     or its text says where it is ([Result.CarriedOver], [Result.Keeps]).
//  5. After that push it deletes what [Result.Cleanup] lists, each with its lease.
//
// # Order of work on the pages
//
// Between passes [Reconcile] compares what each pull request should be, a [Wish], with
// what the forge shows and what is on record. The result is a value too: effects, new
// records, and what people asked for. After each effect [Record] says what is known
// then. An effect whose outcome is not known is not repeated before the next look has
// shown whether it was done. What is on record is an index: a lost one is begun anew
// from what the forge shows, where comments carry a mark of what they are for, and the
// text stands between marks of which the first says what auxsync itself set ([Mark]).
//
// # What people read
//
// On a forge with pages a [Case] becomes a [Title], a [Body] between the marks of
// [Framed], a review with [Suggestions] and at the end a [Closing] comment; a fork has
// a [DashboardBody]. What others wrote stands there only in code, where it neither
// formats nor notifies nor links, except in titles, where a space of no width breaks
// it. [PlaceRegion] keeps what people wrote around a region. [Hunks] and [Choose] find
// and settle the conflicts that a merge wrote into a file; [Pings] and [Defuse] are
// about the messages of the patches themselves.
//
// # How long it waits
//
// [Steps.Wait] keeps the clock of a conflict, which counts only while somebody has it
// and can decide, and says which stage of waiting has begun; [Remind] is the comment of
// that stage. A clock that stands still for a reason that people gave (the label hold, a
// pause, an absence, work that is done and waits to be merged) reminds nobody.
//
// # Invariants
//
//   - A stage has one comment on a page, whatever is lost, and at most one stage begins
//     in a day, whatever the clock shows.
//   - A patch has at most one live proposal, be it by itself or as one of an umbrella.
//   - A conflict that a person closed is never asked about again for the same
//     patch and cause, however upstream goes on; another cause is another question. A
//     person who wants it on upstream's newest commit has it asked again, in a new round.
//     A person who pushes both branches again reopens it, or where it was
//     closed by words or on a page, a person who says so.
//   - A branch that a person touched is deleted only if its tip stays reachable
//     without it; otherwise it stays, and its proposal ends all the same.
//   - A merge is never overlooked: what was merged is judged before anything is
//     withdrawn, and nothing is decided about a merge without a verdict.
//   - Deciding again on a decision's own result changes nothing, also where people ask
//     the same again. A record only
//     moves on to cleaned when its branches are seen to be gone, which alone is
//     no reason for a new state commit.
//
// # What it does not do
//
// It reads no repository, knows no clock, and does not limit how many are open.
//
// # Example
//
// The patch p1 conflicts since upstream's commit u7, and nothing is recorded:
//
//	seen := pulls.Observe(state.Proposals, found)           // empty
//	result := pulls.Decide(pulls.Input{
//		Track: "aux-main", Now: now,
//		Wanted: []forks.Conflict{{Patch: "p1", Cause: u7}},
//		Ledger: rows, Recorded: state.Proposals, Found: found,
//	})
//	for _, b := range result.Builds {                       // one: round 1 at u7
//		pair, picked := build(b)
//		result.Built(b.ID, pair, picked)
//	}
package pulls
