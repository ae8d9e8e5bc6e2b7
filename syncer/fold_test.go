package syncer_test

import (
	"context"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/rebase"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// recorder is an engine that notes the trees that it makes.
type recorder struct {
	syncer.Quarantine
	made map[string]bool
}

func (r recorder) Merge(ctx context.Context, base, ours, theirs forks.Hash) (forks.MergeResult, error) {
	result, err := r.Quarantine.Merge(ctx, base, ours, theirs)
	r.made[result.Tree.String()] = true
	return result, err
}

// A fold in the middle of the stack is moved there by a merge, on which all behind it rests.
func TestTheMergeThatMovesAFoldToItsPlaceIsConfirmedToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	base := w.fork.Tip(t, "main")
	w.commit("a: fork change", files{"a.nix": lines("a", 1, 12, "5=fork;")})
	w.fork.SetRef(t, "topic", base)
	topic := w.fork.Commit(t, "topic", repotest.Alan, "a: another way", files{"a.nix": lines("a", 1, 12, "5=topic;")})
	w.fork.Merge(t, "main", repotest.Grace, "merge topic", topic, files{"a.nix": lines("a", 1, 12, "5=both;")})
	w.commit("c: fork change", files{"c.nix": lines("c", 1, 12, "5=fork;")})

	confirmed := map[string]bool{}
	c := w.Config
	c.Mergers = func(name string, q syncer.Quarantine) rebase.Merger {
		if name == forks.GitMerger {
			return recorder{q, confirmed}
		}
		return q
	}
	w.Syncer, w.track.CrossCheck = syncer.New(c), true
	w.adopt()
	folds := 0
	for line := range strings.Lines(w.fork.Git(t, "log", "--format=%H %T %s", string(w.track.StateRef()))) {
		commit, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		tree, subject, _ := strings.Cut(rest, " ")
		if subject != "a: another way" || commit == topic.String() {
			continue
		}
		if folds++; !confirmed[tree] {
			t.Errorf("git has not made the tree %s of %s", tree, commit)
		}
	}
	if folds == 0 {
		t.Error("there is no fold in the middle")
	}
}

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
