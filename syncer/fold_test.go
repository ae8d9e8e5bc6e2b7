package syncer_test

import (
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// Somebody merges a history that shares nothing with the fork's, and changes a file by the
// way: that merge cannot be repeated, so its change is folded as that of an octopus is.
func TestMergeOfAnUnrelatedHistoryIsFolded(t *testing.T) {
	t.Parallel()
	for _, merger := range []string{forks.OwnMerger, forks.GitMerger} {
		t.Run(merger, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, forks.Merging)
			w.track.Merger, w.track.CrossCheck = merger, true
			w.commit("a: fork change", files{"a.nix": lines("a", 1, 12, "5=fork;")})
			w.adopt()
			imported := w.fork.Build(t, repotest.Commit{Branch: "imported", Author: repotest.Alan, Subject: "import the docs", Orphan: true, Files: files{"docs": "of a project of its own\n"}})[0]
			tip := w.fork.Tip(t, "main")
			w.fork.Build(t, repotest.Commit{Branch: "main", Author: repotest.Grace, Subject: "merge the docs", Parents: []forks.Hash{tip, imported}, Tree: w.fork.Tree(t, tip),
				Files: files{"docs": "of a project of its own\n", "b.nix": lines("b", 1, 12, "3=by the way;")}})
			w.bump("c")

			out := w.sync()
			w.want(out.Plan, "a: fork change: kept/kept", "import the docs: kept/kept", "merge the docs: kept/kept", "merge the docs: expanded/expanded")
			if got := w.file("b.nix"); got != lines("b", 1, 12, "3=by the way;") {
				t.Errorf("b.nix of the branch:\n%s", got)
			}
			if got := w.file("docs"); got != "of a project of its own\n" {
				t.Errorf("docs of the branch: %q", got)
			}
			if got := strings.TrimSpace(w.fork.Git(t, "log", "-1", "--format=%an <%ae> %s", "main")); got != repotest.Grace+" merge the docs" {
				t.Errorf("the fold is %s", got)
			}
		})
	}
}
