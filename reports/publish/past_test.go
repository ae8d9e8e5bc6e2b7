package publish

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// past is what is on record of a fork with one track.
type past struct {
	fork   string
	passes []forks.PassRecord // in order of time
	rows   forks.TrackRows
}

// happened makes a past from one time to another: passes hours apart with every outcome,
// moves of the base, and conflicts that are opened and answered.
func happened(fork string, from, to time.Time, f fate) *past {
	outcomes := []forks.PassOutcome{forks.PassQuiet, forks.PassQuiet, forks.PassUnchanged, forks.PassPublished, forks.PassState, forks.PassStopped, forks.PassFailed}
	p := &past{fork: fork, rows: forks.TrackRows{Track: "main", Branch: "main", Follow: "unstable", Upstream: "https://example.org/up.git",
		Adopted: from, Asked: map[forks.PatchID]int{}, Health: forks.Health{Condition: forks.TrackFollowing}}}
	base := forks.Hash{1}
	for at := from; at.Before(to); at = at.Add(f.between(time.Minute, 20*time.Hour)) {
		n := len(p.passes)
		pass := forks.PassRecord{Fork: fork, Track: "main", Number: n, Started: at, Seconds: float64(f(600)), OldBase: base, NewBase: base, UpstreamTip: base,
			Outcome: outcomes[f(len(outcomes))]}
		switch pass.Outcome {
		case forks.PassFailed, forks.PassStopped:
			pass.Error = fmt.Sprintf("reason %d: <b>*@all*</b>", f(9))
		case forks.PassPublished:
			base = forks.Hash{byte(n), byte(n >> 8), 1}
			pass.NewBase, pass.UpstreamTip = base, base
			pass.Digest = &forks.Digest{Taken: &forks.Taken{Commits: f(300)}, Divergence: &forks.Divergence{Files: 1, Added: f(90)}}
		}
		p.passes = append(p.passes, pass)
		if f(20) == 0 {
			p.ask(at, f)
		}
	}
	return p
}

// ask adds a patch, and a conflict of it that is answered some time later.
func (p *past) ask(at time.Time, f fate) {
	id := forks.PatchID(fmt.Sprintf("p%010d", len(p.rows.Stack)))
	p.rows.Stack = append(p.rows.Stack, forks.Patch{ID: id, Subject: "hello: use our mirror", Author: forks.Person{Name: "Erin", Email: "e@example.org"}, Published: forks.Resolved})
	p.rows.Asked[id] = 1
	p.rows.Proposals = append(p.rows.Proposals, forks.Proposal{ID: forks.ProposalID(fmt.Sprintf("c%010d", len(p.rows.Proposals))), Patch: id, Round: 1,
		Status: forks.Harvested, Opened: at, Closed: at.Add(f.between(time.Minute, 14*day)), ClosedBy: "ada", Taken: 1})
}

// report is what [weekly.Make] makes of it.
func (p *past) report(week forks.Week, zone *time.Location, made time.Time) weekly.Report {
	in := weekly.Input{Fork: p.fork, Week: week, Zone: zone, Made: made, Version: "1.0", Tallies: map[string]*weekly.Tally{},
		Rows:   forks.WeeklyRows{Fork: p.fork, Tracks: []forks.TrackRows{p.rows}, Recorded: p.passes[0].Started},
		Tracks: []forks.Track{{Fork: p.fork, Name: "main", Interval: 30 * time.Minute, PublishEvery: day}}}
	in.Tallies["main"] = weekly.TallyFor(in, "main")
	for _, pass := range p.between(weekly.Reach(week, zone), week.End(zone)) {
		in.Tallies["main"].Add(pass)
	}
	return weekly.Make(in)
}

// between are the passes of a time.
func (p *past) between(from, to time.Time) []forks.PassRecord {
	find := func(at time.Time) int {
		i, _ := slices.BinarySearchFunc(p.passes, at, func(pass forks.PassRecord, at time.Time) int { return pass.Started.Compare(at) })
		return i
	}
	return p.passes[find(from):find(to)]
}

// checkCounts checks that each report tells of the passes of its own time, and that each
// place has it as it was made first.
func (w *world) checkCounts(t testing.TB) {
	for name, kept := range w.reports {
		r, err := weekly.Decode(kept.text)
		if err != nil {
			t.Fatal(err)
		}
		var failed, commits int
		passes := w.past[name.fork].between(r.From, r.To)
		for _, pass := range passes {
			if pass.Outcome == forks.PassFailed {
				failed++
			}
			if pass.Digest != nil {
				commits += pass.Digest.Taken.Commits
			}
		}
		if len(r.Tracks) != 1 || r.Tracks[0].Passes.All != len(passes) || r.Tracks[0].Passes.Failed != failed || r.Tracks[0].Taken != commits {
			t.Errorf("%s, %s: it tells of %+v, want %d passes, of which %d failed, and %d commits", name.fork, name.week, r.Tracks, len(passes), failed, commits)
		}
		for _, b := range w.boards {
			if post, ok := b.posts[name.week]; ok && b.fork == name.fork && !bytes.Equal(post.JSON, kept.text) {
				t.Errorf("%s/%s has another report of %s than the one that is kept", b.fork, b.name, name.week)
			}
		}
	}
}
