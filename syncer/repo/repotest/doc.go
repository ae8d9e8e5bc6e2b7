// Package repotest makes real repositories for tests: bare, with fixed dates,
// quickly, by git fast-import, and serves them over HTTP as a forge would.
//
// # Invariants
//
//   - The same calls give the same commit ids on every machine.
//   - Nothing of the machine's git config, and no clock, is looked at.
//
// # Example
//
//	up := repotest.New(t, filepath.Join(t.TempDir(), "up.git"))
//	base := up.Commit(t, "main", repotest.Ada, "add a", map[string]string{"a": "1\n"})
//	up.Commit(t, "main", repotest.Ada, "move a", map[string]string{"a": repotest.Delete, "b": "1\n"})
//	fork := up.Fork(t, filepath.Join(t.TempDir(), "fork.git"))
//	fork.Build(t, repotest.Commit{Branch: "main", Parents: []forks.Hash{base}, Subject: "ours", Files: map[string]string{"c": "3\n"}})
package repotest
