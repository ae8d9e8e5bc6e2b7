package forks_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

const withReports = `state_dir = "/srv/state"
[reports]
dir = "/srv/www/reports/"
url = "https://reports.example.org/aux/"
[forks.nix]
upstream = "https://github.com/NixOS/nix"
url = "https://github.com/auxolotl/nix"
forge = "github"
credential = "nix-token"
tracks.main.follow = "master"
[forks.nix.reports]
files = false
issue = true
[forks.nix.reports.discourse]
url = "https://forum.example.org/"
category = 12
user = "auxsync"
credential = "forum-key"
[forks.nix.reports.mail]
server = "[::1]:25"
tls = "tls"
from = "auxsync at work <auxsync@example.org>"
to = ["core@example.org", "o'neil+aux@example.org"]
user = "auxsync"
credential = "/etc/auxsync/smtp"
[forks.lix]
upstream = "https://example.org/lix"
url = "https://example.org/aux/lix"
tracks.main.follow = "master"
`

func TestReportsGoWhereConfigSays(t *testing.T) {
	t.Parallel()
	cfg := parse(t, withReports)
	if got, want := cfg.Reports(), (forks.ReportsConfig{Dir: "/srv/www/reports", URL: "https://reports.example.org/aux"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	want := forks.ForkReports{Issue: true,
		Discourse: forks.DiscourseReports{URL: "https://forum.example.org", Category: 12, User: "auxsync", Credential: "forum-key"},
		Mail: forks.MailReports{Server: "[::1]:25", TLS: forks.MailOnlyTLS, From: "auxsync at work <auxsync@example.org>",
			To: []string{"core@example.org", "o'neil+aux@example.org"}, User: "auxsync", Credential: "/etc/auxsync/smtp"},
	}
	if got := cfg.ReportsOf("nix"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	cfg.ReportsOf("nix").Mail.To[0] = "changed"
	if got := cfg.ReportsOf("nix"); !reflect.DeepEqual(got, want) {
		t.Errorf("whoever asks can change the config: %+v", got)
	}
	if got := cfg.ReportsOf("none"); !reflect.DeepEqual(got, forks.ForkReports{}) {
		t.Errorf("a fork that does not exist has reports: %+v", got)
	}
}

func TestReportsAreFilesByDefault(t *testing.T) {
	t.Parallel()
	cfg := parse(t, withReports)
	if got := cfg.ReportsOf("lix"); !reflect.DeepEqual(got, forks.ForkReports{Files: true}) {
		t.Errorf("got %+v", got)
	}
	cfg = parse(t, twoForks)
	if got, want := cfg.Reports(), (forks.ReportsConfig{Dir: "/home/me/.local/state/auxsync/reports"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := parse(t, strings.Replace(withReports, "tls = \"tls\"\n", "", 1)).ReportsOf("nix").Mail.TLS; got != forks.MailStartTLS {
		t.Errorf("mail goes by %q", got)
	}
}

func TestAPasswordIsNotSentInClear(t *testing.T) {
	t.Parallel()
	text := strings.Replace(withReports, "tls = \"tls\"\n", "tls = \"none\"\n", 1)
	_, err := forks.Parse([]byte(text), "config.toml", environment("HOME", "/home/me"))
	if err == nil || !strings.Contains(err.Error(), "config.toml:24") || !strings.Contains(err.Error(), "in clear") {
		t.Errorf("got %v", err)
	}
}

func TestShowTellsWhereReportsGo(t *testing.T) {
	t.Parallel()
	var got []forks.Effective
	for _, e := range parse(t, withReports).Show() {
		if strings.Contains(e.Key, "reports") {
			got = append(got, e)
		}
	}
	want := []forks.Effective{
		{"reports.dir", "/srv/www/reports", "config.toml:3"},
		{"reports.url", "https://reports.example.org/aux", "config.toml:4"},
		{"forks.lix.reports.files", "true", "default"},
		{"forks.lix.reports.issue", "false", "default"},
		{"forks.nix.reports.files", "false", "config.toml:12"},
		{"forks.nix.reports.issue", "true", "config.toml:13"},
		{"forks.nix.reports.discourse.url", "https://forum.example.org", "config.toml:15"},
		{"forks.nix.reports.discourse.category", "12", "config.toml:16"},
		{"forks.nix.reports.discourse.user", "auxsync", "config.toml:17"},
		{"forks.nix.reports.discourse.credential", "forum-key", "config.toml:18"},
		{"forks.nix.reports.mail.server", "[::1]:25", "config.toml:20"},
		{"forks.nix.reports.mail.tls", "tls", "config.toml:21"},
		{"forks.nix.reports.mail.from", "auxsync at work <auxsync@example.org>", "config.toml:22"},
		{"forks.nix.reports.mail.to", "core@example.org, o'neil+aux@example.org", "config.toml:23"},
		{"forks.nix.reports.mail.user", "auxsync", "config.toml:24"},
		{"forks.nix.reports.mail.credential", "/etc/auxsync/smtp", "config.toml:25"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}
