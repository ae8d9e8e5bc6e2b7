package pulls

import (
	"fmt"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// DashboardInput is what the dashboard of a fork tells. Its texts are hostile, except
// the names of fork and tracks.
type DashboardInput struct {
	Fork      string
	Tracks    []DashboardTrack
	Heartbeat time.Time // the hour in which auxsync last looked
	Page      string    // address of the status page; "" for none
}

// DashboardTrack is a track on the dashboard.
type DashboardTrack struct {
	Track, Branch, Follow string
	Condition             string // such as "following"
	// Behind counts the upstream commits that the branch does not have yet; nil if it is
	// not known. Since is when the first of them was seen, zero if there is none.
	Behind        *int
	Since         time.Time
	LastPublished time.Time // zero if never
	Paused        *forks.Pause
	URL           string // of the fork
	Conflicts     []DashboardConflict
	Waiting       []DashboardWaiting
	Decisions     []forks.Decision
}

// DashboardConflict is a conflict that waits for a decision.
type DashboardConflict struct {
	Number   int // 0 before its pull request is open
	URL      string
	Title    string
	Since    time.Time // when it was asked
	Declined bool      // closed without merging
	Long     bool      // has waited until the last stage, and waits still
	With     []string  // who has the decision
	// Deadline is when the branch goes on without the patch, zero if it does not; Parked
	// is set once it did.
	Deadline time.Time
	Parked   bool
}

// DashboardWaiting is a conflict that is not asked about yet.
type DashboardWaiting struct {
	ID    forks.ProposalID
	Title string
	Why   string    // see [forks.Waits.Text]
	Since time.Time // when it was first to be asked
	Until time.Time // when it may be asked; zero if that is not known
	// Number and URL are of the pull request whose answer it waits for, if there is one.
	Number int
	URL    string
}

// Limits of the dashboard.
const (
	maxListed   = 25 // conflicts, and decisions, of each track
	maxQuestion = 300
)

// DashboardTitle is the title of a fork's dashboard.
func DashboardTitle(fork string) string { return "auxsync: state of " + titled(fork, maxSubject) }

// DashboardBody is the region of a fork's dashboard, to be put between its marks by
// [Framed]. What does not fit is counted.
func DashboardBody(d DashboardInput) string {
	open, long, undecided := 0, 0, 0
	for _, t := range d.Tracks {
		for _, c := range t.Conflicts {
			if !c.Declined {
				open++
			}
			if c.Long {
				long++
			}
		}
		undecided += len(t.Decisions)
	}
	top := dashboardMark + "\n\n" + unmarked(fmt.Sprintf("%s\n\nauxsync keeps %s grafted onto its upstream. A sign of life, once an hour: %s.%s\n",
		waitsLong(long)+waiting(open, undecided), span(d.Fork, maxGlance), at(d.Heartbeat), statusPage(d.Page)))
	bottom := "\n## Commands\n\nComment here, each on a line of its own:\n\n" +
		dashboardCommands() + "\n" +
		"This needs the right to write. Without the name of a track it is for all tracks of this fork; on a conflict's pull request it is for that track alone. " +
		"This page is rewritten in place; what you write outside of it stays.\n"
	room := maxRegion - len(top) - len(bottom) - leftOut
	var tracks strings.Builder
	for i, t := range d.Tracks {
		text := unmarked(t.shown())
		if len(text) > room {
			text = unmarked(t.short())
		}
		if len(text) > room {
			fmt.Fprintf(&tracks, "\n… and %s more.\n", count(len(d.Tracks)-i, "track"))
			break
		}
		room -= len(text)
		tracks.WriteString(text)
	}
	return top + tracks.String() + bottom
}

// dashboardCommands lists what can be typed on the dashboard.
func dashboardCommands() string {
	var b strings.Builder
	for _, use := range forks.CommandsAt(forks.OnDashboard) {
		text := string(use.Verb)
		if use.Names {
			text = shape(use)
		}
		fmt.Fprintf(&b, "- `/auxsync %s` – %s\n", text, use.Help)
	}
	return b.String()
}

// waitsLong is what the first line begins with if conflicts have waited until the last
// stage.
func waitsLong(long int) string {
	switch long {
	case 0:
		return ""
	case 1:
		return "**1 conflict has waited for a decision for more than three weeks.** "
	}
	return "**" + count(long, "conflict") + " have waited for a decision for more than three weeks.** "
}

// waiting is the first line: does anybody have to act?
func waiting(open, undecided int) string {
	switch {
	case open+undecided == 0:
		return "**Nothing waits for a decision.**"
	case undecided == 0:
		return "**" + count(open, "conflict") + " to decide.**"
	case open == 0:
		return "**" + count(undecided, "question") + " to answer.**"
	}
	return "**" + count(open, "conflict") + " to decide, " + count(undecided, "question") + " to answer.**"
}

func statusPage(page string) string {
	if !pagesPattern.MatchString(strings.TrimSuffix(page, "/") + "/x") {
		return ""
	}
	return " More on the [status page](" + page + ")."
}

func (t DashboardTrack) heading() string {
	return fmt.Sprintf("\n## %s\n\nfollows %s", span(t.Branch, maxBranch), span(t.Follow, maxBranch))
}

// short tells of a track for which there is no more room.
func (t DashboardTrack) short() string {
	return fmt.Sprintf("%s: %s, %s\n", t.heading(), count(len(t.Conflicts), "conflict"), count(len(t.Decisions), "question"))
}

func (t DashboardTrack) shown() string {
	var b strings.Builder
	b.WriteString(t.heading())
	if t.Condition != "" {
		b.WriteString(" · " + span(t.Condition, maxReason))
	}
	b.WriteString(" · " + t.lag())
	if !t.LastPublished.IsZero() {
		b.WriteString(" · last published " + at(t.LastPublished))
	}
	b.WriteByte('\n')
	if p := t.Paused; p != nil {
		end := "/auxsync resume"
		if p.Ref != "" {
			end = p.End(t.Track, t.URL)
		}
		fmt.Fprintf(&b, "\n**Paused** by %s since %s: %s. `%s` goes on.\n", span(p.Name(), maxGlance), at(p.At), span(p.Because, maxSubject), end)
	}
	if len(t.Conflicts) > 0 {
		b.WriteByte('\n')
	}
	for i, c := range t.Conflicts {
		if i == maxListed {
			fmt.Fprintf(&b, "- … and %s more\n", count(len(t.Conflicts)-i, "conflict"))
			break
		}
		b.WriteString(c.shown())
	}
	if len(t.Waiting) > 0 {
		fmt.Fprintf(&b, "\nNot asked yet, so nobody's time has begun (%s); `auxsync retry` on the host asks about one now:\n\n", count(len(t.Waiting), "conflict"))
	}
	for i, w := range t.Waiting {
		if i == maxListed {
			fmt.Fprintf(&b, "- … and %s more\n", count(len(t.Waiting)-i, "conflict"))
			break
		}
		b.WriteString(w.shown())
	}
	if len(t.Decisions) > 0 {
		b.WriteString("\nQuestions that no pull request asks:\n\n")
	}
	for i, q := range t.Decisions {
		if i == maxListed {
			fmt.Fprintf(&b, "- … and %s more\n", count(len(t.Decisions)-i, "question"))
			break
		}
		fmt.Fprintf(&b, "- %s, asked since %s\n", span(q.Question, maxQuestion), at(q.Asked))
	}
	return b.String()
}

func (t DashboardTrack) lag() string {
	switch {
	case t.Behind == nil:
		return "lag not known"
	case *t.Behind == 0:
		return "up to date"
	case t.Since.IsZero():
		return count(*t.Behind, "commit") + " behind"
	}
	return count(*t.Behind, "commit") + " behind since " + at(t.Since)
}

func (c DashboardConflict) shown() string {
	// A title comes with zero-width characters, which need not be seen in a code span.
	title := span(strings.ReplaceAll(c.Title, zeroWidth, ""), maxSubject)
	line := "- "
	switch {
	case c.Number > 0 && pagesPattern.MatchString(c.URL):
		line += fmt.Sprintf("[#%d](%s) ", c.Number, c.URL)
	case c.Number > 0:
		line += fmt.Sprintf("#%d ", c.Number)
	}
	line += title
	if c.Declined {
		return line + ": closed without merging; `/auxsync retry` there asks again\n"
	}
	line += ": asked since " + at(c.Since)
	switch {
	case c.Parked:
		line += ", and the branch goes on without it"
	case !c.Deadline.IsZero():
		line += ", and the branch waits until " + moment(c.Deadline)
	}
	var with []string
	for i, who := range c.With {
		if i == maxAsked {
			with = append(with, "…")
			break
		}
		with = append(with, span(who, maxGlance))
	}
	if len(with) > 0 {
		line += ", waits with " + strings.Join(with, ", ")
	} else {
		line += ", waits with nobody yet"
	}
	return line + "\n"
}

func (w DashboardWaiting) shown() string {
	line := "- " + string(w.ID) + " " + span(strings.ReplaceAll(w.Title, zeroWidth, ""), maxSubject) + ": " + span(w.Why, maxQuestion)
	switch {
	case w.Number > 0 && pagesPattern.MatchString(w.URL):
		line += fmt.Sprintf(" ([#%d](%s))", w.Number, w.URL)
	case w.Number > 0:
		line += fmt.Sprintf(" (#%d)", w.Number)
	}
	if !w.Until.IsZero() {
		line += ", not before " + at(w.Until)
	}
	return line + "\n"
}

// at shows a time to the minute, as it is the same for everybody.
func at(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
