package forks

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// ContentDigest identifies what stands against what: the paths in conflict, each with
// its kind and with modes and ids of its stages. Two conflicts with the same digest are
// the same question, whatever the tracks, the patches and the causes are called, and one
// answer will do for both. It is "" for a conflict without files, which equals no other.
func (c Conflict) ContentDigest() string {
	if len(c.Files) == 0 {
		return ""
	}
	files := slices.SortedFunc(slices.Values(c.Files), func(a, b ConflictFile) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Kind, b.Kind))
	})
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%q %q", f.Path, f.Kind)
		stages := slices.SortedFunc(slices.Values(f.Stages), func(a, b Stage) int { return cmp.Compare(a.Stage, b.Stage) })
		for _, s := range stages {
			fmt.Fprintf(h, " %d %o %s", s.Stage, uint32(s.Mode), s.ID)
		}
		fmt.Fprintln(h)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
