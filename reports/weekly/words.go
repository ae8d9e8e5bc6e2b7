package weekly

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/auxolotl/auxsync/forks"
)

// Title is a report's in one line: fork, week, lag and decisions, such as "nixpkgs, week
// 47 of 2026 (16–22 November): 6 h behind, 3 decisions needed". It is inert, has at least
// 15 and at most 120 characters, and nothing in it notifies anybody.
func Title(r Report) string {
	says := []string{titleOfLag(r.Tracks)}
	if n := len(r.Needed) + max(0, r.MoreNeeded); n == 0 {
		says = append(says, "no decision needed")
	} else {
		says = append(says, count(n, "decision", "decisions")+" needed")
	}
	const most = 120
	return forks.Clip(plainName(r.Fork)+", "+weekText(r.Week)+": "+strings.Join(says, ", "), most)
}

// plainName is a name in characters that mean nothing anywhere, at most 40. Names of forks
// that config takes are so already.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-') {
			return r
		}
		return '_'
	}, brief(name, 40))
	if name == "" {
		return "a fork"
	}
	return name
}

// titleOfLag tells the lag of the track that is furthest behind.
func titleOfLag(tracks []Track) string {
	known, worst := false, Seconds(0)
	for _, t := range tracks {
		if t.Lag.Known {
			known, worst = true, max(worst, t.Lag.Now)
		}
	}
	switch {
	case !known:
		return "lag not known"
	case worst == 0:
		return "level with upstream"
	}
	return span(worst) + " behind"
}

// weekText is a week for people: "week 47 of 2026 (16–22 November)".
func weekText(w forks.Week) string {
	first := w.Start(time.UTC)
	last := first.AddDate(0, 0, 6)
	from := "2"
	switch {
	case first.Year() != last.Year():
		from = "2 January 2006 – "
	case first.Month() != last.Month():
		from = "2 January – "
	default:
		from += "–"
	}
	to := "2 January"
	if first.Year() != last.Year() {
		to += " 2006"
	}
	return fmt.Sprintf("week %d of %d (%s%s)", w.Number, w.Year, first.Format(from), last.Format(to))
}

// zoneOf is the time zone that a report was made for, or the one its times are in if this
// machine does not know it.
func zoneOf(r Report) *time.Location {
	if zone, err := time.LoadLocation(r.Zone); err == nil && r.Zone != "" {
		return zone
	}
	return r.From.Location()
}

// dayText is the day of a time in a zone, with the year if it is not that of the report.
func dayText(t time.Time, zone *time.Location, week forks.Week) string {
	t = t.In(zone)
	if t.Year() == week.Year {
		return t.Format("2 January")
	}
	return t.Format("2 January 2006")
}

// Words are explained once in a report, before they are used. The asterisks are for
// emphasis, where a format has it.
const (
	aboutTracks = "A *track* is a branch of the fork that follows one of upstream's. Its *base* is the upstream commit that it stands on. " +
		"Its *lag* is for how long upstream has had something that it lacks. A *pass* is one attempt to bring it up to date."
	aboutStack     = "A *patch* is one change that the fork carries. A track's patches, in order, are its *stack*."
	aboutConflicts = "A *conflict* is a patch that upstream's newest commits do not go together with."
)

// outcomeMeans explains an outcome; "" for one that is not known.
func outcomeMeans(o forks.Outcome) string {
	switch o {
	case forks.Kept:
		return "the same change as before"
	case forks.Adapted:
		return "reads a little differently on the new base"
	case forks.Resolved:
		return "a person's answer to a conflict is in its place"
	case forks.Upstreamed:
		return "upstream has the change now"
	case forks.Emptied:
		return "nothing of it is left"
	case forks.Conflicted:
		return "does not apply until somebody decides how"
	case forks.Blocked:
		return "needs an earlier patch that is missing"
	case forks.Parked:
		return "left out for now"
	case forks.Dropped:
		return "ended by a person"
	case forks.Folded:
		return "lives on in another patch"
	case forks.Expanded:
		return "a merge whose commits stand one by one"
	case forks.Duplicate:
		return "the same as another patch"
	}
	return ""
}

