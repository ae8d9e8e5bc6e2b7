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
	By     string       // who merged or asked, for Taken and NoDifference; hostile
	Paths  []forks.Path // for OtherPaths
	// Verb is set where nobody merged: By asked for it, because of something. See
	// [Commands.Settle].
	Verb    forks.Verb
	Because string // hostile
	// Members says what each patch of an umbrella came to, in stack order; Kind is then
	// what they all came to, and of no account where they differ.
	Members []MemberVerdict
}

// maxPathsNamed limits how many paths a reason lists.
const maxPathsNamed = 3

// reason says in plain words what the verdict means for proposal p.
func (v Verdict) reason(p forks.Proposal) string {
	if v.Verb != "" {
		return v.asked()
	}
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

// Answer says to whoever gave the command what came of it.
func (v Verdict) Answer() string {
	text := "the patch is dropped"
	switch v.Verb {
	case forks.VerbTakeUpstream:
		text = "upstream's side is taken"
	case forks.VerbKeepOurs:
		text = "the patch's side is kept"
	}
	if v.Verb != forks.VerbDrop && v.Kind == NoDifference {
		text += "; that leaves nothing of the patch, so it is dropped"
	}
	return text
}

// asked says what a command has done.
func (v Verdict) asked() string {
	text := "dropped by " + name(v.By)
	switch {
	case v.Verb == forks.VerbTakeUpstream && v.Kind == NoDifference:
		text += ", who took upstream's side, which left nothing of the patch"
	case v.Verb == forks.VerbKeepOurs && v.Kind == NoDifference:
		text += ", who kept the patch's side, which changes nothing there"
	case v.Verb == forks.VerbTakeUpstream:
		text = "resolved by " + name(v.By) + ", who took upstream's side"
	case v.Verb == forks.VerbKeepOurs:
		text = "resolved by " + name(v.By) + ", who kept the patch's side"
	}
	return text + because(v.Because)
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
