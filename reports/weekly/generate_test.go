package weekly

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// world is what a report can be made of: rows as the store has them, and the runs of
// every track in order.
type world struct {
	in     Input
	passes map[string][]forks.PassRecord
}

// GoString keeps what a failed test prints short.
func (w world) GoString() string {
	return fmt.Sprintf("world of %v in %v, made %v", w.in.Week, w.in.Zone, w.in.Made)
}

// input is the world as [Make] takes it.
func (w world) input() Input {
	in := w.in
	in.Tallies = map[string]*Tally{}
	for _, row := range in.Rows.Tracks {
		in.Tallies[row.Track] = TallyFor(in, row.Track)
		for _, p := range w.passes[row.Track] {
			in.Tallies[row.Track].Add(p)
		}
	}
	return in
}

// told are the tracks that a report tells of, counted anew.
func (w world) told() (rows []forks.TrackRows) {
	for _, row := range w.in.Rows.Tracks {
		ran := slices.ContainsFunc(w.passes[row.Track], func(p forks.PassRecord) bool {
			return forks.WeekAt(p.Started, w.in.Zone) == w.in.Week && p.Started.Before(w.in.Made)
		})
		if ran || slices.ContainsFunc(w.in.Tracks, func(t forks.Track) bool { return t.Name == row.Track }) {
			rows = append(rows, row)
		}
	}
	return rows
}

// worlds generates a fork with its rows: tracks that are followed, held, paused, stopped
// or only found, conflicts in every state, people who opted out, a service that was cut
// off. With jumps clocks go back now and then.
func worlds(jumps bool) *rapid.Generator[world] {
	return rapid.Custom(func(t *rapid.T) world {
		zone := rapid.SampledFrom(zones()).Draw(t, "zone")
		week := forks.WeekAt(time.Unix(rapid.Int64Range(1_500_000_000, 1_900_000_000).Draw(t, "around"), 0), zone)
		from, end := week.Start(zone), week.End(zone)
		made := end.Add(rapid.SampledFrom([]time.Duration{0, time.Minute, 9 * time.Hour, 10 * 24 * time.Hour, -time.Hour, -5 * 24 * time.Hour}).Draw(t, "made"))
		d := drawer{t, Reach(week, zone).Add(-48 * time.Hour), earlier(made, end), from, jumps}
		in := Input{
			Fork: "nixpkgs", Week: week, Zone: zone, Made: made, Roster: roster(), Version: "1.2.3",
			PolicySource: "the branch auxsync/policy", Goals: map[forks.GoalName]forks.Goal{},
			Links: Links{Self: "https://example.org/2026-W47", Fork: "https://example.org/fork.git"},
		}
		if rapid.Bool().Draw(t, "agreed") {
			in.Goals["lag"] = forks.Goal{Name: "lag", Value: float64(rapid.IntRange(0, 200_000).Draw(t, "goal")), Agreed: "https://example.org/goal"}
		}
		in.Rows = forks.WeeklyRows{Fork: "nixpkgs", Runs: d.runs(), Samples: d.samples(), FirstSolved: map[string]time.Time{}}
		if rapid.Bool().Draw(t, "recorded") {
			in.Rows.Recorded = d.time("recorded")
		}
		w := world{in, map[string][]forks.PassRecord{}}
		for i := range rapid.IntRange(0, 3).Draw(t, "tracks") {
			w.addTrack(d, fmt.Sprintf("aux-%d", i))
		}
		slices.SortStableFunc(w.in.Rows.Events, func(a, b forks.Event) int { return a.At.Compare(b.At) })
		return w
	})
}

func zones() []*time.Location {
	list := []*time.Location{time.UTC}
	for _, name := range []string{"Europe/Berlin", "America/Santiago", "Asia/Beirut", "Pacific/Apia", "Australia/Lord_Howe"} {
		if zone, err := time.LoadLocation(name); err == nil {
			list = append(list, zone)
		}
	}
	return list
}

// roster has dora, who opted out, also as dd.
func roster() forks.Roster {
	return forks.Roster{
		People: map[string]forks.Resident{"ada": {Login: "Ada"}, "dora": {Login: "dora", Aliases: []string{"dd"}, OptOut: true}},
		SIGs:   map[string]forks.SIG{"go": {Name: "Go", Members: []string{"ada", "erin"}, Team: "aux/sig-go"}},
	}
}

// drawer draws rows of the time from reach to end.
type drawer struct {
	t           *rapid.T
	reach, end  time.Time
	from        time.Time // of the report's week, in which more happens
	clocksJumps bool
}

func (d drawer) time(label string) time.Time {
	begin := d.reach
	if rapid.Bool().Draw(d.t, label+" lately") {
		begin = d.from.Add(-24 * time.Hour)
	}
	span := max(1, d.end.Add(24*time.Hour).Sub(begin)/time.Second)
	return begin.Add(time.Duration(rapid.Int64Range(0, int64(span)).Draw(d.t, label)) * time.Second).UTC()
}

