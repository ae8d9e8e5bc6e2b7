package reports_test

import (
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
)

var now = time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)

func hash(n byte) forks.Hash {
	return forks.Hash{0: n, 1: n ^ 0xa5, 2: n * 7, 3: 0x3c, 4: n + 0x51, 19: n}
}

func person(name string) forks.Person { return forks.Person{Name: name, Email: "x@example.org"} }

// hostile is a text that would rewrite a terminal.
const hostile = "evil\x1b[2J\u202e\nsubject"

func exampleConflict() forks.Conflict {
	return forks.Conflict{
		Patch: "p0000000003", Cause: hash(7), Clean: hash(6), CauseSubject: "jq: move to by-name and rewrite", CauseAuthor: person("Grace"),
		Files: []forks.ConflictFile{
			{Path: "pkgs/development/tools/jq/default.nix", Kind: forks.ModifyDelete, Stages: []forks.Stage{{Stage: 1, Mode: forks.ModeRegular, ID: hash(31)}}},
			{Path: "caf\xe9/\x1b[31m.nix", Kind: forks.Content},
		},
	}
}

// exampleState has something of everything.
func exampleState() forks.State {
	author := time.Date(2025, 12, 24, 18, 30, 0, 0, time.UTC)
	conflict := exampleConflict()
	resolved := conflict
	resolved.Patch, resolved.Cause, resolved.Inner = "p0000000002", hash(5), hash(45)
	return forks.State{
		Track: "aux-unstable", Pass: 12, At: now.Add(-3 * time.Hour), Upstream: "https://git.example.org/up/nixpkgs.git", Follow: "nixos-unstable",
		Branch: "aux-unstable", History: forks.Merging, Base: hash(6), Tip: hash(90), UpstreamTip: hash(9),
		Hold: &forks.Hold{Commit: hash(6), Reason: "the newest upstream commit on which p0000000003 is clean"},
		Patches: []forks.Patch{
			{ID: "p0000000001", Subject: "hello: use our mirror", Author: person("Ada"), AuthorDate: author, First: hash(11), Commit: hash(21),
				Ahead: forks.Kept, Published: forks.Kept, Versions: []forks.Version{{Commit: hash(11), By: "Ada", At: author}}},
			{ID: "p0000000002", Subject: "curl: 日本語 patch with a long subject that goes on for much longer than anybody would like to read in a table",
				Author: person("山田 太郎"), AuthorDate: author, First: hash(12), Commit: hash(22), Ahead: forks.Resolved, Published: forks.Resolved,
				Versions: []forks.Version{{Commit: hash(12), By: "山田 太郎", At: author},
					{Commit: hash(52), Pin: hash(5), Proposal: "c0000000001", By: "Grace", At: now.Add(-80 * time.Hour)}}},
			{ID: "p0000000003", Subject: "jq: build with our oniguruma", Author: person("Ada"), AuthorDate: author, First: hash(13), Commit: hash(23),
				Ahead: forks.Conflicted, Published: forks.Adapted},
			{ID: "p0000000004", Subject: "jq: second change", Author: person("Ada"), AuthorDate: author, First: hash(14), Commit: hash(24),
				Ahead: forks.Blocked, Published: forks.Blocked,
				Out: &forks.Out{Outcome: forks.Blocked, By: "p0000000003", Reason: "shares lines with it", CleanBase: hash(4), Pass: 9, At: now.Add(-70 * time.Hour)}},
			{ID: "p0000000005", Subject: hostile, Author: person("Mallory\x07"), AuthorDate: author, First: hash(15), Commit: hash(25),
				Ahead: forks.Kept, Published: forks.Kept,
				Folded: []forks.FoldedCommit{{Commit: hash(61), Subject: "Merge branch 'nixos-unstable'", Author: person("Ada")}, {Commit: hash(62), Subject: "fix merge", Author: person("Ada")}}},
		},
		Ended: []forks.Patch{{ID: "p0000000006", Subject: "openssl: fix build", Author: person("Grace"), First: hash(16), Commit: hash(26),
			End: &forks.End{Outcome: forks.Upstreamed, By: hash(8).String(), Pass: 11, At: now.Add(-50 * time.Hour)}}},
		Proposals: []forks.Proposal{
			{ID: "c0000000001", Patch: "p0000000002", Round: 2, Status: forks.Harvested, Reason: "resolved by Grace", Conflict: resolved,
				Onto: hash(71), Fix: hash(72), Opened: now.Add(-90 * time.Hour), Closed: now.Add(-80 * time.Hour), ClosedBy: "Grace"},
			{ID: "c0000000002", Patch: "p0000000003", Round: 1, Status: forks.Ready, Reason: "settled, waits to be merged", Conflict: conflict,
				Onto: hash(73), Fix: hash(74), Opened: now.Add(-30 * time.Hour), Touched: true,
				Number: 12, URL: "https://forge.example.org/aux/nixpkgs/pull/12", Claimed: "grace", NotFor: []string{"ada", hostile}},
		},
		Decisions: []forks.Decision{{Patch: "p0000000006", Asked: now.Add(-time.Hour),
			Question: "upstream took this change and reverted it: carry it again?"}},
		Ledger: exampleRows(),
	}
}

