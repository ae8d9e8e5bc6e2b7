package forks_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

func TestTransportOfAnAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://github.com/NixOS/nix":      "https",
		"http://127.0.0.1:8080/fork.git":    "http",
		"ssh://git@example.org:2222/fork":   "ssh",
		"git@github.com:NixOS/nix.git":      "ssh",
		"example.org:fork":                  "ssh",
		"/srv/git/fork.git":                 "file",
		"/srv/git/a:b":                      "file",
		"file:///srv/git/fork.git":          "file",
		"":                                  "",
		"https://":                          "",
		"ssh://host":                        "",
		"ssh://me:canary@example.org/fork":  "",
		"file://host/srv/fork":              "",
		"fd::3":                             "",
		"a/b:c":                             "",
		" https://example.org/x":            "",
		"--upload-pack=touch x":             "",
		"host:-x":                           "",
		"/":                                 "",
		"https://example.org/a?x=canary":    "",
		"https://example.org/a#x":           "",
		"https://%canary@example.org/a":     "",
		"javascript://example.org/x":        "",
		"me:canary@example.org/fork":        "",
		"https://example.org/a\x1b[2Jb":     "",
		"ssh://-oProxyCommand=x@example/xy": "",
	} {
		got, err := forks.Transport(address)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v; want %q", address, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: the error repeats a secret: %v", address, err)
		}
	}
}

func TestSameRepositoryWhateverTheSpelling(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"https://github.com/NixOS/nix", "https://GITHUB.com/nixos/nix.git", true},
		{"https://github.com/NixOS/nix/", "git@github.com:NixOS/nix", true},
		{"https://github.com:443/NixOS/nix", "ssh://git@github.com/NixOS/nix.git/", true},
		{"/srv/up.git", "file:///srv//up/", true},
		{"/srv/up", "/srv/up/.git", true},
		{"/srv/up", "/srv/Up", false},
		{"https://example.org/up", "https://example.org:8443/up", false},
		{"https://example.org/up", "https://example.org/fork", false},
		{"https://example.org/up", "/up", false},
		{"", "", false},
	} {
		if got := forks.SameRepository(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: got %v", c.a, c.b, got)
		}
		if forks.SameRepository(c.a, c.b) != forks.SameRepository(c.b, c.a) {
			t.Errorf("%q and %q: the order matters", c.a, c.b)
		}
	}
}

func TestNoAddressThatIsTakenCanBeAnOptionOrAProgram(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{"https", "ssh", "ext", "://", "::", ":", "/", "-", "@", "host", "%2d", "%00", "\x00", " ", "?", "#", "x.git", "["})
	rapid.Check(t, func(t *rapid.T) {
		address := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), "")
		transport, err := forks.Transport(address)
		if err != nil {
			return
		}
		if transport == "" || strings.HasPrefix(address, "-") || strings.Contains(address, "::") || strings.Contains(address, "\x00") {
			t.Errorf("%q is taken as %q", address, transport)
		}
		if !forks.SameRepository(address, address) {
			t.Errorf("%q is not the same as itself", address)
		}
	})
}
