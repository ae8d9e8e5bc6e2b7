package weeklytest

import (
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// Quiet is a week 53 in which upstream did little, and nobody was asked anything. No goal
// is agreed.
func Quiet() weekly.Report {
	week := forks.Week{Year: 2026, Number: 53}
	from, to := week.Start(time.UTC), week.End(time.UTC)
	lag := curve(from, to, 3*hour, fall{from.Add(30 * time.Hour), 0}, fall{from.Add(54 * time.Hour), 0}, fall{from.Add(77 * time.Hour), 0},
		fall{from.Add(99 * time.Hour), 0}, fall{from.Add(122 * time.Hour), 0}, fall{from.Add(146 * time.Hour), hour}, fall{to.Add(-3 * time.Hour), 0})
	goals := unmeasured()
	goals[0].Value, goals[0].Trend = pointer[float64](3*hour), trend(week, 4*hour, 4*hour, 3*hour, 5*hour, 2*hour, 3*hour, 3*hour, 6*hour, 2*hour, 2*hour, 4*hour, 3*hour)
	goals[1].Value, goals[1].Trend = pointer(1.0), trend(week, 1, 1, 0.98, 1, 1, 1, 1, 0.99, 1, 1, 1, 1)
	goals[3].Value, goals[3].Trend = pointer(0.0), trend(week, 2, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0)
	return weekly.Report{
		Schema: weekly.Schema, Fork: "nixpkgs", Week: week, Zone: "UTC", From: from, To: to, Made: to.Add(10 * time.Minute), Over: true,
		Summary: "nixpkgs is 3 h behind upstream (config allows 24 h); none of 38 patches waits for a decision; nothing was lost.",
		Needed:  []weekly.Need{},
		Tracks: []weekly.Track{{
			Track: "unstable", Branch: "aux-unstable", Follow: "nixos-unstable", Condition: forks.TrackFollowing,
			OldBase: hash(401), NewBase: hash(402), Moves: 7, Taken: 402,
			Lag:    weekly.Lag{Known: true, Now: 3 * hour, Commits: 4, Goal: 24 * hour, InSync: 1, Curve: lag},
			Passes: weekly.Passes{All: 336, Published: 7, Unchanged: 12, Quiet: 317, Longest: 240, Failures: []weekly.Failure{}},
			Stack: weekly.Stack{
				Patches: 38, Outcomes: map[forks.Outcome]int{forks.Kept: 38}, Changed: []weekly.Changed{}, Upstreamed: []weekly.PatchNote{},
				Added: []weekly.PatchNote{}, Ended: []weekly.PatchNote{}, LeftOut: []weekly.PatchNote{}, Most: []weekly.PatchNote{},
				Divergence: &forks.Divergence{Files: 110, Added: 2105, Removed: 870},
				Trend:      trend(week, 3214, 3200, 3200, 3100, 3100, 3100, 2990, 2990, 2980, 2975, 2975, 2975),
			},
		}},
		Conflicts: weekly.Conflicts{Resolved: []weekly.Resolved{}, Open: []weekly.OpenConflict{}, NotAsked: []weekly.NotAsked{}},
		Security:  weekly.Security{Waiting: []weekly.SecurityCommit{}, Taken: []weekly.SecurityCommit{}},
		Upstream: []weekly.Upstream{{Track: "unstable", Commits: 402, Authors: 98, Areas: 288, Looked: 402, Cared: 150,
			BySIG: []weekly.SIGShare{{SIG: "Python", Commits: 91}, {SIG: "Core", Commits: 60}}, OpenRoles: []weekly.OpenRole{{Path: "pkgs/games", Commits: 9}}}},
		Readiness:  weekly.Readiness{Goals: goals, Resolvers12: 3, FirstTimers: []string{}, Busiest: 0.5},
		Governance: weekly.Governance{Rules: busyGovernance().Rules, Never: busyGovernance().Never, Taken: []weekly.Decision{}},
		Deeds: []weekly.Deed{{At: to.Add(-3 * time.Hour), Track: "unstable", What: "published pass 1498: 31 upstream commits", Undo: "go back to the publication before",
			Command: "auxsync rollback unstable --to 1497"}},
		MoreDeeds: 6,
		Service: weekly.Service{Version: "0.6.2", Up: 1, Starts: 0, Longest: 240, DiskFree: pointer[int64](36_100_000_000), Cache: pointer[int64](8_100_000_000),
			State: pointer[int64](240_000_000), ForgeLeast: 0.94, Undelivered: []string{}},
		Links: links("2026-W53"),
	}
}

// First is the first week of a fork, so far, whose track is not adopted yet: hardly
// anything is known, and there is no page to link to.
func First() weekly.Report {
	week := forks.Week{Year: 2026, Number: 47}
	return weekly.Report{
		Schema: weekly.Schema, Fork: "lix", Week: week, Zone: "Europe/Berlin", From: at(0, 0), To: at(3, 10), Made: at(3, 10), FirstWeek: true,
		Thin:    "This is the first week on record: trends begin with it.",
		Summary: "lix is not adopted yet; nothing was published.",
		Needed:  []weekly.Need{},
		Tracks: []weekly.Track{{
			Track: "main", Branch: "main", Follow: "main", Condition: forks.TrackFound,
			Lag:    weekly.Lag{InSync: -1, Curve: []weekly.LagPoint{}},
			Passes: weekly.Passes{Failures: []weekly.Failure{}},
			Stack: weekly.Stack{Outcomes: map[forks.Outcome]int{}, Changed: []weekly.Changed{}, Upstreamed: []weekly.PatchNote{}, Added: []weekly.PatchNote{},
				Ended: []weekly.PatchNote{}, LeftOut: []weekly.PatchNote{}, Most: []weekly.PatchNote{}, Trend: []weekly.TrendPoint{}},
		}},
		Conflicts:  weekly.Conflicts{Resolved: []weekly.Resolved{}, Open: []weekly.OpenConflict{}, NotAsked: []weekly.NotAsked{}},
		Security:   weekly.Security{Waiting: []weekly.SecurityCommit{}, Taken: []weekly.SecurityCommit{}},
		Upstream:   []weekly.Upstream{},
		Readiness:  weekly.Readiness{Goals: unmeasured(), FirstTimers: []string{}, Busiest: -1},
		Governance: weekly.Governance{Rules: busyGovernance().Rules[2:], Never: busyGovernance().Never, Taken: []weekly.Decision{}},
		Deeds:      []weekly.Deed{},
		Service:    weekly.Service{Version: "0.6.0", Up: -1, Starts: 1, ForgeLeast: -1, Undelivered: []string{}},
	}
}
