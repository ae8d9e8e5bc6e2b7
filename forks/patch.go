package forks

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// PatchID names a patch across all its rebases: "p" and ten hex digits.
type PatchID string

// NewPatchID computes the id of a patch when it is first seen. Piece tells
// patches apart that were first seen in the same commit: it is "" for the
// commit's own change and "folded" for what a merge folded.
func NewPatchID(track string, first Hash, piece string) PatchID {
	return PatchID("p" + shortDigest(track, first.String(), piece))
}

// shortDigest returns ten hex digits of SHA-256 over parts, each ended by NUL.
func shortDigest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:5])
}

// Person is an author or committer as git records one. The text is hostile:
// escape it where it is shown.
type Person struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Outcome is what became of a patch, at upstream's tip or at the published base.
type Outcome string

// The outcomes of section 4 of the design.
const (
	Kept       Outcome = "kept"       // same added and removed bytes and paths
	Adapted    Outcome = "adapted"    // picked clean, but its change reads differently now
	Resolved   Outcome = "resolved"   // a person's resolution is in place of the original
	Upstreamed Outcome = "upstreamed" // upstream took it, and it is empty now
	Emptied    Outcome = "emptied"    // nothing of it is left, and no upstream commit is known for it
	Conflicted Outcome = "conflicted" // a pick of it stops
	Blocked    Outcome = "blocked"    // it needs an earlier patch that is missing
	Parked     Outcome = "parked"     // left out for now, by policy or by a person
	Dropped    Outcome = "dropped"    // ended by a person
	Folded     Outcome = "folded"     // its change lives on in another patch
	Expanded   Outcome = "expanded"   // a merge whose commits stand in the stack
	Duplicate  Outcome = "duplicate"  // the same as another patch
)

// Outcomes lists every outcome in the order in which people are shown them.
func Outcomes() []Outcome {
	return []Outcome{Kept, Adapted, Resolved, Upstreamed, Emptied, Conflicted, Blocked, Parked, Dropped, Folded, Expanded, Duplicate}
}

// InStack reports whether a patch with this published outcome is part of the
// published branch.
func (o Outcome) InStack() bool { return o == Kept || o == Adapted || o == Resolved }

// Ends reports whether the outcome ends a patch: it leaves the stack.
func (o Outcome) Ends() bool {
	switch o {
	case Upstreamed, Emptied, Dropped, Folded, Expanded, Duplicate:
		return true
	}
	return false
}

// Row is a patch's line in the ledger of one pass.
type Row struct {
	Patch     PatchID `json:"patch"`
	Subject   string  `json:"subject"`
	Author    Person  `json:"author"`
	Old       Hash    `json:"old"`       // its commit before the pass; zero if there was none
	New       Hash    `json:"new"`       // its commit in the candidate; zero if it is not in it
	Ahead     Outcome `json:"ahead"`     // at upstream's tip
	Published Outcome `json:"published"` // at the chosen base
	By        string  `json:"by"`        // upstream commit, patch id, proposal or person, as the outcome demands
	Reason    string  `json:"reason"`
}

// Version is one form of a patch with the upstream commit from which on it is
// valid. A zero Pin is valid everywhere.
type Version struct {
	Commit   Hash       `json:"commit"` // picked as the difference to its first parent
	Pin      Hash       `json:"pin"`
	Proposal ProposalID `json:"proposal"` // the proposal it was harvested from; empty for the author's own
	By       string     `json:"by"`       // who decided
	At       time.Time  `json:"at"`
	// Resolutions are those that it was made of where nobody was asked: Proposal and By
	// are of the first of them, and At.
	Resolutions []ResolutionID `json:"resolutions,omitzero"`
}

// Patch is one change that the fork carries.
type Patch struct {
	ID         PatchID   `json:"id"`
	Subject    string    `json:"subject"`
	Author     Person    `json:"author"`
	AuthorDate time.Time `json:"author_date"`
	First      Hash      `json:"first"`  // the commit it was first seen in
	Commit     Hash      `json:"commit"` // its form on the state's base; for one left out, its last form
	Versions   []Version `json:"versions"`
	// Out is set while the patch is left out of the published branch.
	Out *Out `json:"out"`
	// End is set once the patch has left the stack for good.
	End *End `json:"end"`
	// From is the patch of the track that stack_from names of which this one is a
	// copy; empty for a patch of its own.
	From PatchID `json:"from"`
	// Folded lists the commits whose changes this patch took in.
	Folded []FoldedCommit `json:"folded"`
	// Was is the outcome pair of the last pass.
	Ahead     Outcome `json:"ahead"`
	Published Outcome `json:"published"`
}

// Rule is what parked a patch, where that was not a person.
type Rule string

// The rules that park patches. What they parked returns by itself where it is clean.
const (
	RuleHold     Rule = "hold_for"
	RuleLag      Rule = "max_lag"
	RuleSecurity Rule = "security_hold_for"
	// RuleRollback parked what arrived after the pass that was rolled back to; `resume`
	// unparks it.
	RuleRollback Rule = "rollback"
)

// Out says why a patch is not part of the published branch for now.
type Out struct {
	// Rule is set where a rule parked it; empty where a person did, and for what is not
	// parked.
	Rule      Rule      `json:"rule,omitempty"`
	Outcome   Outcome   `json:"outcome"` // Conflicted, Blocked or Parked
	By        string    `json:"by"`      // the blocking patch, or who parked it
	Reason    string    `json:"reason"`
	CleanBase Hash      `json:"clean_base"` // the newest base on which it was part of the branch
	Pass      int       `json:"pass"`
	At        time.Time `json:"at"`
}

// Returns reports whether the patch comes back by itself once it is clean: all that is
// left out does, except what a person parked and what a rollback did.
func (o Out) Returns() bool {
	return o.Outcome != Parked || o.Rule != "" && o.Rule != RuleRollback
}

// End says how a patch left the stack.
type End struct {
	Outcome Outcome   `json:"outcome"`
	By      string    `json:"by"`
	Reason  string    `json:"reason"`
	Pass    int       `json:"pass"`
	At      time.Time `json:"at"`
	// After is the patch that stood before it, which may have ended too; empty for the
	// first one, and where it is not known.
	After PatchID `json:"after,omitempty"`
}

// FoldedCommit is a commit that lives on in another patch.
type FoldedCommit struct {
	Commit  Hash    `json:"commit"`
	Subject string  `json:"subject"`
	Author  Person  `json:"author"`
	Patch   PatchID `json:"patch"` // its id, if it was a patch of the stack
}
