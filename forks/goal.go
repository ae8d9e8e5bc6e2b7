package forks

// Goal is what the people of a fork agreed to reach, from [goals.NAME] of their policy.
type Goal struct {
	Name GoalName
	// Value is in seconds, a share from 0 to 1, or a count, as the unit of the name says.
	Value float64
	// Agreed is the https address where it was agreed, for people to read; "" for none.
	// auxsync never opens it.
	Agreed string
}

// GoalName is something that auxsync measures each week.
type GoalName string

// What is measured, in the order in which people are shown it. [GoalKinds] says what
// each of them is.
const (
	GoalLag           GoalName = "lag"
	GoalInSync        GoalName = "in_sync"
	GoalSecurityWait  GoalName = "security_wait"
	GoalOpenConflicts GoalName = "open_conflicts"
	GoalMedianAnswer  GoalName = "median_answer"
	GoalResolvers     GoalName = "resolvers"
	GoalBusiestShare  GoalName = "busiest_share"
	GoalCaredFor      GoalName = "cared_for"
)

// GoalUnit is what a goal is measured in.
type GoalUnit string

// The units of goals.
const (
	GoalTime  GoalUnit = "time"  // "24h"
	GoalShare GoalUnit = "share" // "95%"
	GoalCount GoalUnit = "count" // 5
)

// GoalKind describes what is measured.
type GoalKind struct {
	Name  GoalName
	Unit  GoalUnit
	Least bool   // to be at least the goal; else at most
	Means string // for people
}

// GoalKinds lists everything that is measured, in the order in which people are shown it.
func GoalKinds() []GoalKind {
	return []GoalKind{
		{GoalLag, GoalTime, false, "how far the fork is behind upstream at the end of the week, on the track that is furthest behind"},
		{GoalInSync, GoalShare, true, "share of the time in which the lag was within its goal, on the worst track"},
		{GoalSecurityWait, GoalTime, false, "the longest wait of a security commit of upstream's"},
		{GoalOpenConflicts, GoalCount, false, "conflicts that wait for an answer at the end of the week"},
		{GoalMedianAnswer, GoalTime, false, "median time from asking about a conflict to a person's answer, over four weeks"},
		{GoalResolvers, GoalCount, true, "people who answered a conflict in the last twelve weeks"},
		{GoalBusiestShare, GoalShare, false, "share of the answers of twelve weeks that the busiest person gave"},
		{GoalCaredFor, GoalShare, true, "share of upstream's commits on paths that somebody here looks after"},
	}
}
