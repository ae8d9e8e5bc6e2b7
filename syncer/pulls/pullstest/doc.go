// Package pullstest is the one specification of [pulls.Forge] that runs: every forge
// passes [Conform], whether it is plain git or a service with pages.
//
// # Invariants
//
//   - A case sees a forge through its methods, through the bare repository behind it,
//     and through the people of its [Fixture]; never through its code.
//   - Pairs of branches are made as auxsync makes them: onto, and one commit on it that
//     shows the conflict.
//   - After each case the upstream repository is as it was before.
//   - What a forge without pages cannot have is not asked of it; all else is.
//
// # Example
//
//	func TestForge(t *testing.T) {
//		t.Parallel()
//		pullstest.Conform(t, func(t *testing.T) pullstest.Fixture {
//			fork, upstream := …, … // bare repositories of this case alone
//			return pullstest.Fixture{Forge: forge, Fork: fork, Upstream: upstream, …}
//		})
//	}
package pullstest
