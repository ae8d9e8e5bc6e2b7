package forks

import "encoding/json"

// PlanSchema names the JSON form of a plan.
const PlanSchema = "auxsync.plan/1"

// Plan is the decision of one pass as a value. Whoever applies it writes
// WouldPush and nothing else to the fork; a dry run prints it. Its JSON form is
// section 6 of the design.
type Plan struct {
	Track        string           `json:"track"`
	Pass         int              `json:"pass"`
	Base         BaseMove         `json:"base"`
	UpstreamTip  Hash             `json:"upstream_tip"`
	ForkTip      Hash             `json:"fork_tip"`
	CandidateTip Hash             `json:"candidate_tip"`
	Behind       int              `json:"behind"` // upstream commits (first-parent chain) not in the new base
	Hold         *Hold            `json:"hold"`
	Outcomes     []Row            `json:"outcomes"`
	Conflicts    []Conflict       `json:"conflicts"`
	Proposals    []ProposalAction `json:"proposals"`
	WouldPush    []RefUpdate      `json:"would_push"`
	// Cleanup is what is deleted once WouldPush has arrived: branches of
	// proposals that are settled, and archives beyond their time.
	Cleanup []RefUpdate `json:"cleanup"`
	// Stopped is set if the track stops: then nothing but state is pushed.
	Stopped *Stop `json:"stopped"`
	// Paused is set if the track is paused: then a pass pushes nothing but state, and a
	// dry run shows what it would do once somebody has resumed the track.
	Paused *Pause `json:"paused"`
	// Pings has the fork's own patches whose messages would notify people or write
	// links elsewhere; only at an adoption on a forge with pages.
	Pings []Ping `json:"pings"`

	// State is what the state ref will hold.
	State State `json:"-"`
}

// Ping is a patch whose message would notify people or write links on other pages of
// a forge, each time that a commit with it is pushed there. Its texts are hostile.
type Ping struct {
	Patch   PatchID  `json:"patch"`
	Commit  Hash     `json:"commit"`
	Subject string   `json:"subject"`
	Texts   []string `json:"texts"` // what does it, such as "@somebody", as it is written
}

// BaseMove is the base before and after a pass. Old is zero at adoption.
type BaseMove struct {
	Old Hash `json:"old"`
	New Hash `json:"new"`
}

// ActionKind is what happens to a proposal in a pass.
type ActionKind string

// What can happen to a proposal.
const (
	ActOpen     ActionKind = "open"
	ActWait     ActionKind = "wait" // not asked yet: Reason says why
	ActKeep     ActionKind = "keep"
	ActReady    ActionKind = "ready"
	ActAsk      ActionKind = "ask" // merged, but a person has to look
	ActHarvest  ActionKind = "harvest"
	ActNewRound ActionKind = "new round"
	ActWithdraw ActionKind = "withdraw"
	ActDecline  ActionKind = "decline"
	ActClean    ActionKind = "clean"
)

// ProposalAction is what a pass does with one proposal.
type ProposalAction struct {
	ID     ProposalID `json:"id"`
	Patch  PatchID    `json:"patch"`
	Action ActionKind `json:"action"`
	Reason string     `json:"reason"`
}

// MarshalJSON writes the plan with its schema and with lists that are never null.
func (p Plan) MarshalJSON() ([]byte, error) {
	type plain Plan // without this method
	w := struct {
		Schema string `json:"schema"`
		plain
	}{PlanSchema, plain(p)}
	w.Outcomes = notNull(w.Outcomes)
	w.Conflicts = notNull(w.Conflicts)
	w.Proposals = notNull(w.Proposals)
	w.WouldPush = notNull(w.WouldPush)
	w.Cleanup = notNull(w.Cleanup)
	w.Pings = notNull(w.Pings)
	for i := range w.Conflicts {
		w.Conflicts[i].Files = notNull(w.Conflicts[i].Files)
	}
	return json.Marshal(w)
}

// Publishes reports whether applying the plan moves the track's branch.
func (p Plan) Publishes() bool {
	return p.Stopped == nil && !p.CandidateTip.IsZero() && p.CandidateTip != p.ForkTip
}
