package forks_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

const onGitHub = `listen = "127.0.0.1:8467"
[forks.nix]
upstream = "https://github.com/NixOS/nix"
url = "https://github.com/auxolotl/nix"
forge = "github"
credential = "nix-token"
[forks.nix.tracks.main]
follow = "master"
[forks.nix.tracks.release]
follow = "release-*"
`

func TestForkOnGitHubHasEveryKeyInEffect(t *testing.T) {
	t.Parallel()
	cfg := parse(t, onGitHub)
	want := forks.GitHub{API: "https://api.github.com", Owner: "auxolotl", Repo: "nix", UpstreamRepo: "NixOS/nix",
		ApproveMerges: true, Dashboard: true, Poll: time.Minute}
	for _, track := range append(cfg.Tracks(), cfg.Patterns()...) {
		if track.Forge != forks.ForgeGitHub || track.References != "" || !reflect.DeepEqual(track.GitHub, want) {
			t.Errorf("by default: got %+v, want %+v", track, want)
		}
	}
	cfg = parse(t, strings.Replace(onGitHub, "forge =", "references = \"defuse\"\nforge =", 1)+`[forks.nix.github]
api = "https://api.github.com:443/"
app_id = 12
installation_id = 9_007_199_254_740_991
approve_merges = false
dashboard = false
poll = "15s"
ask = ["ada", "Auxolotl/core"]
webhook_secret = "/etc/auxsync/hook"
`)
	want = forks.GitHub{API: "https://api.github.com:443", Owner: "auxolotl", Repo: "nix", UpstreamRepo: "NixOS/nix",
		AppID: 12, InstallationID: 1<<53 - 1, Poll: 15 * time.Second, Ask: []string{"ada", "Auxolotl/core"}, WebhookSecret: "/etc/auxsync/hook"}
	tracks, _ := cfg.Expand(cfg.Patterns()[0], []string{"release-1"})
	for _, track := range append(cfg.Tracks(), tracks...) {
		if track.References != forks.DefuseReferences || !reflect.DeepEqual(track.GitHub, want) {
			t.Errorf("got %+v, want %+v", track, want)
		}
	}
	// No track shares memory with another one.
	tracks[0].GitHub.Ask[0], cfg.Tracks()[0].GitHub.Ask[0] = "changed", "changed"
	if got := cfg.Patterns()[0].GitHub.Ask; !slices.Equal(got, want.Ask) {
		t.Errorf("the pattern asks %v", got)
	}
}

func TestForkOnPlainGitHasNothingOfGitHub(t *testing.T) {
	t.Parallel()
	cfg := parse(t, oneTrack)
	if got := cfg.Tracks()[0]; got.Forge != forks.ForgeGit || !reflect.ValueOf(got.GitHub).IsZero() || got.References != "" {
		t.Errorf("got %+v", got)
	}
	for _, e := range cfg.Show() {
		if strings.Contains(e.Key, "github") || strings.Contains(e.Key, "references") {
			t.Errorf("%s is shown", e.Key)
		}
	}
}

func TestRepositoriesAreFoundInTheAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ upstream, url, api, repo, upstreamRepo string }{
		{"https://github.com/NixOS/nix.git", "https://GitHub.com/auxolotl/nix.git", "", "auxolotl/nix", "NixOS/nix"},
		{"https://www.github.com/NixOS/nix/", "https://github.com:443/aux_ghe/Nix.pkgs", "", "aux_ghe/Nix.pkgs", "NixOS/nix"},
		{"git@github.com:NixOS/nix", "https://github.com/auxolotl/nix", "", "auxolotl/nix", "NixOS/nix"},
		{"ssh://git@ssh.github.com:443/NixOS/nix", "https://github.com/auxolotl/nix", "", "auxolotl/nix", "NixOS/nix"},
		{"https://git.example.org/lix/lix", "https://github.com/auxolotl/lix", "", "auxolotl/lix", ""},
		{"https://github.com/NixOS/nix", "https://ghe.example.org/auxolotl/nix", "https://GHE.example.org/api/v3", "auxolotl/nix", ""},
		{"https://aux.ghe.com/up/nix", "https://aux.ghe.com/auxolotl/nix", "https://api.aux.ghe.com", "auxolotl/nix", "up/nix"},
		{"https://ghe:8443/up/nix", "https://ghe:8443/auxolotl/nix", "https://ghe:8443/api/v3", "auxolotl/nix", "up/nix"},
		{"http://127.0.0.1:81/git/up/nix", "http://127.0.0.1:81/git/auxolotl/nix.git", "http://127.0.0.1:82", "auxolotl/nix", "up/nix"},
		{"/srv/git/up/nix.git", "file:///srv/git/auxolotl/nix.git", "http://localhost:82/api", "auxolotl/nix", "up/nix"},
		{"/srv/git/nix.git", "http://localhost/auxolotl/nix.git", "http://[::1]:82", "auxolotl/nix", ""},
	} {
		text := "[forks.nix]\nforge = \"github\"\ncredential = \"token\"\nallow_transports = [\"https\", \"http\", \"ssh\", \"file\"]\n" +
			"upstream = \"" + c.upstream + "\"\nurl = \"" + c.url + "\"\ntracks.main.follow = \"master\"\n"
		if c.api != "" {
			text += "github.api = \"" + c.api + "\"\n"
		}
		got := parse(t, text).Tracks()[0].GitHub
		if got.Owner+"/"+got.Repo != c.repo || got.UpstreamRepo != c.upstreamRepo {
			t.Errorf("%s: got %s/%s and upstream's %q, want %s and %q", c.url, got.Owner, got.Repo, got.UpstreamRepo, c.repo, c.upstreamRepo)
		}
	}
}

func TestShowTellsWhatCountsOnGitHub(t *testing.T) {
	t.Parallel()
	var got []forks.Effective
	for _, e := range parse(t, onGitHub+"[forks.nix.github]\npoll = \"5m\"\nask = [\"ada\", \"auxolotl/core\"]\ndashboard = false\n").Show() {
		if strings.Contains(e.Key, ".github.") || strings.HasSuffix(e.Key, ".forge") || strings.HasSuffix(e.Key, ".references") {
			got = append(got, e)
		}
	}
	want := []forks.Effective{
		{"forks.nix.forge", "github", "config.toml:5"},
		{"forks.nix.references", "", "default"},
		{"forks.nix.github.api", "https://api.github.com", "default"},
		{"forks.nix.github.app_id", "", "default"},
		{"forks.nix.github.installation_id", "", "default"},
		{"forks.nix.github.approve_merges", "true", "default"},
		{"forks.nix.github.dashboard", "false", "config.toml:14"},
		{"forks.nix.github.poll", "5m", "config.toml:12"},
		{"forks.nix.github.ask", "ada, auxolotl/core", "config.toml:13"},
		{"forks.nix.github.webhook_secret", "", "default"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}
