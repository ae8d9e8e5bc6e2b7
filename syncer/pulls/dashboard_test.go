package pulls_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

func exampleDashboard() pulls.DashboardInput {
	behind, none := 12, 0
	return pulls.DashboardInput{
		Fork: "nixpkgs", Heartbeat: later, Page: "https://status.aux.example/",
		Tracks: []pulls.DashboardTrack{
			{
				Track: "aux-main", Branch: "aux-unstable", Follow: "nixos-unstable", Condition: "holding", Behind: &behind, Since: now.AddDate(0, 0, -2), LastPublished: now.AddDate(0, 0, -1),
				Conflicts: []pulls.DashboardConflict{
					{Number: 12, URL: "https://github.com/auxolotl/nixpkgs/pull/12", Title: pulls.Title(exampleCase()), Since: now, With: []string{"ada", "auxolotl/sig-core"}},
					{Number: 9, URL: "https://github.com/auxolotl/nixpkgs/pull/9", Title: `[aux-main] jq: "our paths" meets upstream "1.8" (1 hunk)`, Since: now, Declined: true},
					{Title: `[aux-main] curl: "our certificates" meets upstream "8.9" (1 hunk)`, Since: later},
				},
				Decisions: []forks.Decision{{Patch: "pabc", Question: "upstream took the patch `x` back: drop it or keep it?", Asked: now}},
			},
			{
				Track: "aux-stable", Branch: "aux-24.05", Follow: "nixos-24.05", Condition: "following", Behind: &none, LastPublished: now,
				Paused: &forks.Pause{By: "ada", Because: "the release is today", At: now},
			},
		},
	}
}

func TestDashboardReadsAsIntended(t *testing.T) {
	t.Parallel()
	d := exampleDashboard()
	checkGolden(t, "dashboard.md", []byte("# "+pulls.DashboardTitle(d.Fork)+"\n\n"+pulls.Framed(pulls.Mark{}, pulls.DashboardBody(d))))
}

var dashboardShape = shape{html: []string{"<!-- auxsync:begin", "<!-- auxsync:dashboard -->", "<!-- auxsync:end -->"}, links: true}

func TestDashboardSaysThatNothingWaits(t *testing.T) {
	t.Parallel()
	d := exampleDashboard()
	for i := range d.Tracks {
		d.Tracks[i].Conflicts, d.Tracks[i].Decisions = nil, nil
	}
	if text := pulls.DashboardBody(d); !strings.Contains(text, "**Nothing waits for a decision.**") {
		t.Errorf("dashboard\n%s", text)
	}
}

func TestTheDashboardBeginsWithWhatHasWaitedForLong(t *testing.T) {
	t.Parallel()
	for long, want := range map[int]string{
		0: "**3 conflicts to decide.**",
		1: "**1 conflict has waited for a decision for more than three weeks.** **3 conflicts to decide.**",
		2: "**2 conflicts have waited for a decision for more than three weeks.** **3 conflicts to decide.**",
	} {
		d := exampleDashboard()
		d.Tracks[0].Decisions = nil
		d.Tracks[0].Conflicts = []pulls.DashboardConflict{{Title: "a"}, {Title: "b"}}
		d.Tracks[1].Conflicts = []pulls.DashboardConflict{{Title: "c", Long: long > 0}}
		d.Tracks[0].Conflicts[1].Long = long > 1
		if text := pulls.DashboardBody(d); !strings.HasPrefix(text, "<!-- auxsync:dashboard -->\n\n"+want+"\n") {
			t.Errorf("%d: the dashboard begins\n%s", long, text[:300])
		}
	}
}

func TestNothingHostileLeavesItsPlaceInTheDashboard(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := exampleDashboard()
		d.Page = "https://status.aux.example/" + hostile(t, "page")
		tr := &d.Tracks[0]
		tr.Branch, tr.Follow, tr.Condition = hostile(t, "branch"), hostile(t, "follow"), hostile(t, "condition")
		tr.Paused = &forks.Pause{By: hostile(t, "by"), Because: hostile(t, "because")}
		tr.Conflicts[0].URL += hostile(t, "url")
		tr.Conflicts[0].With = []string{hostile(t, "with")}
		tr.Conflicts[1].Title = hostile(t, "title")
		tr.Decisions[0].Question = hostile(t, "question")
		framed := pulls.Framed(pulls.Mark{}, pulls.DashboardBody(d))
		checkMarkdown(t, framed, dashboardShape)
		if strings.Count(framed, "<!-- auxsync:") != 3 {
			t.Fatalf("marks of others in\n%s", framed)
		}
		if _, ok := pulls.PlaceRegion(framed, framed); !ok {
			t.Fatalf("the region is not found again in\n%s", framed)
		}
	})
}

func TestDashboardKeepsItsSize(t *testing.T) {
	t.Parallel()
	d := exampleDashboard()
	d.Tracks[0].Conflicts = slices.Repeat(d.Tracks[0].Conflicts, 100)
	d.Tracks[0].Decisions = slices.Repeat([]forks.Decision{{Question: strings.Repeat("😀", 10_000)}}, 100)
	for _, n := range []int{1, 5, 200} {
		many := d
		many.Tracks = slices.Repeat(d.Tracks, n)
		framed := pulls.Framed(pulls.Mark{}, pulls.DashboardBody(many))
		if len(framed) > 60_000 || !utf8.ValidString(framed) || !strings.Contains(framed, "more") || !strings.Contains(framed, "/auxsync resume` – the track goes on") {
			t.Errorf("%d tracks: %d bytes", n, len(framed))
		}
		checkMarkdown(t, framed, dashboardShape)
	}
}
