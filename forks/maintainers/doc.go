// Package maintainers finds the people who could be asked about a conflict: from the
// paths in conflict, through what packages, modules and files of owners say, to accounts
// on the fork's forge, each with a reason. It reads trees through [Tree] and does nothing
// else: no network, no clock, no program is run and no Nix is evaluated.
//
// # Invariants
//
//   - The same trees, paths and policy give the same answer, in the same order.
//   - Nothing is guessed. What stands for people and is not understood is a [Doubt]; a
//     name that leads to no login stays a name; both are in the trace, with the reason.
//   - The sources count in the order of the constants of [Source]. Everybody is a
//     candidate once, at the first source that names them; who is one person is told by
//     the account's number, and by the login in any case where a number is missing.
//   - A handle is looked up in the fork's list, then in upstream's at the new base, for a
//     fork may have emptied its own; then among the policy's aliases. A login that the
//     policy has as somebody's alias is that person.
//   - A place is read in the fork, then in upstream, then in what the patch was made on.
//     The first that names anybody answers. What stands between conflict markers is
//     never read.
//   - A team is asked only if the policy says that it is a SIG's. Any other is its
//     members, if they are 15 or fewer, or whom the policy says stands for it: a team of
//     upstream's is never named to the forge.
//   - Files are written by others and hostile: time, memory and answer are bounded, what is
//     wrong with a file never is an error, and texts come out as they went in, to be
//     escaped by who shows them.
//
// Find does not judge: who is away, has too much to do or may not be assigned is
// [Choose]'s to say.
//
// # Example
//
// A conflict in a package that names alice and, by its team, bob, in a fork that emptied
// its list of maintainers:
//
//	cache := maintainers.NewCache() // for the life of the process
//	found, err := cache.Find(maintainers.Question{
//		Author:       forks.Person{Name: "Ada", Email: "7+ada@users.noreply.github.com"},
//		Files:        []maintainers.Place{{Path: "pkgs/by-name/he/hello/fix.patch"}},
//		Trees:        maintainers.Trees{Fork: fork, Upstream: upstream},
//		UpstreamList: upstream,
//		Roster:       policy.Roster(),
//	})
//	for _, c := range found.Candidates {
//		fmt.Println(c.Source, c.Name(), "-", c.Reason)
//	}
//	// author ada - wrote the patch
//	// meta alice - maintains hello: pkgs/by-name/he/hello/package.nix:4
//	// meta Bob - in team greeters, which maintains hello: pkgs/by-name/he/hello/package.nix:5
//	for _, s := range found.Trace {
//		fmt.Println(s.Source, s.Name, s.Where, s.Accepted, s.Why) // every name that was met
//	}
package maintainers
