package pulls_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/syncer/pulls"
)

// loudTexts are texts that forges act on, one each.
func loudTexts() []string {
	return []string{
		"thanks @ada", "@ada-l: look", "(@ada)", "cc @org/team.", "fixes #1", "Closes: #12", "resolved up/nix#3", "see up/nix.pkgs#4,", "user#5",
		"GH-6", "closes gh-7", "https://github.com/up/nix/issues/8", "fix http://www.github.com/up/nix/pull/9#issuecomment-1",
		"github.com/up/nix/discussions/10", "https://forge.example/a/b/c/-/merge_requests/11", "é@ada", "x\n@ada\n", "\xff@ada", "@1",
		"https://medium.example/@ada",
	}
}

func TestPingsListsWhatAForgeWouldActOn(t *testing.T) {
	t.Parallel()
	want := []string{
		"@ada", "@ada-l", "@ada", "@org/team", "fixes #1", "Closes: #12", "resolved up/nix#3", "up/nix.pkgs#4", "user#5",
		"GH-6", "closes gh-7", "https://github.com/up/nix/issues/8", "fix http://www.github.com/up/nix/pull/9",
		"github.com/up/nix/discussions/10", "https://forge.example/a/b/c/-/merge_requests/11", "@ada", "@ada", "@ada", "@1", "@ada",
	}
	for i, text := range loudTexts() {
		if got := pulls.Pings(text); len(got) != 1 || got[0] != want[i] {
			t.Errorf("%q: %q, want %q", text, got, want[i])
		}
	}
	all := pulls.Pings("a: b\n\nFixes #1, #2 and @ada, @ada\n\nSigned-off-by: @bob\n")
	if !slices.Equal(all, []string{"Fixes #1", "#2", "@ada", "@bob"}) {
		t.Errorf("all: %q", all)
	}
}

func TestPingsLeavesOutWhatNobodyIsToldOf(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "hello: 2.12 -> 2.13", "Signed-off-by: Ada <ada@example.org>", "foo@1.2", "a_@b", "@ home", "x@", "@", "#", "# 1", "#a1", "#1a", "#1_",
		"fixes it", "GH-", "GH-a", "AUGH-1", "see issues/1", "docs/a/issues/1.md", "https://github.com/up/nix", "https://github.com/up/nix/issues",
		"https://github.com/up/nix/issues/new", "@\u200bada", "#\u200b1", "git@github.com:up/nix.git",
	} {
		if got := pulls.Pings(text); len(got) > 0 {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestDefuseBreaksAllAndNothingElse(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{
		"@", "#", "1", "23", "a", "ada", "/", "-", "_", ".", " ", "\n", "gh", "GH-", "Fixes", ":", "issues/", "/pull/", "https://", "github.com/", "up/nix",
		"\u200b", "é", "\xff", "<", ">", "&#", ";", "@org/team", "up/nix#1", "https://github.com/up/nix/issues/8",
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 30).Draw(t, "message"), "")
		once := pulls.Defuse([]byte(text))
		if found := pulls.Pings(string(once)); len(found) > 0 {
			t.Fatalf("%q still has %q", once, found)
		}
		if again := pulls.Defuse(once); !bytes.Equal(again, once) {
			t.Fatalf("twice: %q, once: %q", again, once)
		}
		if len(pulls.Pings(text)) == 0 && string(once) != text {
			t.Fatalf("%q became %q without need", text, once)
		}
		plain := func(s string) string { return strings.ReplaceAll(s, "\u200b", "") }
		if plain(string(once)) != plain(text) {
			t.Fatalf("%q became %q", text, once)
		}
	})
}
