package forks_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

func TestPathPatternMatchesTheWholePath(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern string
		yes, no []string
	}{
		{"README", []string{"README"}, []string{"docs/README", "README.md", "readme", ""}},
		{"pkgs/*", []string{"pkgs/a", "pkgs/.hidden"}, []string{"pkgs", "pkgs/a/b", "x/pkgs/a"}},
		{"pkgs/**", []string{"pkgs/a", "pkgs/a/b/c.nix"}, []string{"pkgs", "pkgs2/a", "x/pkgs/a"}},
		{"pkgs/", []string{"pkgs/a", "pkgs/a/b"}, []string{"pkgs", "pkgsa"}},
		{"**", []string{"a", "a/b/c"}, []string{""}},
		{"**/*.nix", []string{"a.nix", "x/y/a.nix"}, []string{"a.nix/x", "a.nixx"}},
		{"pkgs/**/go/**", []string{"pkgs/go/a", "pkgs/x/y/go/a/b"}, []string{"pkgs/gox/a"}},
		{"pkgs/**.nix", []string{"pkgs/a.nix"}, []string{"pkgs/x/a.nix"}},
		{"pkgs/by-name/{go,gx}*/", []string{"pkgs/by-name/go_1/default.nix", "pkgs/by-name/gx/a"}, []string{"pkgs/by-name/gy/a"}},
		{"a?c", []string{"abc", "aéc"}, []string{"a/c", "ac"}},
		{"[a-c]x[!0-9]", []string{"axy", "cxx"}, []string{"dxy", "ax1"}},
		{`a\*b`, []string{"a*b"}, []string{"aab"}},
		{"{a,b{c,d}}/x", []string{"a/x", "bc/x", "bd/x"}, []string{"b/x"}},
		{"[", nil, []string{"[", ""}},
		{"", nil, []string{"", "a"}},
		{"/a", nil, []string{"/a", "a"}},
	} {
		for want, paths := range map[bool][]string{true: c.yes, false: c.no} {
			for _, path := range paths {
				if forks.MatchPath(c.pattern, path) != want {
					t.Errorf("%s matches %q: got %t", c.pattern, path, !want)
				}
			}
		}
	}
}

func TestFolderIsPassedByOnlyWhereNothingMatches(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, folder string
		want            bool
	}{
		{"pkgs/go/**", "pkgs", true}, {"pkgs/go/**", "pkgs/go", true}, {"pkgs/go/**", "pkgs/go/x", true},
		{"pkgs/go/**", "pkgs/g", false}, {"pkgs/go/**", "docs", false}, {"**/x", "docs", true}, {"pkgs/", "pkgs/a", true}, {"README", "docs", false},
	} {
		if got := forks.MayMatchBelow(c.pattern, c.folder); got != c.want {
			t.Errorf("%s below %s: got %t", c.pattern, c.folder, got)
		}
	}
	part := rapid.StringMatching(`[ab*?]{1,3}|\*\*|\{a,b\}|\\a|[ab]`)
	rapid.Check(t, func(t *rapid.T) {
		pattern := strings.Join(rapid.SliceOfN(part, 1, 4).Draw(t, "pattern"), "/") + rapid.SampledFrom([]string{"", "/"}).Draw(t, "end")
		path := rapid.StringMatching(`[ab]{1,2}(/[ab]{1,2}){0,3}`).Draw(t, "path")
		if !forks.MatchPath(pattern, path) {
			return
		}
		for i, c := range path {
			if c == '/' && !forks.MayMatchBelow(pattern, path[:i]) {
				t.Fatalf("%q matches %q, and nothing below %q", pattern, path, path[:i])
			}
		}
	})
}

// A second reading of the language, by regular expressions.
func TestPathPatternMatchesAsItsRegularExpression(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.StringMatching(`[ab?]{1,2}|a\*|\*|\*\*`), 1, 4).Draw(t, "parts")
		var re strings.Builder
		re.WriteString("^")
		for i, part := range parts {
			last := i == len(parts)-1
			switch {
			case part == "**" && last:
				re.WriteString(".+")
			case part == "**":
				re.WriteString("([^/]+/)*")
			default:
				re.WriteString(strings.NewReplacer("*", "[^/]*", "?", "[^/]").Replace(part))
				if !last {
					re.WriteString("/")
				}
			}
		}
		re.WriteString("$")
		path := rapid.StringMatching(`[ab]{1,2}(/[ab]{1,2}){0,3}`).Draw(t, "path")
		pattern := strings.Join(parts, "/")
		if got, want := forks.MatchPath(pattern, path), regexp.MustCompile(re.String()).MatchString(path); got != want {
			t.Fatalf("%q and %q: got %t, and %t by %s", pattern, path, got, want, re.String())
		}
	})
}

func TestPathPatternOfAnyoneIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	path := strings.Repeat("a", 90) + "/" + strings.Repeat("a/", 500) + "b"
	for _, pattern := range []string{
		strings.Repeat("{a,a}", 40), strings.Repeat("{a,{a,a}}", 20), strings.Repeat("*a", 100), strings.Repeat("**/a/", 39) + "c",
		strings.Repeat("{a,a}*", 6) + "c", strings.Repeat("{*a,", 49), strings.Repeat("[", 200), "{" + strings.Repeat("a*,", 60) + "}" + strings.Repeat("*a", 8) + "c",
	} {
		start := time.Now()
		for range 10 {
			if forks.MatchPath(pattern, path) {
				t.Errorf("%s matches", pattern)
			}
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s took %s", pattern, took)
		}
	}
}
