package forks

import (
	"strconv"
	"time"
)

// ProposalID names a proposal: "c" and ten hex digits.
type ProposalID string

// NewProposalID computes the id from a proposal's identity.
func NewProposalID(track string, patch PatchID, pin Hash, round int) ProposalID {
	return ProposalID("c" + shortDigest(track, string(patch), pin.String(), strconv.Itoa(round)))
}

// ProposalStatus is where a proposal stands in its life (section 5 of the design).
type ProposalStatus string

// The states of a proposal that plain git can be in.
const (
	Open       ProposalStatus = "open"       // both branches pushed, nobody has answered
	Ready      ProposalStatus = "ready"      // fix is settled and waits to be merged into onto
	Unresolved ProposalStatus = "unresolved" // merged, but it needs a person's look; Reason says why
	Harvested  ProposalStatus = "harvested"  // taken in; its branches wait to be deleted
	Withdrawn  ProposalStatus = "withdrawn"  // the conflict went away; its branches wait to be deleted
	Declined   ProposalStatus = "declined"   // closed by a person without merging
	Cleaned    ProposalStatus = "cleaned"    // nothing of it is left but the record
)

// Live reports whether the proposal still asks people for something.
func (s ProposalStatus) Live() bool { return s == Open || s == Ready || s == Unresolved }

// Proposal asks people to resolve one conflict. People are shown the word
// "conflict" or "pull request", never "proposal".
type Proposal struct {
	ID       ProposalID     `json:"id"`
	Patch    PatchID        `json:"patch"`
	Round    int            `json:"round"` // from 1
	Status   ProposalStatus `json:"status"`
	Reason   string         `json:"reason"`
	Conflict Conflict       `json:"conflict"`
	Onto     Hash           `json:"onto"` // the tips as we pushed them
	Fix      Hash           `json:"fix"`
	// Settled is the tip of the fix branch that a pass judged to be settled; zero if it is
	// not Ready.
	Settled Hash `json:"settled,omitzero"`
	// Picked is the patch's form that fix presents.
	Picked Hash `json:"picked"`
	// Touched is set once a person's commit was seen on fix: hands off for good.
	Touched  bool      `json:"touched"`
	Opened   time.Time `json:"opened"`
	Closed   time.Time `json:"closed"`
	ClosedBy string    `json:"closed_by"`

	// Taken is the pass that took the answer in, Published the one that published it; 0
	// before that.
	Taken     int `json:"taken"`
	Published int `json:"published"`

	// Number and URL are of its pull request; zero before it is open, and on plain git.
	Number int    `json:"number"`
	URL    string `json:"url"`
	// Claimed is who said that it is theirs; NotFor who said that it is not, in order.
	Claimed string   `json:"claimed"`
	NotFor  []string `json:"not_for"`
}

// Pair is a proposal's two branches as a fetch found them. A zero hash means
// that the branch does not exist.
type Pair struct {
	Onto Hash
	Fix  Hash
}
