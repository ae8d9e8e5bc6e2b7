package forks

import (
	"fmt"
	"time"
)

// Pull is a proposal as its forge shows it: a pull request, or on plain git its pair
// of branches. All texts are from others.
type Pull struct {
	ID     ProposalID `json:"id"`
	Track  string     `json:"track"`
	Number int        `json:"number"` // 0 on plain git
	URL    string     `json:"url"`    // of its page; "" on plain git
	// Handle is the forge's own name for it, where it has one beside the number.
	Handle string    `json:"handle"`
	State  PullState `json:"state"`
	// By is who merged or closed it, if that is known.
	By      string    `json:"by"`
	Draft   bool      `json:"draft"`
	Foreign bool      `json:"foreign"` // opened by somebody else: its texts are not ours to edit
	Head    Hash      `json:"head"`    // tip of the fix branch as the forge sees it; zero if it is gone
	Base    Hash      `json:"base"`    // tip of the onto branch
	Title   string    `json:"title"`
	Body    string    `json:"body"`
	Updated time.Time `json:"updated"`

	Labels    []string `json:"labels"`
	Assignees []string `json:"assignees"`
	Reviewers []string `json:"reviewers"` // logins, and teams as org/slug, that were asked and have not answered
	// Status is the state of auxsync's own status on Head, "" for none.
	Status StatusState `json:"status"`
	// Reviews and Comments are all of them, oldest first.
	Reviews  []PullReview  `json:"reviews"`
	Comments []PullComment `json:"comments"`
}

// PullState says whether a pull request still asks.
type PullState string

// The states of a pull request.
const (
	PullOpen   PullState = "open"
	PullMerged PullState = "merged"
	PullClosed PullState = "closed" // without merging
)

// PullReview is one person's review.
type PullReview struct {
	ID      int64         `json:"id"`
	By      string        `json:"by"`
	Bot     bool          `json:"bot"`
	Mine    bool          `json:"mine"` // auxsync's own
	Verdict ReviewVerdict `json:"verdict"`
	Commit  Hash          `json:"commit"` // the head that was reviewed
	Body    string        `json:"body"`
	At      time.Time     `json:"at"`
}

// ReviewVerdict is what a review says of the change. A person's latest one that is no
// mere comment holds.
type ReviewVerdict string

// The verdicts of a review.
const (
	ReviewApproved  ReviewVerdict = "approved"
	ReviewChanges   ReviewVerdict = "changes requested"
	ReviewDismissed ReviewVerdict = "dismissed" // what it said was taken back
	ReviewCommented ReviewVerdict = "commented" // changes no verdict
)

// PullComment is one comment on a pull request or on the dashboard.
type PullComment struct {
	ID   int64  `json:"id"`
	By   string `json:"by"`
	Bot  bool   `json:"bot"`
	Mine bool   `json:"mine"` // auxsync's own
	// Edited is set once the text is not what was written first.
	Edited bool      `json:"edited"`
	Body   string    `json:"body"`
	URL    string    `json:"url"`
	At     time.Time `json:"at"`
	// Acknowledged is set where auxsync's reaction stands on it.
	Acknowledged bool `json:"acknowledged"`
}

// StatusState is the state of a commit status.
type StatusState string

// The states of a commit status that auxsync sets.
const (
	StatusFailure StatusState = "failure"
	StatusSuccess StatusState = "success"
)

// StatusContext is the name of auxsync's commit status.
const StatusContext = "auxsync/resolved"

// PullQuestion says what is looked for on a forge.
type PullQuestion struct {
	Pulls []KnownPull
	// Dashboard looks for the fork's dashboard too; DashboardNumber is its number, 0 if
	// it is not known.
	Dashboard       bool
	DashboardNumber int
}

// KnownPull is a proposal that is looked for.
type KnownPull struct {
	Track  string
	ID     ProposalID
	Number int // 0 if not known: then it is looked for by its branches
	// Onto is the tip of the onto branch as auxsync pushed it; zero if that is not
	// known. On plain git a merge is seen by it alone.
	Onto Hash
}

// SeenPulls is what a forge shows.
type SeenPulls struct {
	Me string // the login under which auxsync writes; "" on plain git
	// Pulls has what was found of each proposal that was asked for. Of several, it is
	// the open one, else the newest.
	Pulls map[ProposalID]Pull
	// Dashboard is nil if there is none, or none was asked for.
	Dashboard *Pull
}

