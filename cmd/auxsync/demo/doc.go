// Package demo makes a small world on disk and tells a story in it: an upstream
// that looks like nixpkgs, a soft fork of it with twelve patches, and the people
// of both. The story is the main job of auxsync, and it is run by the real
// program, which the caller passes in as a [Program]. [RunPulls] tells it a second time,
// with pull requests: the two repositories are then on a [Hub], a GitHub inside this
// process, where people answer as they do on its pages.
//
// # Invariants
//
//   - The world is the same each time, commit ids included: texts, authors and
//     dates are fixed, and no configuration of the machine is read.
//   - Whom each conflict is given to is known beforehand too, and why: with a forge the
//     fork has a policy, one of its people is away, and of two nobody knows a login.
//   - Nothing leaves the world's folder but the report, which the program keeps where it
//     likes. Both repositories are bare and local, and a forge is reached from this
//     machine alone.
//   - At upstream's state of the first contact each outcome of the design that a
//     first pass can have occurs, and each is known beforehand ([World.Expect]).
//   - The story is one week's, and ends with the report of it: what that counts is what
//     the story told.
//   - [Run] and [RunPulls] return nil only if every expectation held. Where people give
//     the same answers, the fork's branch ends with the same tree.
//   - With a forge time is the story's: nobody waits, and whoever has to wait leaps.
//
// This package plays the part of people and of their forge, so it runs git by
// itself, the way a contributor would: clone, edit, commit, merge, push. Those
// are the only git processes outside syncer/repo, and none of them belongs to
// the daemon.
//
// # Example
//
//	world, err := demo.Build(ctx, dir)
//	if err != nil {
//		return err
//	}
//	program := connect(world.UpstreamDir, world.ForkDir, world.Track) // the real one
//	return demo.Run(ctx, os.Stdout, world, program)
package demo
