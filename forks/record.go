package forks

import (
	"encoding/json"
	"time"
)

// PassRecord holds what was measured in one run of a pass, also of one that
// failed or found nothing to do.
type PassRecord struct {
	Fork, Track string
	Number      int // of the pass; of the last one, where none was made
	// StateCommit is the state commit that was pushed: it joins the pass with its
	// ledger. Zero if none was.
	StateCommit      Hash
	OldBase, NewBase Hash
	OldTip, NewTip   Hash
	UpstreamTip      Hash
	Behind           int       // upstream commits (first-parent chain) not in the new base
	UpstreamTime     time.Time // committer date of upstream's tip, never later than Started; zero where it is not known
	Started          time.Time
	Seconds          float64
	Bytes            int64 // received and sent
	Outcome          PassOutcome
	Error            string // redacted; empty unless Failed or Stopped
	// Digest is nil where nothing was found out: nothing had moved, or the pass failed.
	Digest *Digest
}

// PassOutcome says how a run of a pass ended.
type PassOutcome string

// The ends of a pass.
const (
	PassPublished PassOutcome = "published" // the branch moved
	PassState     PassOutcome = "state"     // only state, archive or proposals moved
	PassUnchanged PassOutcome = "unchanged" // looked at everything, nothing to write
	PassQuiet     PassOutcome = "quiet"     // nothing had moved since the last pass
	PassStopped   PassOutcome = "stopped"   // the track waits for a person
	PassFailed    PassOutcome = "failed"
)

// Intent is an effect on the outside that is written down before it is tried.
type Intent struct {
	ID          int64
	Fork, Track string // Track is empty on a forge for what is the fork's, such as its dashboard
	// Kind is push or delete, of refs; or on a forge open, update, close, comment,
	// status, edit, stage, label, ask, suggest, react or end.
	Kind    string
	Pass    int
	Payload json.RawMessage // for push and delete: a list of RefUpdate; no secret
	Created time.Time
	Status  IntentStatus
	Note    string
}

// IntentStatus is what is known about an intent.
type IntentStatus string

// The states of an intent.
const (
	IntentOpen        IntentStatus = "open"
	IntentDone        IntentStatus = "done"
	IntentForgotten   IntentStatus = "forgotten"   // it never took effect
	IntentUnexplained IntentStatus = "unexplained" // what was found fits neither
)

// Event is something that happened, for the history that people read.
type Event struct {
	ID          int64  // set by the store: a later event has a larger one
	Fork, Track string // both empty for the service itself
	Pass        int
	At          time.Time // now, if zero
	Kind        string
	Text        string // may quote others: escape it where it is shown
}
