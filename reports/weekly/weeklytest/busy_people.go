package weeklytest

import (
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

func busyUpstream() []weekly.Upstream {
	return []weekly.Upstream{
		{Track: "unstable", Commits: 1843, Authors: 412, Areas: 1377, Security: 1, Looked: 1412, Cared: 508,
			BySIG: []weekly.SIGShare{{SIG: "Python", Commits: 301}, {SIG: "Rust", Commits: 187}, {SIG: "Core", Commits: 122}, {SIG: "Haskell", Commits: 71}},
			OpenRoles: []weekly.OpenRole{
				{Path: "pkgs/applications/networking", Commits: 81}, {Path: "pkgs/servers/home-assistant", Commits: 64},
				{Path: "nixos/modules/services", Commits: 58}, {Path: "pkgs/kde", Commits: 44}, {Path: "pkgs/desktops/gnome", Commits: 39},
				{Path: "pkgs/by-name/te/terraform", Commits: 21}, {Path: "pkgs/development/php-packages", Commits: 17},
				{Path: "pkgs/os-specific/darwin", Commits: 15}, {Path: "pkgs/games", Commits: 12}, {Path: "pkgs/tools/security", Commits: 11},
			}, Unlisted: true},
		{Track: "release-26-05", Commits: 96, Authors: 33, Areas: 71, Security: 1, Looked: 96, Cared: 40,
			BySIG: []weekly.SIGShare{{SIG: "Core", Commits: 24}, {SIG: "Rust", Commits: 16}}, OpenRoles: []weekly.OpenRole{}},
	}
}

func busyReadiness(week forks.Week) weekly.Readiness {
	const agreed = "https://forum.aux.example/t/when-can-we-stand-alone/318"
	goal := func(name forks.GoalName, value, goal float64, met bool, trend []weekly.TrendPoint) weekly.Goal {
		g := weekly.Goal{Name: name, Value: &value, Goal: &goal, Agreed: agreed, Met: &met, Trend: trend}
		g.Unit, g.Least = kind(name)
		return g
	}
	busiest := goal("busiest_share", 0.58, 0, false, trend(week, 0.92, 0.92, 0.9, 0.81, 0.8, 0.77, 0.71, 0.7, 0.66, 0.61, 0.6, 0.58))
	busiest.Goal, busiest.Met, busiest.Agreed = nil, nil, ""
	answer := goal("median_answer", 26*hour, 3*day, true, trend(week, unknown, unknown, 9*day, 8*day, 6*day, 4*day, 4*day, 3*day, 2*day, 40*hour, 30*hour, 26*hour))
	answer.Agreed = ""
	return weekly.Readiness{
		Goals: []weekly.Goal{
			goal("lag", 6*hour, 24*hour, true, trend(week, unknown, unknown, 4*day, 3*day, 70*hour, 52*hour, 30*hour, 30*hour, 31*hour, 26*hour, 9*hour, 6*hour)),
			goal("in_sync", 0.92, 0.95, false, trend(week, unknown, unknown, 0.31, 0.4, 0.42, 0.6, 0.71, 0.7, 0.72, 0.88, 0.96, 0.92)),
			goal("security_wait", 21*hour, 12*hour, false, trend(week, unknown, unknown, 3*day, 3*day, 50*hour, 12*hour, 0, 6*hour, 30*hour, 12*hour, 10*hour, 21*hour)),
			goal("open_conflicts", 1, 5, true, trend(week, unknown, unknown, 14, 12, 13, 9, 8, 8, 5, 4, 2, 1)),
			answer,
			goal("resolvers", 5, 8, false, trend(week, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5)),
			busiest,
			goal("cared_for", 0.36, 0.5, false, trend(week, unknown, unknown, 0.22, 0.22, 0.24, 0.25, 0.25, 0.31, 0.3, 0.33, 0.36, 0.36)),
		},
		Resolvers1: 2, Resolvers4: 4, Resolvers12: 5, FirstTimers: []string{"grace"}, FirstTimerCount: 2, Busiest: 0.58,
	}
}

// kind is a measure's unit, and whether it is to be at least its goal.
func kind(name forks.GoalName) (forks.GoalUnit, bool) {
	for _, k := range forks.GoalKinds() {
		if k.Name == name {
			return k.Unit, k.Least
		}
	}
	panic("no measure is called " + string(name))
}

// unmeasured has every measure, without value and goal.
func unmeasured() []weekly.Goal {
	goals := []weekly.Goal{}
	for _, k := range forks.GoalKinds() {
		goals = append(goals, weekly.Goal{Name: k.Name, Unit: k.Unit, Least: k.Least, Trend: []weekly.TrendPoint{}})
	}
	return goals
}

func busyGovernance() weekly.Governance {
	return weekly.Governance{
		Rules: []weekly.Rule{
			{What: "what a conflict becomes", Who: "the people and SIGs who look after its paths; each may hand it on with “not mine”"},
			{What: "people, SIGs, limits, hold times and goals", Who: "whoever may merge into the branch auxsync/policy"},
			{What: "what auxsync may reach: repositories, credentials, gates, places of this report", Who: "who runs auxsync, in its config"},
		},
		Never: []string{"drop a patch", "settle a conflict that nobody decided before", "push to upstream", "overwrite what a person pushed"},
		Taken: []weekly.Decision{
			{At: at(4, 2), Track: "unstable", Who: "ada", What: "dropped “firefox: pin the old theme”", Because: "nobody uses the theme any more",
				URL: "https://github.com/auxolotl/nixpkgs/pull/419", Result: "the next publication was without it"},
			{At: at(1, 7), Track: "release-26-05", What: "resumed the track", Because: "the move of the cache is over", Result: "passes went on"},
		},
		AllTaken: 2,
	}
}

func busyDeeds() []weekly.Deed {
	return []weekly.Deed{
		{At: at(6, 20), Track: "unstable", What: "published pass 1204: 212 upstream commits", Undo: "go back to the publication before",
			Command: "auxsync rollback unstable --to 1203"},
		{At: at(5, 8), Track: "unstable", What: "used grace's answer to c4410be2aa7 for the same conflict again", Undo: "take the use back",
			Command: "auxsync undo c4410be2aa7"},
		{At: at(3, 1), Track: "unstable", What: "ended “libfoo: 1.2 -> 1.3”: upstream has it now", Undo: "push the commit again"},
	}
}
