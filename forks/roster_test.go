package forks_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

const withPeople = `default_sig = "core"

[people.Ada]
away = ["2026-12-20..2026-12-31", "2027-01-01..2027-01-06", "2027-02-01"]
aliases = ["ada-l", "countess"]
[people.bob]
on_call = true
[people.carol]
on_call = ["2026-11-16..2026-11-22", "2026-12-21"]
away = "2026-12-21"
[people.dora]
opt_out = true

[sigs.core]
members = ["ada", "carol"]
team = "auxolotl/core"
[sigs.Go]
members = ["bob", "dora"]
paths = ["pkgs/**/go/**", "go.mod"]
[sigs.docs]
paths = ["docs/"]

[owners]
"**" = "sig:core"
"pkgs/**" = ["Ada", "SIG"]
"pkgs/x/**" = []
"pkgs/x/go/*" = ["sig:go", "Countess"]

[patches]
p0123456789 = ["eve"]

[teams]
rust = "sig:go"
"NixOS/Rust" = ["Ada"]
x = []

[limits]
asked = 2
`

func dayAt(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s+"T23:59:59+14:00")
	if err != nil {
		panic(err)
	}
	return t
}

func TestPolicyTellsWhomToAsk(t *testing.T) {
	t.Parallel()
	r := policy(t, withPeople).Roster()
	if got, ok := r.Find("ADA"); !ok || got.Login != "Ada" || !slices.Equal(got.Aliases, []string{"ada-l", "countess"}) {
		t.Errorf("got %+v", got)
	}
	if got, ok := r.Find("Countess"); !ok || got.Login != "Ada" {
		t.Errorf("by alias: got %+v", got)
	}
	if got, ok := r.Find("eve"); ok {
		t.Errorf("of somebody who is not named: got %+v", got)
	}
	if bob, _ := r.Find("bob"); !bob.Contact || bob.OnDuty != nil || bob.OptOut {
		t.Errorf("got %+v", bob)
	}
	if dora, _ := r.Find("dora"); !dora.OptOut || dora.Contact {
		t.Errorf("got %+v", dora)
	}
	if sig, ok := r.SIG("gO"); !ok || sig.Name != "Go" || !slices.Equal(sig.Members, []string{"bob", "dora"}) {
		t.Errorf("got %+v", sig)
	}
	if sig, ok := r.SIG("rust"); ok {
		t.Errorf("got %+v", sig)
	}
	if r.DefaultSIG != "core" || r.Limits != (forks.AskLimits{Asked: 2, PerPerson: 5, Treewide: 25}) {
		t.Errorf("got %q and %+v", r.DefaultSIG, r.Limits)
	}
	want := map[string][]forks.Ask{"rust": {{SIG: "go"}}, "nixos/rust": {{Login: "Ada"}}, "x": {}}
	if !reflect.DeepEqual(r.Teams, want) {
		t.Errorf("got %+v", r.Teams)
	}
	if got := r.Patches["p0123456789"]; !slices.Equal(got, []forks.Ask{{Login: "eve"}}) {
		t.Errorf("got %+v", got)
	}
	if got, want := r.Everybody(), []string{"Ada", "auxolotl/core", "bob", "carol", "eve", "SIG"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := r.SIGsWith("ADA"); !slices.Equal(got, []string{"core"}) || r.SIGs["core"].Members[0] != "Ada" {
		t.Errorf("got %q", got)
	}
}

func TestOfSeveralOwnersRulesTheLastThatMatchesCounts(t *testing.T) {
	t.Parallel()
	r := policy(t, withPeople).Roster()
	for path, want := range map[string]string{"README": "**", "pkgs/a": "pkgs/**", "pkgs/x/a": "pkgs/x/**", "pkgs/x/go/a": "pkgs/x/go/*"} {
		rule, ok := r.OwnerOf(path)
		if !ok || rule.Pattern != want {
			t.Errorf("%s: got %+v, want that of %s", path, rule, want)
		}
	}
	if rule, ok := r.OwnerOf("pkgs/x/a"); !ok || len(rule.Ask) != 0 || rule.Line != 26 {
		t.Errorf("a rule that asks nobody: got %+v, %t", rule, ok)
	}
	if rule, _ := r.OwnerOf("pkgs/x/go/a"); !slices.Equal(rule.Ask, []forks.Ask{{SIG: "go"}, {Login: "Ada"}}) {
		t.Errorf("an alias stands for its login: got %+v", rule.Ask)
	}
	if _, ok := (forks.Roster{}).OwnerOf("a"); ok {
		t.Error("a rule without a policy")
	}
	var sigs []string
	for _, path := range []string{"pkgs/a/go/x", "docs/x", "go.mod", "pkgs/a"} {
		for _, sig := range r.SIGsOf(path) {
			sigs = append(sigs, sig.Name)
		}
	}
	if !slices.Equal(sigs, []string{"Go", "docs", "Go"}) {
		t.Errorf("got %q", sigs)
	}
}

func TestAbsenceEndsWhenAllItsRangesDo(t *testing.T) {
	t.Parallel()
	r := policy(t, withPeople).Roster()
	for _, c := range []struct{ who, day, until string }{
		{"ada", "2026-12-19", ""},
		{"ada", "2026-12-20", "2027-01-06"}, // the next range goes on without a gap
		{"countess", "2027-01-06", "2027-01-06"},
		{"ada", "2027-01-07", ""},
		{"ada", "2027-02-01", "2027-02-01"},
		{"bob", "2026-12-20", ""},
		{"nobody", "2026-12-20", ""},
	} {
		until, away := r.Away(c.who, dayAt(c.day))
		if away != (c.until != "") || away && until.String() != c.until {
			t.Errorf("%s on %s: got %s, %t, want %q", c.who, c.day, until, away, c.until)
		}
	}
	for day, want := range map[string]bool{"2026-11-15": false, "2026-11-16": true, "2026-11-22": true, "2026-11-23": false, "2026-12-21": true} {
		if got := r.OnDuty("Carol", dayAt(day)); got != want {
			t.Errorf("on duty on %s: got %t", day, got)
		}
	}
}

func TestWithoutPolicyNobodyIsKnownAndTheLimitsHold(t *testing.T) {
	t.Parallel()
	var none *forks.Policy
	for _, r := range []forks.Roster{none.Roster(), policy(t, "").Roster()} {
		if r.Limits != (forks.AskLimits{Asked: 3, PerPerson: 5, Treewide: 25}) || len(r.Everybody()) != 0 {
			t.Errorf("got %+v", r)
		}
	}
	if len(none.Advice(time.Time{})) != 0 || len(none.Patterns()) != 0 || len(none.Unmatched([]string{"*"})) != 0 || len(none.ForeignTeams("aux")) != 0 {
		t.Error("there is advice about no policy")
	}
}

func TestPolicyShowsWhatItSaysOfPeople(t *testing.T) {
	t.Parallel()
	shown := map[string]string{}
	for _, e := range policy(t, withPeople).Show() {
		shown[e.Key] = e.Value + " " + e.From
	}
	for key, want := range map[string]string{
		"people.Ada.away":        "2026-12-20..2026-12-31, 2027-01-01..2027-01-06, 2027-02-01 policy.toml:4",
		"people.Ada.aliases":     "ada-l, countess policy.toml:5",
		"people.bob.on_call":     "true policy.toml:7",
		"people.dora.opt_out":    "true policy.toml:12",
		"default_sig":            "core policy.toml:1",
		"sigs.core.team":         "auxolotl/core policy.toml:16",
		"sigs.Go.paths":          "pkgs/**/go/**, go.mod policy.toml:19",
		`owners."pkgs/x/go/*"`:   "sig:go, Countess policy.toml:27",
		"patches.p0123456789":    "eve policy.toml:30",
		`teams."NixOS/Rust"`:     "Ada policy.toml:34",
		"limits.asked":           "2 policy.toml:38",
		`owners."pkgs/x/**"`:     "none policy.toml:26",
		"people.carol.on_call":   "2026-11-16..2026-11-22, 2026-12-21 policy.toml:9",
		"sigs.core.members":      "ada, carol policy.toml:15",
		"people.carol.away":      "2026-12-21 policy.toml:10",
		"teams.x":                "none policy.toml:35",
		"sigs.docs.paths":        "docs/ policy.toml:21",
		`owners."pkgs/**"`:       "Ada, SIG policy.toml:25",
		"limits.per_person":      "",
		"people.bob.opt_out":     "",
		"people.carol.aliases":   "",
		"people.Ada.on_call":     "",
		"sigs.docs.members":      "",
		"publish_every":          "",
		"people.dora.on_call":    "",
		"limits.treewide":        "",
		"people.bob.aliases.bob": "",
	} {
		if shown[key] != want {
			t.Errorf("%s: got %q, want %q", key, shown[key], want)
		}
	}
}

func told(list []forks.ConfigProblem) string {
	var lines []string
	for _, p := range list {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

func TestWhatIsUnwiseIsToldAndStaysInEffect(t *testing.T) {
	t.Parallel()
	p := policy(t, `[people.ada]
away = ["2026-01-01..2026-01-05", "2027-03-01..2027-03-09", "2027-03-09..2027-03-12"]
on_call = ["2027-03-12..2027-03-20"]
aliases = ["ada-l", "ada"]
[people.bob]
opt_out = true
on_call = "2027-03-01"
[people.eve]
[sigs.core]
members = ["ada", "ADA", "zoe"]
[sigs.empty]
paths = ["pkgs/**.nix"]
[sigs.team]
team = "auxolotl/x"
[sigs.used]
members = ["zoe"]
[owners]
"docs/**" = "sig:used"
`)
	const want = `policy.toml: there is no default_sig: where nobody else is known, nobody is asked
policy.toml:2: people.ada.away: 2026-01-01..2026-01-05 is over; it can go
policy.toml:2: people.ada.away: 2027-03-01..2027-03-09 and 2027-03-09..2027-03-12 overlap
policy.toml:3: people.ada.on_call: 2027-03-12..2027-03-20 meets 2027-03-09..2027-03-12, when ada is away
policy.toml:7: people.bob.on_call: has no effect beside opt_out
policy.toml:8: people.eve: is in no SIG: asked only where something else leads to them
policy.toml:9: sigs.core: has no paths, and nothing else names it: nothing leads to it
policy.toml:10: sigs.core.members: names "ada" twice
policy.toml:11: sigs.empty: has no members: nobody is asked through it
policy.toml:12: sigs.empty.paths: "pkgs/**.nix" has "**" beside other characters, where it means "*": write "**/" for any folders
policy.toml:13: sigs.team: has no members: no person is asked through it, only its team
policy.toml:13: sigs.team: has no paths, and nothing else names it: nothing leads to it`
	if got := told(p.Advice(dayAt("2026-11-23"))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := p.Patterns(), []string{"docs/**", "pkgs/**.nix"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := told(p.ForeignTeams("Aux")), `policy.toml:14: sigs.team.team: "auxolotl/x" is not of Aux, who owns the fork: it cannot be asked`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := p.ForeignTeams("AuxOlotl"); len(got) != 0 {
		t.Errorf("got %q", told(got))
	}
	if got, want := told(p.Unmatched([]string{"docs/**"})), `policy.toml:18: owners."docs/**": "docs/**" matches no file of the fork`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := told(policy(t, withPeople).Advice(dayAt("2026-11-21"))); strings.Contains(got, "over") {
		t.Errorf("a range that ends tomorrow: got\n%s", got)
	}
}

// An absence that a policy can hold in any number of ranges is one set of days.
func TestAwayIsTheUnionOfItsRanges(t *testing.T) {
	t.Parallel()
	first := time.Date(2027, 2, 20, 12, 0, 0, 0, time.UTC)
	day := func(n int) forks.Day { return forks.DayOf(first.AddDate(0, 0, n)) }
	rapid.Check(t, func(t *rapid.T) {
		var away [24]bool
		var text []string
		for range rapid.IntRange(0, 5).Draw(t, "ranges") {
			from := rapid.IntRange(0, 20).Draw(t, "from")
			to := from + rapid.IntRange(0, 3).Draw(t, "days")
			text = append(text, fmt.Sprintf("%q", forks.DayRange{First: day(from), Last: day(to)}))
			for n := from; n <= to; n++ {
				away[n] = true
			}
		}
		p, err := forks.ParsePolicy([]byte("[people.ada]\naway = ["+strings.Join(text, ", ")+"]\n"), "policy.toml")
		if err != nil {
			t.Fatal(err)
		}
		for n := range away {
			until, got := p.Roster().Away("ada", first.AddDate(0, 0, n))
			last := n
			for last+1 < len(away) && away[last+1] {
				last++
			}
			if got != away[n] || got && until != day(last) {
				t.Fatalf("day %d: got %s, %t, want %t until %s", n, until, got, away[n], day(last))
			}
		}
	})
}

func TestWhoClaimedIsTheOneThatAConflictWaitsWith(t *testing.T) {
	t.Parallel()
	waiting := []forks.WaitingWith{
		{Assignees: []string{"Ada", "bob"}, Reviewers: []string{"ada", "aux/core"}},
		{Assignees: []string{"ada"}, Claimed: "bob"},
		{},
	}
	if got, want := waiting[0].With(), []string{"Ada", "bob", "aux/core"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := forks.LoadOf(waiting), map[string]int{"ada": 1, "bob": 2, "aux/core": 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
