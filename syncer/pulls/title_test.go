package pulls_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

func TestTitle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, patch, cause, want string }{
		{"a new version of the same package", "hello: use the Aux mirror", "hello: 2.12.0 -> 2.12.1",
			`[aux-main] hello: "use the Aux mirror" meets upstream "2.12.1" (1 hunk)`},
		{"other words about the same package", "hello: use the Aux mirror", "hello: use finalAttrs",
			`[aux-main] hello: "use the Aux mirror" meets upstream "use finalAttrs" (1 hunk)`},
		{"another package", "hello: use the Aux mirror", "glibc: 2.39 → 2.40",
			`[aux-main] hello: "use the Aux mirror" meets upstream "glibc: 2.40" (1 hunk)`},
		{"a tree-wide change", "hello: use the Aux mirror", "treewide: remove meta.broken",
			`[aux-main] hello: "use the Aux mirror" meets upstream "treewide: remove meta.broken" (1 hunk)`},
		{"no package", "Use the Aux mirror", "Reformat", `[aux-main] "Use the Aux mirror" meets upstream "Reformat" (1 hunk)`},
		{"a path as package", "nixos/nginx: fix", "nixos/nginx: rework", `[aux-main] nixos/nginx: "fix" meets upstream "rework" (1 hunk)`},
		{"no subjects", " ", "", `[aux-main] (no subject) meets upstream's 0700000000 (1 hunk)`},
		{"a sentence with a colon", "Note: this is: all", "x", `[aux-main] Note: "this is: all" meets upstream "x" (1 hunk)`},
		{"an address is no package", "https://x.example/y", "x", `[aux-main] "https:` + "\u200b" + `//x.example/y" meets upstream "x" (1 hunk)`},
	} {
		n := exampleCase()
		n.Files = n.Files[:1]
		n.Files[0].Hunks = n.Files[0].Hunks[:1]
		n.Subject, n.Conflict.CauseSubject = c.patch, c.cause
		if got := pulls.Title(n); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestTitleCountsHunksAndFilesWithoutAny(t *testing.T) {
	t.Parallel()
	c := exampleCase()
	for _, step := range []struct {
		change func()
		want   string
	}{
		{func() {}, "(3 hunks, 2 other files)"},
		{func() { c.Files = c.Files[1:2] }, "(1 file)"},
		{func() { c.Files = nil }, "(4 files)"},
	} {
		if step.change(); !strings.HasSuffix(pulls.Title(c), step.want) {
			t.Errorf("%s, want %s", pulls.Title(c), step.want)
		}
	}
}

func TestTitleIsOneShortLineThatNotifiesNobody(t *testing.T) {
	t.Parallel()
	for _, text := range loudTexts() {
		c := exampleCase()
		c.Subject, c.Conflict.CauseSubject = text, text
		checkTitle(t, pulls.Title(c))
	}
	rapid.Check(t, func(t *rapid.T) {
		checkTitle(t, pulls.Title(hostileCase(t)))
	})
	c := exampleCase()
	c.Track = strings.Repeat("t", 40)
	c.Subject = strings.Repeat("a", 400) + ": " + strings.Repeat("@", 5000)
	c.Conflict.CauseSubject = strings.Repeat("b", 400) + ": " + strings.Repeat("é#1", 5000)
	checkTitle(t, pulls.Title(c))
}

type failer interface{ Errorf(string, ...any) }

func checkTitle(t failer, title string) {
	if utf8.RuneCountInString(title) > 256 || strings.ContainsAny(title, "\r\n") || !utf8.ValidString(title) {
		t.Errorf("not a title: %q", title)
	}
	if seen := strings.ReplaceAll(title, "\u200b", ""); forks.Inert(seen) != seen {
		t.Errorf("not inert: %q", title)
	}
	if found := pulls.Pings(title); len(found) > 0 {
		t.Errorf("%q pings %q", title, found)
	}
	checkMarkdown(t, title, shape{words: true})
}