func exampleRows() []forks.Row {
	return []forks.Row{
		{Patch: "p0000000001", Subject: "hello: use our mirror", Old: hash(11), New: hash(21), Ahead: forks.Kept, Published: forks.Kept},
		{Patch: "p0000000002", Subject: "curl: 日本語 patch with a long subject that goes on for much longer than anybody would like to read in a table",
			Old: hash(12), New: hash(22), Ahead: forks.Resolved, Published: forks.Resolved, By: "Grace", Reason: "conflict c0000000001"},
		{Patch: "p0000000003", Subject: "jq: build with our oniguruma", Old: hash(13), New: hash(23), Ahead: forks.Conflicted, Published: forks.Adapted},
		{Patch: "p0000000004", Subject: "jq: second change", Old: hash(14), Ahead: forks.Blocked, Published: forks.Blocked, By: "p0000000003", Reason: "shares lines with it"},
		{Patch: "p0000000005", Subject: hostile, Old: hash(15), New: hash(25), Ahead: forks.Kept, Published: forks.Kept},
		{Patch: "p0000000006", Subject: "openssl: fix build", Old: hash(16), Ahead: forks.Upstreamed, Published: forks.Upstreamed,
			By: hash(8).String(), Reason: hostile},
	}
}

func examplePlan() forks.Plan {
	return forks.Plan{
		Track: "aux-unstable", Pass: 12, Base: forks.BaseMove{Old: hash(3), New: hash(6)}, UpstreamTip: hash(9), Behind: 4,
		ForkTip: hash(89), CandidateTip: hash(90),
		Hold:      &forks.Hold{Commit: hash(6), Reason: "the newest upstream commit on which p0000000003 is clean"},
		Outcomes:  exampleRows(),
		Conflicts: []forks.Conflict{exampleConflict()},
		Proposals: []forks.ProposalAction{
			{ID: "c0000000001", Patch: "p0000000002", Action: forks.ActHarvest, Reason: "resolved by Grace"},
			{ID: "c0000000002", Patch: "p0000000003", Action: forks.ActOpen, Reason: "conflicts with upstream's " + hash(7).Short()},
		},
		WouldPush: []forks.RefUpdate{
			{Ref: forks.ArchiveRef("aux-unstable", 12), New: hash(90)},
			{Ref: "refs/heads/aux-unstable", Old: hash(89), New: hash(90)},
			{Ref: forks.StateRef("aux-unstable"), Old: hash(91), New: hash(92)},
			{Ref: forks.OntoRef("aux-unstable", "c0000000002"), New: hash(73)},
			{Ref: forks.FixRef("aux-unstable", "c0000000002"), New: hash(74)},
		},
		Cleanup: []forks.RefUpdate{{Ref: forks.OntoRef("aux-unstable", "c0000000001"), Old: hash(71)}},
		State:   exampleState(),
	}
}

func exampleTrack() forks.Track {
	return forks.Track{Fork: "nixpkgs", Name: "aux-unstable", Branch: "aux-unstable", Follow: "nixos-unstable",
		Upstream: "https://git.example.org/up/nixpkgs.git", History: forks.Merging}
}

// examplePeople has something of everything; the subjects are those of a state.
func examplePeople(s forks.State) reports.PeopleList {
	day := func(month time.Month, n int) forks.DayRange {
		d := forks.Day{Year: 2026, Month: month, Day: n}
		return forks.DayRange{First: d, Last: d}
	}
	fourth, sixth := day(3, 4), day(3, 6)
	roster := forks.Roster{
		People: map[string]forks.Resident{
			"ada":   {Login: "Ada", Away: []forks.DayRange{{First: fourth.First, Last: sixth.Last}}},
			"bob":   {Login: "bob", Contact: true},
			"carol": {Login: "carol", OnDuty: []forks.DayRange{day(3, 5)}},
			"dora":  {Login: "dora", OptOut: true, Contact: true},
			"erin":  {Login: "erin", Away: []forks.DayRange{day(3, 4)}, OnDuty: []forks.DayRange{day(3, 6)}},
		},
		SIGs: map[string]forks.SIG{
			"core": {Name: "core", Members: []string{"ada", "bob", "carol"}, Team: "aux/core"},
			"go":   {Name: "Go", Members: []string{"Ada", "zoe"}, Paths: []string{"pkgs/go/**"}, Team: "aux/go"},
			"kde":  {Name: "KDE"},
		},
		DefaultSIG: "Core", Limits: forks.AskLimits{Asked: 3, PerPerson: 2, Treewide: 25},
	}
	waiting := []forks.WaitingWith{
		{Fork: "nixpkgs", Track: "main", Proposal: "c0000000001", Patch: "p0000000005", Subject: s.Patches[len(s.Patches)-1].Subject, Number: 12, URL: "https://git.example.org/12",
			Assignees: []string{"ada"}, Reviewers: []string{"Aux/Go", "aux/other"}, Since: now.Add(-500 * time.Hour)},
		{Fork: "nixpkgs", Track: "main", Proposal: "c0000000002", Patch: "p0000000001", Subject: s.Patches[0].Subject, Number: 13, Assignees: []string{"Ada"}, Claimed: "newcomer"},
		{Fork: "nixpkgs", Track: "main", Proposal: "c0000000003", Number: 14, URL: s.Patches[0].Subject},
		{Fork: "other", Track: "main", Proposal: "c0000000004", Number: 12, Assignees: []string{"ADA", "bob"}},
	}
	return reports.PeopleList{At: now, Forks: []reports.ForkPeople{
		reports.PeopleOf("nixpkgs", roster, waiting, now), reports.PeopleOf("other", forks.Roster{Limits: forks.AskLimits{PerPerson: 5}}, waiting, now),
	}}
}
