package forks

import "time"

// WeeklyRows is what is on record about a fork, as far as a report needs it, except the
// runs of passes: those are read one by one. Lists are in the order in which things
// happened unless they say otherwise, and never nil.
type WeeklyRows struct {
	Fork string
	// Tracks are all that were ever heard of, also those that config does not have any more
	// and those that were never adopted; sorted by name.
	Tracks []TrackRows
	// Requests are those that were made, or taken, in the time that was asked for.
	Requests []RequestRecord
	// Waiting lists the conflicts of this fork whose pull requests are open, with whom each
	// waits now; sorted by track and number. On plain git there are none.
	Waiting []WaitingWith
	// Events are the fork's and the service's, in that time.
	Events []Event
	// Runs of the service that touch that time.
	Runs []Run
	// Samples of the service and of this fork, in that time.
	Samples []Sample
	// FirstSolved tells, for everyone who has ever answered a conflict of this fork, when it
	// was for the first time: by login or name as the state has it.
	FirstSolved map[string]time.Time
	// Recorded is when the first pass of the fork was made that is on record; zero if none
	// is.
	Recorded time.Time
}

// TrackRows is a track with what its newest state says, and what it was asked about. All
// but Track and Health is zero where it was never adopted.
type TrackRows struct {
	Track, Branch, Follow, Upstream string
	Adopted                         time.Time // zero if it is not
	Base, Tip, UpstreamTip          Hash
	Pass                            int
	Hold                            *Hold
	Stopped                         *Stop
	Paused                          *Pause
	Decisions                       []Decision
	// Stack and Ended are in stack order. From is not on record: it is always "".
	Stack, Ended []Patch
	// Proposals are all that were ever on record, those that the newest state does not have
	// any more as they were last. Settled is not on record: it is always zero.
	Proposals []Proposal
	// Reused lists the first use, where that was in the time that was asked for, of each
	// answer that was given for another patch or track, by each patch.
	Reused []Reuse
	// Turns has, for each patch that is on record, the rows of ledgers in the time that was
	// asked for in which its published outcome was another than in the row before, however
	// long ago that was.
	Turns []Turn
	// Asked counts how often each patch was asked about, ever: each round counts. Who was
	// never asked about is not in it.
	Asked  map[PatchID]int
	Health Health
}

// Reuse is a use of a resolution from elsewhere.
type Reuse struct {
	Patch    PatchID // that used it
	Pass     int
	At       time.Time  // as in Turn
	Proposal ProposalID // whose answer it was; "" if it was learned
	By       string     // who gave it
}

// Turn is a change of what a patch is on the published branch.
type Turn struct {
	Pass int
	At   time.Time // when the pass began, or of its state
	Row  Row
	Was  Outcome // "" where it is new
}

// Sample is one measurement of the service.
type Sample struct {
	At    time.Time
	Fork  string // "" for the service's own
	Name  SampleName
	Value float64
}

// SampleName says what was measured.
type SampleName string

// What is measured about once an hour.
const (
	SampleDiskFree   SampleName = "disk_free"   // bytes free where the caches are
	SampleCacheSize  SampleName = "cache_size"  // bytes that the caches take
	SampleStateSize  SampleName = "state_size"  // bytes of the state directory
	SampleForgeLeft  SampleName = "forge_left"  // requests that the forge's hourly limit leaves
	SampleForgeLimit SampleName = "forge_limit" // that limit
)
