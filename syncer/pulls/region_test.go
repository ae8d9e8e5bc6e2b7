package pulls_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/syncer/pulls"
)

func TestPlaceRegionKeepsWhatPeopleWrote(t *testing.T) {
	t.Parallel()
	old, now := pulls.Framed(pulls.Mark{Track: track, ID: "c0123456789"}, "old\n"), pulls.Framed(pulls.Mark{Track: track, ID: "c0123456789"}, "now\n")
	for _, c := range []struct{ name, existing, want string }{
		{"an empty body", "", now},
		{"only the region", old, now},
		{"text around it", "before\n" + old + "\n\nafter ", "before\n" + now + "\n\nafter "},
		{"text on the same lines", "x" + old + "y", "x" + now + "y"},
		{"carriage returns", "a\r\n" + strings.ReplaceAll(old, "\n", "\r\n") + "\r\nb\r\n", "a\r\n" + now + "\r\nb\r\n"},
		{"bytes that are not UTF-8", "\xff" + old + "\xfe", "\xff" + now + "\xfe"},
	} {
		got, ok := pulls.PlaceRegion(c.existing, now)
		if !ok || got != c.want {
			t.Errorf("%s: %v %q, want %q", c.name, ok, got, c.want)
		}
	}
}

func TestPlaceRegionLeavesABodyWithoutOneRegionAlone(t *testing.T) {
	t.Parallel()
	region := pulls.Framed(pulls.Mark{Track: track, ID: "c0123456789"}, "text\n")
	begin, _, _ := strings.Cut(region, "\n")
	const end = "<!-- auxsync:end -->"
	for name, existing := range map[string]string{
		"a person's text":     "hello",
		"only spaces":         " \n",
		"two regions":         region + region,
		"no end":              begin + "\ntext",
		"no begin":            "text" + end,
		"the wrong order":     end + begin,
		"a second begin":      begin + region,
		"a second end":        region + end,
		"no payload":          strings.Replace(region, begin, "<!-- auxsync:begin v1 -->", 1),
		"a payload of others": strings.Replace(region, begin, "<!-- auxsync:begin v1 AAAA -->", 1),
		"no base64":           strings.Replace(region, begin, "<!-- auxsync:begin v1 abc -->", 1),
		"another version":     strings.Replace(region, "v1", "v2", 1),
	} {
		if got, ok := pulls.PlaceRegion(existing, region); ok {
			t.Errorf("%s: became %q", name, got)
		}
	}
}

func TestARegionIsFoundAgainWhateverItHolds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		framed := pulls.Framed(pulls.Mark{Track: track, ID: "c0123456789"}, hostile(t, "region")+"\n")
		next := pulls.Framed(pulls.Mark{Track: track, ID: "c0123456789"}, hostile(t, "next")+"\n")
		before, after := rapid.String().Draw(t, "before"), rapid.String().Draw(t, "after")
		if got, ok := pulls.PlaceRegion(before+framed+after, next); !ok || got != before+next+after {
			t.Fatalf("%v %q", ok, got)
		}
	})
}
