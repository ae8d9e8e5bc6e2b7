package forks_test

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

func FuzzParseTellsProblemsAndNeverPanics(f *testing.F) {
	files, err := filepath.Glob("testdata/conf.*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, "../config.example.toml") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, text := range []string{"[[a]]\n[a.b]\n[a]\n", "a.b.c = 1\n[a.b]\n", "a = {b = {c = 1}, b.d = 2}\n", "[a]\nb = [[{c = 1}]]\n[a.b]\n",
		withPatterns, onGitHub, withReports, "interval = \"1d12h\"\njitter = \"5%\"\nworkers = 0b11\nlisten = \"[::1]:0\"\n" + twoForks} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		cfg, err := forks.Parse(data, "config.toml", environment("HOME", "/home/me"))
		if err == nil {
			if len(cfg.Tracks())+len(cfg.Patterns()) == 0 {
				t.Error("a config without tracks is accepted")
			}
			checkTracks(t, cfg)
			return
		}
		checkProblems(t, err)
	})
}

func FuzzPolicyTellsProblemsAndNeverPanics(f *testing.F) {
	files, err := filepath.Glob("testdata/policy.*.toml")
	if err != nil || len(files) == 0 {
		f.Fatalf("no mistakes to begin with: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(somePolicy))
	f.Add([]byte(withPeople))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := forks.ParsePolicy(data, "policy.toml")
		if err != nil {
			checkProblems(t, err)
			return
		}
		for _, name := range append(p.UnknownTracks(nil), "main") {
			before := forks.Track{Name: name, PublishEvery: -1, HoldFor: -1, MaxLag: -1, SecurityHoldFor: -1}
			got := p.Apply(before)
			if every := got.PublishEvery; every < -1 || every > 30*24*time.Hour {
				t.Errorf("%s: the policy decides %s", name, every)
			}
			for _, hold := range []time.Duration{got.HoldFor, got.MaxLag, got.SecurityHoldFor} {
				if hold < -1 || hold > 90*24*time.Hour && hold != forks.Never {
					t.Errorf("%s: the policy decides to hold for %s", name, hold)
				}
			}
			got.HoldFor, got.MaxLag, got.SecurityHoldFor = -1, -1, -1
			if got.PublishEvery = before.PublishEvery; !reflect.DeepEqual(got, before) {
				t.Errorf("the policy changes more than it may: %+v", got)
			}
		}
		checkRoster(t, p.Roster())
		p.Advice(time.Unix(1_800_000_000, 0))
		for _, pattern := range p.Patterns() {
			if forks.MatchPath(pattern, "pkgs/a/default.nix") && !forks.MayMatchBelow(pattern, "pkgs") {
				t.Errorf("%q matches, and nothing below pkgs", pattern)
			}
		}
		if n := len(p.Unmatched(p.Patterns())); n < len(p.Patterns()) {
			t.Errorf("%d of %d patterns have a place", n, len(p.Patterns()))
		}
	})
}

// checkRoster checks what whoever asks people relies on.
func checkRoster(t *testing.T, r forks.Roster) {
	t.Helper()
	if l := r.Limits; l.Asked < 1 || l.Asked > 10 || l.PerPerson < 1 || l.Treewide < 1 {
		t.Errorf("the limits are %+v", l)
	}
	if _, ok := r.SIG(r.DefaultSIG); r.DefaultSIG != "" && !ok {
		t.Errorf("there is no SIG %q", r.DefaultSIG)
	}
	for _, who := range r.People {
		for _, name := range append(slices.Clone(who.Aliases), who.Login) {
			if found, _ := r.Find(name); found.Login != who.Login {
				t.Errorf("%q is %q, want %q", name, found.Login, who.Login)
			}
		}
		for _, d := range append(slices.Clone(who.Away), who.OnDuty...) {
			if !d.Has(d.First) || !d.Has(d.Last) || d.First.Year < 2000 || d.Last.Year > 2199 {
				t.Errorf("%q: the range %s", who.Login, d)
			}
		}
	}
	for _, name := range r.Everybody() {
		if name == "" || strings.Count(name, "/") > 1 || strings.ContainsAny(name, " @?#%\n") {
			t.Errorf("%q would be asked", name)
		}
	}
	for _, rule := range r.Owners {
		for _, ask := range rule.Ask {
			if _, ok := r.SIG(ask.SIG); (ask.Login == "") == (ask.SIG == "") || ask.SIG != "" && !ok {
				t.Errorf("%q asks %+v", rule.Pattern, ask)
			}
		}
	}
}

func checkProblems(t *testing.T, err error) {
	t.Helper()
	var problems *forks.ConfigError
	if !errors.As(err, &problems) || len(problems.Problems) == 0 || err.Error() == "" {
		t.Errorf("got %v, want a ConfigError with problems", err)
	}
}

// checkTracks checks what whoever makes passes relies on.
func checkTracks(t *testing.T, cfg *forks.Config) {
	t.Helper()
	if cfg.Workers < 1 || cfg.Workers > 64 {
		t.Errorf("%d workers", cfg.Workers)
	}
	for _, p := range cfg.Patterns() {
		tracks, _ := cfg.Expand(p, []string{"master", "release-24.05", "release-24.05/x", "nixos-24.05-small"})
		for _, track := range tracks {
			if track.IsPattern() || !forks.ValidTrackName(track.Name) || forks.CheckBranchName(track.Branch) != nil {
				t.Errorf("%s expands to %+v", p.Name, track)
			}
		}
	}
	for _, track := range append(cfg.Tracks(), cfg.Patterns()...) {
		if track.Interval < time.Minute || track.Jitter < 0 || track.Jitter > 1 || track.PublishEvery < 0 || forks.ReservedBranch(track.Branch) {
			t.Errorf("got %+v", track)
		}
		checkForge(t, track)
		if tags, ok := track.FollowsTags(); ok == (forks.CheckBranchName(track.Follow) == nil) && !track.IsPattern() || ok && strings.Count(tags, "*") != 1 {
			t.Errorf("%s follows %q", track.Name, track.Follow)
		}
	}
}

// checkForge checks what whoever talks to a forge relies on.
func checkForge(t *testing.T, track forks.Track) {
	t.Helper()
	g := track.GitHub
	switch track.Forge {
	case forks.ForgeGit:
		if !reflect.ValueOf(g).IsZero() || track.References != "" {
			t.Errorf("on plain git: got %+v", track)
		}
	case forks.ForgeGitHub:
		api, err := url.Parse(g.API)
		if err != nil || api.User != nil || api.Host == "" || strings.HasSuffix(g.API, "/") || track.Credential == "" ||
			g.Owner == "" || g.Repo == "" || strings.ContainsAny(g.Owner+g.Repo, "/ @") ||
			strings.EqualFold(g.UpstreamRepo, g.Owner+"/"+g.Repo) || g.InstallationID != 0 && g.AppID == 0 ||
			g.Poll < 15*time.Second || g.Poll > time.Hour || len(g.Ask) > 10 {
			t.Errorf("on GitHub: got %+v", track)
		}
	default:
		t.Errorf("the forge is %q", track.Forge)
	}
}
