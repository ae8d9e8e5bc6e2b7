package pulls

import (
	"fmt"

	"github.com/auxolotl/auxsync/forks"
)

// VerdictKind says what was merged into onto.
type VerdictKind string

// The verdicts. The caller decides among them by comparing the tree of onto's
// tip with the tree of onto as it was opened.
const (
	// Taken: a settled resolution; Commit is the patch's new version.
	Taken VerdictKind = "taken"
	// NoDifference: nothing of the patch is left, so whoever merged dropped it.
	NoDifference VerdictKind = "no difference"
	// Markers: conflict markers or the conflict file are still inside.
	Markers VerdictKind = "markers"
	// OtherPaths: paths changed that belong neither to the patch nor to its conflict.
	OtherPaths VerdictKind = "other paths"
	// Foreign: onto's tip does not contain onto as we pushed it.
	Foreign VerdictKind = "foreign"
)

// Verdict is what the caller found in a proposal that was merged.
type Verdict struct {
	Kind   VerdictKind
	Commit forks.Hash   // for Taken
	By     string       // who merged, for Taken and NoDifference; hostile
	Paths  []forks.Path // for OtherPaths
}

// maxPathsNamed limits how many paths a reason lists.
const maxPathsNamed = 3

// reason says in plain words what the verdict means for proposal p.
func (v Verdict) reason(p forks.Proposal) string {
	switch v.Kind {
	case Taken:
		return "resolved by " + name(v.By)
	case NoDifference:
		return "merged without the patch's change: dropped by " + name(v.By)
	case Markers:
		return "merged with conflict markers or " + ConflictFileName + " inside"
	case OtherPaths:
		return "merged together with changes to other files: " + pathList(v.Paths)
	case Foreign:
		return "the onto branch was moved to a commit without " + p.Onto.Short() + ", from which it was opened"
	}
	return "merged, and a person has to look"
}

func pathList(paths []forks.Path) string {
	text := ""
	for i, p := range paths {
		if i == maxPathsNamed {
			return fmt.Sprintf("%s and %d more", text, len(paths)-i)
		}
		if i > 0 {
			text += ", "
		}
		text += forks.Inert(string(p))
	}
	return text
}

func name(who string) string {
	if who == "" {
		return "somebody"
	}
	return forks.Clip(forks.Inert(who), 80)
}