func (d drawer) times(label string, most int) []time.Time {
	list := make([]time.Time, rapid.IntRange(0, most).Draw(d.t, label+"s"))
	for i := range list {
		list[i] = d.time(label)
	}
	slices.SortFunc(list, time.Time.Compare)
	if d.clocksJumps && len(list) > 2 {
		i := rapid.IntRange(1, len(list)-1).Draw(d.t, "jump")
		list[i-1], list[i] = list[i], list[i-1].Add(-time.Duration(rapid.IntRange(0, 100).Draw(d.t, "back"))*time.Hour)
	}
	return list
}

func (d drawer) text(label string) string {
	return rapid.SampledFrom([]string{"", "hello: use our mirror", "curl: fix <b>", "@dora: *x*", "a\x1b[31m\nb", "dora decided; ask dd", "\xff\u202e"}).Draw(d.t, label)
}

func (d drawer) hash(label string) (h forks.Hash) {
	h[0] = byte(rapid.IntRange(0, 3).Draw(d.t, label))
	return h
}

func (d drawer) person(label string) forks.Person {
	return rapid.SampledFrom([]forks.Person{
		{Name: "Erin", Email: "e@example.org"}, {Name: "dd", Email: "d@example.org"},
		{Name: "Somebody Else", Email: "12+Dora@users.noreply.github.com"}, {},
	}).Draw(d.t, label)
}

func (d drawer) login(label string) string {
	return rapid.SampledFrom([]string{"", "ada", "erin", "Dora", "dd", "bob"}).Draw(d.t, label)
}

func (d drawer) passes(track string) []forks.PassRecord {
	var list []forks.PassRecord
	outcomes := []forks.PassOutcome{forks.PassQuiet, forks.PassQuiet, forks.PassUnchanged, forks.PassPublished, forks.PassState, forks.PassStopped, forks.PassFailed}
	for i, at := range d.times("pass", 60) {
		p := forks.PassRecord{Fork: "nixpkgs", Track: track, Number: i + 1, Started: at,
			Outcome: rapid.SampledFrom(outcomes).Draw(d.t, "outcome"), Seconds: rapid.Float64Range(0, 4000).Draw(d.t, "seconds")}
		if p.Outcome == forks.PassFailed || p.Outcome == forks.PassStopped {
			p.Error = d.text("reason")
		} else {
			p.OldBase, p.NewBase, p.UpstreamTip = d.hash("old"), d.hash("new"), d.hash("tip")
		}
		if p.Outcome != forks.PassQuiet && p.Outcome != forks.PassFailed && rapid.IntRange(0, 4).Draw(d.t, "digest") > 0 {
			p.Digest = d.digest(at)
		}
		list = append(list, p)
	}
	return list
}

func (d drawer) digest(at time.Time) *forks.Digest {
	g := &forks.Digest{}
	if rapid.Bool().Draw(d.t, "lacks") {
		g.Lacks = rapid.IntRange(1, 500).Draw(d.t, "commits")
		g.LacksSince = at.Add(-time.Duration(rapid.Int64Range(0, 400_000).Draw(d.t, "since")) * time.Second)
	}
	if rapid.Bool().Draw(d.t, "taken") {
		g.Taken = &forks.Taken{Commits: rapid.IntRange(0, 300).Draw(d.t, "taken commits")}
	}
	for range rapid.IntRange(0, 2).Draw(d.t, "changed") {
		g.Changed = append(g.Changed, forks.PatchChange{Patch: d.patchID("changed patch"), Diff: d.text("diff")})
	}
	if rapid.Bool().Draw(d.t, "diverges") {
		g.Divergence = &forks.Divergence{Files: 1, Added: rapid.IntRange(0, 900).Draw(d.t, "added"), Removed: rapid.IntRange(0, 900).Draw(d.t, "removed")}
	}
	return g
}

func (d drawer) patchID(label string) forks.PatchID {
	return forks.PatchID(fmt.Sprintf("p%010d", rapid.IntRange(0, 30).Draw(d.t, label)))
}

func (d drawer) runs() []forks.Run {
	var list []forks.Run
	for i, at := range d.times("run", 5) {
		r := forks.Run{ID: int64(i + 1), Started: at}
		if rapid.Bool().Draw(d.t, "ended") {
			r.Ended = at.Add(time.Duration(rapid.IntRange(0, 400).Draw(d.t, "hours")) * time.Hour)
		}
		list = append(list, r)
	}
	return list
}

func (d drawer) samples() []forks.Sample {
	names := []forks.SampleName{forks.SampleDiskFree, forks.SampleCacheSize, forks.SampleStateSize, forks.SampleForgeLeft, forks.SampleForgeLimit}
	var list []forks.Sample
	for _, at := range d.times("sample", 10) {
		fork := rapid.SampledFrom([]string{"", "nixpkgs", "nix"}).Draw(d.t, "of")
		for _, name := range names {
			list = append(list, forks.Sample{At: at, Fork: fork, Name: name, Value: float64(rapid.IntRange(0, 5000).Draw(d.t, "value"))})
		}
	}
	return list
}
