package forks_test

import (
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

func TestTheDefaultPatternFindsWhatIsAboutSecurity(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]bool{
		"openssl: 3.0.12 -> 3.0.13 (CVE-2023-6129)":                                                     true,
		"xz: revert to 5.4.6\n\nThe tarballs hold a backdoor: CVE-2024-3094.":                           true,
		"curl: apply patch for cve-2023-38545.patch":                                                    true,
		"glibc: 2.38-23 -> 2.38-44\n\nFixes CVE-2023-6246, CVE-2023-6779":                               true,
		"nix: 2.18.1 -> 2.18.2\n\nhttps://github.com/NixOS/nix/security/advisories/GHSA-2ffj-w4mj-pg37": true,
		"cargo-audit: fixes RUSTSEC-2023-0071":                                                          true,
		"xen: patch with XSA-462":                                                                       true,
		"firefox: 127.0 -> 127.0.1\n\nhttps://www.mozilla.org/en-US/security/advisories/mfsa2024-30/":   true,
		"google-chrome: 126.0.6478.114 -> 126.0.6478.126\n\nThis update includes 5 security fixes.":     true,
		"python311: 3.11.8 -> 3.11.9, security release":                                                 true,
		"forgejo: 7.0.4 -> 7.0.5\n\nFixes a\nSecurity\nissue in the API":                                true,
		"[SECURITY] imagemagick: 6.9.3 -> 6.9.4":                                                        true,
		"nodejs_20: Security-update to 20.12.1":                                                         true,
		"sudo: fix local privilege escalation vulnerability":                                            true,
		"webkitgtk: 2.44.1 -> 2.44.2\n\nSeveral vulnerabilities.":                                       true,
		"wordpress: security bug fixes":                                                                 true,

		"security.acme: allow more than one webroot":                  false,
		"nixos/security: refactor":                                    false,
		"nixos/security: update the manual":                           false,
		"nixos/security/wrappers: fix setuid":                         false,
		"nixos/modules/security fix typo":                             false,
		"nixos/pam: fix security.pam.services.login":                  false,
		"linux_6_9: enable CONFIG_SECURITY_LANDLOCK":                  false,
		"aws-security-hub-cli: 1.2.0 -> 1.3.0":                        false,
		"libsecurity_codesigning: drop":                               false,
		"vulnix: 1.10.1 -> 1.10.2":                                    false,
		"cve-bin-tool: 3.2.1 -> 3.3":                                  false,
		"qtwebkit: add to meta.knownVulnerabilities":                  false,
		"python3Packages.foo: 1.0 -> 1.1\n\nOnly non-security fixes.": false,
		"maintainers: CVE-YYYY-NNNN in the template":                  false,
		"ghsa-tool: init at 1.0":                                      false,
		"nixos/systemd: harden units":                                 false,
		"hello: 2.12 -> 2.12.1":                                       false,
		"":                                                            false,
	} {
		re, err := forks.Track{}.SecurityRegexp()
		if err != nil {
			t.Fatal(err)
		}
		if got := re.MatchString(message); got != want {
			t.Errorf("%q matches: %t", message, got)
		}
	}
}

func TestATrackFindsSecurityByThePatternNearestToIt(t *testing.T) {
	t.Parallel()
	cfg, err := forks.Parse([]byte(`security_pattern = 'top'
[forks.a]
upstream = "https://example.org/nix"
url = "https://example.org/aux/nix"
[forks.a.tracks.one]
follow = "master"
[forks.a.tracks.two]
follow = "stable"
security_pattern = 'two\b'
[forks.b]
upstream = "https://example.org/lix"
url = "https://example.org/aux/lix"
security_pattern = '(?i)fork'
[forks.b.tracks.three]
follow = "master"
`), "config.toml", environment("HOME", "/home/me"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"one": "top", "two": `two\b`, "three": "(?i)fork"}
	for _, track := range cfg.Tracks() {
		re, err := track.SecurityRegexp()
		if err != nil || re.String() != want[track.Name] {
			t.Errorf("%s: %v, %v", track.Name, re, err)
		}
	}
	from := map[string]string{}
	for _, e := range cfg.Show() {
		if strings.HasSuffix(e.Key, "security_pattern") {
			from[e.Key] = e.Value + " " + e.From
		}
	}
	if from["forks.a.tracks.one.security_pattern"] != "top config.toml:1" || from["forks.b.tracks.three.security_pattern"] != "(?i)fork config.toml:13" {
		t.Errorf("shown: %q", from)
	}
}
