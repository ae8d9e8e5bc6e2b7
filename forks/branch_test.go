package forks_test

import (
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

func TestBranchNamesAreThoseThatGitTakes(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{"a", "B", "0", "-", ".", "..", "/", "@", "{", "lock", ".lock", "~", "^", ":",
		"?", "*", "[", "\\", " ", "\t", "\x7f", "\n", "ü", "\xff", "HEAD", "refs", "heads"})
	for _, name := range []string{"main", "release-24.05", "a/b", "a.b", "a@b", "ü", "", ".", "a.", "a/.b", "a..b", "a.lock", "a.lock/b", "a/",
		"/a", "a//b", "a@{b", "@", "@a", "HEAD", "heads/HEAD", "-a", "a-", "a b", "a\\b", "a~1", "a^", "a:b", "a?", "a*", "[a", "a]", "a\x7f"} {
		checkBranchName(t, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		name := strings.Join(rapid.SliceOfN(piece, 0, 5).Draw(t, "pieces"), "")
		if strings.HasPrefix(name, "refs/heads/") {
			t.Skip("refused on purpose")
		}
		checkBranchName(t, name)
	})
}

// checkBranchName compares with git.
func checkBranchName(t rapid.TB, name string) {
	// git expands @{-1} before it checks a branch, so it is asked about the full
	// name; what it refuses for branches alone is added.
	err := exec.Command("git", "check-ref-format", "refs/heads/"+name).Run()
	taken := err == nil && !strings.HasPrefix(name, "-") && name != "HEAD" && name != "@"
	if got := forks.CheckBranchName(name); (got == nil) != taken {
		t.Errorf("%q: git takes it: %v; we say %v", name, taken, got)
	}
}

func TestReservedBranches(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"auxsync": true, "auxsync/x": true, "auxsync-next": false, "main": false, "my/auxsync": false} {
		if got := forks.ReservedBranch(name); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}
