// Package repo is the only owner of git directories and git processes. The git
// program moves packs (fetch, push), walks history, merges trees and keeps the
// commit-graph; go-git reads objects.
//
// # Invariants
//
//   - A child of git sees an environment made here, never the one of this
//     process: no system or global config, no hooks, no prompts, only the
//     transports that config allows. It runs in its own process group, which is
//     killed whole when the context ends.
//   - A secret reaches git through the environment alone. It is in no argument,
//     URL, error or log line; what git says is redacted and its control
//     characters are escaped before it becomes part of an error.
//   - A push is one atomic push in which every ref carries an explicit lease.
//     There is no "+" and no bare --force, and a remote that is ReadOnly is
//     never pushed to.
//   - Nothing that is planned is written to a repository: it goes to a
//     [Quarantine], and only [Quarantine.Pack] makes it durable.
//   - Unreachable objects of a cache are never removed.
//
// # Example
//
// A pass fetches, merges in a quarantine, keeps the result and pushes it:
//
//	git, err := repo.New(ctx, repo.Options{Log: log})
//	fork, err := git.Remote(repo.Access{URL: "https://git.example.org/fork.git", Secret: token})
//	cache, err := git.OpenCache(ctx, "/var/cache/auxsync/nix")
//	err = fork.Fetch(ctx, cache, []repo.FetchSpec{{From: "refs/heads/*", To: "refs/auxsync/aux/heads/*"}}, nil)
//
//	q, err := cache.Quarantine(ctx)
//	defer q.Close()
//	merged, err := q.Merge(ctx, base, ours, theirs)
//	commit, err := q.Write("commit", encoded) // a commit with merged.Tree
//	err = q.Pack(ctx, []forks.Hash{commit}, []forks.Hash{old})
//	err = fork.Push(ctx, cache, []forks.RefUpdate{{Ref: "refs/heads/main", Old: old, New: commit}})
package repo
