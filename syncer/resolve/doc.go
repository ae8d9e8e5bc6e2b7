// Package resolve turns what people decided about one conflict into what is done about
// the next one that is exactly the same. It reads nothing, writes nothing and decides
// nothing new.
//
// A [Conflict] is one file on which a merge stops, with the versions that were merged.
// [Conflict.Derive] holds it against what people made of it and says what they decided,
// for each hunk where they changed nothing but hunks, else for the file as a whole.
// [Conflict.Apply] puts decisions in the place of a conflict.
//
// # Keys
//
// Two conflicts are the same if their keys are. The key of a file is made of its kind of
// conflict, the class of its path, and mode and id of each version. The key of a hunk is
// made of the kind, the class, and the lines of base, ours and theirs, byte by byte: white
// space counts, and so does which side is whose. The class of a path is its extension, or
// its name where it has none.
//
// # Invariants
//
//   - Applying what was derived gives the person's file.
//   - A conflict of which one byte of base, ours or theirs is another one has another key.
//   - Nothing that still has conflict markers is derived or applied.
//   - Nothing is used that was revoked, that people did not want for that patch, or beside
//     another decision of the same key that says something else; see [Memory].
//   - What stands outside of hunks comes from the merge alone.
//
// What conflicts by names (moved files, directories in the place of files) and submodules
// are left to people: what they decide shows in other paths than the one in conflict.
//
// # Example
//
//	c := resolve.Conflict{File: file, Mode: forks.ModeRegular, Base: base, Ours: ours, Theirs: theirs}
//	decided := c.Derive(resolve.Entry{Mode: forks.ModeRegular, Content: answer}, hasMarkers)
//	got := c.Apply(memory.For(patch), hasMarkers)
//	// got.Settled, and got.Entry is the answer
package resolve
