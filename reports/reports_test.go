package reports_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

type report func(io.Writer, reports.Style) error

// texts has every report on a state and a plan.
func texts(s forks.State, plan forks.Plan) map[string]report {
	behind := 4
	track := reports.TrackStatusOf(exampleTrack(), &s)
	track.Behind = &behind
	track.LastPass.Outcome = "published, holding"
	stopped := s
	stopped.Stopped = &forks.Stop{Reason: "the branch was rewound from " + hash(90).Short(), Next: "auxsync explain; then decide", At: now, Tip: hash(2)}
	paused := s
	paused.Proposals = paused.Proposals[:1]
	paused.Paused = &forks.Pause{By: "mona", Because: hostile, At: now.Add(-time.Hour)}
	fresh := s
	fresh.Hold, fresh.Decisions, fresh.Proposals = nil, nil, nil
	status := reports.Overview{At: now, Tracks: []reports.TrackStatus{
		track, reports.TrackStatusOf(exampleTrack(), &stopped), reports.TrackStatusOf(exampleTrack(), &fresh), reports.TrackStatusOf(exampleTrack(), &paused), reports.TrackStatusOf(exampleTrack(), nil),
	}}
	status.Tracks[2].ForgeTrouble = &reports.ForgeTrouble{Since: now.Add(-2 * time.Hour), Why: "look at the pull requests: " + hostile}
	conflicts := reports.ConflictList{At: now}
	conflicts.Add("nixpkgs", s)

	adopted := plan
	adopted.Base.Old, adopted.CandidateTip, adopted.Behind = forks.Hash{}, plan.ForkTip, 120
	rewrite := adopted
	rewrite.State.History = forks.Rewrite
	adoption := func(c reports.FirstContact) report {
		return func(w io.Writer, style reports.Style) error { return reports.Adoption(w, c, style) }
	}
	halt := plan
	halt.Stopped, halt.Outcomes, halt.WouldPush = stopped.Stopped, nil, plan.WouldPush[2:3]
	halt.Conflicts, halt.Proposals, halt.Cleanup, halt.Hold = nil, nil, nil, nil

	rests, resumed := halt, plan
	rests.Stopped, rests.Paused, resumed.Paused = nil, paused.Paused, paused.Paused
	pings := adopted
	pings.Pings = []forks.Ping{{Patch: "p0000000001", Commit: hash(21), Subject: hostile, Texts: []string{"#1", "Fixes other/repo#2", "@mona"}}}

	explain := func(id string) report {
		return func(w io.Writer, style reports.Style) error {
			e, err := reports.Find("nixpkgs", s, id)
			if err != nil {
				return err
			}
			return reports.Explain(w, e, now, style)
		}
	}
	return map[string]report{
		"census": func(w io.Writer, style reports.Style) error {
			return reports.Census(w, plan, "https://git.example.org/other/project", "main", style)
		},
		"plan":             func(w io.Writer, style reports.Style) error { return reports.Plan(w, plan, style) },
		"plan-stopped":     func(w io.Writer, style reports.Style) error { return reports.Plan(w, halt, style) },
		"plan-empty":       func(w io.Writer, style reports.Style) error { return reports.Plan(w, forks.Plan{Track: "t"}, style) },
		"plan-paused":      func(w io.Writer, style reports.Style) error { return reports.Plan(w, rests, style) },
		"plan-resumed":     func(w io.Writer, style reports.Style) error { return reports.Plan(w, resumed, style) },
		"adoption-pings":   adoption(reports.FirstContact{Fork: "nixpkgs", Plan: pings}),
		"plan-pings":       func(w io.Writer, style reports.Style) error { return reports.Plan(w, pings, style) },
		"ledger":           func(w io.Writer, style reports.Style) error { return reports.Ledger(w, plan, style) },
		"adoption":         adoption(reports.FirstContact{Fork: "nixpkgs", Plan: adopted, Own: 12, Folded: 2}),
		"adoption-rewrite": adoption(reports.FirstContact{Fork: "nixpkgs", Plan: rewrite, Own: 12, Folded: 2, Done: true}),
		"adoption-empty":   adoption(reports.FirstContact{Fork: "nixpkgs", Plan: forks.Plan{Track: "t"}}),
		"status":           func(w io.Writer, style reports.Style) error { return reports.Status(w, status, style) },
		"status-empty": func(w io.Writer, style reports.Style) error {
			return reports.Status(w, reports.Overview{At: now}, style)
		},
		"patches": func(w io.Writer, style reports.Style) error {
			return reports.Patches(w, reports.PatchesOf("nixpkgs", s), style)
		},
		"patches-empty": func(w io.Writer, style reports.Style) error {
			return reports.Patches(w, reports.PatchList{Track: "t", Base: hash(1)}, style)
		},
		"conflicts": func(w io.Writer, style reports.Style) error { return reports.Conflicts(w, conflicts, style) },
		"people":    func(w io.Writer, style reports.Style) error { return reports.People(w, examplePeople(s), style) },
		"people-nobody": func(w io.Writer, style reports.Style) error {
			return reports.People(w, reports.PeopleList{At: now, Forks: []reports.ForkPeople{{Fork: "nix"}}}, style)
		},
		"conflicts-empty": func(w io.Writer, style reports.Style) error {
			return reports.Conflicts(w, reports.ConflictList{At: now}, style)
		},
		"explain-patch":      explain("p0000000002"),
		"explain-left-out":   explain("p0000000004"),
		"explain-ended":      explain("p0000000006"),
		"explain-conflict":   explain("c0000000002"),
		"explain-folded":     explain("p0000000005"),
		"explain-by-a-start": explain("c0000000001"),
	}
}

