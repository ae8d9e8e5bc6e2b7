package forks

import "time"

// Roster is what a policy says of people: whom to ask, for what, and when not.
// Logins and names of SIGs are compared without case; the maps have them in lower
// case. A zero Roster knows nobody; [Policy.Roster] fills in the limits.
type Roster struct {
	// People is [people.LOGIN].
	People map[string]Resident
	// SIGs is [sigs.NAME].
	SIGs map[string]SIG
	// DefaultSIG is asked where nobody else is known; "" for none.
	DefaultSIG string
	// Owners is [owners]: path patterns and who is asked for what they match, in the
	// order of the file. Of several that match the last one counts.
	Owners []OwnerRule
	// Patches is [patches]: who is asked for a patch, whatever its paths.
	Patches map[PatchID][]Ask
	// Teams is [teams]: whom a team of upstream's stands for in the fork. The key is
	// written as upstream does: "NixOS/rust" in an owners file, "rust" in meta.teams;
	// lower case. An empty list says that nobody is asked for it.
	Teams  map[string][]Ask
	Limits AskLimits
}

// Resident is a person of the policy, by the login on the fork's forge.
type Resident struct {
	Login string // as the policy spells it
	// Aliases are handles in lists of maintainers, and logins elsewhere, that stand for
	// the same person.
	Aliases []string
	// Away are the days on which the person is not asked.
	Away []DayRange
	// Contact says that the person is an emergency contact (on_call = true): asked only
	// where nobody else can be, or nobody has answered.
	Contact bool
	// OnDuty are the days on which the person is first to be asked where nobody else is
	// known (on_call = [ranges]).
	OnDuty []DayRange
	// OptOut says that the person is never asked.
	OptOut bool
}

// SIG is a group of people that cares for some paths.
type SIG struct {
	Name    string // as the policy spells it
	Members []string
	Paths   []string // path patterns, see [MatchPath]
	Team    string   // on the forge as org/slug; "" if it has none
}

// Ask names whom to ask: one of the two is set.
type Ask struct {
	Login string
	SIG   string // name of a SIG of the policy; in the file "sig:NAME"
}

// OwnerRule says whom to ask for the paths that a pattern matches; nobody where Ask is
// empty.
type OwnerRule struct {
	Pattern string
	Ask     []Ask
	Line    int // in the policy
}

// AskLimits bounds what is asked of people.
type AskLimits struct {
	Asked     int // people and teams about one conflict: 3, at most 10
	PerPerson int // open conflicts that wait with one person: 5
	Treewide  int // files of a patch above which only the default SIG is asked: 25
}

// DayRange is a range of days, both included, in the policy's reader's time zone.
type DayRange struct{ First, Last Day }

// Day is a calendar day.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// Account is a person on a forge. ID is stable across renames; 0 if it is not known.
type Account struct {
	Login string `json:"login"`
	ID    int64  `json:"id,omitempty"`
}
