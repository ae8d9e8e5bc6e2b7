package weekly

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// who is what a rule says.
func who(t *testing.T, in Input, what string) string {
	t.Helper()
	for _, r := range governanceOf(in).Rules {
		if r.What == what {
			return r.Who
		}
	}
	t.Fatalf("there is no rule about %q", what)
	return ""
}

func governed(change func(*Input)) Input {
	in := Input{Fork: "pkgs", Week: forks.Week{Year: 2026, Number: 47}, Zone: time.UTC, PolicySource: "the branch auxsync/policy",
		Tracks: []forks.Track{
			{Name: "main", Forge: forks.ForgeGitHub, History: forks.Merging, PublishEvery: 24 * time.Hour, GitHub: forks.GitHub{ApproveMerges: true, Dashboard: true}},
			{Name: "release", Forge: forks.ForgeGitHub, History: forks.Merging, PublishEvery: 24 * time.Hour, GitHub: forks.GitHub{ApproveMerges: true, Dashboard: true}},
		},
		Roster: forks.Roster{Limits: forks.AskLimits{Asked: 3, PerPerson: 5, Treewide: 25}}}
	change(&in)
	return in
}

func TestRulesSayWhoDecides(t *testing.T) {
	t.Parallel()
	const machine = "whoever may give auxsync commands on its machine"
	plain := func(in *Input) {
		for i := range in.Tracks {
			in.Tracks[i].Forge, in.Tracks[i].GitHub = forks.ForgeGit, forks.GitHub{}
		}
	}
	none := func(in *Input) { in.PolicySource = "" }
	same := func(*Input) {}
	for _, c := range []struct {
		change     func(*Input)
		what, want string
	}{
		{same, "how a conflict is settled", "whoever is assigned to its pull request, whoever may push to the fork, and " + machine + "; an approving review of one of the first two merges what is settled"},
		{func(in *Input) { in.Tracks[1].GitHub.ApproveMerges = false }, "how a conflict is settled", "whoever is assigned to its pull request, whoever may push to the fork, and " + machine + "; reviews merge nothing"},
		{plain, "how a conflict is settled", "whoever may push to the fork: to merge its fix branch into its onto branch is the answer; and " + machine},
		{plain, "who is asked about a conflict", "nobody by name: without a forge the branches of a conflict wait for whoever looks"},
		{none, "who is asked about a conflict", "there is no policy that says so: the patch's author, the maintainers whom its files name, and who changed them lately; at most 3 people and teams about one conflict, and nobody with 5 open ones"},
		{func(in *Input) {
			in.Roster.DefaultSIG = "core"
			in.Roster.Owners = make([]forks.OwnerRule, 2)
			in.Roster.Patches = map[forks.PatchID][]forks.Ask{"p1": nil}
			in.Roster.SIGs = map[string]forks.SIG{"core": {Name: "core"}, "rust": {Name: "Rust", Paths: []string{"a"}}, "go": {Name: "go", Paths: []string{"b"}}}
			in.Roster.People = map[string]forks.Resident{"ada": {Login: "ada", OnDuty: make([]forks.DayRange, 1)}, "bob": {Login: "bob", Contact: true}, "dora": {Login: "dora", OptOut: true, Contact: true}}
		}, "who is asked about a conflict", "1 patch has people of its own; 2 patterns of paths have owners; the SIGs with the paths concerned (Rust and go); SIG core where nobody else is known; " +
			"1 person takes a turn on duty; 1 emergency contact is asked last; 1 person is never asked, by their own wish; " +
			"at most 3 people and teams about one conflict, and nobody with 5 open ones; a patch that changes more than 25 files is for SIG core alone"},
		{same, "the policy", "whoever may push to the fork's branch auxsync/policy, by pull request; a bad version is refused, and the last good one stays in force"},
		{none, "the policy", "there is none: config.toml on auxsync's machine decides alone, until somebody who may push to the fork adds policy.toml on its branch auxsync/policy"},
		{func(in *Input) { in.Tracks[0].Policy, in.Tracks[1].Policy = "/etc/p\u202e.toml", "/etc/p\u202e.toml" }, "the policy", `whoever may write /etc/p\u202e.toml on auxsync's machine; a bad version is refused, and the last good one stays in force`},
		{same, "the goals", "the policy, in [goals.NAME]: none of 8 is agreed yet"},
		{none, "the goals", "nobody yet: none of 8 is agreed, and there is no policy to write them down in"},
		{func(in *Input) { in.Goals = map[forks.GoalName]forks.Goal{"lag": {}, "resolvers": {}} }, "the goals", "the policy: 2 of 8 are agreed"},
		{same, "pausing a track, and going on", "whoever may push to the fork, by a comment on the dashboard or a pull request; and " + machine},
		{func(in *Input) { in.Tracks[1].GitHub.Dashboard = false }, "pausing a track, and going on", "whoever may push to the fork, by a comment on a pull request; and " + machine},
		{plain, "pausing a track, and going on", machine},
		{same, "how often a branch moves", "the policy where it says so, else config.toml on auxsync's machine: once in 24h at most"},
		{func(in *Input) { none(in); in.Tracks[1].PublishEvery = 0 }, "how often a branch moves", "config.toml on auxsync's machine: main once in 24h at most, release at every pass"},
		{same, "whether a branch may be rewound", "config.toml on auxsync's machine: only ever forwards"},
		{func(in *Input) { in.Tracks[0].History = forks.Rewrite }, "whether a branch may be rewound", "config.toml on auxsync's machine: main rewound at each publication, release only ever forwards"},
		{func(in *Input) { in.Tracks = nil }, "how often a branch moves", "the policy where it says so, else config.toml on auxsync's machine"},
	} {
		if got := who(t, governed(c.change), c.what); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.what, got, c.want)
		}
	}
}

