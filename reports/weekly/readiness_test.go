package weekly

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// sofarOf is what the rest of the report says, as the tallies and rows of a drawn fork
// have it.
func sofarOf(f drawnFork) (r Report) {
	for _, name := range slices.Sorted(maps.Keys(f.in.Tallies)) {
		track := Track{Track: name, Lag: Lag{InSync: -1}}
		if lag, ok := f.in.Tallies[name].lagAt(f.in.Week); ok {
			share, _ := f.in.Tallies[name].inSync(f.in.Week)
			track.Lag = Lag{Known: true, Now: lag, InSync: share}
		}
		r.Tracks = append(r.Tracks, track)
	}
	r.Security = securityOf(f.in, f.in.Week.End(f.in.Zone))
	r.Conflicts.AllOpen = openIn(f, f.in.Week)
	return r
}

// openIn counts directly which conflicts wait at the end of a week.
func openIn(f drawnFork, week forks.Week) (n int) {
	end := week.End(f.in.Zone)
	for _, track := range f.in.Rows.Tracks {
		for _, p := range track.Proposals {
			if p.Opened.Before(end) && (p.Status.Live() || p.Closed.After(end) || p.Closed.Equal(end)) {
				n++
			}
		}
	}
	return n
}

// naiveAnswer is an answer as a reader of all rows finds it.
type naiveAnswer struct {
	who  string
	took time.Duration // -1 where that is not known
}

// naivePerson is whom a name of drawnNames stands for.
func naivePerson(name string) string {
	switch strings.ToLower(name) {
	case "ada-l":
		return "ada"
	case "d0ra":
		return "dora"
	}
	return strings.ToLower(name)
}

// naiveAnswers reads the answers of so many weeks, of which the last is given.
func naiveAnswers(f drawnFork, last forks.Week, weeks int) (list []naiveAnswer) {
	within := func(t time.Time) bool {
		at := forks.WeekAt(t, f.in.Zone)
		for i := range weeks {
			if last.Add(-i) == at {
				return true
			}
		}
		return false
	}
	for _, track := range f.in.Rows.Tracks {
		for _, patch := range track.Stack { // one conflict each
			i := slices.IndexFunc(track.Proposals, func(p forks.Proposal) bool { return p.Patch == patch.ID })
			var p forks.Proposal
			a := naiveAnswer{took: -1}
			if i >= 0 {
				p = track.Proposals[i]
				a.who, a.took = naivePerson(p.ClosedBy), p.Closed.Sub(p.Opened)
				if p.Taken == 0 {
					continue
				}
			}
			at := p.Closed
			if len(patch.Versions) > 0 {
				at = patch.Versions[0].At
				if a.who == "" {
					a.who = naivePerson(patch.Versions[0].By)
				}
			}
			if !at.IsZero() && within(at) {
				list = append(list, a)
			}
		}
	}
	return list
}

func naiveResolvers(list []naiveAnswer) (people int, busiest float64) {
	counts, all := map[string]int{}, 0
	for _, a := range list {
		if a.who != "" {
			counts[a.who]++
			all++
		}
	}
	busiest = -1
	for _, n := range counts {
		busiest = max(busiest, float64(n)/float64(all))
	}
	return len(counts), busiest
}

// naiveMeasure is a measure as a direct count over the rows has it, -1 where it is not
// known.
func naiveMeasure(f drawnFork, name forks.GoalName, week forks.Week) float64 {
	recorded := f.in.Rows.Recorded.Before(week.End(f.in.Zone))
	value := -1.0
	switch name {
	case forks.GoalLag:
		for _, lag := range f.lags[week] {
			value = max(value, float64(lag))
		}
	case forks.GoalInSync:
		for _, share := range f.syncs[week] {
			if value < 0 || share < value {
				value = share
			}
		}
	case forks.GoalSecurityWait:
		for _, track := range f.in.Rows.Tracks {
			if _, _, longest, known := securityOfWeek(f.passesOf(track.Track), week, week.End(f.in.Zone)); known {
				value = max(value, float64(longest/time.Second))
			}
		}
	case forks.GoalCaredFor:
		cared, commits := 0, 0
		for _, p := range f.passes {
			if d := p.pass.Digest; p.week == week && d != nil && d.Taken != nil && d.Taken.Commits <= forks.MaxTakenListed {
				cared, commits = cared+d.Taken.Cared, commits+d.Taken.Commits
			}
		}
		if commits > 0 {
			value = float64(cared) / float64(commits)
		}
	case forks.GoalOpenConflicts:
		value = float64(openIn(f, week))
	case forks.GoalMedianAnswer:
		var all []time.Duration
		for _, a := range naiveAnswers(f, week, 4) {
			if a.took >= 0 {
				all = append(all, a.took)
			}
		}
		slices.Sort(all)
		if n := len(all); n > 0 {
			value = float64(((all[(n-1)/2] + all[n/2]) / 2) / time.Second)
		}
	case forks.GoalResolvers:
		n, _ := naiveResolvers(naiveAnswers(f, week, 12))
		value = float64(n)
	case forks.GoalBusiestShare:
		_, value = naiveResolvers(naiveAnswers(f, week, 12))
	}
	switch name {
	case forks.GoalOpenConflicts, forks.GoalMedianAnswer, forks.GoalResolvers, forks.GoalBusiestShare:
		if !recorded {
			return -1
		}
	}
	return value
}

func TestEachNumberOfReadinessIsADirectCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := drawFork(t)
		for _, kind := range forks.GoalKinds() {
			if rapid.Bool().Draw(t, "agreed") {
				f.in.Goals[kind.Name] = forks.Goal{Name: kind.Name, Value: rapid.SampledFrom([]float64{0, 0.5, 1, 3, 50}).Draw(t, "goal"), Agreed: "https://forum.example.org/" + string(kind.Name)}
			}
		}
		got := readinessOf(f.in, answersOf(f.in.Rows, f.in.Roster), sofarOf(f))
		if len(got.Goals) != len(forks.GoalKinds()) {
			t.Fatalf("got %d goals", len(got.Goals))
		}
		for i, kind := range forks.GoalKinds() {
			checkGoal(t, f, got.Goals[i], kind)
		}
		for weeks, have := range map[int]int{1: got.Resolvers1, 4: got.Resolvers4, 12: got.Resolvers12} {
			if want, _ := naiveResolvers(naiveAnswers(f, f.in.Week, weeks)); have != want {
				t.Fatalf("%d weeks: %d resolvers, want %d", weeks, have, want)
			}
		}
		if _, want := naiveResolvers(naiveAnswers(f, f.in.Week, 12)); got.Busiest != want {
			t.Fatalf("busiest %v, want %v", got.Busiest, want)
		}
		checkFirstTimers(t, f, got)
	})
}

func checkGoal(t *rapid.T, f drawnFork, got Goal, kind forks.GoalKind) {
	if got.Name != kind.Name || got.Unit != kind.Unit || got.Least != kind.Least || len(got.Trend) != TrendWeeks {
		t.Fatalf("got %+v", got)
	}
	for i, point := range got.Trend {
		week := f.in.Week.Add(i + 1 - TrendWeeks)
		want := naiveMeasure(f, kind.Name, week)
		if point.Week != week || (point.Value == nil) != (want < 0) || point.Value != nil && *point.Value != want {
			t.Fatalf("%s in %s: got %s, want %v of %s", kind.Name, point.Week, shown(point.Value), want, week)
		}
	}
	if value := got.Trend[TrendWeeks-1].Value; shown(got.Value) != shown(value) {
		t.Fatalf("%s: the value is %s, the trend ends with %s", kind.Name, shown(got.Value), shown(value))
	}
	agreed, ok := f.in.Goals[kind.Name]
	switch {
	case !ok && (got.Goal != nil || got.Met != nil || got.Agreed != ""):
		t.Fatalf("%s: nothing is agreed, and got %+v", kind.Name, got)
	case ok && (got.Goal == nil || *got.Goal != agreed.Value || got.Agreed != agreed.Agreed):
		t.Fatalf("%s: got %+v, want %v", kind.Name, got, agreed)
	case ok && (got.Met == nil) != (got.Value == nil):
		t.Fatalf("%s: whether it is met is %v, of a value %s", kind.Name, got.Met, shown(got.Value))
	case ok && got.Met != nil && *got.Met != (*got.Value == agreed.Value || (*got.Value > agreed.Value) == kind.Least):
		t.Fatalf("%s: met is %t with %v of %v", kind.Name, *got.Met, *got.Value, agreed.Value)
	}
}

func shown(value *float64) string {
	if value == nil {
		return "nil"
	}
	return fmt.Sprint(*value)
}

func checkFirstTimers(t *rapid.T, f drawnFork, got Readiness) {
	first := map[string]time.Time{}
	for name, at := range f.in.Rows.FirstSolved {
		who := naivePerson(name)
		if was, ok := first[who]; !ok || at.Before(was) {
			first[who] = at
		}
	}
	n, named := 0, 0
	for who, at := range first {
		if forks.WeekAt(at, f.in.Zone) == f.in.Week {
			n++
			if who != "dora" {
				named++
			}
		}
	}
	if got.FirstTimerCount != n || len(got.FirstTimers) != named {
		t.Fatalf("first timers: got %d, %q; want %d, %d named", got.FirstTimerCount, got.FirstTimers, n, named)
	}
	for _, name := range got.FirstTimers {
		if strings.Contains(strings.ToLower(name), "ra") {
			t.Fatalf("somebody who opted out is named: %q", name)
		}
	}
}

