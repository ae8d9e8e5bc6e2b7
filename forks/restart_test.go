package forks_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

func TestRestartIsNeededForWhatAProcessHoldsOpen(t *testing.T) {
	t.Parallel()
	old := parse(t, oneTrack)
	for text, want := range map[string][]string{
		oneTrack: nil,
		"state_dir = \"/home/me/.local/state/auxsync/\"\n" + oneTrack:    nil, // the default, written out
		"workers = 2\nhistory = \"rewrite\"\n" + oneTrack:                {"workers"},
		"interval = \"1h\"\npublish_every = \"1h\"\n" + oneTrack:         nil,
		oneTrack + "tracks.two.follow = \"two\"\n":                       nil,
		"state_dir = \"/srv/state\"\n" + oneTrack:                        {"state_dir"},
		"cache_dir = \"/srv/cache\"\n" + oneTrack:                        {"cache_dir"},
		"listen = \"127.0.0.1:1\"\n" + oneTrack:                          {"listen"},
		"log.level = \"warn\"\n" + oneTrack:                              {"log.level"},
		"log.format = \"json\"\nlisten = \"[::1]:1\"\n" + oneTrack:       {"listen", "log.format"},
		"log = {level = \"info\", format = \"auto\"}\n" + oneTrack:       nil,
		"cache_dir = \"/c\"\nstate_dir = \"/s\"\nworkers=3\n" + oneTrack: {"state_dir", "cache_dir", "workers"},
	} {
		if got := forks.Restart(old, parse(t, text)); !slices.Equal(got, want) {
			t.Errorf("%s\ngot %v, want %v", text, got, want)
		}
	}
}

func TestNoKeyOfAForkNeedsARestart(t *testing.T) {
	t.Parallel()
	all := onGitHub + "[forks.nix.github]\napp_id = 1\npoll = \"5m\"\nask = [\"ada\"]\ndashboard = false\nwebhook_secret = \"hook\"\n"
	plain := strings.Replace(onGitHub, `forge = "github"`, `forge = "git"`, 1)
	for _, text := range []string{all, plain} {
		if got := forks.Restart(parse(t, onGitHub), parse(t, text)); got != nil {
			t.Errorf("%s\nneeds a restart for %v", text, got)
		}
	}
}