func TestWhatAuxsyncMergesDependsOnReviews(t *testing.T) {
	t.Parallel()
	never := func(change func(*Input)) string { return strings.Join(governanceOf(governed(change)).Never, "\n") }
	if text := never(func(*Input) {}); !strings.Contains(text, "merge a pull request that nobody who may decide has approved") || !strings.Contains(text, "opted out") {
		t.Errorf("with reviews: got %s", text)
	}
	for _, forge := range []string{forks.ForgeGit, forks.ForgeGitHub} {
		text := never(func(in *Input) {
			for i := range in.Tracks {
				in.Tracks[i].Forge, in.Tracks[i].GitHub = forge, forks.GitHub{}
			}
		})
		if strings.Contains(text, "approved") || !strings.Contains(text, "merge an answer: a person does") {
			t.Errorf("%s without reviews: got %s", forge, text)
		}
	}
}

// decidedWeek is an input of the track main, of which the week has these rows.
func decidedWeek(rows forks.TrackRows, requests ...forks.RequestRecord) Input {
	rows.Track = "main"
	return governed(func(in *Input) {
		in.Roster.People = drawnRoster().People
		in.Rows = forks.WeeklyRows{Requests: requests, Tracks: []forks.TrackRows{rows}}
	})
}

func TestDecisionsOfTheWeek(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	stack := []forks.Patch{{ID: "p1", Subject: "jq: our oniguruma"}}
	harvested := forks.Proposal{ID: "c1", Patch: "p1", Status: forks.Harvested, Closed: at, ClosedBy: "ADA", Taken: 7, Reason: "resolved by ADA", URL: "https://x/12"}
	request := func(v forks.Verb, id forks.ProposalID, who, result string) forks.RequestRecord {
		return forks.RequestRecord{Request: forks.Request{Track: "main", Proposal: id, Verb: v, Who: who, Because: "theirs is right", URL: "https://x/12#1"},
			Pass: 7, Taken: at, Result: result}
	}
	ended := func(end forks.End, from forks.PatchID) []forks.Patch {
		end.Outcome, end.At = forks.Dropped, at
		return []forks.Patch{{ID: "p2", Subject: "old", From: from, End: &end}}
	}
	changed := func(change func(*forks.Proposal)) forks.Proposal { p := harvested; change(&p); return p }
	for name, c := range map[string]struct {
		in   Input
		want []string // what: who, because, url, result
	}{
		"nothing": {decidedWeek(forks.TrackRows{}), nil},
		"a pause": {decidedWeek(forks.TrackRows{}, request(forks.VerbPause, "", "bob", "paused")),
			[]string{"asked to pause the track: bob, theirs is right, https://x/12#1, paused"}},
		"an answer": {decidedWeek(forks.TrackRows{Stack: stack, Proposals: []forks.Proposal{harvested}}),
			[]string{"settled the conflict of “jq: our oniguruma”: Ada, , https://x/12, "}},
		"an answer by command": {decidedWeek(forks.TrackRows{Stack: stack, Proposals: []forks.Proposal{harvested}}, request(forks.VerbTakeUpstream, "c1", "ada-l", "upstream's side is taken")),
			[]string{"asked to take upstream's side of “jq: our oniguruma”: Ada, theirs is right, https://x/12#1, upstream's side is taken"}},
		"a command that came too late": {decidedWeek(forks.TrackRows{Stack: stack, Proposals: []forks.Proposal{harvested}}, request(forks.VerbDrop, "c1", "bob", "nothing to do: it is merged already")),
			[]string{"asked to drop “jq: our oniguruma”: bob, theirs is right, https://x/12#1, nothing to do: it is merged already",
				"settled the conflict of “jq: our oniguruma”: Ada, , https://x/12, "}},
		"a command of another pass": {decidedWeek(forks.TrackRows{Proposals: []forks.Proposal{harvested}}, func() forks.RequestRecord {
			r := request(forks.VerbKeepOurs, "c1", "bob", "the patch's side is kept")
			r.Pass, r.Taken = 6, at.Add(-time.Hour)
			return r
		}()), []string{"settled the conflict of patch p1: Ada, , https://x/12, ",
			"asked to keep the fork's side of patch p1: bob, theirs is right, https://x/12#1, the patch's side is kept"}},
		"closed once more by deleting its branches": {decidedWeek(forks.TrackRows{Proposals: []forks.Proposal{changed(func(p *forks.Proposal) { p.Status, p.Taken, p.Reason = forks.Declined, 0, "gone" })}},
			func() forks.RequestRecord {
				r := request(forks.VerbDecline, "c1", "bob", "closed")
				r.Taken = at.Add(-time.Hour)
				return r
			}()), []string{"closed the conflict of patch p1 without an answer: Ada, , https://x/12, gone",
			"closed the conflict of patch p1 without an answer: bob, theirs is right, https://x/12#1, closed"}},
		"by somebody who opted out": {decidedWeek(forks.TrackRows{Stack: stack, Proposals: []forks.Proposal{changed(func(p *forks.Proposal) {
			p.ClosedBy, p.Reason = "D0RA", "resolved by D0RA, as dora-like doras do: Dora"
		})}}),
			[]string{"settled the conflict of “jq: our oniguruma”: , , https://x/12, resolved by somebody, as dora-like doras do: somebody"}},
		"closed by deleting its branches": {decidedWeek(forks.TrackRows{Proposals: []forks.Proposal{changed(func(p *forks.Proposal) { p.Status, p.Taken, p.ClosedBy, p.Reason = forks.Declined, 0, "", "gone" })}}),
			[]string{"closed the conflict of patch p1 without an answer: , , https://x/12, gone"}},
		"closed on the forge": {decidedWeek(forks.TrackRows{Stack: stack, Proposals: []forks.Proposal{changed(func(p *forks.Proposal) { p.Status, p.Taken = forks.Declined, 0 })}}, request(forks.VerbDecline, "c1", "ada", "closed")),
			[]string{"closed the conflict of “jq: our oniguruma” without an answer: Ada, theirs is right, https://x/12#1, closed"}},
		"went away":            {decidedWeek(forks.TrackRows{Proposals: []forks.Proposal{changed(func(p *forks.Proposal) { p.Status, p.Taken = forks.Withdrawn, 0 })}}), nil},
		"the week before":      {decidedWeek(forks.TrackRows{Proposals: []forks.Proposal{changed(func(p *forks.Proposal) { p.Closed = at.AddDate(0, 0, -7) })}}), nil},
		"whose it is":          {decidedWeek(forks.TrackRows{}, request(forks.VerbMine, "c1", "bob", "it is yours now"), request(forks.VerbNotMine, "c1", "bob", "")), nil},
		"not taken":            {decidedWeek(forks.TrackRows{}, forks.RequestRecord{Request: forks.Request{Verb: forks.VerbDrop}}), nil},
		"a drop":               {decidedWeek(forks.TrackRows{Ended: ended(forks.End{By: "bob", Reason: "reverted in abc", Pass: 7}, "")}), []string{"dropped “old”: bob, , , reverted in abc"}},
		"a drop by an answer":  {decidedWeek(forks.TrackRows{Ended: ended(forks.End{Pass: 7}, ""), Proposals: []forks.Proposal{changed(func(p *forks.Proposal) { p.Patch = "p2" })}}), []string{"settled the conflict of “old”: Ada, , https://x/12, "}},
		"a conflict long gone": {decidedWeek(forks.TrackRows{}, request(forks.VerbRetry, "c9", "bob", "asked again")), []string{"asked for another look at c9: bob, theirs is right, https://x/12#1, asked again"}},
		"a revert and what it reverts": {decidedWeek(forks.TrackRows{Ended: append(ended(forks.End{By: "bob", Reason: "reverted in abc", Pass: 7}, ""),
			forks.Patch{ID: "p3", Subject: `Revert "old"`, End: &forks.End{Outcome: forks.Dropped, By: "bob", Reason: "reverts p2 whole", Pass: 7, At: at}})}),
			[]string{"dropped “old”: bob, , , reverted in abc"}},
		"a drop that follows another track's": {func() Input {
			in := decidedWeek(forks.TrackRows{Ended: ended(forks.End{By: "bob", Reason: "as in track main: x", Pass: 7}, "p9")})
			in.Rows.Tracks = append(in.Rows.Tracks, forks.TrackRows{Track: "z", Ended: []forks.Patch{{ID: "p9", Subject: "source", End: &forks.End{Outcome: forks.Dropped, By: "bob", At: at}}}})
			return in
		}(), []string{"dropped “source”: bob, , , "}},
	} {
		g := governanceOf(c.in)
		var got []string
		for _, d := range g.Taken {
			got = append(got, d.What+": "+strings.Join([]string{d.Who, d.Because, d.URL, d.Result}, ", "))
		}
		if !slices.Equal(got, c.want) || g.AllTaken != len(c.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, c.want)
		}
	}
}

