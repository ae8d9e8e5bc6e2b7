package forks

import (
	"cmp"
	"slices"
	"strings"
)

// Releases returns the tags, without refs/tags/, that are releases of a pattern with
// one '*' (see [Track.FollowsTags]), oldest first.
//
// A release matches the pattern with nothing but digits and dots where the '*'
// stands, so words such as "v", "release-" or "-rc" count only where the pattern has
// them, and "2.*" leaves "2.4-rc1" out. Its version is those digits and dots and the
// ones beside them, "2.24.1" in both "2.*" and "v2*", and must be numbers with one
// dot between each two. Versions are compared number by number, whatever their
// length; one that ends where another goes on is older: 2.9 < 2.24 < 2.24.0 < 2.25.
func Releases(pattern string, tags []string) []string {
	g := globOf(pattern)
	if !g.star {
		return []string{}
	}
	words := len(strings.TrimRight(g.before, versionBytes))
	rest := len(strings.TrimLeft(g.after, versionBytes))
	type release struct {
		tag     string
		version []string
	}
	var found []release
	for _, tag := range tags {
		if len(tag) < len(g.before)+len(g.after) || !strings.HasPrefix(tag, g.before) || !strings.HasSuffix(tag, g.after) {
			continue
		}
		if version, ok := numbers(tag[words : len(tag)-rest]); ok {
			found = append(found, release{tag, version})
		}
	}
	slices.SortFunc(found, func(a, b release) int {
		return cmp.Or(slices.CompareFunc(a.version, b.version, compareDigits), cmp.Compare(a.tag, b.tag))
	})
	sorted := make([]string, len(found))
	for i, r := range found {
		sorted[i] = r.tag
	}
	return slices.Compact(sorted)
}

const versionBytes = "0123456789."

// numbers splits a version at its dots; ok is false if it is not numbers alone.
func numbers(version string) (digits []string, ok bool) {
	digits = strings.Split(version, ".")
	for _, d := range digits {
		if d == "" || strings.Trim(d, "0123456789") != "" {
			return nil, false
		}
	}
	return digits, true
}

// compareDigits compares two numbers of any length.
func compareDigits(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
