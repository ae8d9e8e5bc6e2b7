package weeklytest

import (
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// Busy is a week with something of everything: two tracks, one of which holds, conflicts
// opened and answered, a security fix that waits, and goals of which most are agreed.
func Busy() weekly.Report {
	week := forks.Week{Year: 2026, Number: 47}
	return weekly.Report{
		Schema: weekly.Schema, Fork: "nixpkgs", Week: week, Zone: "Europe/Berlin",
		From: at(0, 0), To: at(7, 0), Made: at(7, 1), Over: true,
		Thin:       "Records begin on 7 September: what a trend shows of earlier weeks is not known.",
		Summary:    "nixpkgs is 6 h behind upstream (goal 24 h); 3 of 41 patches wait for a decision; nothing was lost.",
		Needed:     busyNeeds(),
		MoreNeeded: 1,
		Tracks:     []weekly.Track{busyUnstable(week), busyRelease(week)},
		Conflicts:  busyConflicts(),
		Security:   busySecurity(),
		Upstream:   busyUpstream(),
		Readiness:  busyReadiness(week),
		Governance: busyGovernance(),
		Deeds:      busyDeeds(),
		MoreDeeds:  4,
		Service: weekly.Service{
			Version: "0.6.0", Up: 0.9991, Starts: 2, CutOff: 1, Longest: 11*60 + 40,
			DiskFree: pointer[int64](38_400_000_000), Cache: pointer[int64](7_900_000_000), State: pointer[int64](212_000_000),
			ForgeLeast: 0.71, Undelivered: []string{"mail to sig-core of week 2026-W46: the server answered 451 at the last of 6 attempts"},
		},
		Links: links("2026-W47"),
	}
}

func busyNeeds() []weekly.Need {
	return []weekly.Need{
		{Kind: weekly.NeedConflict, Track: "unstable", What: "“jq: build with our oniguruma” conflicts with upstream's “jq: move to by-name and rewrite”",
			Do: "settle it in its pull request", URL: "https://github.com/auxolotl/nixpkgs/pull/412",
			Since: at(-22, 9), Long: true, With: []string{"SIG Core"}},
		{Kind: weekly.NeedDeclined, Track: "unstable", What: "the conflict of “curl: prefer our certificates” with upstream's “curl: 8.16 -> 8.17” was closed without an answer, and the patch is left out where it does not fit",
			Do: "ask again, or drop the patch", Command: "auxsync retry c5b6b1aa920", URL: "https://github.com/auxolotl/nixpkgs/pull/405",
			Since: at(-4, 15), With: []string{"sig-core"}},
		{Kind: weekly.NeedQuestion, Track: "release-26-05", What: "“openssl: fix build on riscv64”: upstream took this change and reverted it: carry it again?",
			Do: "decide; this shows how", Command: "auxsync explain p0d31fe8845",
			Since: at(2, 4), With: []string{"grace"}},
	}
}

func busyUnstable(week forks.Week) weekly.Track {
	return weekly.Track{
		Track: "unstable", Branch: "aux-unstable", Follow: "nixos-unstable", Condition: forks.TrackHolding,
		Why:     "p3f2a90c1d4 conflicts with upstream's newer commits",
		OldBase: hash(101), NewBase: hash(102), Moves: 8, Taken: 1843,
		Lag: weekly.Lag{Known: true, Now: 6 * hour, Commits: 57, Goal: 24 * hour, Agreed: true, InSync: 0.92,
			Curve: curve(at(0, 0), at(7, 0), 9*hour, fall{at(0, 13), 2 * hour}, fall{at(1, 12), hour}, fall{at(2, 11), 5 * hour},
				fall{at(3, 8), 3 * hour}, fall{at(4, 9), 2 * hour}, fall{at(5, 11), 2 * hour}, fall{at(6, 11), hour}, fall{at(6, 20), 2 * hour})},
		Passes: weekly.Passes{All: 336, Published: 8, State: 9, Unchanged: 71, Quiet: 244, Stopped: 0, Failed: 4, Longest: 11*60 + 40,
			Failures: []weekly.Failure{
				{Reason: "fetch https://github.com/NixOS/nixpkgs: the server answered 502", Times: 3, Last: at(4, 17)},
				{Reason: "push: the branch aux-unstable moved meanwhile", Times: 1, Last: at(2, 6)},
			}},
		Stack: weekly.Stack{
			Patches: 41, Outcomes: map[forks.Outcome]int{forks.Kept: 31, forks.Adapted: 4, forks.Resolved: 3, forks.Conflicted: 1, forks.Blocked: 1, forks.Parked: 1},
			Changed: []weekly.Changed{
				{Patch: "p77aa01b3c9", Subject: "stdenv: name our channel in the error", Diff: busyDiff()},
				{Patch: "p18d02c4fa0", Subject: "nixos/manual: link to our forum", Shortened: true,
					Diff: " @@ nixos/doc/manual/preface.md\n-  ## Preface\n+  ## Preface {#preface}\n"},
			},
			MoreChanged: 2,
			Upstreamed: []weekly.PatchNote{{Patch: "p9c1e55d0b7", Subject: "libfoo: 1.2 -> 1.3", Author: "Grace Hopper", Outcome: forks.Upstreamed,
				By: hash(60).String(), Note: "upstream merged it as a pull request of its own", Since: at(3, 1)}},
			Added: []weekly.PatchNote{{Patch: "p2e7f10ab66", Subject: "hello: use our mirror", Author: "Ada Lovelace", Outcome: forks.Kept, Since: at(1, 12)}},
			Ended: []weekly.PatchNote{{Patch: "p60b7713f2c", Subject: "firefox: pin the old theme", Outcome: forks.Dropped, By: "ada", Note: "no longer wanted", Since: at(4, 2)}},
			LeftOut: []weekly.PatchNote{
				{Patch: "p3f2a90c1d4", Subject: "jq: build with our oniguruma", Author: "Ada Lovelace", Outcome: forks.Conflicted, Note: "asked in pull request 412", Since: at(-22, 9)},
				{Patch: "p5b1c09a7e2", Subject: "curl: prefer our certificates", Author: "Kim", Outcome: forks.Parked, By: "sig-core", Note: "until the bundle has moved", Since: at(-4, 15)},
				{Patch: "pa0a4f6e1d8", Subject: "jq: second change", Outcome: forks.Blocked, By: "p3f2a90c1d4", Note: "shares lines with it", Since: at(-22, 9)},
			},
			Divergence: &forks.Divergence{Files: 118, Added: 2310, Removed: 904},
			Trend:      trend(week, unknown, unknown, 3920, 3911, 3874, 3700, 3702, 3561, 3440, 3398, 3300, 3214),
			Most: []weekly.PatchNote{
				{Patch: "p77aa01b3c9", Subject: "stdenv: name our channel in the error", Author: "Ada Lovelace", Outcome: forks.Adapted, Times: 7, Since: at(-160, 0)},
				{Patch: "p3f2a90c1d4", Subject: "jq: build with our oniguruma", Author: "Ada Lovelace", Outcome: forks.Conflicted, Times: 4, Since: at(-90, 0)},
			},
		},
	}
}

func busyDiff() string {
	return "@@ pkgs/stdenv/generic/check-meta.nix\n" +
		"      if allowBroken then …\n" +
		"-     + throw \"see https://aux.computer/broken\"\n" +
		"+     + throw \"see https://aux.computer/docs/broken\"\n" +
		"       '';\n"
}

func busyRelease(week forks.Week) weekly.Track {
	return weekly.Track{
		Track: "release-26-05", Branch: "aux-26.05", Follow: "nixos-26.05", Condition: forks.TrackFollowing,
		OldBase: hash(201), NewBase: hash(202), Moves: 2, Taken: 96,
		Lag: weekly.Lag{Known: true, Now: 0, Commits: 0, Goal: 24 * hour, Agreed: true, InSync: 1,
			Curve: []weekly.LagPoint{
				{At: at(0, 0)}, {At: at(1, 14)}, {At: at(2, 3), Lag: 13 * hour}, {At: at(2, 3)}, {At: at(5, 1)}, {At: at(5, 9), Lag: 8 * hour}, {At: at(5, 9)}, {At: at(7, 0)}}},
		Passes: weekly.Passes{All: 336, Published: 2, State: 1, Unchanged: 4, Quiet: 329, Longest: 190, Failures: []weekly.Failure{}},
		Stack: weekly.Stack{
			Patches: 12, Outcomes: map[forks.Outcome]int{forks.Kept: 11, forks.Resolved: 1},
			Changed: []weekly.Changed{}, Upstreamed: []weekly.PatchNote{}, Added: []weekly.PatchNote{}, Ended: []weekly.PatchNote{},
			LeftOut: []weekly.PatchNote{}, Most: []weekly.PatchNote{},
			Divergence: &forks.Divergence{Files: 31, Added: 402, Removed: 120},
			Trend:      trend(week, unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown, 520, 522, 522, 522),
		},
	}
}

func busyConflicts() weekly.Conflicts {
	return weekly.Conflicts{
		Opened: 4,
		Resolved: []weekly.Resolved{
			{Proposal: "c4410be2aa7", Track: "unstable", Subject: "stdenv: name our channel in the error", How: "people", By: "grace", Reason: "kept our address, took upstream's new form",
				URL: "https://github.com/auxolotl/nixpkgs/pull/418", Took: 5 * hour, At: at(4, 1)},
			{Proposal: "c90d1f3be05", Track: "release-26-05", Subject: "nixos/manual: link to our forum", How: "people", Reason: "",
				URL: "https://github.com/auxolotl/nixpkgs/pull/416", Took: 2 * day, At: at(3, 20)},
			{Proposal: "c07aa9be341", Track: "unstable", Subject: "hello: use our mirror", How: "elsewhere", Reason: "the patch was pushed again without the conflict",
				URL: "https://github.com/auxolotl/nixpkgs/pull/417", Took: 7 * hour, At: at(2, 9)},
			{Proposal: "c5b6b1aa920", Track: "unstable", Subject: "curl: prefer our certificates", How: "declined", By: "mona", Reason: "",
				URL: "https://github.com/auxolotl/nixpkgs/pull/405", Took: 9 * day, At: at(0, 15)},
		},
		ByPeople: 2, ByMemory: 3, Elsewhere: 1, Declined: 1, Median: 26 * hour, Longest: 2 * day,
		Open: []weekly.OpenConflict{{Proposal: "c21fa0b7d99", Track: "unstable", Subject: "jq: build with our oniguruma", Cause: "jq: move to by-name and rewrite",
			URL: "https://github.com/auxolotl/nixpkgs/pull/412", Since: at(-22, 9), Age: 28*day + 15*hour, With: []string{"SIG Core"},
			Next: "waits with SIG Core"}},
		AllOpen: 1, NotAsked: []weekly.NotAsked{{Conflicts: 2, Why: "at most 3 conflicts are opened in 24 hours"}},
	}
}

func busySecurity() weekly.Security {
	return weekly.Security{
		Waiting:    []weekly.SecurityCommit{{Track: "unstable", Waited: 5 * hour, Commit: hash(301), Subject: "libxml2: apply patch for CVE-2026-40312", Author: "Robin Example", At: at(6, 18)}},
		AllWaiting: 1,
		Taken: []weekly.SecurityCommit{
			{Track: "unstable", Waited: 21 * hour, Commit: hash(302), Subject: "openssl: 3.5.4 -> 3.5.5 (security)", Author: "Lee", At: at(2, 3)},
			{Track: "release-26-05", Waited: 3 * hour, Commit: hash(303), Subject: "openssl: 3.5.4 -> 3.5.5 (security)", Author: "Lee", At: at(2, 0)},
		},
		AllTaken: 2, Longest: 21 * hour,
	}
}
