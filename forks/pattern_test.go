package forks_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// fork begins a config with one fork; what follows are its tracks.
const fork = `[forks.nix]
upstream = "https://example.org/nix"
url = "https://example.org/aux/nix"
`

// withPatterns is a config with plain tracks and several patterns.
const withPatterns = fork + `[forks.nix.tracks.main]
follow = "master"
[forks.nix.tracks.lts]
follow = "release-23.11"
branch = "long"
[forks.nix.tracks.stable]
follow = "tags:2.*"
[forks.nix.tracks.release]
follow = "release-*"
stack_from = "main"
interval = "2h"
[forks.nix.tracks.nixos]
follow = "nixos-*"
branch = "aux/*/all"
[forks.nix.tracks.small]
follow = "nixos-*-small"
`

// expand expands the pattern of this name, and gives name, followed branch and own
// branch of each track, and the problems' texts.
func expand(t *testing.T, config, name string, upstream ...string) (tracks, problems []string) {
	t.Helper()
	cfg := parse(t, config)
	for _, p := range cfg.Patterns() {
		if p.Name != name {
			continue
		}
		found, errs := cfg.Expand(p, upstream)
		for _, track := range found {
			tracks = append(tracks, track.Name+" "+track.Follow+" "+track.Branch)
		}
		for _, err := range errs {
			if forks.KindOf(err) != forks.NeedsPerson {
				t.Errorf("%v does not need a person", err)
			}
			problems = append(problems, err.Error())
		}
		return tracks, problems
	}
	t.Fatalf("there is no pattern %s", name)
	return nil, nil
}

func TestPatternsStandApartFromTracks(t *testing.T) {
	t.Parallel()
	cfg := parse(t, withPatterns)
	names := func(tracks []forks.Track) (list []string) {
		for _, track := range tracks {
			list = append(list, track.Name)
		}
		return list
	}
	if got, want := names(cfg.Tracks()), []string{"main", "lts", "stable"}; !slices.Equal(got, want) {
		t.Errorf("tracks: got %v, want %v", got, want)
	}
	if got, want := names(cfg.Patterns()), []string{"release", "nixos", "small"}; !slices.Equal(got, want) {
		t.Errorf("patterns: got %v, want %v", got, want)
	}
	for _, track := range append(cfg.Tracks(), cfg.Patterns()...) {
		if got, want := track.IsPattern(), strings.Contains(track.Branch, "*"); got != want {
			t.Errorf("%s is a pattern: got %v, want %v", track.Name, got, want)
		}
	}
	if got := cfg.Patterns()[0]; got.Branch != "release-*" || got.StackFrom != "main" {
		t.Errorf("a pattern's branch is upstream's name by default: got %+v", got)
	}
	if tags, ok := cfg.Tracks()[2].FollowsTags(); tags != "2.*" || !ok {
		t.Errorf("got %q, %v", tags, ok)
	}
}

func TestPatternBecomesATrackOfEachBranch(t *testing.T) {
	t.Parallel()
	cfg := parse(t, withPatterns)
	tracks, problems := cfg.Expand(cfg.Patterns()[0], []string{"release-24.05", "master", "release-24.11", "release-24.05", "my-release-1", "release-", "release"})
	if len(tracks) != 2 || len(problems) != 0 {
		t.Fatalf("got %+v, %v", tracks, problems)
	}
	got, pattern := tracks[0], cfg.Patterns()[0]
	if got.Name != "release-24-05" || got.Follow != "release-24.05" || got.Branch != "release-24.05" || got.Pattern != "release" {
		t.Errorf("got %+v", got)
	}
	if got.Fork != "nix" || got.URL != pattern.URL || got.Upstream != pattern.Upstream || got.Interval != pattern.Interval ||
		got.StackFrom != "main" || got.History != forks.Merging || !slices.Equal(got.AllowTransports, pattern.AllowTransports) || got.IsPattern() {
		t.Errorf("the track has not what its pattern has: %+v", got)
	}
}

