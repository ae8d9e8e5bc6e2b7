// Package branches is the forge of a fork that has none: a proposal is its pair of
// branches and nothing else.
//
//	auxsync/<track>/onto/<id>   what a resolution is merged into
//	auxsync/<track>/fix/<id>    the conflict, to be resolved
//
// The pair is pushed together with the state that names it, so nothing is opened
// here: [Forge.Open] only makes sure that the pair is there. Titles, texts, comments
// and people have no place on plain git; their effects are refused, and a caller sees
// in [Forge.Traits] that there is no use in trying.
//
// # What two branches tell
//
//   - merged: onto is not where auxsync pushed it, or it is where fix is. This comes
//     first, for whoever merges may delete fix;
//   - closed: one of the two is missing;
//   - open: both are there;
//   - neither is there: plain git does not remember that there ever was a pull request.
//
// Where it is not known how onto was pushed, a merge is seen only where onto is at
// fix. A pass does not rely on it: it compares the pair with its records, and judges
// what was merged, in package pulls.
//
// # Invariants
//
//   - Only a fork's helper branches are moved: onto to fix's tip, by a fast-forward, or
//     fix away. Each push carries the tips that were seen as leases.
//   - The upstream repository is never given to this package: [New] refuses a fork
//     that has the address of its upstream.
//   - A push whose outcome is not known is said to be that, and never repeated here.
//
// # What it does not do
//
// It knows no people: on plain git nobody asks by a comment, and who may push is for
// the server to say. It starts no process and holds no lock.
//
// # Example
//
//	f, err := branches.New(branches.Config{Remote: remote, Fork: track.URL, Upstream: track.Upstream})
//	seen, err := f.Look(ctx, forks.PullQuestion{Pulls: []forks.KnownPull{{Track: "aux-main", ID: id, Onto: proposal.Onto}}})
//	if p := seen.Pulls[id]; p.State == forks.PullOpen {
//		err = f.End(ctx, intent, p, forks.Ending{Merge: true, Head: p.Head}) // onto is at p.Head now
//	}
package branches
