// Package described holds every exchange with a [githubtest.Server] against GitHub's own
// description of its API, request and answer. It is apart from the server because the
// demo has that inside, and needs no description.
//
// # Invariants
//
//   - A field or a parameter that the description does not have is a complaint: GitHub
//     would ignore it, so whoever sends it means something else than they get.
//   - What is excused is listed, each with its reason.
//
// # Example
//
//	s := githubtest.New(t, githubtest.Options{Validate: described.API(t)})
package described
