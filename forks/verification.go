package forks

import (
	"encoding/json"
	"time"
)

// VerifySchema names the JSON form of a [Verification].
const VerifySchema = "auxsync.verify/1"

// Verification is what a stranger found who held a fork against its upstream.
type Verification struct {
	Fork      string          `json:"fork"`      // URL without credentials
	Upstreams []string        `json:"upstreams"` // URLs without credentials
	At        time.Time       `json:"at"`
	Tracks    []VerifiedTrack `json:"tracks"` // by name
}

// Holds reports whether nothing was found wrong on any track.
func (v Verification) Holds() bool {
	for _, t := range v.Tracks {
		if !t.Holds() {
			return false
		}
	}
	return true
}

// VerifiedTrack is what was found of one track. Its texts may come from the fork and are
// hostile.
type VerifiedTrack struct {
	Track    string `json:"track"`
	Branch   string `json:"branch"`
	Follow   string `json:"follow"`
	Upstream string `json:"upstream"` // as the fork's state names it
	Pass     int    `json:"pass"`     // of the newest state
	Base     Hash   `json:"base"`
	Tip      Hash   `json:"tip"` // the newest published one

	Since    time.Time `json:"since"`    // when the oldest pass that was looked at was made
	Complete bool      `json:"complete"` // that pass is the adoption
	Passes   int       `json:"passes"`   // that were looked at
	Tips     int       `json:"tips"`     // published tips that were looked at
	Patches  int       `json:"patches"`  // in the newest stack, left-out ones included
	// Decisions counts what became of patches that do not simply stand in the branch, and
	// of those that stand there resolved, in the passes that were looked at.
	Decisions []OutcomeCount `json:"decisions"`

	Breaches []Breach `json:"breaches"`
	// More counts the breaches that are not listed.
	More int `json:"more"`
	// Notes are what a reader has to know and what breaks no promise.
	Notes []string `json:"notes"`
}

// Holds reports whether nothing was found wrong.
func (t VerifiedTrack) Holds() bool { return len(t.Breaches) == 0 }

// OutcomeCount counts patches.
type OutcomeCount struct {
	Outcome Outcome `json:"outcome"`
	Patches int     `json:"patches"`
}

// Breach is a promise that a fork does not keep.
type Breach struct {
	Pass    int    `json:"pass"`    // whose state says so; 0 for what is about no pass
	Subject string `json:"subject"` // such as "patch p0123456789" or "tip 0123456789"; inert
	Rule    string `json:"rule"`    // what is wrong with it; inert
	Commits []Hash `json:"commits"` // that it is about
	// Look is a command with which a person sees it, in a clone that has fetched the
	// fork's refs; empty where there is nothing to see.
	Look string `json:"look"`
}

// MarshalJSON writes the value with its schema and with lists that are never null.
func (v Verification) MarshalJSON() ([]byte, error) {
	type plain Verification // without this method
	w := struct {
		Schema string `json:"schema"`
		Holds  bool   `json:"holds"`
		plain
	}{VerifySchema, v.Holds(), plain(v)}
	w.Upstreams = notNull(w.Upstreams)
	w.Tracks = append([]VerifiedTrack{}, w.Tracks...)
	for i := range w.Tracks {
		t := &w.Tracks[i]
		t.Decisions, t.Breaches, t.Notes = notNull(t.Decisions), append([]Breach{}, t.Breaches...), notNull(t.Notes)
		for k := range t.Breaches {
			t.Breaches[k].Commits = notNull(t.Breaches[k].Commits)
		}
	}
	return json.Marshal(w)
}