func TestExpansionChoosesAndTells(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 33)
	const ask = `; give upstream's branch a track of its own, or the pattern a narrower follow`
	for name, c := range map[string]struct {
		config, pattern  string
		upstream         []string
		tracks, problems []string
	}{
		"a track's own branch is left out": {withPatterns, "release", []string{"release-23.11", "release-24.05"},
			[]string{"release-24-05 release-24.05 release-24.05"}, nil},
		"sorted by name": {withPatterns, "release", []string{"release-b", "release-A", "release-c"},
			[]string{"release-a release-A release-A", "release-b release-b release-b", "release-c release-c release-c"}, nil},
		"a narrower pattern has the branch": {withPatterns, "nixos", []string{"nixos-24.05", "nixos-24.05-small"},
			[]string{"nixos-24-05 nixos-24.05 aux/24.05/all"}, nil},
		"the narrower pattern": {withPatterns, "small", []string{"nixos-24.05", "nixos-24.05-small", "nixos--small"},
			[]string{"small-24-05 nixos-24.05-small nixos-24.05-small"}, nil},
		"no slash for the star": {withPatterns, "release", []string{"release-24.05/wip", "x/release-24.05"}, nil, nil},
		"names are made of what is allowed": {withPatterns, "release", []string{"release-É_1.0+2", "release--"},
			[]string{"release-- release-- release--", "release---1-0-2 release-É_1.0+2 release-É_1.0+2"}, nil},
		"two that would have one name": {withPatterns, "release", []string{"release-24.05", "release-24-05", "release-24_05"},
			[]string{"release-24-05 release-24-05 release-24-05"}, []string{
				`pattern nix/release, upstream's branch "release-24.05": the track's name "release-24-05" is that of the track that follows "release-24-05"` + ask,
				`pattern nix/release, upstream's branch "release-24_05": the track's name "release-24-05" is that of the track that follows "release-24-05"` + ask}},
		"a name too long": {withPatterns, "release", []string{"release-" + long}, nil, []string{
			`pattern nix/release, upstream's branch "release-` + long + `": the track's name "release-` + long + `" is longer than 40 characters` + ask}},
		"a name that a track has": {withPatterns + "[forks.nix.tracks.release-1]\nfollow = \"other\"\n", "release", []string{"release-1"}, nil, []string{
			`pattern nix/release, upstream's branch "release-1": the track's name "release-1" is that of the track that follows "other"` + ask}},
		"a branch that a track has": {fork + "tracks.a.follow = \"master\"\ntracks.a.branch = \"aux-1\"\ntracks.p.follow = \"rel-*\"\ntracks.p.branch = \"aux-*\"\n",
			"p", []string{"rel-1", "rel-2"}, []string{"p-2 rel-2 aux-2"}, []string{
				`pattern nix/p, upstream's branch "rel-1": the fork's branch "aux-1" belongs to track a` + ask}},
		"a branch that another pattern has": {fork + "tracks.p.follow = \"a-*\"\ntracks.p.branch = \"aux-*\"\ntracks.q.follow = \"b-*\"\ntracks.q.branch = \"aux-b*\"\n",
			"q", []string{"a-b1", "b-1", "b-2"}, []string{"q-2 b-2 aux-b2"}, []string{
				`pattern nix/q, upstream's branch "b-1": the fork's branch "aux-b1" belongs to track p-b1` + ask}},
		"a branch below another": {fork + "tracks.a.follow = \"master\"\ntracks.a.branch = \"rel/1\"\ntracks.p.follow = \"r-*\"\ntracks.p.branch = \"rel/*/x\"\n",
			"p", []string{"r-1", "r-2"}, []string{"p-2 r-2 rel/2/x"}, []string{
				`pattern nix/p, upstream's branch "r-1": git cannot keep the fork's branch "rel/1/x" beside "rel/1" of track a` + ask}},
		"a branch above another": {fork + "tracks.a.follow = \"master\"\ntracks.a.branch = \"rel-1/x\"\ntracks.p.follow = \"rel-*\"\n",
			"p", []string{"rel-1", "rel-2"}, []string{"p-2 rel-2 rel-2"}, []string{
				`pattern nix/p, upstream's branch "rel-1": git cannot keep the fork's branch "rel-1" beside "rel-1/x" of track a` + ask}},
		"auxsync's own branch": {fork + "tracks.p.follow = \"*\"\n", "p", []string{"auxsync", "ok"}, []string{"p-ok ok ok"}, []string{
			`pattern nix/p, upstream's branch "auxsync": the fork's branch "auxsync" is one of auxsync's own` + ask}},
		"names that git would not take": {fork + "tracks.p.follow = \"a*\"\ntracks.p.branch = \"*.lock2\"\n", "p", []string{"a b", "a..", "a\n", "a\u202e"},
			[]string{"p-- a\u202e \u202e.lock2"}, []string{
				`pattern nix/p, upstream's branch "a\n": branch name "a\n" contains '\n'` + ask,
				`pattern nix/p, upstream's branch "a b": branch name "a b" contains ' '` + ask,
				`pattern nix/p, upstream's branch "a..": branch name "a.." ends with '.'` + ask}},
		"a branch of the fork that git would not take": {fork + "tracks.p.follow = \"a*\"\ntracks.p.branch = \"x/*\"\n", "p", []string{"a.1", "a1"},
			[]string{"p-1 a1 x/1"}, []string{
				`pattern nix/p, upstream's branch "a.1": the fork's branch name "x/.1" has a part that begins with '.'` + ask}},
	} {
		tracks, problems := expand(t, c.config, c.pattern, c.upstream...)
		if !slices.Equal(tracks, c.tracks) || !slices.Equal(problems, c.problems) {
			t.Errorf("%s:\ngot  %q\n     %q\nwant %q\n     %q", name, tracks, problems, c.tracks, c.problems)
		}
	}
}

func TestExpansionIsOfOneFork(t *testing.T) {
	t.Parallel()
	cfg := parse(t, withPatterns+`[forks.pkgs]
upstream = "https://example.org/pkgs"
url = "https://example.org/aux/pkgs"
[forks.pkgs.tracks.release]
follow = "release-*"
[forks.pkgs.tracks.x]
follow = "release-24.05"
branch = "release-24.11"
[forks.pkgs.tracks.narrow]
follow = "release-24.*"
`)
	tracks, problems := cfg.Expand(cfg.Patterns()[0], []string{"release-24.05", "release-24.11", "release-23.11"})
	if len(tracks) != 2 || len(problems) != 0 || tracks[0].Fork != "nix" {
		t.Errorf("another fork's tracks count: got %+v, %v", tracks, problems)
	}
}

