// Package mergetest makes inputs for tests of merging, and asks git about them.
//
// A [Case] is three trees as plain values. Cases are written by hand ([Parse]) or drawn
// ([Random]); a [Store] makes objects of them; [Git] merges them with the installed git
// and gives back everything that it says ([Answer]); [Shrink] makes a case small that
// shows a disagreement.
//
// # Invariants
//
//   - The same seed gives the same case on every machine, and the same case the same
//     objects.
//   - In a tree of a case no path stands in the way of another: it can be written.
//   - Objects go to git as one pack for all cases of a run, which git checks (index-pack
//     --strict) when it takes it.
//   - Nothing of the machine's git config, and no clock, is looked at.
//   - What git cannot answer, because it ends itself, is no [Answer] and never taken for
//     one: [Answer.Aborted].
//   - The engine is not imported. This package knows git, not us.
//
// # Example
//
//	store := mergetest.NewStore()
//	c := mergetest.Case{
//		Base:   mergetest.Parse("a = 1 2 3"),   // three lines
//		Ours:   mergetest.Parse("a = 1 x 3"),
//		Theirs: mergetest.Parse("b = 1 2 3; c@ = b"), // moved, and a link to it
//	}
//	q := c.Question(store, mergetest.Settings{Style: "diff3"})
//	git := mergetest.NewGit(t, t.TempDir())
//	answer := git.Ask(t, store, q)[0]
//	fmt.Print(answer) // tree, stages, messages
package mergetest
