package forks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// StateSchema is the version of state.json that this program reads and writes.
const StateSchema = 1

// History is how a track's branch moves.
type History string

// The two history modes.
const (
	// Merging publishes a marker commit and the stack on it: the branch always
	// fast-forwards, so clones, pins and open pull requests survive.
	Merging History = "merging"
	// Rewrite publishes the stack alone on the base and moves the branch with a lease.
	Rewrite History = "rewrite"
)

// State is the truth about a track after a pass or a decision: state.json in the
// tree of the track's state ref. Lists are in stack order where they hold
// patches, oldest first where they hold events, and never null.
type State struct {
	Schema   int       `json:"schema"`
	Track    string    `json:"track"`
	Pass     int       `json:"pass"`
	At       time.Time `json:"at"`
	Upstream string    `json:"upstream"` // URL without credentials, at the time of the pass
	Follow   string    `json:"follow"`
	Branch   string    `json:"branch"`
	History  History   `json:"history"`
	Adopted  Adopted   `json:"adopted"`

	Base Hash `json:"base"` // the upstream commit the published stack stands on
	// Release is the tag of Base, where the track follows tags.
	Release     string `json:"release"`
	Tip         Hash   `json:"tip"`          // the published tip, or a person's tip that was taken in as it is
	UpstreamTip Hash   `json:"upstream_tip"` // upstream's tip as this pass saw it
	// Markers are the marker commits of the branch, newest last. A marker that is
	// not listed is somebody's ordinary commit.
	Markers []Hash `json:"markers"`

	Patches   []Patch    `json:"patches"` // the stack, left-out patches included, in their place
	Ended     []Patch    `json:"ended"`   // patches that left it, for 180 days at least
	Proposals []Proposal `json:"proposals"`
	Ledger    []Row      `json:"ledger"` // of this pass
	Hold      *Hold      `json:"hold"`
	Decisions []Decision `json:"decisions"`
	Archives  []Archive  `json:"archives"`
	Stopped   *Stop      `json:"stopped"`
	Paused    *Pause     `json:"paused"`

	// Resolutions are what people decided, by the content of what was in conflict, oldest
	// first; those that were revoked stay on record.
	Resolutions []Resolution `json:"resolutions"`
	// Rollback is set while the track stands on the base of an earlier pass because
	// somebody asked for that, until somebody resumes it.
	Rollback *Rollback `json:"rollback"`
	// Lagging is when the oldest of the conflicts that hold the branch back now was given
	// to somebody: max_lag counts from it. It stays while others take its place, and is
	// zero once nothing holds the branch back.
	Lagging time.Time `json:"lagging,omitzero"`
	// Security is the oldest commit about security that waits upstream while conflicts
	// hold the branch back; zero if none does.
	Security Hash `json:"security,omitzero"`

	// Moved is when the branch last moved to a newer base: publish_every counts from it.
	Moved time.Time `json:"moved"`
	// Writer wrote this state.
	Writer Writer `json:"writer"`
	// Retarget is set from a change of upstream until a base of it is published.
	Retarget *Retarget `json:"retarget"`
}

// Adopted records the first contact.
type Adopted struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Hold says where a track waits, and why.
type Hold struct {
	Commit Hash   `json:"commit"` // the hold point
	Reason string `json:"reason"`
	// Until is set where nothing but publish_every keeps the branch from moving on:
	// the time of the next publication. After an adoption that is at once.
	Until time.Time `json:"until,omitzero"`
}

// Decision is a question that only a person can answer and that is no open
// proposal.
type Decision struct {
	Patch PatchID `json:"patch"`
	// Proposal is set where a proposal that is over asks: what was declined, or
	// merged in a way that a person has to look at.
	Proposal ProposalID `json:"proposal"`
	Question string     `json:"question"`
	Asked    time.Time  `json:"asked"`
}

