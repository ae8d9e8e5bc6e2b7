// Package renames finds which files of one tree are moved files of another, exactly as
// git 2.39.5 does when it merges. Git keeps no record of moves; it guesses them from what
// is gone and what is new, and a merge that guesses otherwise merges otherwise.
//
// # How
//
// In this order; what a step pairs is out of the next ones:
//
//  1. Equal ids, whatever the need: a source of the same basename first (exact.go).
//  2. A basename that only one source and only one destination have, at 75 % or more;
//     for other basenames, the place where the source's directory seems to have gone
//     (basename.go).
//  3. Sources that nobody needs are dropped, and those that were only to tell where a
//     directory went when that is certain by now (directories.go).
//  4. All that is left against all that is left, at 50 % or more (inexact.go), unless
//     that is too much for the limit.
//
// Similarity counts the bytes in lines that both files have (similarity.go).
//
// # Invariants
//
// Each source and each destination is in one pair at most: a file has no copies here.
// Every score is at least [MinScore]. Empty files are in no pair. Regular files pair with
// regular ones, whatever their exec bit; symlinks and submodules only with an equal one.
// A source and a destination of the same id and mode are never both left over. The same
// question has the same answer.
//
// # Example
//
//	base                 side
//	pkgs/x/default.nix   pkgs/by-name/xx/x/package.nix   (edited, 80 % alike)
//	pkgs/y/default.nix   pkgs/by-name/yy/y/package.nix   (as it was)
//	lib/strings.nix      lib/text/strings.nix            (edited, 90 % alike)
//
// The second is found by id, the third by its basename. For the first no step but the
// last is left: default.nix is no name among the new files.
//
// # The order of files
//
// Between equally good files their order in the question decides. In a plain diff that is
// by path. In a merge it is the order in which git comes across them:
//
//   - It walks the three trees together. Of the next names of the three lists it takes
//     the least by plain bytes, though each list sorts a directory as if its name ended
//     in a slash: where ours lacks a.c, the directory a comes before it.
//   - It enters a directory at once, but puts one off that could be taken whole: if it is
//     the same in the base and theirs, or only ours has it (of files moved by ours), and
//     nobody asks where it or a directory above it went. When all else was walked it
//     walks those, in the order of [MapOrder] of their paths as they were put off.
//     Within them nothing is put off again.
//
// # Agreement
//
// With git 2.39.5, of random cases made of moved, edited, swapped, copied, removed and
// added files (symlinks, submodules, exec bits, binaries, CRLF and missing newlines among
// them): 7,000 plain diffs (all pairs and their scores in percent) and 4,600 merges (where
// each changed and each added file ended), without a difference. To repeat:
//
//	go test ./syncer/merge/renames -run Random -v -long 10000
//
// Not followed are git's attributes (-diff, which makes a text binary) and its
// core.bigFileThreshold. From 2.44 on git also counts what stands after the last newline.
package renames
