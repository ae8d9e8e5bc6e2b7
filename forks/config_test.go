package forks_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// environment returns a lookup over key, value, key, value ...
func environment(pairs ...string) func(string) string {
	return func(key string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == key {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func parse(t *testing.T, text string) *forks.Config {
	t.Helper()
	cfg, err := forks.Parse([]byte(text), "config.toml", environment("HOME", "/home/me"))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

const twoForks = `history = "rewrite"

[forks.nixpkgs]
upstream = "https://example.org/nixpkgs"
url = "https://example.org/aux/nixpkgs"
[forks.nixpkgs.tracks.unstable]
follow = "nixos-unstable"
branch = "aux-unstable"
[forks.nixpkgs.tracks.main]
follow = "master"
history = "merging"

[forks.nix]
upstream = "https://example.org/nix"
url = "https://example.org/aux/nix"
credential = "/etc/auxsync/token"
history = "merging"
[forks.nix.tracks.main]
follow = "master"
`

func TestEachMistakeIsToldWithItsLine(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no mistakes to test: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(filepath.Base(file), "policy.") {
				_, err = forks.ParsePolicy(data, "f")
			} else {
				_, err = forks.Parse(data, "f", environment("HOME", "/home/me"))
			}
			var problems *forks.ConfigError
			if !errors.As(err, &problems) {
				t.Fatalf("got %v, want a ConfigError", err)
			}
			got := strings.Split(err.Error(), "\n")
			if want := wanted(string(data)); !slices.Equal(sorted(got), sorted(want)) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if strings.Contains(err.Error(), "canary") {
				t.Error("a problem repeats a secret")
			}
			if !slices.IsSortedFunc(problems.Problems, func(a, b forks.ConfigProblem) int { return a.Line - b.Line }) {
				t.Error("problems are not in the order of lines")
			}
		})
	}
}

// wanted reads the messages that a file's "# want:" comments demand.
func wanted(text string) []string {
	var want []string
	for line := range strings.Lines(text) {
		message, ok := strings.CutPrefix(strings.TrimSpace(line), "# want: ")
		if !ok {
			continue
		}
		if regexp.MustCompile(`^[0-9]+: `).MatchString(message) {
			message = "f:" + message
		} else {
			message = "f: " + message
		}
		want = append(want, message)
	}
	return want
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

func TestTracksAreSortedByForkThenInTheOrderOfTheFile(t *testing.T) {
	t.Parallel()
	var got []string
	for _, track := range parse(t, twoForks).Tracks() {
		got = append(got, track.Fork+"/"+track.Name)
	}
	if want := []string{"nix/main", "nixpkgs/unstable", "nixpkgs/main"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTrackHasEveryKeyInEffect(t *testing.T) {
	t.Parallel()
	cfg := parse(t, twoForks)
	track, err := cfg.Track("unstable")
	if err != nil {
		t.Fatal(err)
	}
	if track.Upstream != "https://example.org/nixpkgs" || track.URL != "https://example.org/aux/nixpkgs" ||
		track.Follow != "nixos-unstable" || track.Branch != "aux-unstable" || track.Forge != "git" ||
		track.Credential != "" || !slices.Equal(track.AllowTransports, []string{"https"}) {
		t.Errorf("got %+v", track)
	}
	for name, want := range map[string]forks.History{
		"unstable":     forks.Rewrite, // from the top
		"nixpkgs/main": forks.Merging, // its own
		"nix/main":     forks.Merging, // from its fork
	} {
		track, err := cfg.Track(name)
		if err != nil {
			t.Fatal(err)
		}
		if track.History != want {
			t.Errorf("%s: history %s, want %s", name, track.History, want)
		}
		if strings.HasSuffix(name, "/main") && track.Branch != "main" {
			t.Errorf("%s: branch %q, want the track's name", name, track.Branch)
		}
	}
}

func TestWhatATrackDoesNotSayComesFromItsForkThenFromTheTop(t *testing.T) {
	t.Parallel()
	cfg := parse(t, `interval = "1h"
publish_every = "2d"
[forks.nix]
upstream = "https://example.org/nix"
url = "https://example.org/aux/nix"
jitter = "0%"
publish_every = "0s"
policy = "/etc/auxsync/policy.toml"
[forks.nix.tracks.main]
follow = "master"
interval = "90s"
jitter = "100%"
[forks.nix.tracks.next]
follow = "next"
publish_every = "1d12h"
stack_from = "main"
[forks.pkgs]
upstream = "https://example.org/pkgs"
url = "https://example.org/aux/pkgs"
tracks.master.follow = "master"
`)
	for name, want := range map[string]forks.Track{
		"main":   {Interval: 90 * time.Second, Jitter: 1, PublishEvery: 0, Policy: "/etc/auxsync/policy.toml"},
		"next":   {Interval: time.Hour, Jitter: 0, PublishEvery: 36 * time.Hour, Policy: "/etc/auxsync/policy.toml", StackFrom: "main"},
		"master": {Interval: time.Hour, Jitter: 0.1, PublishEvery: 48 * time.Hour},
	} {
		track, err := cfg.Track(name)
		if err != nil {
			t.Fatal(err)
		}
		got := forks.Track{Interval: track.Interval, Jitter: track.Jitter, PublishEvery: track.PublishEvery, Policy: track.Policy, StackFrom: track.StackFrom}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	track := parse(t, oneTrack).Tracks()[0]
	if track.Interval != 30*time.Minute || track.Jitter != 0.1 || track.PublishEvery != 24*time.Hour || track.Policy != "" || track.StackFrom != "" {
		t.Errorf("by default: got %+v", track)
	}
}

func TestMergerAndCrossCheckComeFromTheNearestLevelThatSaysThem(t *testing.T) {
	t.Parallel()
	cfg := parse(t, `merger = "git"
[forks.nix]
upstream = "https://example.org/nix"
url = "https://example.org/aux/nix"
cross_check = false
[forks.nix.tracks.main]
follow = "master"
merger = "own"
[forks.nix.tracks.next]
follow = "next"
cross_check = true
[forks.pkgs]
upstream = "https://example.org/pkgs"
url = "https://example.org/aux/pkgs"
tracks.master.follow = "master"
`)
	type choice struct {
		merger         string
		check, decides bool
	}
	for name, want := range map[string]choice{
		"main":   {forks.OwnMerger, false, true}, // only a track's own word decides between the two
		"next":   {forks.GitMerger, true, false},
		"master": {forks.GitMerger, true, false},
	} {
		track, err := cfg.Track(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := (choice{track.Merger, track.CrossCheck, track.MergerDecides}); got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	track := parse(t, oneTrack).Tracks()[0]
	if got := (choice{track.Merger, track.CrossCheck, track.MergerDecides}); got != (choice{forks.OwnMerger, true, false}) {
		t.Errorf("by default: got %+v", got)
	}
	for _, e := range cfg.Show() {
		want, shown := map[string]string{
			"merger": "config.toml:1", "cross_check": "default", "forks.nix.cross_check": "config.toml:5",
			"forks.nix.tracks.main.merger": "config.toml:8", "forks.nix.tracks.main.cross_check": "config.toml:5", "forks.pkgs.merger": "config.toml:1",
		}[e.Key]
		if shown && e.From != want {
			t.Errorf("%s comes from %s, want %s", e.Key, e.From, want)
		}
	}
}

func TestWhatTheDaemonTakesFromTheTop(t *testing.T) {
	t.Parallel()
	cfg := parse(t, oneTrack)
	if cfg.Workers != 1 || cfg.Listen != "" || cfg.Log != (forks.LogConfig{Level: "info", Format: "auto"}) {
		t.Errorf("by default: got %+v", cfg)
	}
	for workers, want := range map[string]int{"1": 1, "+2": 2, "0x40": 64, "1_0": 10} {
		if got := parse(t, "workers = "+workers+"\n"+oneTrack).Workers; got != want {
			t.Errorf("workers = %s: got %d, want %d", workers, got, want)
		}
	}
	for _, address := range []string{"127.0.0.1:8467", "[::1]:8467", "localhost:8467", "0.0.0.0:80", "[::]:65535", "[fe80::1%eth0]:1", "status.example.org:0"} {
		if got := parse(t, "listen = \""+address+"\"\n"+oneTrack).Listen; got != address {
			t.Errorf("listen = %s: got %s", address, got)
		}
	}
	for _, address := range []string{"-x:1", "a b:1", "127.0.0.1", "[::1]", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:", "1.2.3:4", "::1:4", "http://x:1", "a:b:c", "[]:1"} {
		if _, err := forks.Parse([]byte("listen = \""+address+"\"\n"+oneTrack), "f", environment("HOME", "/home/me")); err == nil {
			t.Errorf("listen = %s is accepted", address)
		}
	}
}

func TestTrackNameThatIsNoneOrSeveralListsWhatExists(t *testing.T) {
	t.Parallel()
	cfg := parse(t, twoForks)
	for name, want := range map[string]string{
		"main":   `several tracks are named "main"; name one of nix/main, nixpkgs/main`,
		"master": `no track is named "master"; there are nix/main, nixpkgs/unstable, nixpkgs/main`,
	} {
		_, err := cfg.Track(name)
		var wrong *forks.TrackNameError
		if !errors.As(err, &wrong) || err.Error() != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
}

func TestDirectoriesDefaultToWhatTheEnvironmentOffers(t *testing.T) {
	t.Parallel()
	all := []string{"STATE_DIRECTORY", "/var/lib/auxsync:/var/lib/other", "CACHE_DIRECTORY", "/var/cache/auxsync",
		"XDG_STATE_HOME", "/xdg/state", "XDG_CACHE_HOME", "/xdg/cache", "HOME", "/home/me"}
	for _, c := range []struct{ env, state, cache []string }{
		{all, []string{"/var/lib/auxsync", "default ($STATE_DIRECTORY)"}, []string{"/var/cache/auxsync", "default ($CACHE_DIRECTORY)"}},
		{all[4:], []string{"/xdg/state/auxsync", "default ($XDG_STATE_HOME)"}, []string{"/xdg/cache/auxsync", "default ($XDG_CACHE_HOME)"}},
		{all[8:], []string{"/home/me/.local/state/auxsync", "default"}, []string{"/home/me/.cache/auxsync", "default"}},
	} {
		cfg, err := forks.Parse([]byte(twoForks), "config.toml", environment(c.env...))
		if err != nil {
			t.Fatal(err)
		}
		if cfg.StateDir != c.state[0] || cfg.CacheDir != c.cache[0] {
			t.Errorf("got %s and %s, want %s and %s", cfg.StateDir, cfg.CacheDir, c.state[0], c.cache[0])
		}
		if got := cfg.Show()[0]; got.From != c.state[1] {
			t.Errorf("state_dir comes from %q, want %q", got.From, c.state[1])
		}
		if got := cfg.Show()[1]; got.From != c.cache[1] {
			t.Errorf("cache_dir comes from %q, want %q", got.From, c.cache[1])
		}
	}
	_, err := forks.Parse([]byte(twoForks), "config.toml", environment())
	if err == nil || !strings.Contains(err.Error(), "config.toml: state_dir: has no default") {
		t.Errorf("without any variable: got %v", err)
	}
}

func TestShowTellsEachValueAndItsOrigin(t *testing.T) {
	t.Parallel()
	got := parse(t, "[log]\nlevel = \"warn\"\n"+`
[forks.nix]
upstream = "https://example.org/nix"
url = "https://example.org/aux/nix"
credential = "nix-token"
history = "rewrite"
interval = "2h"
[forks.nix.tracks.main]
follow = "master"
jitter = "25%"
`).Show()
	want := []forks.Effective{
		{"state_dir", "/home/me/.local/state/auxsync", "default"},
		{"cache_dir", "/home/me/.cache/auxsync", "default"},
		{"workers", "1", "default"},
		{"listen", "", "default"},
		{"timezone", "UTC", "default"},
		{"limits.quiet_hours", "none", "default"},
		{"limits.open", "10", "default"},
		{"limits.per_day", "3", "default"},
		{"history", "merging", "default"},
		{"interval", "30m", "default"},
		{"jitter", "10%", "default"},
		{"publish_every", "24h", "default"},
		{"hold_for", "72h", "default"},
		{"max_lag", "96h", "default"},
		{"security_hold_for", "0s", "default"},
		{"security_pattern", forks.DefaultSecurityPattern, "default"},
		{"merger", "own", "default"},
		{"cross_check", "true", "default"},
		{"log.level", "warn", "config.toml:2"},
		{"log.format", "auto", "default"},
		{"reports.dir", "/home/me/.local/state/auxsync/reports", "default"},
		{"reports.url", "", "default"},
		{"forks.nix.allow_transports", "https", "default"},
		{"forks.nix.upstream", "https://example.org/nix", "config.toml:5"},
		{"forks.nix.url", "https://example.org/aux/nix", "config.toml:6"},
		{"forks.nix.credential", "nix-token", "config.toml:7"},
		{"forks.nix.forge", "git", "default"},
		{"forks.nix.policy", "branch auxsync/policy", "default"},
		{"forks.nix.reports.files", "true", "default"},
		{"forks.nix.reports.issue", "false", "default"},
		{"forks.nix.history", "rewrite", "config.toml:8"},
		{"forks.nix.interval", "2h", "config.toml:9"},
		{"forks.nix.jitter", "10%", "default"},
		{"forks.nix.publish_every", "24h", "default"},
		{"forks.nix.hold_for", "72h", "default"},
		{"forks.nix.max_lag", "96h", "default"},
		{"forks.nix.security_hold_for", "0s", "default"},
		{"forks.nix.security_pattern", forks.DefaultSecurityPattern, "default"},
		{"forks.nix.merger", "own", "default"},
		{"forks.nix.cross_check", "true", "default"},
		{"forks.nix.tracks.main.follow", "master", "config.toml:11"},
		{"forks.nix.tracks.main.branch", "main", "default"},
		{"forks.nix.tracks.main.stack_from", "", "default"},
		{"forks.nix.tracks.main.history", "rewrite", "config.toml:8"},
		{"forks.nix.tracks.main.interval", "2h", "config.toml:9"},
		{"forks.nix.tracks.main.jitter", "25%", "config.toml:12"},
		{"forks.nix.tracks.main.publish_every", "24h", "default"},
		{"forks.nix.tracks.main.hold_for", "72h", "default"},
		{"forks.nix.tracks.main.max_lag", "96h", "default"},
		{"forks.nix.tracks.main.security_hold_for", "0s", "default"},
		{"forks.nix.tracks.main.security_pattern", forks.DefaultSecurityPattern, "default"},
		{"forks.nix.tracks.main.merger", "own", "default"},
		{"forks.nix.tracks.main.cross_check", "true", "default"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestMissingFileSaysHowToWriteIt(t *testing.T) {
	t.Parallel()
	_, err := forks.Load(filepath.Join(t.TempDir(), "config.toml"), environment())
	var problems *forks.ConfigError
	if !errors.As(err, &problems) || !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "auxsync init") {
		t.Errorf("got %v", err)
	}
}

// keyLine matches a key that is set, and one that is commented out.
var keyLine = regexp.MustCompile(`(?m)^#?([a-z_]+) = `)

// offLine matches what is commented out: a key, or the header of a table.
var offLine = regexp.MustCompile(`(?m)^#([a-z_]+ = |\[)`)

func TestExampleDecodesAndNamesEveryKey(t *testing.T) {
	t.Parallel()
	example, err := os.ReadFile("../config.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	env := environment("HOME", "/home/me")
	cfg, err := forks.Parse(example, "config.example.toml", env)
	if err != nil {
		t.Fatal(err)
	}
	everything := offLine.ReplaceAll(example, []byte("$1"))
	everything = bytes.Replace(everything, []byte(`forge = "git"`), []byte(`forge = "github"`), 1)
	full, err := forks.Parse(everything, "config.example.toml", env)
	if err != nil {
		t.Fatalf("with all keys set: %v", err)
	}
	named := map[string]bool{}
	for _, e := range full.Show() {
		key := regexp.MustCompile(`\.tracks\.[^.]+\.`).ReplaceAllString(e.Key, ".tracks.NAME.")
		named[key] = named[key] || strings.HasPrefix(e.From, "config.example.toml:")
	}
	for key, ok := range named {
		if !ok {
			t.Errorf("the example does not name %s", key)
		}
	}
	onDemand := func(e forks.Effective) bool { // shown with the forge or the table that it is of
		return strings.Contains(e.Key, ".github.") || strings.HasSuffix(e.Key, ".references") ||
			strings.Contains(e.Key, ".reports.discourse.") || strings.Contains(e.Key, ".reports.mail.")
	}
	if got := slices.DeleteFunc(full.Show(), onDemand); len(cfg.Show()) != len(got) {
		t.Errorf("a key is shown only when it is set: %d and %d keys", len(cfg.Show()), len(got))
	}
	for _, table := range []string{"log", "forks.nix", "forks.nix.github", "reports", "forks.nix.reports", "forks.nix.reports.discourse", "forks.nix.reports.mail", "forks.nix.tracks.aux-main"} {
		if !bytes.Contains(everything, []byte("\n["+table+"]\n")) {
			t.Errorf("the example has no table [%s]", table)
		}
	}
	for _, at := range keyLine.FindAllIndex(example, -1) {
		before := example[:at[0]]
		comment := before[bytes.LastIndex(before, []byte("\n\n"))+1:]
		if !bytes.Contains(comment, []byte("efault")) {
			t.Errorf("no default is told for %s", example[at[0]:at[1]])
		}
	}
}