// jsons has every JSON form.
func jsons(s forks.State) map[string]any {
	conflicts := reports.ConflictList{At: now}
	conflicts.Add("nixpkgs", s)
	paused := s
	paused.Paused = &forks.Pause{By: "mona", Because: "the builders are down", At: now.Add(-time.Hour)}
	patch, _ := reports.Find("nixpkgs", s, "p0000000003")
	conflict, _ := reports.Find("nixpkgs", s, "c0000000001")
	return map[string]any{
		"status":           reports.Overview{At: now, Tracks: []reports.TrackStatus{reports.TrackStatusOf(exampleTrack(), &s), reports.TrackStatusOf(exampleTrack(), nil)}},
		"status-paused":    reports.Overview{At: now, Tracks: []reports.TrackStatus{reports.TrackStatusOf(exampleTrack(), &paused)}},
		"patches":          reports.PatchesOf("nixpkgs", s),
		"conflicts":        conflicts,
		"people":           examplePeople(s),
		"explain":          patch,
		"explain-conflict": conflict,
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("differs from %s; -update rewrites it. Got:\n%s", path, got)
	}
}

func render(t interface{ Fatal(...any) }, r report, style reports.Style) string {
	var b strings.Builder
	if err := r(&b, style); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReportsReadAsIntended(t *testing.T) {
	t.Parallel()
	for name, r := range texts(exampleState(), examplePlan()) {
		golden(t, name+".txt", []byte(render(t, r, reports.Style{})))
	}
}

func TestJSONFormsAreAsDocumented(t *testing.T) {
	t.Parallel()
	for name, value := range jsons(exampleState()) {
		out, err := json.MarshalIndent(value, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".json", append(out, '\n'))
	}
}

// nullValue finds a null. Objects that are not there are null; lists never are.
var nullValue = regexp.MustCompile(`"([a-z_]+)":null`)

func TestJSONListsAreNeverNull(t *testing.T) {
	t.Parallel()
	bare := forks.State{Patches: []forks.Patch{{ID: "p0000000003"}}, Proposals: []forks.Proposal{{ID: "c0000000001", Patch: "p0000000003", Status: forks.Open}}}
	values := jsons(bare)
	values["no tracks"] = reports.Overview{}
	values["no patches"] = reports.PatchList{}
	values["no people"] = reports.PeopleList{Forks: []reports.ForkPeople{{}, reports.PeopleOf("nix", forks.Roster{}, []forks.WaitingWith{{Fork: "nix"}}, now)}}
	values["no conflicts"] = reports.ConflictList{}
	values["nothing explained"] = reports.Explanation{}
	for name, value := range values {
		out, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range nullValue.FindAllSubmatch(out, -1) {
			switch string(m[1]) {
			case "behind", "last_pass", "next_pass", "forge_trouble", "hold", "stopped", "paused", "out", "end", "row", "away_until", "waits":
			default:
				t.Errorf("%s: %s is null in %s", name, m[1], out)
			}
		}
		if !bytes.HasPrefix(out, []byte(`{"schema":"auxsync.`)) {
			t.Errorf("%s does not begin with its schema: %s", name, out)
		}
	}
}

var escape = regexp.MustCompile("\x1b\\[[0-9]*m")

func TestColorChangesNothingButTheColor(t *testing.T) {
	t.Parallel()
	for name, r := range texts(exampleState(), examplePlan()) {
		without, with := render(t, r, reports.Style{}), render(t, r, reports.Style{Color: true})
		if got := escape.ReplaceAllString(with, ""); got != without {
			t.Errorf("%s: with colour\n%s\nwithout\n%s", name, got, without)
		}
		if strings.Contains(without, "\x1b") {
			t.Errorf("%s: colour without being asked", name)
		}
	}
}

// Whatever others write, a report is printable lines of at most 100 columns that
// do not say "proposal".
func TestReportsAreInertAndNarrow(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{
		"word", " ", "\x1b[2J", "\u202e", "\n", "\x00", "\xff", "漢字", "a̐e̐", "%s%d", "\t", strings.Repeat("long", 40), "@x", "🙂",
	})
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) string { return strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, name), "") }
		s, plan := exampleState(), examplePlan()
		for i := range s.Patches {
			s.Patches[i].Subject, s.Patches[i].Author.Name = text("subject"), text("author")
		}
		for i := range plan.Outcomes {
			plan.Outcomes[i].Subject, plan.Outcomes[i].By, plan.Outcomes[i].Reason = text("subject"), text("by"), text("reason")
		}
		s.Branch, s.Upstream, s.Follow, s.Hold.Reason = text("branch"), text("upstream"), text("follow"), text("hold")
		for i := range s.Proposals {
			c := &s.Proposals[i]
			c.Reason, c.Conflict.CauseSubject, c.Conflict.CauseAuthor.Name = text("note"), text("cause"), text("cause author")
			c.Conflict.Files[0].Path, c.Conflict.Files[0].Kind = forks.Path(text("path")), forks.ConflictKind(text("kind"))
		}
		s.Patches[4].Folded[0].Subject, s.Decisions[0].Question, s.Ended[0].End.By = text("folded"), text("question"), text("end")
		plan.State, plan.Conflicts, plan.WouldPush[0].Ref = s, []forks.Conflict{s.Proposals[0].Conflict}, forks.Ref(text("ref"))
		plan.Proposals[0].Reason = text("action")
		for name, r := range texts(s, plan) {
			checkText(t, name, render(t, r, reports.Style{}))
		}
	})
}

