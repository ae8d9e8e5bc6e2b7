package forks

import (
	"fmt"
	"slices"
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
	// Queued: recorded, without branches yet; Waits says what it waits for.
	Queued     ProposalStatus = "waiting"
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

// Pending reports whether the proposal asks people for something, or will.
func (s ProposalStatus) Pending() bool { return s == Queued || s.Live() }

// Proposal asks people to resolve one conflict. People are shown the word
// "conflict" or "pull request", never "proposal".
type Proposal struct {
	ID    ProposalID `json:"id"`
	Patch PatchID    `json:"patch"`
	Round int        `json:"round"` // from 1
	// Follows is the round that ended when this one began; empty where none did.
	Follows  ProposalID     `json:"follows,omitempty"`
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
	// Undone is set once somebody took the answer back; nil otherwise.
	Undone *Undone `json:"undone,omitempty"`

	// Carry is set where an earlier round of the same question ended while people's
	// commits stood on its branches.
	Carry *Carry `json:"carry,omitempty"`

	// Number and URL are of its pull request; zero before it is open, and on plain git.
	Number int    `json:"number"`
	URL    string `json:"url"`
	// Claimed is who said that it is theirs; NotFor who said that it is not, in order.
	Claimed string   `json:"claimed"`
	NotFor  []string `json:"not_for"`

	// Waits is why a proposal that is Queued is not open yet; nil otherwise.
	Waits *Waits `json:"waits,omitempty"`
	// Given is when it was open and given to somebody: hold_for counts from then. Zero
	// before that.
	Given time.Time `json:"given,omitzero"`
	// Deadline is when the branch goes on without the patch; zero while there is none: it
	// was given to nobody yet, the patch is held for ever, or it holds nothing back.
	Deadline time.Time `json:"deadline,omitzero"`
	// Rule is what sets the deadline; empty while there is none.
	Rule Rule `json:"rule,omitempty"`
	// Held is since when the label [HoldLabel] stops the deadline, zero while it does not;
	// Rested for how long it did before.
	Held   time.Time     `json:"held,omitzero"`
	Rested time.Duration `json:"rested,omitempty"`
	// Reminded is set once people were told that half of the time until the deadline is
	// over.
	Reminded bool `json:"reminded,omitempty"`
	// Members are the patches of an umbrella, in stack order, Patch being the first of
	// them; empty for a proposal about one patch. Conflict is then that of the first, with
	// the files of all; no two of them share a path.
	Members []Member `json:"members"`
	// Split is set once somebody wanted the patches of an umbrella to be asked about one
	// by one: they are not put together again for its cause.
	Split bool `json:"split,omitempty"`
}

// Patches lists the patches that the proposal asks about, in stack order.
func (p Proposal) Patches() []PatchID {
	if !p.Umbrella() {
		return []PatchID{p.Patch}
	}
	list := make([]PatchID, len(p.Members))
	for i, m := range p.Members {
		list[i] = m.Patch
	}
	return list
}

// Undone says who took a decision back.
type Undone struct {
	By      string    `json:"by"`
	Because string    `json:"because"`
	At      time.Time `json:"at"`
}

// Umbrella reports whether the proposal asks about several patches at once.
func (p Proposal) Umbrella() bool { return len(p.Members) > 0 }

// Named is what a proposal is about, given the subject of its first patch: that, or how
// many patches it asks about at once.
func (p Proposal) Named(subject string) string {
	if !p.Umbrella() {
		return subject
	}
	return fmt.Sprintf("%d patches, such as %s", len(p.Members), subject)
}

// About reports whether the proposal asks about a patch.
func (p Proposal) About(id PatchID) bool {
	return p.Patch == id || slices.ContainsFunc(p.Members, func(m Member) bool { return m.Patch == id })
}

// ConflictOf returns what the proposal asks about one of its patches.
func (p Proposal) ConflictOf(id PatchID) Conflict {
	for _, m := range p.Members {
		if m.Patch == id {
			return m.Conflict
		}
	}
	return p.Conflict
}

// Carry is what became of the commits that people pushed to an earlier round. The commits
// themselves stay reachable from the track's state.
type Carry struct {
	From ProposalID `json:"from"` // the round that they were pushed to
	Work Hash       `json:"work"` // the newest of them
	// Tip is where the fix branch began: their commits, picked anew. Zero if they could not
	// be, for the reason Because, or if all that they did was there already.
	Tip     Hash   `json:"tip,omitzero"`
	Commits int    `json:"commits"` // how many were picked
	Because string `json:"because"` // a clause that may hold texts of others
}

// Begins is the tip of the fix branch as it was pushed first: that of Fix, or what was
// carried over from an earlier round.
func (p Proposal) Begins() Hash {
	if p.Carry != nil && !p.Carry.Tip.IsZero() {
		return p.Carry.Tip
	}
	return p.Fix
}

// Member is one patch of an umbrella.
type Member struct {
	Patch    PatchID  `json:"patch"`
	Conflict Conflict `json:"conflict"`
	Picked   Hash     `json:"picked"` // its form that fix presents
	// Onto and Fix are its own two commits on the umbrella's branches: what was before it,
	// and that with its conflict.
	Onto Hash `json:"onto"`
	Fix  Hash `json:"fix"`
}

// WaitReason says what a proposal that is not open yet waits for.
type WaitReason string

// What proposals wait for.
const (
	WaitsOpen      WaitReason = "open"      // as many are open as the limit permits
	WaitsPerDay    WaitReason = "per_day"   // as many were opened in the last 24 h as the limit permits
	WaitsQuiet     WaitReason = "quiet"     // quiet hours
	WaitsElsewhere WaitReason = "elsewhere" // the same conflict is asked about on another track
)

// Waits is what a proposal that is not open yet waits for.
type Waits struct {
	Reason WaitReason `json:"reason"`
	// Since is when it was first to be asked: who has waited longest has the next turn.
	Since time.Time `json:"since,omitzero"`
	// Until is when it may be opened, zero where that is not known.
	Until time.Time `json:"until,omitzero"`
	// Limit is how many there may be, with [WaitsOpen] and [WaitsPerDay].
	Limit int `json:"limit,omitempty"`
	// Track and Proposal are where the conflict is asked about, with [WaitsElsewhere].
	Track    string     `json:"track"`
	Proposal ProposalID `json:"proposal"`
	// Closed is set where it was closed there without an answer.
	Closed bool `json:"closed,omitempty"`
}

// Pair is a proposal's two branches as a fetch found them. A zero hash means
// that the branch does not exist.
type Pair struct {
	Onto Hash
	Fix  Hash
}
