package weekly

import (
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Input is everything that a report is made of.
type Input struct {
	Fork string
	Week forks.Week
	Zone *time.Location
	Made time.Time
	// Rows were asked for from [Reach] to the end of the week, or to Made if that is earlier.
	Rows forks.WeeklyRows
	// Tallies has one for each track of Rows, by its name, to which every run of its passes
	// in that time was added.
	Tallies map[string]*Tally
	// Tracks are the fork's, as config and policy have them now.
	Tracks []forks.Track
	Roster forks.Roster
	Goals  map[forks.GoalName]forks.Goal
	// PolicySource says where the policy is, for people: "the branch auxsync/policy", a file,
	// or "" for none.
	PolicySource string
	Links        Links
	Version      string   // of auxsync
	Undelivered  []string // places that did not get an earlier report; inert

	unname func(string) string // see [Input.unnamed]; set by Make
}

// Reach is the beginning of the time of which a report needs rows: its week and those
// before that trends tell of.
func Reach(w forks.Week, zone *time.Location) time.Time { return w.Add(1 - TrendWeeks).Start(zone) }
