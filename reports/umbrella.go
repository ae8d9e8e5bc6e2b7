package reports

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// AskedPatch is one of several patches that a conflict asks about at once.
type AskedPatch struct {
	Patch   forks.PatchID `json:"patch"`
	Subject string        `json:"subject"`
	Author  forks.Person  `json:"author"`
}

// maxAskedPatches limits how many of them are listed.
const maxAskedPatches = 30

// patchesOf lists the patches of an umbrella; none for a conflict of one patch.
func patchesOf(s forks.State, c forks.Proposal) []AskedPatch {
	list := []AskedPatch{}
	for _, m := range c.Members {
		a := AskedPatch{Patch: m.Patch}
		if p := findPatch(s, m.Patch); p != nil {
			a.Subject, a.Author = p.Subject, p.Author
		}
		list = append(list, a)
	}
	return list
}

// Named is what a conflict is about; see [forks.Proposal.Named].
func (c OpenConflict) Named() string { return c.Proposal.Named(c.Subject) }

// patchField shows the patch, or the patches, that a conflict is about; inert.
func (c OpenConflict) patchField() field {
	if len(c.Patches) == 0 {
		return field{"patch", inert(string(c.Patch), 16) + " " + inert(c.Subject, maxSubject) + by(c.Author)}
	}
	var names []string
	for i, a := range c.Patches {
		if i == maxAskedPatches {
			names = append(names, fmt.Sprintf("and %d more", len(c.Patches)-i))
			break
		}
		names = append(names, inert(string(a.Patch), 16)+" "+inert(a.Subject, maxSubject))
	}
	return field{fmt.Sprintf("%d patches", len(c.Patches)), strings.Join(names, "; ")}
}
