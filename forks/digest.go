package forks

import "time"

// Digest is what a pass found out for those who read about it later: what only git
// could tell, and what is gone once the repositories have moved on. A pass in which
// nothing had moved has none.
type Digest struct {
	// LacksSince is since when upstream has commits that the fork's branch does not have
	// yet, after the pass: the committer date of the first of them on upstream's first-parent
	// chain, not earlier than that of the base and never later than the pass began. Zero
	// where it has all of them.
	LacksSince time.Time `json:"lacks_since,omitzero"`
	// Lacks counts the commits of upstream's first-parent chain that it does not have.
	Lacks int `json:"lacks"`
	// Taken is what the branch took in by its move to a newer base; nil where that did not
	// move, at adoption, and where history was rolled back.
	Taken *Taken `json:"taken,omitempty"`
	// Security lists upstream's commits about security that the branch does not have yet,
	// after the pass, the oldest first, MaxSecurity at most. MoreSecurity counts the others.
	// Merges are not among them, and of more than MaxTakenListed the newest are looked at.
	Security     []UpstreamCommit `json:"security,omitempty"`
	MoreSecurity int              `json:"more_security,omitempty"`
	// Changed lists the patches whose published form reads differently than before, in
	// stack order, MaxChanged at most. MoreChanged counts the others.
	Changed     []PatchChange `json:"changed,omitempty"`
	MoreChanged int           `json:"more_changed,omitempty"`
	// Divergence is how far the published branch is from its base; nil where it is the same
	// as before.
	Divergence *Divergence `json:"divergence,omitempty"`
}

// Bounds of a digest.
const (
	MaxSecurity    = 100
	MaxChanged     = 25
	MaxChangeText  = 6 << 10 // bytes
	MaxAreas       = 3000
	MaxTakenListed = 20000 // commits that are looked at one by one
)

// UpstreamCommit is a commit of upstream's. Its texts are hostile, in UTF-8 and not
// long.
type UpstreamCommit struct {
	Commit  Hash      `json:"commit"`
	Subject string    `json:"subject"`
	Author  Person    `json:"author"`
	At      time.Time `json:"at"` // committer date, from 1970 to the beginning of the pass
}

// Taken is what upstream did between two bases. Merges are not counted. Where there are
// more than MaxTakenListed commits, Commits alone is told.
type Taken struct {
	Commits int `json:"commits"`
	// Authors has one short digest for each author, of the address in lower case: to count
	// each once over several passes without keeping who they are. Sorted.
	Authors []string `json:"authors,omitempty"`
	// Areas are the packages, or folders, that were touched: those touched most first,
	// MaxAreas at most. MoreAreas counts the others.
	Areas     []Area `json:"areas,omitempty"`
	MoreAreas int    `json:"more_areas,omitempty"`
	// Cared counts the commits that touch a path somebody of the fork looks after, by the
	// policy of that time; BySIG those of each SIG. A commit may be several SIGs'.
	Cared int            `json:"cared"`
	BySIG map[string]int `json:"by_sig,omitempty"`
	// Security lists the commits about security, as in the digest.
	Security     []UpstreamCommit `json:"security,omitempty"`
	MoreSecurity int              `json:"more_security,omitempty"`
}

// Area is a package or folder of upstream's that commits touched.
type Area struct {
	Path    string `json:"path"` // without a slash at its end; "" is the top. Hostile
	Commits int    `json:"commits"`
	Cared   bool   `json:"cared,omitempty"` // somebody of the fork looks after a path there
}

// PatchChange is how a patch reads after a pass, as against before.
type PatchChange struct {
	Patch     PatchID `json:"patch"`
	Old       Hash    `json:"old"`
	New       Hash    `json:"new"`
	Diff      string  `json:"diff"`                // of its two differences, as a range-diff shows it; hostile
	Shortened bool    `json:"shortened,omitempty"` // there was more than MaxChangeText
}

// Divergence is the difference between a branch and its base.
type Divergence struct {
	Files   int `json:"files"`
	Added   int `json:"added"` // lines
	Removed int `json:"removed"`
}
