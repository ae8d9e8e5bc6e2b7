// Package nix reads Nix source into a lossless syntax tree. It knows the whole language
// as Nix has it, pipes included, and evaluates nothing: what a name stands for is for
// others to find out.
//
// # Invariants
//
//   - Nothing is lost: the tokens of a [File], each with the blanks and comments before
//     it, tile the source, and [Print] of what [Parse] read is the source, byte for byte.
//   - Each [Node] knows its bytes. Children lie in their parent, in the order of the
//     source, and do not overlap; what no child has are the parent's own tokens.
//   - Whatever the bytes are, [Parse] returns a File or an [Error] that names line, column
//     and what was expected there. It does not panic, and its time and memory grow no
//     faster than the source; [Limits] bounds size, tokens and depth, so that recursion
//     over a tree that was read is safe.
//   - A File never changes, and many may read it at once.
//
// What Nix accepts is accepted, and nothing else, with two exceptions: an attribute or an
// argument that is there twice is an error of meaning and read here, and so is a name that
// nothing defines. URIs, search paths, "let { }" and "or" as a name are read as Nix does.
// An invalid file gives no tree at all: half a tree would answer with half the people.
//
// # Example
//
// Whose names are in meta.maintainers:
//
//	f, err := nix.Parse(src, nix.Limits{})
//	if err != nil {
//		return err // "line 3, column 12: expected ';' after the value of an attribute, found …"
//	}
//	nix.Walk(f.Root, func(n nix.Node) bool {
//		if b, ok := n.(*nix.Binding); ok {
//			names, ok := b.Path.Names() // foo."bar" is foo and bar; not ok with ${…}
//			fmt.Println(names, ok, f.Position(b.Range().Start), f.Text(b.Value))
//		}
//		return true
//	})
//
// The nodes around a conflict, the smallest last, are f.Enclosing(f.Lines(first, last)).
package nix