// ForgeTraits says what a forge can show and do beside branches.
type ForgeTraits struct {
	Pages bool // titles, texts, comments, labels, people, statuses, a dashboard
}

// Opening is a pull request to open, or without branches an issue.
type Opening struct {
	Track  string     `json:"track"`
	ID     ProposalID `json:"id"` // empty for an issue
	Title  string     `json:"title"`
	Body   string     `json:"body"`
	Labels []string   `json:"labels"` // of an issue: set with it
}

// People are logins, and teams as org/slug.
type People struct {
	Assignees []string `json:"assignees"`
	Reviewers []string `json:"reviewers"`
}

// Empty reports whether there is nobody.
func (p People) Empty() bool { return len(p.Assignees)+len(p.Reviewers) == 0 }

// PullText is what is written into a pull request or an issue.
type PullText struct {
	Title string `json:"title"` // "" leaves it
	Body  string `json:"body"`
}

// SuggestedReview is one review with a comment for each hunk.
type SuggestedReview struct {
	Commit   Hash              `json:"commit"` // the head that the lines are of
	Body     string            `json:"body"`
	Comments []SuggestedChange `json:"comments"`
}

// SuggestedChange is a comment on lines of a file of the head.
type SuggestedChange struct {
	Path  Path   `json:"path"` // UTF-8
	First int    `json:"first"`
	Last  int    `json:"last"` // inclusive, from 1
	Body  string `json:"body"`
}

// Reaction is how auxsync acknowledges a comment.
type Reaction string

// The reactions.
const (
	Accepted Reaction = "+1"
	Refused  Reaction = "confused"
)

// Ending says how a pull request ends, or that it has not ended.
type Ending struct {
	// Reopen opens it again; nothing else is set then.
	Reopen bool `json:"reopen,omitempty"`
	// Merge merges it, if its head is still Head; else it is closed.
	Merge bool `json:"merge"`
	Head  Hash `json:"head"`
	// Message of the merge.
	Message string `json:"message"`
	// For is who wants the merge; from others.
	For string `json:"for"`
}

// Standing is what a person may do in a fork's repository.
type Standing struct {
	Login        string // as the forge spells it
	ID           int64  // stable across renames
	Exists       bool
	Organisation bool // and no person
	Bot          bool
	Write        bool // may push
	Assignable   bool
	Member       bool // of the fork's organisation, verified
}

// UnknownOutcomeError says that an effect may or may not have been done: the answer
// was lost, or could not be read. Look before trying again.
type UnknownOutcomeError struct {
	Doing string // such as "open a pull request"
	Err   error
}

// Error says what is not known.
func (e *UnknownOutcomeError) Error() string {
	return fmt.Sprintf("%s: it is not known whether it was done: %v", e.Doing, e.Err)
}

// Unwrap returns the cause.
func (e *UnknownOutcomeError) Unwrap() error { return e.Err }

// PacedError says that auxsync itself put a write off, to stay below the limits of the
// forge. It was not sent. Other writes have to wait too; reads need not. It is the
// cause of a [Problem] of kind Retry whose NotBefore is Until.
type PacedError struct{ Until time.Time }

// Error says until when.
func (e *PacedError) Error() string {
	return fmt.Sprintf("many writes in a short time: no more are sent before %s", e.Until.UTC().Format(time.RFC3339))
}

// LaterError says that the forge will take an effect, but not yet: nothing was done,
// and only this effect has to wait; others may go on. Its cause is a [Problem] of kind
// Retry that names no time: the effect is decided anew at the next look.
type LaterError struct{ Err error }

// Error gives the cause.
func (e *LaterError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *LaterError) Unwrap() error { return e.Err }

// ForgeRefusedError says that a forge will not do something, and would not if it
// were asked again in the same way. Nothing was done.
type ForgeRefusedError struct {
	Doing string
	Said  string // the forge's own words; hostile
}

// Error gives the forge's words.
func (e *ForgeRefusedError) Error() string {
	return fmt.Sprintf("%s: refused: %s", e.Doing, Clip(Inert(e.Said), 300))
}
