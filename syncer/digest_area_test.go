package syncer

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestThePackageOrFolderOfAPath(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 150)
	for path, want := range map[string]string{
		"README.md":                               "",
		"default.nix":                             "",
		"lib/lists.nix":                           "lib",
		"pkgs/by-name/he/hello/package.nix":       "pkgs/by-name/he/hello",
		"pkgs/by-name/he/hello/src/a/default.nix": "pkgs/by-name/he/hello",
		"pkgs/by-name/README.md":                  "pkgs/by-name",
		"pkgs/by-name/he/x":                       "pkgs/by-name/he",
		"pkgs/top-level/all-packages.nix":         "pkgs/top-level",
		"pkgs/default.nix":                        "pkgs",
		"pkgs/development/python-modules/requests/default.nix":     "pkgs/development/python-modules/requests",
		"pkgs/os-specific/linux/kernel/a/b/c/default.nix":          "pkgs/os-specific/linux/kernel/a/b/c",
		"pkgs/os-specific/linux/kernel/a/b/c/package.nix":          "pkgs/os-specific/linux/kernel/a/b/c",
		"pkgs/os-specific/linux/kernel/a/b/c/fix.patch":            "pkgs/os-specific/linux/kernel/a",
		"nixos/modules/services/web-servers/nginx/default.nix":     "nixos/modules/services/web-servers/nginx",
		"nixos/modules/services/web-servers/nginx/a/b/default.nix": "nixos/modules/services/web-servers/nginx",
		"nixos/modules/security/acme/default.nix":                  "nixos/modules/security/acme",
		"mypkgs/a/b/c/d/e/default.nix":                             "mypkgs/a/b/c/d",
		"pkgs/" + long + "/a/" + long + "/default.nix":             "pkgs/" + long + "/a",
		long + long + "/default.nix":                               "",
		"a\nb/\xff/c":                                              "a\nb/\xff",
		"":                                                         "",
	} {
		if got := area(path); got != want {
			t.Errorf("%q is in %q, want %q", path, got, want)
		}
	}
}

func TestAnAreaIsAFolderAroundItsPath(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SampledFrom([]string{"", "pkgs/", "pkgs/by-name/"}).Draw(t, "top") + rapid.StringMatching(`([a-z]{1,90}/){0,9}(default\.nix|package\.nix|[a-z]+)`).Draw(t, "path")
		got := area(path)
		if len(got) > longestArea || strings.HasSuffix(got, "/") || got != "" && !strings.HasPrefix(path, got+"/") {
			t.Fatalf("%q is in %q", path, got)
		}
	})
}
