package weeklytest

import (
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// Broken is a week in which little worked: a track that is stopped, one that fails, one
// that somebody paused, one of which no pass looked, and places that got no report.
func Broken() weekly.Report {
	week := forks.Week{Year: 2026, Number: 47}
	r := Busy()
	r.Made, r.Thin = at(7, 3), "There are no records from 18 November 02:00 to 20 November 09:00 UTC: auxsync did not run."
	r.Summary = "nixpkgs is 9 days behind upstream (goal 24 h): unstable is stopped and needs a person; 6 decisions are needed; nothing was lost."
	r.Needed, r.MoreNeeded = brokenNeeds(), 1
	r.Tracks = []weekly.Track{brokenStopped(week), brokenFailing(week), brokenPaused(week), brokenSilent()}
	r.Conflicts = weekly.Conflicts{Opened: 0, Resolved: []weekly.Resolved{}, Open: brokenOpen(), AllOpen: 31, NotAsked: []weekly.NotAsked{}}
	r.Security = weekly.Security{Waiting: busySecurity().Taken, AllWaiting: 14, Taken: []weekly.SecurityCommit{}, Longest: 8*day + 4*hour}
	r.Upstream = []weekly.Upstream{{Track: "release-26-05", Commits: 26112, BySIG: []weekly.SIGShare{}, OpenRoles: []weekly.OpenRole{}, Unlisted: true}}
	r.Readiness.Resolvers1, r.Readiness.FirstTimers, r.Readiness.FirstTimerCount = 0, []string{}, 0
	r.Governance.Taken, r.Governance.AllTaken = []weekly.Decision{}, 0
	r.Deeds, r.MoreDeeds = []weekly.Deed{}, 0
	r.Service = weekly.Service{Version: "0.6.0", Up: 0.6721, Starts: 41, CutOff: 17, Longest: 4*hour + 120, DiskFree: pointer[int64](210_000_000),
		Cache: pointer[int64](21_000_000_000), State: pointer[int64](900_000_000), ForgeLeast: 0,
		Undelivered: []string{
			"discourse, weeks 2026-W45 and 2026-W46: the server refused the key (403); a person has to look",
			"mail to sig-core, week 2026-W46: the server answered 550; a person has to look",
		}}
	return r
}

func brokenNeeds() []weekly.Need {
	busy := busyNeeds()
	return []weekly.Need{
		busy[0],
		{Kind: weekly.NeedPaused, Track: "staging", What: "staging is paused by mona: until the build farm is back",
			Do: "resume it once the reason is gone", Command: "auxsync resume staging", Since: at(-16, 11), With: []string{}},
		busy[1],
		{Kind: weekly.NeedStopped, Track: "unstable", What: "unstable is stopped: the branch aux-unstable was rewound",
			Do: "look at the difference, then accept it or go back", Command: "auxsync explain unstable", Since: at(-2, 4), Long: false, With: []string{"sig-core"}},
		busy[2],
	}
}

// emptyStack is what is shown of a stack of which nothing moved.
func emptyStack(patches int) weekly.Stack {
	return weekly.Stack{Patches: patches, Outcomes: map[forks.Outcome]int{forks.Kept: patches}, Changed: []weekly.Changed{}, Upstreamed: []weekly.PatchNote{},
		Added: []weekly.PatchNote{}, Ended: []weekly.PatchNote{}, LeftOut: []weekly.PatchNote{}, Most: []weekly.PatchNote{}, Trend: []weekly.TrendPoint{}}
}

func brokenStopped(week forks.Week) weekly.Track {
	stack := busyUnstable(week).Stack
	stack.Changed, stack.MoreChanged = []weekly.Changed{}, 0
	stack.Upstreamed, stack.Added, stack.Ended = []weekly.PatchNote{}, []weekly.PatchNote{}, []weekly.PatchNote{}
	return weekly.Track{
		Track: "unstable", Branch: "aux-unstable", Follow: "nixos-unstable", Condition: forks.TrackStopped,
		Why:     "the branch was rewound from " + hash(102).Short() + " to " + hash(90).Short() + ": 3 patches are missing from it",
		OldBase: hash(101), NewBase: hash(101),
		Lag: weekly.Lag{Known: true, Now: 9 * day, Commits: 2260, Goal: 24 * hour, Agreed: true, InSync: 0, Curve: []weekly.LagPoint{
			{At: at(0, 0), Lag: 2 * day}, {At: at(2, 3), Lag: 4*day + 3*hour}, {At: at(2, 3), Lag: -1}, {At: at(4, 10), Lag: -1},
			{At: at(4, 10), Lag: 6*day + 10*hour}, {At: at(7, 0), Lag: 9 * day}}},
		Passes: weekly.Passes{All: 226, Stopped: 226, Longest: 40, Failures: []weekly.Failure{
			{Reason: "the branch was rewound from " + hash(102).Short() + " to " + hash(90).Short(), Times: 226, Last: at(6, 23)}}},
		Stack: stack,
	}
}

func brokenFailing(week forks.Week) weekly.Track {
	return weekly.Track{
		Track: "release-26-05", Branch: "aux-26.05", Follow: "nixos-26.05", Condition: forks.TrackFailing,
		Why:     "fetch https://github.com/NixOS/nixpkgs: no space left on device",
		OldBase: hash(201), NewBase: hash(202), Moves: 1, Taken: 26112,
		Lag: weekly.Lag{Known: true, Now: 30 * hour, Commits: 12, Goal: 24 * hour, Agreed: true, InSync: 0.29,
			Curve: curve(at(0, 0), at(7, 0), 0, fall{at(5, 18), 0})},
		Passes: weekly.Passes{All: 230, Published: 1, Quiet: 120, Failed: 109, Longest: 4*hour + 120, Failures: []weekly.Failure{
			{Reason: "fetch https://github.com/NixOS/nixpkgs: no space left on device", Times: 92, Last: at(6, 23)},
			{Reason: "the run ended without a word", Times: 17, Last: at(4, 9)}}},
		Stack: busyRelease(week).Stack,
	}
}

func brokenPaused(week forks.Week) weekly.Track {
	stack := emptyStack(12)
	stack.Divergence = &forks.Divergence{Files: 31, Added: 402, Removed: 120}
	stack.Trend = trend(week, 522, 522, 522, 522)
	return weekly.Track{
		Track: "staging", Branch: "aux-staging", Follow: "staging-next", Condition: forks.TrackPaused, Why: "mona: until the build farm is back",
		OldBase: hash(501), NewBase: hash(501),
		Lag:    weekly.Lag{Known: true, Now: 22 * day, Commits: 9120, InSync: -1, Curve: curve(at(0, 0), at(7, 0), 15*day)},
		Passes: weekly.Passes{All: 226, Quiet: 226, Longest: 3, Failures: []weekly.Failure{}}, Stack: stack,
	}
}

func brokenSilent() weekly.Track {
	return weekly.Track{
		Track: "release-25-11", Branch: "aux-25.11", Follow: "nixos-25.11", Condition: forks.TrackFollowing, OldBase: hash(601), NewBase: hash(601),
		Lag:    weekly.Lag{InSync: -1, Goal: 24 * hour, Curve: []weekly.LagPoint{}},
		Passes: weekly.Passes{Failures: []weekly.Failure{}}, Stack: emptyStack(9),
	}
}

func brokenOpen() []weekly.OpenConflict {
	open := make([]weekly.OpenConflict, weekly.MaxListed)
	for i := range open {
		since := at(-30+i, 9)
		open[i] = weekly.OpenConflict{
			Proposal: forks.ProposalID("c" + hash(700+i).Short()), Track: "unstable", Subject: "python3Packages: pin " + hash(800 + i).Short()[:4], Cause: "python3Packages: treewide move to pyproject",
			URL: "https://github.com/auxolotl/nixpkgs/pull/" + []string{"412", "413", "414"}[i%3], Since: since, Age: weekly.Of(at(7, 0).Sub(since).Truncate(time.Hour)),
			With: []string{"sig-python"}, Next: "waits with sig-python",
		}
	}
	return open
}