func TestAnAliasIsTheSamePerson(t *testing.T) {
	t.Parallel()
	week := forks.Week{Year: 2026, Number: 47}
	at := week.Start(time.UTC).Add(time.Hour)
	in := Input{Week: week, Zone: time.UTC, Roster: drawnRoster()}
	in.Rows.Recorded = at
	in.Rows.FirstSolved = map[string]time.Time{"Ada-L": at.AddDate(-1, 0, 0), "ada": at, "bob": at, "D0RA": at, "Zoë\u202e <b>": at}
	for i, who := range []string{"ada", "ADA", "ada-L", "bob"} {
		in.Rows.Tracks = append(in.Rows.Tracks, forks.TrackRows{Track: fmt.Sprint(i), Proposals: []forks.Proposal{
			{ID: forks.ProposalID(fmt.Sprint(i)), Status: forks.Harvested, Opened: at.Add(-time.Duration(i+1) * time.Minute), Closed: at, ClosedBy: who, Taken: 1}}})
	}
	got := readinessOf(in, answersOf(in.Rows, in.Roster), Report{})
	if got.Resolvers1 != 2 || got.Busiest != 0.75 {
		t.Errorf("got %d resolvers, the busiest with %v", got.Resolvers1, got.Busiest)
	}
	if want := []string{"bob", "Zoë\u202e <b>"}; !slices.Equal(got.FirstTimers, want) || got.FirstTimerCount != 3 {
		t.Errorf("got %q of %d, want %q of 3: ada answered before as ada-l, dora opted out", got.FirstTimers, got.FirstTimerCount, want)
	}
	for _, g := range got.Goals {
		if g.Name == forks.GoalMedianAnswer && *g.Value != 150 {
			t.Errorf("the median of 1, 2, 3 and 4 minutes is %v seconds", *g.Value)
		}
	}
}

func TestAnAnswerIsCountedOnceHoweverManyTracksCarryIt(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	version := func(by string, at time.Time) forks.Patch {
		return forks.Patch{Versions: []forks.Version{{By: "its author"}, {Proposal: "c1", By: by, At: at}}}
	}
	rows := forks.WeeklyRows{Tracks: []forks.TrackRows{
		{Track: "release", Ended: []forks.Patch{version("ada", at.Add(time.Hour))}},
		{Track: "main", Stack: []forks.Patch{version("ada", at)}},
	}}
	want := []answer{{proposal: "c1", by: "ada", at: at}}
	if got := answersOf(rows, forks.Roster{}); !slices.Equal(got, want) {
		t.Errorf("lost from the record: got %v, want %v", got, want)
	}
	rows.Tracks[1].Proposals = []forks.Proposal{{ID: "c1", Status: forks.Cleaned, Taken: 7, Opened: at.Add(-time.Hour), Closed: at, ClosedBy: "Ada"}}
	want[0].asked = at.Add(-time.Hour)
	if got := answersOf(rows, forks.Roster{}); !slices.Equal(got, want) {
		t.Errorf("on record: got %v, want %v", got, want)
	}
}

func TestWhatIsOpenAtAMoment(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	before, after := end.Add(-time.Second), end.Add(time.Second)
	for i, c := range []struct {
		p    forks.Proposal
		open bool
	}{
		{forks.Proposal{Status: forks.Open, Opened: before}, true},
		{forks.Proposal{Status: forks.Unresolved, Opened: before}, true},
		{forks.Proposal{Status: forks.Open, Opened: end}, false},
		{forks.Proposal{Status: forks.Open}, false},
		{forks.Proposal{Status: forks.Harvested, Opened: before, Closed: before}, false},
		{forks.Proposal{Status: forks.Harvested, Opened: before, Closed: end}, true},
		{forks.Proposal{Status: forks.Cleaned, Opened: before, Closed: after}, true},
		{forks.Proposal{Status: forks.Cleaned, Opened: before}, false},
	} {
		if got := openAt(c.p, end); got != c.open {
			t.Errorf("%d: got %t", i, got)
		}
	}
}

func TestNothingIsKnownBeforeTheForkIsOnRecord(t *testing.T) {
	t.Parallel()
	week := forks.Week{Year: 2026, Number: 1}
	in := Input{Week: week, Zone: time.UTC, Goals: map[forks.GoalName]forks.Goal{forks.GoalLag: {Value: 1}}}
	for _, g := range readinessOf(in, answersOf(in.Rows, in.Roster), Report{}).Goals {
		if g.Value != nil || g.Met != nil || len(g.Trend) != TrendWeeks {
			t.Errorf("%s: got %+v", g.Name, g)
		}
	}
	in.Rows.Recorded = week.Start(time.UTC)
	for _, g := range readinessOf(in, answersOf(in.Rows, in.Roster), Report{}).Goals {
		for _, point := range g.Trend[:TrendWeeks-1] {
			if point.Value != nil {
				t.Errorf("%s: %s had %v", g.Name, point.Week, *point.Value)
			}
		}
		if counts := g.Unit == forks.GoalCount; counts != (g.Value != nil) {
			t.Errorf("%s: got %s", g.Name, shown(g.Value))
		}
	}
}
