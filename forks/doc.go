// Package forks holds the words of auxsync as types: forks, tracks, patches,
// outcomes, proposals, the state that a fork's state ref carries and the plan
// of a pass. It also loads and validates config.toml and policy.toml. It does no
// other I/O, but that it looks time zones up, and imports nothing of the module.
//
// # Invariants
//
//   - A patch keeps its id for as long as the fork carries it: "p" and ten hex
//     digits of SHA-256 over track, the commit it was first seen in, and piece.
//     The id is computed once, by [NewPatchID], and never again.
//   - [State] is the truth about a track. It is stored as state.json in the
//     tree of refs/auxsync/state/<track> on the fork; everything that the
//     database knows can be derived from the chain of those commits.
//   - A ledger has exactly one [Row] for each patch of the stack and each
//     commit that arrived in the pass, and both columns of a row are outcomes.
//   - No two tracks of a fork have one name or one branch, those that a pattern
//     stands for included: what would collide is told and does not become a track.
//   - A [Policy] changes nothing of a track but what its people may decide: no
//     address, command, secret or ref comes from it.
//
// # Example
//
// The fork "nix" of NixOS/nix has one track:
//
//	cfg, err := forks.Load("config.toml", os.Getenv)
//	if err != nil {
//		return err // a forks.ConfigError naming every problem with its line
//	}
//	track, err := cfg.Track("aux-main")
//	fmt.Println(track.BranchRef(), "follows", track.Follow)
//
// Its other tracks come from patterns, once upstream's branches are known, and its
// people decide how often each is published:
//
//	for _, pattern := range cfg.Patterns() {
//		tracks, problems := cfg.Expand(pattern, branches)
//		for _, track := range tracks {
//			track = policy.Apply(track) // policy may be nil
//			fmt.Println(track.Name, track.Follow, forks.Span(track.PublishEvery))
//		}
//		fmt.Println(problems) // each needs a person
//	}
package forks
