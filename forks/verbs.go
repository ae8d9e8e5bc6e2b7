package forks

import "slices"

// Subject is what a command is about; several of them together for one that can be about
// any of these.
type Subject uint8

// The subjects of commands.
const (
	AboutConflict Subject = 1 << iota
	AboutPatch
	AboutTrack
)

// Has reports whether a command can be about what is asked.
func (s Subject) Has(one Subject) bool { return s&one != 0 }

// Right is who may give a command on the page of a conflict. About a track, and on the
// dashboard, only who may push may; on the host, whoever may use auxsync there.
type Right uint8

// The rights, from the widest on.
const (
	// AskedMay: who may be asked about the conflict, too.
	AskedMay Right = iota
	// AssignedMay: who is assigned to the conflict, and who may push.
	AssignedMay
	// WriterMay: who may push.
	WriterMay
)

// Place is where a command is typed; several of them together.
type Place uint8

// The places.
const (
	OnConflict  Place = 1 << iota // a comment on the conflict's pull request
	OnDashboard                   // a comment on the dashboard
	OnHost                        // auxsync's own command line
)

// Command says how a verb is used: whatever reads, offers or checks commands asks this.
type Command struct {
	Verb  Verb
	About Subject
	// Arg is the placeholder of what follows the subject, "" for a verb that takes
	// nothing.
	Arg    string
	Right  Right
	Places Place
	// Help says in a few words what it does.
	Help string
	// Settles: it answers a conflict as if somebody had merged.
	Settles bool
	// Names: a comment about a track has to name it, even where there is one only.
	Names bool
}

// Commands is the catalogue of what can be typed, in the order in which people are shown
// it.
func Commands() []Command {
	const onPages = OnConflict | OnHost
	return []Command{
		{Verb: VerbTakeUpstream, About: AboutConflict, Right: AssignedMay, Places: onPages, Settles: true,
			Help: "upstream's side of what conflicts; the rest of the patch stays"},
		{Verb: VerbKeepOurs, About: AboutConflict, Right: AssignedMay, Places: onPages, Settles: true,
			Help: "the patch's side of what conflicts"},
		{Verb: VerbDrop, About: AboutConflict, Right: AssignedMay, Places: onPages, Settles: true,
			Help: "the fork no longer carries the patch"},
		{Verb: VerbPark, About: AboutConflict | AboutPatch, Right: AssignedMay, Places: onPages,
			Help: "the branch goes on without the patch, until somebody unparks it or settles its conflict"},
		{Verb: VerbUnpark, About: AboutConflict | AboutPatch, Right: AssignedMay, Places: onPages,
			Help: "the patch that was parked comes back"},
		{Verb: VerbLatest, About: AboutConflict, Right: AssignedMay, Places: onPages,
			Help: "ask again, on upstream's newest commit"},
		{Verb: VerbSplit, About: AboutConflict, Right: AssignedMay, Places: onPages,
			Help: "ask about each patch by itself, where this asks about several"},
		{Verb: VerbRetry, About: AboutConflict | AboutTrack, Right: AssignedMay, Places: onPages | OnDashboard,
			Help: "try again, and ask again if it was closed"},
		{Verb: VerbMine, About: AboutConflict, Right: AskedMay, Places: onPages,
			Help: "you take this on; nobody else is asked"},
		{Verb: VerbNotMine, About: AboutConflict, Right: AssignedMay, Places: onPages,
			Help: "somebody else is asked instead of you"},
		{Verb: VerbUndo, About: AboutConflict | AboutPatch | AboutTrack, Right: AssignedMay, Places: onPages | OnDashboard, Names: true,
			Help: "take the last decision back"},
		{Verb: VerbPause, About: AboutTrack, Right: WriterMay, Places: onPages | OnDashboard,
			Help: "nothing is done on this track until somebody resumes it"},
		{Verb: VerbResume, About: AboutTrack, Right: WriterMay, Places: onPages | OnDashboard,
			Help: "the track goes on"},
		{Verb: VerbRollback, About: AboutTrack, Arg: "PASS", Right: WriterMay, Places: OnDashboard | OnHost, Names: true,
			Help: "back to what an earlier pass published, and stay there until somebody resumes it"},
		{Verb: VerbAccept, About: AboutTrack, Right: WriterMay, Places: OnDashboard | OnHost, Names: true,
			Help: "take a branch that was rewritten as it is"},
		{Verb: VerbDecline, About: AboutConflict, Right: AssignedMay, Places: OnHost,
			Help: "decide nothing: it is not asked again"},
		{Verb: VerbRevoke, About: AboutTrack, Arg: "RESOLUTION", Right: WriterMay, Places: OnHost,
			Help: "a stored decision is not used again"},
	}
}

// CommandsAt returns those that can be typed in a place.
func CommandsAt(place Place) []Command {
	return slices.DeleteFunc(Commands(), func(c Command) bool { return c.Places&place == 0 })
}

// CommandOf returns how a verb is used; ok is false for what nobody can type.
func CommandOf(v Verb) (c Command, ok bool) {
	list := Commands()
	if i := slices.IndexFunc(list, func(c Command) bool { return c.Verb == v }); i >= 0 {
		return list[i], true
	}
	return Command{}, false
}

// Known reports whether a verb is one of this program's, typed or not.
func (v Verb) Known() bool {
	_, ok := CommandOf(v)
	return ok || v == VerbDecline || v == VerbReopen
}
