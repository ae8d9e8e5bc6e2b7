// Package merge is a three-way merge of trees, exactly as git's merge-ort makes it:
// the same verdict, tree, conflicted entries, messages and markers.
//
// A merge is asked of an [Engine]. It reads and writes raw objects and does nothing
// else: it knows no index, no work tree, no refs and no settings but its [Options].
// The steps of a merge are told in merging.go, each in its own file; texts are merged
// by package lines, moved files are found by package renames. Both can be used alone.
//
// # Invariants
//
//   - A result is a function of the input, the options and the objects. Nothing is
//     kept between merges; an engine may be used by many goroutines.
//   - An object that is missing or cannot be read is an error, never a conflict.
//   - Nothing is lost: whatever the inputs have is in the tree, or in a stage of a
//     conflict, or was replaced by what the other side made of it.
//   - merge(b, o, b) is o and merge(b, o, o) is o. A clean merge gives the same tree
//     with its sides exchanged.
//   - What a merge costs follows what differs between its inputs, not how much there
//     is. Names that are met, how deep directories go and how many lines are compared
//     are bounded; a merge that costs much all the same ends with its ctx.
//
// # Where it is not like git, on purpose
//
//   - Git can lose a file where a moved directory takes another one to a path that
//     is, or is below, a file. Here that is a conflict.
//   - In some knots of moved directories git 2.39 ends itself. Here there is a result.
//   - Submodules that both sides changed are always in conflict, also where git has
//     their history at hand and could see that one side contains the other.
//   - Merge drivers that are programs are not run.
//   - A tree that no git writes (not sorted, a name twice, a slash in a name, an id of
//     zeros) is an error. Git leaves files of such trees out without a word, or ends
//     itself.
//   - A file of more than [lines.MaxLines] lines is merged like a binary, which
//     [Result].Large tells.
//
// What git takes is taken: "..", ".git" and other names that no checkout accepts pass
// through a merge as they pass through git's.
//
// # How it was held against git
//
// Picks of any commit onto any other, and real merges, drawn by
//
//	auxsync debug corpus --repo DIR --picks N --merges N --seed 20261123
//
// with git 2.39.5; what git or the history lacked an object for is left out:
//
//	history                       picks  merges  compared  clean  in conflict  differ
//	NixOS/nix                      1700     800      2499   1149         1350       0
//	lix-project/lix                1500     800      2299   1038         1261       0
//	NixOS/nixos-hardware           1500     600      2098   1098         1000       0
//	nix-community/home-manager     1500     600      1979    954         1025       0
//	git/git                        1000     400      1400    732          668       0
//	nix-community/disko             800     300      1100    522          578       0
//	                               8000    3500     11375   5493         5882       0
//
// Equal in all: verdicts, trees (with their markers), stages, messages. Random trees
// meet what histories do not; see the tests of this package.
//
// # Example
//
// The base has a file a with the lines 1 and 2. Ours moved it to b; theirs changed
// line 2 to 3:
//
//	e := merge.New(objects, merge.Options{})
//	r, err := e.Trees(ctx, merge.Input{Base: was, Ours: moved, Theirs: changed,
//		Names: merge.Names{Base: "base", Ours: "upstream", Theirs: "patch"}})
//	// r.Clean is true, r.Tree has b with the lines 1 and 3, and r.Messages has
//	// {Paths: ["b"], Kind: "Auto-merging", Text: "Auto-merging b\n"}
package merge
