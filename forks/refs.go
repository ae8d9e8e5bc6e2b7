package forks

import "strconv"

// PolicyBranch is the branch of a fork that holds its policy, in the file
// [PolicyFile]. It shares no history with the others.
const PolicyBranch = "auxsync/policy"

// PolicyFile is the path of the policy in the tree of [PolicyBranch].
const PolicyFile = "policy.toml"

// Ref is a full ref name, such as refs/heads/main.
type Ref string

// RefUpdate is one move of a ref. A zero Old means that the ref must not exist,
// a zero New deletes it.
type RefUpdate struct {
	Ref Ref  `json:"ref"`
	Old Hash `json:"old"`
	New Hash `json:"new"`
}

// BranchRef returns the ref of a branch.
func BranchRef(branch string) Ref { return Ref("refs/heads/" + branch) }

// PolicyRef returns the ref of the fork's policy.
func PolicyRef() Ref { return BranchRef(PolicyBranch) }

// StateRef returns the ref that holds a track's state.
func StateRef(track string) Ref { return Ref("refs/auxsync/state/" + track) }

// ArchivePrefix returns what the track's archive refs begin with, with the slash.
func ArchivePrefix(track string) Ref { return Ref("refs/auxsync/archive/" + track + "/") }

// ArchiveRef returns the ref that keeps the tip published by a pass.
func ArchiveRef(track string, pass int) Ref {
	return ArchivePrefix(track) + Ref(strconv.Itoa(pass))
}

// ProposalPrefix returns what the refs of a track's proposals begin with.
func ProposalPrefix(track string) Ref { return BranchRef("auxsync/" + track + "/") }

// OntoRef returns the branch that a resolution is merged into.
func OntoRef(track string, id ProposalID) Ref { return ProposalPrefix(track) + "onto/" + Ref(id) }

// FixRef returns the branch that presents the conflict.
func FixRef(track string, id ProposalID) Ref { return ProposalPrefix(track) + "fix/" + Ref(id) }

// PauseRef is a ref that anybody who may push to a fork can make: while it exists, all
// tracks of the fork are paused.
const PauseRef Ref = "refs/auxsync/pause"
