// Package github is the forge interface of package pulls on GitHub: conflicts are
// pull requests of the fork, and the dashboard is an issue of it. It reads what
// GitHub shows and carries out single effects; it decides nothing about them.
//
// # The way of a request
//
// The client of go-github builds and reads requests. Below it stand, outermost first:
//
//  1. the desk: holds requests back as [Limits] says, and sorts answers. What leaves
//     it upwards is readable and GitHub's own word, or an error that says what is
//     known. It keeps the headers of limits to itself, since the client has rules of
//     its own for them, by another clock;
//  2. the credential, read anew for each request;
//  3. the [Cache], which makes answers free that have not changed;
//  4. the log: method, path, status and time, at level debug;
//  5. the guard: refuses what is not the fork's own business;
//  6. the retries: reads a few times, writes only if nothing was sent;
//  7. the wire: one exchange in a limited time, with an answer of limited size.
//
// # Invariants
//
//   - Nothing is ever written outside the fork's repository. [New] refuses a fork that
//     is its own upstream, and the guard refuses every request about another
//     repository, whoever made it.
//   - A write that may have reached GitHub is sent once. Where its answer is lost, is
//     the server's error, a redirect, or shows something else than was asked for, the
//     outcome is unknown ([forks.UnknownOutcomeError]): the next [Forge.Look] tells.
//     A write that was done is never told as refused, nor one as done that GitHub did
//     not confirm.
//   - Once GitHub has named a time, nothing is sent before it, reads included. Writes
//     stay below its limits by themselves: one that would not is put off
//     ([forks.PacedError]), and reads go on.
//   - What GitHub will take in a while holds back nothing else ([forks.LaterError]).
//   - A credential goes to the API's own host alone, in one header. It is in no
//     address, log, error or cache.
//   - A pull request belongs to a proposal if it goes from the one of its branches to
//     the other, both in the fork. Title, body and marker are people's to change. The
//     search of GitHub is not used: it is behind the truth.
//   - Every error is a [forks.Problem], one of the two errors of an effect, or that
//     ctx has ended.
//
// Texts from GitHub are returned as they are: whoever shows them escapes them.
//
// # What it does not do
//
// It remembers nothing for good: limits, standings and what was seen last are in
// memory, and a new start asks again. It does not look for what an effect that is
// repeated would double: callers look first. It does not tell whether the branch of
// a pull request that has ended still exists: [forks.Pull.Head] is the last that was
// seen of it. A name under which GitHub once knew an account is not followed to its
// new one.
//
// # Example
//
// A conflict gets its pull request, and what people did there is read:
//
//	forge, err := github.New(github.Config{
//		Owner: "auxolotl", Repo: "nixpkgs", Upstream: "NixOS/nixpkgs",
//		Auth:  github.Auth{Token: readToken},
//		Cache: cache, Clock: clock, Log: log,
//	})
//	pull, err := forge.Open(ctx, intent, forks.Opening{Track: "aux-main", ID: id, Title: title, Body: body})
//	var unknown *forks.UnknownOutcomeError
//	if errors.As(err, &unknown) {
//		// leave the intent open: Look tells whether it is there
//	}
//	seen, err := forge.Look(ctx, forks.PullQuestion{
//		Pulls: []forks.KnownPull{{Track: "aux-main", ID: id, Number: pull.Number}},
//	})
//	fmt.Println(seen.Pulls[id].State, seen.Pulls[id].Comments)
package github
