package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

func TestTracksThatAPolicyNamesAndTheForkLacksAreTold(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "config.toml")
	text := `state_dir = "/var/lib/auxsync"
cache_dir = "/var/cache/auxsync"
[forks.nix]
upstream = "https://example.org/up.git"
url = "https://example.org/fork.git"
[forks.nix.tracks.main]
follow = "master"
[forks.nix.tracks.nixos]
follow = "nixos-*"
[forks.other]
upstream = "https://example.org/up.git"
url = "https://example.org/other.git"
[forks.other.tracks.elsewhere]
follow = "master"
`
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cfg, err := forks.Load(file, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	const one, two = "the policy names track elsewhere, which the fork does not have",
		"the policy names tracks elsewhere and nixos-24-05, which the fork does not have"
	for _, c := range []struct {
		what, policy, want string
		found              []string
	}{
		{"its own and its pattern", "[tracks.main]\n[tracks.nixos]", "", []string{"nixos-24.05"}},
		{"another fork's", "[tracks.elsewhere]", one, nil},
		{"one that the pattern found", "[tracks.nixos-24-05]", "", []string{"nixos-24.05"}},
		{"one that the pattern did not find", "[tracks.nixos-24-05]\n[tracks.elsewhere]", two, []string{"nixos-24.11"}},
		{"one that the pattern may find yet", "[tracks.nixos-24-05]\n[tracks.elsewhere]", one, nil},
		{"many", "[tracks.a]\n[tracks.b]\n[tracks.c]\n[tracks.d]\n[tracks.e]\n[tracks.f]\n[tracks.g]",
			"the policy names tracks a, b, c, d, e and 2 more, which the fork does not have", nil},
	} {
		catalog := newCatalog(cfg, nil, nil)
		if catalog.policies["nix"], err = forks.ParsePolicy([]byte(c.policy), "policy.toml"); err != nil {
			t.Fatal(err)
		}
		catalog.found["nix/nixos"] = c.found
		if got := catalog.policyTrouble("nix"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
		if got := catalog.policyTrouble("other"); got != "" {
			t.Errorf("%s: the other fork has no policy, but: %q", c.what, got)
		}
	}
}

func TestEverybodyWhomConfigOrPolicyNamesIsLookedAtOnce(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("[people.Ada]\n[people.gone]\nopt_out = true\n[sigs.core]\nmembers = [\"ada\", \"bob\", \"gone\"]\nteam = \"aux/core\"\n")
	track := forks.Track{GitHub: forks.GitHub{Ask: []string{"ADA", "AUX/core", "eve"}}}
	policy := func() forks.Roster {
		p, err := forks.ParsePolicy([]byte(text.String()), "policy.toml")
		if err != nil {
			t.Fatal(err)
		}
		return p.Roster()
	}
	names, left := whoIsAsked(track, policy())
	if want := []string{"ADA", "AUX/core", "eve", "bob"}; !slices.Equal(names, want) || left != 0 {
		t.Errorf("got %q and %d more, want %q", names, left, want)
	}
	for i := range mostInspected {
		fmt.Fprintf(&text, "[people.p%d]\n", i)
	}
	if names, left = whoIsAsked(track, policy()); len(names) != mostInspected || left != 4 {
		t.Errorf("got %d and %d more", len(names), left)
	}
	if names, left = whoIsAsked(forks.Track{}, forks.Roster{}); len(names) != 0 || left != 0 {
		t.Errorf("nobody: got %q and %d more", names, left)
	}
}
