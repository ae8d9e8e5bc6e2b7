package forks

import "time"

// ResolutionID names a resolution: "r" and ten hex digits.
type ResolutionID string

// NewResolutionID computes the id of a resolution from who decided where, and from the
// key of what was in conflict.
func NewResolutionID(track string, proposal ProposalID, key string) ResolutionID {
	return ResolutionID("r" + shortDigest(track, string(proposal), key))
}

// Resolution is what people decided about one piece of content in conflict: it is used
// again wherever exactly that stands against exactly that, on another track or when
// upstream does the same once more. People are shown who decided.
type Resolution struct {
	ID ResolutionID `json:"id"`
	// Key identifies the conflict: the kind of path, and base, ours and theirs. See
	// package resolve.
	Key string `json:"key"`
	// Track is where it was decided: other tracks that used it have it on record, too.
	Track string       `json:"track"`
	Path  string       `json:"path"` // where it was decided, for people: inert
	Kind  ConflictKind `json:"kind"`
	// Result is what stands in place of the conflict, a blob that stays reachable from the
	// state: a whole file with Mode, or with Mode 0 the lines of one hunk. Zero means that
	// there is nothing in its place, with Mode 0: no file, or no lines.
	Result Hash `json:"result,omitzero"`
	Mode   Mode `json:"mode"`

	Patch    PatchID    `json:"patch"`            // about which it was decided; empty for what was learned
	Proposal ProposalID `json:"proposal"`         // in which; empty for what was learned
	Learned  Hash       `json:"learned,omitzero"` // the merge of the fork's history that it was learned from
	By       string     `json:"by"`
	At       time.Time  `json:"at"`
	URL      string     `json:"url"` // of the pull request; may be empty

	// Used counts the patches for which it was used, in this track.
	Used int `json:"used"`
	// Refused lists the patches for which people did not want it: it is not used for these
	// again.
	Refused []PatchID `json:"refused"`
	// Revoked is set once somebody ended its use.
	Revoked *Revoked `json:"revoked,omitempty"`
}

// Revoked says who ended the use of a resolution.
type Revoked struct {
	By      string    `json:"by"`
	Because string    `json:"because"`
	At      time.Time `json:"at"`
}
