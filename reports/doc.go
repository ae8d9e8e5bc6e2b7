// Package reports turns what passes decided and recorded into text that people
// read in a terminal, and into the JSON forms of section 6 of the design.
//
// # Invariants
//
//   - Everything is a pure function of values: no repository, no database, no
//     clock. A report never calls back.
//   - Text from others (subjects, names, paths, reasons) passes [forks.Inert]
//     before it is shown, so it can neither move the cursor nor hide. In JSON it
//     stays as it is.
//   - Lines are at most [Width] columns wide. Words of the design are explained
//     where they first appear; people read "conflict", never "proposal".
//   - JSON names its schema, has full ids and RFC 3339 times, and lists that are
//     never null.
//
// # Example
//
// Printing the state of one track:
//
//	o := reports.Overview{At: now, Tracks: []reports.TrackStatus{reports.TrackStatusOf(track, &state)}}
//	err := reports.Status(os.Stdout, o, reports.Style{})
//
//	aux-main: following upstream
//	  branch     aux-main of the fork nix: 12 patches
//	  follows    master of https://github.com/NixOS/nix
//	  ...
package reports
