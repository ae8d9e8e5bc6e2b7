package githubtest_test

import (
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/github/githubtest/described"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestEachButtonChangesTheBaseForReal(t *testing.T) {
	t.Parallel()
	for button, parents := range map[string]int{"merge": 2, "squash": 1, "rebase": 1} {
		t.Run(button, func(t *testing.T) {
			t.Parallel()
			w := newWorldWith(t, githubtest.RepoOptions{DeleteBranchOnMerge: true}, githubtest.Options{Validate: described.API(t)})
			w.bare.Commit(t, "fix", repotest.Grace, "add c", map[string]string{"c": "c\n"})
			w.bare.Commit(t, "main", repotest.Ada, "move on", map[string]string{"b": "bb\n"})
			w.open()
			base := w.bare.Tip(t, "main")
			w.As("ada", repo).Merge(1, button)
			tip := w.bare.Tip(t, "main")
			for file, want := range map[string]string{"a": strings.Replace(ten, "5", "five", 1), "b": "bb\n", "c": "c\n"} {
				if got, _ := w.bare.File(t, "main", file); got != want {
					t.Errorf("%s is %q, want %q", file, got, want)
				}
			}
			if got := len(strings.Fields(w.bare.Git(t, "rev-parse", "main^@"))); got != parents {
				t.Errorf("%d parents, want %d", got, parents)
			}
			if n := strings.TrimSpace(w.bare.Git(t, "rev-list", "--count", "--first-parent", base.String()+"..main")); (n == "2") != (button == "rebase") {
				t.Errorf("%s commits on top of the base", n)
			}
			p := w.Pulls(repo)[0]
			if !p.Merged || p.Open || p.MergedBy != "ada" || p.MergeSHA != tip.String() {
				t.Errorf("got %+v", p)
			}
			if _, there := w.bare.Refs(t)[forks.BranchRef("fix")]; there {
				t.Error("the branch is still there")
			}
			w.want(w.do("GET", "/repos/acme/pkgs/pulls/1/merge", nil), 204, "")
			w.bare.Fsck(t)
		})
	}
}

func TestASuggestionIsCommittedWhereItsLinesAreNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	suggest := func(line int, text string) object {
		return object{"path": "a", "line": line, "side": "RIGHT", "body": "take this\n```suggestion\n" + text + "```\n"}
	}
	w.want(w.do("POST", "/repos/acme/pkgs/pulls/1/reviews", object{"event": "COMMENT", "body": "x", "comments": []object{
		suggest(3, "3\n3b\n"), suggest(5, "FIVE\n"), suggest(5, "cinq\n"), suggest(8, ""),
	}}), 200, "")
	comments := w.Reviews(repo, 1)[0].Comments
	ada := w.As("ada", repo)
	for _, n := range []int{0, 1, 3} {
		ada.AcceptSuggestion(comments[n].ID)
	}
	if got, _ := w.bare.File(t, "fix", "a"); got != "1\n2\n3\n3b\n4\nFIVE\n6\n7\n9\n10\n" {
		t.Errorf("got %q", got)
	}
	if p := w.Pulls(repo)[0]; p.HeadSHA != w.bare.Tip(t, "fix").String() {
		t.Errorf("the head is %s", p.HeadSHA)
	}
	if !w.Reviews(repo, 1)[0].Comments[1].Accepted || w.Reviews(repo, 1)[0].Comments[2].Accepted {
		t.Errorf("got %+v", w.Reviews(repo, 1)[0].Comments)
	}
	if why := ada.SuggestionRefused(comments[2].ID); !strings.Contains(why, "outdated") {
		t.Errorf("the other choice: %s", why)
	}
}

