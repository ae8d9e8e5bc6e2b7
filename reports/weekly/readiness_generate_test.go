package weekly

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// drawnPass is a pass and the week that it belongs to.
type drawnPass struct {
	track string
	week  forks.Week
	pass  forks.PassRecord
}

// drawnFork is a fork's input, and all the passes that its tallies were made of.
type drawnFork struct {
	in     Input
	passes []drawnPass
	// lags and syncs are those of the tracks in which they are known.
	lags  map[forks.Week][]Seconds
	syncs map[forks.Week][]float64
}

var drawnNames = []string{"", "ada", "ADA", "Ada-L", "bob", "dora", "DORA", "d0ra", "Erin E.", "erin e."}

func drawnRoster() forks.Roster {
	return forks.Roster{People: map[string]forks.Resident{
		"ada":  {Login: "Ada", Aliases: []string{"ada-l"}},
		"dora": {Login: "dora", Aliases: []string{"d0ra"}, OptOut: true},
	}}
}

// commitOf is the nth of upstream's commits.
func commitOf(n int) forks.UpstreamCommit {
	c := forks.UpstreamCommit{Subject: fmt.Sprintf("fix CVE %d", n), At: time.Unix(int64(n)*1000, 0)}
	c.Commit[0], c.Commit[1], c.Commit[19] = byte(n), byte(n>>8), 1
	return c
}

func drawFork(t *rapid.T) drawnFork {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	week := forks.Week{Year: 2026, Number: rapid.IntRange(1, 53).Draw(t, "week")}
	f := drawnFork{lags: map[forks.Week][]Seconds{}, syncs: map[forks.Week][]float64{}, in: Input{
		Fork: "pkgs", Week: week, Zone: rapid.SampledFrom([]*time.Location{time.UTC, berlin}).Draw(t, "zone"),
		Roster: drawnRoster(), Tallies: map[string]*Tally{}, Goals: map[forks.GoalName]forks.Goal{},
	}}
	f.in.Made = week.End(f.in.Zone)
	f.in.Rows.Recorded = f.time(t, "recorded")
	f.in.Rows.FirstSolved = map[string]time.Time{}
	for _, name := range drawnNames[1:] {
		if rapid.Bool().Draw(t, "solved") {
			f.in.Rows.FirstSolved[name] = f.time(t, "first solved")
		}
	}
	for _, track := range []string{"main", "release"} {
		f.track(t, track)
	}
	return f
}

// time is one of the weeks of the trend, of some before them and one after them; often
// just where a week begins.
func (f *drawnFork) time(t *rapid.T, what string) time.Time {
	start := f.in.Week.Add(rapid.IntRange(-15, 2).Draw(t, what+" week")).Start(f.in.Zone)
	if rapid.Bool().Draw(t, what+" at an edge") {
		return start.Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, what+" edge")) * time.Second)
	}
	return start.Add(time.Duration(rapid.IntRange(0, 600000).Draw(t, what+" second")) * time.Second)
}

func (f *drawnFork) track(t *rapid.T, name string) {
	tally := NewTally(f.in.Week, f.in.Zone, TallyOptions{End: f.in.Week.End(f.in.Zone)})
	tally.course.now = tally.end // what was measured is drawn
	f.in.Tallies[name] = tally
	rows := forks.TrackRows{Track: name}
	for i := range rapid.IntRange(0, 8).Draw(t, "proposals") {
		f.proposal(t, &rows, i)
	}
	f.in.Rows.Tracks = append(f.in.Rows.Tracks, rows)
	for i := range TrendWeeks {
		week := f.in.Week.Add(i - thisWeek)
		if rapid.Bool().Draw(t, "lag known") {
			lag, share := Seconds(rapid.IntRange(0, 100).Draw(t, "lag")), rapid.IntRange(0, 4).Draw(t, "quarters in sync")
			tally.course.weeks[i] = stage{known: true, lag: lag, counted: 4 * time.Hour, inSync: time.Duration(share) * time.Hour}
			f.lags[week] = append(f.lags[week], lag)
			f.syncs[week] = append(f.syncs[week], float64(share)/4)
		}
	}
	f.moves(t, name)
}

