package forks

import "time"

// Verb is what a person can ask for by a command, in a comment or on the host.
type Verb string

// The verbs of commands. Those about one conflict name it; pause and resume are about
// a track.
const (
	VerbRetry        Verb = "retry"
	VerbDrop         Verb = "drop"
	VerbKeepOurs     Verb = "keep ours"
	VerbTakeUpstream Verb = "take upstream"
	VerbMine         Verb = "mine"
	VerbNotMine      Verb = "not mine"
	VerbPause        Verb = "pause"
	VerbResume       Verb = "resume"
	// VerbDecline and VerbReopen stand for a pull request that was closed without
	// merging, or opened again.
	VerbDecline Verb = "decline"
	VerbReopen  Verb = "reopen"
)

// Verbs returns those that can be typed, in the order in which people are shown them.
func Verbs() []Verb {
	return []Verb{VerbTakeUpstream, VerbKeepOurs, VerbDrop, VerbRetry, VerbMine, VerbNotMine, VerbPause, VerbResume}
}

// OfConflict reports whether the verb is about one conflict.
func (v Verb) OfConflict() bool { return v != VerbPause && v != VerbResume }

// Request is what a person asked for, until a pass takes it. Who and Because are from
// others.
type Request struct {
	ID          int64  // set by the store
	Fork, Track string // Track is never empty
	Proposal    ProposalID
	Verb        Verb
	Who         string
	Because     string
	At          time.Time
	// Source names where it was asked, such as "github comment 123": the same source
	// asks once. Empty on the host.
	Source string
	// URL is where people can read it; "" for none.
	URL string
}

// RequestRecord is a request with what became of it.
type RequestRecord struct {
	Request
	Pass   int       // that took it; 0 until Taken
	Taken  time.Time // zero until then
	Result string    // in words, for people
}

// Pause says that a track does nothing until somebody resumes it.
type Pause struct {
	By      string    `json:"by"`
	Because string    `json:"because"`
	At      time.Time `json:"at"`
}