func TestAPullRequestFollowsItsBranches(t *testing.T) {
	t.Parallel()
	t.Run("a push moves it", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.open()
		w.clock.Advance(90e9)
		tip := w.bare.Commit(t, "fix", repotest.Ada, "more", map[string]string{"d": "d\n"})
		got := w.do("GET", "/repos/acme/pkgs/pulls/1", nil)
		if got.json["head"].(object)["sha"] != tip.String() || got.json["updated_at"] != "2024-05-01T12:01:30Z" {
			t.Errorf("got %v %v", got.json["head"].(object)["sha"], got.json["updated_at"])
		}
		if got.json["mergeable"] != nil {
			t.Error("mergeability was known at once")
		}
		if got := w.do("GET", "/repos/acme/pkgs/pulls/1", nil); got.json["mergeable"] != true {
			t.Error("mergeability is still unknown")
		}
	})
	t.Run("without its head it is closed", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.open()
		w.bare.SetRef(t, "fix", forks.Hash{})
		if p := w.Pulls(repo)[0]; p.Open || p.Merged {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("without its base it is closed", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.bare.SetRef(t, "onto", w.bare.Tip(t, "main"))
		w.want(w.do("POST", "/repos/acme/pkgs/pulls", object{"title": "t", "head": "fix", "base": "onto"}), 201, "")
		w.bare.SetRef(t, "onto", forks.Hash{})
		if p := w.Pulls(repo)[0]; p.Open {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("pushed to its base it is merged", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.open()
		w.bare.SetRef(t, "main", w.bare.Tip(t, "fix"))
		if p := w.Pulls(repo)[0]; !p.Merged {
			t.Errorf("got %+v", p)
		}
	})
}

func TestPushesAreRefusedInGitHubsWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	must := func(args ...string) string {
		t.Helper()
		out, err := w.git(dir, args...)
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return out
	}
	w.bare.Commit(t, "other", repotest.Ada, "a history of its own", map[string]string{"z": "z"})
	must("clone", "--quiet", w.remote(w.token), ".")
	w.bare.SetRef(t, "flow", w.bare.Tip(t, "main"))
	flow := w.bare.Commit(t, "flow", repotest.Ada, "ci", map[string]string{".github/workflows/ci.yml": "on: push\n"})
	must("fetch", "--quiet", "origin", "flow")
	w.bare.SetRef(t, "flow", forks.Hash{})
	plain := w.Token("robot", githubtest.AllRights().Without("workflows", githubtest.NoAccess))
	w.Protect(repo, githubtest.Protection{Branch: "main"})
	for _, c := range []struct {
		name, token, want string
		args              []string
	}{
		{"a workflow", plain, "refusing to allow a Personal Access Token to create or update workflow `.github/workflows/ci.yml` without `workflow` scope", []string{flow.String() + ":refs/heads/flow", "origin/main:refs/heads/also"}},
		{"not the whole of it, if atomic", plain, "atomic transaction failed", []string{"--atomic", flow.String() + ":refs/heads/flow", "origin/main:refs/heads/never"}},
		{"protected", w.token, "GH006: Protected branch update failed for refs/heads/main.", []string{":main"}},
		{"force", w.token, "Cannot force-push to this branch", []string{"+origin/other:refs/heads/main"}},
		{"no right to write", w.Token("robot", githubtest.AllRights().Without("contents", githubtest.CanRead)), "Write access to repository not granted.", []string{"origin/main:refs/heads/y"}},
		{"no permission", w.Token("eve", githubtest.AllRights()), "Permission to acme/pkgs.git denied to eve.", []string{"origin/main:refs/heads/y"}},
		{"a pull request's ref", w.token, "deny updating a hidden ref", []string{"origin/main:refs/pull/7/head"}},
	} {
		out, err := w.git(dir, append([]string{"push", w.remote(c.token)}, c.args...)...)
		if err == nil || !strings.Contains(out, c.want) {
			t.Errorf("%s: got %v\n%s", c.name, err, out)
		}
	}
	refs := w.bare.Refs(t)
	if refs[forks.BranchRef("also")].IsZero() || !refs[forks.BranchRef("never")].IsZero() || !refs[forks.BranchRef("flow")].IsZero() {
		t.Errorf("got %v", refs)
	}
	must("push", "--quiet", w.remote(w.token), flow.String()+":refs/heads/flow", flow.String()+":refs/auxsync/x")
	must("push", w.remote(plain), flow.String()+":refs/heads/flow2") // a branch has the file already
}

func TestWhoIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.do("POST", "/repos/acme/pkgs/issues/1/comments", object{"body": "hi @ada and @acme/core, fixes #7, see up/stream#8 " +
		"and https://github.com/o/r/issues/9, not a@b.c, `@code` or\n```\n@fenced #1\n```\n<!-- @hidden -->"})
	var got []string
	for _, n := range w.Notified() {
		got = append(got, n.Kind+" "+n.Target)
	}
	want := "mention ada|team mention acme/core|closes acme/pkgs#7|reference up/stream#8|reference o/r#9"
	if strings.Join(got, "|") != want {
		t.Errorf("got %s\nwant %s", strings.Join(got, "|"), want)
	}
}