func (f *drawnFork) proposal(t *rapid.T, rows *forks.TrackRows, n int) {
	id := forks.ProposalID(fmt.Sprintf("c%s%d", rows.Track, n))
	patch := forks.PatchID(fmt.Sprintf("p%s%d", rows.Track, n))
	p := forks.Proposal{ID: id, Patch: patch, Status: rapid.SampledFrom([]forks.ProposalStatus{
		forks.Open, forks.Ready, forks.Unresolved, forks.Harvested, forks.Harvested, forks.Withdrawn, forks.Declined, forks.Cleaned,
	}).Draw(t, "status"), Opened: f.time(t, "opened")}
	if !p.Status.Live() {
		p.Closed = p.Opened.Add(time.Duration(rapid.IntRange(0, 40*24).Draw(t, "hours")) * time.Hour)
		p.ClosedBy = rapid.SampledFrom(drawnNames).Draw(t, "closed by")
		if p.Status == forks.Harvested || p.Status == forks.Cleaned && rapid.Bool().Draw(t, "was harvested") {
			p.Taken = n + 1
		}
	}
	stacked := forks.Patch{ID: patch, Subject: "patch " + string(patch)}
	if p.Taken > 0 && rapid.Bool().Draw(t, "has a version") {
		stacked.Versions = []forks.Version{{Proposal: id, By: rapid.SampledFrom(drawnNames).Draw(t, "version by"), At: p.Closed}}
	}
	rows.Stack = append(rows.Stack, stacked)
	if p.Taken == 0 || len(stacked.Versions) == 0 || rapid.Bool().Draw(t, "on record") {
		rows.Proposals = append(rows.Proposals, p)
	}
}

// moves adds passes, in the order of time: each sees some of the commits about security
// that the branch lacks, and may take some in.
func (f *drawnFork) moves(t *rapid.T, track string) {
	var lacks []forks.UpstreamCommit
	next := 0
	at := f.in.Week.Add(rapid.IntRange(-13, 0).Draw(t, "first week")).Start(f.in.Zone)
	for range rapid.IntRange(0, 40).Draw(t, "passes") {
		at = at.Add(time.Duration(rapid.IntRange(1, 24*14).Draw(t, "hours later")) * time.Hour)
		p := forks.PassRecord{Fork: f.in.Fork, Track: track, Started: at, Outcome: forks.PassPublished}
		if rapid.IntRange(0, 3).Draw(t, "digest") > 0 {
			for range rapid.IntRange(0, 2).Draw(t, "new") {
				lacks = append(lacks, commitOf(next))
				next++
			}
			p.Digest = &forks.Digest{}
			if rapid.Bool().Draw(t, "moves") {
				n := rapid.IntRange(0, len(lacks)).Draw(t, "taken")
				p.Digest.Taken = drawTaken(t)
				p.Digest.Taken.Security = append(p.Digest.Taken.Security, lacks[:n]...)
				lacks = lacks[n:]
			}
			p.Digest.Security = append(p.Digest.Security, lacks...)
		}
		week := forks.WeekAt(at, f.in.Zone)
		f.passes = append(f.passes, drawnPass{track, week, p})
		f.in.Tallies[track].taken.add(week, p)
	}
}

func drawTaken(t *rapid.T) *forks.Taken {
	d := &forks.Taken{BySIG: map[string]int{}}
	if rapid.IntRange(0, 9).Draw(t, "too large") == 0 {
		d.Commits = forks.MaxTakenListed + 1
		return d
	}
	d.Commits = rapid.IntRange(0, 50).Draw(t, "commits")
	d.Cared = rapid.IntRange(0, d.Commits).Draw(t, "cared")
	d.MoreAreas = rapid.IntRange(0, 1).Draw(t, "more areas")
	d.Authors = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 4, rapid.ID[string]).Draw(t, "authors")
	for _, path := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"", "pkgs/a", "pkgs/b", "nixos\n", "lib"}), 0, 5, rapid.ID[string]).Draw(t, "areas") {
		d.Areas = append(d.Areas, forks.Area{Path: path, Commits: rapid.IntRange(1, 9).Draw(t, "area commits"), Cared: rapid.IntRange(0, 3).Draw(t, "area cared") == 0})
	}
	for _, sig := range []string{"core", "go"} {
		if rapid.Bool().Draw(t, "sig") {
			d.BySIG[sig] = rapid.IntRange(1, 9).Draw(t, "sig commits")
		}
	}
	return d
}
