package pulls

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// DecisionLabel marks a conflict that has waited for long.
const DecisionLabel = "needs-decision"

// Reminder is the comment of a stage; its zero value is none. There is one comment for
// each stage, which is edited where its text is new, and the last stage has that of the
// one before.
type Reminder struct {
	Stage int
	Text  string
}

// Reminding is what a reminder tells of beside the conflict.
type Reminding struct {
	Stage int // see [forks.Waiting]
	// With is who has the conflict: persons, and teams as org/slug.
	With []Asked
	// Next is when the next stage begins; zero if there is none.
	Next time.Time
	// Begun is when this stage did.
	Begun time.Time
}

// Remind says on the page of a conflict that it waits for a decision: with whom, what
// to do, what happens next and when, and how to have no more reminders. It names nobody
// as late. The first one is for who is assigned alone: a team is not mentioned there.
func Remind(c Case, r Reminding) Reminder {
	if !c.asks() || r.Stage == 0 && c.Parked == nil {
		return Reminder{}
	}
	var b strings.Builder
	people, teams := sortedApart(r.With)
	switch {
	case r.Stage == 0:
		b.WriteString("This waits for a decision.\n")
	case r.Stage == StageRemind && len(people) > 0:
		fmt.Fprintf(&b, "%s: this waits for a decision, and it is with you.\n", persons(people, true))
	case r.Stage == StageRemind:
		fmt.Fprintf(&b, "This waits for a decision. It is with %s.\n", persons(teams, false))
	default:
		everybody := slices.Concat(people, teams)
		fmt.Fprintf(&b, "This waits for a decision. It is with %s", persons(everybody, true))
		if len(everybody) > 1 {
			b.WriteString("; one of you is enough")
		}
		b.WriteString(".\n")
	}
	if goes := r.branch(c); goes != "" {
		fmt.Fprintf(&b, "\n**The branch.** %s\n", goes)
	}
	tap := ""
	if suggested, _, _ := c.tappable(); suggested > 0 && c.Proposal.Status == forks.Open {
		tap = "commit the suggestions under **Files changed**, or "
	}
	b.WriteString("\n**To decide,** " + tap + "comment one line: `/auxsync take upstream`, `/auxsync keep ours` or `/auxsync drop`. The top of this page says more.\n")
	fmt.Fprintf(&b, "\n**What happens next.** %s\n", r.next())
	fmt.Fprintf(&b, "\n**No more reminders:** the label `hold` stops them while it is on, `/auxsync not mine` gives this to somebody else and asks for no reason, `/auxsync pause` lets all of %s rest.\n",
		told(c.Track, maxGlance))
	return Reminder{Stage: max(StageRemind, min(r.Stage, StageDuty)), Text: unmarked(b.String())}
}

// branch says when the branch goes on without the patch, or that it does; "" if it does
// neither.
func (r Reminding) branch(c Case) string {
	branch := told(c.Branch, maxBranch)
	switch {
	case c.Parked != nil:
		return fmt.Sprintf("%s goes on without this patch since %s. It comes back in its place once this is decided.", branch, moment(c.Parked.At))
	case !c.Deadline.IsZero() && c.Deadline.After(r.Begun):
		return fmt.Sprintf("In %s, at %s, %s goes on without this patch, which comes back in its place once this is decided.",
			forks.Span(c.Deadline.Sub(r.Begun).Round(time.Minute)), moment(c.Deadline), branch)
	}
	return ""
}

// next says what the next stage is, if it is not decided before.
func (r Reminding) next() string {
	date := r.Next.UTC().Format("2006-01-02")
	switch r.Stage {
	case 0, StageRemind:
		return "If it still waits on " + date + ", others are asked as well."
	case StageOthers:
		return "If it still waits on " + date + ", who is on duty is asked as well, and the label `" + DecisionLabel + "` marks it."
	case StageDuty:
		return "If it still waits on " + date + ", it is named first where the state of this fork is shown."
	}
	return "It is named first where the state of this fork is shown, until it is decided. There are no further reminders."
}

// sortedApart gives persons and teams, each by name.
func sortedApart(list []Asked) (people, teams []Asked) {
	for _, a := range list {
		if strings.Contains(a.Login, "/") {
			teams = append(teams, a)
		} else {
			people = append(people, a)
		}
	}
	byName := func(a, b Asked) int { return strings.Compare(strings.ToLower(a.Login), strings.ToLower(b.Login)) }
	slices.SortFunc(people, byName)
	slices.SortFunc(teams, byName)
	return people, teams
}

// persons names people in a sentence; members are mentioned if mention is set.
func persons(list []Asked, mention bool) string {
	if len(list) == 0 {
		return "nobody at the moment"
	}
	var names []string
	for _, a := range list[:min(len(list), maxAsked)] {
		names = append(names, person(a.Login, mention && a.Member))
	}
	if len(list) > maxAsked {
		names = append(names, fmt.Sprintf("%d more", len(list)-maxAsked))
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return names[0]
}

// remind keeps the comment of the stage, once all who are to be asked in it are.
func (p *page) remind() {
	asking := slices.ContainsFunc(p.effects, func(e Effect) bool { return e.Kind == DoAsk })
	if r := p.wish.Reminder; r.Stage > 0 && !asking && !p.wish.Hush {
		p.comment(stagePurpose(r.Stage), r.Text)
	}
}