// Rollback says on which earlier pass a track stands, and that it stays there.
type Rollback struct {
	Pass    int       `json:"pass"` // whose archive the branch stands on
	Base    Hash      `json:"base"` // of that pass
	From    Hash      `json:"from"` // the base before the rollback: (Base, From] is rolled back
	By      string    `json:"by"`
	Because string    `json:"because"`
	At      time.Time `json:"at"`
	// Stack is the order of the stack before the rollback, and Returned what stands in the
	// branch again because of it: `resume` makes both so again.
	Stack    []PatchID  `json:"stack"`
	Returned []Returned `json:"returned"`
}

// Returned is a patch that a rollback brought back as it was, with what people had made
// of it since: one of the three is set.
type Returned struct {
	Patch PatchID `json:"patch"`
	Out   *Out    `json:"out"` // who had parked it
	End   *End    `json:"end"` // who had ended it
	// Form is its commit before the rollback, where that stood on the same base.
	Form Hash `json:"form,omitzero"`
}

// Archive is one published tip that an archive ref keeps.
type Archive struct {
	Pass int       `json:"pass"`
	Tip  Hash      `json:"tip"`
	At   time.Time `json:"at"`
}

// Stop says why a track does nothing until a person acts.
type Stop struct {
	Reason string    `json:"reason"`
	Next   string    `json:"next"`
	Tip    Hash      `json:"tip"` // the fork's tip that could not be explained
	At     time.Time `json:"at"`
}

// EncodeState writes state.json: indented, lists never null, newline at the end.
func EncodeState(s State) ([]byte, error) {
	s.Schema = StateSchema
	fillLists(&s)
	out, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode state of %s: %w", s.Track, err)
	}
	return append(out, '\n'), nil
}

// DecodeState reads state.json. A newer schema needs a person: a newer auxsync
// wrote it.
func DecodeState(data []byte) (State, error) {
	var head struct {
		Schema int `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return State{}, AskPerson("restore the state ref from its previous commit", "state.json is damaged: %w", err)
	}
	if head.Schema > StateSchema {
		return State{}, AskPerson("run the newer auxsync that wrote it",
			"state.json has schema %d, this auxsync knows %d", head.Schema, StateSchema)
	}
	if head.Schema < 1 {
		return State{}, AskPerson("restore the state ref from its previous commit", "state.json has no schema")
	}
	var s State
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return State{}, AskPerson("restore the state ref from its previous commit", "state.json is damaged: %w", err)
	}
	fillLists(&s)
	return s, nil
}

func fillLists(s *State) {
	s.Markers = notNull(s.Markers)
	s.Patches = notNull(s.Patches)
	s.Ended = notNull(s.Ended)
	s.Proposals = notNull(s.Proposals)
	s.Ledger = notNull(s.Ledger)
	s.Decisions = notNull(s.Decisions)
	s.Archives = notNull(s.Archives)
	s.Resolutions = notNull(s.Resolutions)
	if s.Rollback != nil {
		back := *s.Rollback
		back.Stack, back.Returned = notNull(back.Stack), notNull(back.Returned)
		s.Rollback = &back
	}
	for _, list := range [][]Patch{s.Patches, s.Ended} {
		for i := range list {
			list[i].Versions = notNull(list[i].Versions)
			list[i].Folded = notNull(list[i].Folded)
		}
	}
	for i := range s.Resolutions {
		s.Resolutions[i].Refused = notNull(s.Resolutions[i].Refused)
	}
	for i := range s.Proposals {
		s.Proposals[i].Conflict.Files = notNull(s.Proposals[i].Conflict.Files)
		s.Proposals[i].NotFor = notNull(s.Proposals[i].NotFor)
		s.Proposals[i].Members = notNull(s.Proposals[i].Members)
		for k := range s.Proposals[i].Members {
			s.Proposals[i].Members[k].Conflict.Files = notNull(s.Proposals[i].Members[k].Conflict.Files)
		}
	}
}

func notNull[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
