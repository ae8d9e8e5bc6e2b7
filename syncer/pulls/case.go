package pulls

import (
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Case is everything that people are told of one proposal on a forge with pages. Its
// texts are hostile, except track and id.
type Case struct {
	Note
	Proposal forks.Proposal
	// Files has the conflict's files in their order, with the hunks that the fix branch
	// shows of each.
	Files []CaseFile
	// Asked is who was asked to decide, and why.
	Asked []Asked
	// Met has everybody whom the search for people met, with what came of it; Plain are
	// names that lead to nobody who can be asked.
	Met   []Met
	Plain []string
	// Taken is set once the answer stands in the state; Published once the branch
	// carries it. Both are zero while it is open.
	Taken     Publication
	Published Publication
	// Next is the round that took the place of this one; empty if none did.
	Next forks.ProposalID
	// UpstreamPage and ForkPage are the repositories' web pages, without a slash at the
	// end; "" if they are not known to have any.
	UpstreamPage, ForkPage string
	// Reads reports whether the content of a file is well-formed, where that is known
	// for such a file. nil knows of none.
	Reads func(path forks.Path, content []byte) (ok, known bool)
	// Shorter says that the fix branch has no conflict file: every conflict has markers.
	Shorter bool
	// ApproveMerges says that an approving review of somebody eligible merges it.
	ApproveMerges bool
}

// CaseFile is a file of the conflict.
type CaseFile struct {
	forks.ConflictFile
	Content []byte // on the fix branch; nil where it is not shown: too large, binary, no file
	Hunks   []Hunk
}

// Asked is somebody who was asked to decide.
type Asked struct {
	Login  string // or a team as org/slug
	Member bool   // of the fork's organisation, verified: may be mentioned
	Reason string
}

// Met is one name that the search for people met. All of it may be hostile.
type Met struct {
	Source   string // what kind of place names them
	Name     string // as written there; "" where a place names nobody
	Login    string // of whom it stands for, or a team as org/slug; "" for nobody known
	Where    string
	Accepted bool // they are asked
	Why      string
}

// Publication is a pass that took an answer in, or published it.
type Publication struct {
	Pass   int
	Commit forks.Hash // the patch's form, zero if it was dropped
	At     time.Time
}

// Hunk is one conflict in a file, between its marker lines. Lines are counted from 1.
type Hunk struct {
	First, Last int // of the marker lines <<<<<<< and >>>>>>>
	// The lines of each side have their ends, which may be "\r\n". The last one has
	// none where that side of the file ends without.
	Ours, Base, Theirs []string
}

// Wish is what one proposal's pull request should be.
type Wish struct {
	Track    string
	Proposal forks.Proposal
	Title    string
	Text     string   // what stands between the marks of the body
	Labels   []string // all that should be there
	// People is who should be asked; NotFor who must not be any more.
	People forks.People
	NotFor []string
	// MayClaim are those who may take it on though they may not push.
	MayClaim []string
	// Review has the suggestions; nil for none.
	Review *forks.SuggestedReview
	// Waiting is how long it has waited, and Reminder what is said about that.
	Waiting  forks.Waiting
	Reminder Reminder
	// Closing is the comment that says how it ended; "" while it is open.
	Closing string
	// ApproveMerges lets an approving review of somebody eligible merge it.
	ApproveMerges bool
	// Quiet opens nothing new and writes nothing, except answers to people: the track is
	// paused.
	Quiet bool
	// Hush opens nothing new, asks nobody and reminds nobody: these are quiet hours.
	Hush bool
	// Final says that nothing more will be told once it is closed and Closing stands.
	Final bool
}

// ReconcileInput is everything that a decision about a fork's pull requests depends on.
type ReconcileInput struct {
	Traits  forks.ForgeTraits
	Wishes  []Wish // in the order in which they are served
	Records map[forks.ProposalID]forks.PullRecord
	Seen    forks.SeenPulls
	// Standings has everybody whom [Names] lists, by lower-case login.
	Standings map[string]forks.Standing
	// Results are what people asked for of the fork lately, with what came of it, the
	// newest first.
	Results []forks.RequestRecord
	// Tracks are the fork's.
	Tracks []string
	// Repository is the fork's owner/name on the forge. What is remembered of another one
	// is forgotten. "" forgets nothing.
	Repository string
	// Dashboard is the text between the marks of the fork's dashboard; "" for none.
	Dashboard       string
	DashboardTitle  string
	DashboardRecord forks.PullRecord
	Now             time.Time
}

// Reconciled is a decision.
type Reconciled struct {
	// Effects are to be carried out in this order; those of one proposal do not depend
	// on those of another.
	Effects []Effect
	// Records has every record as it is before the effects: with what was seen.
	Records         map[forks.ProposalID]forks.PullRecord
	DashboardRecord forks.PullRecord
	// Requests are what people asked for: by commands, by closing, by opening again. They
	// are stored before Records are: those say that they were taken. Fork is not set.
	Requests []forks.Request
}
