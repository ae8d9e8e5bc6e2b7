package forks_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

const someGoals = `[goals.lag]
goal = "1d12h"
agreed = "https://forum.example.org/t/goals/42?page=2#post-7"
[goals.in_sync]
goal = "95%"
[goals.resolvers]
goal = 5
[goals.open_conflicts]
goal = 0
`

func TestPolicyTellsTheGoalsThatWereAgreed(t *testing.T) {
	t.Parallel()
	want := map[forks.GoalName]forks.Goal{
		"lag":            {Name: "lag", Value: 36 * 3600, Agreed: "https://forum.example.org/t/goals/42?page=2#post-7"},
		"in_sync":        {Name: "in_sync", Value: 0.95},
		"resolvers":      {Name: "resolvers", Value: 5},
		"open_conflicts": {Name: "open_conflicts"},
	}
	p := policy(t, someGoals)
	got := p.Goals()
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	clear(got)
	if len(p.Goals()) != 4 {
		t.Error("who asked for the goals changed the policy")
	}
}

func TestWithoutAPolicyNothingIsAgreed(t *testing.T) {
	t.Parallel()
	var none *forks.Policy
	for name, p := range map[string]*forks.Policy{"nil": none, "empty": policy(t, ""), "empty table": policy(t, "[goals]\n")} {
		if got := p.Goals(); got == nil || len(got) != 0 {
			t.Errorf("%s: got %v, want an empty map", name, got)
		}
	}
}

func TestPolicyShowsItsGoalsAfterThePeople(t *testing.T) {
	t.Parallel()
	want := []forks.Effective{
		{Key: "limits.asked", Value: "2", From: "policy.toml:11"},
		{Key: "goals.lag.goal", Value: "1d12h", From: "policy.toml:2"},
		{Key: "goals.lag.agreed", Value: "https://forum.example.org/t/goals/42?page=2#post-7", From: "policy.toml:3"},
		{Key: "goals.in_sync.goal", Value: "95%", From: "policy.toml:5"},
		{Key: "goals.resolvers.goal", Value: "5", From: "policy.toml:7"},
		{Key: "goals.open_conflicts.goal", Value: "0", From: "policy.toml:9"},
	}
	if got := policy(t, someGoals+"[limits]\nasked = 2\n").Show(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEveryGoalCanBeAgreedOn(t *testing.T) {
	t.Parallel()
	written := map[forks.GoalUnit]string{forks.GoalTime: `"24h"`, forks.GoalShare: `"95%"`, forks.GoalCount: "5"}
	value := map[forks.GoalUnit]float64{forks.GoalTime: 24 * 3600, forks.GoalShare: 0.95, forks.GoalCount: 5}
	for _, kind := range forks.GoalKinds() {
		p := policy(t, "[goals."+string(kind.Name)+"]\ngoal = "+written[kind.Unit]+"\n")
		if got := p.Goals()[kind.Name]; got.Value != value[kind.Unit] || got.Name != kind.Name {
			t.Errorf("%s: got %v", kind.Name, got)
		}
		if found, ok := forks.KindOfGoal(kind.Name); !ok || found != kind {
			t.Errorf("%s: found %v", kind.Name, found)
		}
	}
}

func TestOnlyAnAddressThatPeopleCanReadIsShown(t *testing.T) {
	t.Parallel()
	const most = 300
	start := "https://forum.example.org/t/"
	for address, good := range map[string]bool{
		start + strings.Repeat("a", most-len(start)):   true,
		start + strings.Repeat("a", most-len(start)+1): false,
		"https://forum.example.org:8443":               true,
		"HTTPS://forum.example.org/":                   true, // a scheme has no case
		"https://forum.example.org/t/ä":                true,
		"https://forum.example.org/t/\u202egnp":        false,
		"https://forum.example.org/t/\u200b":           false,
		"https://forum.example.org/t/<b>":              false,
		"https://forum.example.org/t/`x`":              false,
		"https://forum.example.org\\@evil.example":     false,
		"https://@forum.example.org/":                  false,
		"https://:443/":                                false,
		"//forum.example.org/t/1":                      false,
		"forum.example.org/t/1":                        false,
		"data:text/html,hello":                         false,
		"https:forum.example.org":                      false,
	} {
		text := "[goals.lag]\ngoal = \"1h\"\nagreed = '" + address + "'\n"
		if p, err := forks.ParsePolicy([]byte(text), "p"); (err == nil) != good {
			t.Errorf("%q: got %v", address, err)
		} else if good && p.Goals()["lag"].Agreed != address {
			t.Errorf("%q: is shown as %q", address, p.Goals()["lag"].Agreed)
		}
	}
}
