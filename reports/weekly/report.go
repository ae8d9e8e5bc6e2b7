package weekly

import (
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Schema names the JSON form of a report.
const Schema = "auxsync.report/1"

// Report is what a fork's week was like. It is complete: whoever shows it needs nothing
// else. Texts of others in it (subjects, names, reasons, paths, questions) are hostile and
// as they were written; who shows them makes them inert for its format. Lists are never
// null in JSON. Lengths of time are in seconds there.
type Report struct {
	Schema string     `json:"schema"`
	Fork   string     `json:"fork"`
	Week   forks.Week `json:"week"`
	Zone   string     `json:"zone"`
	From   time.Time  `json:"from"`
	To     time.Time  `json:"to"`
	Made   time.Time  `json:"made"`
	// Over is set if the week had ended when the report was made; else it tells of the week
	// so far.
	Over bool `json:"over"`
	// FirstWeek is set if the fork has no record of an earlier one.
	FirstWeek bool `json:"first_week"`
	// Thin says in sentences what is missing because it is not on record (any more); "" for nothing.
	Thin string `json:"thin"`
	// Summary is the first line: the week in plain words. Its texts are inert.
	Summary string `json:"summary"`

	Needed     []Need     `json:"needed"`      // at most [MaxNeeded], the oldest first
	MoreNeeded int        `json:"more_needed"` // others that need a decision
	Tracks     []Track    `json:"tracks"`
	Conflicts  Conflicts  `json:"conflicts"`
	Security   Security   `json:"security"`
	Upstream   []Upstream `json:"upstream"` // one for each upstream branch that took the fork somewhere
	Readiness  Readiness  `json:"readiness"`
	Governance Governance `json:"governance"`
	Deeds      []Deed     `json:"deeds"` // what auxsync did by itself, the newest first
	MoreDeeds  int        `json:"more_deeds"`
	Service    Service    `json:"service"`
	Links      Links      `json:"links"`
}

// Bounds of a report. Readers are people: what is beyond is counted.
const (
	MaxNeeded    = 5
	MaxListed    = 25 // conflicts, changed patches, decisions, deeds, security commits: of each list
	MaxOpenRoles = 10
	TrendWeeks   = 12
)

// Seconds is a length of time, in whole seconds in JSON.
type Seconds int64

// Of converts a length of time; fractions of a second are dropped.
func Of(d time.Duration) Seconds { return Seconds(d / time.Second) }

// Duration converts it back.
func (s Seconds) Duration() time.Duration { return time.Duration(s) * time.Second }

// Links are addresses that a report may point to; "" where there is none.
type Links struct {
	Self     string `json:"self"`     // this report as a page
	Feed     string `json:"feed"`     // the Atom feed
	Page     string `json:"page"`     // the status page
	Upstream string `json:"upstream"` // of the upstream repository, where https
	Fork     string `json:"fork"`
	Policy   string `json:"policy"` // where people change the policy
}

// Need is a decision that only a person can make. Nobody is named as late.
type Need struct {
	Kind  NeedKind `json:"kind"`
	Track string   `json:"track"`
	// What is to be decided, as a sentence without its full stop; inert.
	What string `json:"what"`
	// Do is the one thing to do; inert. Command is set where it is a command line.
	Do      string    `json:"do"`
	Command string    `json:"command"`
	URL     string    `json:"url"` // "" without a page
	Since   time.Time `json:"since"`
	// Long is set where it has waited until the last stage of reminders.
	Long bool `json:"long"`
	// With is whom it waits with: SIGs, teams and, as long as it is not Long, people who did
	// not opt out.
	With []string `json:"with"`
}

// NeedKind says what kind of a decision is needed.
type NeedKind string

// The kinds of decisions.
const (
	NeedConflict NeedKind = "conflict" // an open conflict
	NeedQuestion NeedKind = "question" // a question that no page asks
	NeedStopped  NeedKind = "stopped"  // a track that waits for a person
	NeedPaused   NeedKind = "paused"   // a track that somebody paused
	NeedDeclined NeedKind = "declined" // a conflict that was closed without an answer
)

// Track is how a track went.
type Track struct {
	Track     string          `json:"track"`
	Branch    string          `json:"branch"`
	Follow    string          `json:"follow"`
	Condition forks.Condition `json:"condition"` // at the end
	Why       string          `json:"why"`       // of holding, paused, stopped, failing; hostile
	OldBase   forks.Hash      `json:"old_base"`  // zero where nothing is known
	NewBase   forks.Hash      `json:"new_base"`
	Moves     int             `json:"moves"` // publications that moved the base
	Taken     int             `json:"taken"` // upstream commits
	Lag       Lag             `json:"lag"`
	Passes    Passes          `json:"passes"`
	Stack     Stack           `json:"stack"`
}

// Lag is how far behind upstream a track was. It is measured in time: since when upstream
// has had something that the branch does not have.
type Lag struct {
	Known   bool    `json:"known"` // false where no pass looked
	Now     Seconds `json:"now"`   // at the end; 0 is upstream's newest commit
	Commits int     `json:"commits"`
	Goal    Seconds `json:"goal"`    // agreed or, without one, what config promises; 0 for none
	Agreed  bool    `json:"agreed"`  // Goal is a goal of the policy
	InSync  float64 `json:"in_sync"` // share of the time with a lag within Goal, 0 to 1; -1 where nothing is known
	// Curve has at least the lag at both ends, and at most 200 points in order of time. Between
	// two points it runs straight; where it falls at once there are two of the same time.
	Curve []LagPoint `json:"curve"`
}

// LagPoint is the lag at one time; -1 where it is not known.
type LagPoint struct {
	At  time.Time `json:"at"`
	Lag Seconds   `json:"lag"`
}

// Passes counts the runs of a track's passes by how they ended.
type Passes struct {
	All       int       `json:"all"`
	Published int       `json:"published"`
	State     int       `json:"state"`
	Unchanged int       `json:"unchanged"`
	Quiet     int       `json:"quiet"`
	Stopped   int       `json:"stopped"`
	Failed    int       `json:"failed"`
	Longest   Seconds   `json:"longest"`
	Failures  []Failure `json:"failures"` // by reason, most often first; at most 5
}

// Failure is a reason for which passes failed or stopped; hostile.
type Failure struct {
	Reason string    `json:"reason"`
	Times  int       `json:"times"`
	Last   time.Time `json:"last"`
}

// Stack is what the track carries, at the end.
type Stack struct {
	Patches     int                   `json:"patches"`  // all of the stack
	Outcomes    map[forks.Outcome]int `json:"outcomes"` // of them, on the published branch
	Changed     []Changed             `json:"changed"`
	MoreChanged int                   `json:"more_changed"`
	Upstreamed  []PatchNote           `json:"upstreamed"` // in this week, with thanks
	Added       []PatchNote           `json:"added"`      // first seen in this week
	Ended       []PatchNote           `json:"ended"`      // in this week, otherwise than upstreamed
	LeftOut     []PatchNote           `json:"left_out"`   // now: parked, conflicted or blocked
	// Divergence is the whole difference to the base now; nil where it is not known. Trend has
	// the last known one at the end of each of the last [TrendWeeks] weeks, the oldest first.
	Divergence *forks.Divergence `json:"divergence"`
	Trend      []TrendPoint      `json:"trend"` // of added plus removed lines
	// Most are the patches that were asked about most often, ever; at most 5.
	Most []PatchNote `json:"most"`
}

// PatchNote names a patch and says one thing about it.
type PatchNote struct {
	Patch   forks.PatchID `json:"patch"`
	Subject string        `json:"subject"`
	Author  string        `json:"author"` // "" for who opted out
	Outcome forks.Outcome `json:"outcome"`
	By      string        `json:"by"` // as in the ledger; "" for who opted out
	Note    string        `json:"note"`
	Times   int           `json:"times"`
	Since   time.Time     `json:"since,omitzero"`
}

// Changed is a patch that reads differently now.
type Changed struct {
	Patch     forks.PatchID `json:"patch"`
	Subject   string        `json:"subject"`
	Diff      string        `json:"diff"`
	Shortened bool          `json:"shortened"`
}

// Conflicts is what was asked of people.
type Conflicts struct {
	Opened   int        `json:"opened"`
	Resolved []Resolved `json:"resolved"` // the newest first, at most MaxListed
	// The counts of all that ended in the week, by how.
	ByPeople  int `json:"by_people"`
	ByMemory  int `json:"by_memory"` // uses of what people decided for another patch or track
	Elsewhere int `json:"elsewhere"` // the conflict went away
	Declined  int `json:"declined"`
	// Median and Longest are of the time from asking to a person's answer, over ByPeople; 0
	// where there is none.
	Median  Seconds        `json:"median"`
	Longest Seconds        `json:"longest"`
	Open    []OpenConflict `json:"open"` // at the end; the oldest first, at most MaxListed
	AllOpen int            `json:"all_open"`
	// NotAsked counts the conflicts that nobody is asked about yet, by why.
	NotAsked []NotAsked `json:"not_asked"`
}

// NotAsked counts conflicts that wait to be asked about for one reason.
type NotAsked struct {
	Conflicts int    `json:"conflicts"`
	Why       string `json:"why"` // see [forks.Waits.Text]
}

// Resolved is a conflict that ended.
type Resolved struct {
	Proposal forks.ProposalID `json:"proposal"`
	Track    string           `json:"track"`
	Subject  string           `json:"subject"`
	How      string           `json:"how"` // people, elsewhere, declined
	By       string           `json:"by"`  // "" for nobody, or who opted out
	Reason   string           `json:"reason"`
	URL      string           `json:"url"`
	Took     Seconds          `json:"took"`
	At       time.Time        `json:"at"`
}

// OpenConflict is a conflict that waits for an answer.
type OpenConflict struct {
	Proposal forks.ProposalID `json:"proposal"`
	Track    string           `json:"track"`
	Subject  string           `json:"subject"`
	Cause    string           `json:"cause"` // subject of the upstream commit
	URL      string           `json:"url"`
	Since    time.Time        `json:"since"`
	Age      Seconds          `json:"age"`
	With     []string         `json:"with"` // as in Need
	Next     string           `json:"next"` // inert
}

// Security is about upstream's commits that mention a security fix.
type Security struct {
	Waiting    []SecurityCommit `json:"waiting"` // at the end, the oldest first, at most MaxListed
	AllWaiting int              `json:"all_waiting"`
	Taken      []SecurityCommit `json:"taken"` // in the week, those that waited longest first, at most MaxListed
	AllTaken   int              `json:"all_taken"`
	Longest    Seconds          `json:"longest"` // wait, of both
}

// SecurityCommit is one of them. Waited counts from when auxsync saw it first to when a
// track's branch had it, or the end of the week.
type SecurityCommit struct {
	Track   string     `json:"track"`
	Commit  forks.Hash `json:"commit"`
	Subject string     `json:"subject"`
	Author  string     `json:"author"` // "" for who opted out
	At      time.Time  `json:"at"`     // committer date
	Waited  Seconds    `json:"waited"`
}

// Upstream is what upstream did for the fork on one track.
type Upstream struct {
	Track    string `json:"track"`
	Commits  int    `json:"commits"`
	Authors  int    `json:"authors"`
	Areas    int    `json:"areas"` // packages and folders
	Security int    `json:"security"`
	// Looked is how many of the commits were looked at one by one, Cared how many of those
	// touch a path that somebody of the fork looks after.
	Looked int        `json:"looked"`
	Cared  int        `json:"cared"`
	BySIG  []SIGShare `json:"by_sig"` // most first
	// OpenRoles are the busiest paths that nobody looks after; at most MaxOpenRoles.
	OpenRoles []OpenRole `json:"open_roles"`
	Unlisted  bool       `json:"unlisted"` // some moves were too large to be looked at
}

// SIGShare is how many commits were on the paths of a SIG.
type SIGShare struct {
	SIG     string `json:"sig"`
	Commits int    `json:"commits"`
}

// OpenRole is a path that nobody here looks after.
type OpenRole struct {
	Path    string `json:"path"`
	Commits int    `json:"commits"`
}

// Readiness tells how near the fork is to the goals that its people agreed on.
type Readiness struct {
	Goals []Goal `json:"goals"` // all that auxsync measures, in one order; those without a goal too
	// Resolvers counts who answered a conflict in the last 1, 4 and 12 weeks.
	Resolvers1  int `json:"resolvers_1"`
	Resolvers4  int `json:"resolvers_4"`
	Resolvers12 int `json:"resolvers_12"`
	// FirstTimers are those whose first answer ever was in this week; who opted out is
	// counted only.
	FirstTimers     []string `json:"first_timers"`
	FirstTimerCount int      `json:"first_timer_count"`
	// Busiest is the share of the last 12 weeks' answers that one person gave, without the
	// name; -1 where there are none.
	Busiest float64 `json:"busiest"`
}

// Goal is a measure, its value, and what was agreed.
type Goal struct {
	Name   forks.GoalName `json:"name"`
	Unit   forks.GoalUnit `json:"unit"`
	Least  bool           `json:"least"`  // the value is to be at least the goal; else at most
	Value  *float64       `json:"value"`  // seconds, share or count; nil where not known
	Goal   *float64       `json:"goal"`   // nil where no goal is agreed yet
	Agreed string         `json:"agreed"` // address where it was agreed; "" for none
	Met    *bool          `json:"met"`    // nil without value or goal
	Trend  []TrendPoint   `json:"trend"`  // this week last, TrendWeeks at most
}

// TrendPoint is a value of one week; nil where it is not known.
type TrendPoint struct {
	Week  forks.Week `json:"week"`
	Value *float64   `json:"value"`
}

// Governance is how decisions are made here, from the policy and the config in effect.
type Governance struct {
	Rules    []Rule     `json:"rules"` // who decides what
	Never    []string   `json:"never"` // what auxsync will not do by itself; inert
	Taken    []Decision `json:"taken"` // in the week, the newest first, at most MaxListed
	AllTaken int        `json:"all_taken"`
}

// Rule says who decides something; inert.
type Rule struct {
	What string `json:"what"`
	Who  string `json:"who"`
}

// Decision is something that a person decided.
type Decision struct {
	At      time.Time `json:"at"`
	Track   string    `json:"track"`
	Who     string    `json:"who"`  // "" for who opted out
	What    string    `json:"what"` // inert
	Because string    `json:"because"`
	URL     string    `json:"url"`
	Result  string    `json:"result"`
}

// Deed is something that auxsync did by itself.
type Deed struct {
	At      time.Time `json:"at"`
	Track   string    `json:"track"`
	What    string    `json:"what"`    // inert
	Undo    string    `json:"undo"`    // how a person undoes it; inert
	Command string    `json:"command"` // as a command line; "" for none
}

// Service is how auxsync itself ran.
type Service struct {
	Version  string  `json:"version"`
	Up       float64 `json:"up"` // share of the week, 0 to 1; -1 where nothing is known
	Starts   int     `json:"starts"`
	CutOff   int     `json:"cut_off"`   // runs that ended without a word
	Longest  Seconds `json:"longest"`   // pass
	DiskFree *int64  `json:"disk_free"` // bytes, at the end; nil where not known
	Cache    *int64  `json:"cache"`
	State    *int64  `json:"state"`
	// ForgeLeast is the least share of the forge's limit that was left; -1 where not known.
	ForgeLeast  float64  `json:"forge_least"`
	Undelivered []string `json:"undelivered"` // places that did not get an earlier report; inert
}
