package forks

import "time"

// Verb is what a person can ask for by a command, in a comment or on the host.
type Verb string

// The verbs of commands; [Commands] says how each is used.
const (
	VerbRetry        Verb = "retry"
	VerbDrop         Verb = "drop"
	VerbKeepOurs     Verb = "keep ours"
	VerbTakeUpstream Verb = "take upstream"
	VerbMine         Verb = "mine"
	VerbNotMine      Verb = "not mine"
	VerbPause        Verb = "pause"
	VerbResume       Verb = "resume"
	// VerbPark leaves a patch out until VerbUnpark.
	VerbPark   Verb = "park"
	VerbUnpark Verb = "unpark"
	// VerbLatest asks again in a new round, on upstream's newest commit.
	VerbLatest Verb = "latest"
	// VerbUndo takes back the last decision about a conflict.
	VerbUndo Verb = "undo"
	// VerbSplit asks about each patch of an umbrella by itself.
	VerbSplit Verb = "split"
	// VerbRollback brings a track back to what an earlier pass published, and holds it
	// there until VerbResume. Arg has the number of the pass.
	VerbRollback Verb = "rollback"
	// VerbAccept takes a branch that a person rewrote as it is.
	VerbAccept Verb = "accept"
	// VerbRevoke ends the use of a resolution. Arg has its id.
	VerbRevoke Verb = "revoke"
	// VerbDecline and VerbReopen stand for a pull request that was closed without
	// merging, or opened again.
	VerbDecline Verb = "decline"
	VerbReopen  Verb = "reopen"
)

// Request is what a person asked for, until a pass takes it. Who and Because are from
// others.
type Request struct {
	ID          int64  // set by the store
	Fork, Track string // Track is never empty
	Proposal    ProposalID
	Patch       PatchID // where it is about a patch and names no proposal
	Verb        Verb
	Arg         string // as the verb has one, as it was typed
	Who         string
	Because     string
	At          time.Time
	// Source names where it was asked, such as "github comment 123": the same source
	// asks once. Empty on the host.
	Source string
	// URL is where people can read it; "" for none.
	URL string
}

// OfTrack reports whether the request is about the track as a whole.
func (r Request) OfTrack() bool { return r.Proposal == "" && r.Patch == "" }

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
	// Ref is set where a ref of the fork pauses the track, [PauseRef]: it ends with that
	// ref, and By and Because are of the commit to which it points.
	Ref Ref `json:"ref,omitempty"`
}

// End returns the command that ends the pause of a track; url is the fork's, "" where it
// is not known.
func (p Pause) End(track, url string) string {
	if p.Ref == "" {
		return "auxsync resume " + Inert(track)
	}
	if url == "" {
		url = "FORK"
	} else {
		url = ShellWord(url)
	}
	return "git push " + url + " --delete " + string(p.Ref)
}

// Name says who paused the track: a person, or the ref and whose commit it is.
func (p Pause) Name() string {
	switch {
	case p.Ref == "":
		return p.By
	case p.By == "" || p.By == string(p.Ref):
		return string(p.Ref)
	}
	return p.By + ", with " + string(p.Ref)
}
