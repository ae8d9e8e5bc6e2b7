package forks_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

func TestReleasesAreInTheOrderOfTheirVersions(t *testing.T) {
	t.Parallel()
	nix := []string{"2.25.0", "2.24.1", "1.11.16", "2.9", "2.24", "2.24.0", "2.3.16", "2.4pre-rc1", "2.25.0-rc1", "2.26-beta", "2.26pre",
		"v2.99", "release-2.98", "2", "2.", "2..1", "2.1.", "2.x", "2.-1", "2.+1", "2.1 ", "2.1/2", "22.1", "latest-2.24"}
	huge := strings.Repeat("9", 40)
	for _, c := range []struct {
		pattern string
		tags    []string
		want    []string
	}{
		{"2.*", nix, []string{"2.3.16", "2.9", "2.24", "2.24.0", "2.24.1", "2.25.0"}},
		{"2.24.*", nix, []string{"2.24.0", "2.24.1"}},
		{"2.24*", nix, []string{"2.24", "2.24.0", "2.24.1"}},
		{"1.*", nix, []string{"1.11.16"}},
		{"*", nix, []string{"1.11.16", "2", "2.3.16", "2.9", "2.24", "2.24.0", "2.24.1", "2.25.0", "22.1"}},
		{"2*", nix, []string{"2", "2.3.16", "2.9", "2.24", "2.24.0", "2.24.1", "2.25.0", "22.1"}},
		{"v*", nix, []string{"v2.99"}},
		{"*.1", nix, []string{"2.24.1", "22.1"}},
		{"2.*-rc1", nix, []string{"2.25.0-rc1"}},
		{"release-*", []string{"release-24.11", "release-24.05", "release-9.03", "release-24.05-beta", "24.05", "release-"}, []string{"release-9.03", "release-24.05", "release-24.11"}},
		{"v2.*", []string{"v2.10.0", "v2.9.0", "v2.10.0-rc.1", "2.11.0", "v20.1"}, []string{"v2.9.0", "v2.10.0"}},
		{"2.*-rc*", []string{"2.1-rc1"}, []string{}},
		{"2.*-rc1", []string{"2.1-rc1", "2.1", "2.1-rc2", "2.0.5-rc1"}, []string{"2.0.5-rc1", "2.1-rc1"}},
		{"*", []string{"1." + huge, "1.2", "1." + huge + "0"}, []string{"1.2", "1." + huge, "1." + huge + "0"}},
		{"*", []string{"1.010", "1.9", "1.10", "1.10", "0", "00"}, []string{"0", "00", "1.9", "1.010", "1.10"}},
		{"*1", []string{"11", "2.1", "2.01", "1"}, []string{"1", "2.01", "2.1", "11"}},
		{"2.24.1", nix, []string{}},
		{"3.*", nix, []string{}},
	} {
		if got := forks.Releases(c.pattern, c.tags); !slices.Equal(got, c.want) || got == nil {
			t.Errorf("%s:\ngot  %v\nwant %v", c.pattern, got, c.want)
		}
	}
}

func TestReleasesCompareNumberByNumber(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		version := rapid.StringMatching(`[0-9]{1,25}(\.[0-9]{1,25}){0,3}`)
		before := rapid.SampledFrom([]string{"", "v", "2.", "release-", "a1"}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", "-rc1", ".0"}).Draw(t, "after")
		var tags []string
		for _, v := range rapid.SliceOfN(version, 0, 6).Draw(t, "versions") {
			tags = append(tags, before+v+after)
		}
		got := forks.Releases(before+"*"+after, tags)
		if want := slices.Compact(slices.Sorted(slices.Values(tags))); !slices.Equal(slices.Sorted(slices.Values(got)), want) {
			t.Fatalf("got %v, want all of %v", got, want)
		}
		for i := 1; i < len(got); i++ {
			a, b := got[i-1], got[i]
			if c := compareVersions(a, b); c > 0 {
				t.Errorf("%s stands before %s", a, b)
			}
		}
	})
}

// compareVersions compares the versions of two tags, which end before a '-' and
// begin with the first digit.
func compareVersions(a, b string) int {
	split := func(s string) []string {
		s, _, _ = strings.Cut(strings.TrimPrefix(s, "release-"), "-")
		return strings.Split(strings.TrimLeft(s, "av"), ".")
	}
	return slices.CompareFunc(split(a), split(b), func(a, b string) int {
		x, _ := new(big.Int).SetString(a, 10)
		y, _ := new(big.Int).SetString(b, 10)
		return x.Cmp(y)
	})
}
