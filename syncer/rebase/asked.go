package rebase

import "github.com/auxolotl/auxsync/forks"

// Asked is what people asked about patches, as far as a plan carries it out. What was
// asked about conflicts comes as [Merged], or is decided elsewhere.
type Asked struct {
	// Park has what is parked from this pass on: by a person, or by the rule that
	// [forks.Out.Rule] names. What a rule parks stays in the branch where it is clean; what
	// a rule parked becomes a person's.
	Park map[forks.PatchID]forks.Out
	// Unpark has the parked patches that are to come back, with who asked for that.
	Unpark map[forks.PatchID]string
	// Undo has decisions to take back, each with its patch, and with the proposal where it
	// was an answer to one: see [LastDecisions].
	Undo []forks.Request
	// Revoke has resolutions that are not to be used again; Arg is the id.
	Revoke []forks.Request
}
