// Package repo is the only owner of git directories and git processes. The git
// program moves packs (fetch, push), walks history, merges trees, and maintains
// the caches; go-git reads objects.
//
// # Invariants
//
//   - A child of git sees an environment made here, never the one of this
//     process: no system or global config, no hooks, no prompts, only the
//     transports that config allows. It runs in its own process group, which is
//     killed whole when the context ends, and it ends when this process dies; what
//     git then leaves of its transport only reads, and ends as a trickle does.
//   - No exchange with a remote waits for ever: one that is silent for
//     [Options].Stall, or trickles over HTTP, is ended. What is kept or shown of
//     what a child prints is bounded. Only the size of a fetch is not.
//   - A secret reaches git through the environment alone. It is in no argument,
//     URL, error or log line; what git says is redacted and its control
//     characters are escaped before it becomes part of an error.
//   - A push is one atomic push in which every ref carries an explicit lease.
//     There is no "+" and no bare --force, and a remote that is ReadOnly is
//     never pushed to.
//   - Nothing that is planned is written to a repository: it goes to a
//     [Quarantine], and only [Quarantine.Pack] makes it durable, as one pack. Until
//     then it is in memory, up to 64 MiB, and in a folder that is thrown away.
//   - Several goroutines may work in one cache at once, on refs of their own: git's
//     locks are waited for, and the commit-graph is written by one at a time. What
//     needs a cache alone, [Repository.Maintain] and [Git.Rebuild], is kept apart
//     from the others by [Git.Use]. Two processes never write to one cache.
//   - A child that fails leaves nothing behind: as soon as nobody else writes to
//     the cache, locks and half-written packs are swept.
//   - What a remote sends, however broken, never counts as damage of the cache.
//   - An object that no ref reaches stays for two weeks at least; only
//     [Repository.Maintain] removes it.
//   - A repository of somebody's own is only looked at, by [Git.Elsewhere]: nothing is
//     written to it, fetched for it, or run because its config names it.
//   - A cache may be deleted at any time nobody uses it: that costs a fetch.
//
// # Example
//
// A pass fetches, merges in a quarantine, keeps the result and pushes it:
//
//	git, err := repo.New(ctx, repo.Options{Log: log})
//	defer git.Close()
//	fork, err := git.Remote(repo.Access{URL: "https://git.example.org/fork.git", Secret: token})
//	defer git.Use("/var/cache/auxsync/nix")()
//	cache, err := git.OpenCache(ctx, "/var/cache/auxsync/nix")
//	defer cache.Close()
//	err = fork.Fetch(ctx, cache, []repo.FetchSpec{{From: "refs/heads/*", To: "refs/auxsync/aux/heads/*"}}, nil)
//	err = cache.Graph(ctx)
//
//	q, err := cache.Quarantine(ctx)
//	defer q.Close()
//	merged, err := q.Merge(ctx, base, ours, theirs)
//	commit, err := q.Write("commit", encoded) // a commit with merged.Tree
//	err = q.Pack(ctx, []forks.Hash{commit}, []forks.Hash{old})
//	err = fork.Push(ctx, cache, []forks.RefUpdate{{Ref: "refs/heads/main", Old: old, New: commit}})
package repo