// stands says where a track stands.
func stands(c forks.Condition) string {
	switch c {
	case forks.TrackFound:
		return "found, and not adopted yet"
	case forks.TrackFollowing:
		return "follows upstream"
	case forks.TrackHolding:
		return "waits at an older upstream commit for decisions"
	case forks.TrackPaused:
		return "paused until somebody resumes it"
	case forks.TrackStopped:
		return "stopped, and needs a person"
	case forks.TrackFailing:
		return "the last pass failed, and is tried again"
	}
	return "in a state that is not known"
}

// passesText counts passes by how they ended; what did not happen is left out.
func passesText(p Passes) string {
	if p.All == 0 {
		return "none"
	}
	var ends []string
	for _, e := range []struct {
		n    int
		what string
	}{
		{p.Published, "published"}, {p.State, "wrote down something new"}, {p.Unchanged, "found nothing to do"}, {p.Quiet, "found that nothing had moved"},
		{p.Stopped, "stopped for a person"}, {p.Failed, "failed"},
	} {
		if e.n > 0 {
			ends = append(ends, numeral(e.n)+" "+e.what)
		}
	}
	text := joined(": ", numeral(p.All), strings.Join(ends, ", "))
	if p.Longest > 0 {
		text += "; the longest took " + span(p.Longest)
	}
	return text
}

// timesText says how long answers took.
func timesText(c Conflicts) string {
	if c.ByPeople == 0 {
		return ""
	}
	return "From question to answer it took " + span(c.Median) + " in the median, and " + span(c.Longest) + " at most."
}

// caredText says how much of upstream's work has somebody here.
func caredText(u Upstream) string {
	switch {
	case u.Looked == 0:
		return ""
	case u.Cared == 0:
		return "None of the commits is on a path that somebody here looks after."
	}
	return percent(float64(u.Cared)/float64(u.Looked)) + " of the commits are on paths that somebody here looks after."
}

// waitedText says of a decision that it has waited long; it asks everybody, and reminds
// nobody.
const waitedText = "It has waited for more than three weeks: whoever may decide is welcome to take it."

// roleText says how to take an open role, before and after the words that lead to the
// policy.
const (
	roleBefore = "An open role is a path that nobody here looks after. To take one, change "
	roleAfter  = " by a pull request: add yourself to a SIG (a group of people who look after paths), or the path to one of yours."
)

// goalWords is a measure in words. Value is never "", the rest is where there is no goal.
type goalWords struct{ Name, Means, Value, Target, Met string }

// wordsOf says a measure in words.
func wordsOf(g Goal) goalWords {
	names := map[forks.GoalName]string{
		forks.GoalLag: "Lag", forks.GoalInSync: "Time in sync", forks.GoalSecurityWait: "Longest wait of a security fix",
		forks.GoalOpenConflicts: "Open conflicts", forks.GoalMedianAnswer: "Median time to an answer", forks.GoalResolvers: "People who answer",
		forks.GoalBusiestShare: "Share of the busiest person", forks.GoalCaredFor: "Upstream’s work with somebody here",
	}
	w := goalWords{Name: names[g.Name], Value: "not known"}
	if w.Name == "" {
		w.Name = brief(strings.ReplaceAll(string(g.Name), "_", " "), maxName)
	}
	for _, k := range forks.GoalKinds() {
		if k.Name == g.Name {
			w.Means = k.Means
		}
	}
	if g.Value != nil {
		w.Value = measure(*g.Value, g.Unit)
	}
	if g.Goal != nil {
		w.Target = "at most " + measure(*g.Goal, g.Unit)
		if g.Least {
			w.Target = "at least " + measure(*g.Goal, g.Unit)
		}
	}
	if g.Met != nil {
		w.Met = "not met yet"
		if *g.Met {
			w.Met = "met"
		}
	}
	return w
}

// needText is what is to be decided as a sentence. The name of a track stays as it is.
func needText(n Need) string {
	if n.Track != "" && strings.HasPrefix(n.What, n.Track) {
		return n.What
	}
	return capital(n.What)
}
