package weekly

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// addTrack draws a track with its rows and runs.
func (w *world) addTrack(d drawer, name string) {
	row := forks.TrackRows{Track: name, Branch: name, Follow: "unstable", Upstream: "https://example.org/up.git", Base: d.hash("base"),
		Asked: map[forks.PatchID]int{}, Health: forks.Health{
			Condition: rapid.SampledFrom([]forks.Condition{"", forks.TrackFound, forks.TrackFollowing, forks.TrackHolding, forks.TrackStopped, forks.TrackFailing}).Draw(d.t, "condition"),
			Trouble:   d.text("trouble"), FirstBad: d.time("bad"),
		}}
	if rapid.IntRange(0, 3).Draw(d.t, "adopted") > 0 {
		row.Adopted = d.reach
	}
	switch rapid.IntRange(0, 5).Draw(d.t, "state") {
	case 0:
		row.Stopped = &forks.Stop{Reason: d.text("stop"), Next: "put the branch back", At: d.time("stopped")}
	case 1:
		row.Paused = &forks.Pause{By: d.login("pauser"), Because: d.text("because"), At: d.time("paused")}
	case 2:
		row.Hold = &forks.Hold{Reason: "2 conflicts"}
	}
	d.stack(&row)
	d.conflicts(&row, &w.in.Rows)
	for _, at := range d.times("event", 6) {
		kind := rapid.SampledFrom([]string{"published", "conflict withdraw", "conflict clean", "conflict open", "adopted", "following", "stopped"}).Draw(d.t, "kind")
		fork := rapid.SampledFrom([]string{"nixpkgs", "nixpkgs", "nix"}).Draw(d.t, "fork")
		w.in.Rows.Events = append(w.in.Rows.Events, forks.Event{Fork: fork, Track: name, At: at, Kind: kind, Text: d.text("event text"), Pass: rapid.IntRange(0, 9).Draw(d.t, "event pass")})
	}
	if rapid.IntRange(0, 9).Draw(d.t, "configured") > 0 {
		w.in.Tracks = append(w.in.Tracks, forks.Track{Fork: "nixpkgs", Name: name, Branch: name, URL: "https://example.org/fork.git", Interval: 30 * time.Minute, Jitter: 0.1, PublishEvery: 24 * time.Hour})
	}
	w.passes[name] = d.passes(name)
	w.in.Rows.Tracks = append(w.in.Rows.Tracks, row)
}

func (d drawer) stack(row *forks.TrackRows) {
	outs := []forks.Outcome{forks.Conflicted, forks.Blocked, forks.Parked}
	ends := []forks.Outcome{forks.Upstreamed, forks.Emptied, forks.Dropped, forks.Folded}
	for i := range rapid.IntRange(0, 12).Draw(d.t, "patches") {
		p := forks.Patch{ID: forks.PatchID(fmt.Sprintf("p%010d", i)), Subject: d.text("subject"), Author: d.person("author"),
			Published: rapid.SampledFrom([]forks.Outcome{forks.Kept, forks.Kept, forks.Adapted, forks.Resolved, ""}).Draw(d.t, "published")}
		if rapid.IntRange(0, 4).Draw(d.t, "out") == 0 {
			p.Published = rapid.SampledFrom(outs).Draw(d.t, "left out")
			p.Out = &forks.Out{Outcome: p.Published, By: d.login("out by"), Reason: d.text("out reason"), At: d.time("out at")}
		}
		if rapid.IntRange(0, 3).Draw(d.t, "ended") == 0 {
			p.End = &forks.End{Outcome: rapid.SampledFrom(ends).Draw(d.t, "end"), By: d.login("end by"), Reason: d.text("end reason"), At: d.time("end at")}
			row.Ended = append(row.Ended, p)
		} else {
			row.Stack = append(row.Stack, p)
		}
		if rapid.Bool().Draw(d.t, "asked") {
			row.Asked[p.ID] = rapid.IntRange(0, 9).Draw(d.t, "times")
		}
		turned := rapid.SampledFrom([]forks.Outcome{p.Published, forks.Dropped}).Draw(d.t, "turned")
		was := rapid.SampledFrom([]forks.Outcome{"", forks.Kept}).Draw(d.t, "was")
		row.Turns = append(row.Turns, forks.Turn{At: d.time("turn"), Was: was, Row: forks.Row{Patch: p.ID, Subject: p.Subject, Author: p.Author, Published: turned}})
	}
	for range rapid.IntRange(0, 3).Draw(d.t, "reused") {
		row.Reused = append(row.Reused, forks.Reuse{Patch: d.patchID("reused"), At: d.time("reuse"), By: d.login("reuser"), Proposal: "c0000000001"})
	}
}

func (d drawer) conflicts(row *forks.TrackRows, rows *forks.WeeklyRows) {
	statuses := []forks.ProposalStatus{forks.Open, forks.Ready, forks.Unresolved, forks.Harvested, forks.Withdrawn, forks.Declined, forks.Cleaned}
	for i := range rapid.IntRange(0, 8).Draw(d.t, "conflicts") {
		p := forks.Proposal{ID: forks.ProposalID(fmt.Sprintf("c%s%08d", row.Track[4:], i)), Patch: d.patchID("conflict of"),
			Round: rapid.IntRange(1, 3).Draw(d.t, "round"), Opened: d.time("opened"), Reason: d.text("proposal reason"),
			Status: rapid.SampledFrom(statuses).Draw(d.t, "status")}
		p.Conflict.Cause, p.Conflict.CauseSubject = d.hash("cause"), d.text("cause subject")
		if !p.Status.Live() {
			p.Closed, p.ClosedBy = p.Opened.Add(time.Duration(rapid.IntRange(0, 2_000_000).Draw(d.t, "took"))*time.Second), d.login("closer")
			if p.Status == forks.Cleaned && rapid.Bool().Draw(d.t, "was taken") {
				p.Taken = 3
			}
		}
		if rapid.Bool().Draw(d.t, "page") {
			p.Number, p.URL = i+1, fmt.Sprintf("https://example.org/pull/%d", i+1)
			if p.Status.Live() {
				rows.Waiting = append(rows.Waiting, forks.WaitingWith{Fork: "nixpkgs", Track: row.Track, Proposal: p.ID, URL: p.URL,
					Assignees: []string{d.login("assignee")}, Reviewers: []string{"aux/sig-go", "dora"}, Claimed: d.login("claimed"), Since: p.Opened})
			}
		}
		row.Proposals = append(row.Proposals, p)
		if p.Status == forks.Declined && rapid.Bool().Draw(d.t, "question") {
			row.Decisions = append(row.Decisions, forks.Decision{Patch: p.Patch, Proposal: p.ID, Question: "closed", Asked: p.Closed})
		}
	}
	for range rapid.IntRange(0, 2).Draw(d.t, "questions") {
		row.Decisions = append(row.Decisions, forks.Decision{Patch: d.patchID("question about"), Question: d.text("question text"), Asked: d.time("question at")})
	}
}