func TestWhoOptedOutIsSomebody(t *testing.T) {
	t.Parallel()
	unname := unnaming(forks.Roster{People: map[string]forks.Resident{
		"al": {Login: "al", Aliases: []string{"al-l", "a.l'x"}, OptOut: true}, "bo": {Login: "bo", Aliases: []string{"al-b"}}}})
	for text, want := range map[string]string{
		"al":                    "somebody",
		"al-l":                  "somebody",
		"asked AL, al's and bo": "asked somebody, somebody's and bo",
		"also final al-x al_":   "also final al-x al_",
		"fal al":                "fal somebody",
		"by A.L'X: \xff\u202e":  "by somebody: \xff\u202e",
		"äl alä":                "äl alä",
		"":                      "",
	} {
		if got := unname(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestHostileTextsOfDecisionsPassThroughUnchanged(t *testing.T) {
	t.Parallel()
	const hostile = "<b>\u202e@all\n\x1b[31m\xff](https://evil.example)"
	at := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	in := decidedWeek(forks.TrackRows{Stack: []forks.Patch{{ID: "p1", Subject: hostile}}, Proposals: []forks.Proposal{{ID: "c1", Patch: "p1", URL: hostile}}},
		forks.RequestRecord{Request: forks.Request{Track: "main", Proposal: "c1", Verb: forks.VerbDrop, Who: hostile, Because: hostile}, Taken: at, Result: hostile})
	want := Decision{At: at, Track: "main", Who: hostile, What: "asked to drop " + quoted(hostile, ""), Because: hostile, URL: hostile, Result: hostile}
	if got := governanceOf(in).Taken; len(got) != 1 || got[0] != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestTheNumberOfDecisionsIsADirectCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := drawFork(t)
		within := func(at time.Time) bool { return forks.WeekAt(at, f.in.Zone) == f.in.Week }
		want := 0
		for range rapid.IntRange(0, 60).Draw(t, "requests") {
			r := forks.RequestRecord{Request: forks.Request{Track: "main", Verb: rapid.SampledFrom(forks.Commands()).Draw(t, "verb").Verb, Who: rapid.SampledFrom(drawnNames).Draw(t, "who")}}
			if rapid.Bool().Draw(t, "taken") {
				r.Taken = f.time(t, "taken at")
			}
			f.in.Rows.Requests = append(f.in.Rows.Requests, r)
			if within(r.Taken) && r.Verb != forks.VerbMine && r.Verb != forks.VerbNotMine {
				want++
			}
		}
		for _, track := range f.in.Rows.Tracks {
			for _, p := range track.Proposals {
				if within(p.Closed) && (p.Taken > 0 || p.Status == forks.Declined) {
					want++
				}
			}
		}
		got := governanceOf(f.in)
		if got.AllTaken != want || len(got.Taken) != min(want, MaxListed) {
			t.Fatalf("got %d, of which %d are listed, want %d", got.AllTaken, len(got.Taken), want)
		}
		for i, d := range got.Taken {
			if strings.EqualFold(d.Who, "dora") || strings.EqualFold(d.Who, "d0ra") || i > 0 && d.At.After(got.Taken[i-1].At) {
				t.Fatalf("decision %d is %+v", i, d)
			}
		}
	})
}