func checkText(t *rapid.T, name, text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if i := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 || !utf8.ValidString(line) {
			t.Fatalf("%s: not inert: %q", name, line)
		}
		wide := 0
		for _, r := range line {
			switch {
			case unicode.Is(unicode.Mn, r):
			case unicode.Is(unicode.Han, r) || r == '🙂':
				wide += 2
			default:
				wide++
			}
		}
		if wide > reports.Width {
			t.Fatalf("%s: %d columns: %q", name, wide, line)
		}
		if strings.HasSuffix(line, " ") {
			t.Fatalf("%s: ends with a space: %q", name, line)
		}
	}
	if strings.Contains(strings.ToLower(text), "proposal") {
		t.Fatalf("%s speaks of proposals:\n%s", name, text)
	}
}

func TestExplainFindsByIDOrItsBeginning(t *testing.T) {
	t.Parallel()
	s := exampleState()
	s.Patches[0].ID = "pabcdef0123"
	for id, want := range map[string]forks.PatchID{
		"pabcdef0123": "pabcdef0123", "pabc": "pabcdef0123", "c0000000002": "p0000000003", "p0000000006": "p0000000006",
	} {
		if e, err := reports.Find("nixpkgs", s, id); err != nil || e.Patch.ID != want {
			t.Errorf("%s: %s, %v, want %s", id, e.Patch.ID, err, want)
		}
	}
	for _, id := range []string{"", "p", "pab", "p9999999999", "pabcdef01234"} {
		if _, err := reports.Find("nixpkgs", s, id); !errors.Is(err, reports.ErrUnknownID) {
			t.Errorf("%q: %v, want ErrUnknownID", id, err)
		}
	}
	_, err := reports.Find("nixpkgs", s, "p000")
	if err == nil || errors.Is(err, reports.ErrUnknownID) || !strings.Contains(err.Error(), "p0000000002, p0000000003") {
		t.Errorf("several: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestReportsSayWhenTheyCannotBeWritten(t *testing.T) {
	t.Parallel()
	for name, r := range texts(exampleState(), examplePlan()) {
		if err := r(failing{}, reports.Style{}); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