func TestExpansionHasNoTwoTracksInOnePlace(t *testing.T) {
	t.Parallel()
	cfg := parse(t, withPatterns+"[forks.nix.tracks.all]\nfollow = \"*\"\n")
	branch := rapid.StringMatching(`(release-|nixos-|aux|aux/)?[a-cA-C1.\-_]{0,3}(-small|/all)?`)
	rapid.Check(t, func(t *rapid.T) {
		upstream := rapid.SliceOfN(branch, 0, 12).Draw(t, "upstream")
		shuffled := slices.Clone(upstream)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		names, branches, followed := map[string]bool{}, map[string]bool{}, map[string]bool{}
		all := cfg.Tracks()
		for _, p := range cfg.Patterns() {
			tracks, problems := cfg.Expand(p, upstream)
			again, problemsAgain := cfg.Expand(p, shuffled)
			if fmt.Sprint(tracks, problems) != fmt.Sprint(again, problemsAgain) {
				t.Fatalf("the order of branches counts:\n%v %v\n%v %v", tracks, problems, again, problemsAgain)
			}
			all = append(all, tracks...)
		}
		for _, track := range all {
			if names[track.Name] || branches[track.Branch] || followed[track.Follow] {
				t.Errorf("two tracks in one place: %s follows %s in %s", track.Name, track.Follow, track.Branch)
			}
			names[track.Name], branches[track.Branch], followed[track.Follow] = true, true, true
			if !forks.ValidTrackName(track.Name) || track.Pattern != "" && forks.CheckBranchName(track.Branch) != nil || forks.ReservedBranch(track.Branch) {
				t.Errorf("not a valid track: %+v", track)
			}
			for other := range branches {
				if strings.HasPrefix(other, track.Branch+"/") || strings.HasPrefix(track.Branch, other+"/") {
					t.Errorf("git cannot keep %s beside %s", other, track.Branch)
				}
			}
			if track.Pattern != "" && !slices.ContainsFunc(cfg.PatternsOf(track.Name), func(p forks.Track) bool { return p.Name == track.Pattern }) {
				t.Errorf("%s is not found to belong to %s", track.Name, track.Pattern)
			}
		}
	})
}

func TestNameIsFoundToBelongToPatterns(t *testing.T) {
	t.Parallel()
	cfg := parse(t, withPatterns+`[forks.nix.tracks.release-old]
follow = "old-*"
[forks.pkgs]
upstream = "https://example.org/pkgs"
url = "https://example.org/aux/pkgs"
[forks.pkgs.tracks.release]
follow = "release-*"
`)
	for name, want := range map[string][]string{
		"release-24-05":                      {"nix/release", "pkgs/release"},
		"nix/release-24-05":                  {"nix/release"},
		"release-old-1":                      {"nix/release-old", "nix/release", "pkgs/release"},
		"small-1":                            {"nix/small"},
		"release":                            nil,
		"release-":                           nil,
		"main":                               nil,
		"stable-2":                           nil,
		"release-24.05":                      nil,
		"other/release-24-05":                nil,
		"nix/":                               nil,
		"release-" + strings.Repeat("1", 33): nil,
	} {
		var got []string
		for _, p := range cfg.PatternsOf(name) {
			got = append(got, p.Fork+"/"+p.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"nope":        `no track is named "nope"; there are nix/main, nix/lts, nix/stable, and those of the patterns nix/release, nix/nixos, nix/small, nix/release-old, pkgs/release`,
		"nix/release": `"nix/release" is a pattern; name one of its tracks, such as nix/release-…`,
		"small":       `"small" is a pattern; name one of its tracks, such as small-…`,
	} {
		if _, err := cfg.Track(name); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
	only := parse(t, fork+"tracks.p.follow = \"a-*\"\n")
	if _, err := only.Track("x"); err == nil || err.Error() != `no track is named "x"; there are those of the patterns nix/p` {
		t.Errorf("got %v", err)
	}
}

func TestInstanceIsThePatternsTrackOfABranch(t *testing.T) {
	t.Parallel()
	cfg := parse(t, withPatterns)
	track, ok := cfg.Patterns()[0].Instance("release-23.11")
	if !ok || track.Name != "release-23-11" || track.Pattern != "release" {
		t.Errorf("got %+v, %v", track, ok)
	}
	track.AllowTransports[0] = "changed"
	if cfg.Patterns()[0].AllowTransports[0] != "https" {
		t.Error("the track shares memory with its pattern")
	}
	if track, ok := cfg.Patterns()[0].Instance("master"); ok {
		t.Errorf("got %+v", track)
	}
	for _, plain := range cfg.Tracks() {
		if track, ok := plain.Instance("master"); ok {
			t.Errorf("%s is no pattern, got %+v", plain.Name, track)
		}
	}
}
