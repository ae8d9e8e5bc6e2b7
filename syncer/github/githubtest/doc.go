// Package githubtest is a GitHub for tests and for the demo: the REST API, two
// GraphQL mutations and git over HTTP on loopback, on real bare repositories. It is
// strict where GitHub is, and says so when a client does what GitHub would not take.
//
// It knows nothing of auxsync. People act on it by Browser, clients by HTTP; both see
// the same state, and branches are what git says they are.
//
// # Invariants
//
//   - The only clock is Options.Clock; nothing sleeps.
//   - A pull request follows its branches in the bare repository, whoever moves them.
//   - Every request is answered, or fails as a Fault says; an operation that the server
//     does not have is a violation. Violations fail the test at its end.
//   - With Options.Validate no exchange leaves GitHub's description of its API: package
//     described holds it against that, and lists what is excused.
//   - No token is kept in what Requests, Violations or Notified return.
//
// # Example
//
//	s := githubtest.New(t, githubtest.Options{Clock: clock, Validate: described.API(t)})
//	s.AddRepo("acme", "pkgs", dir, githubtest.RepoOptions{})
//	s.AddUser("ada", githubtest.User)
//	s.AddUser("robot", githubtest.Bot)
//	s.Grant("acme/pkgs", "ada", githubtest.Write)
//	s.Grant("acme/pkgs", "robot", githubtest.Write)
//	token := s.Token("robot", githubtest.AllRights())
//	// … a client opens #1 from fix to main at s.APIURL(), pushing to s.GitURL("acme/pkgs") …
//	s.As("ada", "acme/pkgs").Merge(1, "squash")
//	fmt.Println(s.Pulls("acme/pkgs")[0].Merged) // true
package githubtest
