package maintainers

import "github.com/auxolotl/auxsync/forks"

// Source says where a name was found.
type Source string

// The sources, in the order in which they count. The first that gives somebody
// eligible is the one that is asked.
const (
	FromPolicy         Source = "policy"          // [owners], [sigs] paths and [patches] of the fork's policy
	FromTrailer        Source = "trailer"         // Auxsync-Owner: in the patch's message
	FromAuthor         Source = "author"          // of the patch
	FromMeta           Source = "meta"            // meta.maintainers and meta.teams of the package
	FromModule         Source = "module"          // meta of a NixOS module or test
	FromHaskell        Source = "haskell"         // package-maintainers of the Haskell package set
	FromOwners         Source = "owners"          // OWNERS or CODEOWNERS of the fork
	FromUpstreamOwners Source = "upstream owners" // those of upstream, through the team map
	FromTeamMap        Source = "team map"        // [teams] of the policy, for teams of meta
	FromCommitters     Source = "committers"      // who changed these paths in the fork lately
	FromDuty           Source = "on duty"         // the default SIG's member on duty
)

// Step is one name that was met, and what came of it. The trace of a question has
// them in the order in which they were met. All texts but Source are hostile.
type Step struct {
	Source Source `json:"source"`
	// Name is as it was written: a handle, a team, a login, a mail address.
	Name string `json:"name"`
	// Where is the place of the name, such as "ci/OWNERS:33".
	Where    string `json:"where"`
	Login    string `json:"login"` // or org/slug of a team; "" where none is known
	Accepted bool   `json:"accepted"`
	// Why says in a few words why it was accepted, or why not.
	Why string `json:"why"`
}

// Candidate is somebody who may be asked.
type Candidate struct {
	forks.Account        // zero for a team
	Team          string // on the fork's forge as org/slug; "" for a person
	SIG           string // the SIG that the candidate was found through, or is the team of
	Source        Source
	Reason        string // in a few words, for people: "maintains hello (package.nix)"; hostile
	Hits          int    // conflicted files that lead to the candidate
}

// Name is the login, or the team as org/slug.
func (c Candidate) Name() string {
	if c.Team != "" {
		return c.Team
	}
	return c.Login
}
