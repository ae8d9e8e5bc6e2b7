package weekly

import (
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// readinessOf measures everything that people can agree on a goal for, in this week and
// in those of the trend. What the report tells already is taken from it: two places of
// one report never disagree. Answers are those of all tracks, also of those that are told of
// no more.
func readinessOf(in Input, answers []answer, sofar Report) Readiness {
	m := measures{in: in, sofar: sofar, answers: answers}
	r := Readiness{Goals: []Goal{}, Busiest: -1}
	for _, kind := range forks.GoalKinds() {
		r.Goals = append(r.Goals, m.goal(kind))
	}
	count := func(weeks int) int { return len(resolversOf(m.answersIn(in.Week, weeks))) }
	r.Resolvers1, r.Resolvers4, r.Resolvers12 = count(1), count(4), count(TrendWeeks)
	if share, ok := busiestOf(m.answersIn(in.Week, TrendWeeks)); ok {
		r.Busiest = share
	}
	r.FirstTimers, r.FirstTimerCount = firstTimers(in)
	return r
}

// weeksOfMedian is over how many weeks the median time to an answer is taken: one week
// alone has too few answers.
const weeksOfMedian = 4

// measures computes what is measured of any week of a trend.
type measures struct {
	in      Input
	sofar   Report
	answers []answer
}

// goal is a measure with what was agreed and how it went.
func (m measures) goal(kind forks.GoalKind) Goal {
	g := Goal{Name: kind.Name, Unit: kind.Unit, Least: kind.Least}
	for i := range TrendWeeks {
		week := m.in.Week.Add(i - thisWeek)
		g.Value = nil
		if value, ok := m.of(kind.Name, week); ok {
			g.Value = &value
		}
		g.Trend = append(g.Trend, TrendPoint{week, g.Value}) // this week is the last
	}
	agreed, ok := m.in.Goals[kind.Name]
	if !ok {
		return g
	}
	g.Goal, g.Agreed = &agreed.Value, agreed.Agreed
	if g.Value != nil {
		met := *g.Value <= agreed.Value
		if kind.Least {
			met = *g.Value >= agreed.Value
		}
		g.Met = &met
	}
	return g
}

// of is what was measured in a week; ok is false where that is not known.
func (m measures) of(name forks.GoalName, week forks.Week) (value float64, ok bool) {
	switch name {
	case forks.GoalLag:
		return m.lag(week)
	case forks.GoalInSync:
		return m.inSync(week)
	case forks.GoalSecurityWait:
		return m.securityWait(week)
	case forks.GoalCaredFor:
		return caredFor(m.in, week)
	}
	// The others count what is on record, which is nothing before the fork was.
	if m.in.Rows.Recorded.IsZero() || !m.in.Rows.Recorded.Before(week.End(m.in.Zone)) {
		return 0, false
	}
	switch name {
	case forks.GoalOpenConflicts:
		return m.openConflicts(week), true
	case forks.GoalMedianAnswer:
		median, ok := medianAnswer(m.answersIn(week, weeksOfMedian))
		return float64(Of(median)), ok
	case forks.GoalResolvers:
		return float64(len(resolversOf(m.answersIn(week, TrendWeeks)))), true
	case forks.GoalBusiestShare:
		return busiestOf(m.answersIn(week, TrendWeeks))
	}
	return 0, false
}

func (m measures) answersIn(last forks.Week, weeks int) []answer {
	return answersIn(m.answers, last, weeks, m.in.Zone)
}

// lag is that of the track that is furthest behind at the end of a week.
func (m measures) lag(week forks.Week) (worst float64, ok bool) {
	note := func(lag Seconds, known bool) {
		if known {
			worst, ok = max(worst, float64(lag)), true
		}
	}
	if week == m.in.Week {
		for _, track := range m.sofar.Tracks {
			note(track.Lag.Now, track.Lag.Known)
		}
		return worst, ok
	}
	for _, track := range m.in.Rows.Tracks {
		if tally := m.in.Tallies[track.Track]; tally != nil {
			note(tally.lagAt(week))
		}
	}
	return worst, ok
}

// inSync is the share of the time of the track that had the least of it.
func (m measures) inSync(week forks.Week) (worst float64, ok bool) {
	note := func(share float64, known bool) {
		switch {
		case known && !ok:
			worst, ok = share, true
		case known:
			worst = min(worst, share)
		}
	}
	if week == m.in.Week {
		for _, track := range m.sofar.Tracks {
			note(track.Lag.InSync, track.Lag.InSync >= 0)
		}
		return worst, ok
	}
	for _, track := range m.in.Rows.Tracks {
		if tally := m.in.Tallies[track.Track]; tally != nil {
			note(tally.inSync(week))
		}
	}
	return worst, ok
}

// securityWait is in whole seconds, as the report has it.
func (m measures) securityWait(week forks.Week) (float64, bool) {
	longest, ok := longestSecurityWait(m.in, week, time.Time{})
	if week == m.in.Week {
		return float64(m.sofar.Security.Longest), ok
	}
	return float64(Of(longest)), ok
}

// openConflicts counts what waited for an answer at the end of a week.
func (m measures) openConflicts(week forks.Week) float64 {
	if week == m.in.Week {
		return float64(m.sofar.Conflicts.AllOpen)
	}
	end, n := week.End(m.in.Zone), 0
	for _, track := range m.in.Rows.Tracks {
		for _, p := range track.Proposals {
			if openAt(p, end) {
				n++
			}
		}
	}
	return float64(n)
}

// openAt reports whether a conflict waited for an answer just before a time, as far as
// its record tells: one that was asked about again is on record as open all the while.
func openAt(p forks.Proposal, end time.Time) bool {
	if p.Opened.IsZero() || !p.Opened.Before(end) {
		return false
	}
	return p.Status.Live() || !p.Closed.IsZero() && !p.Closed.Before(end)
}
